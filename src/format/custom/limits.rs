//! The limits in the definition of a field: `enum`, `minimum` and so on.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::kind_of;
use crate::sample::{Field, FieldKind, Length, Limit, Pattern};

/// The keys of limits, and the types that have them.
const KEYS: [(&str, &[FieldKind]); 6] = [
    (
        "enum",
        &[FieldKind::String, FieldKind::Integer, FieldKind::List],
    ),
    ("minimum", &[FieldKind::Integer, FieldKind::Float]),
    ("maximum", &[FieldKind::Integer, FieldKind::Float]),
    ("min_length", &[FieldKind::String, FieldKind::List]),
    ("max_length", &[FieldKind::String, FieldKind::List]),
    ("pattern", &[FieldKind::String]),
];

/// No text needs to be longer, and none longer fits an answer.
const MAX_LENGTH: u64 = 1_000_000;

/// Whether `key` is one of a limit.
pub(super) fn is_key(key: &str) -> bool {
    KEYS.iter().any(|(name, _)| *name == key)
}

/// `field` with the limits in its `definition`.
///
/// # Errors
///
/// What was expected where, without the name of the field.
pub(super) fn read(field: Field, definition: &Map<String, Value>) -> Result<Field, String> {
    for (key, kinds) in KEYS {
        if definition.contains_key(key) && !kinds.contains(&field.kind) {
            let kinds: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
            return Err(format!(
                "`{key}` is for type {}, found {}",
                kinds.join(" or "),
                field.kind.name()
            ));
        }
    }
    let limit = match definition.get("enum") {
        Some(choices) => {
            refuse_beside_enum(field.kind, definition)?;
            choices_of(field.kind, choices)?
        }
        None => range(field.kind, definition)?,
    };
    Ok(Field {
        limit,
        length: length(definition, field.kind)?,
        pattern: pattern(definition)?,
        ..field
    })
}

/// An `enum` says all of a value, but not how many there are in a list.
fn refuse_beside_enum(kind: FieldKind, definition: &Map<String, Value>) -> Result<(), String> {
    let mut others = definition
        .keys()
        .filter(|key| *key != "enum" && is_key(key) && kind != FieldKind::List);
    match others.next() {
        None => Ok(()),
        Some(key) => Err(format!(
            "`enum` says all that is accepted, leave out `{key}`"
        )),
    }
}

fn choices_of(kind: FieldKind, choices: &Value) -> Result<Limit, String> {
    let Value::Array(choices) = choices else {
        return Err(format!("`enum` must be a list, found {}", kind_of(choices)));
    };
    if choices.is_empty() {
        return Err("`enum` is empty, expected at least one choice".into());
    }
    let mut seen = HashSet::new();
    if let Some(twice) = choices.iter().find(|choice| !seen.insert(*choice)) {
        return Err(format!("`enum` has {twice} twice"));
    }
    let wrong = |choice, expected| format!("`enum` has {choice}, expected {expected}");
    if kind == FieldKind::Integer {
        let numbers = choices.iter().map(|choice| {
            let number = choice.as_i64();
            number.ok_or_else(|| wrong(choice, "whole numbers"))
        });
        return Ok(Limit::Numbers(numbers.collect::<Result<_, _>>()?));
    }
    let texts = choices.iter().map(|choice| {
        let text = choice.as_str().filter(|text| !text.trim().is_empty());
        text.map(str::to_owned)
            .ok_or_else(|| wrong(choice, "strings that are not blank"))
    });
    let texts: Vec<String> = texts.collect::<Result<_, _>>()?;
    // What differs in case and white space only is taken for the same.
    let mut seen = HashSet::new();
    match texts
        .iter()
        .find(|text| !seen.insert(text.trim().to_lowercase()))
    {
        Some(twice) => Err(format!(
            "`enum` has `{twice}` twice, but for case and white space"
        )),
        None => Ok(Limit::Choices(texts)),
    }
}

fn range(kind: FieldKind, definition: &Map<String, Value>) -> Result<Limit, String> {
    let number = |key: &str| match definition.get(key) {
        None => Ok(None),
        Some(value) => match value.as_f64() {
            Some(number) => Ok(Some(number)),
            None => Err(format!(
                "`{key}` must be a number, found {}",
                kind_of(value)
            )),
        },
    };
    let (least, most) = (number("minimum")?, number("maximum")?);
    if least.is_none() && most.is_none() {
        return Ok(Limit::None);
    }
    let (least, most) = (
        least.unwrap_or(f64::NEG_INFINITY),
        most.unwrap_or(f64::INFINITY),
    );
    if least > most {
        return Err(format!(
            "`minimum` {least} is greater than `maximum` {most}"
        ));
    }
    if kind == FieldKind::Integer && least.ceil() > most.floor() {
        return Err(format!(
            "no whole number lies between `minimum` {least} and `maximum` {most}"
        ));
    }
    Ok(Limit::Range(least, most))
}

fn length(definition: &Map<String, Value>, kind: FieldKind) -> Result<Length, String> {
    let count = |key: &str| match definition.get(key) {
        None => Ok(None),
        Some(value) => match value.as_u64().filter(|count| *count <= MAX_LENGTH) {
            Some(count) => Ok(usize::try_from(count).ok()),
            None => Err(format!(
                "`{key}` must be a whole number from 0 to {MAX_LENGTH}, found {value}"
            )),
        },
    };
    let (least, most) = (count("min_length")?.unwrap_or(0), count("max_length")?);
    let is_text = kind == FieldKind::String;
    let is_required = is_text && definition.get("required") != Some(&Value::Bool(false));
    match most {
        Some(0) if is_required => Err("`max_length` 0 leaves no value for a required field".into()),
        Some(most) if least > most => Err(format!(
            "`min_length` {least} is greater than `max_length` {most}"
        )),
        most => Ok(Length { least, most }),
    }
}

fn pattern(definition: &Map<String, Value>) -> Result<Option<Pattern>, String> {
    match definition.get("pattern") {
        None => Ok(None),
        Some(Value::String(text)) => match Pattern::new(text) {
            Ok(pattern) => Ok(Some(pattern)),
            Err(problem) => Err(format!(
                "`pattern` is no regular expression that can be used: {problem}"
            )),
        },
        Some(other) => Err(format!(
            "`pattern` must be a string, found {}",
            kind_of(other)
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn limited(kind: FieldKind, definition: &Value) -> Result<Field, String> {
        let definition = definition.as_object().expect("an object");
        read(Field::new("field", kind, "a value"), definition)
    }

    #[test]
    fn limits_are_read() {
        let list = limited(
            FieldKind::List,
            &json!({"enum": ["a", "b"], "min_length": 1, "max_length": 2}),
        )
        .expect("valid");
        assert_eq!(list.limit, Limit::Choices(vec!["a".into(), "b".into()]));
        assert_eq!(list.length.range(), 1..=2);

        let limit = |kind, definition| limited(kind, &definition).map(|field| field.limit);
        assert_eq!(
            limit(FieldKind::Integer, json!({"enum": [2, 4]})),
            Ok(Limit::Numbers(vec![2, 4]))
        );
        assert_eq!(
            limit(FieldKind::Float, json!({"minimum": 0.5})),
            Ok(Limit::Range(0.5, f64::INFINITY))
        );
        let text = limited(FieldKind::String, &json!({"pattern": "^a"})).expect("valid");
        assert!(text.pattern.expect("a pattern").is_match("ab"));
    }

    #[test]
    fn errors_tell_what_was_expected() {
        use FieldKind::{Boolean, Float, Integer, List, String};
        for (kind, definition, expected) in [
            (
                String,
                json!({"enum": []}),
                "`enum` is empty, expected at least one choice",
            ),
            (
                String,
                json!({"enum": "a"}),
                "`enum` must be a list, found a string",
            ),
            (
                String,
                json!({"enum": ["a", "b", "a"]}),
                "`enum` has \"a\" twice",
            ),
            (
                String,
                json!({"enum": ["a", 1]}),
                "`enum` has 1, expected strings that are not blank",
            ),
            (
                List,
                json!({"enum": [" "]}),
                "`enum` has \" \", expected strings that are not blank",
            ),
            (
                Integer,
                json!({"enum": [1.5]}),
                "`enum` has 1.5, expected whole numbers",
            ),
            (
                Float,
                json!({"enum": [1]}),
                "`enum` is for type string or integer or list, found float",
            ),
            (
                Integer,
                json!({"enum": [1], "minimum": 0}),
                "`enum` says all that is accepted, leave out `minimum`",
            ),
            (
                Boolean,
                json!({"minimum": 0}),
                "`minimum` is for type integer or float, found boolean",
            ),
            (
                Integer,
                json!({"minimum": 5, "maximum": 3}),
                "`minimum` 5 is greater than `maximum` 3",
            ),
            (
                Integer,
                json!({"minimum": 1.2, "maximum": 1.8}),
                "no whole number lies between `minimum` 1.2 and `maximum` 1.8",
            ),
            (
                Float,
                json!({"maximum": "3"}),
                "`maximum` must be a number, found a string",
            ),
            (
                String,
                json!({"min_length": 5, "max_length": 3}),
                "`min_length` 5 is greater than `max_length` 3",
            ),
            (
                String,
                json!({"max_length": 0}),
                "`max_length` 0 leaves no value for a required field",
            ),
            (
                List,
                json!({"max_length": -1}),
                "`max_length` must be a whole number from 0 to 1000000, found -1",
            ),
            (
                String,
                json!({"min_length": 1_000_001}),
                "`min_length` must be a whole number from 0 to 1000000, found 1000001",
            ),
            (
                Integer,
                json!({"pattern": "a"}),
                "`pattern` is for type string, found integer",
            ),
            (
                String,
                json!({"pattern": 1}),
                "`pattern` must be a string, found a number",
            ),
            (
                String,
                json!({"pattern": "a("}),
                "`pattern` is no regular expression that can be used: unclosed group",
            ),
        ] {
            assert_eq!(limited(kind, &definition), Err(expected.to_owned()));
        }
    }
}
