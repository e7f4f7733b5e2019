//! The JSON Schema of an answer.
//!
//! Flat, and without ranges, lengths and patterns: providers refuse schemas
//! that are too complex, and none enforces them all. Validates nothing.

use serde_json::{Map, Value, json};

use super::{ItemShape, SAMPLES_KEY, Wanted};
use crate::sample::{Field, FieldKind, Limit, Role};

/// More labels than these are told in words only: providers refuse long enums.
const MAX_ENUM_VALUES: usize = 32;

/// The schema of an object that holds a list of items of `shape`.
///
/// Every field is required, in the order of the fields, since models write
/// required keys first; an optional field may be null instead.
pub(super) fn plain(shape: &ItemShape) -> Value {
    json!({
        "type": "object",
        "properties": {SAMPLES_KEY: {"type": "array", "items": item(shape)}},
        "required": [SAMPLES_KEY],
    })
}

/// Like [`plain`] with all objects closed, as `OpenAI`'s strict mode demands
/// and Gemini does not always take.
pub(super) fn strict(shape: &ItemShape) -> Value {
    let mut schema = plain(shape);
    close(&mut schema);
    schema
}

/// Allows the objects in `schema` no other keys than it names.
fn close(schema: &mut Value) {
    if let Some(items) = schema.get_mut("items") {
        close(items);
    }
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.values_mut().for_each(close);
        schema["additionalProperties"] = false.into();
    }
}

/// `schema` for just as many items as are wanted, or for no more than that if
/// they are made from a passage, which may not give as many.
pub(super) fn counted(mut schema: Value, wanted: &Wanted) -> Value {
    let list = &mut schema["properties"][SAMPLES_KEY];
    if wanted.passage.is_none() {
        list["minItems"] = wanted.count.into();
    }
    list["maxItems"] = wanted.count.into();
    schema
}

/// `schema` for items of `shape` without an empty text where there must be one.
pub(super) fn filled(mut schema: Value, shape: &ItemShape) -> Value {
    let properties = &mut schema["properties"][SAMPLES_KEY]["items"]["properties"];
    let is_text = |field: &&Field| field.kind == FieldKind::String && choices(field).is_none();
    let texts = shape.fields.iter().filter(is_text);
    for field in texts.filter(|field| field.required && !field.may_be_empty) {
        properties[&field.name]["minLength"] = 1.into();
    }
    schema
}

/// `system` with the schema as text behind it, for servers that enforce none.
pub(super) fn told(system: &str, shape: &ItemShape) -> String {
    let schema = plain(shape);
    format!("{system}\n\nAnswer with nothing but JSON of this schema:\n{schema}")
}

fn item(shape: &ItemShape) -> Value {
    let names = shape.fields.iter().map(|field| field.name.as_str());
    let properties: Map<String, Value> = shape
        .fields
        .iter()
        .map(|field| (field.name.clone(), property(field)))
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": names.collect::<Vec<_>>(),
    })
}

fn property(field: &Field) -> Value {
    let kind = match field.kind {
        FieldKind::String => "string",
        FieldKind::List | FieldKind::Messages => "array",
        FieldKind::Integer => "integer",
        FieldKind::Float => "number",
        FieldKind::Boolean => "boolean",
    };
    let mut property = if field.required {
        json!({"type": kind})
    } else {
        json!({"type": [kind, "null"]})
    };
    property["description"] = description(field).into();
    if field.kind == FieldKind::List {
        property["items"] = json!({"type": "string"});
        if let Some(choices) = choices(field) {
            property["items"]["enum"] = choices;
        }
    } else if field.kind == FieldKind::Messages {
        property["items"] = message();
    } else if let Some(choices) = choices(field).filter(|_| field.required) {
        property["enum"] = choices;
    }
    property
}

/// The schema of a message.
fn message() -> Value {
    json!({
        "type": "object",
        "properties": {
            "role": {"type": "string", "enum": Role::ALL.map(Role::name)},
            "content": {"type": "string"},
        },
        "required": ["role", "content"],
    })
}

/// All values, or items of a list, that `field` takes, while they are few.
fn choices(field: &Field) -> Option<Value> {
    match &field.limit {
        Limit::Labels(labels) if labels.len() <= MAX_ENUM_VALUES => {
            Some((0..labels.len()).collect())
        }
        Limit::Choices(choices) if choices.len() <= MAX_ENUM_VALUES => Some(json!(choices)),
        Limit::Numbers(numbers) if numbers.len() <= MAX_ENUM_VALUES => Some(json!(numbers)),
        _ => None,
    }
}

/// The field's description, and its limits in words unless it tells them itself.
fn description(field: &Field) -> String {
    match (field.description.as_str(), field.limits().as_str()) {
        (description, "") => description.to_owned(),
        ("", limits) => limits.to_owned(),
        (description, limits) => format!("{description} ({limits})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Length;

    fn shape(fields: Vec<Field>) -> ItemShape {
        let name = "test".into();
        ItemShape { name, fields }
    }

    fn limited(kind: FieldKind, description: &str, limit: Limit) -> Field {
        Field {
            limit,
            ..Field::new("field", kind, description)
        }
    }

    #[test]
    fn messages_are_objects_of_a_role_and_a_content_closed_in_strict_mode() {
        let talk = || Field::new("talk", FieldKind::Messages, "");
        let strict = strict(&shape(vec![talk()]));
        let strict = &strict["properties"][SAMPLES_KEY]["items"]["properties"]["talk"];
        assert_eq!(strict["items"]["additionalProperties"], false);
        assert_eq!(
            property(&talk()),
            json!({
                "type": "array",
                "description": "",
                "items": {
                    "type": "object",
                    "properties": {
                        "role": {"type": "string", "enum": ["system", "user", "assistant"]},
                        "content": {"type": "string"},
                    },
                    "required": ["role", "content"],
                },
            })
        );
    }

    #[test]
    fn every_field_is_required_in_the_order_of_the_format() {
        let optional = Field {
            required: false,
            ..Field::new("a", FieldKind::Float, "maybe")
        };
        let shape = shape(vec![
            Field::new("z", FieldKind::String, "text"),
            optional,
            Field::new("m", FieldKind::Boolean, "truth"),
        ]);
        assert_eq!(
            plain(&shape).to_string(),
            concat!(
                r#"{"type":"object","properties":{"samples":{"type":"array","items":"#,
                r#"{"type":"object","properties":{"z":{"type":"string","description":"text"},"#,
                r#""a":{"type":["number","null"],"description":"maybe"},"#,
                r#""m":{"type":"boolean","description":"truth"}},"#,
                r#""required":["z","a","m"]}}},"required":["samples"]}"#
            )
        );
    }

    #[test]
    fn the_strict_schema_differs_in_closed_objects_only() {
        let shape = shape(vec![Field::new("a", FieldKind::String, "text")]);
        assert_eq!(
            strict(&shape),
            json!({
                "type": "object",
                "properties": {"samples": {"type": "array", "items": {
                    "type": "object",
                    "properties": {"a": {"type": "string", "description": "text"}},
                    "required": ["a"],
                    "additionalProperties": false,
                }}},
                "required": ["samples"],
                "additionalProperties": false,
            })
        );
    }

    #[test]
    fn limits_follow_the_description() {
        let range = || Limit::Range(0.0, 1.0);
        for (text, limit, expected) in [
            ("similarity", range(), "similarity (from 0 to 1)"),
            ("0.0 to 1.0", range(), "0.0 to 1.0"),
            ("", range(), "from 0 to 1"),
            ("plain", Limit::None, "plain"),
        ] {
            let field = limited(FieldKind::Float, text, limit);
            assert_eq!(property(&field)["description"], expected);
        }
    }

    #[test]
    fn choices_are_an_enum_of_the_text_or_of_the_items() {
        let choices = Limit::Choices(vec!["a".into(), "b".into()]);
        let text = limited(FieldKind::String, "", choices.clone());
        assert_eq!(
            property(&text),
            json!({"type": "string", "description": r#"one of "a", "b""#, "enum": ["a", "b"]})
        );
        let list = Field {
            required: false,
            length: Length {
                least: 1,
                most: None,
            },
            ..limited(FieldKind::List, "tags", choices)
        };
        assert_eq!(
            property(&list),
            json!({
                "type": ["array", "null"],
                "description": r#"tags (one of "a", "b", at least 1 items)"#,
                "items": {"type": "string", "enum": ["a", "b"]},
            })
        );
        let numbers = limited(FieldKind::Integer, "", Limit::Numbers(vec![2, 4]));
        assert_eq!(property(&numbers)["enum"], json!([2, 4]));
    }

    #[test]
    fn labels_are_an_enum_while_they_are_few_and_required() {
        let labels = |count| Limit::Labels(vec!["x".to_owned(); count]);
        let few = limited(FieldKind::Integer, "", labels(3));
        assert_eq!(property(&few)["enum"], json!([0, 1, 2]));
        let many = limited(FieldKind::Integer, "", labels(MAX_ENUM_VALUES + 1));
        assert!(property(&many).get("enum").is_none());
        let optional = Field {
            required: false,
            ..few
        };
        assert!(property(&optional).get("enum").is_none());
    }

    #[test]
    fn the_told_schema_follows_the_system_instruction() {
        let shape = shape(vec![]);
        assert_eq!(
            told("Be brief.", &shape),
            format!(
                "Be brief.\n\nAnswer with nothing but JSON of this schema:\n{}",
                plain(&shape)
            )
        );
    }
}
