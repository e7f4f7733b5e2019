//! Texts without what does not make them other ones.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

use crate::sample::Value;

/// The text of `value`, if it has any, in Unicode's form NFKC, in lower case, with one space
/// for each run of white space and none at its ends; that of a conversation is what is said.
pub(super) fn folded(value: &Value) -> Option<String> {
    let text: Cow<'_, str> = match value {
        Value::String(text) => text.into(),
        Value::List(texts) => texts.join("\n").into(),
        Value::Messages(messages) => {
            let contents = messages.iter().map(|it| it.content.as_str());
            contents.collect::<Vec<_>>().join("\n").into()
        }
        _ => return None,
    };
    Some(match text.is_ascii() {
        true => with_single_spaces(text.chars().map(|char| char.to_ascii_lowercase())),
        false => with_single_spaces(text.nfkc().flat_map(char::to_lowercase)),
    })
}

fn with_single_spaces(text: impl Iterator<Item = char>) -> String {
    let mut folded = String::new();
    for char in text {
        match char.is_whitespace() {
            true if folded.is_empty() || folded.ends_with(' ') => {}
            true => folded.push(' '),
            false => folded.push(char),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_case_and_white_space_are_folded() {
        for (text, same) in [
            ("  A\tlong\r\n\n WAY ", "a long way"),
            ("Cafe\u{301} ﬁne", "caf\u{e9} fine"),
            ("ＡＢＣ　１２", "abc 12"),
            ("ÄPFEL, ΩΜΕΓΑ", "äpfel, ωμεγα"),
            ("\u{a0}", ""),
        ] {
            assert_eq!(folded(&Value::String(text.into())).as_deref(), Some(same));
        }
        assert_eq!(folded(&Value::Integer(1)), None);
    }
}
