//! Texts without what nobody calls a difference.

use unicode_normalization::UnicodeNormalization as _;

/// `text` in compatible characters (NFKC), lower case and single spaces, its
/// words without punctuation at their ends; what is within a word, such as the
/// point of 1.5, and symbols stay.
pub(crate) fn folded(text: &str) -> String {
    let text = lower(text);
    let words = text.split_whitespace().map(|word| word.trim_matches(ends));
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// `text` in compatible characters and lower case.
pub(super) fn lower(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// Letters and digits of `text` in lower case, with single spaces for what is
/// between; apostrophes count for nothing.
pub(super) fn spoken(text: &str) -> String {
    let text = lower(text).replace(['\'', '’', '‘', '`', '´'], "");
    let is_mark = |c: char| {
        c.is_whitespace()
            || c.is_ascii_punctuation()
            || matches!(c, '¡' | '¿' | '«' | '»' | '،' | '؛' | '؟' | '।' | '\u{2010}'..='\u{205e}' | '\u{3000}'..='\u{3020}')
    };
    let words: Vec<_> = text
        .split(is_mark)
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

/// Whether a word may have `letter` at an end without meaning anything else.
fn ends(letter: char) -> bool {
    matches!(
        letter,
        '.' | ','
            | ':'
            | ';'
            | '!'
            | '?'
            | '"'
            | '\''
            | '('
            | ')'
            | '['
            | ']'
            | '…'
            | '“'
            | '”'
            | '„'
            | '‘'
            | '’'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '–'
            | '—'
            | '¿'
            | '¡'
            | '؟'
            | '،'
            | '؛'
            | '।'
            | '。'
            | '、'
            | '「'
            | '」'
            | '『'
            | '』'
            | '《'
            | '》'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_space_width_and_punctuation_make_no_difference() {
        assert_eq!(
            folded(" «The  Tower», he said: ＨＩＧＨ! "),
            "the tower he said high"
        );
        assert_eq!(folded("¿Quién? — 「塔」。"), "quién 塔");
        assert_eq!(folded("1.5 -5 C++ C# f(x)"), "1.5 -5 c++ c# f(x");
        assert_eq!(folded("?!"), "");
    }

    #[test]
    fn what_is_spoken_has_words_only() {
        assert_eq!(spoken("I’m sorry, but I can't."), "im sorry but i cant");
        assert_eq!(spoken("抱歉，我无法。हिन्दी में।"), "抱歉 我无法 हिन्दी में");
    }
}
