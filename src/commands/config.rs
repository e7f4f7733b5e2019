//! The settings of a run, and where they come from.

use std::fmt::Write as _;

use serde_json::Value;

use crate::cli::{Flag, Given, Setting, Source};

/// What `settings` say, as a file for `--config`; with `all`, the defaults too.
pub(super) fn to_toml(settings: &[Setting], all: bool) -> String {
    let mut text = String::new();
    for flag in Flag::all() {
        let setting = settings.iter().find(|setting| setting.name == flag.name);
        match setting.filter(|setting| !flag.is_default(setting)) {
            Some(setting) => told(&mut text, &flag, setting),
            None if all => default(&mut text, &flag, setting),
            None => {}
        }
    }
    text
}

fn told(text: &mut String, flag: &Flag, setting: &Setting) {
    let Setting {
        name,
        given,
        source,
    } = setting;
    let comment = comment(source);
    let line = match (setting.withheld(), flag.value(given)) {
        (None, Some(value)) => format!("{name} = {}  # {comment}", toml(&value)),
        (reason, _) => {
            let reason = reason.unwrap_or("is no Unicode");
            format!("# {name} is not shown, since it {reason}  # {comment}")
        }
    };
    line_to(text, &line);
}

/// Says what `flag` is without a setting, or with one that changes nothing.
fn default(text: &mut String, flag: &Flag, setting: Option<&Setting>) {
    let name = &flag.name;
    let values = Given::Values(flag.default.clone());
    let value = match flag.value(&values) {
        _ if flag.default.is_empty() => flag.value_of_nothing(),
        value => value,
    };
    let source = setting.map_or("default".to_owned(), |setting| comment(&setting.source));
    let line = match value {
        Some(value) => format!("{name} = {}  # {source}", toml(&value)),
        None => format!("# {name} is not set"),
    };
    line_to(text, &line);
}

fn line_to(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a text takes all");
}

/// `value` in TOML, which writes it as JSON does, but has no larger numbers than
/// `i64` and escapes one character more.
fn toml(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(toml).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Number(number) if number.as_i64().is_none() && number.is_u64() => {
            format!("\"{number}\"")
        }
        value => value.to_string().replace('\u{7f}', "\\u007F"),
    }
}

fn comment(source: &Source) -> String {
    let text = match source {
        Source::File(path, _) | Source::Run(path) => path.display().to_string(),
        other => other.to_string(),
    };
    text.replace(char::is_control, "?")
}
