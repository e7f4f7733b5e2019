//! What is of no use: rejected with its reason, and kept as an example.

use std::path::Path;

use serde_json::{Value, json};

use crate::fake_gemini::{FakeGemini, Reply};
use crate::formats::{FORMATS, chosen};
use crate::run::Ran;
use crate::sandbox::Sandbox;

const BASE: &str = "synthetic_data_qa_from_query";
const REJECTS: &str = ".sdgen/synthetic_data_qa_from_query.rejects.jsonl";
const WORDS: &str = "--query q --no-refine --topics none --dedup exact --format qa --batch-size 7 --concurrency 1 --output-format jsonl --json";

fn item(context: &str, question: &str, answer: &str) -> Value {
    json!({"context": context, "question": question, "answer": answer})
}

/// A model of whose items the first is of use, the last a duplicate, and every
/// other one wrong in its own way; in each answer the same ways.
fn useless() -> FakeGemini {
    FakeGemini::with(|_, order| {
        let context = format!("The lamp of tower {order} was lit in 1822.");
        let good = item(&context, "When was the lamp lit?", "in 1822");
        Reply::Items(vec![
            good.clone(),
            item(
                &context,
                "Who lit it?",
                "I'm sorry, but I can't assist with that request.",
            ),
            item(&"The lamp is lit. ".repeat(30), "What is lit?", "the lamp"),
            item(&context, "[insert question]", "in 1822"),
            item(&context, "The lamp was lit in 1822.", "in 1822"),
            item(&context, "When was it lit?", " "),
            good,
        ])
    })
}

fn run(sandbox: &Sandbox, fake: &FakeGemini, words: &str) -> Ran {
    let ran = sandbox.gemini_process(fake, &format!("{WORDS} {words}"));
    { ran }.output().unwrap().into()
}

/// Reason and request of each example.
fn examples(sandbox: &Sandbox) -> Vec<(String, u64)> {
    let lines = sandbox.jsonl(REJECTS).into_iter();
    let examples = lines.map(|line| {
        let reason = line["reason"].as_str().unwrap().to_owned();
        (reason, line["request"].as_u64().unwrap())
    });
    examples.collect()
}

/// The examples of one answer.
fn of_request(request: u64) -> Vec<(String, u64)> {
    [
        "answer: refusal",
        "context: loops",
        "question: placeholder",
        "question: no question",
        "answer: blank",
        "duplicate",
    ]
    .map(|reason| (reason.to_owned(), request))
    .to_vec()
}

#[test]
fn what_is_of_no_use_is_rejected_and_an_example_of_each_reason_kept() {
    let (sandbox, fake) = (Sandbox::new(), useless());
    let ran = run(&sandbox, &fake, "--samples 2")
        .exits(0)
        .says("answer: refusal 2")
        .says(&format!("examples of what was not taken: {REJECTS}"));
    let result = ran.json();
    assert_eq!(result["rejects"], REJECTS);
    assert_eq!(
        result["samples"]["rejected"],
        json!({
            "answer: blank": 2,
            "answer: refusal": 2,
            "context: loops": 2,
            "question: no question": 2,
            "question: placeholder": 2,
        })
    );
    assert_eq!(examples(&sandbox), [of_request(1), of_request(2)].concat());
    let line = &sandbox.jsonl(REJECTS)[0];
    assert_eq!(
        line["item"],
        item(
            "The lamp of tower 0 was lit in 1822.",
            "Who lit it?",
            "I'm sorry, but I can't assist with that request."
        )
    );
    assert!(line["model"].is_string());
    let rows = sandbox.jsonl(&format!("{BASE}.jsonl"));
    assert!(rows.iter().all(|row| row["answer"] == "in 1822"));
}

#[test]
fn without_sanity_all_valid_samples_are_kept() {
    let (sandbox, fake) = (Sandbox::new(), useless());
    let result = run(&sandbox, &fake, "--samples 5 --no-sanity")
        .exits(0)
        .json();
    assert_eq!(result["samples"]["rejected"], json!({"answer: blank": 1}));
    let rows = sandbox.jsonl(&format!("{BASE}.jsonl"));
    assert_eq!(rows[4]["question"], "The lamp was lit in 1822.");
}

#[test]
fn sanity_is_part_of_what_a_run_is_and_examples_go_on_with_it() {
    let (sandbox, fake) = (Sandbox::new(), useless());
    run(&sandbox, &fake, "--samples 2 --max-requests 1").exits(3);
    assert_eq!(examples(&sandbox), of_request(1));
    run(&sandbox, &fake, "--samples 2 --no-sanity --resume")
        .exits(2)
        .says("it was begun without --no-sanity");
    let torn = sandbox.read(REJECTS) + "{\"reason\":\"answer: ref";
    sandbox.write(REJECTS, torn);
    run(&sandbox, &fake, "--samples 2 --resume").exits(0);
    assert_eq!(examples(&sandbox), [of_request(1), of_request(2)].concat());
    run(&sandbox, &fake, "--samples 1 --overwrite").exits(0);
    assert_eq!(examples(&sandbox), of_request(1));
}

#[test]
fn examples_of_a_reason_are_few() {
    let (sandbox, fake) = (Sandbox::new(), useless());
    run(&sandbox, &fake, "--samples 25").exits(0);
    assert_eq!(examples(&sandbox).len(), 6 * 20);
}

#[test]
fn examples_that_cannot_be_kept_are_told_once_and_end_nothing() {
    let (sandbox, fake) = (Sandbox::new(), useless());
    sandbox.write(&format!("{REJECTS}/a"), "");
    let ran = run(&sandbox, &fake, "--samples 3").exits(0);
    assert_eq!(ran.stderr.matches("no further examples").count(), 1);
    assert_eq!(ran.json()["rejects"], Value::Null);
}

#[test]
fn where_nothing_is_rejected_there_are_no_examples() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let ran = run(&sandbox, &fake, "--samples 7").exits(0);
    assert_eq!(ran.json()["rejects"], Value::Null);
    assert!(!sandbox.files().contains(&REJECTS.to_owned()));
    assert!(!ran.stderr.contains("examples"));
}

/// The arguments that choose each format there is.
fn formats() -> Vec<String> {
    let mut formats = FORMATS.map(|(name, _)| chosen(name)).to_vec();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("formats");
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        formats.push(format!("--custom-format-file {}", path.display()));
    }
    formats
}

#[test]
fn what_is_made_offline_is_of_use() {
    let document = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/documents/lighthouse.docx"
    );
    for format in formats() {
        for (input, samples) in [("--query q", 200), (&format!("--documents {document}"), 20)] {
            let sandbox = Sandbox::new();
            let words = format!("--provider offline --seed 3 {input} {format} --samples {samples}");
            let result = sandbox.run(&words, &["--json"]).json();
            let rejected = result["samples"]["rejected"].as_object().unwrap().keys();
            let is_useless =
                |reason: &&String| !reason.contains("surplus") && !reason.contains("enough");
            let useless: Vec<_> = rejected.filter(is_useless).collect();
            assert_eq!(useless, [""; 0], "{format} {input}");
        }
    }
}
