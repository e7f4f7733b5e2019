//! The text of an answer as JSON items.
//!
//! Takes every shape that models answer in: a list, an object that wraps a
//! list, one object, objects one after the other; bare, in a code fence, or
//! amid prose. What was cut off is dropped: a cut text is never completed.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::Value;

use crate::llm::SAMPLES_KEY;

/// Places in a text where no JSON begins before the search ends. Bounds the
/// time that a hostile answer can take.
const MOST_FALSE_STARTS: usize = 64;

/// A text without a single JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoItems;

/// Items in `text`. An empty list is no error.
///
/// # Errors
///
/// `text` holds no JSON object, whole or part of a cut list.
pub fn items(text: &str) -> Result<Vec<Value>, NoItems> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if let Some(items) = serde_json::from_str(text).ok().and_then(listed) {
        return Ok(items);
    }
    let text = escape_what_json_forbids(text);
    if let Some(items) = serde_json::from_str(&text).ok().and_then(listed) {
        return Ok(items);
    }
    let items = embedded(&text);
    if items.is_empty() {
        Err(NoItems)
    } else {
        Ok(items)
    }
}

/// The items of a whole JSON value; `None` if its shape is none of ours.
fn listed(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(items) if items.is_empty() || items.iter().any(Value::is_object) => {
            Some(items)
        }
        Value::Object(mut object) => {
            let key = match object.get(SAMPLES_KEY) {
                Some(Value::Array(_)) => Some(SAMPLES_KEY.to_owned()),
                _ => object
                    .iter()
                    .find(|(_, value)| is_list_of_objects(value))
                    .map(|(key, _)| key.clone()),
            };
            match key.and_then(|key| object.shift_remove(&key)) {
                Some(Value::Array(items)) => Some(items),
                _ if object.len() == 1 && object.values().all(Value::is_array) => Some(Vec::new()),
                _ => Some(vec![Value::Object(object)]),
            }
        }
        _ => None,
    }
}

fn is_list_of_objects(value: &Value) -> bool {
    matches!(value, Value::Array(items) if items.first().is_some_and(Value::is_object))
}

/// The items of every whole JSON value in `text`.
fn embedded(text: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut false_starts = 0;
    let mut in_json = false;
    let mut rest = text;
    while let Some(start) = next_start(rest, in_json) {
        rest = &rest[start..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter();
        match values.next() {
            Some(Ok(value)) => {
                rest = &rest[values.byte_offset()..];
                items.extend(listed(value).into_iter().flatten().filter(Value::is_object));
            }
            Some(Err(error)) => {
                // JSON that is open to the end was cut: what follows is inside it.
                in_json |= error.is_eof();
                false_starts += 1;
                if false_starts == MOST_FALSE_STARTS {
                    break;
                }
                rest = &rest[1..];
            }
            None => break,
        }
    }
    items
}

/// Where the next object or list may begin. Inside JSON, strings are skipped.
fn next_start(text: &str, in_json: bool) -> Option<usize> {
    if !in_json {
        return text.find(['{', '[']);
    }
    let mut in_string = false;
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => return Some(index),
            _ => {}
        }
    }
    None
}

/// `text` with raw control characters in strings, lone backslashes and lone
/// surrogates made into what JSON allows. Its structure stays as it is.
fn escape_what_json_forbids(text: &str) -> Cow<'_, str> {
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut in_string = false;
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let taken = match character {
            '"' => {
                in_string = !in_string;
                escaped.push('"');
                1
            }
            '\\' if in_string => escape(rest, &mut escaped),
            control if in_string && control < ' ' => {
                let _ = write!(escaped, "\\u{:04x}", u32::from(control));
                1
            }
            other => {
                escaped.push(other);
                other.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    if escaped == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(escaped)
    }
}

/// Writes the escape at the start of `rest` as JSON allows it; returns how
/// many bytes of `rest` it takes.
fn escape(rest: &str, escaped: &mut String) -> usize {
    match rest.as_bytes().get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
            escaped.push_str(&rest[..2]);
            2
        }
        Some(b'u') => match (code_unit(rest), rest.get(6..).and_then(code_unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => {
                escaped.push_str(&rest[..12]);
                12
            }
            (Some(0xd800..=0xdfff), _) => {
                escaped.push('\u{fffd}');
                6
            }
            (Some(_), _) => {
                escaped.push_str(&rest[..6]);
                6
            }
            (None, _) => {
                escaped.push_str("\\\\");
                1
            }
        },
        _ => {
            escaped.push_str("\\\\");
            1
        }
    }
}

/// The UTF-16 code unit that `text` begins with as `\uXXXX`.
fn code_unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let all_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    all_hex
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn assert_items(text: &str, expected: &Value) {
        let items = items(text).map(Value::Array);
        assert_eq!(items.as_ref(), Ok(expected), "{text}");
    }

    #[test]
    fn every_shape_of_a_whole_answer_is_read() {
        let two = json!([{"a": 1}, {"a": 2}]);
        for text in [
            r#"[{"a": 1}, {"a": 2}]"#,
            r#"{"samples": [{"a": 1}, {"a": 2}]}"#,
            r#"{"data": [{"a": 1}, {"a": 2}], "count": 2}"#,
            "\u{feff} [{\"a\": 1}, {\"a\": 2}]\n",
            "```json\n[{\"a\": 1}, {\"a\": 2}]\n```",
            "Here are [2] samples:\n\n```\n{\"samples\": [{\"a\": 1}, {\"a\": 2}]}\n```\nEnjoy {them}!",
            "{\"a\": 1}\n{\"a\": 2}\n",
            "1. {\"a\": 1}\n2. {\"a\": 2}",
        ] {
            assert_items(text, &two);
        }
        assert_items(r#"{"a": 1}"#, &json!([{"a": 1}]));
        assert_items(r#"[{"a": 1}, "b", null]"#, &json!([{"a": 1}, "b", null]));
        assert_items(
            r#"{"a": ["x", "y"], "b": 1}"#,
            &json!([{"a": ["x", "y"], "b": 1}]),
        );
    }

    #[test]
    fn an_empty_list_is_no_error() {
        assert_items("[]", &json!([]));
        assert_items(r#"{"samples": []}"#, &json!([]));
        assert_items(r#"{"items": []}"#, &json!([]));
    }

    #[test]
    fn text_without_objects_is_an_error() {
        for text in [
            "",
            "Sorry, I can't help with that.",
            "42",
            "null",
            "[1, 2, 3]",
            "{",
            "[[[",
        ] {
            assert_eq!(items(text), Err(NoItems), "{text}");
        }
    }

    #[test]
    fn a_cut_list_keeps_its_whole_items() {
        let one = json!([{"a": "x"}]);
        for text in [
            r#"[{"a": "x"}, {"a": "y"#,
            r#"[{"a": "x"}, {"a":"#,
            r#"[{"a": "x"},"#,
            r#"{"samples": [{"a": "x"}, {"a": "{\"a\": 1}, {}"#,
            "```json\n{\"samples\": [{\"a\": \"x\"}, {",
        ] {
            assert_items(text, &one);
        }
        assert_eq!(items(r#"[{"a": "cut, {\"b\": 1} inside"#), Err(NoItems));
    }

    #[test]
    fn one_broken_item_does_not_cost_the_others() {
        assert_items(
            r#"[{"a": 1}, {"a": "say "hi" now"}, {"a": 3}]"#,
            &json!([{"a": 1}, {"a": 3}]),
        );
    }

    #[test]
    fn what_json_forbids_in_strings_is_escaped() {
        assert_items("[{\"a\": \"x\ny\tz\"}]", &json!([{"a": "x\ny\tz"}]));
        assert_items(
            r#"[{"a": "\alpha \latex \u12"}]"#,
            &json!([{"a": "\\alpha \\latex \\u12"}]),
        );
        assert_items(
            r#"[{"a": "half \ud83d here"}]"#,
            &json!([{"a": "half \u{fffd} here"}]),
        );
        assert_items(r#"[{"a": "\ude00"}]"#, &json!([{"a": "\u{fffd}"}]));
        assert_items("[{\"a\": \"\\ud83d\\ude00\n\"}]", &json!([{"a": "😀\n"}]));
    }

    #[test]
    fn a_hostile_answer_takes_no_time() {
        let deep = r#"{"a":"#.repeat(200_000);
        assert_eq!(items(&deep), Err(NoItems));
        assert_eq!(items(&"[".repeat(1_000_000)), Err(NoItems));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in r#"[\[\]{}":,\\udé a1\n]{0,60}"#) {
            let _ = items(&text);
        }

        #[test]
        fn cut_anywhere_only_whole_items_are_kept(texts in prop::collection::vec(".{0,12}", 1..6), cut in any::<prop::sample::Index>()) {
            let all: Vec<Value> = texts.iter().map(|text| json!({"a": text, "b": 1})).collect();
            let text = json!({"samples": all}).to_string();
            let mut end = cut.index(text.len() + 1);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let kept = items(&text[..end]).unwrap_or_default();
            prop_assert_eq!(&kept[..], &all[..kept.len()]);
        }
    }
}
