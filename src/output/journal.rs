//! Every batch of a run, as it was accepted.
//!
//! The first thing to be written of a batch, and the last to be lost: a line
//! is one write of whole samples. What is read of it, [`Past`]
//! knows.

use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;

use super::disk::{self, File};
use super::names::FileNames;
use super::record::{End, end_line, header_line, kept_line, samples_line};
use super::{Origin, Past, Row, WriteError};

/// The journal of a run.
pub(super) struct Journal {
    file: File,
    /// Where it is now; `target` from the first sample on, so that a run that
    /// brings nothing leaves the journal of an older one.
    path: PathBuf,
    target: PathBuf,
    whole_bytes: u64,
    /// Samples in all lines.
    samples: u64,
    /// Whether half a line may stand after the whole ones.
    is_torn: bool,
    is_synced: bool,
    /// Whether the last end lists files.
    lists_files: bool,
}

impl Journal {
    /// A journal with nothing but a `header`.
    pub(super) fn create(names: &FileNames, header: &impl Serialize) -> Result<Self, WriteError> {
        let path = names.journal_part();
        let mut journal = Self {
            file: File::append_to(&path)?,
            path,
            target: names.journal(),
            whole_bytes: 0,
            samples: 0,
            is_torn: true,
            is_synced: false,
            lists_files: false,
        };
        journal.write(header_line(header))?;
        Ok(journal)
    }

    /// The journal of `past`, without what is torn at its end.
    pub(super) fn reopen(past: &Past) -> Result<Self, WriteError> {
        let path = past.path().to_owned();
        let mut journal = Self {
            file: File::append_to(&path)?,
            target: path.clone(),
            path,
            whole_bytes: past.whole_bytes(),
            samples: past.samples(),
            is_torn: true,
            // Nobody knows what the earlier run has synced.
            is_synced: false,
            lists_files: past.lists_files(),
        };
        journal.mend()?;
        Ok(journal)
    }

    /// Writes one line with what `note` says of the request, its samples and their
    /// `origin`.
    ///
    /// A line that could not be written whole is not there at all.
    pub(super) fn append(
        &mut self,
        rows: &[Row<'_>],
        origin: Option<&Origin>,
        note: &impl Serialize,
    ) -> Result<(), WriteError> {
        let line = samples_line(note, origin, rows);
        self.append_line(line, !rows.is_empty())?;
        self.samples += rows.len() as u64;
        Ok(())
    }

    /// The same of a request whose `samples` are in what `note` says, and in no
    /// file yet.
    pub(super) fn keep(&mut self, samples: usize, note: &impl Serialize) -> Result<(), WriteError> {
        self.append_line(kept_line(note, samples), true)
    }

    /// Writes a line, and gives the journal its name if that `is_worth` it.
    fn append_line(
        &mut self,
        line: serde_json::Result<String>,
        is_worth: bool,
    ) -> Result<(), WriteError> {
        let bytes_before = self.whole_bytes;
        self.write(line)?;
        if is_worth && let Err(error) = self.take_name() {
            self.whole_bytes = bytes_before;
            self.is_torn = true;
            self.mend().ok();
            return Err(error);
        }
        Ok(())
    }

    /// Whether all that was written would survive a power cut.
    pub(super) fn is_synced(&self) -> bool {
        self.is_synced
    }

    /// Waits until all that was written would survive a power cut.
    pub(super) fn sync(&mut self) -> Result<(), WriteError> {
        self.file.sync().map_err(|source| self.error(source))?;
        self.is_synced = true;
        Ok(())
    }

    /// Says that the files may not be as an earlier end lists them from now on.
    pub(super) fn unlist_files(&mut self) -> Result<(), WriteError> {
        if self.lists_files {
            self.write(end_line(&End {
                replacing: true,
                samples: self.samples,
                ..End::default()
            }))?;
            self.sync()?;
            self.lists_files = false;
        }
        Ok(())
    }

    /// Says how the files were finished.
    ///
    /// A journal without samples gives way to an older one.
    pub(super) fn finish(mut self, mut end: End) -> Result<(), WriteError> {
        if self.path != self.target && self.target.exists() {
            return disk::remove(&self.path);
        }
        end.samples = self.samples;
        self.write(end_line(&end))?;
        self.sync()?;
        self.take_name()
    }

    fn write(&mut self, line: serde_json::Result<String>) -> Result<(), WriteError> {
        let line = line.map_err(|source| self.error(source))?;
        self.mend()?;
        self.is_synced = false;
        if let Err(source) = self.file.write_all(line.as_bytes()) {
            self.is_torn = true;
            // If this fails, it is tried again before the next line.
            self.mend().ok();
            return Err(self.error(source));
        }
        self.whole_bytes += line.len() as u64;
        Ok(())
    }

    /// Cuts off what stands after the whole lines.
    fn mend(&mut self) -> Result<(), WriteError> {
        if self.is_torn {
            let cut = self.file.cut(self.whole_bytes);
            cut.map_err(|source| self.error(source))?;
            self.is_torn = false;
        }
        Ok(())
    }

    fn take_name(&mut self) -> Result<(), WriteError> {
        if self.path != self.target {
            self.sync()?;
            disk::rename(&self.path, &self.target)?;
            self.path.clone_from(&self.target);
        }
        Ok(())
    }

    fn error(&self, source: impl Into<io::Error>) -> WriteError {
        WriteError::at(&self.path, source)
    }
}

/// Gives the journal of an earlier run another name; returns that name.
pub(super) fn set_aside(names: &FileNames) -> Result<PathBuf, WriteError> {
    let mut number = 1;
    while names.kept_journal(number).exists() {
        number += 1;
    }
    let kept = names.kept_journal(number);
    disk::rename(&names.journal(), &kept)?;
    Ok(kept)
}
