//! Whether answers stand in their contexts.

use crate::format::sanity::folded;
use crate::sample::Value;

use super::portions::Portions;
use super::words::Words;

/// The columns of a context and of the answer from it.
const CONTEXT: &str = "context";
const ANSWER: &str = "answer";

/// Answers, and how much of them their contexts say.
#[derive(Debug, Default)]
pub struct Answers {
    /// Those that stand in their context word for word, but for case,
    /// punctuation and the form of characters.
    pub verbatim: u64,
    /// Of the different words of the others, the part that their context has.
    pub others: Portions,
}

impl Answers {
    /// Takes in the next sample, whose values are called by their columns.
    pub(super) fn take<'a>(&mut self, value: impl Fn(&str) -> Option<&'a Value>) {
        let (Some(Value::String(context)), Some(answer)) = (value(CONTEXT), value(ANSWER)) else {
            return;
        };
        let answer = match answer {
            Value::String(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            _ => return,
        };
        let [context, answer] = [context, &answer].map(|text| Words::of(&folded(text)));
        if answer.len() == 0 || context.len() == 0 {
            return;
        }
        if context.runs(answer.len()).any(|run| run == answer.text()) {
            self.verbatim += 1;
            return;
        }
        let [context, answer] = [&context, &answer].map(Words::different);
        let known = answer.intersection(&context).count();
        self.others.add(known, answer.len());
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.verbatim + self.others.count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_found_whatever_its_case_and_punctuation_but_as_whole_words() {
        let text = |text: &str| Value::String(text.to_owned());
        let context =
            text("The lamp of Skerryvore was lit in 1844; its keepers lived on Ｔｉｒｅｅ.");
        let mut answers = Answers::default();
        for answer in [
            text("“in 1844”"),
            text("Tiree!"),
            text("The Lamp"),
            Value::Integer(1844),
            // Not word for word: two of two words, one of two, none.
            text("Skerryvore lamp"),
            text("lamp keeper"),
            text("key"),
            // No answers.
            text("…"),
            Value::Null,
        ] {
            answers.take(|name| match name {
                "context" => Some(&context),
                _ => Some(&answer),
            });
        }
        assert_eq!((answers.verbatim, answers.others.count()), (4, 3));
        assert!((answers.others.mean() - 0.5).abs() < 1e-9);
        assert_eq!(answers.count(), 7);
    }
}
