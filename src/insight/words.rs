//! The words of a text, as they are counted.

use std::collections::HashSet;
use std::iter;

use unicode_normalization::char::is_combining_mark;

use crate::format::is_unspaced;

/// Letters of a word that are kept.
const MOST_LETTERS: usize = 40;

/// The words of a text in lower case: runs of letters, digits and apostrophes,
/// and each character of a script without spaces.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// All of them, a space between two.
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Words {
    /// Those of `text`.
    pub(super) fn of(text: &str) -> Self {
        let mut words = Self::default();
        let mut is_open = false;
        let mut letters = 0;
        for char in text.chars() {
            let is_part = char.is_alphanumeric() || !char.is_ascii() && is_combining_mark(char);
            let is_apostrophe = is_open && matches!(char, '\'' | '’');
            let goes_on = is_open && (is_part || is_apostrophe) && !is_unspaced(char);
            if goes_on {
                letters += 1;
            } else if is_part {
                words.begin();
                letters = 1;
            }
            is_open = goes_on || is_part && !is_unspaced(char);
            if (goes_on || is_part) && letters <= MOST_LETTERS {
                words.text.extend(char.to_lowercase());
            }
        }
        words.end();
        words
    }

    fn begin(&mut self) {
        self.end();
        if !self.text.is_empty() {
            self.text.push(' ');
        }
    }

    /// Ends the last word, if there is one.
    fn end(&mut self) {
        let length = self.text.trim_end_matches(['\'', '’']).len();
        self.text.truncate(length);
        if length > 0 {
            self.ends.push(length);
        }
    }

    /// How many they are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Each of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.runs(1)
    }

    /// All of them, a space between two.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Each run of so many words, at least one, a space between two.
    pub(super) fn runs(&self, words: usize) -> impl Iterator<Item = &str> {
        let starts = iter::once(0).chain(self.ends.iter().map(|end| end + 1));
        let ends = self.ends.iter().skip(words - 1);
        starts.zip(ends).map(|(start, end)| &self.text[start..*end])
    }

    /// Those that differ.
    pub(super) fn different(&self) -> HashSet<&str> {
        self.iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Words::of(text).iter().map(str::to_owned).collect()
    }

    #[test]
    fn words_are_runs_of_letters_or_characters_without_spaces() {
        assert_eq!(
            words("Don't “stop”, it's 12:30."),
            ["don't", "stop", "it's", "12", "30"]
        );
        assert_eq!(words("the keepers' lamp's'"), ["the", "keepers", "lamp's"]);
        assert_eq!(words("灯台 ios"), ["灯", "台", "ios"]);
        assert_eq!(words(&"x".repeat(99))[0].len(), MOST_LETTERS);
        assert!(words(" — …").is_empty());
    }

    #[test]
    fn runs_begin_with_each_word_that_has_enough_behind_it() {
        let words = Words::of("The old, old lamp");
        let runs: Vec<_> = words.runs(3).collect();
        assert_eq!(runs, ["the old old", "old old lamp"]);
        assert_eq!(words.runs(5).count(), 0);
        assert_eq!((words.len(), words.different().len()), (4, 3));
    }
}
