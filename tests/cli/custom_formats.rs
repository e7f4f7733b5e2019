//! Custom formats with limits and lists, and JSON Schema files.

use arrow::array::{Array as _, AsArray as _};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use crate::fake_gemini::{self, FakeGemini, Reply};
use crate::sandbox::Sandbox;

const BASE: &str = "synthetic_data_ticket_from_query";
const WORDS: &str = "--query q --no-refine --topics none --balance none --custom-format-file ticket.json \
     --batch-size 10 --concurrency 1";
const OFFLINE: &str = "--provider offline --query q --custom-format-file ticket.json --samples 40";

/// A format with limits of all sorts.
const TICKET: &str = r#"{"name": "ticket", "fields": {
    "text": {"type": "string", "description": "what happened", "min_length": 5, "max_length": 20},
    "priority": {"type": "string", "description": "how soon", "enum": ["Low", "High"]},
    "code": {"type": "string", "description": "the code", "pattern": "^[A-Z]{2}[0-9]$"},
    "size": {"type": "integer", "description": "a size", "enum": [1, 2]},
    "stars": {"type": "integer", "description": "stars", "minimum": 1, "maximum": 5},
    "tags": {"type": "list", "description": "topics", "min_length": 1, "max_length": 2}
}}"#;

const TICKET_SCHEMA: &str = r#"{
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "ticket",
    "type": "object",
    "properties": {
        "text": {"type": "string", "minLength": 5, "maxLength": 20},
        "priority": {"enum": ["Low", "High"], "type": "string"},
        "code": {"type": "string", "pattern": "^[A-Z]{2}[0-9]$"},
        "size": {"type": "integer", "enum": [1, 2]},
        "stars": {"type": "integer", "exclusiveMinimum": 0, "maximum": 5},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 2}
    },
    "required": ["text", "priority", "code", "size", "stars", "tags"],
    "additionalProperties": false
}"#;

fn ticket(number: usize) -> Value {
    json!({
        "text": format!("It broke, {number}"), "priority": " low", "code": "AB1", "size": 2,
        "stars": 5, "tags": ["a, b", format!("{number}")],
    })
}

fn sandbox(definition: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("ticket.json", definition);
    sandbox
}

/// A model that breaks each limit once in each answer.
fn careless() -> FakeGemini {
    FakeGemini::with(|_, order| {
        let broken = [
            ("text", json!("four")),
            ("text", json!("a text of more than twenty characters")),
            ("priority", json!("medium")),
            ("code", json!("ab1")),
            ("size", json!(3)),
            ("stars", json!(6)),
            ("tags", json!([])),
            ("tags", json!([1])),
        ];
        let broken = broken.into_iter().map(|(key, value)| {
            let mut item = ticket(0);
            item[key] = value;
            item
        });
        let good = [ticket(2 * order), ticket(2 * order + 1)];
        Reply::Items(good.into_iter().chain(broken).collect())
    })
}

#[test]
fn every_limit_is_checked_and_told_to_the_model() {
    for definition in [TICKET, TICKET_SCHEMA] {
        let (sandbox, fake) = (sandbox(definition), careless());
        let ran = sandbox
            .gemini(&fake, &format!("{WORDS} --samples 2 --json"))
            .exits(0);
        assert_eq!(
            ran.json()["samples"]["rejected"],
            json!({
                "code: does not match": 1,
                "priority: not one of the choices": 1,
                "size: not one of the choices": 1,
                "stars: out of range": 1,
                "tags: too short": 1,
                "tags: wrong type": 1,
                "text: too long": 1,
                "text: too short": 1,
            })
        );
        let row = &sandbox.jsonl(&format!("{BASE}.jsonl"))[0];
        assert_eq!(row["priority"], "Low");

        let system = fake_gemini::system_text(&fake.server.requests()[0].body);
        for told in [
            "- text (string, 5 to 20 characters): ",
            "- priority (string, one of \"Low\", \"High\"): ",
            "- code (string, matching the regular expression ^[A-Z]{2}[0-9]$): ",
            "- size (integer, one of 1, 2): ",
            "- stars (integer, from 1 to 5): ",
            "- tags (list of strings, 1 to 2 items): ",
        ] {
            assert!(system.contains(told), "no `{told}` in {system}");
        }
    }
}

#[test]
fn a_list_is_written_to_every_file_and_read_again_from_the_journal() {
    let (sandbox, fake) = (sandbox(TICKET), careless());
    let words = format!("{WORDS} --samples 4");
    sandbox
        .gemini(&fake, &format!("{words} --max-requests 1"))
        .exits(3);
    sandbox.gemini(&fake, &format!("{words} --resume")).exits(0);

    let rows = sandbox.jsonl(&format!("{BASE}.jsonl"));
    let tags: Vec<Value> = rows.iter().map(|row| row["tags"].clone()).collect();
    assert_eq!(tags.len(), 4);
    assert!(tags.iter().all(|tags| tags[0] == "a, b"), "{tags:?}");

    let csv = sandbox.read(&format!("{BASE}.csv"));
    let records = csv::Reader::from_reader(csv.as_bytes()).into_records();
    let cells: Vec<Value> = records
        .map(|record| serde_json::from_str(&record.unwrap()[5]).unwrap())
        .collect();
    assert_eq!(cells, tags);

    let parquet = std::fs::File::open(sandbox.path(&format!("{BASE}.parquet"))).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(parquet).unwrap();
    let batch = reader.build().unwrap().next().unwrap().unwrap();
    let column = batch.column_by_name("tags").unwrap().as_list::<i32>();
    let lists: Vec<Value> = column
        .iter()
        .map(|list| {
            let list = list.unwrap();
            let texts: Vec<_> = list.as_string::<i32>().iter().map(Option::unwrap).collect();
            json!(texts)
        })
        .collect();
    assert_eq!((column.null_count(), lists), (0, tags));
}

#[test]
fn the_offline_provider_keeps_to_the_limits() {
    for definition in [TICKET, TICKET_SCHEMA] {
        let sandbox = sandbox(definition);
        let ran = sandbox.run(OFFLINE, &["--json"]).exits(0);
        assert_eq!(ran.json()["samples"]["rejected"], json!({}));
    }
}

#[test]
fn a_pattern_that_is_not_filled_offline_is_refused_before_the_run() {
    let sandbox = sandbox(&TICKET.replace("^[A-Z]{2}[0-9]$", "b^"));
    sandbox
        .run(OFFLINE, &[])
        .exits(2)
        .says("no text of the right length for the `pattern` of field `code`");
    assert_eq!(sandbox.files(), ["ticket.json"]);
}

#[test]
fn a_definition_that_cannot_hold_is_refused_by_field() {
    let field = |text: &str| format!(r#"{{"fields": {{"a": {text}}}}}"#);
    let property = |text: &str| format!(r#"{{"type": "object", "properties": {{"a": {text}}}}}"#);
    for (definition, said) in [
        (
            field(r#"{"type": "string", "description": "d", "enum": []}"#),
            "field `a`: `enum` is empty",
        ),
        (
            field(r#"{"type": "string", "description": "d", "pattern": "("}"#),
            "field `a`: `pattern` is no regular expression that can be used: unclosed group",
        ),
        (
            field(r#"{"type": "string", "description": "d"}, "a": {}"#),
            "`a` is there twice at line 1",
        ),
        (
            property(r#"{"type": "object"}"#),
            "property `a`: it is an object, expected a flat property",
        ),
        (
            property(r#"{"type": "string", "format": "date"}"#),
            "property `a`: `format` cannot be checked",
        ),
        (
            property(r#"{"type": "integer", "minimum": 2, "maximum": 1}"#),
            "field `a`: `minimum` 2 is greater than `maximum` 1",
        ),
    ] {
        sandbox(&definition).run(OFFLINE, &[]).exits(2).says(said);
    }
}

#[test]
fn an_example_that_breaks_a_limit_is_warned_of() {
    let definition = TICKET.replace("\"maximum\": 5", "\"maximum\": 5, \"example\": 9");
    sandbox(&definition)
        .run(OFFLINE, &[])
        .exits(0)
        .says("field `stars`: the example 9 is not accepted (stars: out of range)");
}
