//! What sdgen does beside a run, a file for each command.

mod validate;

use std::io;

use crate::cli::{Cli, Command};
use crate::format::CustomFormatError;
use crate::report;
use crate::rows::RowsError;
use crate::run::ExitStatus;

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// stdout cannot be written.
    #[error("stdout: {0}")]
    Stdout(#[source] io::Error),
    /// The custom format cannot be used.
    #[error(transparent)]
    CustomFormat(#[from] CustomFormatError),
    /// A file of rows cannot be read.
    #[error(transparent)]
    Rows(#[from] RowsError),
}

impl CommandError {
    /// The exit status of the program.
    #[must_use]
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Stdout(_) => ExitStatus::Output,
            Self::CustomFormat(_) | Self::Rows(_) => ExitStatus::Usage,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Stdout(_) | Self::CustomFormat(_) | Self::Rows(_) => None,
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
        Command::Validate(arguments) => return validate::validate(arguments),
    }
    Ok(ExitStatus::Success)
}

fn print(bytes: &[u8]) -> Result<(), CommandError> {
    report::print(bytes).map_err(CommandError::Stdout)
}
