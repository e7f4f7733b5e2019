//! The checks of one value against one field, shared by all formats.

use serde_json::Value as Json;

use crate::sample::{Field, FieldKind, Limit, Value};

use super::Rejection;

/// The value of `field` in `json`.
///
/// A boolean is no number, and a whole number becomes a float where one is
/// asked for. Null stands for no value.
///
/// # Errors
///
/// The rule that `json` breaks.
pub(super) fn value(field: &Field, json: Json) -> Result<Value, Rejection> {
    let name = || field.name.clone();
    if json.is_null() {
        return match field.required {
            true => Err(Rejection::Missing(name())),
            false => Ok(Value::Null),
        };
    }
    let value = match (field.kind, json) {
        (FieldKind::String, Json::String(text)) => Some(Value::String(text)),
        (FieldKind::Integer, Json::Number(number)) => number.as_i64().map(Value::Integer),
        (FieldKind::Float, Json::Number(number)) => number.as_f64().map(Value::Float),
        (FieldKind::Boolean, Json::Bool(truth)) => Some(Value::Boolean(truth)),
        _ => None,
    }
    .ok_or_else(|| Rejection::WrongType(name()))?;
    match &value {
        Value::String(text) if field.required && is_blank(text) => Err(Rejection::Blank(name())),
        value if !within(&field.limit, value) => Err(Rejection::OutOfRange(name())),
        _ => Ok(value),
    }
}

/// Whether `text` says nothing: white space, or the placeholder of the prompt,
/// which weak models copy.
fn is_blank(text: &str) -> bool {
    text.trim().trim_matches(['…', '.']).is_empty()
}

fn within(limit: &Limit, value: &Value) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "ranges are small numbers")]
    let number = match value {
        Value::Integer(number) => *number as f64,
        Value::Float(number) => *number,
        Value::Null | Value::String(_) | Value::Boolean(_) => return true,
    };
    match limit {
        Limit::None => true,
        Limit::Range(least, most) => (*least..=*most).contains(&number),
        #[expect(clippy::cast_precision_loss, reason = "a format has few labels")]
        Limit::Labels(names) => (0.0..names.len() as f64).contains(&number),
    }
}
