//! What sdgen does beside a run, a file for each command.

mod config;

use std::io;

use crate::cli::{Cli, Command, Setting};
use crate::report;
use crate::run::ExitStatus;

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// stdout cannot be written.
    #[error("stdout: {0}")]
    Stdout(#[source] io::Error),
}

impl CommandError {
    /// The exit status of the program.
    #[must_use]
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Stdout(_) => ExitStatus::Output,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Stdout(_) => None,
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
    }
    Ok(ExitStatus::Success)
}

fn print(bytes: &[u8]) -> Result<(), CommandError> {
    report::print(bytes).map_err(CommandError::Stdout)
}
