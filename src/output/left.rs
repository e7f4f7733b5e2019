//! Files of conversions while they are written, and what is left of those that
//! were killed.

use std::fs;
use std::path::{Path, PathBuf};

use super::file::{Older, OutputFile};
use super::names::folder_of;
use super::{WriteError, disk, part_of};

/// An empty file that will be called `target`; what killed conversions have left
/// of theirs is removed.
pub(super) fn create(target: &Path, older: Older) -> Result<OutputFile, WriteError> {
    for part in parts(target) {
        // What cannot be removed is in nobody's way.
        remove_unless_locked(&part).ok();
    }
    let file = OutputFile::create(&part_of(target), target, older)?;
    file.lock();
    Ok(file)
}

/// Files that conversions to `target` write.
fn parts(target: &Path) -> Vec<PathBuf> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let is_part = |path: &PathBuf| {
        let part = path.file_name().unwrap_or_default().to_string_lossy();
        let process = part
            .strip_prefix(&*name)
            .and_then(|it| it.strip_prefix('.'));
        let process = process.and_then(|it| it.strip_suffix(".part"));
        process.is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let entries = fs::read_dir(folder_of(target)).into_iter().flatten();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.filter(is_part).collect()
}

/// The lock of a file ends with the process that writes it.
fn remove_unless_locked(part: &Path) -> Result<(), WriteError> {
    let file = disk::open(part).map_err(|source| WriteError::at(part, source))?;
    match file.try_lock() {
        Ok(()) => disk::remove(part),
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_dead_process_left_of_this_file_is_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for name in ["a.csv.1.part", "a.csv.x.part", "b.a.csv.1.part", "a.csv"] {
            fs::write(at(name), "").expect("written");
        }
        let busy = OutputFile::create(&at("a.csv.2.part"), &at("a.csv"), Older::Replaced);
        let busy = busy.expect("created");
        busy.lock();

        let file = create(&at("a.csv"), Older::Replaced).expect("created");
        let mut kept = ["a.csv.2.part", "a.csv.x.part", "b.a.csv.1.part"]
            .map(at)
            .to_vec();
        kept.extend([at("a.csv"), part_of(&at("a.csv"))]);
        let entries = fs::read_dir(folder.path()).expect("a folder");
        let mut found: Vec<_> = entries.map(|it| it.expect("an entry").path()).collect();
        kept.sort();
        found.sort();
        assert_eq!(found, kept);
        drop((busy, file));
    }
}
