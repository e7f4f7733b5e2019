//! `--provider offline`: fixtures without key or network.

use std::collections::HashSet;
use std::path::Path;

use serde_json::Value;

use crate::formats::{FORMATS, chosen};
use crate::sandbox::Sandbox;

const OFFLINE: &str = "--provider offline --query lighthouses";

#[test]
fn all_formats_are_written_in_all_file_types() {
    for (format, columns) in FORMATS {
        let sandbox = Sandbox::new();
        let words = format!("{OFFLINE} {} --samples 60", chosen(format));
        let ran = sandbox.run(&words, &[]).exits(0);
        let base = format!("synthetic_data_{format}_from_query");
        let files = ["jsonl", "csv", "parquet"].map(|extension| format!("{base}.{extension}"));
        assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), files);
        let rows = sandbox.jsonl(&files[0]);
        assert_eq!(
            rows.iter()
                .map(Value::to_string)
                .collect::<HashSet<_>>()
                .len(),
            60
        );
        for row in &rows {
            assert_eq!(row.as_object().unwrap().keys().collect::<Vec<_>>(), columns);
        }
        ran.says("made up offline, without a model");
    }
}

/// How many samples of each class a run that reaches its target has, as its
/// account says; `None` if classes are not balanced.
fn classes(sandbox: &Sandbox, words: &str) -> Option<Vec<u64>> {
    let words = format!("--provider offline --seed 7 --overwrite --json {words}");
    let ran = sandbox.run(&words, &[]).exits(0);
    let classes = ran.json()["balance"]["classes"].as_array()?.clone();
    let samples = classes
        .iter()
        .map(|class| class["samples"].as_u64().unwrap());
    Some(samples.collect())
}

#[test]
fn classes_are_balanced_to_the_sample() {
    let sandbox = Sandbox::new();
    let news = Path::new(env!("CARGO_MANIFEST_DIR")).join("formats/news_item.json");
    std::fs::copy(news, sandbox.path("news.json")).unwrap();
    for (words, counts) in [
        ("--format pair-class --samples 100", &[34, 33, 33][..]),
        (
            "--format pair-class --samples 100 --balance label=1,0,1",
            &[50, 0, 50],
        ),
        ("--format pair-score --samples 101", &[21, 20, 20, 20, 20]),
        (
            "--custom-format-file news.json --samples 53",
            &[11, 11, 11, 10, 10],
        ),
    ] {
        let words = format!("--query lighthouses {words}");
        assert_eq!(
            classes(&sandbox, &words).as_deref(),
            Some(counts),
            "{words}"
        );
    }
}

#[test]
fn classes_of_documents_are_balanced_only_on_demand() {
    let sandbox = Sandbox::new();
    // One sentence: there is nothing neutral beside it.
    sandbox.write("a.txt", "The lamp burned whale oil until 1901.");
    sandbox.write(
        "b.txt",
        "The tower was raised. A keeper lived beside it. Nobody lives there now.",
    );
    let words = "--documents a.txt b.txt --format pair-class --samples 6";
    assert_eq!(classes(&sandbox, words), None);
    let words = format!("{words} --balance label=1,1,0");
    assert_eq!(classes(&sandbox, &words), Some(vec![3, 3, 0]));
}

#[test]
fn the_seed_decides_the_rows() {
    let rows = |seed: &str| {
        let sandbox = Sandbox::new();
        sandbox
            .run(
                OFFLINE,
                &["--format", "triplet", "--samples", "200", "--seed", seed],
            )
            .exits(0);
        sandbox.read("synthetic_data_triplet_from_query.jsonl")
    };
    assert_eq!(rows("7"), rows("7"));
    assert_ne!(rows("7"), rows("8"));
}

#[test]
fn documents_are_quoted() {
    let sandbox = Sandbox::new();
    let text = "The first lighthouse on the cape was built in 1822 by Elena Brandt. Its lamp burned whale oil. \
                In 1901 the tower was raised by nine metres. A keeper and two helpers lived beside it until 1987.";
    sandbox.write("docs/cape.txt", text);
    sandbox
        .run(
            "--provider offline --documents docs --format qa --samples 4",
            &[],
        )
        .exits(0);
    for row in sandbox.jsonl("synthetic_data_qa_from_docs.jsonl") {
        let part = |name: &str| row[name].as_str().unwrap().to_owned();
        assert!(text.contains(&part("context")), "{row}");
        assert!(part("context").contains(&part("answer")), "{row}");
        assert!(part("question").ends_with('?'), "{row}");
    }
}

#[test]
fn every_ready_format_works() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("formats");
    let mut formats = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let sandbox = Sandbox::new();
        let ran = sandbox
            .run(
                OFFLINE,
                &[
                    "--samples",
                    "40",
                    "--custom-format-file",
                    path.to_str().unwrap(),
                ],
            )
            .exits(0);
        assert!(!ran.stderr.contains("warning"), "{path:?}: {}", ran.stderr);
        formats += 1;
    }
    assert!(formats >= 8, "{formats} formats");
}

#[test]
fn a_bad_custom_format_is_found_before_any_work() {
    for (definition, said) in [
        (None, "was not found"),
        (Some("{"), "is not valid JSON"),
        (Some("[]"), "expected a JSON object, found a list"),
        (Some(r#"{"name": "x"}"#), "`fields` is missing"),
        (Some(r#"{"fields": {}}"#), "`fields` is empty"),
        (
            Some(r#"{"fields": {"age": {"type": "number", "description": "d"}}}"#),
            "field `age`: unknown `type` \"number\"",
        ),
        (
            Some(r#"{"fields": {"age": {"type": "integer"}}}"#),
            "field `age`: `description` is missing",
        ),
        (
            Some(r#"{"fields": {"age": {"type": "integer", "description": ""}}}"#),
            "field `age`: `description` is empty",
        ),
        (
            Some(r#"{"fields": {"age": {"type": "integer", "description": "d", "required": 1}}}"#),
            "field `age`: `required` must be true or false",
        ),
    ] {
        let sandbox = Sandbox::new();
        if let Some(definition) = definition {
            sandbox.write("f.json", definition);
        }
        let ran = sandbox
            .run(OFFLINE, &["--custom-format-file", "f.json"])
            .exits(2)
            .says(said);
        assert!(ran.stderr.contains("`f.json`"), "{}", ran.stderr);
        assert!(sandbox.files().iter().all(|file| file == "f.json"));
    }
}

#[test]
fn an_example_of_the_wrong_type_is_warned_of() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "my fmt.json",
        r#"{"fields": {"age": {"type": "integer", "description": "years", "example": "35"}}}"#,
    );
    let ran = sandbox
        .run(
            OFFLINE,
            &["--samples", "5", "--custom-format-file", "my fmt.json"],
        )
        .exits(0)
        .says("field `age`: the example \"35\" is not a valid integer");
    assert!(
        ran.stdout
            .contains("synthetic_data_my_fmt_from_query.jsonl"),
        "{}",
        ran.stdout
    );
}
