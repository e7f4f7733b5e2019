//! Why a run does not begin, and how one ends, for the caller of the program.

use crate::config::ConfigError;
use crate::document::LoadError;
use crate::llm::{RecordError, SetupError};
use crate::output::{OpenError, WriteError};
use crate::rows::RowsError;
use crate::shutdown::Signal;

use super::AnotherRun;

/// How a run ended, as its caller sees it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ExitStatus {
    /// The target was reached, or the user did not want to begin.
    #[default]
    Success,
    /// Something that should not happen.
    Failure,
    /// Wrong usage, configuration or input.
    Usage,
    /// Short of the target, with good files.
    Short,
    /// Key, permission or credits.
    Auth,
    /// Quota spent or provider down.
    Unavailable,
    /// An output could not be written.
    Output,
    /// An output is in use by another run.
    InUse,
    /// A signal.
    Stopped(Signal),
}

impl ExitStatus {
    /// The exit code of the process.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Short => 3,
            Self::Auth => 4,
            Self::Unavailable => 5,
            Self::Output => 6,
            Self::InUse => 7,
            Self::Stopped(Signal::HangUp) => 129,
            Self::Stopped(Signal::Interrupt) => 130,
            Self::Stopped(Signal::Terminate) => 143,
        }
    }
}

/// Why a run did not begin. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The command line or the environment makes no run.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The documents cannot be used.
    #[error(transparent)]
    Document(#[from] LoadError),
    /// The examples cannot be used.
    #[error("--examples {0}")]
    Examples(#[from] RowsError),
    /// The client cannot be made.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The folder of answers cannot be used.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The outputs cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The run that is to be resumed is not this one.
    #[error(transparent)]
    AnotherRun(#[from] AnotherRun),
    /// The run that is to be resumed has more samples than are wanted.
    #[error("--samples {wanted} is fewer than the {written} that the run has written")]
    Fewer {
        /// Samples wanted.
        wanted: usize,
        /// Samples on disk.
        written: u64,
    },
    /// The manifest cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The runtime cannot be started.
    #[error("cannot start: {0}")]
    Runtime(#[from] std::io::Error),
}

impl RunError {
    /// The exit status of a run that did not begin.
    #[must_use]
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Config(
                ConfigError::MissingKey { .. }
                | ConfigError::KeyFile { .. }
                | ConfigError::Setup(SetupError::ApiKey),
            ) => ExitStatus::Auth,
            Self::Open(OpenError::InUse { .. }) => ExitStatus::InUse,
            Self::Open(OpenError::Write(_))
            | Self::Write(_)
            | Self::Document(LoadError::Spool { .. }) => ExitStatus::Output,
            Self::Config(_)
            | Self::Document(_)
            | Self::Examples(_)
            | Self::Setup(_)
            | Self::Record(_)
            | Self::Open(_)
            | Self::AnotherRun(_)
            | Self::Fewer { .. } => ExitStatus::Usage,
            Self::Runtime(_) => ExitStatus::Failure,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Config(ConfigError::MissingKey {
                variable: "OPENAI_API_KEY",
            }) => Some(
                "set it in the environment or in a .env file, name another endpoint with --base-url, or try --provider offline, which needs no key",
            ),
            Self::Config(ConfigError::MissingKey { .. }) => Some(
                "set it in the environment or in a .env file, or try --provider offline, which needs no key",
            ),
            Self::Config(ConfigError::KeyFile { .. }) => {
                Some("the file must have one line, the key")
            }
            Self::Config(ConfigError::StandardInput) => {
                Some("put the key or the documents into a file")
            }
            Self::Config(ConfigError::NoPrice { .. }) => {
                Some("give its price in a file with --prices, or limit --max-requests instead")
            }
            Self::Examples(_) => Some(
                "each row must be a sample of the format, with its values under the names of the fields, and some of at most 1,500 characters",
            ),
            Self::Open(OpenError::InUse { .. }) => {
                Some("wait for the other run, or choose another --output-prefix")
            }
            Self::Open(OpenError::Exists { .. }) => Some(
                "add --overwrite to replace what exists, or --resume for more of the same run, or choose another --output-prefix",
            ),
            Self::Open(OpenError::Unfinished { .. }) => Some(
                "add --resume to go on with it, or --overwrite to begin anew; its samples are kept either way",
            ),
            Self::Open(OpenError::Changed { .. }) => Some(
                "resuming would replace it; move it away, or begin anew under another --output-prefix",
            ),
            Self::AnotherRun(another) if another.is_of_documents => Some(
                "bring the documents back as they were, add --overwrite instead of --resume to begin anew with those that are there, or choose another --output-prefix",
            ),
            Self::Open(OpenError::Journal { .. }) | Self::AnotherRun(_) => Some(
                "use the arguments that it was begun with, add --overwrite instead of --resume to begin anew, or choose another --output-prefix",
            ),
            _ => None,
        }
    }
}
