//! The settings of a TOML file.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use crate::cli::{Flag, Setting, Source};
use crate::text_file;

use super::place::{Raw, SettingError, setting};

/// The settings of the file at `path`.
///
/// # Errors
///
/// It cannot be read, is no TOML, or has something that is no setting; the
/// first line with such a thing is named.
pub(super) fn settings(path: &Path, flags: &[Flag]) -> Result<Vec<Setting>, SettingError> {
    let text = text_file::read(path).map_err(|error| SettingError {
        place: format!("`{}`", path.display()),
        problem: error.to_string(),
        hint: None,
    })?;
    let at = |byte: usize| Source::File(path.to_owned(), line(&text, byte));
    let table = DeTable::parse(&text).map_err(|error| {
        let byte = error.span().map_or(0, |span| span.start);
        SettingError::at(&at(byte), error.message())
    })?;
    let mut entries: Vec<_> = table.get_ref().iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let mut settings: Vec<Setting> = Vec::new();
    for (key, value) in entries {
        let source = at(key.span().start);
        let raw = raw(value).map_err(|problem| {
            SettingError::at(&source, format!("{}: {problem}", key.get_ref()))
        })?;
        let setting = setting(key.get_ref(), raw, &source, flags)?;
        if settings.iter().any(|other| other.name == setting.name) {
            let problem = format!("{}: is there twice", setting.name);
            return Err(SettingError::at(&setting.source, problem));
        }
        settings.push(setting);
    }
    Ok(settings)
}

/// The number of the line of `text` that has the `byte`.
fn line(text: &str, byte: usize) -> usize {
    let before = text.bytes().take(byte);
    before.filter(|byte| *byte == b'\n').count() + 1
}

fn raw(value: &Spanned<DeValue<'_>>) -> Result<Raw, &'static str> {
    match value.get_ref() {
        DeValue::Boolean(value) => Ok(Raw::Bool(*value)),
        DeValue::Array(items) => {
            let items = items.iter().map(|item| text(item.get_ref()));
            let items: Option<_> = items.collect();
            items.map(Raw::List).ok_or("must be a list of texts")
        }
        DeValue::Table(_) => Err("is a table; settings stand outside of tables"),
        other => text(other).map(Raw::Text).ok_or("is no text and no number"),
    }
}

fn text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(decimal(number)),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        _ => None,
    }
}

/// `number` as a command line has it.
fn decimal(number: &DeInteger<'_>) -> String {
    let text = number.as_str();
    i128::from_str_radix(text, number.radix()).map_or(text.to_owned(), |it| it.to_string())
}
