//! The checks of one value against one field, shared by all formats.

use serde_json::Value as Json;

use crate::sample::{Field, FieldKind, Length, Limit, Pattern, Value, are_conversation};

use super::Rejection;

/// The value of `field` in `json`.
///
/// A boolean is no number, and a whole number becomes a float where one is
/// asked for. Null stands for no value, or for the empty text where that is one.
///
/// # Errors
///
/// The rule that `json` breaks.
pub(super) fn value(field: &Field, json: Json) -> Result<Value, Rejection> {
    let name = || field.name.clone();
    if json.is_null() {
        return match field.required {
            true if field.may_be_empty => Ok(Value::String(String::new())),
            true => Err(Rejection::Missing(name())),
            false => Ok(Value::Null),
        };
    }
    let value = typed(field.kind, json).ok_or_else(|| Rejection::WrongType(name()))?;
    let value = match &field.limit {
        Limit::Choices(choices) => {
            spelled(choices, value).ok_or_else(|| Rejection::NotAChoice(name()))?
        }
        _ if field.may_be_empty && is_blank(&value) => Value::String(String::new()),
        _ if field.required && is_blank(&value) => return Err(Rejection::Blank(name())),
        _ => value,
    };
    match broken(field, &value) {
        Some(rejection) => Err(rejection(name())),
        None => Ok(value),
    }
}

/// The limit of `field` that `value` breaks.
fn broken(field: &Field, value: &Value) -> Option<fn(String) -> Rejection> {
    match value {
        Value::String(text) => wrong_length(field.length, text.chars().count()).or_else(|| {
            let matches = |pattern: &Pattern| pattern.is_match(text);
            (!field.pattern.as_ref().is_none_or(matches)).then_some(Rejection::NoMatch as _)
        }),
        Value::List(texts) => wrong_length(field.length, texts.len()),
        Value::Messages(messages) => {
            (!are_conversation(messages)).then_some(Rejection::NoConversation as _)
        }
        Value::Integer(number) => match &field.limit {
            Limit::Numbers(numbers) if !numbers.contains(number) => Some(Rejection::NotAChoice),
            #[expect(clippy::cast_precision_loss, reason = "ranges are small numbers")]
            limit => out_of_range(limit, *number as f64),
        },
        Value::Float(number) => out_of_range(&field.limit, *number),
        Value::Null | Value::Boolean(_) => None,
    }
}

fn wrong_length(length: Length, found: usize) -> Option<fn(String) -> Rejection> {
    match found {
        found if found < length.least => Some(Rejection::TooShort),
        found if length.most.is_some_and(|most| found > most) => Some(Rejection::TooLong),
        _ => None,
    }
}

fn out_of_range(limit: &Limit, number: f64) -> Option<fn(String) -> Rejection> {
    let is_within = match limit {
        Limit::Range(least, most) => (*least..=*most).contains(&number),
        #[expect(clippy::cast_precision_loss, reason = "a format has few labels")]
        Limit::Labels(names) => (0.0..names.len() as f64).contains(&number),
        Limit::None | Limit::Choices(_) | Limit::Numbers(_) => true,
    };
    (!is_within).then_some(Rejection::OutOfRange as _)
}

fn typed(kind: FieldKind, json: Json) -> Option<Value> {
    match (kind, json) {
        (FieldKind::String, Json::String(text)) => Some(Value::String(text)),
        (FieldKind::Integer, Json::Number(number)) => number.as_i64().map(Value::Integer),
        (FieldKind::Float, Json::Number(number)) => number.as_f64().map(Value::Float),
        (FieldKind::Boolean, Json::Bool(truth)) => Some(Value::Boolean(truth)),
        (FieldKind::List, Json::Array(items)) => texts(items).map(Value::List),
        (FieldKind::Messages, json) => serde_json::from_value(json).ok().map(Value::Messages),
        _ => None,
    }
}

fn texts(items: Vec<Json>) -> Option<Vec<String>> {
    let texts = items.into_iter().map(|item| match item {
        Json::String(text) => Some(text),
        _ => None,
    });
    texts.collect()
}

/// `value` in the spelling of the `choices`; `None` if it is none of them.
fn spelled(choices: &[String], value: Value) -> Option<Value> {
    match value {
        Value::String(text) => choice(choices, &text).map(Value::String),
        Value::List(texts) => {
            let texts = texts.iter().map(|text| choice(choices, text));
            texts.collect::<Option<_>>().map(Value::List)
        }
        Value::Null
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Messages(_) => None,
    }
}

/// The choice that is `text`, or else the first that differs from it in case
/// and surrounding white space only: no answer is lost for a capital letter.
fn choice(choices: &[String], text: &str) -> Option<String> {
    let folded = |text: &str| text.trim().to_lowercase();
    let exact = choices.iter().find(|choice| *choice == text);
    let found = exact.or_else(|| {
        let wanted = folded(text);
        choices.iter().find(|choice| folded(choice) == wanted)
    });
    found.cloned()
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::String(text) => says_nothing(text),
        Value::List(texts) => texts.iter().any(|text| says_nothing(text)),
        Value::Messages(messages) => messages.iter().any(|it| says_nothing(&it.content)),
        Value::Null | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) => false,
    }
}

/// Whether `text` is white space, or the placeholder of the prompt, which weak
/// models copy.
fn says_nothing(text: &str) -> bool {
    text.trim().trim_matches(['…', '.']).is_empty()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checked(kind: FieldKind, limit: Limit, json: Json) -> Result<Value, String> {
        let field = Field {
            limit,
            ..Field::new("field", kind, "a value")
        };
        value(&field, json).map_err(|rejection| rejection.to_string())
    }

    fn list(texts: &[&str]) -> Value {
        Value::List(texts.iter().copied().map(String::from).collect())
    }

    #[test]
    fn a_list_has_texts_and_nothing_else() {
        let checked = |json| checked(FieldKind::List, Limit::None, json);
        assert_eq!(checked(json!(["a", "b"])), Ok(list(&["a", "b"])));
        assert_eq!(checked(json!([])), Ok(list(&[])));
        for wrong in [json!("a"), json!([1]), json!(["a", null]), json!([["a"]])] {
            assert_eq!(checked(wrong), Err("field: wrong type".into()));
        }
        for blank in [json!(["a", " "]), json!(["…"])] {
            assert_eq!(checked(blank), Err("field: blank".into()));
        }
    }

    #[test]
    fn a_choice_comes_out_in_its_own_spelling() {
        let choices = || Limit::Choices(vec!["Low".into(), "high".into(), "HIGH".into()]);
        let text = |json| checked(FieldKind::String, choices(), json);
        for (given, expected) in [
            ("Low", "Low"),
            (" lOW\n", "Low"),
            ("HIGH", "HIGH"),
            ("High", "high"),
        ] {
            assert_eq!(text(json!(given)), Ok(Value::String(expected.into())));
        }
        let none = Err("field: not one of the choices".to_owned());
        assert_eq!(text(json!("lower")), none);
        assert_eq!(text(json!("")), none);

        let items = |json| checked(FieldKind::List, choices(), json);
        assert_eq!(items(json!(["low", "HIGH"])), Ok(list(&["Low", "HIGH"])));
        assert_eq!(items(json!(["low", "none"])), none);
    }

    #[test]
    fn lengths_are_counted_in_characters_and_items() {
        let checked = |kind, json| {
            let field = Field {
                length: Length {
                    least: 2,
                    most: Some(3),
                },
                ..Field::new("field", kind, "a value")
            };
            value(&field, json).map_err(|rejection| rejection.to_string())
        };
        for (kind, short, right, long) in [
            (FieldKind::String, json!("é"), json!("éß🙂"), json!("four")),
            (
                FieldKind::List,
                json!(["long"]),
                json!(["a", "b"]),
                json!(["a", "b", "c", "d"]),
            ),
        ] {
            assert_eq!(checked(kind, short), Err("field: too short".into()));
            assert!(checked(kind, right).is_ok());
            assert_eq!(checked(kind, long), Err("field: too long".into()));
        }
    }

    #[test]
    fn patterns_and_numbers_are_heeded() {
        let code = Field {
            pattern: Some(Pattern::new("^[A-Z]{2}$").expect("a pattern")),
            ..Field::new("field", FieldKind::String, "a code")
        };
        assert!(value(&code, json!("AB")).is_ok());
        assert_eq!(
            value(&code, json!("AB1")),
            Err(Rejection::NoMatch("field".into()))
        );

        let integer = |limit, json| checked(FieldKind::Integer, limit, json);
        let numbers = || Limit::Numbers(vec![2, 4]);
        assert_eq!(integer(numbers(), json!(4)), Ok(Value::Integer(4)));
        assert_eq!(
            integer(numbers(), json!(3)),
            Err("field: not one of the choices".into())
        );
        let at_least = || Limit::Range(1.0, f64::INFINITY);
        assert!(integer(at_least(), json!(i64::MAX)).is_ok());
        assert_eq!(
            integer(at_least(), json!(0)),
            Err("field: out of range".into())
        );
    }
}
