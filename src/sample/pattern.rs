//! Lengths and patterns of texts.

use std::fmt;
use std::ops::RangeInclusive;

use regex::{Regex, RegexBuilder};

/// How many characters a text has, or items a list; no limit by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Length {
    /// No fewer than these.
    pub least: usize,
    /// No more than these.
    pub most: Option<usize>,
}

impl Length {
    /// Any length up to `most`.
    #[must_use]
    pub fn up_to(most: usize) -> Self {
        Self {
            least: 0,
            most: Some(most),
        }
    }

    /// The lengths that are accepted, of texts that are not longer than memory.
    #[must_use]
    pub fn range(self) -> RangeInclusive<usize> {
        self.least..=self.most.unwrap_or(usize::MAX)
    }
}

/// Bytes that a compiled pattern may take, so that no format takes all memory.
const MAX_PATTERN_BYTES: usize = 1024 * 1024;

/// A regular expression that a text matches somewhere, unless it is anchored.
#[derive(Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// The regular expression `text`.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in one line.
    pub fn new(text: &str) -> Result<Self, String> {
        let regex = RegexBuilder::new(text)
            .size_limit(MAX_PATTERN_BYTES)
            .build();
        regex.map(Self).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            // The lines before the last show where; they need a fixed pitch.
            error => {
                let text = error.to_string();
                let last = text.lines().last().unwrap_or_default();
                last.trim_start_matches("error: ").to_owned()
            }
        })
    }

    /// Whether `text` matches.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// The regular expression as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.as_str()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_anywhere_unless_it_is_anchored() {
        let matches = |pattern, text| Pattern::new(pattern).expect("a pattern").is_match(text);
        assert!(matches("[0-9]{2}", "in 1822"));
        assert!(!matches("^[0-9]{2}$", "1822"));
    }

    #[test]
    fn a_bad_pattern_is_told_in_one_line() {
        let problem = |pattern| Pattern::new(pattern).expect_err("a bad pattern");
        assert_eq!(problem("a(b"), "unclosed group");
        assert_eq!(
            problem("a(?=b)"),
            "look-around, including look-ahead and look-behind, is not supported"
        );
        assert_eq!(problem("((a{900}){900}){900}"), "it is too large");
    }
}
