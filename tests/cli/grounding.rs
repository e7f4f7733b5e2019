//! Answers that do not come from their passage: rejected, or kept and marked.

use arrow::array::{Array as _, BooleanArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use crate::fake_gemini::{FakeGemini, Reply};
use crate::run::Ran;
use crate::sandbox::Sandbox;

const BASE: &str = "synthetic_data_qa_from_docs";
const WORDS: &str = "--documents lamp.txt --format qa --batch-size 4 --concurrency 1 --json";

/// A sandbox with a document of one passage.
fn with_document() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "lamp.txt",
        "The lamp of the tower was lit in 1822. It burned oil for eighty years.",
    );
    sandbox
}

/// A model that makes half of its answers up.
fn half_true() -> FakeGemini {
    FakeGemini::with(|_, order| {
        let item = |(number, answer): (usize, &str)| json!({"question": format!("What, {order}-{number}?"), "answer": answer});
        let answers = [
            "in 1822",
            "in 1823",
            "Yes",
            "It was lit by the king of Spain.",
        ];
        Reply::Items(answers.into_iter().enumerate().map(item).collect())
    })
}

fn run(sandbox: &Sandbox, fake: &FakeGemini, words: &str) -> Ran {
    let ran = sandbox.gemini_process(fake, &format!("{WORDS} {words}"));
    { ran }.output().unwrap().into()
}

#[test]
fn an_answer_that_is_not_in_the_passage_is_rejected_with_its_reason() {
    let (sandbox, fake) = (with_document(), half_true());
    let ran = run(&sandbox, &fake, "--samples 4")
        .exits(0)
        .says("answer: not in the text 4");
    assert_eq!(ran.json()["samples"]["ungrounded"], 0);
    let rows = sandbox.jsonl(&format!("{BASE}.jsonl"));
    assert!(
        rows.iter()
            .all(|row| ["in 1822", "Yes"].contains(&row["answer"].as_str().unwrap()))
    );
    assert!(rows.iter().all(|row| row.get("_grounded").is_none()));
}

#[test]
fn what_is_kept_ungrounded_is_marked_in_every_file() {
    let (sandbox, fake) = (with_document(), half_true());
    let ran = run(
        &sandbox,
        &fake,
        "--samples 8 --keep-ungrounded --with-metadata",
    )
    .exits(0)
    .says("4 of the written are not grounded in their text");
    assert_eq!(ran.json()["samples"]["ungrounded"], 4);
    let rows = sandbox.jsonl(&format!("{BASE}.jsonl"));
    let keys: Vec<_> = rows[0].as_object().unwrap().keys().collect();
    let names = "context question answer _grounded _source _chunk _page _model _request";
    assert_eq!(keys, names.split(' ').collect::<Vec<_>>());
    let marks: Vec<_> = rows.iter().map(|row| row["_grounded"].clone()).collect();
    assert_eq!(
        marks,
        [true, false, true, false]
            .repeat(2)
            .into_iter()
            .map(Value::from)
            .collect::<Vec<_>>()
    );

    let csv = sandbox.read(&format!("{BASE}.csv"));
    let records = csv::Reader::from_reader(csv.as_bytes()).into_records();
    let cells: Vec<_> = records
        .map(|record| record.unwrap()[3].to_owned())
        .collect();
    assert_eq!(cells, ["true", "false", "true", "false"].repeat(2));

    let parquet = std::fs::File::open(sandbox.path(&format!("{BASE}.parquet"))).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(parquet).unwrap();
    let batch = reader.build().unwrap().next().unwrap().unwrap();
    let column = batch.column_by_name("_grounded").unwrap();
    let column: &BooleanArray = column.as_any().downcast_ref().unwrap();
    assert_eq!(column.null_count(), 0);
    assert_eq!(
        column.values().iter().collect::<Vec<_>>(),
        [true, false, true, false].repeat(2)
    );
}

#[test]
fn the_mark_survives_a_resumption_and_is_part_of_what_a_run_is() {
    let (sandbox, fake) = (with_document(), half_true());
    let words = "--samples 8 --keep-ungrounded";
    run(&sandbox, &fake, &format!("{words} --max-requests 1")).exits(3);
    run(&sandbox, &fake, "--samples 8 --resume")
        .exits(2)
        .says("its keep-ungrounded was given, and now is not given");
    let result = run(&sandbox, &fake, &format!("{words} --resume"))
        .exits(0)
        .json();
    assert_eq!(result["samples"]["ungrounded"], 4);
    assert_eq!(result["samples"]["duplicate"], 0);
    let rows = sandbox.jsonl(&format!("{BASE}.jsonl"));
    assert_eq!(
        rows.iter().filter(|row| row["_grounded"] == false).count(),
        4
    );
}

#[test]
fn where_nothing_is_checked_the_flag_is_idle_and_marks_nothing() {
    let sandbox = Sandbox::new();
    let words = "--provider offline --query q --format qa --samples 2 --keep-ungrounded";
    sandbox
        .run(words, &["--output-format", "jsonl"])
        .exits(0)
        .says("--keep-ungrounded has an effect with qa from documents only");
    let row = &sandbox.jsonl("synthetic_data_qa_from_query.jsonl")[0];
    assert_eq!(row.as_object().unwrap().len(), 3);
}

#[test]
fn what_is_cut_out_of_documents_offline_is_grounded() {
    let sandbox = with_document();
    let fixture = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/documents/lighthouse.docx"
    );
    let words =
        format!("--provider offline --format qa --samples 20 --documents lamp.txt {fixture}");
    let ran = sandbox.run(&words, &["--json", "--keep-ungrounded"]);
    assert_eq!(ran.json()["samples"]["ungrounded"], 0);
}
