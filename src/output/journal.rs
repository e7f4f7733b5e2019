//! Every batch of a run, as it was accepted.
//!
//! The first thing to be written of a batch, and the last to be lost: a line
//! is one write of whole samples. Reads no more of it than whether it matters.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::names::FileNames;
use super::{Row, WriteError};

/// The last line of a journal whose samples are all in finished files.
const DONE: &[u8] = b"{\"done\":true}\n";

/// The journal of a run.
pub(super) struct Journal {
    file: File,
    /// Where it is now; `target` from the first sample on, so that a run that
    /// brings nothing leaves the journal of an older one.
    path: PathBuf,
    target: PathBuf,
    whole_bytes: u64,
}

impl Journal {
    /// An empty journal at `path` that will be called `target`.
    pub(super) fn create(path: PathBuf, target: PathBuf) -> Result<Self, WriteError> {
        let failed = |source| WriteError::at(&path, source);
        // Appending, so that a line after one that was cut off leaves no hole.
        let file = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(failed)?;
        file.set_len(0).map_err(failed)?;
        Ok(Self {
            file,
            path,
            target,
            whole_bytes: 0,
        })
    }

    /// Writes one line with what `note` says of the request and its samples.
    ///
    /// A line that could not be written whole is not there at all.
    pub(super) fn append(
        &mut self,
        rows: &[Row<'_>],
        note: &impl Serialize,
    ) -> Result<(), WriteError> {
        let note = serde_json::to_string(note).map_err(|source| self.error(source))?;
        let samples: Vec<_> = rows.iter().map(|row| row.json.as_str()).collect();
        let line = format!(
            "{{\"request\":{note},\"samples\":[{}]}}\n",
            samples.join(",")
        );
        if let Err(source) = self.file.write_all(line.as_bytes()) {
            self.file.set_len(self.whole_bytes).ok();
            return Err(self.error(source));
        }
        self.whole_bytes += line.len() as u64;
        if !rows.is_empty() {
            self.take_name()?;
        }
        Ok(())
    }

    /// Waits until the journal would survive a power cut. If `is_done`, all of
    /// it is in finished files, and a last line says so.
    pub(super) fn finish(mut self, is_done: bool) -> Result<(), WriteError> {
        let written = match is_done {
            true => self.file.write_all(DONE),
            false => Ok(()),
        };
        written
            .and_then(|()| self.file.sync_all())
            .map_err(|source| self.error(source))?;
        if self.path != self.target && self.target.exists() {
            return fs::remove_file(&self.path).map_err(|source| self.error(source));
        }
        self.take_name()
    }

    fn take_name(&mut self) -> Result<(), WriteError> {
        if self.path != self.target {
            fs::rename(&self.path, &self.target)
                .map_err(|source| WriteError::at(&self.target, source))?;
            self.path.clone_from(&self.target);
        }
        Ok(())
    }

    fn error(&self, source: impl Into<io::Error>) -> WriteError {
        WriteError::at(&self.path, source)
    }
}

/// Gives the journal of an earlier run another name if it holds samples;
/// returns that name.
pub(super) fn set_aside(names: &FileNames) -> Result<Option<PathBuf>, WriteError> {
    let path = names.journal();
    let failed = |source| WriteError::at(&path, source);
    if !holds_samples(&path).map_err(failed)? {
        return Ok(None);
    }
    let mut number = 1;
    while names.kept_journal(number).exists() {
        number += 1;
    }
    let kept = names.kept_journal(number);
    fs::rename(&path, &kept).map_err(failed)?;
    Ok(Some(kept))
}

/// Whether there is a journal at `path` with samples that are in no finished
/// file.
fn holds_samples(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    let mut holds_samples = false;
    for line in BufReader::new(file).split(b'\n') {
        let line = line?;
        holds_samples = line != DONE.trim_ascii_end() && (holds_samples || has_samples(&line));
    }
    Ok(holds_samples)
}

fn has_samples(line: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct OldLine {
        samples: Vec<IgnoredAny>,
    }
    // What cannot be read, such as a torn line, may be someone's samples.
    serde_json::from_slice::<OldLine>(line).map_or(true, |line| !line.samples.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::output::testing::{text_fields, text_sample};

    #[test]
    fn a_line_is_a_request_with_its_samples() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal");
        fs::write(&path, "old\n").expect("written");
        let fields = text_fields(&["b", "a"]);
        let samples = [text_sample(&["1", "é\n"]), text_sample(&["2", ""])];
        let rows = samples.each_ref().map(|sample| Row::new(sample, &fields));
        let mut journal =
            Journal::create(folder.path().join("part"), path.clone()).expect("created");
        journal
            .append(&rows, &json!({"tokens": 7}))
            .expect("written");
        journal.append(&[], &"barren").expect("written");
        journal.finish(true).expect("finished");
        assert_eq!(
            fs::read_to_string(path).expect("UTF-8"),
            concat!(
                r#"{"request":{"tokens":7},"samples":[{"b":"1","a":"é\n"},{"b":"2","a":""}]}"#,
                "\n",
                r#"{"request":"barren","samples":[]}"#,
                "\n",
                r#"{"done":true}"#,
                "\n",
            )
        );
    }

    #[test]
    fn a_line_matters_if_it_has_samples_or_cannot_be_read() {
        assert!(has_samples(br#"{"request":1,"samples":[{"a":"b"}]}"#));
        assert!(has_samples(br#"{"request":1,"samples":[{"a":"#));
        assert!(!has_samples(br#"{"request":1,"samples":[]}"#));
    }
}
