//! What sdgen does beside a run, a file for each command.

mod report;

use std::io;
use std::path::PathBuf;

use crate::cli::{Cli, Command};
use crate::format::CustomFormatError;
use crate::report::print as print_result;
use crate::run::{ExitStatus, ReportError};

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// stdout cannot be written.
    #[error("stdout: {0}")]
    Stdout(#[source] io::Error),
    /// The custom format cannot be used.
    #[error(transparent)]
    Format(#[from] CustomFormatError),
    /// The report would be written to a file that is not named as one.
    #[error("`{}` does not end in .html", .0.display())]
    NotHtml(PathBuf),
    /// There is no report.
    #[error(transparent)]
    Report(#[from] ReportError),
}

impl CommandError {
    /// The exit status of the program.
    #[must_use]
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Stdout(_) | Self::Report(ReportError::Write(_)) => ExitStatus::Output,
            Self::Format(_) | Self::NotHtml(_) | Self::Report(_) => ExitStatus::Usage,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotHtml(_) => Some("name a file for the report, so that no data is replaced"),
            Self::Report(error) => Some(error.hint()),
            Self::Stdout(_) | Self::Format(_) => None,
        }
    }
}

/// Carries out `command`.
///
/// # Errors
///
/// It was not carried out.
pub fn execute(command: &Command) -> Result<ExitStatus, CommandError> {
    match command {
        Command::Completions { shell } => print(&Cli::completions(*shell))?,
        Command::Man => print(&Cli::man_page())?,
        Command::Report(arguments) => report::execute(arguments)?,
    }
    Ok(ExitStatus::Success)
}

fn print(bytes: &[u8]) -> Result<(), CommandError> {
    print_result(bytes).map_err(CommandError::Stdout)
}
