//! Keeps two runs from writing the same files.
//!
//! The system's own file locks: they end with the process, however it ends.

use std::fs::{self, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process;

use super::disk::File;
use super::{OpenError, WriteError};

/// Takes the lock at `path`; it is held until the file is dropped.
///
/// The file stays behind, empty of meaning: were it removed, another run could
/// hold the lock of a file that has no name any more.
pub(super) fn take(path: &Path) -> Result<File, OpenError> {
    let failed = |source| OpenError::Write(WriteError::at(path, source));
    let mut file = File::append_to(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(in_use(path)),
        // Some network file systems have no locks, which is no reason to
        // refuse the run.
        Err(TryLockError::Error(source)) if source.kind() == ErrorKind::Unsupported => {}
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    sign(&mut file).map_err(failed)?;
    Ok(file)
}

/// Checks that nobody holds the lock at `path`, if there is one.
///
/// # Errors
///
/// Another run does.
pub(super) fn check(path: &Path) -> Result<(), OpenError> {
    // Why a file cannot be opened is told when it is taken.
    let held = fs::File::open(path).is_ok_and(|file| {
        let lock = file.try_lock_shared();
        matches!(lock, Err(TryLockError::WouldBlock))
    });
    match held {
        true => Err(in_use(path)),
        false => Ok(()),
    }
}

fn sign(file: &mut File) -> io::Result<()> {
    file.cut(0)?;
    file.write_all(format!("process {} on {}\n", process::id(), host()).as_bytes())
}

fn in_use(path: &Path) -> OpenError {
    let signature = fs::read_to_string(path).unwrap_or_default();
    let holder = match signature.trim_end() {
        // It has not come to signing yet, or nobody may read what is locked.
        "" => "another run",
        signature => signature,
    };
    OpenError::InUse {
        path: path.to_owned(),
        holder: holder.to_owned(),
    }
}

fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname")
        .or_else(|_| fs::read_to_string("/etc/hostname"));
    match name {
        Ok(name) => name.trim_end().to_owned(),
        Err(_) => "this host".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_by_one_and_names_its_holder() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let lock = take(&path).expect("free");

        let Err(OpenError::InUse { path: held, holder }) = take(&path) else {
            panic!("the lock was taken twice");
        };
        assert_eq!(held, path);
        assert!(matches!(check(&path), Err(OpenError::InUse { .. })));
        // Windows lets nobody read what is locked.
        if cfg!(unix) {
            assert_eq!(holder, format!("process {} on {}", process::id(), host()));
        }

        drop(lock);
        check(&path).expect("free");
        take(&path).expect("free again");
    }

    #[test]
    fn a_holder_that_has_not_signed_yet_is_another_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let file = File::append_to(&path).expect("a file");
        file.try_lock().expect("free");

        let Err(OpenError::InUse { holder, .. }) = take(&path) else {
            panic!("the lock was taken twice");
        };
        assert_eq!(holder, "another run");
    }

    #[test]
    fn a_signature_of_a_process_that_is_gone_locks_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        fs::write(&path, "process 1 on a host with a very long name\n").expect("written");
        take(&path).expect("free");
        assert_eq!(
            fs::read_to_string(path).expect("text"),
            format!("process {} on {}\n", process::id(), host())
        );
    }
}
