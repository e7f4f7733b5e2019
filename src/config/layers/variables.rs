//! The settings of the environment: `SDGEN_SAMPLES` is `--samples`.

use crate::cli::{Flag, Setting, Source, Takes};
use crate::config::Env;

use super::place::{Raw, SettingError, setting};

const PREFIX: &str = "SDGEN_";

/// The settings of `env`.
///
/// # Errors
///
/// A variable is no setting, or its value is none of its flag.
pub(super) fn settings(env: &Env, flags: &[Flag]) -> Result<Vec<Setting>, SettingError> {
    let variables = env.beginning_with(PREFIX).into_iter();
    variables
        .map(|(variable, value)| {
            let key = variable[PREFIX.len()..].to_lowercase();
            let name = key.replace('_', "-");
            let takes_nothing = |flag: &Flag| flag.name == name && flag.takes == Takes::Nothing;
            let raw = match value.to_lowercase().as_str() {
                "true" | "1" if flags.iter().any(takes_nothing) => Raw::Bool(true),
                "false" | "0" if flags.iter().any(takes_nothing) => Raw::Bool(false),
                _ => Raw::Text(value.to_owned()),
            };
            setting(&key, raw, &Source::Variable(variable.to_owned()), flags)
        })
        .collect()
}
