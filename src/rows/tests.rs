//! Files of every type, good and bad.

use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use arrow::array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Float32Array, Float64Array, Int32Array,
    LargeStringArray, RecordBatch, StringArray,
};
use arrow::datatypes::Int32Type;
use serde_json::json;

use super::*;
use crate::sample::FieldKind;

/// What is read from a file named `name`, up to and with the first error,
/// without the folder.
fn read(name: &str, content: impl AsRef<[u8]>) -> (Vec<(Place, Value)>, Option<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("written");
    let fields = [
        Field::new("text", FieldKind::String, "a text"),
        Field::new("label", FieldKind::Integer, "a number"),
    ];
    let told = |error: RowsError| {
        let folder = folder.path().join("").display().to_string();
        error.to_string().replace(&folder, "")
    };
    let mut read = Vec::new();
    let rows = match Rows::open(&path, &fields) {
        Ok(rows) => rows,
        Err(error) => return (read, Some(told(error))),
    };
    for row in rows {
        match row.flatten() {
            Ok(Row { place, object }) => read.push((place, Value::Object(object))),
            Err(error) => return (read, Some(told(error))),
        }
    }
    (read, None)
}

#[test]
fn json_lines_are_objects_with_their_lines() {
    let content = "\u{feff}{\"text\":\"a\\nb\",\"label\":1}\r\n\n  \n{\"label\":null}";
    assert_eq!(
        read("a.jsonl", content),
        (
            vec![
                (Place::Line(1), json!({"text": "a\nb", "label": 1})),
                (Place::Line(4), json!({"label": null})),
            ],
            None
        )
    );
    assert_eq!(read("a.NDJSON", ""), (vec![], None));
}

#[test]
fn a_bad_line_is_named_with_its_problem() {
    for (second, problem) in [
        ("[1]", "not a JSON object"),
        ("{\"a\":1", "invalid JSON at column 6"),
        ("{} {}", "invalid JSON at column 4"),
    ] {
        let (rows, error) = read("a.jsonl", format!("{{}}\n{second}\n{{}}\n"));
        assert_eq!(rows.len(), 1);
        assert_eq!(error, Some(format!("`a.jsonl`, line 2: {problem}")));
    }
    let (_, error) = read("a.jsonl", b"{\"a\":\"\xff\"}");
    assert_eq!(error.as_deref(), Some("`a.jsonl`, line 1: not UTF-8"));
}

#[test]
fn a_row_beyond_all_measure_is_refused() {
    let long = "a".repeat(MAX_ROW_BYTES);
    let (_, error) = read("a.jsonl", format!("{{}}\n\"{long}\""));
    assert_eq!(
        error.as_deref(),
        Some("`a.jsonl`, line 2: longer than 16 MiB; is each JSON object a line?")
    );
    let (rows, error) = read("a.csv", format!("text\na\n\"{long}{long}\n\nb\n"));
    assert_eq!(rows.len(), 1);
    let expected = "`a.csv`, line 3: cannot be read: a row longer than 16 MiB; is a quotation \
                    mark not closed?";
    assert_eq!(error.as_deref(), Some(expected));
}

#[test]
fn cells_of_csv_become_values_of_the_fields() {
    for end in ["\n", "\r\n"] {
        let content = [
            "\u{feff}text,label,note",
            "\"a,\n\"\"b\"\"\",1,7",
            "",
            "c,,",
            "",
        ];
        assert_eq!(
            read("a.csv", content.join(end)),
            (
                vec![
                    (
                        Place::Line(2),
                        json!({"text": "a,\n\"b\"", "label": 1, "note": "7"})
                    ),
                    (
                        Place::Line(5),
                        json!({"text": "c", "label": null, "note": ""})
                    ),
                ],
                None
            ),
            "{end:?}"
        );
    }
    assert_eq!(read("a.csv", "text,label\n"), (vec![], None));
    assert_eq!(read("a.csv", ""), (vec![], None));
}

#[test]
fn a_bad_row_of_csv_is_named_with_its_problem() {
    for (content, problem) in [
        (
            &b"text,label\na,1\nb\n"[..],
            "line 3: 1 cells where the first line has 2",
        ),
        (b"text,text\n", "line 1: two columns are named `text`"),
        (b"text\na\n\xff\n", "line 3: not UTF-8"),
        (b"te\xffxt\na\n", "line 1: not UTF-8"),
    ] {
        let (_, error) = read("a.csv", content);
        assert_eq!(error, Some(format!("`a.csv`, {problem}")));
    }
}

fn parquet_file(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    let mut content = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut content, batch.schema(), None).expect("begun");
    writer.write(&batch).expect("written");
    writer.close().expect("finished");
    content
}

#[test]
fn columns_of_parquet_are_read_whatever_their_width() {
    let dictionary: DictionaryArray<Int32Type> = vec![Some("x"), None].into_iter().collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("text", Arc::new(StringArray::from(vec!["a", "b"]))),
        ("large", Arc::new(LargeStringArray::from(vec!["c", "d"]))),
        ("kind", Arc::new(dictionary)),
        ("label", Arc::new(Int32Array::from(vec![Some(1), None]))),
        ("score", Arc::new(Float32Array::from(vec![0.1, f32::NAN]))),
        ("exact", Arc::new(Float64Array::from(vec![0.1, 1.0]))),
        ("truth", Arc::new(BooleanArray::from(vec![true, false]))),
    ];
    assert!(columns.iter().all(|(_, column)| column.len() == 2));
    assert_eq!(
        read("a.parquet", parquet_file(columns)),
        (
            vec![
                (
                    Place::Row(1),
                    json!({"text": "a", "large": "c", "kind": "x", "label": 1, "score": 0.1,
                        "exact": 0.1, "truth": true})
                ),
                (
                    Place::Row(2),
                    json!({"text": "b", "large": "d", "kind": null, "label": null, "score": null,
                        "exact": 1.0, "truth": false})
                ),
            ],
            None
        )
    );
}

#[test]
fn damaged_parquet_is_an_error_and_no_panic() {
    let texts: Vec<_> = (0..50).map(|number| format!("text {number}")).collect();
    let whole = parquet_file(vec![("text", Arc::new(StringArray::from(texts)))]);
    for place in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x55;
        let (_, error) = read("a.parquet", damaged);
        if let Some(error) = error {
            assert!(error.contains("cannot be read as Parquet: "), "{error}");
        }
    }
    let (_, error) = read("a.parquet", "text\na\n");
    assert!(error.is_some_and(|error| error.starts_with("`a.parquet`: cannot be read as Parquet")));
}

#[test]
fn a_file_that_cannot_be_opened_is_named() {
    let told = |path: &str| {
        Rows::open(Path::new(path), &[])
            .err()
            .map(|error| error.to_string())
    };
    let missing = std::io::Error::from_raw_os_error(2);
    assert_eq!(
        told("no-such-file.csv"),
        Some(format!("`no-such-file.csv`: cannot be read: {missing}"))
    );
    assert_eq!(
        told("a.json").as_deref(),
        Some("`a.json`: its name must end in .jsonl, .ndjson, .csv or .parquet")
    );
}

#[test]
fn a_quotation_mark_that_is_not_closed_swallows_no_rows() {
    let (rows, error) = read("a.csv", "text,label\n\"a\",1\n2,\"b\n3,c\n");
    assert_eq!(
        rows.len(),
        2,
        "the last one cannot be known to be wrong before the end"
    );
    assert_eq!(
        error.as_deref(),
        Some("`a.csv`, line 3: a quotation mark is not closed")
    );
    let (rows, error) = read("a.csv", "text,label\n\"a\nb\",1\n5\" disk,2\n");
    assert_eq!((rows.len(), error), (2, None));
}
