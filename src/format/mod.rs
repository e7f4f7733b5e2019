//! What a sample looks like: fields, guidance for the model, validation.
//!
//! Knows nothing of models, prompts or files.

mod agreement;
mod check;
mod checks;
mod classes;
mod coverage;
mod custom;
mod grounding;
mod predefined;
pub mod sanity;

use std::fmt;

use serde_json::Value as Json;

use crate::sample::{Field, Sample, Value};

pub use agreement::agree;
pub use check::Check;
pub use classes::Classes;
pub(crate) use coverage::{is_unspaced, may_be_about};
pub use custom::{CustomFormatError, load as load_custom};
pub use grounding::{Ground, Grounding};
pub use predefined::{CLASSIFICATION, LabelsError, PREDEFINED, classification, predefined};

/// A shape of samples.
pub trait FormatHandler: Send + Sync {
    /// Name of the format; part of the output's file names.
    fn name(&self) -> &str;
    /// What a sample is, in one sentence.
    fn description(&self) -> &str;
    /// Fields, in the column order of every output; never empty.
    fn fields(&self) -> &[Field];
    /// What makes a good sample, for the model; may be empty.
    fn guidance(&self) -> &str;
    /// The fields that tie a sample to a text, if it is about one.
    fn grounding(&self) -> Option<Grounding> {
        None
    }
    /// How a second look at a sample goes.
    fn check(&self) -> Check {
        Check::Quality
    }
    /// The classes that samples are spread over, unless the user says otherwise.
    fn classes(&self) -> Option<Classes> {
        None
    }
    /// What must be true of the fields for a sample to be of use.
    fn rules(&self) -> &[sanity::Rule] {
        &[]
    }
    /// The sample in an item of an answer. Extra keys are dropped.
    ///
    /// # Errors
    ///
    /// The first rule that the item breaks.
    fn validate(&self, item: Json) -> Result<Sample, Rejection>;
}

/// Why an item is no sample.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rejection {
    /// It is not a JSON object.
    NotAnObject,
    /// A required field is absent or null.
    Missing(String),
    /// A value is of another type.
    WrongType(String),
    /// A number is out of its range, or a label is none of the labels.
    OutOfRange(String),
    /// A value, or an item of a list, is none of the choices.
    NotAChoice(String),
    /// A text has too few characters, or a list too few items.
    TooShort(String),
    /// A text has too many characters, or a list too many items.
    TooLong(String),
    /// A text does not match its pattern.
    NoMatch(String),
    /// A required text is empty or blank, or an item of a required list is.
    Blank(String),
    /// User and assistant do not take turns, beginning with the user and ending
    /// with the assistant.
    NoConversation(String),
    /// All fields are optional, and none has a value.
    Empty,
    /// A context is not taken from the passage, or an answer not from its
    /// context.
    Ungrounded(String),
    /// A value is valid but of no use.
    Useless(String, sanity::Fault),
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => f.write_str("not an object"),
            Self::Missing(field) => write!(f, "{field}: missing"),
            Self::WrongType(field) => write!(f, "{field}: wrong type"),
            Self::OutOfRange(field) => write!(f, "{field}: out of range"),
            Self::NotAChoice(field) => write!(f, "{field}: not one of the choices"),
            Self::TooShort(field) => write!(f, "{field}: too short"),
            Self::TooLong(field) => write!(f, "{field}: too long"),
            Self::NoMatch(field) => write!(f, "{field}: does not match"),
            Self::Blank(field) => write!(f, "{field}: blank"),
            Self::NoConversation(field) => write!(f, "{field}: not user and assistant in turn"),
            Self::Empty => f.write_str("no value at all"),
            Self::Ungrounded(field) => write!(f, "{field}: not in the text"),
            Self::Useless(field, fault) => write!(f, "{field}: {fault}"),
        }
    }
}

/// A format made of fields, predefined or from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Format {
    name: String,
    description: String,
    fields: Vec<Field>,
    guidance: String,
    grounding: Option<Grounding>,
    check: Check,
    classes: Option<Classes>,
    rules: &'static [sanity::Rule],
}

impl FormatHandler for Format {
    fn name(&self) -> &str {
        &self.name
    }

    fn description(&self) -> &str {
        &self.description
    }

    fn fields(&self) -> &[Field] {
        &self.fields
    }

    fn guidance(&self) -> &str {
        &self.guidance
    }

    fn grounding(&self) -> Option<Grounding> {
        self.grounding
    }

    fn check(&self) -> Check {
        self.check
    }

    fn classes(&self) -> Option<Classes> {
        self.classes.clone()
    }

    fn rules(&self) -> &[sanity::Rule] {
        self.rules
    }

    fn validate(&self, item: Json) -> Result<Sample, Rejection> {
        let Json::Object(mut item) = item else {
            return Err(Rejection::NotAnObject);
        };
        let values = self
            .fields
            .iter()
            .map(|field| {
                checks::value(
                    field,
                    item.get_mut(&field.name).map_or(Json::Null, Json::take),
                )
            })
            .collect::<Result<Vec<_>, _>>()?;
        match values.iter().all(|value| *value == Value::Null) {
            true => Err(Rejection::Empty),
            false => Ok(Sample { values }),
        }
    }
}
