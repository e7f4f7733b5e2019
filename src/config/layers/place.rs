//! A setting that is wrong, and where.

use crate::cli::{Flag, Given, NO_SETTINGS, Setting, Source, Takes};

/// A setting that is wrong, or a file of settings that cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct SettingError {
    /// File and line, or variable.
    pub(super) place: String,
    /// What is wrong.
    pub(super) problem: String,
    /// What to do about it.
    pub(super) hint: Option<&'static str>,
}

/// Where keys go, which are no settings.
const KEYS: &str = "put a key into the environment (GOOGLE_API_KEY, OPENAI_API_KEY), into .env, \
                    or into a file of its own for --api-key-file";

/// Names that are like enough to be meant (Jaro similarity, as clap has it).
const LIKE: f64 = 0.7;

impl SettingError {
    /// `problem`, which is at `source`.
    pub(super) fn at(source: &Source, problem: impl Into<String>) -> Self {
        Self {
            place: source.to_string(),
            problem: problem.into(),
            hint: None,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        self.hint
    }
}

/// A value before it is known what its flag takes.
pub(super) enum Raw {
    Bool(bool),
    Text(String),
    List(Vec<String>),
}

/// The setting `key` with `raw`, given at `source`.
///
/// # Errors
///
/// There is no such flag, or it takes no such value.
pub(super) fn setting(
    key: &str,
    raw: Raw,
    source: &Source,
    flags: &[Flag],
) -> Result<Setting, SettingError> {
    let name = key.replace('_', "-");
    let Some(flag) = flags.iter().find(|flag| flag.name == name) else {
        return Err(unknown(&name, source, flags));
    };
    let setting = |given| Setting {
        name: flag.name.clone(),
        given,
        source: source.clone(),
    };
    let wrong = |problem: &str| SettingError::at(source, format!("{name}: {problem}"));
    let setting = match (flag.takes, raw) {
        (Takes::Nothing, Raw::Bool(true)) => return Ok(setting(Given::On)),
        (Takes::Nothing, Raw::Bool(false)) => return Ok(setting(Given::Off)),
        (Takes::Nothing, _) => return Err(wrong("must be true or false")),
        (_, Raw::Bool(_)) => return Err(wrong("takes a value, not true or false")),
        (_, Raw::Text(text)) => setting(Given::Values(vec![text.into()])),
        (Takes::One, Raw::List(_)) => return Err(wrong("takes one value, not a list")),
        (Takes::Several, Raw::List(list)) if list.is_empty() => {
            return Err(wrong("must have at least one value"));
        }
        (Takes::Several, Raw::List(list)) => {
            setting(Given::Values(list.into_iter().map(Into::into).collect()))
        }
    };
    setting.check().map_err(|problem| wrong(&problem))?;
    Ok(setting)
}

fn unknown(name: &str, source: &Source, flags: &[Flag]) -> SettingError {
    if NO_SETTINGS.contains(&name) {
        let problem = format!("`{name}` is taken on the command line only");
        return SettingError::at(source, problem);
    }
    let is_key = ["key", "token", "secret", "password"]
        .iter()
        .any(|word| name.ends_with(word));
    if is_key {
        return SettingError {
            hint: Some(KEYS),
            ..SettingError::at(source, format!("`{name}`: a key is no setting"))
        };
    }
    let likeness = |flag: &Flag| strsim::jaro(name, &flag.name);
    let nearest = flags
        .iter()
        .max_by(|one, other| likeness(one).total_cmp(&likeness(other)))
        .filter(|flag| likeness(flag) > LIKE);
    let problem = match nearest {
        Some(flag) => format!("`{name}` is no setting; the nearest is `{}`", flag.name),
        None => format!("`{name}` is no setting"),
    };
    SettingError {
        hint: Some(
            "the settings are the flags that sdgen --help lists, without dashes before them",
        ),
        ..SettingError::at(source, problem)
    }
}
