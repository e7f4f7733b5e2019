//! CSV: cells separated by commas, the names of the columns first.

use std::collections::VecDeque;
use std::io::{self, Read};

use ::csv::{ErrorKind, Reader, StringRecord};

use super::{MAX_ROW_BYTES, Place, Problem, Row, cell, unreadable};
use crate::sample::Field;

/// The rows in a text.
pub(super) struct CsvRows<R> {
    reader: Reader<Metered<R>>,
    columns: Vec<Column>,
    record: StringRecord,
    /// Where the last record began, if it goes over several lines.
    long_from: Option<u64>,
}

/// A column, and the field that it holds, if it is one's.
struct Column {
    name: String,
    field: Option<Field>,
}

impl<R: Read> CsvRows<R> {
    /// Reads the names of the columns.
    pub(super) fn new(text: R, fields: &[Field]) -> Result<Self, Problem> {
        let mut reader = Reader::from_reader(Metered::new(text));
        let names = reader
            .headers()
            .map_err(|error| problem(error, Place::Line(1)))?;
        let mut columns: Vec<Column> = Vec::new();
        for name in names {
            if columns.iter().any(|column| column.name == name) {
                let text = format!("two columns are named `{name}`");
                return Err(Problem::at(Place::Line(1), text));
            }
            columns.push(Column {
                name: name.to_owned(),
                field: fields.iter().find(|field| field.name == name).cloned(),
            });
        }
        Ok(Self {
            reader,
            columns,
            record: StringRecord::new(),
            long_from: None,
        })
    }

    /// What is wrong at the end of the text: a quotation mark that is not closed
    /// makes one record of all that follows.
    fn problem_at_end(&mut self) -> Option<Problem> {
        let line = self.long_from.take()?;
        let is_open = self.reader.get_ref().quotation_marks % 2 == 1;
        let text = "a quotation mark is not closed".to_owned();
        is_open.then(|| Problem::at(Place::Line(line), text))
    }
}

impl<R: Read> CsvRows<R> {
    /// The line on which the record begins that was read last.
    ///
    /// The `csv` crate counts the line end of the record before, and blank
    /// lines, as part of it.
    fn line(&mut self) -> u64 {
        let end = self.reader.position().byte();
        let last = self.reader.get_mut().lines_before(end.saturating_sub(1));
        let breaks = self.record.as_slice().matches('\n').count();
        1 + last.saturating_sub(breaks as u64)
    }
}

impl<R: Read> Iterator for CsvRows<R> {
    type Item = Result<Row, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        self.reader.get_mut().left = MAX_ROW_BYTES;
        let read = self.reader.read_record(&mut self.record);
        let place = Place::Line(self.line());
        if let Ok(false) = read {
            return self.problem_at_end().map(Err);
        }
        let text = self.record.as_slice();
        // A last line end within the record is behind its last line.
        let (is_long, ends) = (text.contains('\n'), text.ends_with('\n'));
        self.long_from = is_long.then(|| self.line() + u64::from(ends));
        if let Err(error) = read {
            return Some(Err(problem(error, place)));
        }
        let cells = self.columns.iter().zip(&self.record);
        let values = cells.map(|(Column { name, field }, text)| {
            let value = cell::value(text, field.as_ref());
            (name.clone(), value)
        });
        Some(Ok(Row {
            place,
            object: values.collect(),
        }))
    }
}

/// What is wrong at `place`.
fn problem(error: ::csv::Error, place: Place) -> Problem {
    match error.into_kind() {
        ErrorKind::Io(error) => Problem::at(place, unreadable(&error)),
        ErrorKind::Utf8 { .. } => Problem::of_row(place, "not UTF-8"),
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            let text = format!("{len} cells where the first line has {expected_len}");
            Problem::of_row(place, text)
        }
        kind => Problem::at(place, format!("{kind:?}")),
    }
}

/// A text that gives no more than so many bytes, since a quotation mark that is
/// never closed would make one row of all that follows, and that counts its
/// lines.
struct Metered<R> {
    inner: R,
    left: usize,
    read: u64,
    quotation_marks: u64,
    /// Line ends that are behind, and where those ahead are.
    lines: u64,
    line_ends: VecDeque<u64>,
}

impl<R> Metered<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            left: MAX_ROW_BYTES,
            read: 0,
            quotation_marks: 0,
            lines: 0,
            line_ends: VecDeque::new(),
        }
    }

    /// Line ends before the byte at `place`, which is behind no other place that
    /// was asked about.
    fn lines_before(&mut self, place: u64) -> u64 {
        while self.line_ends.front().is_some_and(|end| *end < place) {
            self.line_ends.pop_front();
            self.lines += 1;
        }
        self.lines
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let text = format!(
                "a row longer than {} MiB; is a quotation mark not closed?",
                MAX_ROW_BYTES >> 20
            );
            return Err(io::Error::other(text));
        }
        let most = buffer.len().min(self.left);
        let length = self.inner.read(&mut buffer[..most])?;
        let marks = buffer[..length].iter().filter(|byte| **byte == b'"');
        self.quotation_marks += marks.count() as u64;
        let places = (self.read..).zip(&buffer[..length]);
        let ends = places.filter(|(_, byte)| **byte == b'\n');
        self.line_ends.extend(ends.map(|(place, _)| place));
        self.left -= length;
        self.read += length as u64;
        Ok(length)
    }
}
