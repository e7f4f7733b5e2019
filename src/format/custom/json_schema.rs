//! A JSON Schema of flat objects, turned into a custom format definition.
//!
//! What cannot be checked is refused, so that nobody relies on it.

use serde_json::{Map, Value, json};

use super::kind_of;
use crate::sample::FieldKind;

/// Keywords of an object or property that ask nothing of its values.
const IGNORED: [&str; 8] = [
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
];

/// Whether `definition` is a JSON Schema and no definition of ours.
pub(super) fn is_schema(definition: &Map<String, Value>) -> bool {
    let is_object = definition.get("type").is_some_and(|kind| kind == "object");
    is_object && !definition.contains_key("fields")
}

/// The definition of the format that `schema` describes.
///
/// # Errors
///
/// What cannot be used, and of which property.
pub(super) fn definition(schema: &Map<String, Value>) -> Result<Value, String> {
    let known = ["additionalProperties", "examples", "definitions"];
    let used = ["title", "description", "type", "properties", "required"];
    for key in schema.keys() {
        let key = key.as_str();
        if !known.contains(&key) && !used.contains(&key) && !IGNORED.contains(&key) {
            refuse_or_warn(key)?;
        }
    }
    let Some(Value::Object(properties)) = schema.get("properties") else {
        return Err("`properties` is missing, expected an object of flat properties".into());
    };
    let required = required(schema, properties)?;
    let fields = properties.iter().map(|(name, property)| {
        let field = field(name, property, required.contains(&name.as_str()));
        let field = field.map_err(|problem| format!("property `{name}`: {problem}"))?;
        Ok((name.clone(), field))
    });
    Ok(json!({
        "name": schema.get("title"),
        "description": schema.get("description"),
        "fields": fields.collect::<Result<Map<_, _>, String>>()?,
    }))
}

fn refuse_or_warn(key: &str) -> Result<(), String> {
    if key.starts_with("x-") {
        tracing::warn!("`{key}` is not known and has no effect");
        return Ok(());
    }
    Err(format!(
        "`{key}` cannot be checked; say it in the description, or take it out"
    ))
}

fn required<'a>(
    schema: &'a Map<String, Value>,
    properties: &Map<String, Value>,
) -> Result<Vec<&'a str>, String> {
    let names = match schema.get("required") {
        None => return Ok(Vec::new()),
        Some(Value::Array(names)) => names,
        Some(other) => {
            return Err(format!(
                "`required` must be a list of names, found {}",
                kind_of(other)
            ));
        }
    };
    let names = names.iter().map(|name| match name.as_str() {
        Some(text) if properties.contains_key(text) => Ok(text),
        _ => Err(format!("`required` has {name}, which is no property")),
    });
    names.collect()
}

/// The definition of the field that `property` describes.
fn field(name: &str, property: &Value, is_required: bool) -> Result<Value, String> {
    let Value::Object(property) = property else {
        return Err(format!("expected an object, found {}", kind_of(property)));
    };
    let mut field = Map::new();
    let mut numbers = Map::new();
    for (key, value) in property {
        let (key, value) = match key.as_str() {
            "type" | "title" | "description" | "items" => continue,
            key if IGNORED.contains(&key) => continue,
            "const" => ("enum", json!([value])),
            "enum" | "minimum" | "maximum" | "pattern" => (key.as_str(), value.clone()),
            "minLength" | "minItems" => ("min_length", value.clone()),
            "maxLength" | "maxItems" => ("max_length", value.clone()),
            "examples" => ("example", value.get(0).cloned().unwrap_or_default()),
            "exclusiveMinimum" | "exclusiveMaximum" => {
                numbers.insert(key.clone(), value.clone());
                continue;
            }
            key => {
                refuse_or_warn(key)?;
                continue;
            }
        };
        field.insert(key.to_owned(), value);
    }
    let (kind, may_be_null) = kind(property)?;
    refuse_keywords_of_other_types(kind, property)?;
    if kind == FieldKind::List
        && let Some(choices) = items(property)?
    {
        field.insert("enum".into(), choices);
    }
    exclude(kind, &numbers, &mut field)?;
    let may_be_null = without_null(&mut field) || may_be_null;
    field.insert("type".into(), kind.name().into());
    field.insert("required".into(), (is_required && !may_be_null).into());
    field.insert("description".into(), description(name, property));
    Ok(Value::Object(field))
}

/// A property that is not described is described by its title or name.
fn description(name: &str, property: &Map<String, Value>) -> Value {
    let texts = ["description", "title"].map(|key| property.get(key));
    let is_said = |text: &&Value| text.as_str().is_none_or(|text| !text.trim().is_empty());
    let text = texts.into_iter().flatten().find(is_said);
    text.cloned().unwrap_or_else(|| name.into())
}

/// The type of a property, and whether it may be null.
fn kind(property: &Map<String, Value>) -> Result<(FieldKind, bool), String> {
    const EXPECTED: &str = "expected one of string, integer, number, boolean, array";
    let names: Vec<&Value> = match property.get("type") {
        None => return Err(format!("`type` is missing, {EXPECTED}")),
        Some(Value::Array(names)) => names.iter().collect(),
        Some(name) => vec![name],
    };
    let is_null = |name: &&Value| **name == "null";
    let may_be_null = names.iter().any(is_null);
    let names: Vec<_> = names.into_iter().filter(|name| !is_null(name)).collect();
    let [name] = names[..] else {
        return Err(format!(
            "`type` must be one type, {EXPECTED}, and \"null\" beside it"
        ));
    };
    let kind = match name.as_str() {
        Some("string") => FieldKind::String,
        Some("integer") => FieldKind::Integer,
        Some("number") => FieldKind::Float,
        Some("boolean") => FieldKind::Boolean,
        Some("array") => FieldKind::List,
        Some("object") => return Err("it is an object, expected a flat property".into()),
        _ => return Err(format!("unknown `type` {name}, {EXPECTED}")),
    };
    Ok((kind, may_be_null))
}

/// Texts and lists have lengths of different names; a JSON Schema ignores the
/// wrong one, which nobody means.
fn refuse_keywords_of_other_types(
    kind: FieldKind,
    property: &Map<String, Value>,
) -> Result<(), String> {
    let others: &[&str] = match kind {
        FieldKind::List => &["minLength", "maxLength", "enum", "const"],
        _ => &["minItems", "maxItems", "items"],
    };
    match others.iter().find(|key| property.contains_key(**key)) {
        None => Ok(()),
        Some(key) => Err(format!("`{key}` does not fit its type")),
    }
}

/// The choices of the items of a list; `None` if every text is one.
fn items(property: &Map<String, Value>) -> Result<Option<Value>, String> {
    const EXPECTED: &str = "`items` must be {\"type\": \"string\"}, with or without an `enum`";
    let Some(Value::Object(items)) = property.get("items") else {
        return Err(EXPECTED.into());
    };
    let is_known = |key: &str| ["type", "enum", "title", "description"].contains(&key);
    match items.keys().find(|key| !is_known(key)) {
        Some(key) => Err(format!("{EXPECTED}, found `{key}`")),
        None if items.get("type").is_some_and(|kind| kind == "string") => {
            Ok(items.get("enum").cloned())
        }
        None => Err(EXPECTED.into()),
    }
}

/// Turns exclusive ends into the ends of what is left.
fn exclude(
    kind: FieldKind,
    exclusive: &Map<String, Value>,
    field: &mut Map<String, Value>,
) -> Result<(), String> {
    for (key, value) in exclusive {
        let Some(number) = value.as_f64() else {
            return Err(format!(
                "`{key}` must be a number, found {}",
                kind_of(value)
            ));
        };
        let is_lower = key == "exclusiveMinimum";
        let end = match (kind, is_lower) {
            (FieldKind::Integer, true) => number.floor() + 1.0,
            (FieldKind::Integer, false) => number.ceil() - 1.0,
            (_, true) => number.next_up(),
            (_, false) => number.next_down(),
        };
        let name = if is_lower { "minimum" } else { "maximum" };
        let other = field.get(name).and_then(Value::as_f64);
        let end = match other {
            Some(other) if is_lower => end.max(other),
            Some(other) => end.min(other),
            None => end,
        };
        field.insert(name.into(), end.into());
    }
    Ok(())
}

/// Takes null out of the `enum` of `field`; whether it was there.
fn without_null(field: &mut Map<String, Value>) -> bool {
    let Some(Value::Array(choices)) = field.get_mut("enum") else {
        return false;
    };
    let all = choices.len();
    choices.retain(|choice| !choice.is_null());
    choices.len() < all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defined(schema: &Value) -> Result<Value, String> {
        definition(schema.as_object().expect("an object"))
    }

    fn fields(properties: &Value) -> Result<Value, String> {
        let schema = json!({"type": "object", "properties": properties});
        defined(&schema).map(|definition| definition["fields"].clone())
    }

    #[test]
    fn a_flat_schema_becomes_a_definition() {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "ticket",
            "description": "A ticket.",
            "type": "object",
            "properties": {
                "text": {"type": "string", "description": "words", "minLength": 3, "pattern": "^a"},
                "size": {"type": "integer", "exclusiveMinimum": 0, "examples": [3, 4]},
                "tone": {"type": ["string", "null"], "title": "The tone", "enum": ["a", null]},
                "tags": {"type": "array", "items": {"type": "string", "enum": ["x"]}, "maxItems": 2},
            },
            "required": ["text", "tone", "tags"],
            "additionalProperties": false,
        });
        assert_eq!(
            defined(&schema),
            Ok(json!({
                "name": "ticket",
                "description": "A ticket.",
                "fields": {
                    "text": {"type": "string", "required": true, "description": "words", "min_length": 3, "pattern": "^a"},
                    "size": {"type": "integer", "required": false, "description": "size", "minimum": 1.0, "example": 3},
                    "tone": {"type": "string", "required": false, "description": "The tone", "enum": ["a"]},
                    "tags": {"type": "list", "required": true, "description": "tags", "enum": ["x"], "max_length": 2},
                },
            }))
        );
    }

    #[test]
    fn exclusive_ends_leave_the_end_out() {
        let share =
            json!({"type": "number", "exclusiveMinimum": 0, "maximum": 1, "exclusiveMaximum": 1});
        let fields = fields(&json!({"share": share})).expect("valid");
        assert_eq!(fields["share"]["minimum"], json!(0.0_f64.next_up()));
        assert_eq!(fields["share"]["maximum"], json!(1.0_f64.next_down()));
    }

    #[test]
    fn what_cannot_be_checked_is_refused_by_name() {
        let refused = "cannot be checked; say it in the description, or take it out";
        for (property, expected) in [
            (
                json!(true),
                "expected an object, found a boolean".to_owned(),
            ),
            (json!({"$ref": "#/$defs/a"}), format!("`$ref` {refused}")),
            (json!({"anyOf": []}), format!("`anyOf` {refused}")),
            (
                json!({"type": "string", "format": "date"}),
                format!("`format` {refused}"),
            ),
            (
                json!({"type": "object"}),
                "it is an object, expected a flat property".into(),
            ),
            (
                json!({"type": "array"}),
                "`items` must be {\"type\": \"string\"}, with or without an `enum`".into(),
            ),
            (
                json!({"type": "string", "maxItems": 1}),
                "`maxItems` does not fit its type".into(),
            ),
            (
                json!({"type": "integer", "exclusiveMinimum": true}),
                "`exclusiveMinimum` must be a number, found a boolean".into(),
            ),
        ] {
            let problem = fields(&json!({"name": property}));
            assert_eq!(problem, Err(format!("property `name`: {expected}")));
        }
    }

    #[test]
    fn required_names_properties() {
        let schema = json!({
            "type": "object",
            "properties": {"a": {"type": "string"}},
            "required": ["b"],
        });
        let problem = "`required` has \"b\", which is no property";
        assert_eq!(defined(&schema), Err(problem.into()));
    }
}
