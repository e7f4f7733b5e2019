//! The files of data that a report reads, and the runs that made them.

use std::io;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::generate::Step;
use crate::insight::{Account, Run};
use crate::output::Beside;

use super::data_report::ReportError;

/// What is read, each sample once.
pub(super) struct DataFiles<'a> {
    /// The files, in order.
    pub(super) files: Vec<&'a PathBuf>,
    /// The runs that made them, each once, as far as they are known.
    pub(super) runs: Vec<Run>,
    /// What is not read, and why.
    pub(super) notes: Vec<String>,
}

/// A file, and the run that made it with the path of its manifest, if they are
/// known.
struct DataFile<'a> {
    path: &'a PathBuf,
    maker: Option<(PathBuf, Run)>,
}

impl<'a> DataFiles<'a> {
    /// Those of `paths` that are to be read.
    ///
    /// # Errors
    ///
    /// What a run left beside one of them cannot be read.
    pub(super) fn find(paths: &'a [PathBuf]) -> Result<Self, ReportError> {
        let (paths, notes) = without_copies(paths);
        let files = paths.into_iter().map(DataFile::find);
        let (files, further_notes) = without_parts_of_wholes(files.collect::<Result<_, _>>()?);
        let read = files.iter().map(|file| file.path).collect();
        let mut runs: IndexMap<PathBuf, Run> = IndexMap::new();
        for (manifest, run) in files.into_iter().filter_map(|file| file.maker) {
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

impl<'a> DataFile<'a> {
    fn find(path: &'a PathBuf) -> Result<Self, ReportError> {
        let maker = maker_of(path).map_err(|source| ReportError::Beside {
            path: path.clone(),
            source,
        })?;
        Ok(Self { path, maker })
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
}

/// The files without those that hold the data of an earlier one in another
/// format, and a note on each of these.
fn without_copies(files: &[PathBuf]) -> (Vec<&PathBuf>, Vec<String>) {
    let mut kept: Vec<&PathBuf> = Vec::new();
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

/// The files without parts of what is read as a whole, and a note on each of
/// these.
fn without_parts_of_wholes(files: Vec<DataFile<'_>>) -> (Vec<DataFile<'_>>, Vec<String>) {
    let whole_of = |file: &DataFile<'_>| files.iter().find(|other| file.is_part_of(other));
    let notes = files.iter().filter_map(|file| {
        let (part, whole) = (file.path.display(), whole_of(file)?.path.display());
        Some(format!("Not read: {part}, a part of {whole}."))
    });
    let notes = notes.collect();
    let are_kept: Vec<_> = files.iter().map(|file| whole_of(file).is_none()).collect();
    let kept = files.into_iter().zip(are_kept);
    let kept = kept.filter_map(|(file, is_kept)| is_kept.then_some(file));
    (kept.collect(), notes)
}

/// The run that made the file at `path`, as a whole or as a part, and the path of
/// its manifest.
fn maker_of(path: &Path) -> io::Result<Option<(PathBuf, Run)>> {
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
        run.parts.push(part);
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
        let (kept, notes) = without_copies(&files);
        assert_eq!(kept, [&files[0], &files[2], &files[3]]);
        assert_eq!(
            notes,
            ["Not read: a/x.csv, which by its name holds the data of a/x.jsonl."]
        );
    }
}
