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

use crate::sample::{Field, Limit, Sample, Value};

use super::{FormatHandler, Rejection};

pub(crate) use fold::folded;

/// What must be true of the fields of a format, beside what is of any text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The text is a sentence at least, not a word.
    Prose(&'static str),
    /// The first text is another than the second; so is each of a list.
    Differs(&'static str, &'static str),
    /// The first text is shorter than the second.
    Shorter(&'static str, &'static str),
    /// The first text is no longer than the second.
    NoLonger(&'static str, &'static str),
    /// The text may be as bad as it likes: a refusal, or a loop.
    Flawed(&'static str),
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
    /// It is no shorter than what the field of this name says.
    NotShorterThan(String),
    /// It is longer than what the field of this name says.
    LongerThan(String),
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
            Self::NotShorterThan(other) => write!(f, "not shorter than {other}"),
            Self::LongerThan(other) => write!(f, "longer than {other}"),
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
        // The choices are not the model's.
        .filter(|(field, _)| !matches!(field.limit, Limit::Choices(_)))
        .flat_map(|(field, value)| {
            let texts = texts_of(value, !format.rules().is_empty());
            texts.into_iter().map(move |text| (field, text))
        })
        .collect();
    let is_flawed = |name: &str| {
        let mut rules = format.rules().iter();
        rules.any(|rule| matches!(rule, Rule::Flawed(flawed) if *flawed == name))
    };
    let mut whole = texts.iter().filter(|(field, _)| !is_flawed(&field.name));
    let in_a_text = whole.find_map(|(field, text)| {
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

/// The texts in `value` that say something. Items of a list are texts where they
/// `are_whole`, and words elsewhere.
fn texts_of(value: &Value, are_whole: bool) -> Vec<&str> {
    match value {
        Value::String(text) if !text.is_empty() => vec![text],
        Value::List(items) if are_whole => items.iter().map(String::as_str).collect(),
        Value::Messages(messages) => messages.iter().map(|it| it.content.as_str()).collect(),
        _ => Vec::new(),
    }
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
            Self::Prose(_) | Self::Flawed(_) => None,
            Self::Differs(name, other) => {
                let other_text = folded(text_of(other)?);
                let is_same = |text: &str| !other_text.is_empty() && folded(text) == other_text;
                let mut texts = texts_of(value_of(name)?, true).into_iter();
                texts
                    .any(is_same)
                    .then(|| (name, Fault::SameAs(other.to_owned())))
            }
            Self::Shorter(name, other) => score::length(text_of(name)?, text_of(other)?)?
                .is_ge()
                .then(|| (name, Fault::NotShorterThan(other.to_owned()))),
            Self::NoLonger(name, other) => score::length(text_of(name)?, text_of(other)?)?
                .is_gt()
                .then(|| (name, Fault::LongerThan(other.to_owned()))),
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
            (
                "qa",
                json!({"context": "Buses", "question": "Who drives?", "answer": "A driver."}),
                "answer: longer than context",
            ),
            (
                "retrieval",
                json!({"query": "moons?", "positive": "Two.", "negatives": ["Three.", "two"]}),
                "negatives: same as positive",
            ),
            (
                "retrieval",
                json!({"query": "moons?", "positive": "Two.", "negatives": ["Moons", "Three."]}),
                "negatives: same as query",
            ),
            (
                "preference",
                json!({"prompt": "How many?", "chosen": "Two.", "rejected": "“Two”"}),
                "rejected: same as chosen",
            ),
            (
                "classification",
                json!({"text": "Spam!", "label": "spam"}),
                "text: same as label",
            ),
            (
                "reasoning",
                json!({"question": "1 + 1?", "reasoning": "One more is 2.", "answer": "1 + 1"}),
                "answer: same as question",
            ),
            (
                "instruction",
                json!({"instruction": "Sing.", "input": "Sing.", "output": "sing"}),
                "output: same as instruction",
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
        let context = "A word of a form.";
        let item =
            |answer| json!({"context": context, "question": "Which word?", "answer": answer});
        for answer in ["TODO", "placeholder", "TBD", "string", "answer"] {
            assert_eq!(fault("qa", &item(answer), None), "", "{answer}");
        }
        assert_eq!(fault("qa", &item("N/A"), None), "answer: placeholder");
        let item = json!({"context": "c", "question": "TODO", "answer": "1822"});
        assert_eq!(fault("qa", &item, None), "question: placeholder");
    }

    #[test]
    fn a_summary_is_shorter_than_its_document() {
        let summary = |document: &str, summary: &str| {
            let item = json!({"document": document, "summary": summary});
            fault("summarisation", &item, Some("document"))
        };
        assert_eq!(summary("The lamp was lit in 1822.", "Lit in 1822."), "");
        assert_eq!(
            summary("It was lit.", "The lamp was lit."),
            "summary: not shorter than document"
        );
        assert_eq!(summary("灯塔建于一八四四年。", "It was built in 1844."), "");
    }

    #[test]
    fn every_message_and_item_is_looked_at_but_what_is_to_be_bad() {
        let refusal = "As an AI language model, I cannot tell.";
        let chat = json!({"messages": [
            {"role": "user", "content": "Who is it?"},
            {"role": "assistant", "content": refusal},
        ]});
        assert_eq!(fault("chat", &chat, None), "messages: refusal");
        let negatives = json!({"query": "q", "positive": "p", "negatives": ["n", refusal]});
        assert_eq!(fault("retrieval", &negatives, None), "negatives: refusal");
        let responses = |chosen, rejected| {
            let item = json!({"prompt": "Who is it?", "chosen": chosen, "rejected": rejected});
            fault("preference", &item, None)
        };
        assert_eq!(responses("It is Bob.", refusal), "");
        assert_eq!(responses(refusal, "It is Bob."), "chosen: refusal");
        assert_eq!(
            responses("It is Bob.", "[insert answer]"),
            "rejected: placeholder"
        );
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
