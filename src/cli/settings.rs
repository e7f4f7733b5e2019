//! Settings: what was said of the flags of a run, and where.
//!
//! Does not read files or the environment.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::definition::{definition, lenient, without_needs};
use super::flag::{Flag, Takes};
use crate::net::without_secrets;

/// A flag as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The flag's long name without dashes.
    pub name: String,
    /// What was said of it.
    pub given: Given,
    /// Where that was said.
    pub source: Source,
}

/// What was said of a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// It is left out, whatever lower layers say.
    Off,
    /// It is given; it takes no value.
    On,
    /// Its values.
    Values(Vec<OsString>),
}

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// It was typed.
    CommandLine,
    /// A variable of the environment.
    Variable(String),
    /// A line of a file.
    File(PathBuf, usize),
    /// The manifest of an earlier run.
    Run(PathBuf),
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => formatter.write_str("the command line"),
            Self::Variable(name) => formatter.write_str(name),
            Self::File(path, line) => write!(formatter, "`{}` line {line}", path.display()),
            Self::Run(path) => write!(formatter, "`{}`", path.display()),
        }
    }
}

impl Setting {
    /// The settings that were typed.
    pub(super) fn typed(matches: &ArgMatches) -> Vec<Self> {
        let typed = definition();
        let typed = typed.get_arguments().filter_map(|argument| {
            let flag = Flag::of(argument)?;
            let id = argument.get_id().as_str();
            if matches.value_source(id) != Some(ValueSource::CommandLine) {
                return None;
            }
            Some(Self {
                name: flag.name,
                given: match flag.takes {
                    Takes::Nothing => Given::On,
                    Takes::One | Takes::Several => {
                        let values = matches.get_raw(id).into_iter().flatten();
                        Given::Values(values.map(ToOwned::to_owned).collect())
                    }
                },
                source: Source::CommandLine,
            })
        });
        typed.collect()
    }

    /// The setting as it is typed.
    pub(super) fn arguments(&self) -> Vec<OsString> {
        let flag = format!("--{}", self.name);
        match &self.given {
            Given::Off => Vec::new(),
            Given::On => vec![flag.into()],
            Given::Values(values) => {
                let with = |value| {
                    let mut argument = OsString::from(format!("{flag}="));
                    argument.push(value);
                    argument
                };
                values.iter().map(with).collect()
            }
        }
    }

    /// Why its values are not to be kept or shown, as what they do.
    #[must_use]
    pub fn withheld(&self) -> Option<&'static str> {
        let Given::Values(values) = &self.given else {
            return None;
        };
        values.iter().find_map(|value| match value.to_str() {
            None => Some("is no Unicode"),
            Some(text) if self.name != "query" && holds_secret(text) => {
                Some("holds a URL with a user name, password or query")
            }
            Some(_) => None,
        })
    }

    /// Whether no flag has to stand beside this one.
    #[must_use]
    pub fn stands_alone(&self) -> bool {
        without_needs().try_get_matches_from(self.argv()).is_ok()
    }

    fn argv(&self) -> impl Iterator<Item = OsString> {
        let program = OsString::from("sdgen");
        [program].into_iter().chain(self.arguments())
    }

    /// Whether the flag takes the value.
    ///
    /// # Errors
    ///
    /// It does not; the text is that of the command line.
    pub fn check(&self) -> Result<(), String> {
        let matches = lenient().try_get_matches_from(self.argv());
        matches.map(drop).map_err(|error| first_paragraph(&error))
    }
}

/// Whether `text` is a URL with something that is shown nowhere.
fn holds_secret(text: &str) -> bool {
    text.contains("://") && without_secrets(text) != text
}

/// What `error` says, without advice and usage, in one line.
#[must_use]
pub fn first_paragraph(error: &clap::Error) -> String {
    let text = error.to_string();
    let lines = text.lines().take_while(|line| !line.trim().is_empty());
    let words: Vec<_> = lines.flat_map(str::split_whitespace).collect();
    let text = words.join(" ");
    text.strip_prefix("error: ").unwrap_or(&text).to_owned()
}
