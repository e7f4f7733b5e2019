//! Whether a text comes from another one.
//!
//! Compares runs of letters, so that it works for languages without spaces and
//! forgives other punctuation, capitals and white space. Judges words, not
//! meaning.

use std::collections::HashSet;

/// Letters of a run: more than chance brings together, fewer than most words
/// with their neighbours have.
const RUN: usize = 5;

/// Share of the runs of a text that is taken from another, which must be there.
const FROM: f64 = 0.7;

/// The same for a text that is only covered by another, in words of its own.
const COVERED: f64 = 0.5;

/// The fields of a format whose samples are grounded in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grounding {
    /// The text that a sample is about. From documents it is the passage.
    pub context: &'static str,
    /// What the context must hold.
    pub answer: &'static str,
}

/// A text that others may come from.
#[derive(Debug)]
pub(super) struct Ground {
    letters: String,
    runs: HashSet<[char; RUN]>,
}

impl Ground {
    pub(super) fn new(text: &str) -> Self {
        let letters: Vec<char> = letters(text).collect();
        Self {
            runs: runs(&letters).collect(),
            letters: letters.into_iter().collect(),
        }
    }

    /// Whether `text` is taken from it, but for a word here and there.
    pub(super) fn holds(&self, text: &str) -> bool {
        self.share_of(text) >= FROM
    }

    /// Whether `text` occurs in it, or says what it says in similar words.
    pub(super) fn covers(&self, text: &str) -> bool {
        self.share_of(text) >= COVERED
    }

    /// Share of `text` that occurs in it.
    fn share_of(&self, text: &str) -> f64 {
        let letters: Vec<char> = letters(text).collect();
        let (known, all) = runs(&letters).fold((0_u32, 0_u32), |(known, all), run| {
            (known + u32::from(self.runs.contains(&run)), all + 1)
        });
        if all == 0 {
            // Too short for runs: as a whole, or not at all.
            let text: String = letters.into_iter().collect();
            return f64::from(u8::from(self.letters.contains(&text)));
        }
        f64::from(known) / f64::from(all)
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
    fn answers_are_covered_if_their_words_are_there() {
        let ground = Ground::new(PASSAGE);
        for answer in ["1844", "48 metres", "six years", "It stands on a reef."] {
            assert!(ground.covers(answer), "{answer}");
        }
        for answer in ["1845", "no", "A wooden tower on the mainland."] {
            assert!(!ground.covers(answer), "{answer}");
        }
    }

    #[test]
    fn languages_without_spaces_are_compared_too() {
        let ground = Ground::new("灯塔建于一八四四年，耗时六年，塔高四十八米。");
        assert!(ground.covers("一八四四年"));
        assert!(ground.holds("灯塔建于一八四四年; 耗时六年"));
        assert!(!ground.covers("一九二〇年"));
    }
}
