//! The parts of a zip archive, unpacked in memory and never past the limits.
//!
//! Believes no size that the archive states, and takes names for names: nothing
//! is written anywhere.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{Limits, Refusal, decode};

/// Unpacked bytes below which nobody asks how small they were.
const HARMLESS_BYTES: usize = 1 << 20;

/// Markup, most of an office document, is not text: what is unpacked may be
/// this many times the text that is allowed.
const MARKUP: usize = 4;

/// Bytes unpacked between two looks at the limits.
const PIECE_BYTES: usize = 64 << 10;

/// An archive that is open.
pub(super) struct Archive {
    zip: ZipArchive<Cursor<Vec<u8>>>,
    limits: Limits,
    packed: usize,
    unpacked: usize,
}

impl Archive {
    pub(super) fn open(content: Vec<u8>, limits: Limits) -> Result<Self, Refusal> {
        let packed = content.len();
        let zip = ZipArchive::new(Cursor::new(content)).map_err(|error| damaged(&error))?;
        if zip.len() > limits.entries {
            return Err(Refusal::TooManyEntries(limits.entries));
        }
        Ok(Self {
            zip,
            limits,
            packed,
            unpacked: 0,
        })
    }

    /// The text of an XML part, `None` if there is none of that name.
    pub(super) fn find(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        let Some(index) = self.zip.index_for_name(name) else {
            return Ok(None);
        };
        let content = self.unpack(index)?;
        decode::declared(content, decode::xml_charset).map(Some)
    }

    /// The text of an XML part that must be there.
    pub(super) fn part(&mut self, name: &str) -> Result<String, Refusal> {
        self.find(name)?
            .ok_or_else(|| Refusal::Malformed(format!("its part `{name}` is missing")))
    }

    /// The archive itself, after all of it was unpacked once, for a reader
    /// that has no limits of its own.
    pub(super) fn into_checked(mut self) -> Result<Vec<u8>, Refusal> {
        for index in 0..self.zip.len() {
            self.unpack(index)?;
        }
        Ok(self.zip.into_inner().into_inner())
    }

    fn unpack(&mut self, index: usize) -> Result<Vec<u8>, Refusal> {
        let mut file = self.zip.by_index(index).map_err(|error| damaged(&error))?;
        let packed = usize::try_from(file.compressed_size()).unwrap_or(usize::MAX);
        let most = most(packed.min(self.packed), self.limits);
        let most_in_all = most_in_all(self.packed, self.limits);
        let mut content = Vec::new();
        loop {
            let piece = (&mut file).take(PIECE_BYTES as u64);
            let read = { piece }
                .read_to_end(&mut content)
                .map_err(|error| Refusal::Malformed(format!("the archive is damaged: {error}")))?;
            self.unpacked += read;
            if content.len() > self.limits.text_bytes {
                return Err(Refusal::TooMuchText(self.limits.text_bytes));
            }
            if content.len() > most || self.unpacked > most_in_all {
                return Err(Refusal::Bomb(self.limits.ratio));
            }
            if read == 0 {
                return Ok(content);
            }
        }
    }
}

/// Bytes that `packed` bytes may become.
fn most(packed: usize, limits: Limits) -> usize {
    packed.saturating_mul(limits.ratio).max(HARMLESS_BYTES)
}

/// Bytes that all parts of an archive may become; parts can overlap.
fn most_in_all(packed: usize, limits: Limits) -> usize {
    let text_bytes = limits.text_bytes.saturating_mul(MARKUP);
    most(packed, limits).min(text_bytes)
}

fn damaged(error: &ZipError) -> Refusal {
    let message = error.to_string();
    match message.to_lowercase().contains("password") {
        true => Refusal::Encrypted,
        false => Refusal::Malformed(format!("the archive is damaged: {message}")),
    }
}

/// The name of the part that `target` means when it is said in `folder`.
pub(super) fn resolve(folder: &str, target: &str) -> String {
    let path = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}/{target}"),
    };
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    names.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_found_from_their_folder() {
        assert_eq!(resolve("ppt", "slides/slide1.xml"), "ppt/slides/slide1.xml");
        assert_eq!(resolve("ppt/slides", "../notes/a.xml"), "ppt/notes/a.xml");
        assert_eq!(resolve("ppt", "/ppt/./a.xml"), "ppt/a.xml");
        assert_eq!(resolve("", "../../../etc/passwd"), "etc/passwd");
    }
}
