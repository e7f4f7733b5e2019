//! Where each row of the data files comes from, one JSON object a line.
//!
//! Written as the data files are, so that it has their rows whatever happens.

use serde::Serialize;

use super::file::{FinishedFile, OutputFile};
use super::jsonl::JsonlWriter;
use super::{Origin, Row, RowWriter, WriteError};

/// Writes the origin of each row instead of its values.
pub(super) struct SourcesWriter {
    lines: JsonlWriter,
    n_rows: u64,
}

/// One line; what is not known is left out.
#[derive(Serialize)]
struct Line<'a> {
    /// Number of the row, from 1.
    row: u64,
    #[serde(flatten)]
    origin: Option<&'a Origin>,
}

impl SourcesWriter {
    /// Writes to `file`.
    pub(super) fn new(file: OutputFile) -> Self {
        Self {
            lines: JsonlWriter::new(file),
            n_rows: 0,
        }
    }
}

impl RowWriter for SourcesWriter {
    fn write(&mut self, row: &Row<'_>) -> Result<(), WriteError> {
        self.n_rows += 1;
        let line = Line {
            row: self.n_rows,
            origin: row.origin,
        };
        let line = serde_json::to_string(&line).expect("texts and numbers");
        self.lines.write_line(&line)
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        self.lines.flush()
    }

    fn take_back(&mut self) {
        self.lines.take_back();
    }

    fn take_name(&mut self) -> Result<(), WriteError> {
        self.lines.take_name()
    }

    fn finish(self: Box<Self>) -> Result<FinishedFile, WriteError> {
        Box::new(self.lines).finish()
    }

    fn discard(self: Box<Self>) -> Result<(), WriteError> {
        Box::new(self.lines).discard()
    }
}
