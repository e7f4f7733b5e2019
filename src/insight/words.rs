//! The words of a text, as they are counted.

use unicode_normalization::char::is_combining_mark;

use crate::format::is_unspaced;

/// Letters of a word that are kept.
const MOST_LETTERS: usize = 40;

/// The words of `text` in lower case: runs of letters, digits and apostrophes,
/// and each character of a script without spaces.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_open = false;
    let mut letters = 0;
    for char in text.chars() {
        let is_part = char.is_alphanumeric() || is_combining_mark(char);
        let is_apostrophe = is_open && matches!(char, '\'' | '’');
        let goes_on = is_open && (is_part || is_apostrophe) && !is_unspaced(char);
        if goes_on {
            letters += 1;
        } else if is_part {
            words.push(String::new());
            letters = 1;
        }
        is_open = goes_on || is_part && !is_unspaced(char);
        let word = words.last_mut().filter(|_| goes_on || is_part);
        if let Some(word) = word.filter(|_| letters <= MOST_LETTERS) {
            word.extend(char.to_lowercase());
        }
    }
    for word in &mut words {
        word.truncate(word.trim_end_matches(['\'', '’']).len());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters_or_characters_without_spaces() {
        assert_eq!(
            words("Don't “stop”, it's 12:30."),
            ["don't", "stop", "it's", "12", "30"]
        );
        assert_eq!(words("the keepers' lamp"), ["the", "keepers", "lamp"]);
        assert_eq!(words("灯台 ios"), ["灯", "台", "ios"]);
        assert_eq!(words(&"x".repeat(99))[0].len(), MOST_LETTERS);
        assert!(words(" — …").is_empty());
    }
}
