//! Settings: the flags of a run and their values, wherever they come from.
//!
//! Does not read files or the environment.

use std::any::TypeId;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches};
use serde_json::Value;

use super::definition::{definition, lenient, without_needs};
use crate::generate::dedup::Threshold;
use crate::net::without_secrets;

/// Flags that only a command line has.
pub const NO_SETTINGS: [&str; 5] = ["config", "no-config", "from", "help", "version"];

/// A flag of a run that may be a setting.
#[derive(Debug)]
pub struct Flag {
    /// Its long name without dashes.
    pub name: String,
    /// What it takes.
    pub takes: Takes,
    /// What it is unless it is given.
    pub default: Vec<OsString>,
    is_number: bool,
}

/// How many values a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names say it")]
pub enum Takes {
    Nothing,
    One,
    Several,
}

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

impl Flag {
    /// All of them, as the help lists them.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let command = definition();
        let arguments = command.get_arguments();
        arguments.filter_map(Self::of).collect()
    }

    fn of(argument: &Arg) -> Option<Self> {
        let name = argument.get_long().filter(|it| !NO_SETTINGS.contains(it))?;
        let parses = argument.get_value_parser().type_id();
        let numbers = [
            TypeId::of::<usize>(),
            TypeId::of::<u64>(),
            TypeId::of::<u32>(),
            TypeId::of::<u8>(),
            TypeId::of::<f64>(),
            TypeId::of::<Threshold>(),
        ];
        Some(Self {
            name: name.to_owned(),
            takes: match argument.get_action() {
                ArgAction::SetTrue => Takes::Nothing,
                ArgAction::Append => Takes::Several,
                _ => Takes::One,
            },
            default: argument
                .get_default_values()
                .iter()
                .map(Into::into)
                .collect(),
            is_number: numbers.iter().any(|number| parses == *number),
        })
    }

    /// `given` as plain data; `None` for what is left out, or is no Unicode.
    #[must_use]
    pub fn value(&self, given: &Given) -> Option<Value> {
        let values = match given {
            Given::Off => return None,
            Given::On => return Some(Value::Bool(true)),
            Given::Values(values) => values,
        };
        let texts: Option<Vec<_>> = values.iter().map(|value| value.to_str()).collect();
        match (self.takes, texts?.as_slice()) {
            (Takes::Several, texts) => Some(texts.iter().copied().collect()),
            (_, [text]) => Some(self.typed(text)),
            _ => None,
        }
    }

    /// What it is if neither a setting nor a default says anything.
    #[must_use]
    pub fn value_of_nothing(&self) -> Option<Value> {
        (self.takes == Takes::Nothing).then_some(Value::Bool(false))
    }

    fn typed(&self, text: &str) -> Value {
        let number = text.trim();
        match self.is_number {
            true if let Ok(whole) = number.parse::<u64>() => whole.into(),
            true if let Ok(real) = number.parse::<f64>() => real.into(),
            _ => text.into(),
        }
    }

    /// Whether `setting` of this flag says what is so anyway.
    #[must_use]
    pub fn is_default(&self, setting: &Setting) -> bool {
        match &setting.given {
            Given::Off => true,
            Given::On => false,
            Given::Values(values) => {
                let default = Given::Values(self.default.clone());
                !self.default.is_empty()
                    && (*values == self.default
                        || self.value(&setting.given) == self.value(&default))
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_of_a_kind_that_is_known() {
        let flags = Flag::all();
        let named = |name: &str| flags.iter().find(|flag| flag.name == name);
        let value = |name: &str, text: &str| {
            let given = Given::Values(vec![text.into()]);
            named(name)
                .expect("a flag")
                .value(&given)
                .expect("plain data")
        };
        assert_eq!(value("samples", "1"), serde_json::json!(1));
        assert_eq!(value("near-threshold", "0.9"), serde_json::json!(0.9));
        assert_eq!(value("model", "1"), serde_json::json!("1"));
        assert_eq!(value("output-format", "csv"), serde_json::json!(["csv"]));
        assert!(NO_SETTINGS.iter().all(|name| named(name).is_none()));
    }
}
