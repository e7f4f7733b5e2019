//! What the texts of a column have in common.

use std::collections::HashSet;

use super::counter::Counter;
use super::histogram::Histogram;
use super::variety::Variety;
use super::words::Words;

/// Words of an opening, and of a phrase.
const OPENING: usize = 3;
const PHRASE: usize = 5;

/// Phrases of a text that are looked at.
const MOST_PHRASES: usize = 2_000;

/// The texts of a column.
#[derive(Debug, Default)]
pub struct Texts {
    /// How long they are.
    pub lengths: Histogram,
    /// How many of their words are different ones.
    pub variety: Variety,
    /// Their first words.
    pub openings: Counter,
    /// Runs of words in them, each once a text.
    pub phrases: Counter,
    /// Whether lengths and openings are all that is wanted.
    is_brief: bool,
}

impl Texts {
    /// Those whose variety and phrases nobody will ask for.
    pub(super) fn brief() -> Self {
        Self {
            openings: Counter::small(),
            is_brief: true,
            ..Self::default()
        }
    }

    /// Takes in `text`; how many words it has.
    pub(super) fn take(&mut self, text: &str) -> u64 {
        let words = Words::of(text);
        let length = words.len() as u64;
        self.lengths.add(length);
        if let Some(opening) = words.runs(OPENING).next() {
            self.openings.add(opening.to_owned());
        }
        if self.is_brief {
            return length;
        }
        self.variety.add(&words);
        let mut phrases = HashSet::with_capacity(words.len().min(MOST_PHRASES));
        for phrase in words.runs(PHRASE).take(MOST_PHRASES) {
            if phrases.insert(phrase) {
                self.phrases.add(phrase.to_owned());
            }
        }
        length
    }

    /// The `most` frequent openings that occur twice or more, and their counts.
    #[must_use]
    pub fn openings(&self, most: usize) -> Vec<(&str, u64)> {
        let mut openings = self.openings.repeated();
        openings.truncate(most);
        openings
    }

    /// The same of the phrases; one stands for those that overlap it.
    #[must_use]
    pub fn phrases(&self, most: usize) -> Vec<(&str, u64)> {
        let mut phrases: Vec<(&str, u64)> = Vec::new();
        let mut seen = HashSet::new();
        for (phrase, count) in self.phrases.repeated() {
            if phrases.len() == most {
                break;
            }
            let words: Vec<_> = phrase.split(' ').collect();
            let parts: Vec<_> = words.windows(OPENING).map(<[&str]>::to_vec).collect();
            if !parts.iter().any(|part| seen.contains(part)) {
                seen.extend(parts);
                phrases.push((phrase, count));
            }
        }
        phrases
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openings_and_phrases_are_those_of_several_texts() {
        let mut texts = Texts::default();
        texts.take("What is the height of the old tower? What is the height of it?");
        texts.take("What is the height of the new mill?");
        texts.take("Who lit the lamp?");
        assert_eq!(texts.openings(20), [("what is the", 2)]);
        // Once a text, and once for all runs of words in it.
        assert_eq!(texts.phrases(20), [("is the height of the", 2)]);
    }
}
