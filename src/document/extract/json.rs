//! JSON as text: objects in a list as rows, anything else indented.
//!
//! No value is held in memory but the cell that is being written.

use std::io::{self, Write};

use serde::de::DeserializeSeed;

use super::json_rows::{List, Row, Shown, kept};
use super::rows::Rows;
use super::text::{Append, Text};
use super::{Limits, Refusal, Section};

/// The rows of a list of objects; other JSON is indented.
pub(super) fn sections(content: &str, limits: Limits) -> Result<Vec<Section>, Refusal> {
    let mut rows = Rows::new(Text::new(limits));
    let mut refusal = None;
    let list = List {
        rows: &mut rows,
        refusal: &mut refusal,
    };
    match read(content, list) {
        Ok(()) => Ok(rows.into_inner().into_sections()),
        Err(_) if refusal.is_some() => Err(refusal.unwrap_or(Refusal::Blank)),
        Err(error) if error.is_data() => indented(content, limits),
        Err(error) => Err(malformed(&error, error.line(), limits)),
    }
}

/// Adds a row for each JSON value that is a line; nothing for a null.
pub(super) fn add_line<T: Append>(
    rows: &mut Rows<T>,
    line: &str,
    number: usize,
    limits: Limits,
) -> Result<(), Refusal> {
    let mut refusal = None;
    let read = match line.trim_start().starts_with('{') {
        true => read(
            line,
            Row {
                rows,
                refusal: &mut refusal,
            },
        ),
        false => read(line, Shown).and_then(|shown| kept(rows.plain(&shown), &mut refusal)),
    };
    match (read, refusal) {
        (_, Some(refusal)) => Err(refusal),
        (Err(error), None) => Err(malformed(&error, number, limits)),
        (Ok(()), None) => {
            rows.end_row();
            Ok(())
        }
    }
}

fn read<'de, S: DeserializeSeed<'de>>(
    content: &'de str,
    seed: S,
) -> Result<S::Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(content);
    let value = seed.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

fn indented(content: &str, limits: Limits) -> Result<Vec<Section>, Refusal> {
    let mut text = Indented {
        json: Vec::new(),
        limit: limits.text_bytes,
        is_full: false,
    };
    let mut deserializer = serde_json::Deserializer::from_str(content);
    let mut serializer = serde_json::Serializer::pretty(&mut text);
    let written = serde_transcode::transcode(&mut deserializer, &mut serializer)
        .and_then(|()| deserializer.end());
    match written {
        Ok(()) => {
            let text = String::from_utf8(text.json).expect("JSON is UTF-8");
            Ok(vec![Section::of(text)])
        }
        Err(_) if text.is_full => Err(Refusal::TooMuchText(limits.text_bytes)),
        Err(error) => Err(malformed(&error, error.line(), limits)),
    }
}

/// A growing text that can't outgrow its limit.
struct Indented {
    json: Vec<u8>,
    limit: usize,
    is_full: bool,
}

impl Write for Indented {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.is_full = piece.len() > self.limit - self.json.len();
        match self.is_full {
            true => Err(io::ErrorKind::FileTooLarge.into()),
            false => self.json.write(piece),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn malformed(error: &serde_json::Error, line: usize, limits: Limits) -> Refusal {
    // The reader's own limit is 128; it has no kind of error for it.
    if error.to_string().starts_with("recursion limit") {
        return Refusal::TooDeep(limits.depth.min(128));
    }
    let column = error.column();
    Refusal::Malformed(format!("invalid JSON at line {line}, column {column}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn json(content: &str) -> String {
        sections(content, Limits::default()).unwrap()[0]
            .text
            .clone()
    }

    fn refusal(result: Result<Vec<Section>, Refusal>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn a_json_list_of_objects_becomes_rows() {
        let content = r#"[{"b": "text", "a": 1.5, "none": null}, {"list": [1, "x"]}]"#;
        assert_eq!(json(content), "b: text\na: 1.5\n\nlist: [1,\"x\"]");
    }

    #[test]
    fn other_json_is_indented() {
        assert_eq!(json(r#"{"b":[1]}"#), "{\n  \"b\": [\n    1\n  ]\n}");
        assert_eq!(json("[1,{}]"), "[\n  1,\n  {}\n]");
        assert_eq!(json("[]"), "[]");
    }

    #[test]
    fn indented_json_is_what_the_usual_writer_makes() {
        for content in [
            r#"{"a":[[],{},[null,true,-1.5e300,"\u00e9\n\""]],"b":{"c":18446744073709551615}}"#,
            "[{\"a\":1},2,[{}]]",
            "\"text\"",
            "-7",
        ] {
            let value: serde_json::Value = serde_json::from_str(content).unwrap();
            assert_eq!(json(content), format!("{value:#}"));
        }
    }

    #[test]
    fn bad_json_is_refused_with_its_place() {
        let limits = Limits::default();
        assert_eq!(
            refusal(sections("{\n\"a\": }", limits)),
            "invalid JSON at line 2, column 6"
        );
        assert_eq!(
            refusal(sections("[{\n\"a\": [{\"b\": [}]}]", limits)),
            "invalid JSON at line 2, column 14"
        );
    }

    #[test]
    fn deep_json_is_refused() {
        let limits = Limits::default();
        for bracket in ["[", "[{\"a\":"] {
            let content = bracket.repeat(1_000_000);
            let expected = "nested deeper than 128 levels";
            assert_eq!(refusal(sections(&content, limits)), expected);
        }
    }

    #[test]
    fn indentation_counts_as_text() {
        let content = format!(
            "{}{}1{}",
            "[".repeat(100),
            "1,".repeat(1_000),
            "]".repeat(100)
        );
        let limits = Limits {
            text_bytes: 100_000,
            ..Limits::default()
        };
        assert!(matches!(
            sections(&content, limits),
            Err(Refusal::TooMuchText(_))
        ));
    }
}
