//! `sdgen report`: the report on files of data.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::cli::ReportArguments;
use crate::config::ConfigError;
use crate::format::{load_custom, predefined};
use crate::report::{GENERATOR, print_paths, say};
use crate::run::{default_path, write_report};

use super::CommandError;

/// Writes the report and prints its path.
pub(super) fn execute(arguments: &ReportArguments) -> Result<(), CommandError> {
    let ReportArguments {
        files,
        output,
        format,
        custom_format_file,
    } = arguments;
    let format = match (format, custom_format_file) {
        (Some(name), _) => predefined(name),
        (None, Some(path)) => Some(load_custom(path).map_err(ConfigError::from)?),
        (None, None) => None,
    };
    let target = target(output.as_ref(), files);
    if !target
        .extension()
        .is_some_and(|it| it == "html" || it == "htm")
    {
        return Err(CommandError::NotHtml(target));
    }
    if target.exists() && !is_report(&target) {
        return Err(CommandError::NoReport(target));
    }
    for broken in write_report(files, format.as_ref(), &target)? {
        say(&broken);
    }
    print_paths(&[target]).map_err(CommandError::Stdout)
}

/// Whether the page at `path` says that sdgen made it.
fn is_report(path: &Path) -> bool {
    let mut beginning = [0; 4096];
    let file = File::open(path).and_then(|mut file| file.read(&mut beginning));
    let length = file.unwrap_or_default();
    String::from_utf8_lossy(&beginning[..length]).contains(GENERATOR)
}

fn target(output: Option<&PathBuf>, files: &[PathBuf]) -> PathBuf {
    output.cloned().unwrap_or_else(|| default_path(&files[0]))
}
