//! Shapes that trainers take: a sample of one format as an object with other
//! keys.
//!
//! Knows formats by the names of their fields only, and writes no file.

mod convert;
mod kind;
mod view;

use std::fmt;

use serde_json::{Map, Value};

use crate::sample::Field;

pub use kind::Kind;
pub(crate) use kind::MESSAGE;

use view::{View, view};

/// A shape of training data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Turns of a conversation, as `OpenAI` and TRL take them.
    Messages,
    /// Turns of a conversation, as `ShareGPT` has them.
    ShareGpt,
    /// Instruction, input and output.
    Alpaca,
    /// Prompt and completion.
    PromptCompletion,
    /// A prompt, the better and the worse answer.
    Preference,
    /// A context, a question and the place of the answer in it.
    Squad,
    /// Documents, queries and which belong together: three files.
    Beir,
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Messages,
        Self::ShareGpt,
        Self::Alpaca,
        Self::PromptCompletion,
        Self::Preference,
        Self::Squad,
        Self::Beir,
    ];

    /// The word for it on the command line and in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::ShareGpt => "sharegpt",
            Self::Alpaca => "alpaca",
            Self::PromptCompletion => "prompt-completion",
            Self::Preference => "preference",
            Self::Squad => "squad",
            Self::Beir => "beir",
        }
    }

    /// Keys and what their values are, in the order of all objects.
    ///
    /// Those of BEIR are what its files are made of.
    #[must_use]
    pub fn columns(self) -> &'static [(&'static str, Kind)] {
        match self {
            Self::Messages => &[("messages", Kind::List(kind::MESSAGE))],
            Self::ShareGpt => &[("conversations", Kind::List(kind::SHAREGPT_TURN))],
            Self::Alpaca => kind::ALPACA,
            Self::PromptCompletion => kind::PROMPT_COMPLETION,
            Self::Preference => kind::PREFERENCE,
            Self::Squad => kind::SQUAD,
            Self::Beir => kind::BEIR,
        }
    }
}

/// How samples of a format become objects of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversion {
    shape: Shape,
    view: View,
}

impl Conversion {
    /// That of samples with `fields` to `shape`.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn new(fields: &[Field], shape: Shape) -> Result<Self, NoConversion> {
        let view_of = |shape| view(fields, shape);
        view_of(shape)
            .map(|view| Self { shape, view })
            .ok_or_else(|| {
                let mut others = Shape::ALL.to_vec();
                others.retain(|shape| view_of(*shape).is_some());
                NoConversion { shape, others }
            })
    }

    /// What the objects are.
    #[must_use]
    pub fn shape(self) -> Shape {
        self.shape
    }

    /// The object for `sample`; what has no place in it is left out.
    ///
    /// # Errors
    ///
    /// This sample has none.
    pub fn convert(self, sample: &Map<String, Value>) -> Result<Map<String, Value>, Unfit> {
        convert::convert(self.shape, self.view, sample)
    }
}

/// Samples of a format have no such shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoConversion {
    shape: Shape,
    /// The shapes that they have.
    others: Vec<Shape>,
}

impl std::error::Error for NoConversion {}

impl fmt::Display for NoConversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.others.iter().map(|shape| shape.name()).collect();
        let shape = self.shape.name();
        match names.is_empty() {
            true => write!(
                f,
                "no shape but native can be made of this format, so not {shape}"
            ),
            false => write!(
                f,
                "{shape} cannot be made of this format, but {} can",
                names.join(", ")
            ),
        }
    }
}

/// Why a sample has no place in a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// The answer does not occur in the context, letter for letter.
    AnswerNotInContext,
    /// A value is missing, or not of the type that its name promises.
    WrongType(&'static str),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnswerNotInContext => f.write_str("answer: not word for word in the context"),
            Self::WrongType(field) => write!(f, "{field}: wrong type"),
        }
    }
}

#[cfg(test)]
mod tests;
