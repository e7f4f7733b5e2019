//! What the fields of a format are to a trainer, one table.

use super::Shape;
use crate::sample::{Field, FieldKind};

/// What some fields of a format are, by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// Something said to a model, and its answer.
    Exchange {
        /// What is said, in this order, empty texts left out.
        prompt: &'static [&'static str],
        /// The part of it that says what to do.
        instruction: &'static str,
        /// The other part.
        input: Option<&'static str>,
        /// The answer, in this order.
        answer: &'static [&'static str],
    },
    /// Turns, each with role and content.
    Turns(&'static str),
    /// A better and a worse answer.
    Preference([&'static str; 3]),
    /// A context, a question, and the answer, which may be a part of the context.
    Span([&'static str; 3]),
    /// A query, a text that belongs to it, and those that do not.
    Relevance(&'static str, &'static str, Option<&'static str>),
}

impl View {
    /// Whether objects of `shape` can be made of it.
    fn makes(&self, shape: Shape) -> bool {
        match self {
            Self::Exchange { .. } => matches!(
                shape,
                Shape::Messages | Shape::ShareGpt | Shape::Alpaca | Shape::PromptCompletion
            ),
            Self::Turns(_) => matches!(shape, Shape::Messages | Shape::ShareGpt),
            Self::Preference(_) => shape == Shape::Preference,
            Self::Span(_) => shape == Shape::Squad,
            Self::Relevance(..) => shape == Shape::Beir,
        }
    }
}

/// Formats by the names of their fields, and what these are.
type Table = &'static [(&'static [&'static str], &'static [View])];

const TABLE: Table = &[
    (
        &["context", "question", "answer"],
        &[
            View::Exchange {
                prompt: &["context", "question"],
                instruction: "question",
                input: Some("context"),
                answer: &["answer"],
            },
            View::Span(["context", "question", "answer"]),
            View::Relevance("question", "context", None),
        ],
    ),
    (
        &["anchor", "positive"],
        &[
            plain("anchor", &["anchor"], &["positive"]),
            View::Relevance("anchor", "positive", None),
        ],
    ),
    (
        &["anchor", "positive", "negative"],
        &[
            View::Preference(["anchor", "positive", "negative"]),
            View::Relevance("anchor", "positive", Some("negative")),
        ],
    ),
    (
        &["instruction", "input", "output"],
        &[View::Exchange {
            prompt: &["instruction", "input"],
            instruction: "instruction",
            input: Some("input"),
            answer: &["output"],
        }],
    ),
    (&["messages"], &[View::Turns("messages")]),
    (&["text", "label"], &[plain("text", &["text"], &["label"])]),
    (
        &["prompt", "chosen", "rejected"],
        &[
            plain("prompt", &["prompt"], &["chosen"]),
            View::Preference(["prompt", "chosen", "rejected"]),
        ],
    ),
    (
        &["document", "summary"],
        &[plain("document", &["document"], &["summary"])],
    ),
    (
        &["query", "positive", "negatives"],
        &[View::Relevance("query", "positive", Some("negatives"))],
    ),
    (
        &["question", "reasoning", "answer"],
        &[plain("question", &["question"], &["reasoning", "answer"])],
    ),
];

/// An exchange in which one text is all that is said.
const fn plain(
    instruction: &'static str,
    prompt: &'static [&'static str],
    answer: &'static [&'static str],
) -> View {
    View::Exchange {
        prompt,
        instruction,
        input: None,
        answer,
    }
}

/// Fields that are no texts.
const NO_TEXTS: [&str; 2] = ["messages", "negatives"];

/// What `fields` are, in all ways.
fn views(fields: &[Field]) -> &'static [View] {
    let is_its = |names: &[&str], field: &Field| {
        let has_its_kind = field.kind == FieldKind::String || NO_TEXTS.contains(&&*field.name);
        names.contains(&&*field.name) && has_its_kind
    };
    let mut rows = TABLE.iter();
    let found = rows.find(|(names, _)| {
        names.len() == fields.len() && fields.iter().all(|field| is_its(names, field))
    });
    found.map_or(&[], |(_, views)| views)
}

/// What `fields` are, so that objects of `shape` can be made of them.
pub(super) fn view(fields: &[Field], shape: Shape) -> Option<View> {
    let mut views = views(fields).iter();
    views.find(|view| view.makes(shape)).copied()
}
