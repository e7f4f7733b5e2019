//! The flags of a run that may be settings, and what they take.

use std::any::TypeId;
use std::ffi::OsString;

use clap::{Arg, ArgAction};
use serde_json::Value;

use super::definition::definition;
use super::settings::{Given, Setting};
use crate::generate::dedup::Threshold;

/// Flags that only a command line has.
pub const NO_SETTINGS: [&str; 6] = ["check", "config", "no-config", "from", "help", "version"];

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

impl Flag {
    /// All of them, as the help lists them.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let command = definition();
        let arguments = command.get_arguments();
        arguments.filter_map(Self::of).collect()
    }

    pub(super) fn of(argument: &Arg) -> Option<Self> {
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
