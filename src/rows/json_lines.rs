//! JSON Lines: an object a line, blank lines left out.

use std::io::{BufRead as _, BufReader, Read};

use serde_json::{Map, Value};

use super::{MAX_ROW_BYTES, Place, Problem, Row, unreadable};

/// The objects in a text.
pub(super) struct JsonLines<R> {
    text: BufReader<R>,
    /// Lines that were read.
    number: u64,
    line: Vec<u8>,
}

impl<R: Read> JsonLines<R> {
    pub(super) fn new(text: R) -> Self {
        Self {
            text: BufReader::new(text),
            number: 0,
            line: Vec::new(),
        }
    }

    /// Reads the next line; whether there was one.
    fn read_line(&mut self) -> Result<bool, String> {
        self.number += 1;
        self.line.clear();
        let most = MAX_ROW_BYTES as u64 + 1;
        let mut limited = (&mut self.text).take(most);
        match limited.read_until(b'\n', &mut self.line) {
            Ok(length) if length > MAX_ROW_BYTES => Err(format!(
                "longer than {} MiB; is each JSON object a line?",
                MAX_ROW_BYTES >> 20
            )),
            Ok(length) => Ok(length > 0),
            Err(error) => Err(unreadable(&error)),
        }
    }

    /// Reads the next line that is not blank; `None` if there is none.
    fn next_line(&mut self) -> Result<Option<&[u8]>, String> {
        while self.read_line()? {
            let mark: &[u8] = match self.number {
                1 => b"\xef\xbb\xbf",
                _ => b"",
            };
            if self.line.starts_with(mark) {
                self.line.drain(..mark.len());
            }
            if !self.line.trim_ascii_end().is_empty() {
                return Ok(Some(self.line.trim_ascii_end()));
            }
        }
        Ok(None)
    }
}

impl<R: Read> Iterator for JsonLines<R> {
    type Item = Result<Row, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let object = self.next_line().map(|line| line.map(object));
        let object = object.transpose()?;
        let place = Place::Line(self.number);
        Some(match object {
            Ok(Ok(object)) => Ok(Row { place, object }),
            Ok(Err(text)) => Err(Problem::of_row(place, text)),
            Err(text) => Err(Problem::at(place, text)),
        })
    }
}

fn object(line: &[u8]) -> Result<Map<String, Value>, String> {
    let line = str::from_utf8(line).map_err(|_| "not UTF-8")?;
    match serde_json::from_str(line) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("not a JSON object".to_owned()),
        Err(error) => Err(format!("invalid JSON at column {}", error.column())),
    }
}
