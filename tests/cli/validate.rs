//! `sdgen validate`: what is wrong with files.

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

#[test]
fn the_files_of_a_run_are_valid() {
    let sandbox = Sandbox::new();
    let words = "--provider offline --query q --samples 60 --seed 3 --with-metadata";
    for format in ["pair-class", "pair-score", "qa"] {
        sandbox.run(words, &["--format", format]).exits(0);
        let base = format!("synthetic_data_{format}_from_query");
        let files = ["jsonl", "csv", "parquet"].map(|end| format!("{base}.{end}"));
        let files = files.each_ref().map(String::as_str);
        let ran = sandbox.run(&format!("validate --format {format}"), &files);
        let ran = ran.exits(0).says(&format!(
            "{base}.csv: 60 of 60 rows are valid {format} samples\n"
        ));
        let notes = ran.stderr.lines().filter(|line| line.contains("note:"));
        assert_eq!(notes.count(), 6, "{}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn each_row_that_breaks_a_rule_is_told_with_its_line_and_counted() {
    let sandbox = Sandbox::new();
    let near = "The keeper climbed the tower at dusk and trimmed the lamp, as on every other \
                evening of that long winter, while the ships steered by it into the harbour.";
    let rows = [
        json!({"anchor": near, "positive": format!("So it was: {near}")}),
        json!({"anchor": "a boat", "positive": "a ship"}),
        json!({"anchor": "A  Boat", "positive": "a ship", "more": 1}),
        json!({"anchor": near.replace("dusk", "dawn"), "positive": format!("So it was: {near}")}),
        json!({"anchor": "red", "positive": "Red!"}),
        json!({"anchor": "alone"}),
        json!({"anchor": 3, "positive": "three", "more": 2}),
    ];
    let lines: Vec<_> = rows.iter().map(Value::to_string).collect();
    sandbox.write("rows.jsonl", lines.join("\n"));

    let ran = sandbox.run("validate rows.jsonl --format pair --json", &[]);
    let ran = ran.exits(3);
    assert_eq!(
        ran.stderr,
        "rows.jsonl: note: pair has no field `more`\n\
         rows.jsonl: line 3: duplicate\n\
         rows.jsonl: line 4: near duplicate\n\
         rows.jsonl: line 5: positive: same as anchor\n\
         rows.jsonl: line 6: positive: missing\n\
         rows.jsonl: line 7: anchor: wrong type\n\
         rows.jsonl: not valid: anchor: wrong type 1, duplicate 1, near duplicate 1, \
         positive: missing 1, positive: same as anchor 1\n\
         rows.jsonl: 2 of 7 rows are valid pair samples\n"
    );
    assert_eq!(
        serde_json::from_str::<Value>(&ran.stdout).unwrap(),
        json!({"format": "pair", "valid": false, "files": [{
            "file": "rows.jsonl", "rows": 7, "valid": 2,
            "invalid": {
                "anchor: wrong type": 1, "duplicate": 1, "near duplicate": 1,
                "positive: missing": 1, "positive: same as anchor": 1,
            },
            "other_columns": ["more"],
        }]})
    );
    let lenient = "validate rows.jsonl --format pair --no-sanity --dedup exact";
    let ran = sandbox.run(lenient, &[]).exits(3);
    ran.says("4 of 7 rows are valid");
}

#[test]
fn of_many_rows_that_break_a_rule_twenty_are_told() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", format!("anchor\n{}", "a\n".repeat(1_025)));
    let ran = sandbox.run("validate rows.csv --format pair", &[]).exits(3);
    let told = ran.stderr.lines().filter(|line| line.contains(": line "));
    assert_eq!(told.count(), 20);
    ran.says("rows.csv: and 1,005 more\n")
        .says("rows.csv: not valid: positive: missing 1,025\n")
        .says("rows.csv: 0 of 1,025 rows are valid pair samples\n");
}

#[test]
fn a_row_that_cannot_be_read_is_told_and_those_behind_it_are_checked() {
    let sandbox = Sandbox::new();
    let row = |text: &str| format!("{{\"anchor\":\"{text}\",\"positive\":\"of {text}\"}}\n");
    let lines = [
        "{\"anch\n".into(),
        row("a"),
        "[1]\n".into(),
        row("b"),
        row("A"),
    ];
    sandbox.write("rows.jsonl", lines.concat());
    sandbox.write("rows.csv", "anchor,positive\na,b\nalone\nc,d\n");
    let ran = sandbox.run("validate --format pair --json rows.jsonl rows.csv", &[]);
    let ran = ran.exits(3);
    assert_eq!(
        ran.stderr,
        "rows.jsonl: line 1: invalid JSON at column 6\n\
         rows.jsonl: line 3: not a JSON object\n\
         rows.jsonl: line 5: duplicate\n\
         rows.jsonl: not valid: broken row 2, duplicate 1\n\
         rows.jsonl: 2 of 5 rows are valid pair samples\n\
         rows.csv: line 3: 1 cells where the first line has 2\n\
         rows.csv: not valid: broken row 1\n\
         rows.csv: 2 of 3 rows are valid pair samples\n"
    );
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(told["files"][0]["invalid"]["broken row"], 2);
}

#[test]
fn a_file_that_cannot_be_read_is_told_with_its_place() {
    let sandbox = Sandbox::new();
    sandbox.write("torn.jsonl", "\n{\"anch");
    sandbox.write("image.jsonl", b"\x89PNG\r\n\x1a\n\0\0");
    sandbox.write("empty.csv", "anchor,positive\n");
    sandbox.write("open.csv", "anchor,positive\na,b\n\"a,\nb\n");
    for (file, told) in [
        ("torn.jsonl", "torn.jsonl: line 2: invalid JSON"),
        (
            "image.jsonl",
            "`image.jsonl`: holds no row that can be read",
        ),
        (
            "open.csv",
            "`open.csv`, line 3: a quotation mark is not closed",
        ),
        ("empty.csv", "`empty.csv`: holds no rows"),
        ("none.jsonl", "`none.jsonl`: cannot be read: No such file"),
        ("x.txt", "`x.txt`: its name must end in"),
    ] {
        let ran = sandbox.run("validate --format pair", &[file]);
        ran.exits(2).says(told);
    }
    sandbox
        .run("validate torn.jsonl --custom-format-file no.json", &[])
        .exits(2)
        .says("`no.json` was not found");
}

#[test]
fn a_passage_that_was_filled_in_is_no_text_of_a_model() {
    let sandbox = Sandbox::new();
    let row = r#"{"context":"Lorem ipsum dolor sit amet","question":"Which language is it?","answer":"Latin"}"#;
    sandbox.write("rows.jsonl", row);
    let ran = sandbox.run("validate rows.jsonl --format qa", &[]);
    ran.exits(3).says("line 1: context: placeholder");
    let ran = sandbox.run("validate rows.jsonl --format qa --from-documents", &[]);
    ran.exits(0);
}
