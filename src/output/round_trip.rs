//! What is written is what others read.
//!
//! The readers are not ours: the crates' own, and Python's where there is one.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field as Cell, RowAccessor as _};
use proptest::prelude::*;

use super::testing::{HARD_TEXTS, all_kinds, says, text_fields, text_sample};
use super::{Existing, OutputConfig, OutputFormat, Place, SourceKind};
use crate::sample::{Field, FieldKind, Message, Role, Sample, Value};

/// Writes `samples` in every format to `folder`.
fn write(folder: &Path, fields: &[Field], samples: &[Sample]) {
    let config = OutputConfig {
        prefix: folder.join("out"),
        formats: OutputFormat::ALL.to_vec(),
        source: SourceKind::Docs,
        incremental: false,
        with_metadata: false,
        conversion: None,
        existing: Existing::Refuse,
        split: None,
        hub_folder: false,
    };
    let place = Place::claim(&config, "any").expect("an empty folder");
    let mut outputs = place.begin(fields, &()).expect("an empty folder");
    for batch in samples.chunks(3) {
        outputs.append(batch, None, &()).expect("written");
    }
    assert_eq!(outputs.finish(true).files.len(), 3);
}

fn read_jsonl(folder: &Path, fields: &[Field]) -> Vec<Vec<Value>> {
    let text = fs::read_to_string(folder.join("out_any_from_docs.jsonl")).expect("UTF-8");
    text.split_terminator('\n')
        .map(|line| serde_json::from_str(line).expect("an object"))
        .map(|object| values_of_object(&object, fields))
        .collect()
}

fn values_of_object(
    object: &serde_json::Map<String, serde_json::Value>,
    fields: &[Field],
) -> Vec<Value> {
    let names: Vec<_> = fields.iter().map(|field| &field.name).collect();
    assert_eq!(object.keys().collect::<Vec<_>>(), names);
    object.values().map(value_of_json).collect()
}

fn value_of_json(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::String(text) => Value::String(text.clone()),
        serde_json::Value::Bool(truth) => Value::Boolean(*truth),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(number) => Value::Integer(number),
            None => Value::Float(number.as_f64().expect("a number")),
        },
        serde_json::Value::Array(items) if items.iter().any(serde_json::Value::is_object) => {
            let messages = items.iter().map(|item| {
                let [role, content] = ["role", "content"].map(|name| item[name].as_str());
                message(role.expect("a role"), content.expect("a text"))
            });
            Value::Messages(messages.collect())
        }
        serde_json::Value::Array(items) => {
            let texts = items
                .iter()
                .map(|item| item.as_str().expect("a text").into());
            Value::List(texts.collect())
        }
        _ => Value::Null,
    }
}

fn message(role: &str, content: &str) -> Message {
    let is_its = |known: &Role| known.name() == role;
    says(Role::ALL.into_iter().find(is_its).expect("a role"), content)
}

fn read_csv(folder: &Path, fields: &[Field]) -> Vec<Vec<Value>> {
    let path = folder.join("out_any_from_docs.csv");
    let mut reader = csv::Reader::from_path(path).expect("a file");
    let names: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(reader.headers().expect("a header"), names);
    reader
        .into_records()
        .map(|record| record.expect("a record"))
        .map(|record| record.iter().zip(fields).map(value_of_cell).collect())
        .collect()
}

fn value_of_cell((cell, field): (&str, &Field)) -> Value {
    match field.kind {
        FieldKind::String => Value::String(cell.into()),
        _ if cell.is_empty() => Value::Null,
        FieldKind::Integer => Value::Integer(cell.parse().expect("a whole number")),
        FieldKind::Float => Value::Float(cell.parse().expect("a number")),
        FieldKind::Boolean => Value::Boolean(cell.parse().expect("a truth")),
        FieldKind::List | FieldKind::Messages => {
            value_of_json(&serde_json::from_str(cell).expect("a list"))
        }
    }
}

fn read_parquet(folder: &Path) -> Vec<Vec<Value>> {
    let file = File::open(folder.join("out_any_from_docs.parquet")).expect("a file");
    let reader = SerializedFileReader::new(file).expect("Parquet");
    let rows = reader.get_row_iter(None).expect("rows");
    rows.map(|row| row.expect("a row").into_columns())
        .map(|row| row.iter().map(|(_, cell)| value_of_column(cell)).collect())
        .collect()
}

fn value_of_column(cell: &Cell) -> Value {
    match cell {
        Cell::Str(text) => Value::String(text.clone()),
        Cell::Long(number) => Value::Integer(*number),
        Cell::Double(number) => Value::Float(*number),
        Cell::Bool(truth) => Value::Boolean(*truth),
        Cell::ListInternal(items) if matches!(items.elements(), [Cell::Group(_), ..]) => {
            let messages = items.elements().iter().map(|item| {
                let [role, content] = [0, 1].map(|part| match item {
                    Cell::Group(parts) => parts.get_string(part).expect("a text"),
                    other => panic!("a message is {other}"),
                });
                message(role, content)
            });
            Value::Messages(messages.collect())
        }
        Cell::ListInternal(items) => {
            let texts = items.elements().iter().map(|item| match item {
                Cell::Str(text) => text.clone(),
                other => panic!("an item is {other}"),
            });
            Value::List(texts.collect())
        }
        _ => Value::Null,
    }
}

fn value(kind: FieldKind) -> BoxedStrategy<Value> {
    let given = match kind {
        FieldKind::String => any::<String>().prop_map(Value::String).boxed(),
        FieldKind::Integer => any::<i64>().prop_map(Value::Integer).boxed(),
        FieldKind::Float => any::<f64>().prop_map(Value::Float).boxed(),
        FieldKind::Boolean => any::<bool>().prop_map(Value::Boolean).boxed(),
        FieldKind::List => prop::collection::vec(any::<String>(), 0..4)
            .prop_map(Value::List)
            .boxed(),
        FieldKind::Messages => {
            let role = prop::sample::select(&Role::ALL[..]);
            let message = (role, any::<String>()).prop_map(|(role, text)| says(role, &text));
            // Without a message it looks like any other list.
            prop::collection::vec(message, 1..4)
                .prop_map(Value::Messages)
                .boxed()
        }
    };
    prop_oneof![3 => given, 1 => Just(Value::Null)].boxed()
}

/// A sample for [`all_kinds`] with texts of all sorts.
fn sample() -> impl Strategy<Value = Sample> {
    let text = prop_oneof![
        any::<String>(),
        "[a,\"\r\n\0 ]{0,8}",
        prop::sample::select(&HARD_TEXTS).prop_map(String::from),
    ];
    let values = (
        text.prop_map(Value::String),
        value(FieldKind::Integer),
        value(FieldKind::Float),
        value(FieldKind::Boolean),
        value(FieldKind::Integer),
        value(FieldKind::List),
        value(FieldKind::Messages),
    );
    values.prop_map(|(text, count, score, truth, label, tags, talk)| Sample {
        values: vec![text, count, score, truth, label, tags, talk],
    })
}

proptest! {
    // A case is three files with their syncs.
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_sample_is_read_back_from_every_format(
        samples in prop::collection::vec(sample(), 1..8),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let fields = all_kinds();
        write(folder.path(), &fields, &samples);
        let values: Vec<_> = samples.into_iter().map(|sample| sample.values).collect();
        prop_assert_eq!(&read_jsonl(folder.path(), &fields), &values);
        prop_assert_eq!(&read_csv(folder.path(), &fields), &values);
        prop_assert_eq!(&read_parquet(folder.path()), &values);
    }
}

/// Each of [`HARD_TEXTS`] first, last and alone in its row.
fn hard_samples() -> (Arc<[Field]>, Vec<Sample>) {
    let samples = HARD_TEXTS
        .iter()
        .flat_map(|text| [[*text, "a"], ["a", text], [text, text]])
        .map(|texts| text_sample(&texts))
        .collect();
    (text_fields(&["first", "last"]), samples)
}

#[test]
fn hard_texts_are_read_back_from_every_format() {
    let folder = tempfile::tempdir().expect("a folder");
    let (fields, samples) = hard_samples();
    write(folder.path(), &fields, &samples);
    let values: Vec<_> = samples.into_iter().map(|sample| sample.values).collect();
    assert_eq!(read_jsonl(folder.path(), &fields), values);
    assert_eq!(read_csv(folder.path(), &fields), values);
    assert_eq!(read_parquet(folder.path()), values);
}

/// Prints the rows of a JSONL and of a CSV file as lists of JSON.
const PYTHON: &str = r"
import csv, json, sys
with open(sys.argv[1] + '.jsonl', encoding='utf-8', newline='\n') as file:
    rows = [list(json.loads(line).values()) for line in file]
with open(sys.argv[1] + '.csv', encoding='utf-8', newline='') as file:
    cells = list(csv.reader(file, strict=True))
print(json.dumps([rows, cells[1:]]))
";

fn python() -> Command {
    let mut command = Command::new("python3");
    command.args(["-I", "-S", "-c"]);
    command
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn python_reads_the_same() {
    let tried = python().arg("import csv, json").output();
    if !tried.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: there is no python3");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (fields, samples) = hard_samples();
    write(folder.path(), &fields, &samples);

    let stem = folder.path().join("out_any_from_docs");
    let output = python()
        .arg(PYTHON)
        .arg(stem)
        .output()
        .expect("it ran before");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let read: [Vec<Vec<String>>; 2] = serde_json::from_slice(&output.stdout).expect("lists");
    let written: Vec<Vec<String>> = samples.iter().map(texts).collect();
    assert_eq!(read, [written.clone(), written]);
}

fn texts(sample: &Sample) -> Vec<String> {
    let values = sample.values.iter();
    values
        .filter_map(|value| match value {
            Value::String(text) => Some(text.clone()),
            _ => None,
        })
        .collect()
}
