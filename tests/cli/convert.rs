//! `--as` and `sdgen convert`: samples in the shapes of trainers.

use serde_json::{Value, json};

use crate::data_sets::DataSets;
use crate::fake_gemini::{FakeGemini, Reply};
use crate::sandbox::Sandbox;

const BASE: &str = "synthetic_data_qa_from_query";
const RUN: &str =
    "--format qa --samples 6 --batch-size 3 --no-refine --topics none --concurrency 1";

/// Answers with qa samples, every third of which has an answer that is not in
/// its context.
fn answers() -> FakeGemini {
    FakeGemini::with(|_, order| {
        let item = |number: usize| {
            let name = format!("{}{}", &"abcdef"[number..=number], "xyz".repeat(number));
            let answer = match number % 3 {
                2 => "nobody",
                _ => &*name,
            };
            json!({
                "context": format!("🙂 The keeper {name} lit lamp {number}."),
                "question": format!("Who lit lamp {number} of {name}?"),
                "answer": answer,
            })
        };
        Reply::Items((order * 3..order * 3 + 3).map(item).collect())
    })
}

#[test]
fn a_run_writes_its_files_in_another_shape_and_counts_what_does_not_fit() {
    let (sandbox, fake) = (Sandbox::new(), answers());
    let words = format!("{RUN} --as squad --with-metadata --json");
    let ran = sandbox.gemini(&fake, &words).exits(0);
    let result = ran.json();
    assert_eq!(result["samples"]["written"], 6);
    assert_eq!(result["shape"], "squad");
    let reason = "answer: not word for word in the context";
    assert_eq!(result["not_converted"], json!({ reason: 2 }));
    let told = format!("2 of the written are not converted, and in the journal only: {reason} 2\n");
    let ran = ran.says(&told);
    assert!(ran.stderr.contains("6 of 6 samples written"));

    let rows = sandbox.jsonl(&format!("{BASE}.jsonl"));
    assert_eq!(rows.len(), 4);
    assert_eq!(DataSets::read(&sandbox, BASE).rows().len(), 4);
    let keys: Vec<_> = rows[0].as_object().unwrap().keys().collect();
    let expected = "id title context question answers _model _request";
    assert_eq!(keys, expected.split(' ').collect::<Vec<_>>());
    let answers = json!({"text": ["a"], "answer_start": [13]});
    assert_eq!(rows[0]["answers"], answers);
    let csv = sandbox.read(&format!("{BASE}.csv"));
    let cell = r#""{""text"":[""a""],""answer_start"":[13]}""#;
    assert!(csv.contains(cell), "{csv}");
    let sources = sandbox.jsonl(&format!(".sdgen/{BASE}.sources.jsonl"));
    assert_eq!(sources.len(), 4);
    let journal = sandbox.read(&format!(".sdgen/{BASE}.journal.jsonl"));
    assert_eq!(journal.matches("\"answer\":\"nobody\"").count(), 2);
}

#[test]
fn a_resumed_run_brings_its_samples_into_the_shape_that_is_wanted_now() {
    let (sandbox, fake) = (Sandbox::new(), answers());
    let enough = format!("{RUN} --max-requests 1 --as squad");
    sandbox.gemini(&fake, &enough).exits(3);
    let ran = sandbox.gemini(&fake, &format!("{RUN} --as squad --resume --json"));
    let whole = ran.exits(0).json();
    let reason = "answer: not word for word in the context";
    assert_eq!(whole["not_converted"], json!({ reason: 2 }));
    assert_eq!(sandbox.jsonl(&format!("{BASE}.jsonl")).len(), 4);
    let requests = fake.server.requests().len();

    let again = sandbox.gemini(&fake, &format!("{RUN} --as squad --resume --json"));
    assert_eq!(again.exits(0).json()["not_converted"], json!({ reason: 2 }));
    let other = sandbox.gemini(&fake, &format!("{RUN} --as messages --resume --json"));
    assert_eq!(other.exits(0).json()["not_converted"], json!({}));
    let rows = sandbox.jsonl(&format!("{BASE}.jsonl"));
    assert_eq!(rows.len(), 6);
    let messages = json!([
        {"role": "user", "content": "🙂 The keeper a lit lamp 0.\n\nWho lit lamp 0 of a?"},
        {"role": "assistant", "content": "a"},
    ]);
    assert_eq!(rows[0], json!({ "messages": messages }));
    assert_eq!(DataSets::read(&sandbox, BASE).rows().len(), 6);
    assert_eq!(fake.server.requests().len(), requests);
}

#[test]
fn a_shape_that_a_format_does_not_have_is_refused_before_any_request() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    for (words, told) in [
        (
            "--format triplet --as squad",
            "--as: squad cannot be made of this format, but preference, beir can",
        ),
        (
            "--format pair-score --as messages",
            "--as: no shape but native can be made of this format",
        ),
        ("--format pair --as beir", "with `sdgen convert`"),
    ] {
        sandbox.gemini(&fake, words).exits(2).says(told);
    }
    assert!(fake.server.requests().is_empty());
    assert!(sandbox.files().is_empty());
}

#[test]
fn a_file_is_converted_as_a_run_would_write_it() {
    let sandbox = Sandbox::new();
    let words = "--provider offline --query q --seed 5 --samples 40 --format triplet";
    sandbox.run(words, &["--output-prefix", "native"]).exits(0);
    let shaped = ["--output-prefix", "shaped", "--as", "preference"];
    sandbox.run(words, &shaped).exits(0);
    for input in ["jsonl", "csv", "parquet"] {
        for output in ["jsonl", "csv", "parquet"] {
            let files = [
                format!("native_triplet_from_query.{input}"),
                format!("out/{input}.{output}"),
            ];
            sandbox.write("out/x", "");
            let files = files.each_ref().map(String::as_str);
            let ran = sandbox.run("convert --format triplet --as preference", &files);
            let ran = ran.exits(0).says("40 of 40 rows are in preference now");
            assert_eq!(ran.stdout, format!("{}\n", files[1]));
        }
        let base = format!("out/{input}");
        let expected = DataSets::read(&sandbox, "shaped_triplet_from_query");
        assert_eq!(DataSets::read(&sandbox, &base), expected, "{input}");
    }
}

#[test]
fn rows_that_do_not_fit_are_counted_and_a_file_without_samples_is_refused() {
    let sandbox = Sandbox::new();
    let row = |answer| json!({"context": "It burns.", "question": "Does it?", "answer": answer});
    let rows = |rows: &[Value]| {
        let lines: Vec<_> = rows.iter().map(Value::to_string).collect();
        lines.join("\n")
    };
    sandbox.write("in.jsonl", rows(&[row("burns"), row("no"), row("It")]));
    let squad = "convert --as squad --format qa";
    let ran = sandbox.run(squad, &["in.jsonl", "out.jsonl"]).exits(3);
    let reason = "answer: not word for word in the context";
    let told = format!("not converted: {reason} 1\nin.jsonl: 2 of 3 rows are in squad now\n");
    ran.says(&told);
    assert_eq!(sandbox.jsonl("out.jsonl").len(), 2);

    let before = sandbox.read("out.jsonl");
    let again = sandbox.run(squad, &["in.jsonl", "out.jsonl"]);
    again.exits(2).says("--overwrite");
    sandbox.write("bad.jsonl", rows(&[json!({"context": 1}), json!([])]));
    let bad = sandbox.run(squad, &["bad.jsonl", "out.jsonl", "--overwrite"]);
    bad.exits(2)
        .says("bad.jsonl: line 1: context: wrong type")
        .says("`bad.jsonl`: no row is a sample of the format")
        .says("--format");
    sandbox.write("none.csv", "context,question,answer\n");
    for (input, output, told) in [
        ("none.csv", "new.csv", "`none.csv`: holds no rows"),
        ("in.jsonl", "new.txt", "`new.txt`: its name must end in"),
        ("no.jsonl", "new.csv", "`no.jsonl`: cannot be read"),
    ] {
        sandbox.run(squad, &[input, output]).exits(2).says(told);
    }
    assert_eq!(sandbox.read("out.jsonl"), before);
    let files = ["bad.jsonl", "in.jsonl", "none.csv", "out.jsonl"];
    assert_eq!(sandbox.files(), files);
}

#[test]
fn rows_that_are_broken_or_no_samples_are_told_and_the_others_converted() {
    let sandbox = Sandbox::new();
    let good = json!({"anchor": "a", "positive": "b"}).to_string();
    let lines = ["{\"anch", &good, "[1]", "{\"anchor\":\"a\"}"];
    sandbox.write("in.jsonl", lines.join("\n"));
    let words = "convert in.jsonl out.csv --format pair";
    let ran = sandbox.run(words, &[]).exits(3);
    assert_eq!(
        ran.stderr,
        "in.jsonl: line 1: invalid JSON at column 6\n\
         in.jsonl: line 3: not a JSON object\n\
         in.jsonl: line 4: positive: missing\n\
         in.jsonl: not converted: broken row 2, positive: missing 1\n\
         in.jsonl: 1 of 4 rows are in native now\n"
    );
    assert_eq!(sandbox.read("out.csv"), "anchor,positive\na,b\n");
    // What holds no row at all is another type of file.
    sandbox.write("in.jsonl", b"\x89PNG\r\n\x1a\n\0\0");
    let ran = sandbox.run(words, &["--overwrite"]).exits(2);
    ran.says("`in.jsonl`: holds no row that can be read");
    assert_eq!(sandbox.files(), ["in.jsonl", "out.csv"]);
}

#[test]
fn a_collection_holds_each_text_once() {
    let sandbox = Sandbox::new();
    let rows = [("q1", "a", "b"), ("q2", "a", "c"), ("q1", "d", "a")]
        .map(|(anchor, positive, negative)| {
            json!({"anchor": anchor, "positive": positive, "negative": negative})
        })
        .map(|row| format!("{row}\n"));
    sandbox.write("in.jsonl", rows.concat());
    let words = "convert in.jsonl beir --as beir --format triplet";
    let ran = sandbox.run(words, &[]).exits(0);
    let files = "beir/corpus.jsonl\nbeir/queries.jsonl\nbeir/qrels/test.tsv\n";
    assert_eq!(ran.stdout, files);
    let document = |(number, text)| json!({"_id": number, "title": "", "text": text});
    let corpus = [("d1", "a"), ("d2", "b"), ("d3", "c"), ("d4", "d")].map(document);
    assert_eq!(sandbox.jsonl("beir/corpus.jsonl"), corpus);
    let queries = ["q1", "q2"].map(|name| json!({"_id": name, "text": name}));
    assert_eq!(sandbox.jsonl("beir/queries.jsonl"), queries);
    assert_eq!(
        sandbox.read("beir/qrels/test.tsv"),
        "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td1\t1\nq1\td4\t1\n"
    );
    sandbox.run(words, &[]).exits(2).says("--overwrite");
    sandbox.run(words, &["--overwrite"]).exits(0);
}
