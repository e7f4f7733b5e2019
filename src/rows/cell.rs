//! What the text of a cell stands for.

use serde_json::Value;

use crate::sample::{Field, FieldKind};

/// The value of `field` that is written as `cell`. A text that cannot be read
/// as one stays as it is.
///
/// An empty cell is no value, except in a field that must have a text.
pub(super) fn value(cell: &str, field: Option<&Field>) -> Value {
    let text = || Value::from(cell);
    let Some(field) = field else {
        return text();
    };
    let trimmed = cell.trim();
    match field.kind {
        FieldKind::String if field.required || !cell.is_empty() => text(),
        FieldKind::String => Value::Null,
        _ if trimmed.is_empty() => Value::Null,
        FieldKind::Integer => trimmed.parse::<i64>().map_or_else(|_| text(), Value::from),
        FieldKind::Float => match trimmed.parse::<f64>() {
            Ok(number) if number.is_finite() => Value::from(number),
            _ => text(),
        },
        FieldKind::List | FieldKind::Messages => {
            serde_json::from_str(trimmed).unwrap_or_else(|_| text())
        }
        FieldKind::Boolean => match trimmed.to_ascii_lowercase().as_str() {
            "true" => Value::from(true),
            "false" => Value::from(false),
            _ => text(),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value_of(kind: FieldKind, required: bool, cell: &str) -> Value {
        let field = Field {
            required,
            ..Field::new("f", kind, "a value")
        };
        value(cell, Some(&field))
    }

    #[test]
    fn cells_become_values_of_their_field() {
        for (kind, cell, expected) in [
            (FieldKind::String, " 1 ", json!(" 1 ")),
            (FieldKind::String, "", json!("")),
            (FieldKind::Integer, " -7", json!(-7)),
            (FieldKind::Integer, "", json!(null)),
            (FieldKind::Float, "1", json!(1.0)),
            (FieldKind::Float, "1e-3", json!(0.001)),
            (FieldKind::Boolean, "True", json!(true)),
            (FieldKind::Boolean, "false", json!(false)),
            (FieldKind::Boolean, " ", json!(null)),
            (FieldKind::List, r#"["a","b"]"#, json!(["a", "b"])),
            (
                FieldKind::Messages,
                r#"[{"role":"user"}]"#,
                json!([{"role": "user"}]),
            ),
        ] {
            assert_eq!(value_of(kind, true, cell), expected, "{kind:?} `{cell}`");
        }
        assert_eq!(value_of(FieldKind::String, false, ""), json!(null));
    }

    #[test]
    fn what_is_no_value_of_its_field_stays_a_text() {
        for (kind, cell) in [
            (FieldKind::Integer, "1.0"),
            (FieldKind::Integer, "9223372036854775808"),
            (FieldKind::Float, "NaN"),
            (FieldKind::Float, "1,5"),
            (FieldKind::Boolean, "1"),
            (FieldKind::List, "a, b"),
        ] {
            assert_eq!(value_of(kind, true, cell), json!(cell), "{kind:?}");
        }
        assert_eq!(value("1", None), json!("1"));
    }
}
