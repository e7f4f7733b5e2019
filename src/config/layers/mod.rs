//! The layers of settings: the command line wins over the environment, that
//! over a file, and that over the defaults.
//!
//! What a value may be, the command line knows.

mod file;
mod past;
mod place;
mod variables;

use std::ffi::OsString;
use std::path::Path;

use clap::error::ErrorKind;

use crate::cli::{Cli, Command, Flag, Given, Setting, Source, Typed, first_paragraph};

use super::Env;

pub use past::PastDocument;
pub use place::SettingError;

pub(super) use past::documents as past_documents;

/// The file that is looked for in the current folder.
const FILE_NAME: &str = "sdgen.toml";

/// Flags of which a run takes one at most; the highest layer that gives one of
/// them decides.
const GROUPS: [&[&str]; 4] = [
    &["query", "documents"],
    &["format", "custom-format-file"],
    &["plan", "topics", "no-plan"],
    &["cache", "replay"],
];

/// Why the layers make no command line.
#[derive(Debug, thiserror::Error)]
pub enum LayerError {
    /// What was typed is wrong, or asks for help.
    #[error(transparent)]
    Usage(#[from] clap::Error),
    /// A setting is wrong, or a file of settings cannot be used.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// What was typed and what was set do not go together.
    #[error("{problem} ({places})")]
    Together {
        /// What does not.
        problem: String,
        /// Which flag comes from where.
        places: String,
    },
}

impl LayerError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Setting(error) => error.hint(),
            Self::Usage(_) | Self::Together { .. } => None,
        }
    }
}

/// The command line with all layers in it.
#[derive(Debug)]
pub struct Layered {
    /// The command line.
    pub cli: Cli,
    /// What is to be told of the layers.
    pub notes: Vec<Note>,
}

/// Something to be told before a run.
#[derive(Debug, PartialEq, Eq)]
pub enum Note {
    /// A file that was not asked for is used.
    Discovered,
    /// The run that is repeated was one of this other version.
    OtherVersion(String),
}

impl Note {
    /// Tells it.
    pub fn tell(&self) {
        match self {
            Self::Discovered => {
                tracing::info!("settings of `{FILE_NAME}` are used; --no-config ignores them");
            }
            Self::OtherVersion(version) => tracing::warn!(
                "the run was made by sdgen {version}; this version may make other samples"
            ),
        }
    }
}

/// Puts `argv`, `env` and the file of settings together.
///
/// # Errors
///
/// They make no command line.
pub fn layered(argv: impl IntoIterator<Item = OsString>, env: &Env) -> Result<Layered, LayerError> {
    let typed = Typed::parse(argv)?;
    let mut notes = Vec::new();
    let lower = match &typed.command {
        None | Some(Command::Config { .. } | Command::Check { .. }) => {
            lower(&typed, env, &mut notes)?
        }
        Some(_) => Vec::new(),
    };
    let mut settings = typed.settings;
    for layer in lower {
        add(&mut settings, layer);
    }
    settings.sort_by_key(|setting| setting.name.clone());
    let places = settings.clone();
    match Cli::of_settings(settings, typed.command) {
        Ok(cli) => Ok(Layered { cli, notes }),
        Err(error) => Err(with_places(error, &places)),
    }
}

/// The layers below what was typed, the highest first.
fn lower(typed: &Typed, env: &Env, notes: &mut Vec<Note>) -> Result<Vec<Vec<Setting>>, LayerError> {
    let flags = Flag::all();
    if let Some(path) = &typed.from {
        let past = past::settings(path, &flags, &typed.settings)?;
        notes.extend(past.version.map(Note::OtherVersion));
        return Ok(vec![past.settings]);
    }
    let variables = variables::settings(env, &flags)?;
    let discovered = Path::new(FILE_NAME);
    let of_file = match &typed.config {
        Some(path) => file::settings(path, &flags)?,
        None if typed.no_config || !discovered.is_file() => Vec::new(),
        None => {
            notes.push(Note::Discovered);
            file::settings(discovered, &flags)?
        }
    };
    Ok(vec![variables, of_file])
}

/// Adds those of `layer` that `settings`, the layers above it, do not decide.
fn add(settings: &mut Vec<Setting>, layer: Vec<Setting>) {
    let new: Vec<_> = layer
        .into_iter()
        .filter(|setting| !is_decided(settings, &setting.name))
        .collect();
    settings.extend(new);
}

/// Whether `settings` say what becomes of the flag `name`.
fn is_decided(settings: &[Setting], name: &str) -> bool {
    let group = GROUPS.iter().find(|group| group.contains(&name));
    settings.iter().any(|setting| {
        let is_rival = group.is_some_and(|group| group.contains(&setting.name.as_str()));
        setting.name == name || (is_rival && setting.given != Given::Off)
    })
}

/// `error` with the places of the settings that it is about, unless all were
/// typed.
fn with_places(error: clap::Error, settings: &[Setting]) -> LayerError {
    let problem = first_paragraph(&error);
    let words: Vec<_> = problem.split([' ', '\'', '|', '<', '>']).collect();
    let is_about = |setting: &&Setting| {
        let is_named = words.contains(&format!("--{}", setting.name).as_str());
        let lacks = error.kind() == ErrorKind::MissingRequiredArgument;
        setting.source != Source::CommandLine && (is_named || lacks && !setting.stands_alone())
    };
    let places = settings.iter().filter(is_about);
    let places: Vec<_> = places
        .map(|setting| format!("--{} comes from {}", setting.name, setting.source))
        .collect();
    match places.is_empty() {
        true => LayerError::Usage(error),
        false => LayerError::Together {
            problem,
            places: places.join(", "),
        },
    }
}
