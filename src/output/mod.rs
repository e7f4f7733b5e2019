//! The files of a run.
//!
//! Knows nothing of models and formats: fields and samples in, files out.

use std::io;
use std::path::{Path, PathBuf};

use crate::sample::Sample;

/// A file that takes samples one by one.
pub trait RowWriter: Send {
    /// Takes `sample`; it may stay in a buffer until [`flush`](Self::flush).
    ///
    /// # Errors
    ///
    /// The file could not be written.
    fn write(&mut self, sample: &Sample) -> Result<(), WriteError>;

    /// Hands everything that can be read without an end of file to the
    /// operating system.
    ///
    /// # Errors
    ///
    /// The file could not be written.
    fn flush(&mut self) -> Result<(), WriteError>;

    /// Ends the file and gives it its final name; returns that name.
    ///
    /// # Errors
    ///
    /// The file could not be written or renamed.
    fn finish(self: Box<Self>) -> Result<PathBuf, WriteError>;
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
