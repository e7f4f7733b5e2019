//! `--examples`: shown in turn, never written, and checked before anything is
//! sent.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::fake_gemini::{FakeGemini, Reply, answer_fully, asked_items, user_text};
use crate::fake_openai::{Behaviour, FakeOpenAi, text_of};
use crate::sandbox::Sandbox;

const WORDS: &str = "--format pair --samples 10 --batch-size 2 --concurrency 1 --no-refine --topics none \
    --seed 7 --output-format jsonl --json";
const DATA: &str = "synthetic_data_pair_from_query.jsonl";

/// A sandbox with a file `pairs.csv` of five samples and a column too many.
fn with_examples() -> Sandbox {
    let sandbox = Sandbox::new();
    let rows = (0..5).map(|number| format!("anchor {number},\"positive, {number}\",x\n"));
    let rows: String = rows.collect();
    sandbox.write("pairs.csv", format!("anchor,positive,note\n{rows}"));
    sandbox
}

/// The examples in the turn of a user.
fn shown(user: &str) -> Vec<String> {
    let lines = user.lines().filter(|line| line.starts_with('{'));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_few_are_shown_in_each_request_in_turn() {
    let (sandbox, fake) = (with_examples(), FakeGemini::start());
    let result = sandbox
        .gemini(&fake, &format!("{WORDS} --examples pairs.csv"))
        .exits(0)
        .json();
    let expected = json!({"file": "pairs.csv", "samples": 5, "shown": 5});
    assert_eq!(result["examples"], expected);
    let requests = fake.server.requests();
    let users: Vec<_> = requests.iter().map(|it| user_text(&it.body)).collect();
    assert!(users[0].starts_with("These samples show the style that is wanted. Do not copy"));
    let hands: Vec<_> = users.iter().map(|user| shown(user)).collect();
    let sizes: Vec<_> = hands.iter().map(Vec::len).collect();
    assert_eq!(sizes, [3, 2, 3, 2, 3]);
    assert_eq!((&hands[0], &hands[1]), (&hands[2], &hands[3]));
    let all: BTreeSet<_> = hands[0].iter().chain(&hands[1]).cloned().collect();
    let line =
        |number| format!(r#"{{"anchor":"anchor {number}","positive":"positive, {number}"}}"#);
    assert_eq!(all, (0..5).map(line).collect());
}

#[test]
fn an_endpoint_gets_them_too() {
    let (sandbox, fake) = (with_examples(), FakeOpenAi::start(Behaviour::Vllm));
    sandbox
        .openai(&fake, &format!("{WORDS} --examples pairs.csv"))
        .exits(0);
    let requests = fake.server.requests();
    assert_eq!(shown(&text_of("user", &requests[0].body)).len(), 3);
}

/// A model that begins each answer with the examples that it was shown.
fn copyist() -> FakeGemini {
    FakeGemini::with(|request, order| {
        let copies = shown(&user_text(&request.body));
        let copies = copies
            .iter()
            .map(|line| serde_json::from_str(line).unwrap());
        Reply::Items(copies.chain(asked_items(request, order)).collect())
    })
}

#[test]
fn a_copy_of_one_is_rejected_with_its_reason_and_after_resuming_too() {
    let (sandbox, fake) = (with_examples(), copyist());
    let words = format!("{WORDS} --examples pairs.csv");
    sandbox
        .gemini(&fake, &format!("{words} --max-requests 2"))
        .exits(3)
        .says("copied example 5");
    let result = sandbox
        .gemini(&fake, &format!("{words} --resume"))
        .exits(0)
        .json();
    let requests = fake.server.requests();
    let copies: usize = requests
        .iter()
        .map(|it| shown(&user_text(&it.body)).len())
        .sum();
    assert_eq!(result["samples"]["rejected"]["copied example"], copies);
    assert_eq!(result["samples"]["duplicate"], 0);
    let rows = sandbox.jsonl(DATA);
    let is_copy = |row: &Value| row["positive"].as_str().unwrap().starts_with("positive, ");
    assert_eq!(
        (rows.len(), rows.iter().filter(|row| is_copy(row)).count()),
        (10, 0)
    );
}

#[test]
fn a_run_is_resumed_with_the_same_examples_only() {
    let (sandbox, fake) = (with_examples(), FakeGemini::with(answer_fully));
    let words = format!("{WORDS} --examples pairs.csv");
    sandbox
        .gemini(&fake, &format!("{words} --max-requests 1"))
        .exits(3);
    sandbox
        .gemini(&fake, &format!("{WORDS} --resume"))
        .exits(2)
        .says("it was begun with --examples");
    sandbox.write("pairs.jsonl", r#"{"anchor":"a","positive":"b"}"#);
    sandbox
        .gemini(&fake, &format!("{WORDS} --examples pairs.jsonl --resume"))
        .exits(2)
        .says("its --examples were other ones");
    std::fs::rename(sandbox.path("pairs.csv"), sandbox.path("moved.csv")).unwrap();
    sandbox
        .gemini(&fake, &format!("{WORDS} --examples moved.csv --resume"))
        .exits(0);
}

#[test]
fn a_row_that_is_no_sample_is_named_before_anything_is_sent() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let long = format!(r#"{{"anchor":"a","positive":"{}"}}"#, "b".repeat(1_500));
    for (file, content, problem) in [
        (
            "a.csv",
            "anchor,positive\na,b\nc,\n",
            "`a.csv`, line 3: positive: blank",
        ),
        (
            "b.jsonl",
            "{\"anchor\":\"a\"}",
            "`b.jsonl`, line 1: positive: missing",
        ),
        (
            "c.jsonl",
            "{\"anchor\":",
            "`c.jsonl`, line 1: invalid JSON at column 10",
        ),
        ("d.csv", "anchor,positive\n", "`d.csv`: holds no rows"),
        (
            "e.jsonl",
            &long,
            "`e.jsonl`: no row is short enough to be shown",
        ),
        ("f.txt", "a", "`f.txt`: its name must end in .jsonl"),
    ] {
        sandbox.write(file, content);
        sandbox
            .gemini(&fake, &format!("{WORDS} --examples {file}"))
            .exits(2)
            .says(&format!("--examples {problem}"))
            .says("each row must be a sample of the format");
    }
    assert!(fake.server.requests().is_empty());
}

#[test]
fn rows_that_sdgen_wrote_are_examples_in_every_file_format() {
    let sandbox = Sandbox::new();
    let offline = "--provider offline --query q --format pair-class --samples 6 --seed 7";
    sandbox.run(offline, &[]).exits(0);
    let mut hands = Vec::new();
    for extension in ["jsonl", "csv", "parquet"] {
        let fake = FakeGemini::start();
        let examples = format!("synthetic_data_pair-class_from_query.{extension}");
        let words =
            "--format pair-class --samples 4 --no-refine --topics none --balance none --seed 7";
        sandbox
            .gemini(
                &fake,
                &format!("{words} --output-prefix {extension} --examples {examples}"),
            )
            .exits(0);
        hands.push(shown(&user_text(&fake.server.requests()[0].body)));
    }
    assert_eq!(hands[0].len(), 3);
    assert!(hands.iter().all(|hand| *hand == hands[0]), "{hands:?}");
}

#[test]
fn from_documents_the_context_of_an_example_is_not_shown() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    sandbox.write("lamp.txt", "The lamp of the tower was lit in 1822.");
    sandbox.write(
        "qa.jsonl",
        r#"{"context":"It rained.","question":"What?","answer":"It"}"#,
    );
    let words = "--documents lamp.txt --format qa --samples 2 --examples qa.jsonl";
    let output = sandbox.gemini_process(&fake, words).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let user = user_text(&fake.server.requests()[0].body);
    assert_eq!(shown(&user), [r#"{"question":"What?","answer":"It"}"#]);
    assert!(user.contains("Their facts are not from the passage."));
}
