//! The names of a run, locked: where it begins, or goes on.
//!
//! Everything that can go wrong before there is a sample goes wrong here, when
//! nothing has been paid for yet.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::data_sets::DataSets;
use super::derived;
use super::disk::{self, File};
use super::journal::{self, Journal};
use super::names::FileNames;
use super::past::Contents;
use super::{
    Existing, ManifestFile, OpenError, OutputConfig, OutputFormat, Outputs, Past, Rejects, Row,
    WriteError, lock,
};
use crate::sample::Field;

/// The names of a run, kept from other runs while it is there.
pub struct Place {
    pub(super) config: OutputConfig,
    pub(super) names: FileNames,
    pub(super) lock: Arc<File>,
}

impl Place {
    /// Takes the names for samples of the format called `format_name`, and
    /// creates their folder; no data is touched.
    ///
    /// # Errors
    ///
    /// Another run has the names, a folder has one of them, or nothing can be
    /// written there.
    pub fn claim(config: &OutputConfig, format_name: &str) -> Result<Self, OpenError> {
        let names = FileNames::new(config, format_name);
        let side_folder = names.side_folder();
        disk::create_folders(&side_folder)?;
        ignore(&side_folder)?;
        let lock = lock::take(&names.lock())?;
        let place = Self {
            config: config.clone(),
            names,
            lock: Arc::new(lock),
        };
        let mut targets = place.targets();
        targets.push(place.names.sources());
        if let Some(folder) = targets.into_iter().find(|target| target.is_dir()) {
            return Err(WriteError::at(&folder, ErrorKind::IsADirectory).into());
        }
        disk::probe(place.names.folder())?;
        Ok(place)
    }

    /// Checks that a new run may have the names for samples of the format called
    /// `format_name`; touches nothing, and promises nothing.
    ///
    /// # Errors
    ///
    /// The names lead below a file, another run uses them, or an earlier run is
    /// unfinished or left files, and they may not be replaced.
    pub fn check(config: &OutputConfig, format_name: &str) -> Result<(), OpenError> {
        let names = FileNames::new(config, format_name);
        let folders = names.folder().ancestors();
        if let Some(file) = folders.into_iter().find(|it| it.is_file()) {
            return Err(WriteError::at(file, ErrorKind::NotADirectory).into());
        }
        lock::check(&names.lock())?;
        if config.existing == Existing::Replace {
            return Ok(());
        }
        // Why a journal cannot be read is told when the names are claimed.
        let earlier = Contents::read(&names.journal()).ok().flatten();
        refuse(config, &names, &earlier.unwrap_or_default())
    }

    /// The files that a run with these names would write.
    #[must_use]
    pub fn targets_of(config: &OutputConfig, format_name: &str) -> Vec<PathBuf> {
        let names = FileNames::new(config, format_name);
        let formats = config.written_formats();
        let derived = derived::targets(config, &names).into_iter();
        let derived = derived.map(|(_, _, path)| path);
        formats
            .map(|format| names.target(format))
            .chain(derived)
            .collect()
    }

    /// The folder for the Hub that a run with these names would make.
    #[must_use]
    pub fn hub_folder(config: &OutputConfig, format_name: &str) -> PathBuf {
        FileNames::new(config, format_name).hub_folder()
    }

    /// What an earlier run with these names left in its journal; `None` if
    /// there is no journal, or one with neither samples nor a header.
    ///
    /// # Errors
    ///
    /// There are samples that cannot be resumed from.
    pub fn past(&self) -> Result<Option<Past>, OpenError> {
        Past::read(self)
    }

    /// Begins a new run; `header` says in its journal what it is.
    ///
    /// Files of an earlier run stay as they are until the new ones are
    /// finished, except the JSONL file of an incremental run, which is replaced
    /// with the first batch.
    ///
    /// # Errors
    ///
    /// An earlier run is unfinished or left files, and they may not be
    /// replaced; or a file cannot be created.
    pub fn begin(self, fields: &[Field], header: &impl Serialize) -> Result<Outputs, OpenError> {
        let earlier = Contents::read(&self.names.journal())?.unwrap_or_default();
        if self.config.existing != Existing::Replace {
            refuse(&self.config, &self.names, &earlier)?;
        }
        let fields: Arc<[Field]> = fields.into();
        let data_sets = DataSets::create(&self.config, &self.names, &fields)?;
        let journal = Journal::create(&self.names, header)?;
        // Samples may be in no finished file.
        let is_kept = !earlier.is_complete() && earlier.may_hold_samples();
        let kept_journal = is_kept.then(|| journal::set_aside(&self.names));
        let kept_journal = kept_journal.transpose()?;
        let rejects = Rejects::begin(self.names.rejects());
        let mut outputs = Outputs::new(self, fields, journal, data_sets, rejects);
        outputs.kept_journal = kept_journal;
        Ok(outputs)
    }

    /// Goes on where `past` ended: what is torn is cut off its journal, and the
    /// files are made anew from its samples.
    ///
    /// # Errors
    ///
    /// A finished file was changed since, a file that is not this run's stands
    /// in the way and may not be replaced, the journal holds samples of other
    /// fields, or a file cannot be written. What was finished is still there.
    pub fn resume(mut self, fields: &[Field], past: &Past) -> Result<Outputs, OpenError> {
        past.check_unchanged()?;
        let paths = past.strangers();
        if self.config.existing == Existing::Refuse && !paths.is_empty() {
            return Err(OpenError::Exists { paths });
        }
        self.config.existing = Existing::Replace;
        self.config.formats.clone_from(&past.formats);
        let fields: Arc<[Field]> = fields.into();
        let mut data_sets = DataSets::create(&self.config, &self.names, &fields)?;
        past.try_replay(&fields, |_, origin, samples| {
            let rows = Row::all(&samples, origin.as_ref(), &fields);
            data_sets.append(&rows).map(drop)
        })?;
        let journal = Journal::reopen(past)?;
        let rejects = Rejects::resume(self.names.rejects());
        let mut outputs = Outputs::new(self, fields, journal, data_sets, rejects);
        outputs.name_growing()?;
        Ok(outputs)
    }

    /// The file that describes the run; it keeps the names locked.
    #[must_use]
    pub fn manifest(&self) -> ManifestFile {
        ManifestFile::new(&self.names, &self.lock)
    }

    /// Files of an earlier run that have the name of this one, in formats that
    /// it does not write.
    #[must_use]
    pub fn strangers(&self) -> Vec<PathBuf> {
        OutputFormat::ALL
            .into_iter()
            .map(|format| self.names.target(format))
            .filter(|target| !self.targets().contains(target) && target.exists())
            .collect()
    }

    /// The journal.
    pub(super) fn journal(&self) -> PathBuf {
        self.names.journal()
    }

    /// The final names of the files.
    pub(super) fn targets(&self) -> Vec<PathBuf> {
        let formats = self.config.written_formats();
        formats.map(|format| self.names.target(format)).collect()
    }
}

/// Refuses to put anything in the place of what an earlier run left.
fn refuse(config: &OutputConfig, names: &FileNames, earlier: &Contents) -> Result<(), OpenError> {
    let samples = earlier.samples.max(earlier.kept);
    if samples > 0 && !earlier.is_complete() {
        let journal = names.journal();
        return Err(OpenError::Unfinished { journal, samples });
    }
    let formats = OutputFormat::ALL.into_iter();
    let paths: Vec<_> = formats
        .filter(|format| {
            let target = names.target(*format);
            config.writes(*format) || earlier.end.lists(&target)
        })
        .map(|format| names.target(format))
        .chain(
            derived::targets(config, names)
                .into_iter()
                .map(|(_, _, path)| path),
        )
        // Of a link that leads nowhere, the link counts.
        .filter(|target| target.symlink_metadata().is_ok())
        .collect();
    match paths.is_empty() {
        true => Ok(()),
        false => Err(OpenError::Exists { paths }),
    }
}

/// Keeps version control out of `side_folder`, whose files differ with every
/// run.
fn ignore(side_folder: &Path) -> Result<(), WriteError> {
    let path = side_folder.join(".gitignore");
    if path.exists() {
        return Ok(());
    }
    let mut file = match File::create(&path) {
        Ok(file) => file,
        // Another run was faster.
        Err(error) if error.source.kind() == ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(error),
    };
    let written = file.write_all(b"*\n");
    written.map_err(|source| WriteError::at(&path, source))
}
