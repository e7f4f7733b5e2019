//! What the values of the shapes are.

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// Any number of values of a kind.
    List(&'static Kind),
    /// Values with names.
    Object(&'static [(&'static str, Kind)]),
}

use Kind::{Integer, List, Object, Text};

pub(crate) const MESSAGE: &Kind = &Object(&[("role", Text), ("content", Text)]);

pub(super) const SHAREGPT_TURN: &Kind = &Object(&[("from", Text), ("value", Text)]);

pub(super) const ALPACA: &[(&str, Kind)] =
    &[("instruction", Text), ("input", Text), ("output", Text)];

pub(super) const PROMPT_COMPLETION: &[(&str, Kind)] = &[("prompt", Text), ("completion", Text)];

pub(super) const PREFERENCE: &[(&str, Kind)] =
    &[("prompt", Text), ("chosen", Text), ("rejected", Text)];

pub(super) const SQUAD: &[(&str, Kind)] = &[
    ("id", Text),
    ("title", Text),
    ("context", Text),
    ("question", Text),
    ("answers", ANSWERS),
];

const ANSWERS: Kind = Object(&[("text", List(&Text)), ("answer_start", List(&Integer))]);

pub(super) const BEIR: &[(&str, Kind)] = &[
    ("query", Text),
    ("positive", Text),
    ("negatives", List(&Text)),
];
