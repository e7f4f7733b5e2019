//! The files of data that a report reads, and the runs that made them.

use std::io;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::generate::Step;
use crate::insight::{Account, Run};
use crate::output::{Beside, hub_files};

use super::data_report::ReportError;

/// What is read, each sample once.
pub(super) struct DataFiles {
    /// The files, in order.
    pub(super) files: Vec<PathBuf>,
    /// The runs that made them, each once, as far as they are known.
    pub(super) runs: Vec<Run>,
    /// What is not read, and why.
    pub(super) notes: Vec<String>,
}

/// A file, and the run that made it with the path of its manifest, if they are
/// known.
struct DataFile {
    path: PathBuf,
    maker: Option<(PathBuf, Run)>,
}

impl DataFiles {
    /// Those of `paths`, files and folders for the Hub, that are to be read.
    ///
    /// # Errors
    ///
    /// A folder holds no data, or what a run left beside a file cannot be read.
    pub(super) fn find(paths: &[PathBuf]) -> Result<Self, ReportError> {
        let paths = paths.iter().map(|path| in_folder(path));
        let paths = paths.collect::<Result<Vec<_>, _>>()?.concat();
        let (paths, notes) = without_copies(paths);
        let files = paths.into_iter().map(DataFile::find);
        let (files, further_notes) = without_repetitions(files.collect::<Result<_, _>>()?);
        let mut read = Vec::new();
        let mut runs: IndexMap<PathBuf, Run> = IndexMap::new();
        for DataFile { path, maker } in files {
            read.push(path);
            let Some((manifest, run)) = maker else {
                continue;
            };
            if let Some(known) = runs.get_mut(&manifest) {
                known.parts.extend(run.parts);
            } else {
                runs.insert(manifest, run);
            }
        }
        Ok(Self {
            files: read,
            runs: runs.into_values().collect(),
            notes: [notes, further_notes].concat(),
        })
    }
}

impl DataFile {
    fn find(path: PathBuf) -> Result<Self, ReportError> {
        match maker_of(&path) {
            Ok(maker) => Ok(Self { path, maker }),
            Err(source) => Err(ReportError::Beside { path, source }),
        }
    }

    /// Whether it is a part of what `other` holds.
    fn is_part_of(&self, other: &Self) -> bool {
        match (&self.maker, &other.maker) {
            (Some((one, part)), Some((other, whole))) => {
                one == other && !part.parts.is_empty() && whole.parts.is_empty()
            }
            _ => false,
        }
    }

    /// Whether it holds the same as `other`.
    fn is_copy_of(&self, other: &Self) -> bool {
        match (&self.maker, &other.maker) {
            (Some((one, this)), Some((other, that))) => one == other && this.parts == that.parts,
            _ => false,
        }
    }
}

/// The files of data at `path`, if it is a folder; or itself.
fn in_folder(path: &Path) -> Result<Vec<PathBuf>, ReportError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    match hub_files(path) {
        Ok(files) if !files.is_empty() => Ok(files),
        Ok(_) => Err(ReportError::Folder(path.to_owned())),
        Err(source) => Err(ReportError::Beside {
            path: path.to_owned(),
            source,
        }),
    }
}

/// The files without those that hold the data of an earlier one in another
/// format, and a note on each of these.
fn without_copies(files: Vec<PathBuf>) -> (Vec<PathBuf>, Vec<String>) {
    let mut kept: Vec<PathBuf> = Vec::new();
    let mut notes = Vec::new();
    for file in files {
        let stem = file.with_extension("");
        match kept.iter().find(|other| other.with_extension("") == stem) {
            None => kept.push(file),
            Some(other) => notes.push(format!(
                "Not read: {}, which by its name holds the data of {}.",
                file.display(),
                other.display()
            )),
        }
    }
    (kept, notes)
}

/// The files without those whose samples are in others of their run, and a note
/// on each of these.
fn without_repetitions(files: Vec<DataFile>) -> (Vec<DataFile>, Vec<String>) {
    let note = |(place, file): (usize, &DataFile)| {
        let path = file.path.display();
        if let Some(whole) = files.iter().find(|other| file.is_part_of(other)) {
            let whole = whole.path.display();
            return Some(format!("Not read: {path}, a part of {whole}."));
        }
        let earlier = files[..place].iter().find(|other| file.is_copy_of(other))?;
        let earlier = earlier.path.display();
        Some(format!(
            "Not read: {path}, which holds the data of {earlier}."
        ))
    };
    let notes: Vec<_> = files.iter().enumerate().map(note).collect();
    let kept = files.into_iter().zip(&notes);
    let kept = kept.filter_map(|(file, note)| note.is_none().then_some(file));
    (kept.collect(), notes.into_iter().flatten().collect())
}

/// The run that made the file at `path`, as a whole or as a part, and the path of
/// its manifest, the same for all that it made.
fn maker_of(path: &Path) -> io::Result<Option<(PathBuf, Run)>> {
    let path = &std::path::absolute(path)?;
    let beside = Beside::of(path);
    if let Some(run) = run_of(&beside)? {
        return Ok(Some((beside.manifest_path(), run)));
    }
    let Some((beside, part)) = Beside::of_part(path) else {
        return Ok(None);
    };
    // Another file may be named as a part, and is none.
    let run = run_of(&beside)?.filter(|run| run.account.lists(path));
    Ok(run.map(|mut run| {
        if run.account.is_split() {
            run.parts.push(part);
        }
        (beside.manifest_path(), run)
    }))
}

/// The run of the files `beside`, if it left its manifest.
fn run_of(beside: &Beside) -> io::Result<Option<Run>> {
    let Some(account) = beside.manifest::<Account>()? else {
        return Ok(None);
    };
    let mut run = Run {
        name: beside.name(),
        account,
        ..Run::default()
    };
    let (growth, pace) = (&mut run.growth, &mut run.pace);
    run.settings = beside.notes(|note| {
        if let Some(step) = Step::of(note) {
            growth.take(&step);
            pace.take(step);
        }
    })?;
    beside.rejects(|reject| run.rejects.take(reject))?;
    Ok(Some(run))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_data_in_several_formats_is_read_once() {
        let files = ["a/x.jsonl", "a/x.csv", "b/x.csv", "a/x-2.csv"].map(PathBuf::from);
        let (kept, notes) = without_copies(files.to_vec());
        assert_eq!(
            kept,
            ["a/x.jsonl", "b/x.csv", "a/x-2.csv"].map(PathBuf::from)
        );
        assert_eq!(
            notes,
            ["Not read: a/x.csv, which by its name holds the data of a/x.jsonl."]
        );
    }
}
