//! A file that gets its final name only when it is whole.
//!
//! Takes bytes; what a row is, the writers know.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::WriteError;
use super::names::folder_of;

/// Bytes that writers collect before they trouble the operating system.
pub(super) const BUFFER_BYTES: usize = 64 * 1024;

/// What takes the bytes: a file, or in tests a disk that is full.
pub(super) trait Storage: Write + Send {
    /// Cuts everything after the first `length_bytes` bytes off.
    fn cut(&mut self, length_bytes: u64) -> io::Result<()>;

    /// Waits until the bytes would survive a power cut.
    fn sync(&mut self) -> io::Result<()>;
}

impl Storage for File {
    fn cut(&mut self, length_bytes: u64) -> io::Result<()> {
        self.set_len(length_bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

/// A file on the way to its final name.
///
/// [`flush`](Write::flush) is called between rows, never within one: what was
/// written before the last one is what is kept after a failed write. A file
/// that failed once swallows what comes later, so that a buffer above it that
/// empties itself when dropped leaves no half row.
pub(super) struct OutputFile {
    storage: Box<dyn Storage>,
    path: PathBuf,
    target: PathBuf,
    naming: Naming,
    written_bytes: u64,
    /// Bytes before the last flush, and before the one before it. In cells,
    /// because `csv` hands out no mutable borrow of what it writes to.
    whole_bytes: Cell<u64>,
    whole_bytes_before: Cell<u64>,
    failed: Cell<bool>,
}

/// When and how a file gets its final name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Naming {
    /// With its first whole row, not at the end.
    pub(super) early: bool,
    /// In the place of a file that has the name already.
    pub(super) replace: bool,
}

impl Naming {
    /// At the end, in the place of any other.
    pub(super) const AT_THE_END: Self = Self {
        early: false,
        replace: true,
    };
}

impl OutputFile {
    /// An empty file at `path` that will be called `target`.
    pub(super) fn create(path: &Path, target: &Path, naming: Naming) -> Result<Self, WriteError> {
        let file = File::create(path).map_err(|source| WriteError::at(path, source))?;
        Ok(Self {
            naming,
            ..Self::on(Box::new(file), path, target)
        })
    }

    /// As [`create`](Self::create), with the bytes going to `storage` and a name
    /// at the end.
    pub(super) fn on(storage: Box<dyn Storage>, path: &Path, target: &Path) -> Self {
        Self {
            storage,
            path: path.to_owned(),
            target: target.to_owned(),
            naming: Naming::AT_THE_END,
            written_bytes: 0,
            whole_bytes: Cell::default(),
            whole_bytes_before: Cell::default(),
            failed: Cell::default(),
        }
    }

    /// Where the bytes are now.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// An error of this file.
    pub(super) fn error(&self, source: impl Into<io::Error>) -> WriteError {
        WriteError::at(&self.path, source)
    }

    /// Gives the file its final name once its bytes are safe; returns that name.
    pub(super) fn finish(&mut self) -> Result<PathBuf, WriteError> {
        self.settle().map_err(|source| self.error(source))?;
        self.take_name()
            .map_err(|source| WriteError::at(&self.target, source))?;
        if !self.target.exists() {
            // Somebody has removed it since it got its name.
            return Err(WriteError::at(&self.target, ErrorKind::NotFound));
        }
        sync_folder(folder_of(&self.target));
        Ok(self.target.clone())
    }

    /// Forgets what came between the last two flushes; takes nothing more.
    pub(super) fn take_back(&self) {
        self.whole_bytes.set(self.whole_bytes_before.get());
        self.failed.set(true);
    }

    fn take_name(&mut self) -> io::Result<()> {
        if self.path == self.target {
            return Ok(());
        }
        if self.naming.replace {
            fs::rename(&self.path, &self.target)?;
        } else {
            rename_to_new(&self.path, &self.target)?;
        }
        self.path.clone_from(&self.target);
        Ok(())
    }

    /// Removes the file.
    pub(super) fn discard(&self) -> Result<(), WriteError> {
        fs::remove_file(&self.path).map_err(|source| self.error(source))
    }

    fn settle(&mut self) -> io::Result<()> {
        if self.failed.get() {
            self.storage.cut(self.whole_bytes.get())?;
        }
        self.storage.sync()
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.failed.get() {
            let written = self.storage.write_all(bytes);
            self.failed.set(written.is_err());
            written?;
            self.written_bytes += bytes.len() as u64;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed.get() {
            return Ok(());
        }
        self.whole_bytes_before.set(self.whole_bytes.get());
        self.whole_bytes.set(self.written_bytes);
        if self.naming.early && self.written_bytes > 0 {
            self.take_name()?;
        }
        Ok(())
    }
}

/// Renames `path` to `target` unless there is a `target`.
fn rename_to_new(path: &Path, target: &Path) -> io::Result<()> {
    match fs::hard_link(path, target) {
        Ok(()) => fs::remove_file(path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        // The file system has no links.
        Err(_) if target.symlink_metadata().is_ok() => Err(ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(path, target),
    }
}

/// Makes the names in `folder` survive a power cut, where that can be asked for.
fn sync_folder(folder: &Path) {
    // The file itself is safe and has its name; some file systems refuse to
    // sync folders, which must not turn a finished file into a failed one.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::FullDisk;

    #[test]
    fn a_file_has_its_final_name_only_when_finished() {
        let folder = tempfile::tempdir().expect("a folder");
        let (part, target) = (folder.path().join("a.part"), folder.path().join("a"));
        let mut file = OutputFile::create(&part, &target, Naming::AT_THE_END).expect("created");
        file.write_all(b"row\n").expect("written");
        assert!(!target.exists());

        assert_eq!(file.finish().expect("finished"), target);
        assert!(!part.exists());
        assert_eq!(fs::read(&target).expect("read"), b"row\n");
    }

    #[test]
    fn after_a_failed_write_the_whole_rows_remain() {
        let folder = tempfile::tempdir().expect("a folder");
        let (part, target) = (folder.path().join("a.part"), folder.path().join("a"));
        let mut file = OutputFile::on(FullDisk::after(10, &part), &part, &target);
        file.write_all(b"row 1\n").expect("there is room");
        file.flush().expect("nothing to do");
        let error = file.write_all(b"row 2\n").expect_err("the disk is full");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&part).expect("read"), b"row 1\nrow ");
        file.write_all(b"late").expect("swallowed");
        file.flush().expect("nothing to do");

        file.finish().expect("finished");
        assert_eq!(fs::read(&target).expect("read"), b"row 1\n");
    }

    #[test]
    fn a_failed_rename_names_the_target() {
        let folder = tempfile::tempdir().expect("a folder");
        let (part, target) = (folder.path().join("a.part"), folder.path().join("no/a"));
        let mut file = OutputFile::create(&part, &target, Naming::AT_THE_END).expect("created");
        let error = file.finish().expect_err("there is no such folder");
        assert_eq!(error.path, target);
    }
}
