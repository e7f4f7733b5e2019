//! What is said about a text.

use crate::format::sanity::Rule::{Asks, Differs, NoLonger, Prose, Shorter};
use crate::format::{Check, Grounding};

use super::{Definition, text};

pub(super) fn qa() -> Definition {
    Definition {
        description: "Question answering: a context, a question about it, and the answer.",
        fields: vec![
            text(
                "context",
                "a self-contained passage of two to five sentences",
            ),
            text("question", "a question that the context answers"),
            text("answer", "the answer, short, in words of the context"),
        ],
        guidance: "The context alone must be enough to answer. Vary what is asked for: who, when, \
                   where, why, how, how many.",
        grounding: Some(Grounding {
            context: "context",
            answer: Some("answer"),
        }),
        check: Check::Answer {
            context: "context",
            question: "question",
            answer: "answer",
        },
        rules: &[
            Prose("context"),
            Prose("question"),
            Differs("question", "context"),
            Differs("answer", "question"),
            NoLonger("answer", "context"),
            Asks("question"),
        ],
    }
}

pub(super) fn summarisation() -> Definition {
    Definition {
        description: "Summarisation: a document and its summary.",
        fields: vec![
            text(
                "document",
                "a self-contained text of four to eight sentences",
            ),
            text(
                "summary",
                "the document in one or two sentences of your own, far shorter",
            ),
        ],
        guidance: "Say in the summary what matters most, and nothing that the document does not \
                   say.",
        grounding: Some(Grounding {
            context: "document",
            // In words of its own.
            answer: None,
        }),
        check: Check::Quality,
        rules: &[
            Prose("document"),
            Prose("summary"),
            Differs("summary", "document"),
            Shorter("summary", "document"),
        ],
    }
}

/// Any text may be a label.
pub(super) fn classification() -> Definition {
    Definition {
        description: "Text classification: a text and its class.",
        fields: vec![
            text("text", "a text as real people write it"),
            text("label", "the class of the text"),
        ],
        guidance: "Do not name the class in the text. Make some texts hard: close to another \
                   class.",
        grounding: None,
        check: Check::Label {
            texts: &["text"],
            label: "label",
        },
        rules: &[Prose("text"), Differs("text", "label")],
    }
}
