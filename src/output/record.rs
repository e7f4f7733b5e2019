//! The lines of a journal: each is JSON, and ends with a checksum of itself.
//!
//! ```text
//! {"header":…,"journal":1,"crc32":"89abcdef"}
//! {"request":…,"origin":{…},"samples":[{…},…],"crc32":"…"}
//! {"request":…,"kept":4,"samples":[],"crc32":"…"}
//! {"end":{"complete":true,"samples":9,"files":[{"file":"…","bytes":9,"crc32":"…"}]},"crc32":"…"}
//! ```
//!
//! What they mean together, [`Past`](super::Past) knows.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Take};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::file::FinishedFile;
use super::{Origin, Row, disk};

/// The version of the lines.
pub(super) const VERSION: u64 = 1;

/// A line that can be read; its parts say what it is.
#[derive(Debug, Deserialize)]
#[serde(bound = "S: DeserializeOwned")]
pub(super) struct Record<S> {
    /// The version, in the first line.
    pub(super) journal: Option<u64>,
    /// What the run is, in the first line.
    #[serde(default)]
    pub(super) header: Value,
    /// What is to be known of the request that brought the samples.
    #[serde(default)]
    pub(super) request: Value,
    /// Where its samples come from.
    pub(super) origin: Option<Origin>,
    /// The samples of a request.
    pub(super) samples: Option<Vec<S>>,
    /// Samples that the request holds itself, for a later line.
    #[serde(default)]
    pub(super) kept: u64,
    /// The files, when they were finished.
    pub(super) end: Option<End>,
}

/// The files of a run that ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct End {
    /// Whether there may be files that are not listed: some are about to be
    /// replaced, or failed when they were.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) replacing: bool,
    /// Whether nothing is left to do.
    pub(super) complete: bool,
    /// Samples in the lines before this one.
    pub(super) samples: u64,
    /// Whether the files have columns with the origin of their rows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) with_metadata: bool,
    /// The shape of their rows, if it is not that of the samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) shape: Option<String>,
    /// Samples that are not in them because they could not be converted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) not_converted: BTreeMap<String, u64>,
    /// The files that were finished; none is as an earlier end said.
    pub(super) files: Vec<ListedFile>,
    /// The file that tells the origin of their rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sources: Option<ListedFile>,
}

/// A finished file, as the journal lists it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ListedFile {
    /// Its name in the folder of the files.
    pub(super) file: String,
    /// Its length.
    pub(super) bytes: u64,
    /// Its checksum, eight hexadecimal digits.
    pub(super) crc32: String,
}

impl End {
    /// The file at `target`, if it is one of those that were finished.
    pub(super) fn listed(&self, target: &Path) -> Option<&ListedFile> {
        let name = file_name(target);
        self.files.iter().find(|file| file.file == name)
    }

    pub(super) fn lists(&self, target: &Path) -> bool {
        self.listed(target).is_some()
    }
}

impl From<&FinishedFile> for ListedFile {
    fn from(file: &FinishedFile) -> Self {
        Self {
            file: file_name(&file.path),
            bytes: file.bytes,
            crc32: format!("{:08x}", file.crc32),
        }
    }
}

/// The name of `path` in its folder.
fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The first line of a journal.
pub(super) fn header_line(header: &impl Serialize) -> serde_json::Result<String> {
    let header = serde_json::to_string(header)?;
    Ok(sealed(format!(
        "{{\"header\":{header},\"journal\":{VERSION}"
    )))
}

/// The line of one request.
pub(super) fn samples_line(
    note: &impl Serialize,
    origin: Option<&Origin>,
    rows: &[Row<'_>],
) -> serde_json::Result<String> {
    let note = serde_json::to_string(note)?;
    let origin = match origin {
        Some(origin) => format!("\"origin\":{},", serde_json::to_string(origin)?),
        None => String::new(),
    };
    let samples: Vec<_> = rows.iter().map(|row| row.json.as_str()).collect();
    Ok(sealed(format!(
        "{{\"request\":{note},{origin}\"samples\":[{}]",
        samples.join(",")
    )))
}

/// The line of a request that holds its samples in what `note` says.
pub(super) fn kept_line(note: &impl Serialize, samples: usize) -> serde_json::Result<String> {
    let note = serde_json::to_string(note)?;
    Ok(sealed(format!(
        "{{\"request\":{note},\"kept\":{samples},\"samples\":[]"
    )))
}

/// The line that says how the files were finished.
pub(super) fn end_line(end: &End) -> serde_json::Result<String> {
    Ok(sealed(format!("{{\"end\":{}", serde_json::to_string(end)?)))
}

fn sealed(object: String) -> String {
    let seal = seal(object.as_bytes());
    object + &seal + "\n"
}

/// The rest of an object that begins with `object`: its checksum.
fn seal(object: &[u8]) -> String {
    format!(",\"crc32\":\"{:08x}\"}}", crc32fast::hash(object))
}

/// Bytes of every [`seal`].
const SEAL_BYTES: usize = r#","crc32":"89abcdef"}"#.len();

/// The lines of a journal, one after the other.
pub(super) struct Records {
    file: BufReader<Take<File>>,
    line: Vec<u8>,
    /// Bytes of the lines so far.
    pub(super) read_bytes: u64,
}

impl Records {
    /// The lines in the first `length_bytes` bytes at `path`; `None` if there
    /// is no file.
    pub(super) fn open(path: &Path, length_bytes: u64) -> io::Result<Option<Self>> {
        let file = match disk::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        Ok(Some(Self {
            file: BufReader::new(file.take(length_bytes)),
            line: Vec::new(),
            read_bytes: 0,
        }))
    }

    /// Reads the next line; false at the end.
    pub(super) fn advance(&mut self) -> io::Result<bool> {
        self.line.clear();
        let read_bytes = self.file.read_until(b'\n', &mut self.line)?;
        self.read_bytes += read_bytes as u64;
        Ok(read_bytes > 0)
    }

    /// The line that was read, its samples as `S`; `None` if it is torn, or not
    /// what was written.
    pub(super) fn record<S: DeserializeOwned>(&self) -> Option<Record<S>> {
        parse(&self.line)
    }
}

/// `line` as a record, if it is just as it was written.
fn parse<S: DeserializeOwned>(line: &[u8]) -> Option<Record<S>> {
    let line = line.strip_suffix(b"\n")?;
    let (object, end) = line.split_at_checked(line.len().checked_sub(SEAL_BYTES)?)?;
    let is_sealed = end == seal(object).as_bytes();
    is_sealed
        .then(|| serde_json::from_slice(line).ok())
        .flatten()
}
