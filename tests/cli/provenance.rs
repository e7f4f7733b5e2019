//! Where samples come from: `--with-metadata`, and the file that tells it
//! without.

use std::fs::File;

use arrow::datatypes::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use crate::fake_gemini::FakeGemini;
use crate::sandbox::Sandbox;

const BASE: &str = "synthetic_data_pair_from_docs";
const SOURCES: &str = ".sdgen/synthetic_data_pair_from_docs.sources.jsonl";
const DOCS: &str = "--provider offline --documents docs --format pair --samples 8 --chunk-size 12 \
    --batch-size 2 --concurrency 1 --seed 7 --json";

/// A sandbox with two documents of several passages.
fn with_documents() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "docs/lamp.txt",
        "The lamp was lit in 1844.\n\nIt burned oil for ninety years.\n\nThen it burned gas.",
    );
    sandbox.write("docs/tower.txt", "The tower on the reef is 48 metres high.");
    sandbox
}

/// What `line` of the file of sources says, as the columns say it.
fn as_columns(line: &Value) -> [Value; 5] {
    ["source", "chunk", "page", "model", "request"].map(|key| line[key].clone())
}

#[test]
fn the_files_hold_the_fields_only_and_the_sources_lie_beside_them() {
    let sandbox = with_documents();
    let ran = sandbox.run(DOCS, &[]).exits(0);
    let (rows, sources) = (
        sandbox.jsonl(&format!("{BASE}.jsonl")),
        sandbox.jsonl(SOURCES),
    );
    assert_eq!(ran.json()["sources"], SOURCES);
    assert_eq!((rows.len(), sources.len()), (8, 8));
    for (number, (row, source)) in (1..).zip(rows.iter().zip(&sources)) {
        let keys: Vec<_> = row.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["anchor", "positive"]);
        assert_eq!(source["row"], number);
        assert_eq!(source["model"], "offline");
        assert!(source.get("page").is_none(), "{source}");
        // The sample is of that document, and of that passage.
        let text = row["anchor"].to_string() + &row["positive"].to_string();
        let (words, chunks): (&[&str], _) = match source["source"].as_str().unwrap() {
            "docs/lamp.txt" => (&["lamp", "burned", "1844", "oil", "gas"], 1..=3),
            _ => (&["tower", "reef", "metres", "high"], 1..=1),
        };
        assert!(
            words.iter().any(|word| text.contains(word)),
            "{text} {source}"
        );
        assert!(
            chunks.contains(&source["chunk"].as_u64().unwrap()),
            "{source}"
        );
    }
    let plain = with_documents()
        .run(&DOCS.replace("--json", ""), &[])
        .exits(0);
    assert!(!plain.stdout.contains("sources"), "{}", plain.stdout);
}

#[test]
fn with_metadata_every_file_has_the_columns_of_the_origin() {
    let sandbox = with_documents();
    sandbox.run(DOCS, &["--with-metadata"]).exits(0);
    let sources: Vec<_> = sandbox.jsonl(SOURCES).iter().map(as_columns).collect();
    let names = ["_source", "_chunk", "_page", "_model", "_request"];
    let rows = sandbox.jsonl(&format!("{BASE}.jsonl"));
    let columns: Vec<_> = rows
        .iter()
        .map(|row| names.map(|name| row[name].clone()))
        .collect();
    assert_eq!(columns, sources);
    assert!(rows[0].as_object().unwrap().contains_key("_page"));

    let csv = sandbox.read(&format!("{BASE}.csv"));
    let mut csv = csv::Reader::from_reader(csv.as_bytes());
    let header: Vec<_> = csv.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header, [&["anchor", "positive"][..], &names].concat());
    for (record, source) in csv.records().map(Result::unwrap).zip(&sources) {
        let told = source.each_ref().map(|value| match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        assert_eq!(record.iter().skip(2).collect::<Vec<_>>(), told);
    }

    let parquet = File::open(sandbox.path(&format!("{BASE}.parquet"))).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(parquet).unwrap();
    let types: Vec<_> = builder.schema().fields()[2..]
        .iter()
        .map(|field| {
            (
                field.name().as_str(),
                field.data_type(),
                field.is_nullable(),
            )
        })
        .collect();
    let (text, number) = (&DataType::Utf8, &DataType::Int64);
    assert_eq!(
        types,
        [
            ("_source", text, true),
            ("_chunk", number, true),
            ("_page", number, true),
            ("_model", text, true),
            ("_request", number, true),
        ]
    );
    let batch = builder.build().unwrap().next().unwrap().unwrap();
    let chunks = batch.column_by_name("_chunk").unwrap();
    let chunks: &arrow::array::Int64Array = chunks.as_any().downcast_ref().unwrap();
    let chunks: Vec<_> = chunks.iter().map(|chunk| json!(chunk)).collect();
    assert_eq!(
        chunks,
        sources
            .iter()
            .map(|source| source[1].clone())
            .collect::<Vec<_>>()
    );
    assert_eq!(batch.column_by_name("_page").unwrap().null_count(), 8);
}

#[test]
fn the_origin_of_a_sample_from_a_query_is_its_model_and_its_request() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let words =
        "--format pair --samples 20 --batch-size 10 --no-refine --topics none --with-metadata";
    sandbox.gemini(&fake, words).exits(0);
    let base = "synthetic_data_pair_from_query";
    let rows = sandbox.jsonl(&format!("{base}.jsonl"));
    let keys: Vec<_> = rows[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["anchor", "positive", "_model", "_request"]);
    let mut requests: Vec<_> = rows
        .iter()
        .map(|row| row["_request"].as_u64().unwrap())
        .collect();
    requests.dedup();
    requests.sort_unstable();
    assert_eq!(requests, [1, 2]);
    assert_eq!(rows[0]["_model"], "gemini-3.5-flash-lite");
    let line = &sandbox.jsonl(&format!(".sdgen/{base}.sources.jsonl"))[0];
    assert_eq!(line["request"], rows[0]["_request"]);
    assert!(line.get("chunk").is_none(), "{line}");
}

#[test]
fn metadata_is_a_matter_of_the_files_only() {
    let sandbox = with_documents();
    sandbox.run(DOCS, &["--max-requests", "1"]).exits(3);
    let whole = with_documents();
    whole.run(DOCS, &["--with-metadata"]).exits(0);
    let data = format!("{BASE}.csv");
    for (extra, is_wide) in [
        (&["--with-metadata"][..], true),
        (&[], false),
        (&["--with-metadata"], true),
    ] {
        let words = [extra, &["--resume"]].concat();
        let result = sandbox.run(DOCS, &words).exits(0).json();
        assert_eq!(result["sources"], SOURCES);
        assert_eq!(sandbox.read(&data) == whole.read(&data), is_wide);
        assert_eq!(sandbox.read(SOURCES), whole.read(SOURCES));
        assert_eq!(
            sandbox.read(&data).starts_with("anchor,positive\n"),
            !is_wide
        );
    }
}

#[test]
fn the_same_sample_of_two_requests_is_still_a_duplicate() {
    let (sandbox, fake) = (
        Sandbox::new(),
        FakeGemini::with(|_, _| {
            crate::fake_gemini::Reply::Items(vec![json!({"anchor": "a", "positive": "b"})])
        }),
    );
    let words = "--format pair --samples 5 --no-refine --topics none --with-metadata --json";
    let result = sandbox.gemini(&fake, words).exits(3).json();
    assert_eq!(result["samples"]["written"], 1);
}

#[test]
fn a_field_with_the_name_of_a_column_is_refused_before_any_request() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    sandbox.write(
        "own.json",
        r#"{"fields": {"_model": {"type": "string", "description": "d"}}}"#,
    );
    let words = "--custom-format-file own.json --samples 1 --no-refine --topics none";
    sandbox
        .gemini(&fake, &format!("{words} --with-metadata"))
        .exits(2)
        .says("field `_model` of the format has the name of a column of --with-metadata");
    assert!(fake.server.requests().is_empty());
    sandbox.gemini(&fake, words).exits(0);
}
