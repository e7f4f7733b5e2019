//! A definition of fields in our own words.

use serde_json::{Map, Value};

use super::{kind_of, limits};
use crate::format::{Check, Classes, Format, Rejection, checks};
use crate::sample::{Field, FieldKind};

/// The format in `definition`; `file_stem` names it if it does not do so
/// itself. The error says what was expected where.
pub(super) fn parse(definition: &Value, file_stem: &str) -> Result<Format, String> {
    let Value::Object(definition) = definition else {
        return Err(format!(
            "expected a JSON object, found {}",
            kind_of(definition)
        ));
    };
    let name = optional_text(definition, "name")?.unwrap_or(file_stem);
    let description = match optional_text(definition, "description")? {
        Some(description) => description.to_owned(),
        None => format!("Samples of the custom format `{name}`."),
    };
    let fields = match definition.get("fields") {
        None => return Err("`fields` is missing, expected an object of field definitions".into()),
        Some(Value::Object(fields)) if fields.is_empty() => {
            return Err("`fields` is empty, expected at least one field".into());
        }
        Some(Value::Object(fields)) => fields,
        Some(other) => {
            return Err(format!(
                "`fields` must be an object of field definitions, found {}",
                kind_of(other)
            ));
        }
    };
    let fields: Vec<Field> = fields
        .iter()
        .map(|(name, field)| parse_field(name, field))
        .collect::<Result<_, _>>()?;
    Ok(Format {
        name: name.to_owned(),
        description,
        classes: Classes::of(&fields),
        fields,
        guidance: String::new(),
        grounding: None,
        check: Check::Quality,
        rules: &[],
    })
}

fn parse_field(name: &str, definition: &Value) -> Result<Field, String> {
    if name.trim().is_empty() {
        return Err("a field has a blank name".into());
    }
    let Value::Object(definition) = definition else {
        return Err(format!(
            "field `{name}` must be an object with `type` and `description`, found {}",
            kind_of(definition)
        ));
    };
    let required = match definition.get("required") {
        None => true,
        Some(Value::Bool(required)) => *required,
        Some(other) => {
            return Err(format!(
                "field `{name}`: `required` must be true or false, found {}",
                kind_of(other)
            ));
        }
    };
    let field = Field {
        required,
        example: definition
            .get("example")
            .filter(|example| !example.is_null())
            .cloned(),
        ..Field::new(
            name,
            field_kind(name, definition)?,
            field_description(name, definition)?,
        )
    };
    let field =
        limits::read(field, definition).map_err(|problem| format!("field `{name}`: {problem}"))?;
    warn_of_unknown_keys(name, definition);
    warn_of_example(&field);
    Ok(field)
}

fn field_kind(name: &str, definition: &Map<String, Value>) -> Result<FieldKind, String> {
    const EXPECTED: &str = "expected one of string, integer, float, boolean, list";
    match definition.get("type") {
        None => Err(format!("field `{name}`: `type` is missing, {EXPECTED}")),
        Some(Value::String(kind)) => match kind.as_str() {
            "string" => Ok(FieldKind::String),
            "integer" => Ok(FieldKind::Integer),
            "float" => Ok(FieldKind::Float),
            "boolean" => Ok(FieldKind::Boolean),
            "list" | "array" => Ok(FieldKind::List),
            other => Err(format!(
                "field `{name}`: unknown `type` \"{other}\", {EXPECTED}"
            )),
        },
        Some(other) => Err(format!(
            "field `{name}`: `type` must be a string, found {}, {EXPECTED}",
            kind_of(other)
        )),
    }
}

fn field_description<'a>(
    name: &str,
    definition: &'a Map<String, Value>,
) -> Result<&'a str, String> {
    match definition.get("description") {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text),
        Some(Value::String(_)) => Err(format!(
            "field `{name}`: `description` is empty, expected a text"
        )),
        None => Err(format!(
            "field `{name}`: `description` is missing, expected a text"
        )),
        Some(other) => Err(format!(
            "field `{name}`: `description` must be a string, found {}",
            kind_of(other)
        )),
    }
}

/// The text under `key`; absent, null and blank are the same.
fn optional_text<'a>(
    definition: &'a Map<String, Value>,
    key: &str,
) -> Result<Option<&'a str>, String> {
    match definition.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.trim().is_empty())),
        Some(other) => Err(format!(
            "`{key}` must be a string, found {}",
            kind_of(other)
        )),
    }
}

fn warn_of_unknown_keys(name: &str, definition: &Map<String, Value>) {
    for key in definition.keys() {
        let is_known = ["type", "description", "required", "example"].contains(&key.as_str());
        if !is_known && !limits::is_key(key) {
            tracing::warn!("field `{name}`: `{key}` is not known and has no effect");
        }
    }
}

fn warn_of_example(field: &Field) {
    let Some(example) = &field.example else {
        return;
    };
    let Field { name, kind, .. } = field;
    match checks::value(field, example.clone()) {
        Ok(_) => {}
        Err(Rejection::WrongType(_)) => tracing::warn!(
            "field `{name}`: the example {example} is not a valid {}",
            kind.name()
        ),
        Err(rejection) => {
            tracing::warn!("field `{name}`: the example {example} is not accepted ({rejection})");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::format::FormatHandler;
    use crate::sample;

    fn problem(definition: &Value) -> String {
        parse(definition, "stem").expect_err("an invalid definition")
    }

    #[test]
    fn name_and_description_have_defaults() {
        let field = json!({"type": "string", "description": "text"});
        let format = parse(&json!({"fields": {"a": field}}), "my_format").expect("valid");
        assert_eq!(format.name(), "my_format");
        assert_eq!(
            format.description(),
            "Samples of the custom format `my_format`."
        );
        assert!(format.fields()[0].required);
    }

    #[test]
    fn errors_name_the_field_and_what_was_expected() {
        let with = |field: Value| problem(&json!({"fields": {"age": field}}));
        assert_eq!(problem(&json!([])), "expected a JSON object, found a list");
        assert_eq!(
            problem(&json!({"name": "x"})),
            "`fields` is missing, expected an object of field definitions"
        );
        assert_eq!(
            problem(&json!({"fields": {}})),
            "`fields` is empty, expected at least one field"
        );
        assert_eq!(
            problem(&json!({"fields": []})),
            "`fields` must be an object of field definitions, found a list"
        );
        assert_eq!(
            problem(&json!({"name": 1, "fields": {}})),
            "`name` must be a string, found a number"
        );
        assert_eq!(
            with(json!("string")),
            "field `age` must be an object with `type` and `description`, found a string"
        );
        assert_eq!(
            with(json!({"description": "d"})),
            "field `age`: `type` is missing, expected one of string, integer, float, boolean, list"
        );
        assert_eq!(
            with(json!({"type": "number", "description": "d"})),
            "field `age`: unknown `type` \"number\", expected one of string, integer, float, boolean, list"
        );
        assert_eq!(
            with(json!({"type": "integer"})),
            "field `age`: `description` is missing, expected a text"
        );
        assert_eq!(
            with(json!({"type": "integer", "description": " "})),
            "field `age`: `description` is empty, expected a text"
        );
        assert_eq!(
            with(json!({"type": "integer", "description": "d", "required": "yes"})),
            "field `age`: `required` must be true or false, found a string"
        );
    }

    #[test]
    fn an_example_of_the_wrong_type_is_no_error() {
        let field = json!({"type": "integer", "description": "years", "example": "35"});
        assert!(parse(&json!({"fields": {"age": field}}), "f").is_ok());
    }

    #[test]
    fn optional_fields_may_be_absent_or_null_but_not_of_another_type() {
        let definition = json!({"fields": {
            "name": {"type": "string", "description": "name"},
            "age": {"type": "integer", "description": "years", "required": false},
        }});
        let format = parse(&definition, "f").expect("valid");
        let age = |item: Value| format.validate(item).map(|sample| sample.values[1].clone());
        assert_eq!(age(json!({"name": "Ada"})), Ok(sample::Value::Null));
        assert_eq!(
            age(json!({"name": "Ada", "age": null})),
            Ok(sample::Value::Null)
        );
        assert_eq!(
            age(json!({"name": "Ada", "age": 36})),
            Ok(sample::Value::Integer(36))
        );
        assert_eq!(
            age(json!({"name": "Ada", "age": true})),
            Err(Rejection::WrongType("age".into()))
        );
    }

    #[test]
    fn fields_keep_the_order_of_the_file() {
        let definition: Value = serde_json::from_str(
            r#"{"fields": {
                "z": {"type": "string", "description": "d"},
                "a": {"type": "float", "description": "d"},
                "m": {"type": "boolean", "description": "d"}
            }}"#,
        )
        .expect("JSON");
        let format = parse(&definition, "f").expect("valid");
        let names: Vec<_> = format
            .fields()
            .iter()
            .map(|field| field.name.as_str())
            .collect();
        assert_eq!(names, ["z", "a", "m"]);
    }
}
