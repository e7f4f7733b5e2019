//! The data files of a run, and the one that tells where their rows come from, as
//! one: all take a batch, or none does.
//!
//! Each is finished on its own, whatever becomes of the others.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::file::{FinishedFile, Older, OutputFile};
use super::names::FileNames;
use super::sources::SourcesWriter;
use super::{Existing, Layout, OutputConfig, OutputFormat, Row, RowWriter, WriteError, disk};
use crate::sample::Field;

/// The data files of a run while it lasts.
pub(super) struct DataSets {
    /// The first tells the origin of the rows of the others, and gets its final
    /// name before them.
    all: Vec<DataSet>,
    layout: Layout,
    /// Samples in every file.
    rows: u64,
    /// Samples that are in none because they could not be converted, by reason.
    not_converted: BTreeMap<String, u64>,
    /// Where and why a file failed; none takes samples after that.
    failure: Option<WriteError>,
}

impl DataSets {
    /// A file without rows for every format that `config` wants.
    pub(super) fn create(
        config: &OutputConfig,
        names: &FileNames,
        fields: &[Field],
    ) -> Result<Self, WriteError> {
        remove_parts(names);
        let source = config.with_metadata.then_some(config.source);
        let layout = Layout::new(fields, config.conversion, source);
        let mut all = vec![DataSet::of_sources(config, names)?];
        for format in config.written_formats() {
            all.push(DataSet::create(format, config, names, &layout)?);
        }
        Ok(Self {
            all,
            layout,
            rows: 0,
            not_converted: BTreeMap::new(),
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

    /// Samples that are in no file because they could not be converted, by
    /// reason.
    pub(super) fn not_converted(&self) -> &BTreeMap<String, u64> {
        &self.not_converted
    }

    /// Writes `rows` to every file, but those that cannot be converted, and says
    /// how many that were; if a file cannot take them, the others give them
    /// back, and none takes any from then on.
    pub(super) fn append(&mut self, rows: &[Row<'_>]) -> Result<usize, WriteError> {
        if let Some(failure) = &self.failure {
            return Err(failure.again());
        }
        let mut laid_out = Vec::with_capacity(rows.len());
        let mut not_converted = Vec::new();
        for row in rows {
            match self.layout.row(row) {
                Ok(row) => laid_out.push(row),
                Err(unfit) => not_converted.push(unfit.to_string()),
            }
        }
        self.append_all(&laid_out)?;
        for reason in not_converted {
            *self.not_converted.entry(reason).or_default() += 1;
        }
        Ok(laid_out.len())
    }

    fn append_all(&mut self, rows: &[Cow<'_, Row<'_>>]) -> Result<(), WriteError> {
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
    pub(super) fn finish(self) -> Ended {
        let mut ended = Ended::default();
        let mut all = self.all.into_iter().map(DataSet::finish);
        let sources = all.next().transpose();
        for file in all {
            match file {
                Ok(file) => ended.files.extend(file),
                Err(error) => ended.errors.push(error),
            }
        }
        match sources.map(Option::flatten) {
            // It is about nothing.
            Ok(Some(file)) if ended.files.is_empty() => drop(disk::remove(&file.path)),
            Ok(file) => ended.sources = file,
            Err(error) => ended.errors.push(error),
        }
        ended
    }
}

/// What became of the files.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// The data files that were finished.
    pub(super) files: Vec<FinishedFile>,
    /// The file that tells the origin of their rows.
    pub(super) sources: Option<FinishedFile>,
    /// Why others were not.
    pub(super) errors: Vec<WriteError>,
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
    fn of_sources(config: &OutputConfig, names: &FileNames) -> Result<Self, WriteError> {
        let (part, target) = (names.sources_part(), names.sources());
        // What an older run left of it is of no use without its data.
        let file = OutputFile::create(&part, &target, Older::Replaced)?;
        let writer = Box::new(SourcesWriter::new(file));
        Ok(Self::new(writer, config.incremental))
    }

    fn create(
        format: OutputFormat,
        config: &OutputConfig,
        names: &FileNames,
        layout: &Layout,
    ) -> Result<Self, WriteError> {
        let older = match config.existing {
            Existing::Refuse => Older::Kept,
            Existing::Replace => Older::Replaced,
        };
        let file = OutputFile::create(&names.part(format), &names.target(format), older)?;
        let writer = format.writer_to(layout, file)?;
        Ok(Self::new(writer, config.grows(format)))
    }

    fn new(writer: Box<dyn RowWriter>, grows: bool) -> Self {
        Self {
            writer,
            rows: 0,
            grows,
            is_named: false,
        }
    }

    fn append(&mut self, rows: &[Cow<'_, Row<'_>>]) -> Result<(), WriteError> {
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
