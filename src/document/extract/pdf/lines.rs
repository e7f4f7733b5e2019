//! Lines of a page joined to paragraphs, and words that were cut in two.

/// Appends a line of a paragraph, after a `gap` or as the rest of a word.
pub(super) fn push(paragraph: &mut String, line: &str, gap: &str) {
    let line = line.trim();
    if line.is_empty() {
        return;
    }
    if let Some(item) = item(line) {
        if !paragraph.is_empty() {
            paragraph.push('\n');
        }
        paragraph.push_str("- ");
        return paragraph.push_str(item);
    }
    if is_cut(paragraph, line) {
        paragraph.pop();
    } else if !paragraph.is_empty() {
        paragraph.push_str(gap);
    }
    paragraph.push_str(line);
}

/// What follows the bullet of an item. A bullet whose font has no names for
/// its glyphs is read as a character for private use or as none.
fn item(line: &str) -> Option<&str> {
    let bullets = [
        '•', '◦', '▪', '■', '●', '‣', '⁃', '∙', '\u{F0B7}', '\u{F0A7}', '\u{FFFD}',
    ];
    let item = line.strip_prefix(bullets)?.trim_start();
    (!item.is_empty()).then_some(item)
}

/// Whether the word at the end of a line goes on in the next: a hyphen after a
/// small letter and a small letter after it.
fn is_cut(before: &str, after: &str) -> bool {
    let mut back = before.chars().rev();
    let hyphen = back.next();
    let hyphen = hyphen.is_some_and(|char| matches!(char, '-' | '\u{AD}' | '\u{2010}'));
    hyphen && back.next().is_some_and(char::is_lowercase) && after.starts_with(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(lines: &[&str]) -> String {
        let mut paragraph = String::new();
        for line in lines {
            push(&mut paragraph, line, " ");
        }
        paragraph
    }

    #[test]
    fn words_that_were_cut_are_whole_again() {
        assert_eq!(
            joined(&["The light-", "house of ", "the well-known"]),
            "The lighthouse of the well-known"
        );
        assert_eq!(joined(&["soft\u{AD}", "ware"]), "software");
    }

    #[test]
    fn bullets_start_items() {
        assert_eq!(
            joined(&["Buy:", "• milk and", "butter", "\u{F0B7}bread"]),
            "Buy:\n- milk and butter\n- bread"
        );
    }

    #[test]
    fn hyphens_that_mean_something_stay() {
        assert_eq!(
            joined(&["1911-", "12", "Anglo-", "Saxon", "-", "item"]),
            "1911- 12 Anglo- Saxon - item"
        );
    }
}
