//! The vocabulary of the crate: a field, a value, a sample.
//!
//! Imports nothing of the crate, and knows nothing of models, files or
//! formats.

mod class;
mod message;
mod pattern;
mod words;

use serde::Deserialize as _;
use serde::ser::{Serialize, SerializeMap, Serializer};

pub use class::ClassValue;
pub use message::{Message, Role, are_conversation};
pub use pattern::{Length, Pattern};

/// The type of a field's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text.
    String,
    /// A whole number, 64 bits.
    Integer,
    /// A number, 64 bits.
    Float,
    /// True or false.
    Boolean,
    /// Any number of texts.
    List,
    /// A conversation.
    Messages,
}

impl FieldKind {
    /// The word for it in custom format files, prompts and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::List => "list",
            Self::Messages => "messages",
        }
    }
}

/// One field of a format: a key in JSONL, a column in CSV and Parquet.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Key of the value in an item.
    pub name: String,
    /// Type of the value.
    pub kind: FieldKind,
    /// Whether an item without a value is rejected.
    pub required: bool,
    /// Whether no text is a value: the empty one.
    pub may_be_empty: bool,
    /// What the value is, for the model.
    pub description: String,
    /// A value as it may look, for the model.
    pub example: Option<serde_json::Value>,
    /// What is accepted beyond the type.
    pub limit: Limit,
    /// How long a text or a list is.
    pub length: Length,
    /// What a text looks like.
    pub pattern: Option<Pattern>,
}

/// The values that a field accepts.
#[derive(Debug, Clone, PartialEq)]
pub enum Limit {
    /// Everything of the type.
    None,
    /// Numbers from the first to the second, both included; either may be
    /// infinite.
    Range(f64, f64),
    /// A class label: the integer `i` stands for the name at index `i`.
    Labels(Vec<String>),
    /// One of these texts; in a list, each item is one of them.
    Choices(Vec<String>),
    /// One of these whole numbers.
    Numbers(Vec<i64>),
}

impl Field {
    /// A required field without example or limit.
    pub fn new(name: impl Into<String>, kind: FieldKind, description: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind,
            required: true,
            may_be_empty: false,
            description: description.into(),
            example: None,
            limit: Limit::None,
            length: Length::default(),
            pattern: None,
        }
    }
}

/// One value of a sample.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value; only in optional fields.
    Null,
    /// Text without lone surrogates.
    String(String),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// Texts without lone surrogates.
    List(Vec<String>),
    /// A conversation.
    Messages(Vec<Message>),
}

impl Value {
    /// The value that is written as `json`; `None` if it is none of `field`.
    fn from_json(json: &serde_json::Value, field: &Field) -> Option<Self> {
        match (field.kind, json) {
            (_, serde_json::Value::Null) => (!field.required).then_some(Self::Null),
            (FieldKind::String, serde_json::Value::String(text)) => {
                Some(Self::String(text.clone()))
            }
            (FieldKind::Integer, json) => json.as_i64().map(Self::Integer),
            (FieldKind::Float, json) => json.as_f64().map(Self::Float),
            (FieldKind::Boolean, json) => json.as_bool().map(Self::Boolean),
            (FieldKind::List, serde_json::Value::Array(items)) => {
                let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
                texts.collect::<Option<_>>().map(Self::List)
            }
            (FieldKind::Messages, json) => {
                let messages = Vec::<Message>::deserialize(json);
                messages.ok().map(Self::Messages)
            }
            (FieldKind::String | FieldKind::List, _) => None,
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::String(text) => serializer.serialize_str(text),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Float(number) => serializer.serialize_f64(*number),
            Self::Boolean(truth) => serializer.serialize_bool(*truth),
            Self::List(texts) => texts.serialize(serializer),
            Self::Messages(messages) => messages.serialize(serializer),
        }
    }
}

/// One validated training example.
///
/// `values[i]` belongs to `fields()[i]` of its format, so that writers look
/// nothing up and columns cannot drift.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The values, in the order of the format's fields.
    pub values: Vec<Value>,
}

impl Sample {
    /// The sample as an object: every key, in the order of `fields`.
    #[must_use]
    pub fn named<'a>(&'a self, fields: &'a [Field]) -> Named<'a> {
        Named {
            sample: self,
            fields,
        }
    }

    /// The sample that was [written](Self::named) as `object`; `None` if that
    /// is no object of `fields`.
    #[must_use]
    pub fn from_named(
        object: &serde_json::Map<String, serde_json::Value>,
        fields: &[Field],
    ) -> Option<Self> {
        if object.len() != fields.len() {
            return None;
        }
        let values = fields
            .iter()
            .map(|field| Value::from_json(object.get(&field.name)?, field));
        Some(Self {
            values: values.collect::<Option<_>>()?,
        })
    }
}

/// A sample together with the names of its values; serializes as an object.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    sample: &'a Sample,
    fields: &'a [Field],
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for (field, value) in self.fields.iter().zip(&self.sample.values) {
            map.serialize_entry(&field.name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_written_in_the_order_of_its_fields() {
        let fields = ["b", "a", "c"].map(|name| Field::new(name, FieldKind::String, "text"));
        let sample = Sample {
            values: vec![Value::Float(1.0), Value::Null, Value::Boolean(true)],
        };
        assert_eq!(
            serde_json::to_string(&sample.named(&fields)).expect("plain values"),
            r#"{"b":1.0,"a":null,"c":true}"#
        );
    }

    fn read_back(json: &str, fields: &[Field]) -> Option<Sample> {
        let object = serde_json::from_str(json).expect("an object");
        Sample::from_named(&object, fields)
    }

    #[test]
    fn a_sample_comes_back_as_it_was_written() {
        use FieldKind::{Boolean, Float, Integer, List, Messages, String};
        let kinds = [
            String, Integer, Float, Float, Float, Boolean, Integer, List, List, Messages,
        ];
        let fields: Vec<_> = kinds
            .iter()
            .zip('a'..)
            .map(|(kind, name)| Field {
                required: false,
                ..Field::new(name, *kind, "a value")
            })
            .collect();
        let sample = Sample {
            values: vec![
                Value::String("\0\u{2028}🙂".into()),
                Value::Integer(i64::MIN),
                Value::Float(0.1 + 0.2),
                Value::Float(-0.0),
                Value::Float(f64::MAX),
                Value::Boolean(false),
                Value::Null,
                Value::List(vec!["a, \"b\"".into(), " ".into()]),
                Value::List(Vec::new()),
                Value::Messages(vec![Message {
                    role: Role::User,
                    content: "\"\n".into(),
                }]),
            ],
        };
        let json = serde_json::to_string(&sample.named(&fields)).expect("plain values");
        let read = read_back(&json, &fields).expect("a sample");
        assert_eq!(read, sample);
        // Equality knows no sign of zero.
        assert_eq!(format!("{read:?}"), format!("{sample:?}"));
    }

    #[test]
    fn an_object_of_other_fields_is_no_sample() {
        let fields = [
            Field::new("a", FieldKind::String, "text"),
            Field::new("b", FieldKind::Integer, "a number"),
        ];
        assert!(read_back(r#"{"a":"","b":1}"#, &fields).is_some());
        for json in [
            r#"{"a":""}"#,
            r#"{"a":"","c":1}"#,
            r#"{"a":"","b":1,"c":1}"#,
            r#"{"a":1,"b":1}"#,
            r#"{"a":"","b":1.5}"#,
            r#"{"a":"","b":null}"#,
        ] {
            assert_eq!(read_back(json, &fields), None, "{json}");
        }
    }
}
