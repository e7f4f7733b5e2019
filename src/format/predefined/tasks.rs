//! What an assistant is asked, and what it says.

use crate::format::Check;
use crate::format::sanity::Rule::{Differs, Flawed, Prose};
use crate::sample::{Field, FieldKind};

use super::{Definition, text};

/// In the columns of Alpaca.
pub(super) fn instruction() -> Definition {
    Definition {
        description: "Instruction tuning: a task, its input if it has one, and the output.",
        fields: vec![
            text("instruction", "a task, as people give it to an assistant"),
            Field {
                may_be_empty: true,
                ..text(
                    "input",
                    "what the task is about, if the instruction does not say it all",
                )
            },
            text("output", "what a careful expert answers"),
        ],
        guidance: "Leave the input empty in about half of the samples. Vary the kind of task.",
        grounding: None,
        check: Check::Quality,
        rules: &[
            Prose("instruction"),
            Prose("output"),
            Differs("output", "instruction"),
        ],
    }
}

/// In the form of `OpenAI`'s fine-tuning.
pub(super) fn chat() -> Definition {
    Definition {
        description: "Conversations of a user with a helpful assistant.",
        fields: vec![Field::new(
            "messages",
            FieldKind::Messages,
            "user and assistant in turn, the user first and the assistant last; one system \
             message may come before them",
        )],
        guidance: "Vary the number of exchanges from one to four; each goes on from the one \
                   before.",
        grounding: None,
        check: Check::Quality,
        rules: &[Prose("messages")],
    }
}

/// In the columns of TRL's direct preference optimisation.
pub(super) fn preference() -> Definition {
    Definition {
        description: "Preferences: a prompt, a better response to it, and a worse one.",
        fields: vec![
            text("prompt", "what a user asks of an assistant"),
            text("chosen", "a correct and helpful response"),
            text(
                "rejected",
                "a plausible response with a flaw, such as an error, a gap or the wrong tone",
            ),
        ],
        guidance: "Keep both responses alike in length and style, so that only the flaw tells \
                   them apart.",
        grounding: None,
        check: Check::Better {
            prompt: "prompt",
            chosen: "chosen",
            rejected: "rejected",
        },
        rules: &[
            Prose("prompt"),
            Flawed("rejected"),
            Differs("chosen", "prompt"),
            Differs("rejected", "chosen"),
            Differs("rejected", "prompt"),
        ],
    }
}

pub(super) fn reasoning() -> Definition {
    Definition {
        description: "Reasoning: a question, the way to its answer, and the answer.",
        fields: vec![
            text(
                "question",
                "a problem that takes several steps and has one answer",
            ),
            text("reasoning", "the steps to the answer, one after the other"),
            text("answer", "the answer alone, as short as possible"),
        ],
        guidance: "Check every step: the reasoning leads to the answer without a gap.",
        grounding: None,
        check: Check::Quality,
        rules: &[
            Prose("question"),
            Prose("reasoning"),
            Differs("reasoning", "question"),
            Differs("answer", "question"),
        ],
    }
}
