//! Whether a sample comes from a passage.
//!
//! Compares runs of letters, so that it works for languages without spaces and
//! forgives other punctuation, capitals and white space. Judges words, not
//! meaning.

use std::cell::OnceCell;
use std::collections::HashSet;

use crate::sample::{Sample, Value};

use super::coverage::Words;
use super::{FormatHandler, Rejection};

/// Letters of a run: more than chance brings together, fewer than most words
/// with their neighbours have.
const RUN: usize = 5;

/// Share of the runs of a text that is taken from another, which must be there.
const FROM: f64 = 0.7;

/// The fields of a format whose samples are grounded in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grounding {
    /// The text that a sample is about. From documents it is the passage.
    pub context: &'static str,
    /// What the context must hold; `None` if that is said in other words.
    pub answer: Option<&'static str>,
}

/// A passage, and what samples from it are checked for.
pub struct Ground<'a> {
    passage: &'a str,
    runs: OnceCell<HashSet<[char; RUN]>>,
    words: OnceCell<Words>,
}

impl<'a> Ground<'a> {
    /// The ground of samples from `passage`.
    #[must_use]
    pub fn new(passage: &'a str) -> Self {
        Self {
            passage,
            runs: OnceCell::new(),
            words: OnceCell::new(),
        }
    }

    /// Checks that `sample` of `format` is about the passage: that its context
    /// is taken from it, and that the context covers its answer, if it must.
    ///
    /// # Errors
    ///
    /// The field that comes from somewhere else.
    pub fn check(&self, format: &dyn FormatHandler, sample: &Sample) -> Result<(), Rejection> {
        let Some(Grounding { context, answer }) = format.grounding() else {
            return Ok(());
        };
        let text_of = |name: &str| {
            let mut values = format.fields().iter().zip(&sample.values);
            match values.find(|(field, _)| field.name == name) {
                Some((_, Value::String(text))) => text.as_str(),
                _ => "",
            }
        };
        let text = text_of(context);
        let is_passage = text == self.passage;
        if !is_passage && !self.holds(text) {
            return Err(Rejection::Ungrounded(context.to_owned()));
        }
        let Some(answer) = answer else {
            return Ok(());
        };
        let is_covered = match is_passage {
            true => {
                let words = self.words.get_or_init(|| Words::of(text));
                words.cover(text_of(answer))
            }
            false => Words::of(text).cover(text_of(answer)),
        };
        match is_covered {
            true => Ok(()),
            false => Err(Rejection::Ungrounded(answer.to_owned())),
        }
    }

    /// Whether `text` is taken from the passage, but for a word here and there.
    fn holds(&self, text: &str) -> bool {
        let text: Vec<char> = letters(text).collect();
        let known = self.runs.get_or_init(|| {
            let passage: Vec<char> = letters(self.passage).collect();
            runs(&passage).collect()
        });
        let (n_known, n_all) = runs(&text).fold((0_u32, 0_u32), |(n_known, n_all), run| {
            (n_known + u32::from(known.contains(&run)), n_all + 1)
        });
        match n_all {
            // Too short for runs: as a whole, or not at all.
            0 => letters(self.passage)
                .collect::<String>()
                .contains(&text.into_iter().collect::<String>()),
            _ => f64::from(n_known) >= FROM * f64::from(n_all),
        }
    }
}

/// Letters and digits of `text`, in lower case.
fn letters(text: &str) -> impl Iterator<Item = char> {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase)
}

fn runs(letters: &[char]) -> impl Iterator<Item = [char; RUN]> {
    let windows = letters.windows(RUN);
    windows.map(|run| run.try_into().expect("a window of this size"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::predefined;

    const PASSAGE: &str = "The lighthouse of Skerryvore was lit in 1844, after six years of work. \
        Its tower is 48 metres high and stands on a reef twelve miles off Tiree.";

    #[test]
    fn what_is_copied_is_held_whatever_its_punctuation() {
        let ground = Ground::new(PASSAGE);
        assert!(ground.holds("the lighthouse of SKERRYVORE was lit in 1844; after six years"));
        assert!(ground.holds("Its tower is 48 metres tall and stands on a reef off Tiree."));
        assert!(!ground.holds("The light of Bell Rock was built by Stevenson and Rennie."));
    }

    #[test]
    fn languages_without_spaces_are_compared_too() {
        let ground = Ground::new("灯塔建于一八四四年，耗时六年，塔高四十八米。");
        assert!(ground.holds("灯塔建于一八四四年; 耗时六年"));
        assert!(!ground.holds("灯塔建于一九二〇年，由政府出资。"));
    }

    #[test]
    fn a_short_context_is_there_as_a_whole() {
        let ground = Ground::new(PASSAGE);
        assert!(ground.holds("1844") && !ground.holds("1845"));
    }

    #[test]
    fn a_summary_may_be_in_words_of_its_own() {
        let format = predefined("summarisation").expect("listed");
        let check = |document: &str| {
            let values = [document, "A light on a rock."].map(|text| Value::String(text.into()));
            let values = values.to_vec();
            Ground::new(PASSAGE).check(&format, &Sample { values })
        };
        assert_eq!(check(PASSAGE), Ok(()));
        assert_eq!(
            check("Babel was lit in 1844."),
            Err(Rejection::Ungrounded("document".into()))
        );
    }

    #[test]
    fn the_field_that_comes_from_elsewhere_is_named() {
        let qa = predefined("qa").expect("listed");
        let check = |context: &str, answer: &str| {
            let values = [context, "When?", answer].map(|text| Value::String(text.into()));
            let values = values.to_vec();
            Ground::new(PASSAGE).check(&qa, &Sample { values })
        };
        let ungrounded = |field: &str| Err(Rejection::Ungrounded(field.to_owned()));
        assert_eq!(check(PASSAGE, "in 1844"), Ok(()));
        assert_eq!(check(PASSAGE, "in 1845"), ungrounded("answer"));
        assert_eq!(check(&PASSAGE[..50], "1844"), Ok(()));
        assert_eq!(check(&PASSAGE[..50], "48 metres"), ungrounded("answer"));
        assert_eq!(
            check("Babel was lit in 1844.", "1844"),
            ungrounded("context")
        );
    }
}
