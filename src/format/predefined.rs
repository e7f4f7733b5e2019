//! The five predefined formats, one table.
//!
//! Names, columns and label numbers are those of the Hub's
//! `sentence-transformers/all-nli`, which trainers read by column order.

use crate::sample::{Field, FieldKind, Limit};

use super::sanity::Rule::{self, Asks, Differs, Prose, Scores};
use super::{Check, Classes, Format, Grounding};

/// Names of the predefined formats, as `--format` takes them.
pub const PREDEFINED: [&str; 5] = ["pair-class", "pair-score", "pair", "triplet", "qa"];

/// The predefined format `name`; `None` if there is none.
#[must_use]
pub fn predefined(name: &str) -> Option<Format> {
    let (description, fields, guidance) = match name {
        "pair-class" => (
            "Textual entailment: a premise, a hypothesis, and how they relate.",
            vec![
                text("premise", "a sentence that states something"),
                text("hypothesis", "a sentence to be judged by the premise alone"),
                Field {
                    limit: Limit::Labels(
                        ["entailment", "neutral", "contradiction"]
                            .map(String::from)
                            .to_vec(),
                    ),
                    ..Field::new(
                        "label",
                        FieldKind::Integer,
                        "0 entailment (the premise makes it true), 1 neutral (it stays open), 2 \
                         contradiction (it is false)",
                    )
                },
            ],
            "Do not give a label away by its wording, such as a negation for every contradiction.",
        ),
        "pair-score" => (
            "Semantic similarity: two sentences and how close in meaning they are.",
            vec![
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
            "Judge meaning, not shared words.",
        ),
        "pair" => (
            "Positive pairs: two texts that belong together.",
            vec![
                text("anchor", "a sentence, question or search query"),
                text("positive", "a text that means the same or answers it"),
            ],
            "Let the positive share the anchor's meaning, not its wording.",
        ),
        "triplet" => (
            "Triplets: an anchor, a text that belongs to it, and one that does not.",
            vec![
                text("anchor", "a sentence, question or search query"),
                text("positive", "a text that means the same or answers it"),
                text(
                    "negative",
                    "a text on a related topic that does not fit the anchor",
                ),
            ],
            "Make negatives hard: near in topic, wording and length, but wrong for the anchor.",
        ),
        "qa" => (
            "Question answering: a context, a question about it, and the answer.",
            vec![
                text(
                    "context",
                    "a self-contained passage of two to five sentences",
                ),
                text("question", "a question that the context answers"),
                text("answer", "the answer, short, in words of the context"),
            ],
            "The context alone must be enough to answer. Vary what is asked for: who, when, where, \
             why, how, how many.",
        ),
        _ => return None,
    };
    let classes = match name {
        "pair-score" => Some(Classes::bands(&fields, 2)),
        _ => Classes::of(&fields),
    };
    Some(Format {
        classes,
        name: name.to_owned(),
        description: description.to_owned(),
        fields,
        guidance: guidance.to_owned(),
        grounding: (name == "qa").then_some(Grounding {
            context: "context",
            answer: "answer",
        }),
        check: check(name),
        rules: rules(name),
    })
}

/// How a second look at samples of the format `name` goes.
fn check(name: &str) -> Check {
    match name {
        "pair-class" => Check::Label {
            texts: ["premise", "hypothesis"],
            label: "label",
        },
        "pair-score" => Check::Score {
            texts: ["sentence1", "sentence2"],
            score: "score",
        },
        "triplet" => Check::Nearer {
            anchor: "anchor",
            positive: "positive",
            negative: "negative",
        },
        "qa" => Check::Answer {
            context: "context",
            question: "question",
            answer: "answer",
        },
        _ => Check::Quality,
    }
}

/// What must be true of the fields of the format `name`.
fn rules(name: &str) -> &'static [Rule] {
    match name {
        "pair-class" => &[
            Prose("premise"),
            Prose("hypothesis"),
            Differs("hypothesis", "premise"),
        ],
        "pair-score" => &[
            Prose("sentence1"),
            Prose("sentence2"),
            Scores {
                score: "score",
                texts: ["sentence1", "sentence2"],
            },
        ],
        "pair" => &[Differs("positive", "anchor")],
        "triplet" => &[
            Differs("positive", "anchor"),
            Differs("negative", "positive"),
            Differs("negative", "anchor"),
        ],
        "qa" => &[
            Prose("context"),
            Prose("question"),
            Differs("question", "context"),
            Differs("answer", "question"),
            Asks("question"),
        ],
        _ => &[],
    }
}

fn text(name: &str, description: &str) -> Field {
    Field::new(name, FieldKind::String, description)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::format::{FormatHandler, Rejection};
    use crate::sample::{Sample, Value};

    fn validate(format: &str, item: serde_json::Value) -> Result<Sample, Rejection> {
        predefined(format)
            .expect("a predefined format")
            .validate(item)
    }

    #[test]
    fn columns_stand_in_the_order_of_the_hub() {
        let columns = PREDEFINED.map(|name| {
            let format = predefined(name).expect("listed");
            let names: Vec<_> = format
                .fields()
                .iter()
                .map(|field| field.name.clone())
                .collect();
            names.join(",")
        });
        assert_eq!(
            columns,
            [
                "premise,hypothesis,label",
                "sentence1,sentence2,score",
                "anchor,positive",
                "anchor,positive,negative",
                "context,question,answer",
            ]
        );
    }

    #[test]
    fn a_whole_item_is_a_sample() {
        assert_eq!(
            validate(
                "pair-class",
                json!({"label": 2, "premise": "a", "hypothesis": "b"})
            ),
            Ok(Sample {
                values: vec![
                    Value::String("a".into()),
                    Value::String("b".into()),
                    Value::Integer(2)
                ]
            })
        );
    }

    #[test]
    fn labels_are_whole_numbers_from_0_to_2() {
        let label = |label: serde_json::Value| {
            validate(
                "pair-class",
                json!({"premise": "a", "hypothesis": "b", "label": label}),
            )
        };
        assert!(label(json!(0)).is_ok());
        assert_eq!(label(json!(3)), Err(Rejection::OutOfRange("label".into())));
        assert_eq!(label(json!(-1)), Err(Rejection::OutOfRange("label".into())));
        for wrong in [json!(true), json!("1"), json!(1.0), json!([1])] {
            assert_eq!(label(wrong), Err(Rejection::WrongType("label".into())));
        }
    }

    #[test]
    fn scores_are_numbers_from_0_to_1() {
        let score = |score: serde_json::Value| {
            validate(
                "pair-score",
                json!({"sentence1": "a", "sentence2": "b", "score": score}),
            )
            .map(|sample| sample.values[2].clone())
        };
        assert_eq!(score(json!(1)), Ok(Value::Float(1.0)));
        assert_eq!(score(json!(0.25)), Ok(Value::Float(0.25)));
        assert_eq!(
            score(json!(1.01)),
            Err(Rejection::OutOfRange("score".into()))
        );
        assert_eq!(
            score(json!(true)),
            Err(Rejection::WrongType("score".into()))
        );
    }

    #[test]
    fn missing_null_and_blank_texts_are_told_apart() {
        let answer = |answer: serde_json::Value| {
            validate(
                "qa",
                json!({"context": "c", "question": "q", "answer": answer}),
            )
        };
        assert_eq!(
            answer(json!(null)),
            Err(Rejection::Missing("answer".into()))
        );
        assert_eq!(answer(json!(" \n")), Err(Rejection::Blank("answer".into())));
        assert_eq!(answer(json!("…")), Err(Rejection::Blank("answer".into())));
        assert_eq!(
            validate("qa", json!({"context": "c", "question": "q"})),
            Err(Rejection::Missing("answer".into()))
        );
    }

    #[test]
    fn extra_keys_are_dropped() {
        let sample = validate("pair", json!({"id": 7, "anchor": "a", "positive": "b"}));
        assert_eq!(sample.map(|sample| sample.values.len()), Ok(2));
    }

    #[test]
    fn only_objects_are_samples() {
        assert_eq!(
            validate("pair", json!("anchor")),
            Err(Rejection::NotAnObject)
        );
    }
}
