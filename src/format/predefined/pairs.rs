//! Texts that belong together or do not, for encoders.

use crate::format::Check;
use crate::format::sanity::Rule::{Differs, Prose, Scores};
use crate::sample::{Field, FieldKind, Length, Limit};

use super::{Definition, text};

pub(super) fn pair_class() -> Definition {
    let labels = ["entailment", "neutral", "contradiction"].map(String::from);
    Definition {
        description: "Textual entailment: a premise, a hypothesis, and how they relate.",
        fields: vec![
            text("premise", "a sentence that states something"),
            text("hypothesis", "a sentence to be judged by the premise alone"),
            Field {
                limit: Limit::Labels(labels.to_vec()),
                ..Field::new(
                    "label",
                    FieldKind::Integer,
                    "0 entailment (the premise makes it true), 1 neutral (it stays open), 2 \
                     contradiction (it is false)",
                )
            },
        ],
        guidance: "Do not give a label away by its wording, such as a negation for every \
                   contradiction.",
        grounding: None,
        check: Check::Label {
            texts: &["premise", "hypothesis"],
            label: "label",
        },
        rules: &[
            Prose("premise"),
            Prose("hypothesis"),
            Differs("hypothesis", "premise"),
        ],
    }
}

pub(super) fn pair_score() -> Definition {
    Definition {
        description: "Semantic similarity: two sentences and how close in meaning they are.",
        fields: vec![
            text("sentence1", "a sentence"),
            text("sentence2", "a sentence to compare with it"),
            Field {
                limit: Limit::Range(0.0, 1.0),
                ..Field::new(
                    "score",
                    FieldKind::Float,
                    "0.0 for unrelated, about 0.5 for the same topic, 1.0 for the same meaning",
                )
            },
        ],
        guidance: "Judge meaning, not shared words.",
        grounding: None,
        check: Check::Score {
            texts: ["sentence1", "sentence2"],
            score: "score",
        },
        rules: &[
            Prose("sentence1"),
            Prose("sentence2"),
            Scores {
                score: "score",
                texts: ["sentence1", "sentence2"],
            },
        ],
    }
}

pub(super) fn pair() -> Definition {
    Definition {
        description: "Positive pairs: two texts that belong together.",
        fields: vec![anchor(), positive()],
        guidance: "Let the positive share the anchor's meaning, not its wording.",
        grounding: None,
        check: Check::Quality,
        rules: &[Differs("positive", "anchor")],
    }
}

pub(super) fn triplet() -> Definition {
    let negative = "a text on a related topic that does not fit the anchor";
    Definition {
        description: "Triplets: an anchor, a text that belongs to it, and one that does not.",
        fields: vec![anchor(), positive(), text("negative", negative)],
        guidance: "Make negatives hard: near in topic, wording and length, but wrong for the \
                   anchor.",
        grounding: None,
        check: Check::Nearer {
            anchor: "anchor",
            positive: "positive",
            negative: "negative",
        },
        rules: &[
            Differs("positive", "anchor"),
            Differs("negative", "positive"),
            Differs("negative", "anchor"),
        ],
    }
}

pub(super) fn retrieval() -> Definition {
    Definition {
        description: "Retrieval: a query, a passage that answers it, and passages that do not.",
        fields: vec![
            text("query", "a question or search query, as people type it"),
            text(
                "positive",
                "a passage of one to three sentences that answers the query",
            ),
            Field {
                length: Length {
                    least: 1,
                    most: Some(5),
                },
                ..Field::new(
                    "negatives",
                    FieldKind::List,
                    "passages like the positive that do not answer the query",
                )
            },
        ],
        guidance: "Make negatives hard: near in topic, wording and length, but no answer.",
        grounding: None,
        check: Check::Quality,
        rules: &[
            Differs("positive", "query"),
            Differs("negatives", "positive"),
            Differs("negatives", "query"),
        ],
    }
}

fn anchor() -> Field {
    text("anchor", "a sentence, question or search query")
}

fn positive() -> Field {
    text("positive", "a text that means the same or answers it")
}
