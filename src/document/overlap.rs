//! What a passage repeats of the one before it.
//!
//! Begins with a paragraph if the last one fits, else with a sentence or a
//! line, else with a word; never inside a word.

use std::iter;

use icu_segmenter::options::{SentenceBreakInvariantOptions, WordBreakInvariantOptions};
use icu_segmenter::{SentenceSegmenter, WordSegmenter};

use super::chunk::quarters;

/// Where the end of `before` begins that is repeated: of at most `most`
/// quarters of a token, with the white space after it. Its length if nothing
/// fits.
pub(super) fn start(before: &str, most: usize) -> usize {
    let fitting = fitting(before, most);
    if fitting >= before.trim_end().len() {
        return before.len();
    }
    first(paragraphs(before), before, fitting)
        .or_else(|| first(sentences(before), before, fitting))
        .or_else(|| first(words(before), before, fitting))
        .unwrap_or(before.len())
}

/// Where text begins after the first of these borders past `from`.
fn first(borders: impl Iterator<Item = usize>, text: &str, from: usize) -> Option<usize> {
    borders
        .map(|at| text.len() - text[at..].trim_start().len())
        .find(|at| (from..text.len()).contains(at))
}

/// Where the longest end of `text` begins that has at most `most` quarters.
fn fitting(text: &str, most: usize) -> usize {
    let mut size = 0;
    let ends = text.char_indices().rev().take_while(|(_, c)| {
        size += quarters(*c);
        size <= most
    });
    ends.last().map_or(text.len(), |(at, _)| at)
}

fn paragraphs(text: &str) -> impl Iterator<Item = usize> {
    let gaps = text.match_indices("\n\n");
    iter::once(0).chain(gaps.map(|(at, gap)| at + gap.len()))
}

fn sentences(text: &str) -> impl Iterator<Item = usize> {
    SentenceSegmenter::new(SentenceBreakInvariantOptions::default()).segment_str(text)
}

/// Where words begin, and not the marks around them.
fn words(text: &str) -> impl Iterator<Item = usize> {
    WordSegmenter::new_dictionary(WordBreakInvariantOptions::default())
        .segment_str(text)
        .filter(|at| text[*at..].starts_with(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeated(before: &str, most: usize) -> &str {
        &before[start(before, most)..]
    }

    #[test]
    fn paragraphs_are_repeated_as_far_as_they_fit() {
        let before = "One. Two.\n\nThree.\n\nFour. Five.\n\n";
        assert_eq!(repeated(before, 12), "Five.\n\n");
        assert_eq!(repeated(before, 13), "Four. Five.\n\n");
        assert_eq!(repeated(before, 20), "Four. Five.\n\n");
        assert_eq!(repeated(before, 21), "Three.\n\nFour. Five.\n\n");
        assert_eq!(repeated(before, 99), before);
    }

    #[test]
    fn sentences_of_a_long_paragraph_are_repeated() {
        let before = "One and two. Three and four. Five and six.\n";
        assert_eq!(repeated(before, 30), "Three and four. Five and six.\n");
        assert_eq!(repeated(before, 29), "Five and six.\n");
        assert_eq!(repeated("長い文章です。短い文。", 16), "短い文。");
    }

    #[test]
    fn lines_of_a_long_list_are_repeated() {
        assert_eq!(repeated("- one\n- two\n- three\n", 15), "- two\n- three\n");
    }

    #[test]
    fn words_of_a_long_sentence_are_repeated() {
        assert_eq!(repeated("One and (two), three ", 12), "two), three ");
        assert_eq!(repeated("One and (two), three ", 11), "three ");
        assert_eq!(repeated("長い文章です", 16), "文章です");
        assert_eq!(repeated("長い文章です", 12), "です");
    }

    #[test]
    fn nothing_is_repeated_if_no_word_fits() {
        for (before, most) in [
            ("", 9),
            (" \n", 9),
            ("aaaaaa", 5),
            ("a      ", 5),
            ("a b", 0),
        ] {
            assert_eq!(repeated(before, most), "", "{before}");
        }
    }
}
