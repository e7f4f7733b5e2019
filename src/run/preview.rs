//! A run of one request that leaves no file.

use std::path::PathBuf;
use std::{fs, io};

use tempfile::TempDir;

use crate::config::Config;
use crate::output::{Existing, OutputFormat, WriteError};
use crate::report;

/// Turns `config` into that of a run of one request for so many `samples`, with
/// files in a folder that is removed when it is dropped.
///
/// # Errors
///
/// There is no place for such a folder.
pub(super) fn arrange(config: &mut Config, samples: usize) -> Result<TempDir, WriteError> {
    let folder = private_folder()?;
    let Config {
        options, output, ..
    } = config;
    options.samples = samples;
    options.batch_size = samples;
    options.skip_preparation();
    options.verify = None;
    options.budget.requests = Some(1);
    output.prefix = folder.path().join("preview");
    output.formats = vec![OutputFormat::Jsonl];
    output.incremental = false;
    output.split = None;
    output.hub_folder = false;
    output.existing = Existing::Replace;
    config.plan_file = None;
    config.verifier = None;
    config.report.json = false;
    config.report.page = false;
    Ok(folder)
}

/// Prints the samples in `files`.
pub(super) fn print(files: &[PathBuf]) -> io::Result<()> {
    files
        .iter()
        .try_for_each(|path| report::print(&fs::read(path)?))
}

/// A folder of this process alone.
///
/// # Errors
///
/// There is no place for it.
pub(super) fn private_folder() -> Result<TempDir, WriteError> {
    tempfile::tempdir().map_err(|error| WriteError::at(&std::env::temp_dir(), error))
}
