//! What texts are compared by: runs of words.

use twox_hash::XxHash64;
use unicode_normalization::char::is_combining_mark;

use crate::format::is_unspaced;

/// Words of a shingle.
const WORDS: usize = 3;

/// Words of a shingle that begins in a script without spaces, where each
/// character is one: about as much text.
const CHARACTERS: usize = 5;

/// Hashes of the shingles of a folded text of `field`, one beginning with each
/// word; those at its end are shorter.
pub(super) fn shingles(field: usize, text: &str) -> Vec<u64> {
    let Words { text, starts } = Words::of(text);
    let shingle = |(index, start): (usize, &Start)| {
        let words = match start.is_unspaced {
            true => CHARACTERS,
            false => WORDS,
        };
        let end = starts.get(index + words).map_or(text.len(), |it| it.at);
        XxHash64::oneshot(field as u64, &text.as_bytes()[start.at..end])
    };
    starts.iter().enumerate().map(shingle).collect()
}

/// Words, each after a space.
#[derive(Default)]
struct Words {
    text: String,
    starts: Vec<Start>,
}

struct Start {
    /// Of the space before it.
    at: usize,
    is_unspaced: bool,
}

impl Words {
    /// A word is a run of letters and digits, one character of a script without
    /// spaces, or a sign that is no punctuation.
    fn of(text: &str) -> Self {
        let mut words = Self::default();
        let mut is_open = false;
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            let next_is_digit = chars.peek().is_some_and(|next| next.is_numeric());
            let is_plain = char.is_ascii_alphanumeric();
            let is_mark = !char.is_ascii() && is_combining_mark(char);
            if is_open && is_plain || is_mark && !words.text.is_empty() {
                words.text.push(char);
            } else if is_unspaced(char) || is_sign(char, next_is_digit) {
                words.begin(char);
                is_open = false;
            } else if !char.is_alphanumeric() {
                is_open = false;
            } else if is_open {
                words.text.push(char);
            } else {
                words.begin(char);
                is_open = true;
            }
        }
        words
    }

    fn begin(&mut self, char: char) {
        self.starts.push(Start {
            at: self.text.len(),
            is_unspaced: is_unspaced(char),
        });
        self.text.push(' ');
        self.text.push(char);
    }
}

/// Whether `char` says as much as a word: `+`, `%` or a picture, but a minus
/// sign only before a digit, where it is no hyphen.
fn is_sign(char: char, next_is_digit: bool) -> bool {
    match char {
        '-' => next_is_digit,
        '+' | '*' | '/' | '=' | '<' | '>' | '%' | '^' | '&' | '|' | '#' | '$' | '@' | '~' => true,
        _ => !char.is_ascii() && !char.is_alphanumeric() && is_symbol(char),
    }
}

/// Whether `char` is of a block of symbols, and not of one of punctuation.
fn is_symbol(char: char) -> bool {
    matches!(char,
        '\u{a2}'..='\u{a5}' | '\u{ac}' | '\u{b0}' | '\u{b1}' | '\u{d7}' | '\u{f7}'
        | '\u{20a0}'..='\u{20cf}' | '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        Words::of(text).text.trim_start().to_owned()
    }

    #[test]
    fn punctuation_is_no_word_and_signs_are() {
        for (text, same) in [
            ("what is 3+4?", "what is 3 + 4"),
            ("what is 3-4?", "what is 3 - 4"),
            (
                "a well-known \"keeper\" (of \u{2026} lamps)",
                "a well known keeper of lamps",
            ),
            ("5 € — 10 %", "5 € 10 %"),
            ("...", ""),
        ] {
            assert_eq!(words(text), same);
        }
    }

    #[test]
    fn characters_of_scripts_without_spaces_are_words() {
        assert_eq!(words("燈台の ios 17版"), "燈 台 の ios 17 版");
        // A vowel or tone above or below a letter belongs to it.
        assert_eq!(words("ที่นี่"), "ที่ นี่");
        assert_eq!(words("हिन्दी है"), "हिन्दी है");
    }

    #[test]
    fn a_shingle_begins_with_each_word() {
        let all = shingles(0, "the old lamp, burns");
        let [old, burns] = ["old lamp burns", "burns"].map(|text| shingles(0, text)[0]);
        assert_eq!((all.len(), all[1], all[3]), (4, old, burns));
        assert_ne!(shingles(1, "burns"), shingles(0, "burns"));
    }

    #[test]
    fn a_shingle_of_characters_is_longer() {
        let [longer, same] = ["一二三四五六", "一二三四五"].map(|text| shingles(0, text)[0]);
        assert_eq!(longer, same);
        assert_ne!(longer, shingles(0, "一二三四")[0]);
    }
}
