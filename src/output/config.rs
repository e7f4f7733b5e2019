//! What is to be written, and under which prefix.
//!
//! Opens no file.

use std::path::{Path, PathBuf};

use super::csv::CsvWriter;
use super::file::{Older, OutputFile};
use super::jsonl::JsonlWriter;
use super::parquet::ParquetWriter;
use super::{Layout, RowWriter, Split, WriteError};
use crate::shape::Conversion;

/// A file format that samples can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutputFormat {
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values with a header (RFC 4180).
    Csv,
    /// Apache Parquet.
    Parquet,
}

impl OutputFormat {
    /// All of them, in the order they are written and reported.
    pub const ALL: [Self; 3] = [Self::Jsonl, Self::Csv, Self::Parquet];

    /// The word for it on the command line and in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    /// The end of its file names, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        self.name()
    }

    /// The format that the extension of `path` tells.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        let mut all = Self::ALL.into_iter();
        all.find(|format| format.extension() == extension)
    }

    /// A writer of rows of `layout` that fills `part` and renames it to `target`
    /// when finished.
    ///
    /// # Errors
    ///
    /// `part` could not be created, or its first bytes could not be written.
    pub fn writer(
        self,
        layout: &Layout,
        part: &Path,
        target: &Path,
    ) -> Result<Box<dyn RowWriter>, WriteError> {
        self.writer_to(layout, OutputFile::create(part, target, Older::Replaced)?)
    }

    /// A writer that fills `file`.
    pub(super) fn writer_to(
        self,
        layout: &Layout,
        file: OutputFile,
    ) -> Result<Box<dyn RowWriter>, WriteError> {
        Ok(match self {
            Self::Jsonl => Box::new(JsonlWriter::new(file)),
            Self::Csv => Box::new(CsvWriter::new(layout.columns(), file)?),
            Self::Parquet => Box::new(ParquetWriter::new(layout.columns(), file)?),
        })
    }
}

/// What the samples were generated from; part of the file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// A query.
    Query,
    /// Documents.
    Docs,
}

impl SourceKind {
    /// The end of the file names, before the extension.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Query => "_from_query",
            Self::Docs => "_from_docs",
        }
    }
}

/// Which files a run writes, and how.
#[derive(Debug, Clone)]
pub struct OutputConfig {
    /// Start of every path; may contain folders, which are created.
    pub prefix: PathBuf,
    /// The formats wanted; order and repetition mean nothing.
    pub formats: Vec<OutputFormat>,
    /// What the samples are generated from.
    pub source: SourceKind,
    /// Whether the JSONL file grows at its final name while the run lasts; it
    /// is then written even if `formats` does not name it.
    pub incremental: bool,
    /// Whether every file has columns with the [`Origin`](super::Origin) of its
    /// rows.
    pub with_metadata: bool,
    /// How samples are converted for the files; the journal has them as they are.
    pub conversion: Option<Conversion>,
    /// What becomes of what an earlier run left.
    pub existing: Existing,
    /// The parts that there are files of as well, if there are to be any.
    pub split: Option<Split>,
    /// Whether there is a folder for the Hub as well.
    pub hub_folder: bool,
}

/// What to do with what an earlier run left under the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Do not begin.
    Refuse,
    /// Put new files in the place of its files.
    Replace,
}

impl OutputConfig {
    /// The formats that are written, each once, in the order of
    /// [`OutputFormat::ALL`].
    pub(super) fn written_formats(&self) -> impl DoubleEndedIterator<Item = OutputFormat> {
        let formats = OutputFormat::ALL.into_iter();
        formats.filter(|format| self.writes(*format))
    }

    /// The shape that samples are converted to.
    pub(super) fn shape_name(&self) -> Option<&'static str> {
        self.conversion.map(|conversion| conversion.shape().name())
    }

    /// Whether there is a file of `format`.
    pub(super) fn writes(&self, format: OutputFormat) -> bool {
        self.formats.contains(&format) || self.grows(format)
    }

    /// Whether the file of `format` is written at its final name.
    pub(super) fn grows(&self, format: OutputFormat) -> bool {
        self.incremental && format == OutputFormat::Jsonl
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(formats: &[OutputFormat], incremental: bool) -> OutputConfig {
        OutputConfig {
            prefix: "out".into(),
            formats: formats.to_vec(),
            source: SourceKind::Query,
            incremental,
            with_metadata: false,
            conversion: None,
            existing: Existing::Refuse,
            split: None,
            hub_folder: false,
        }
    }

    #[test]
    fn formats_are_written_once_and_in_order() {
        use OutputFormat::{Csv, Jsonl, Parquet};
        let config = config(&[Parquet, Csv, Parquet, Jsonl], false);
        assert_eq!(
            config.written_formats().collect::<Vec<_>>(),
            [Jsonl, Csv, Parquet]
        );
    }

    #[test]
    fn incremental_adds_jsonl() {
        let config = config(&[OutputFormat::Csv], true);
        assert_eq!(
            config.written_formats().collect::<Vec<_>>(),
            [OutputFormat::Jsonl, OutputFormat::Csv]
        );
    }
}
