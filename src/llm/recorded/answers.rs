//! The folder of answers.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::llm::{Completion, FinishReason, RateLimits, Usage};
use crate::text_file;

/// Why a folder of answers cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("folder of answers `{}`: {source}", .folder.display())]
pub struct RecordError {
    folder: PathBuf,
    source: io::Error,
}

/// A folder with a file for each answer.
#[derive(Debug)]
pub(super) struct Answers {
    folder: PathBuf,
}

/// An answer in its file. What it cost is told for its reader; it costs nothing
/// again.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    model: Option<String>,
    finish_reason: FinishReason,
    usage: Usage,
    text: String,
}

impl Answers {
    /// The folder, made if there is none.
    pub(super) fn keep(folder: PathBuf) -> Result<Self, RecordError> {
        match fs::create_dir_all(&folder) {
            Ok(()) => Ok(Self { folder }),
            Err(source) => Err(RecordError { folder, source }),
        }
    }

    /// The folder that is there.
    pub(super) fn of(folder: PathBuf) -> Result<Self, RecordError> {
        match fs::read_dir(&folder) {
            Ok(_) => Ok(Self { folder }),
            Err(source) => Err(RecordError { folder, source }),
        }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name).with_extension("json")
    }

    /// The answer `name`; `None` if there is none.
    pub(super) fn read(&self, name: &str) -> Result<Option<Completion>, String> {
        let text = match text_file::read(&self.path(name)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let kept: Kept = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        Ok(Some(Completion {
            text: kept.text,
            finish_reason: kept.finish_reason,
            usage: Usage::default(),
            model: kept.model,
            limits: RateLimits::default(),
            is_recorded: true,
        }))
    }

    /// Keeps an answer; half a file is never there.
    pub(super) fn write(&self, name: &str, completion: &Completion) -> io::Result<()> {
        let kept = Kept {
            model: completion.model.clone(),
            finish_reason: completion.finish_reason.clone(),
            usage: completion.usage,
            text: completion.text.clone(),
        };
        let json = serde_json::to_string_pretty(&kept)?;
        self.replace(&self.path(name), &(json + "\n"))
    }

    fn replace(&self, path: &Path, text: &str) -> io::Result<()> {
        let mut file = NamedTempFile::new_in(&self.folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(path).map(drop).map_err(|error| error.error)
    }
}
