//! What sdgen does beside a run, a file for each command.

mod check;
mod columns;
mod config;
mod convert;
mod faults;
mod report;
mod validate;

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::{Cli, Command};
use crate::config::{ConfigError, Env};
use crate::output::{OpenError, WriteError};
use crate::report::print as print_result;
use crate::rows::RowsError;
use crate::run::{ExitStatus, ReportError};
use crate::shape::NoConversion;
use crate::shutdown::{Shutdown, Signal};

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
    /// No row is a sample of the format.
    #[error("`{}`: no row is a sample of the format", .0.display())]
    NoSamples(PathBuf),
    /// Samples of the format have no such shape.
    #[error("--as: {0}")]
    Shape(#[from] NoConversion),
    /// What is to be made cannot be begun.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What is made cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A file would be made of itself.
    #[error("`{}` is both what is read and what is to be made", .0.display())]
    SameFile(PathBuf),
    /// Something else stands where the report is to be.
    #[error("`{}` exists, and is no report of sdgen", .0.display())]
    NoReport(PathBuf),
    /// The report would be written to a file that is not named as one.
    #[error("`{}` does not end in .html", .0.display())]
    NotHtml(PathBuf),
    /// A signal came before it was done.
    #[error("interrupted; no file was made")]
    Stopped(Signal),
    /// There is no report.
    #[error(transparent)]
    Report(#[from] ReportError),
}

impl CommandError {
    /// The exit status of the program.
    #[must_use]
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Stdout(_)
            | Self::Write(_)
            | Self::Open(OpenError::Write(_))
            | Self::Report(ReportError::Write(_)) => ExitStatus::Output,
            Self::Stopped(signal) => ExitStatus::Stopped(*signal),
            Self::Format(_)
            | Self::Rows(_)
            | Self::NoSamples(_)
            | Self::Shape(_)
            | Self::Open(_)
            | Self::SameFile(_)
            | Self::NoReport(_)
            | Self::NotHtml(_)
            | Self::Report(_) => ExitStatus::Usage,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoSamples(_) => Some("choose the --format whose fields the columns are"),
            Self::Open(OpenError::Exists { .. }) => {
                Some("add --overwrite to replace what exists, or choose another name")
            }
            Self::SameFile(_) | Self::NoReport(_) => Some("choose another name"),
            Self::NotHtml(_) => Some("name a file for the report, so that no data is replaced"),
            Self::Report(error) => Some(error.hint()),
            _ => None,
        }
    }
}

/// Carries out `command` of `cli`; a conversion ends when `shutdown` says so.
///
/// # Errors
///
/// It was not carried out.
pub fn execute(
    command: &Command,
    cli: &Cli,
    env: &Env,
    shutdown: &Shutdown,
) -> Result<ExitStatus, CommandError> {
    match command {
        Command::Check { list_models } => return check::execute(cli, env, *list_models),
        Command::Completions { shell } => print(&Cli::completions(*shell))?,
        Command::Config { all } => print(config::to_toml(&cli.settings, *all).as_bytes())?,
        Command::Man => print(&Cli::man_page())?,
        Command::Convert(arguments) => return convert::convert(arguments, shutdown),
        Command::Validate(arguments) => return validate::validate(arguments),
        Command::Report(arguments) => report::execute(arguments)?,
    }
    Ok(ExitStatus::Success)
}

fn print(bytes: &[u8]) -> Result<(), CommandError> {
    print_result(bytes).map_err(CommandError::Stdout)
}

/// That there is nothing in the file at `path`.
fn no_rows(path: &Path) -> RowsError {
    RowsError {
        path: path.to_owned(),
        place: None,
        problem: "holds no rows".to_owned(),
    }
}
