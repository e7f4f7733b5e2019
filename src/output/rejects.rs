//! Examples of what was not taken, one JSON object a line, for a person to look
//! at.
//!
//! No data: it is bounded, nothing is read from it but how full it is, and
//! what goes wrong with it is told once and ends nothing.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk::{self, File};
use super::{Origin, WriteError};

/// Most examples of one reason, and of all.
const MOST_OF_A_REASON: u32 = 20;
const MOST: u32 = 2_000;

/// Most bytes of an item; a longer one is cut.
const MOST_BYTES: usize = 16 * 1024;

/// The examples of a run.
pub struct Rejects {
    path: PathBuf,
    /// Opened with the first example.
    file: Option<File>,
    has_failed: bool,
    all: u32,
    by_reason: HashMap<String, u32>,
}

/// One line.
#[derive(Serialize)]
struct Line<'a> {
    reason: &'a str,
    item: serde_json::Value,
    #[serde(flatten)]
    origin: Option<&'a Origin>,
}

/// What is read of a line.
#[derive(Deserialize)]
struct Reason {
    reason: String,
}

impl Rejects {
    /// No examples, to be written to `path` in the place of any others.
    pub(super) fn begin(path: PathBuf) -> Self {
        let mut rejects = Self::empty(path);
        if rejects.path.symlink_metadata().is_ok() {
            let removed = disk::remove(&rejects.path);
            rejects.checked(removed);
        }
        rejects
    }

    /// The examples at `path`, to be followed by others; a line that is torn is
    /// cut off.
    pub(super) fn resume(path: PathBuf) -> Self {
        let mut rejects = Self::empty(path);
        let read = rejects.read();
        rejects.checked(read);
        rejects
    }

    fn empty(path: PathBuf) -> Self {
        Self {
            path,
            file: None,
            has_failed: false,
            all: 0,
            by_reason: HashMap::new(),
        }
    }

    /// Whether an item that was not taken for `reason` is wanted.
    #[must_use]
    pub fn want(&self, reason: &str) -> bool {
        let of_reason = self.by_reason.get(reason).copied().unwrap_or_default();
        !self.has_failed && self.all < MOST && of_reason < MOST_OF_A_REASON
    }

    /// Takes `item`, which was not taken for `reason`, if it is wanted.
    pub fn take(&mut self, reason: &str, item: &impl Serialize, origin: Option<&Origin>) {
        if self.want(reason) {
            let line = Line {
                reason,
                item: cut(item),
                origin,
            };
            let line = serde_json::to_string(&line).expect("texts and numbers");
            self.count(reason.to_owned());
            let written = self.write(&(line + "\n"));
            self.checked(written);
        }
    }

    /// The file, if it holds something.
    pub(super) fn path(&self) -> Option<&Path> {
        (self.all > 0 && self.path.is_file()).then_some(&self.path)
    }

    fn count(&mut self, reason: String) {
        self.all += 1;
        *self.by_reason.entry(reason).or_default() += 1;
    }

    fn write(&mut self, line: &str) -> Result<(), WriteError> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(File::append_to(&self.path)?),
        };
        let written = file.write_all(line.as_bytes());
        written.map_err(|source| WriteError::at(&self.path, source))
    }

    /// Counts the whole lines, and cuts off what follows.
    fn read(&mut self) -> Result<(), WriteError> {
        let error = |source: io::Error| WriteError::at(&self.path, source);
        let size_bytes = match fs::metadata(&self.path) {
            Ok(metadata) => metadata.len(),
            Err(_) => return Ok(()),
        };
        let mut lines = BufReader::new(disk::open(&self.path).map_err(error)?);
        let mut whole_bytes = 0;
        let mut reasons = Vec::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            lines.read_until(b'\n', &mut line).map_err(error)?;
            if !line.ends_with(b"\n") {
                break;
            }
            whole_bytes += line.len() as u64;
            let reason = serde_json::from_slice::<Reason>(&line);
            reasons.push(reason.map_or_else(|_| String::new(), |line| line.reason));
        }
        if whole_bytes < size_bytes {
            let file = File::append_to(&self.path)?;
            file.cut(whole_bytes).map_err(error)?;
        }
        for reason in reasons {
            self.count(reason);
        }
        Ok(())
    }

    /// Tells the first error, and takes nothing more after it.
    fn checked(&mut self, result: Result<(), WriteError>) {
        if let Err(error) = result {
            tracing::warn!("{error}; no further examples of what is rejected are kept");
            self.has_failed = true;
        }
    }
}

/// `item` as it is, or the beginning of its JSON as a text if that is long.
fn cut(item: &impl Serialize) -> serde_json::Value {
    let json = serde_json::to_string(item).expect("keys are texts");
    if json.len() > MOST_BYTES {
        let mut ends = (0..=MOST_BYTES).rev();
        let end = ends.find(|end| json.is_char_boundary(*end));
        return format!("{}…", &json[..end.unwrap_or_default()]).into();
    }
    serde_json::to_value(item).expect("keys are texts")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tempfile::TempDir;

    use super::*;
    use crate::output::faults::{full_after, with_plan};

    fn folder() -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rejects.jsonl");
        (folder, path)
    }

    fn lines(path: &Path) -> Vec<Value> {
        let text = fs::read_to_string(path).expect("a text file");
        let lines = text.lines();
        lines
            .map(|line| serde_json::from_str(line).expect("a whole line"))
            .collect()
    }

    #[test]
    fn a_line_has_the_reason_the_item_and_its_origin() {
        let (_folder, path) = folder();
        let mut rejects = Rejects::begin(path.clone());
        assert_eq!(rejects.path(), None);
        let origin = Origin {
            model: Some("m".into()),
            request: 3,
            ..Origin::default()
        };
        rejects.take("answer: blank", &json!({"answer": ""}), Some(&origin));
        assert_eq!(
            fs::read_to_string(&path).expect("a text file"),
            "{\"reason\":\"answer: blank\",\"item\":{\"answer\":\"\"},\"model\":\"m\",\"request\":3}\n"
        );
        assert_eq!(rejects.path(), Some(&*path));
    }

    #[test]
    fn few_of_each_reason_and_not_many_of_all_are_kept_across_resumptions() {
        let (_folder, path) = folder();
        let mut rejects = Rejects::begin(path.clone());
        for number in 0..30 {
            rejects.take("duplicate", &json!(number), None);
        }
        assert_eq!(lines(&path).len(), 20);
        let mut rejects = Rejects::resume(path.clone());
        assert!(!rejects.want("duplicate") && rejects.want("another"));
        for number in 0..3000 {
            rejects.take(&format!("reason {number}"), &json!(number), None);
        }
        assert_eq!(lines(&path).len(), 2000);
    }

    #[test]
    fn a_torn_line_is_cut_off() {
        let (_folder, path) = folder();
        let whole = "{\"reason\":\"a\",\"item\":1}\nnot JSON\n";
        fs::write(&path, format!("{whole}{{\"reason\":\"b\",\"it")).expect("written");
        let mut rejects = Rejects::resume(path.clone());
        assert_eq!(fs::read_to_string(&path).expect("a text file"), whole);
        assert_eq!(rejects.all, 2);
        rejects.take("c", &json!(2), None);
        let text = fs::read_to_string(&path).expect("a text file");
        assert_eq!(text, format!("{whole}{{\"reason\":\"c\",\"item\":2}}\n"));
    }

    #[test]
    fn what_an_earlier_run_left_is_gone_when_another_begins() {
        let (_folder, path) = folder();
        fs::write(&path, "{\"reason\":\"a\",\"item\":1}\n").expect("written");
        assert!(Rejects::begin(path.clone()).path().is_none() && !path.exists());
    }

    #[test]
    fn a_long_item_is_cut() {
        let (_folder, path) = folder();
        let mut rejects = Rejects::begin(path.clone());
        rejects.take(
            "answer: loops",
            &json!({"answer": "ä".repeat(20_000)}),
            None,
        );
        let line = &lines(&path)[0];
        let item = line["item"].as_str().expect("a text");
        assert!(item.starts_with("{\"answer\":\"ää") && item.ends_with("ä…"));
        assert!(item.len() <= MOST_BYTES + 3);
    }

    #[test]
    fn a_full_disk_ends_the_examples_and_nothing_else() {
        let (_folder, path) = folder();
        let mut rejects = Rejects::begin(path.clone());
        let ((), log) = with_plan(full_after(30, "rejects.jsonl"), || {
            rejects.take("a", &json!("first"), None);
            rejects.take("a", &json!("second"), None);
            rejects.take("a", &json!("third"), None);
        });
        assert!(!rejects.want("a"));
        // One creation, the line that fits, the one that does not.
        assert!(log.len() <= 5, "{log:?}");
        let mut rejects = Rejects::resume(path.clone());
        rejects.take("a", &json!("fourth"), None);
        assert_eq!(lines(&path).last().expect("a line")["item"], "fourth");
    }
}
