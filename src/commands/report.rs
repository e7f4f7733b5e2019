//! `sdgen report`: the report on files of data.

use std::path::PathBuf;

use crate::cli::ReportArguments;
use crate::config::ConfigError;
use crate::format::{load_custom, predefined};
use crate::report::print_paths;
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
    write_report(files, format.as_ref(), &target)?;
    print_paths(&[target]).map_err(CommandError::Stdout)
}

fn target(output: Option<&PathBuf>, files: &[PathBuf]) -> PathBuf {
    output.cloned().unwrap_or_else(|| default_path(&files[0]))
}
