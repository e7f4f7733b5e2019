//! JSON Lines as rows, line by line.
//!
//! Holds one line, whatever the size of the file.

use super::pieces::Pieces;
use super::rows::Rows;
use super::stream::TextStream;
use super::{Limits, Refusal, json};

/// Passes on a row for each line that is not blank.
pub(super) fn pass_on(text: TextStream, limits: Limits, pieces: Pieces) -> Result<(), Refusal> {
    let mut lines = Lines::new(text, limits);
    let mut rows = Rows::new(pieces);
    while let Some((number, line)) = lines.next()? {
        if !line.trim().is_empty() {
            json::add_line(&mut rows, line, number, limits)?;
        }
    }
    rows.into_inner().finish()
}

/// The lines of a text in their order.
struct Lines<'a> {
    text: TextStream<'a>,
    /// What was read, and how much of it is taken.
    read: String,
    taken: usize,
    /// Lines that are taken.
    number: usize,
    longest: usize,
}

impl<'a> Lines<'a> {
    fn new(text: TextStream<'a>, limits: Limits) -> Self {
        Self {
            text,
            read: String::new(),
            taken: 0,
            number: 0,
            longest: limits.record_bytes,
        }
    }

    /// The next line and its number from 1, `None` at the end.
    fn next(&mut self) -> Result<Option<(usize, &str)>, Refusal> {
        self.number += 1;
        let mut searched = 0;
        let length = loop {
            let rest = &self.read[self.taken..];
            if let Some(length) = rest[searched..].find('\n') {
                break searched + length;
            }
            searched = rest.len();
            if !self.read_on()? {
                break searched;
            }
        };
        if self.taken == self.read.len() {
            return Ok(None);
        }
        let start = self.taken;
        self.taken = self.read.len().min(start + length + 1);
        Ok(Some((self.number, &self.read[start..start + length])))
    }

    /// Reads another window after the line that is not whole; whether there
    /// was one.
    fn read_on(&mut self) -> Result<bool, Refusal> {
        self.read.drain(..self.taken);
        self.taken = 0;
        if self.read.len() > self.longest {
            return Err(Refusal::Malformed(format!(
                "line {} is longer than {} MiB; is each JSON value a line?",
                self.number,
                self.longest >> 20
            )));
        }
        let window = self.text.next()?;
        self.read.push_str(window.as_deref().unwrap_or_default());
        Ok(window.is_some())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::super::pieces::tests::passed_on;
    use super::*;
    use proptest::prelude::*;

    fn lines(content: &str) -> Result<String, String> {
        let limits = Limits {
            record_bytes: 1 << 20,
            ..Limits::default()
        };
        let text = TextStream::new(content.as_bytes(), 100_000);
        passed_on(1 << 20, |pieces| pass_on(text, limits, pieces))
            .map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn json_lines_become_rows() {
        let content = "{\"q\": \"a\\nb\"}\n\n\"plain\"\nnull\n{\"q\": 2}\n[ 1, true ]\n 1.50";
        assert_eq!(
            lines(content).as_deref(),
            Ok("q: a\nb\n\nplain\n\nq: 2\n\n[1,true]\n\n1.5")
        );
    }

    #[test]
    fn values_within_values_are_compact_json() {
        let content =
            r#"{"a": {"b": [1, -2, 1.5e300, true, null, "\u00e9\n"]}, "c": {}, "d": null}"#;
        let expected = "a: {\"b\":[1,-2,1.5e+300,true,null,\"é\\n\"]}\nc: {}";
        assert_eq!(lines(content).as_deref(), Ok(expected));
    }

    #[test]
    fn a_bad_line_is_refused_with_its_place() {
        for (content, expected) in [
            ("{}\n\n{\"a\"}\n", "invalid JSON at line 3, column 5"),
            ("{}\n{\"a\": [{]}", "invalid JSON at line 2, column 9"),
            ("1 2", "invalid JSON at line 1, column 3"),
        ] {
            assert_eq!(lines(content), Err(expected.to_owned()));
        }
    }

    #[test]
    fn deep_lines_are_refused() {
        for bracket in ["[", "{\"a\":", "{\"a\":["] {
            let refused = lines(&format!("{{}}\n{}", bracket.repeat(100_000)));
            assert_eq!(refused, Err("nested deeper than 128 levels".to_owned()));
        }
    }

    #[test]
    fn a_line_beyond_all_measure_is_refused_with_its_number() {
        let content = format!("{{}}\n\"{}", "a".repeat(2 << 20));
        let expected = "line 2 is longer than 1 MiB; is each JSON value a line?";
        assert_eq!(lines(&content), Err(expected.to_owned()));
    }

    proptest! {
        #[test]
        fn windows_and_pieces_of_any_size_give_the_same(
            content in "(\\{\"a\": ?\"[é\\\\n]{0,4}\"(,\"b\":\\[1, 2\\])?\\}|\"é*\"|-?[1-9]{1,3}|null| |\\r?\n){0,12}",
            window_bytes in 0_usize..20,
            piece_bytes in 0_usize..20,
        ) {
            let read = |window_bytes, piece_bytes| {
                let text = TextStream::new(content.as_bytes(), window_bytes);
                passed_on(piece_bytes, |pieces| pass_on(text, Limits::default(), pieces))
                    .map_err(|refusal| refusal.to_string())
            };
            prop_assert_eq!(read(window_bytes, piece_bytes), read(1_000, 1_000));
        }
    }
}
