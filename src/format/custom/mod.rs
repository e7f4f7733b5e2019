//! Custom formats: a JSON file that names the fields of a sample.

mod definition;
mod json_schema;
mod limits;
mod unique;

use crate::text_file;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use serde_json::error::Category;

use self::unique::Unique;
use super::Format;

/// A custom format file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CustomFormatError {
    /// There is no such file.
    #[error("custom format file `{}` was not found", .0.display())]
    NotFound(PathBuf),
    /// It could not be read.
    #[error("cannot read custom format file `{}`: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// It is not JSON.
    #[error("custom format file `{}` is not valid JSON: {source}", .path.display())]
    NotJson {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// It is JSON of another shape.
    #[error("custom format file `{}`: {problem}", .path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The field and what was expected of it.
        problem: String,
    },
}

/// Reads the custom format in the file at `path`.
///
/// # Errors
///
/// The file cannot be read, or breaks a rule of the custom format definition.
pub fn load(path: &Path) -> Result<Format, CustomFormatError> {
    let text = text_file::read(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => CustomFormatError::NotFound(path.to_owned()),
        _ => CustomFormatError::Unreadable {
            path: path.to_owned(),
            source,
        },
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let invalid = |problem| CustomFormatError::Invalid {
        path: path.to_owned(),
        problem,
    };
    let Unique(definition) =
        serde_json::from_str(text).map_err(|source| match source.classify() {
            Category::Data => invalid(source.to_string()),
            _ => CustomFormatError::NotJson {
                path: path.to_owned(),
                source,
            },
        })?;
    let file_stem = path.file_stem().unwrap_or_default().to_string_lossy();
    format(&definition, &file_stem).map_err(invalid)
}

/// The format that `definition` defines, in our words or as a JSON Schema.
fn format(definition: &Value, file_stem: &str) -> Result<Format, String> {
    match definition {
        Value::Object(schema) if json_schema::is_schema(schema) => {
            definition::parse(&json_schema::definition(schema)?, file_stem)
        }
        definition => definition::parse(definition, file_stem),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
