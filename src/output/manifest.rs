//! The file that describes a run.
//!
//! What it says, its writer knows.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::disk::File;
use super::file::{Older, OutputFile};
use super::names::FileNames;
use super::{WriteError, part_of};

/// The file that describes a run; it keeps the outputs locked.
#[derive(Debug)]
pub struct ManifestFile {
    path: PathBuf,
    part: PathBuf,
    _lock: Arc<File>,
}

impl ManifestFile {
    /// The file of the run that holds `lock`.
    pub(super) fn new(names: &FileNames, lock: &Arc<File>) -> Self {
        Self {
            path: names.manifest(),
            part: names.manifest_part(),
            _lock: Arc::clone(lock),
        }
    }

    /// Replaces the description as a whole.
    ///
    /// # Errors
    ///
    /// The file could not be written.
    pub fn write(&self, manifest: &impl Serialize) -> Result<(), WriteError> {
        replace(&self.path, &self.part, manifest)
    }
}

/// Replaces the file at `path` by `value` as JSON.
///
/// # Errors
///
/// It could not be written, and is as it was.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<(), WriteError> {
    replace(path, &part_of(path), value)
}

/// Replaces the file at `path` by `text`.
///
/// # Errors
///
/// It could not be written, and is as it was.
pub fn write_text(path: &Path, text: &str) -> Result<(), WriteError> {
    replace_text(path, &part_of(path), text)
}

fn replace(path: &Path, part: &Path, value: &impl Serialize) -> Result<(), WriteError> {
    let json = serde_json::to_string_pretty(value);
    let json = json.map_err(|source| WriteError::at(path, source))?;
    replace_text(path, part, &(json + "\n"))
}

fn replace_text(path: &Path, part: &Path, text: &str) -> Result<(), WriteError> {
    let mut file = OutputFile::create(part, path, Older::Replaced)?;
    let written = file.write_all(text.as_bytes());
    let written = written.map_err(|source| file.error(source));
    let finished = written.and_then(|()| file.finish().map(drop));
    if finished.is_err() {
        // The older file is better than half of a newer one.
        file.discard().ok();
    }
    finished
}
