//! How many of the words and pairs of words are different ones.

use std::collections::HashSet;

use twox_hash::XxHash64;

use super::words::Words;

/// Words that are looked at: the measure falls with the length of a text, so
/// that a bound also makes large data comparable.
const MOST_WORDS: u64 = 200_000;

/// distinct-1 and distinct-2 (Li et al. 2016), of the first words.
#[derive(Debug, Default)]
pub struct Variety {
    words: HashSet<u64>,
    pairs: HashSet<u64>,
    all_words: u64,
    all_pairs: u64,
    is_cut: bool,
}

impl Variety {
    pub(super) fn add(&mut self, words: &Words) {
        if self.all_words >= MOST_WORDS {
            self.is_cut = true;
            return;
        }
        for word in words.iter() {
            self.all_words += 1;
            self.words.insert(hash(word));
        }
        for pair in words.runs(2) {
            self.all_pairs += 1;
            self.pairs.insert(hash(pair));
        }
    }

    /// The part of the words that are different ones.
    #[must_use]
    pub fn of_words(&self) -> Option<f64> {
        part(self.words.len(), self.all_words)
    }

    /// The part of the pairs of words that are different ones.
    #[must_use]
    pub fn of_pairs(&self) -> Option<f64> {
        part(self.pairs.len(), self.all_pairs)
    }

    /// Words that were looked at, if that were not all.
    #[must_use]
    pub fn cut(&self) -> Option<u64> {
        self.is_cut.then_some(self.all_words)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a part of few")]
fn part(different: usize, all: u64) -> Option<f64> {
    (all > 0).then(|| different as f64 / all as f64)
}

fn hash(text: &str) -> u64 {
    XxHash64::oneshot(0, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_words_and_pairs_are_counted() {
        let mut variety = Variety::default();
        variety.add(&Words::of("a b a b"));
        assert_eq!(
            (variety.of_words(), variety.of_pairs()),
            (Some(0.5), Some(2.0 / 3.0))
        );
        assert_eq!((variety.cut(), Variety::default().of_words()), (None, None));
    }
}
