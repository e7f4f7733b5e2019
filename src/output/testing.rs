//! What the tests of the writers share.

use std::sync::Arc;

use super::column::Column;
use super::{OpenError, OutputConfig, Place};
use crate::sample::{Field, FieldKind, Limit, Message, Role, Sample, Value};

/// One required text field for each of `names`.
pub(super) fn text_fields(names: &[&str]) -> Arc<[Field]> {
    names
        .iter()
        .map(|name| Field::new(*name, FieldKind::String, "text"))
        .collect()
}

/// The columns for `fields`.
pub(super) fn columns(fields: &[Field]) -> Vec<Column> {
    fields.iter().map(Column::of_field).collect()
}

/// A field of each kind, and a class label; all but the first optional.
pub(super) fn all_kinds() -> Arc<[Field]> {
    let optional = |name: &str, kind| Field {
        required: false,
        ..Field::new(name, kind, "a value")
    };
    let label = Field {
        limit: Limit::Labels(
            ["entailment", "neutral", "contradiction"]
                .map(String::from)
                .to_vec(),
        ),
        ..optional("label", FieldKind::Integer)
    };
    Arc::new([
        Field::new("text", FieldKind::String, "text"),
        optional("count", FieldKind::Integer),
        optional("score", FieldKind::Float),
        optional("truth", FieldKind::Boolean),
        label,
        optional("tags", FieldKind::List),
        optional("talk", FieldKind::Messages),
    ])
}

/// A sample for [`all_kinds`].
pub(super) fn full_sample(text: &str) -> Sample {
    Sample {
        values: vec![
            Value::String(text.into()),
            Value::Integer(-7),
            Value::Float(1.0),
            Value::Boolean(true),
            Value::Integer(2),
            Value::List(vec!["x".into(), "y, z".into()]),
            Value::Messages(vec![says(Role::User, "Why?"), says(Role::Assistant, "So.")]),
        ],
    }
}

/// A message of somebody.
pub(super) fn says(role: Role, content: &str) -> Message {
    Message {
        role,
        content: content.to_owned(),
    }
}

/// A sample for [`all_kinds`] with nothing but its text.
pub(super) fn bare_sample(text: &str) -> Sample {
    let mut sample = text_sample(&[text]);
    sample.values.resize(7, Value::Null);
    sample
}

/// A sample of texts.
pub(super) fn text_sample(texts: &[&str]) -> Sample {
    Sample {
        values: texts
            .iter()
            .map(|text| Value::String((*text).into()))
            .collect(),
    }
}

/// Texts that break writers and readers that are not careful.
pub(super) const HARD_TEXTS: [&str; 14] = [
    "comma, comma",
    "\"quoted\"",
    "\"",
    "line\nbreak",
    "bare\rreturn",
    "both\r\nof them",
    "\0",
    "🙂 e\u{301}",
    "line\u{2028}separator",
    "\u{feff}mark",
    " spaces ",
    "\ttab\\back",
    "=1+1",
    "",
];

/// The place of `config`, whoever holds it for an instant: a process that
/// another test is about to start has all locks of this one until it runs.
pub(crate) fn claim(config: &OutputConfig, format_name: &str) -> Result<Place, OpenError> {
    for _ in 0..10_000 {
        match Place::claim(config, format_name) {
            Err(OpenError::InUse { .. }) => std::thread::yield_now(),
            claimed => return claimed,
        }
    }
    Place::claim(config, format_name)
}
