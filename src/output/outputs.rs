//! All files of a run as one: the journal first, then the data files.
//!
//! Opened by [`Place`], as new or from the journal of an earlier run.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::data_sets::{DataSets, Ended};
use super::derived::Derived;
use super::journal::Journal;
use super::record::End;
use super::{ManifestFile, OpenError, Origin, Place, Rejects, Row, WriteError};
use crate::sample::{Field, Sample};

/// The files of a run while it lasts.
pub struct Outputs {
    place: Place,
    fields: Arc<[Field]>,
    journal: Journal,
    data_sets: DataSets,
    rejects: Rejects,
    pub(super) kept_journal: Option<PathBuf>,
    strangers: Vec<PathBuf>,
    /// Decides which part a sample belongs to.
    seed: u64,
}

/// What remains of a run.
#[derive(Debug)]
pub struct Finished {
    /// The files at their final names, relative if the prefix is.
    pub files: Vec<PathBuf>,
    /// The file that tells where each of their rows comes from.
    pub sources: Option<PathBuf>,
    /// The file with examples of what was not taken, if there is one.
    pub rejects: Option<PathBuf>,
    /// The rows of each of them.
    pub rows: u64,
    /// Samples that are in none because they could not be converted, by reason.
    pub not_converted: BTreeMap<String, u64>,
    /// Files of an earlier run that stand beside these because their successors
    /// could not be finished.
    pub stale: Vec<PathBuf>,
    /// Why files are missing or could not be made safe.
    pub errors: Vec<WriteError>,
}

impl Outputs {
    /// The files at `place`, as they were opened.
    pub(super) fn new(
        place: Place,
        fields: Arc<[Field]>,
        journal: Journal,
        data_sets: DataSets,
        rejects: Rejects,
    ) -> Self {
        Self {
            strangers: place.strangers(),
            place,
            fields,
            journal,
            data_sets,
            rejects,
            kept_journal: None,
            seed: 0,
        }
    }

    /// Has `seed` decide which part a sample belongs to.
    pub fn split_by(&mut self, seed: u64) {
        self.seed = seed;
    }

    /// The journal of an earlier run that was not complete, under the name it
    /// has now.
    #[must_use]
    pub fn kept_journal(&self) -> Option<&Path> {
        self.kept_journal.as_deref()
    }

    /// The file that describes the run; it keeps the outputs locked.
    #[must_use]
    pub fn manifest(&self) -> ManifestFile {
        self.place.manifest()
    }

    /// Files of an earlier run that have the name of this one, in formats that
    /// it does not write.
    #[must_use]
    pub fn strangers(&self) -> &[PathBuf] {
        &self.strangers
    }

    /// Whether files of an earlier run are to be replaced, should this one bring
    /// something.
    #[must_use]
    pub fn replaces(&self) -> bool {
        self.place.targets().iter().any(|target| target.exists())
    }

    /// Examples of what was not taken.
    pub fn rejects(&mut self) -> &mut Rejects {
        &mut self.rejects
    }

    /// Writes `samples` of one `origin` to every file, but those that cannot be
    /// converted, and to the journal with what `note` says of the request they
    /// come from.
    ///
    /// The journal comes first; without it nothing is written. All files hold
    /// the same samples: if one cannot take them, the others give them back.
    ///
    /// # Errors
    ///
    /// A file could not be written. The samples are in none of them, and no
    /// file takes samples from then on; only the journal does. What it holds is
    /// had all the same, as its note says: the run that resumes this one writes
    /// it to the files. If it was the journal that could not be written, the
    /// samples are lost.
    pub fn append(
        &mut self,
        samples: &[Sample],
        origin: Option<&Origin>,
        note: &impl Serialize,
    ) -> Result<(), WriteError> {
        let rows = Row::all(samples, origin, &self.fields);
        self.journal.append(&rows, origin, note)?;
        let n_rows = self.data_sets.append(&rows)?;
        let named = self.name_growing();
        named.map_err(|error| self.data_sets.fail(n_rows, error))
    }

    /// Writes `samples` samples to the journal only, which are in what `note`
    /// says, for the run or one that resumes it to append or give up.
    ///
    /// # Errors
    ///
    /// The journal could not be written; the samples are lost.
    pub fn keep(&mut self, samples: usize, note: &impl Serialize) -> Result<(), WriteError> {
        self.journal.keep(samples, note)
    }

    /// Gives a file that grows at its final name that name, once the journal and
    /// all files have its rows: until then an older file has it.
    pub(super) fn name_growing(&mut self) -> Result<(), WriteError> {
        if !self.data_sets.have_one_to_name() {
            return Ok(());
        }
        self.journal.unlist_files()?;
        self.data_sets.name_growing()
    }

    /// Whether the journal, as it is, would survive a power cut.
    #[must_use]
    pub fn is_synced(&self) -> bool {
        self.journal.is_synced()
    }

    /// Waits until the journal would survive a power cut.
    ///
    /// # Errors
    ///
    /// The operating system cannot promise it.
    pub fn sync(&mut self) -> Result<(), WriteError> {
        self.journal.sync()
    }

    /// Ends every file and gives it its final name, whatever becomes of the
    /// others; without rows there are no files. Then the journal says which
    /// there are, and whether nothing is left to do: `is_complete`, unless a
    /// file failed.
    #[must_use]
    pub fn finish(mut self, is_complete: bool) -> Finished {
        let targets = self.place.targets();
        let rows = self.data_sets.rows();
        let not_converted = self.data_sets.not_converted().clone();
        let is_whole = is_complete && !self.data_sets.have_failed();
        let Ended {
            files,
            sources,
            mut errors,
        } = match self.journal.unlist_files() {
            Ok(()) => self.data_sets.finish(),
            // The files that the journal lists must stay as they are.
            Err(error) => Ended {
                errors: vec![error],
                ..Ended::default()
            },
        };
        // A file that failed late may have its name all the same.
        let is_refused = |error: &WriteError| error.source.kind() == ErrorKind::AlreadyExists;
        let end = End {
            replacing: !errors.iter().all(is_refused),
            complete: is_whole && errors.is_empty(),
            samples: 0,
            with_metadata: self.place.config.with_metadata,
            shape: self.place.config.shape_name().map(str::to_owned),
            not_converted: not_converted.clone(),
            files: files.iter().map(Into::into).collect(),
            sources: sources.as_ref().map(Into::into),
        };
        errors.extend(self.journal.finish(end).err());

        let mut files: Vec<_> = files.into_iter().map(|file| file.path).collect();
        if let Some(derived) = Derived::of(&self.place)
            && !files.is_empty()
            && errors.is_empty()
        {
            match derived.make(&self.fields, self.seed) {
                Ok(more) => files.extend(more),
                Err(OpenError::Write(error)) => errors.push(error),
                Err(error) => {
                    let error = std::io::Error::other(error.to_string());
                    errors.push(WriteError::at(&self.place.journal(), error));
                }
            }
        }
        let is_stale = |target: &PathBuf| !files.contains(target) && target.exists();
        let stale = match files.is_empty() {
            true => Vec::new(),
            false => targets.into_iter().filter(is_stale).collect(),
        };
        Finished {
            files,
            sources: sources.map(|file| file.path),
            rejects: self.rejects.path().map(Path::to_owned),
            rows,
            not_converted,
            stale,
            errors,
        }
    }
}
