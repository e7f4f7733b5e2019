//! A file that gets its final name only when it is whole.
//!
//! Takes bytes; what a row is, the writers know.

use std::cell::Cell;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crc32fast::Hasher;

use super::WriteError;
use super::disk::{self, File};

/// Bytes that writers collect before they trouble the operating system.
pub(super) const BUFFER_BYTES: usize = 64 * 1024;

/// A file on the way to its final name.
///
/// [`flush`](Write::flush) is called between rows, never within one: what was
/// written before the last one is what is kept after a failed write. A file
/// that failed once swallows what comes later, so that a buffer above it that
/// empties itself when dropped leaves no half row.
pub(super) struct OutputFile {
    file: File,
    part: PathBuf,
    target: PathBuf,
    older: Older,
    written: Extent,
    // In cells, because `csv` hands out no mutable borrow of what it writes to.
    /// What was there at the last flush, and at the one before it.
    whole: Cell<Extent>,
    whole_before: Cell<Extent>,
    has_failed: Cell<bool>,
    is_named: Cell<bool>,
}

/// What becomes of a file that has the final name already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Older {
    /// It stays, and the new one does not get the name.
    Kept,
    /// The new one takes its place.
    Replaced,
}

/// Length and checksum of what is in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) bytes: u64,
    pub(super) crc32: u32,
}

impl Extent {
    /// As it is with `bytes` at the end.
    pub(super) fn with(self, bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new_with_initial(self.crc32);
        hasher.update(bytes);
        Self {
            bytes: self.bytes + bytes.len() as u64,
            crc32: hasher.finalize(),
        }
    }
}

/// A file that is whole and has its final name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedFile {
    /// The final name.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// CRC-32 (as in zip) of all its bytes.
    pub crc32: u32,
}

impl OutputFile {
    /// An empty file at `part` that will be called `target`.
    pub(super) fn create(part: &Path, target: &Path, older: Older) -> Result<Self, WriteError> {
        Ok(Self {
            file: File::create(part)?,
            part: part.to_owned(),
            target: target.to_owned(),
            older,
            written: Extent::default(),
            whole: Cell::default(),
            whole_before: Cell::default(),
            has_failed: Cell::default(),
            is_named: Cell::new(part == target),
        })
    }

    /// Keeps others from taking the file for one that nobody writes, where the
    /// file system has locks.
    pub(super) fn lock(&self) {
        self.file.try_lock().ok();
    }

    /// Where the bytes are now.
    pub(super) fn path(&self) -> &Path {
        match self.is_named.get() {
            true => &self.target,
            false => &self.part,
        }
    }

    /// An error of this file.
    pub(super) fn error(&self, source: impl Into<io::Error>) -> WriteError {
        WriteError::at(self.path(), source)
    }

    /// Forgets what came between the last two flushes; takes nothing more.
    pub(super) fn take_back(&self) {
        self.whole.set(self.whole_before.get());
        self.has_failed.set(true);
    }

    /// Gives the file its final name once its bytes are safe; it may grow on.
    pub(super) fn take_name(&self) -> Result<(), WriteError> {
        self.file.sync().map_err(|source| self.error(source))?;
        if self.is_named.get() {
            return Ok(());
        }
        match self.older {
            Older::Kept => disk::rename_to_new(&self.part, &self.target)?,
            Older::Replaced => disk::rename(&self.part, &self.target)?,
        }
        self.is_named.set(true);
        Ok(())
    }

    /// Ends the file and gives it its final name.
    pub(super) fn finish(&self) -> Result<FinishedFile, WriteError> {
        let mut extent = self.written;
        if self.has_failed.get() {
            extent = self.whole.get();
            self.file
                .cut(extent.bytes)
                .map_err(|source| self.error(source))?;
        }
        self.take_name()?;
        if !self.target.exists() {
            // Somebody has removed it since it got its name.
            return Err(WriteError::at(&self.target, ErrorKind::NotFound));
        }
        Ok(FinishedFile {
            path: self.target.clone(),
            bytes: extent.bytes,
            crc32: extent.crc32,
        })
    }

    /// Removes the file.
    pub(super) fn discard(&self) -> Result<(), WriteError> {
        disk::remove(self.path())
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.has_failed.get() {
            let written = self.file.write_all(bytes);
            self.has_failed.set(written.is_err());
            written?;
            self.written = self.written.with(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.has_failed.get() {
            self.whole_before.set(self.whole.get());
            self.whole.set(self.written);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::output::faults::{full_after, with_plan};

    #[test]
    fn a_file_has_its_final_name_only_when_finished() {
        let folder = tempfile::tempdir().expect("a folder");
        let (part, target) = (folder.path().join("a.part"), folder.path().join("a"));
        let mut file = OutputFile::create(&part, &target, Older::Replaced).expect("created");
        file.write_all(b"1234").expect("written");
        file.write_all(b"56789").expect("written");
        assert!(!target.exists());

        let finished = FinishedFile {
            path: target.clone(),
            bytes: 9,
            // The check value of CRC-32.
            crc32: 0xcbf4_3926,
        };
        assert_eq!(file.finish().expect("finished"), finished);
        assert!(!part.exists());
        assert_eq!(fs::read(&target).expect("read"), b"123456789");
    }

    #[test]
    fn after_a_failed_write_the_whole_rows_remain() {
        let folder = tempfile::tempdir().expect("a folder");
        let (part, target) = (folder.path().join("a.part"), folder.path().join("a"));
        let mut file = OutputFile::create(&part, &target, Older::Replaced).expect("created");
        with_plan(full_after(10, "a.part"), || {
            file.write_all(b"row 1\n").expect("there is room");
            file.flush().expect("nothing to do");
            let error = file.write_all(b"row 2\n").expect_err("the disk is full");
            assert_eq!(error.kind(), io::ErrorKind::StorageFull);
            assert_eq!(fs::read(&part).expect("read"), b"row 1\nrow ");
            file.write_all(b"late").expect("swallowed");
            file.flush().expect("nothing to do");
        });

        let finished = file.finish().expect("finished");
        assert_eq!(fs::read(&target).expect("read"), b"row 1\n");
        assert_eq!(finished.bytes, 6);
        assert_eq!(finished.crc32, crc32fast::hash(b"row 1\n"));
    }

    #[test]
    fn a_failed_rename_names_the_target() {
        let folder = tempfile::tempdir().expect("a folder");
        let (part, target) = (folder.path().join("a.part"), folder.path().join("no/a"));
        let file = OutputFile::create(&part, &target, Older::Replaced).expect("created");
        let error = file.finish().expect_err("there is no such folder");
        assert_eq!(error.path, target);
    }
}
