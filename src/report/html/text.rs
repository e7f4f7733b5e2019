//! Texts of strangers, numbers and parts, as a page shows them.

use indicatif::HumanCount;

/// `text` in at most so many bytes of HTML, without what would turn the
/// direction of writing or is no character of HTML.
///
/// It is not escaped: that is done where it is put in.
pub(super) fn shown(text: &str, most_bytes: usize) -> String {
    let mut shown = String::new();
    let mut bytes = 0;
    for char in text.chars() {
        let char = if is_odd(char) { '\u{fffd}' } else { char };
        bytes += escaped_bytes(char);
        if bytes > most_bytes {
            shown.push('…');
            break;
        }
        shown.push(char);
    }
    shown
}

fn is_odd(char: char) -> bool {
    let is_mark =
        matches!(char, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    is_mark || char.is_control() && !matches!(char, '\n' | '\t')
}

/// Bytes of `text` in HTML.
pub(super) fn html_bytes(text: &str) -> usize {
    text.chars().map(escaped_bytes).sum()
}

fn escaped_bytes(char: char) -> usize {
    match char {
        '&' => "&amp;".len(),
        '<' => "&lt;".len(),
        '>' => "&gt;".len(),
        '"' => "&quot;".len(),
        char => char.len_utf8(),
    }
}

/// `number` with commas between its thousands.
pub(super) fn count(number: u64) -> String {
    HumanCount(number).to_string()
}

/// US dollars.
pub(super) fn dollars(amount: f64) -> String {
    format!("${amount:.4}")
}

/// `milliseconds` as seconds.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(super) fn seconds(milliseconds: u64) -> String {
    format!("{:.2} s", milliseconds as f64 / 1000.0)
}

/// The part that `count` is of `all`, 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "a part of samples")]
pub(super) fn part(count: u64, all: u64) -> f64 {
    match all {
        0 => 0.0,
        all => count as f64 / all as f64,
    }
}

/// A part in percent.
pub(super) fn percent(part: f64) -> String {
    format!("{:.1} %", part * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_the_writing_is_shown_as_a_mark_and_long_texts_are_cut() {
        assert_eq!(shown("a\u{202e}b\0c\nd", 99), "a\u{fffd}b\u{fffd}c\nd");
        assert_eq!(shown("<<<<", 8), "<<…");
        assert_eq!(shown("äää", 6), "äää");
    }
}
