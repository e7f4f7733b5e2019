//! The file system, as far as outputs change it.
//!
//! All that can fail is here in one place, so that tests can let it fail at
//! any point. When to sync what is up to the callers.

use std::fs::{self, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::WriteError;
#[cfg(test)]
use super::faults::permit;
use super::names::folder_of;

/// Permits `operation` and all of its `bytes`; in tests, not always.
#[cfg(not(test))]
#[expect(clippy::unnecessary_wraps, reason = "tests refuse some")]
fn permit(_operation: &str, _path: &Path, bytes: usize) -> io::Result<usize> {
    Ok(bytes)
}

/// Does `act` if it is permitted; an error names `path`.
fn attempt<T>(
    operation: &str,
    path: &Path,
    act: impl FnOnce() -> io::Result<T>,
) -> Result<T, WriteError> {
    permit(operation, path, 0)
        .and_then(|_| act())
        .map_err(|source| WriteError::at(path, source))
}

/// A file that is written.
#[derive(Debug)]
pub(super) struct File {
    file: fs::File,
    /// Its name when it was opened.
    path: PathBuf,
}

impl File {
    /// An empty file at `path`, in the place of any other; where a link leads is
    /// not touched.
    pub(super) fn create(path: &Path) -> Result<Self, WriteError> {
        if path.symlink_metadata().is_ok()
            && let Err(error) = remove(path)
            && error.source.kind() != ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut options = fs::File::options();
        Self::open(path, options.write(true).create_new(true))
    }

    /// The file at `path`, created if there is none; what is written follows what
    /// it holds.
    ///
    /// # Errors
    ///
    /// It cannot be opened, or is a link.
    pub(super) fn append_to(path: &Path) -> Result<Self, WriteError> {
        if path.is_symlink() {
            let problem = io::Error::other("it is a symbolic link");
            return Err(WriteError::at(path, problem));
        }
        // Windows neither locks nor cuts a file that is opened for appending.
        let mut options = fs::File::options();
        let options = options.write(true).create(true).truncate(false);
        let mut file = Self::open(path, options)?;
        let to_its_end = file.file.seek(SeekFrom::End(0));
        to_its_end.map_err(|error| WriteError::at(path, error))?;
        Ok(file)
    }

    fn open(path: &Path, options: &OpenOptions) -> Result<Self, WriteError> {
        attempt("create", path, || options.open(path)).map(|file| Self {
            file,
            path: path.to_owned(),
        })
    }

    /// Cuts everything after the first `length_bytes` bytes off; what is written
    /// next follows them.
    pub(super) fn cut(&self, length_bytes: u64) -> io::Result<()> {
        permit("cut", &self.path, 0)?;
        self.file.set_len(length_bytes)?;
        (&self.file).seek(SeekFrom::Start(length_bytes)).map(drop)
    }

    /// Waits until the bytes would survive a power cut.
    pub(super) fn sync(&self) -> io::Result<()> {
        permit("sync", &self.path, 0)?;
        self.file.sync_data()
    }

    /// Locks the file until it is dropped.
    pub(super) fn try_lock(&self) -> Result<(), TryLockError> {
        self.file.try_lock()
    }
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let permitted = permit("write", &self.path, bytes.len())?;
        self.file.write(&bytes[..permitted])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The file at `path`, to be read.
pub(super) fn open(path: &Path) -> io::Result<fs::File> {
    permit("open", path, 0)?;
    fs::File::open(path)
}

/// Creates `folder` and those that it lies in.
pub(super) fn create_folders(folder: &Path) -> Result<(), WriteError> {
    let is_new = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let new: Vec<_> = folder.ancestors().take_while(is_new).collect();
    attempt("create folder", folder, || fs::create_dir_all(folder))?;
    for folder in new {
        sync_folder(folder_of(folder));
    }
    Ok(())
}

/// Checks that files can be created in `folder`.
pub(super) fn probe(folder: &Path) -> Result<(), WriteError> {
    attempt("probe", folder, || {
        NamedTempFile::new_in(folder).and_then(NamedTempFile::close)
    })
}

/// Calls the file at `path` `target`, in the place of any other of that name.
pub(super) fn rename(path: &Path, target: &Path) -> Result<(), WriteError> {
    attempt("rename", target, || fs::rename(path, target))?;
    sync_folder(folder_of(target));
    Ok(())
}

/// Calls the file at `path` `target` unless there is a `target`.
pub(super) fn rename_to_new(path: &Path, target: &Path) -> Result<(), WriteError> {
    match attempt("link", target, || fs::hard_link(path, target)) {
        Ok(()) => {
            sync_folder(folder_of(target));
            // It has its name; that it keeps the older one harms nobody.
            remove(path).ok();
            Ok(())
        }
        Err(error) if error.source.kind() == ErrorKind::AlreadyExists => Err(error),
        // The file system has no links.
        Err(_) if target.symlink_metadata().is_ok() => {
            Err(WriteError::at(target, ErrorKind::AlreadyExists))
        }
        Err(_) => rename(path, target),
    }
}

/// Removes the file at `path`.
pub(super) fn remove(path: &Path) -> Result<(), WriteError> {
    attempt("remove", path, || fs::remove_file(path))
}

/// Makes the names in `folder` survive a power cut, where that can be asked for.
fn sync_folder(folder: &Path) {
    // The file itself is safe and has its name; some file systems refuse to
    // sync folders, which must not turn a finished file into a failed one.
    attempt("sync folder", folder, || {
        fs::File::open(folder).and_then(|folder| folder.sync_all())
    })
    .ok();
}
