//! The files of a run.
//!
//! Knows nothing of models and formats: fields and samples in, files out.

mod columns;
mod config;
mod csv;
mod file;
mod huggingface;
mod journal;
mod jsonl;
mod lock;
mod names;
mod outputs;
mod parquet;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod testing;

use std::io;
use std::path::{Path, PathBuf};

use crate::sample::{Field, Sample};

pub use config::{OutputConfig, OutputFormat, SourceKind};
pub use outputs::{Finished, ManifestFile, OpenError, Outputs};

/// A sample on its way into the files, and its JSON, made once for all of them.
#[derive(Debug)]
pub struct Row<'a> {
    sample: &'a Sample,
    json: String,
}

impl<'a> Row<'a> {
    /// The row of a sample of `fields`.
    #[must_use]
    pub fn new(sample: &'a Sample, fields: &[Field]) -> Self {
        let json = serde_json::to_string(&sample.named(fields));
        Self {
            sample,
            json: json.expect("keys are texts, and nothing else can fail"),
        }
    }
}

/// A file that takes samples one by one.
pub trait RowWriter: Send {
    /// Takes `row`; it may stay in a buffer until [`flush`](Self::flush).
    ///
    /// # Errors
    ///
    /// The file could not be written. It takes nothing more after that, but
    /// can still be finished.
    fn write(&mut self, row: &Row<'_>) -> Result<(), WriteError>;

    /// Hands everything that can be read without an end of file to the
    /// operating system.
    ///
    /// # Errors
    ///
    /// The file could not be written.
    fn flush(&mut self) -> Result<(), WriteError>;

    /// Forgets the rows between the last two flushes, because another file could
    /// not take them; takes nothing more.
    fn take_back(&mut self);

    /// Ends the file and gives it its final name; returns that name.
    ///
    /// After a failed write the file holds whole rows that came before it, if
    /// its format can be read without an end.
    ///
    /// # Errors
    ///
    /// The file could not be written or renamed.
    fn finish(self: Box<Self>) -> Result<PathBuf, WriteError>;

    /// Removes the file instead of finishing it.
    ///
    /// # Errors
    ///
    /// The file could not be removed.
    fn discard(self: Box<Self>) -> Result<(), WriteError>;
}

/// A file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{}`: {source}", .path.display())]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// What the operating system said.
    pub source: io::Error,
}

impl WriteError {
    /// An error at `path`.
    pub fn at(path: &Path, source: impl Into<io::Error>) -> Self {
        Self {
            path: path.to_owned(),
            source: source.into(),
        }
    }
}
