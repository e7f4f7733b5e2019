//! The words of a server: where they are, and how they become a message.
//!
//! Draws no conclusions from them.

use serde_json::Value;

use crate::llm::ApiKey;

/// Longest message that is kept.
const MAX_MESSAGE_CHARS: usize = 500;

/// The string or number at `name`, as text; empty if there is none.
pub(super) fn text(json: &Value, name: &str) -> String {
    match json.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// The human words, wherever they are: `error.message`, `error`, `message`, `detail`.
pub(super) fn words(envelope: &Value, error: &Value) -> Option<String> {
    let strings = [
        error.get("message"),
        envelope.get("error"),
        envelope.get("detail"),
    ];
    let told = strings.into_iter().flatten().find_map(Value::as_str);
    told.map(str::to_owned)
        .or_else(|| Some(complaints(envelope.get("detail")?.as_array()?)))
}

/// `FastAPI`'s list of validation errors: "body.seed: Extra inputs are not permitted".
fn complaints(list: &[Value]) -> String {
    let complaint = |item: &Value| {
        let place = item["loc"].as_array().map(|parts| {
            let parts = parts.iter().filter_map(Value::as_str);
            parts.collect::<Vec<_>>().join(".")
        });
        format!("{}: {}", place.unwrap_or_default(), text(item, "msg"))
    };
    list.iter().map(complaint).collect::<Vec<_>>().join("; ")
}

/// The part of a Python traceback that says what is wrong.
pub(super) fn without_traceback(text: &str) -> &str {
    if !text.contains("Traceback (most recent call last)") {
        return text;
    }
    match text.rfind("validation error") {
        Some(at) => &text[text[..at].rfind('\n').map_or(0, |end| end + 1)..],
        None => text.trim_end().lines().last().unwrap_or(text),
    }
}

/// Whether a server complains about what it was sent, by its Python traceback.
pub(super) fn is_validation(text: &str) -> bool {
    ["validation error", "Traceback (most", "pydantic"]
        .iter()
        .any(|words| text.contains(words))
}

/// Whether it speaks of a quota of nothing, on any line: "limit: 0, model: x".
pub(super) fn has_limit_zero(text: &str) -> bool {
    ["limit: 0", "limit=0"].iter().any(|words| {
        let mut rests = text.split(words).skip(1);
        rests.any(|rest| !rest.starts_with(|next: char| next.is_ascii_digit() || next == '.'))
    })
}

/// Whether `body` is HTML: of a proxy, or of another server than was meant.
pub(super) fn is_page(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

/// A body of no known shape, for a message.
pub(super) fn readable(body: &[u8], key: Option<&ApiKey>) -> String {
    let is_page = is_page(body);
    let body = String::from_utf8_lossy(body);
    if body.trim().is_empty() {
        return "an empty body".to_owned();
    }
    if !is_page {
        return tidy(&body, key);
    }
    let title = body
        .split_once("<title>")
        .and_then(|(_, rest)| rest.split_once('<'));
    match title {
        Some((title, _)) => tidy(&format!("an HTML page, \"{}\"", title.trim()), key),
        None => "an HTML page".to_owned(),
    }
}

/// `text` on one line, of bounded length, without `key`.
pub(super) fn tidy(text: &str, key: Option<&ApiKey>) -> String {
    let text = key.map_or_else(|| text.to_owned(), |key| key.redact(text));
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(MAX_MESSAGE_CHARS) {
        line.truncate(end);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_found_in_every_envelope() {
        let cases = [
            (json!({"error": {"message": "a"}}), "a"),
            (json!({"error": "b", "detail": "z"}), "b"),
            (json!({"message": "c"}), "c"),
            (json!({"detail": "Not Found"}), "Not Found"),
            (
                json!({"detail": [
                    {"loc": ["body", 0, "seed"], "msg": "no extras"},
                    {"msg": "too bad"},
                ]}),
                "body.seed: no extras; : too bad",
            ),
        ];
        for (json, expected) in cases {
            let error = json.get("error").filter(|error| error.is_object());
            let words = words(&json, error.unwrap_or(&json));
            assert_eq!(words.as_deref(), Some(expected), "{json}");
        }
        assert_eq!(words(&json!({"a": 1}), &json!({"a": 1})), None);
    }

    #[test]
    fn a_traceback_is_cut_to_what_is_wrong() {
        let traceback = "Traceback (most recent call last):\n  File \"a.py\", line 1\n";
        let cases = [
            ("KeyError: 'x'\n", "KeyError: 'x'"),
            (
                "1 validation error for Body\nmax_tokens\n  bad",
                "1 validation error for Body\nmax_tokens\n  bad",
            ),
        ];
        for (end, expected) in cases {
            assert_eq!(without_traceback(&format!("{traceback}{end}")), expected);
        }
        assert_eq!(without_traceback("a\nb"), "a\nb");
    }

    #[test]
    fn bodies_of_no_known_shape_are_shown_as_one_line() {
        let page = b"\n<html><head><title>502 Bad\nGateway</title></head></html>";
        assert_eq!(readable(page, None), "an HTML page, \"502 Bad Gateway\"");
        assert_eq!(readable(b"<p>oops", None), "an HTML page");
        assert_eq!(readable(b" \n", None), "an empty body");
        assert_eq!(readable(b"not \xff\n  here", None), "not \u{fffd} here");
    }

    #[test]
    fn a_message_is_bounded_and_without_the_key() {
        let key = ApiKey::new("secret-key").expect("a key");
        let long = format!("secret-key {}", "ä".repeat(600));
        let message = tidy(&long, Some(&key));
        assert_eq!(message.chars().count(), MAX_MESSAGE_CHARS + 1);
        assert!(message.starts_with("[API key] ää") && message.ends_with("ä…"));
    }
}
