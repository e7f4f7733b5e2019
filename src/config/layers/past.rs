//! The settings of an earlier run, from its manifest.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::cli::{Flag, Setting, Source};
use crate::text_file;

use super::is_decided;
use super::place::{Raw, SettingError, setting};

/// An earlier run.
pub(super) struct PastRun {
    pub(super) settings: Vec<Setting>,
    /// The version of sdgen that made it, if it is not this one.
    pub(super) version: Option<String>,
}

/// The settings of the run that the manifest at `path` describes, to be repeated,
/// or gone on with, as `typed` says.
///
/// # Errors
///
/// It is no manifest, or the run cannot be repeated.
pub(super) fn settings(
    path: &Path,
    flags: &[Flag],
    typed: &[Setting],
) -> Result<PastRun, SettingError> {
    let source = Source::Run(path.to_owned());
    let wrong = |problem: String, hint| SettingError {
        hint,
        ..SettingError::at(&source, problem)
    };
    let text = text_file::read(path).map_err(|error| wrong(error.to_string(), None))?;
    let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
    let Some(version) = manifest["sdgen_version"].as_str() else {
        let hint = Some("the manifest of a run is .sdgen/*.run.json beside its outputs");
        return Err(wrong("is no manifest of a run".to_owned(), hint));
    };
    let Some(arguments) = manifest["arguments"].as_object() else {
        let problem = format!("sdgen {version}, which made the run, kept no arguments");
        return Err(wrong(problem, Some("give its arguments anew")));
    };
    let mut withheld = manifest["withheld"].as_object().into_iter().flatten();
    if let Some((name, reason)) = withheld.find(|(name, _)| !is_decided(typed, name)) {
        let reason = reason.as_str().unwrap_or_default();
        let problem = format!("the run cannot be repeated: its --{name} {reason}");
        return Err(wrong(problem, Some("give that flag beside --from")));
    }
    let mut arguments = arguments.clone();
    if !is_decided(typed, "resume") && manifest["seed"].is_u64() {
        arguments.insert("seed".to_owned(), manifest["seed"].clone());
    }
    Ok(PastRun {
        settings: taken(&arguments, &source, flags)?,
        version: Some(version.to_owned()).filter(|it| it != env!("CARGO_PKG_VERSION")),
    })
}

/// A document of an earlier run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PastDocument {
    /// As far as it is Unicode.
    pub path: String,
    /// Digest of its text, or of its pages if the model saw them.
    pub text_sha256: String,
}

/// The documents of the run that `settings` repeat; none if other ones are to be
/// read, or in another way, or if the run goes on.
pub(in crate::config) fn documents(settings: &[Setting]) -> Vec<PastDocument> {
    const DECISIVE: [&str; 3] = ["native-pdf", "pdf-engine", "resume"];
    let is_typed = |it: &Setting| it.source == Source::CommandLine;
    let paths = settings.iter().find(|it| it.name == "documents");
    let Some(Source::Run(manifest)) = paths.map(|paths| &paths.source) else {
        return Vec::new();
    };
    let mut typed = settings.iter().filter(|it| is_typed(it));
    if typed.any(|it| DECISIVE.contains(&&*it.name)) {
        return Vec::new();
    }
    let text = text_file::read(manifest).unwrap_or_default();
    let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
    Vec::deserialize(&manifest["documents"]).unwrap_or_default()
}

fn taken(
    arguments: &Map<String, Value>,
    source: &Source,
    flags: &[Flag],
) -> Result<Vec<Setting>, SettingError> {
    let settings = arguments.iter().map(|(name, value)| {
        let raw = match value {
            Value::Bool(value) => Raw::Bool(*value),
            Value::Array(items) => Raw::List(items.iter().map(text).collect()),
            other => Raw::Text(text(other)),
        };
        setting(name, raw, source, flags)
    });
    settings.collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
