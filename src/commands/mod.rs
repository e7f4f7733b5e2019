//! What sdgen does beside a run, a file for each command.

mod columns;
mod config;
mod convert;
mod validate;

use std::io;
use std::path::Path;

use crate::cli::{Cli, Command, Setting};
use crate::config::ConfigError;
use crate::output::{OpenError, WriteError};
use crate::report;
use crate::rows::RowsError;
use crate::run::ExitStatus;
use crate::shape::NoConversion;

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// stdout cannot be written.
    #[error("stdout: {0}")]
    Stdout(#[source] io::Error),
    /// The format cannot be used.
    #[error(transparent)]
    Format(#[from] ConfigError),
    /// A file of rows cannot be read.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A row is no sample of the format.
    #[error(transparent)]
    Sample(RowsError),
    /// Samples of the format have no such shape.
    #[error("--as: {0}")]
    Shape(#[from] NoConversion),
    /// What is to be made cannot be begun.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What is made cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl CommandError {
    /// The exit status of the program.
    #[must_use]
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Stdout(_) | Self::Write(_) | Self::Open(OpenError::Write(_)) => {
                ExitStatus::Output
            }
            Self::Format(_) | Self::Rows(_) | Self::Sample(_) | Self::Shape(_) | Self::Open(_) => {
                ExitStatus::Usage
            }
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Sample(_) => Some("`sdgen validate` tells all rows that are not valid"),
            Self::Open(OpenError::Exists { .. }) => {
                Some("add --overwrite to replace what exists, or choose another name")
            }
            _ => None,
        }
    }
}

/// Carries out `command`, to which `settings` were given.
///
/// # Errors
///
/// It was not carried out.
pub fn execute(command: &Command, settings: &[Setting]) -> Result<ExitStatus, CommandError> {
    match command {
        Command::Completions { shell } => print(&Cli::completions(*shell))?,
        Command::Config { all } => print(config::to_toml(settings, *all).as_bytes())?,
        Command::Man => print(&Cli::man_page())?,
        Command::Convert(arguments) => return convert::convert(arguments),
        Command::Validate(arguments) => return validate::validate(arguments),
    }
    Ok(ExitStatus::Success)
}

fn print(bytes: &[u8]) -> Result<(), CommandError> {
    report::print(bytes).map_err(CommandError::Stdout)
}

/// That there is nothing in the file at `path`.
fn no_rows(path: &Path) -> RowsError {
    RowsError {
        path: path.to_owned(),
        place: None,
        problem: "holds no rows".to_owned(),
    }
}
