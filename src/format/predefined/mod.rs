//! The predefined formats, a function for each.
//!
//! Columns stand in the order in which trainers read them; names and label
//! numbers of the pairs are those of the Hub's `sentence-transformers/all-nli`.

mod labels;
mod pairs;
mod tasks;
mod texts;

use crate::sample::{Field, FieldKind};

use super::sanity::Rule;
use super::{Check, Classes, Format, Grounding};

pub use labels::{CLASSIFICATION, LabelsError, classification};

/// Names of the predefined formats, as `--format` takes them.
pub const PREDEFINED: [&str; 12] = [
    "pair-class",
    "pair-score",
    "pair",
    "triplet",
    "qa",
    "instruction",
    "chat",
    CLASSIFICATION,
    "preference",
    "summarisation",
    "retrieval",
    "reasoning",
];

/// The predefined format `name`; `None` if there is none. The labels of
/// [`CLASSIFICATION`] are any texts.
#[must_use]
pub fn predefined(name: &str) -> Option<Format> {
    let definition = match name {
        "pair-class" => pairs::pair_class(),
        "pair-score" => pairs::pair_score(),
        "pair" => pairs::pair(),
        "triplet" => pairs::triplet(),
        "retrieval" => pairs::retrieval(),
        "qa" => texts::qa(),
        "summarisation" => texts::summarisation(),
        CLASSIFICATION => texts::classification(),
        "instruction" => tasks::instruction(),
        "chat" => tasks::chat(),
        "preference" => tasks::preference(),
        "reasoning" => tasks::reasoning(),
        _ => return None,
    };
    Some(definition.named(name))
}

/// What makes a format, but for its name.
struct Definition {
    description: &'static str,
    fields: Vec<Field>,
    guidance: &'static str,
    grounding: Option<Grounding>,
    check: Check,
    rules: &'static [Rule],
}

impl Definition {
    fn named(self, name: &str) -> Format {
        let classes = match self.check {
            Check::Score { score, .. } => Classes::bands(&self.fields, score),
            _ => Classes::of(&self.fields),
        };
        Format {
            name: name.to_owned(),
            description: self.description.to_owned(),
            fields: self.fields,
            guidance: self.guidance.to_owned(),
            grounding: self.grounding,
            check: self.check,
            classes,
            rules: self.rules,
        }
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
    fn columns_stand_in_the_order_in_which_trainers_read_them() {
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
                "instruction,input,output",
                "messages",
                "text,label",
                "prompt,chosen,rejected",
                "document,summary",
                "query,positive,negatives",
                "question,reasoning,answer",
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
    fn an_instruction_may_have_no_input() {
        let input = |item: serde_json::Value| {
            validate("instruction", item).map(|sample| sample.values[1].clone())
        };
        let empty = Ok(Value::String(String::new()));
        for nothing in [json!(""), json!(" \n"), json!(null), json!("…")] {
            let item = json!({"instruction": "Sing.", "input": nothing, "output": "La la."});
            assert_eq!(input(item), empty);
        }
        assert_eq!(
            input(json!({"instruction": "Sing.", "output": "La la."})),
            empty
        );
        assert_eq!(
            input(json!({"instruction": "Sing.", "input": 1, "output": "La la."})),
            Err(Rejection::WrongType("input".into()))
        );
    }

    #[test]
    fn messages_are_exchanges_that_say_something() {
        let chat = |messages: serde_json::Value| {
            let sample = validate("chat", json!({"messages": messages}));
            sample
                .map(|_| ())
                .map_err(|rejection| rejection.to_string())
        };
        let says = |role: &str, content: &str| json!({"role": role, "content": content, "x": 1});
        let user = || says("user", "Hello?");
        assert_eq!(chat(json!([user(), says("assistant", "Yes.")])), Ok(()));
        for (messages, told) in [
            (json!([]), "messages: not user and assistant in turn"),
            (json!([user()]), "messages: not user and assistant in turn"),
            (json!([user(), says("assistant", " ")]), "messages: blank"),
            (
                json!([user(), says("tool", "Yes.")]),
                "messages: wrong type",
            ),
            (
                json!([user(), {"role": "assistant"}]),
                "messages: wrong type",
            ),
            (json!("Hello?"), "messages: wrong type"),
            (json!(null), "messages: missing"),
        ] {
            assert_eq!(chat(messages.clone()), Err(told.to_owned()), "{messages}");
        }
    }

    #[test]
    fn a_query_has_one_to_five_negatives() {
        let negatives = |count: usize| {
            let item = json!({"query": "q", "positive": "p", "negatives": vec!["n"; count]});
            validate("retrieval", item).map(|_| ())
        };
        assert_eq!(negatives(1), Ok(()));
        assert_eq!(negatives(5), Ok(()));
        assert_eq!(negatives(0), Err(Rejection::TooShort("negatives".into())));
        assert_eq!(negatives(6), Err(Rejection::TooLong("negatives".into())));
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
