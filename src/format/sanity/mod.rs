//! Whether a valid sample is of use.
//!
//! Rejects what is certain only, in any language: what is rejected was paid
//! for. What a text says is not judged.

mod fold;
mod placeholder;
mod question;
mod refusal;
mod repetition;
mod score;

use std::fmt;

use crate::sample::{Field, Sample, Value};

use super::{FormatHandler, Rejection};

use fold::folded;

/// What must be true of the fields of a format, beside what is of any text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The text is a sentence at least, not a word.
    Prose(&'static str),
    /// The first text is another than the second.
    Differs(&'static str, &'static str),
    /// The text asks for something.
    Asks(&'static str),
    /// The number says how close two texts are, from 0.0 to 1.0.
    Scores {
        /// The number.
        score: &'static str,
        /// The texts.
        texts: [&'static str; 2],
    },
}

/// What is wrong with a value that is valid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It holds the place of a text.
    Placeholder,
    /// It is the example of its field.
    CopiedExample,
    /// It says the same thing again and again.
    Loops,
    /// The model says that it does not write it.
    Refusal,
    /// It says what the field of this name says.
    SameAs(String),
    /// It states something.
    NoQuestion,
    /// It is too low for texts that are equal.
    LowForEqualTexts,
    /// It is too high for texts that have nothing in common.
    HighForUnlikeTexts,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Placeholder => f.write_str("placeholder"),
            Self::CopiedExample => f.write_str("copied example"),
            Self::Loops => f.write_str("loops"),
            Self::Refusal => f.write_str("refusal"),
            Self::SameAs(other) => write!(f, "same as {other}"),
            Self::NoQuestion => f.write_str("no question"),
            Self::LowForEqualTexts => f.write_str("too low for equal texts"),
            Self::HighForUnlikeTexts => f.write_str("too high for unlike texts"),
        }
    }
}

/// A text that the model wrote, and its field.
type Text<'a> = (&'a Field, &'a str);

/// Checks that `sample` of `format` is of use; the model did not write the
/// field `filled`.
///
/// # Errors
///
/// The first fault.
pub fn check(
    format: &dyn FormatHandler,
    sample: &Sample,
    filled: Option<&str>,
) -> Result<(), Rejection> {
    let values = format.fields().iter().zip(&sample.values);
    let texts: Vec<Text<'_>> = values
        .filter(|(field, _)| filled != Some(&field.name))
        .filter_map(|(field, value)| match value {
            Value::String(text) => Some((field, text.as_str())),
            _ => None,
        })
        .collect();
    let in_a_text = texts.iter().find_map(|(field, text)| {
        let fault = fault_of(text)?;
        Some((field.name.as_str(), fault))
    });
    in_a_text
        .or_else(|| placeholder::in_texts(&texts, format.rules()))
        .or_else(|| {
            let mut rules = format.rules().iter();
            rules.find_map(|rule| rule.broken_by(format.fields(), sample))
        })
        .map_or(Ok(()), |(field, fault)| {
            Err(Rejection::Useless(field.to_owned(), fault))
        })
}

fn fault_of(text: &str) -> Option<Fault> {
    if refusal::is_refusal(text) {
        Some(Fault::Refusal)
    } else {
        repetition::loops(text).then_some(Fault::Loops)
    }
}

impl Rule {
    /// The field that breaks the rule, and how.
    fn broken_by(&self, fields: &[Field], sample: &Sample) -> Option<(&'static str, Fault)> {
        let value_of = |name: &str| {
            let mut values = fields.iter().zip(&sample.values);
            values
                .find(|(field, _)| field.name == name)
                .map(|(_, value)| value)
        };
        let text_of = |name: &str| match value_of(name) {
            Some(Value::String(text)) => Some(text.as_str()),
            _ => None,
        };
        match *self {
            Self::Prose(_) => None,
            Self::Differs(name, other) => {
                let text = folded(text_of(name)?);
                let is_same = !text.is_empty() && text == folded(text_of(other)?);
                is_same.then(|| (name, Fault::SameAs(other.to_owned())))
            }
            Self::Asks(name) => {
                question::is_statement(text_of(name)?).then_some((name, Fault::NoQuestion))
            }
            Self::Scores { score, texts } => {
                let Some(Value::Float(number)) = value_of(score) else {
                    return None;
                };
                let fault = score::fault_of(*number, text_of(texts[0])?, text_of(texts[1])?);
                fault.map(|fault| (score, fault))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::format::predefined;

    fn fault(format: &str, item: &Value, filled: Option<&str>) -> String {
        let format = predefined(format).expect("listed");
        let sample = format.validate(item.clone()).expect("a valid item");
        match check(&format, &sample, filled) {
            Ok(()) => String::new(),
            Err(rejection) => rejection.to_string(),
        }
    }

    #[test]
    fn texts_that_must_differ_do() {
        for (format, item, told) in [
            (
                "pair",
                json!({"anchor": "A red boat.", "positive": "a  red boat"}),
                "positive: same as anchor",
            ),
            (
                "pair",
                json!({"anchor": "１２ 隻の船。", "positive": "12 隻の船"}),
                "positive: same as anchor",
            ),
            (
                "pair",
                json!({"anchor": "What is C?", "positive": "What is C++?"}),
                "",
            ),
            (
                "pair",
                json!({"anchor": "It is 1.5 m.", "positive": "It is 15 m."}),
                "",
            ),
            ("pair", json!({"anchor": "😀", "positive": "😢"}), ""),
            (
                "triplet",
                json!({"anchor": "a", "positive": "b", "negative": "B!"}),
                "negative: same as positive",
            ),
            (
                "triplet",
                json!({"anchor": "a", "positive": "b", "negative": "“A”"}),
                "negative: same as anchor",
            ),
            (
                "pair-class",
                json!({"premise": "Es regnet.", "hypothesis": "es regnet", "label": 0}),
                "hypothesis: same as premise",
            ),
            (
                "qa",
                json!({"context": "c", "question": "Who is it?", "answer": "who is it"}),
                "answer: same as question",
            ),
            (
                "qa",
                json!({"context": "It burns", "question": "It burns.", "answer": "it"}),
                "question: same as context",
            ),
            (
                "qa",
                json!({"context": "1822", "question": "When?", "answer": "1822"}),
                "",
            ),
        ] {
            assert_eq!(fault(format, &item, None), told, "{item}");
        }
    }

    #[test]
    fn what_the_model_did_not_write_is_not_held_against_it() {
        let item = json!({"context": "Lorem ipsum dolor sit amet", "question": "Which language is it?", "answer": "Latin"});
        assert_eq!(fault("qa", &item, None), "context: placeholder");
        assert_eq!(fault("qa", &item, Some("context")), "");
    }

    #[test]
    fn short_answers_may_be_words_that_are_no_sentences() {
        let item = |answer| json!({"context": "c", "question": "Which word?", "answer": answer});
        for answer in ["TODO", "placeholder", "TBD", "string", "answer"] {
            assert_eq!(fault("qa", &item(answer), None), "", "{answer}");
        }
        assert_eq!(fault("qa", &item("N/A"), None), "answer: placeholder");
        let item = json!({"context": "c", "question": "TODO", "answer": "1822"});
        assert_eq!(fault("qa", &item, None), "question: placeholder");
    }

    #[test]
    fn the_field_and_its_fault_are_named() {
        let refused = json!({"anchor": "How do I pick a lock?", "positive": "As an AI language model, I cannot tell."});
        assert_eq!(fault("pair", &refused, None), "positive: refusal");
        let looping = json!({"anchor": "Lamps", "positive": "the lamp is lit and ".repeat(30)});
        assert_eq!(fault("pair", &looping, None), "positive: loops");
        let stated =
            json!({"context": "A tower.", "question": "The tower is high.", "answer": "high"});
        assert_eq!(fault("qa", &stated, None), "question: no question");
    }
}
