//! The files of a run, and the journal that it can be resumed from.
//!
//! Knows nothing of models and formats: fields and samples in, files out.
//! A batch is written to the journal first and then to the files, so that
//! whatever becomes of these, they can be made anew: [`Place`] has the names of
//! a run, [`Past`] what an earlier run with these names left, [`Outputs`] the
//! files of this one.

mod beir;
mod beside;
mod column;
mod columns;
mod config;
mod converted;
mod csv;
mod data_sets;
mod derived;
mod disk;
#[cfg(test)]
mod faults;
mod file;
mod huggingface;
mod journal;
mod jsonl;
mod layout;
mod left;
mod lock;
mod manifest;
mod names;
mod origin;
mod outputs;
mod parquet;
mod past;
mod place;
mod record;
mod rejects;
#[cfg(test)]
mod round_trip;
mod sources;
mod split;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::sample::{Field, Sample};

pub use beside::{Beside, hub_files};
pub use config::{Existing, OutputConfig, OutputFormat, SourceKind};
pub use converted::Converted;
pub use file::FinishedFile;
pub use layout::Layout;
pub use manifest::{ManifestFile, write_json, write_text};
pub use origin::Origin;
pub use outputs::{Finished, Outputs};
pub use past::Past;
pub use place::Place;
pub use rejects::Rejects;
pub use split::Split;

/// A sample on its way into the files, and its JSON, made once for all of them.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    sample: &'a Sample,
    /// Its values, if they are others than those of the sample.
    object: Option<Map<String, Value>>,
    json: String,
    origin: Option<&'a Origin>,
}

impl<'a> Row<'a> {
    /// The row of a sample of `fields`, from nobody knows where.
    #[must_use]
    pub fn new(sample: &'a Sample, fields: &[Field]) -> Self {
        let json = serde_json::to_string(&sample.named(fields));
        Self {
            sample,
            object: None,
            json: json.expect("keys are texts, and nothing else can fail"),
            origin: None,
        }
    }

    /// The rows of `samples`, all of one `origin`.
    fn all(samples: &'a [Sample], origin: Option<&'a Origin>, fields: &[Field]) -> Vec<Self> {
        let rows = samples.iter().map(|sample| Self {
            origin,
            ..Self::new(sample, fields)
        });
        rows.collect()
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

    /// Gives the file its final name although it still grows.
    ///
    /// # Errors
    ///
    /// The file could not be written or renamed.
    fn take_name(&mut self) -> Result<(), WriteError>;

    /// Ends the file and gives it its final name, if it has not got it.
    ///
    /// After a failed write the file holds whole rows that came before it, if
    /// its format can be read without an end.
    ///
    /// # Errors
    ///
    /// The file could not be written or renamed.
    fn finish(self: Box<Self>) -> Result<FinishedFile, WriteError>;

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

    /// The same error once more.
    fn again(&self) -> Self {
        let source = match self.source.raw_os_error() {
            Some(code) => io::Error::from_raw_os_error(code),
            None => io::Error::new(self.source.kind(), self.source.to_string()),
        };
        Self::at(&self.path, source)
    }
}

/// The files of a run could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Files of an earlier run would have to be replaced.
    #[error("output exists already: {}", in_words(.paths))]
    Exists {
        /// All of them.
        paths: Vec<PathBuf>,
    },
    /// The name of a file tells no type that can be written.
    #[error("`{}`: its name must end in .jsonl, .csv or .parquet", .path.display())]
    Type {
        /// The file.
        path: PathBuf,
    },
    /// Samples of an earlier run are in no finished files.
    #[error("an unfinished run is there: {samples} samples in `{}`", .journal.display())]
    Unfinished {
        /// Where they are.
        journal: PathBuf,
        /// How many can be read.
        samples: u64,
    },
    /// A file that would be replaced is not as it was finished.
    #[error("`{}` was changed since it was finished", .path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// An earlier run cannot be resumed.
    #[error("cannot use the journal `{}`: {problem}", .path.display())]
    Journal {
        /// Its journal.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Another run writes the same files.
    #[error("output is in use by {holder} (lock `{}`)", .path.display())]
    InUse {
        /// The lock.
        path: PathBuf,
        /// Process and host of the other run.
        holder: String,
    },
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// The name of the file at `target` until it is whole.
fn part_of(target: &Path) -> PathBuf {
    let mut part = target.to_owned().into_os_string();
    part.push(format!(".{}.part", std::process::id()));
    part.into()
}

fn in_words(paths: &[PathBuf]) -> String {
    let quoted: Vec<_> = paths
        .iter()
        .map(|path| format!("`{}`", path.display()))
        .collect();
    quoted.join(", ")
}
