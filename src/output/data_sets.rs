//! The data files of a run as one: all take a batch, or none does.
//!
//! Each is finished on its own, whatever becomes of the others.

use std::sync::Arc;

use super::file::{FinishedFile, Older, OutputFile};
use super::names::FileNames;
use super::{Existing, OutputConfig, OutputFormat, Row, RowWriter, WriteError, disk};
use crate::sample::Field;

/// The data files of a run while it lasts.
pub(super) struct DataSets {
    all: Vec<DataSet>,
    /// Samples in every file.
    rows: u64,
    /// Where and why a file failed; none takes samples after that.
    failure: Option<WriteError>,
}

impl DataSets {
    /// A file without rows for every format that `config` wants.
    pub(super) fn create(
        config: &OutputConfig,
        names: &FileNames,
        fields: &Arc<[Field]>,
    ) -> Result<Self, WriteError> {
        remove_parts(names);
        let create = |format| DataSet::create(format, config, names, fields);
        Ok(Self {
            all: config
                .written_formats()
                .map(create)
                .collect::<Result<_, _>>()?,
            rows: 0,
            failure: None,
        })
    }

    /// Samples in every file.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether a file failed, so that there may be samples that are in none.
    pub(super) fn have_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Writes `rows` to every file; if one cannot take them, the others give
    /// them back, and none takes any from then on.
    pub(super) fn append(&mut self, rows: &[Row<'_>]) -> Result<(), WriteError> {
        if let Some(failure) = &self.failure {
            return Err(failure.again());
        }
        for index in 0..self.all.len() {
            if let Err(error) = self.all[index].append(rows) {
                return Err(self.take_back(index, rows.len(), error));
            }
        }
        self.rows += rows.len() as u64;
        Ok(())
    }

    /// Whether a file has to get its final name before it is finished.
    pub(super) fn have_one_to_name(&self) -> bool {
        self.all.iter().any(DataSet::is_to_be_named)
    }

    /// Gives such a file its final name.
    pub(super) fn name_growing(&mut self) -> Result<(), WriteError> {
        let mut all = self.all.iter_mut();
        all.try_for_each(|data_set| match data_set.is_to_be_named() {
            true => data_set.take_name(),
            false => Ok(()),
        })
    }

    /// Takes the last `n_rows` rows of every file back because of `error`; none
    /// takes any from then on.
    pub(super) fn fail(&mut self, n_rows: usize, error: WriteError) -> WriteError {
        self.rows -= n_rows as u64;
        self.take_back(self.all.len(), n_rows, error)
    }

    /// Takes the last `n_rows` rows of the first `n_files` files back.
    fn take_back(&mut self, n_files: usize, n_rows: usize, error: WriteError) -> WriteError {
        for data_set in &mut self.all[..n_files] {
            data_set.take_back(n_rows);
        }
        self.failure = Some(error.again());
        error
    }

    /// Ends every file and gives it its final name; those without rows are
    /// removed.
    pub(super) fn finish(self) -> (Vec<FinishedFile>, Vec<WriteError>) {
        let mut files = Vec::new();
        let mut errors = Vec::new();
        for data_set in self.all {
            match data_set.finish() {
                Ok(file) => files.extend(file),
                Err(error) => errors.push(error),
            }
        }
        (files, errors)
    }
}

/// One of the files.
struct DataSet {
    writer: Box<dyn RowWriter>,
    /// The rows that were taken whole.
    rows: usize,
    /// Whether it gets its final name with its first rows, not at the end.
    grows: bool,
    is_named: bool,
}

impl DataSet {
    fn create(
        format: OutputFormat,
        config: &OutputConfig,
        names: &FileNames,
        fields: &Arc<[Field]>,
    ) -> Result<Self, WriteError> {
        let older = match config.existing {
            Existing::Refuse => Older::Kept,
            Existing::Replace => Older::Replaced,
        };
        let file = OutputFile::create(&names.part(format), &names.target(format), older)?;
        Ok(Self {
            writer: format.writer_to(fields, file)?,
            rows: 0,
            grows: config.grows(format),
            is_named: false,
        })
    }

    fn append(&mut self, rows: &[Row<'_>]) -> Result<(), WriteError> {
        for row in rows {
            self.writer.write(row)?;
        }
        self.writer.flush()?;
        self.rows += rows.len();
        Ok(())
    }

    /// Gives the last `n_rows` rows back, and takes nothing more.
    fn take_back(&mut self, n_rows: usize) {
        self.writer.take_back();
        self.rows -= n_rows;
    }

    fn is_to_be_named(&self) -> bool {
        self.grows && !self.is_named && self.rows > 0
    }

    fn take_name(&mut self) -> Result<(), WriteError> {
        self.writer.take_name()?;
        self.is_named = true;
        Ok(())
    }

    /// Returns the finished file, or nothing for a file without rows.
    fn finish(self) -> Result<Option<FinishedFile>, WriteError> {
        match self.rows {
            0 => self.writer.discard().map(|()| None),
            _ => self.writer.finish().map(Some),
        }
    }
}

/// Removes what an earlier run left unfinished; its journal has it all.
fn remove_parts(names: &FileNames) {
    for format in OutputFormat::ALL {
        // What cannot be removed cannot be opened either, which is told then.
        disk::remove(&names.part(format)).ok();
    }
}
