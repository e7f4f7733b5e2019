//! What a run left beside a file of data, for those who look at it.
//!
//! Writes nothing, and locks nothing: of a run that goes on it sees what is
//! there.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, ErrorKind};
use std::path::{Path, PathBuf};

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use super::names::{FileNames, hub_data};
use super::record::Records;

/// The files of the run that made a file of data, if they are there.
pub struct Beside {
    names: FileNames,
}

impl Beside {
    /// Those of the file at `path`, whose extension does not matter.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        Self {
            names: FileNames::of_target(path),
        }
    }

    /// Those of a run that may have made the file at `path` as one of its parts,
    /// and the name of the part, if the file is named as one.
    #[must_use]
    pub fn of_part(path: &Path) -> Option<(Self, &'static str)> {
        let (names, part) = FileNames::of_part(path)?;
        Some((Self { names }, part))
    }

    /// The name of the run's files without their extension.
    #[must_use]
    pub fn name(&self) -> String {
        self.names.base().into_owned()
    }

    /// The description of the run.
    #[must_use]
    pub fn manifest_path(&self) -> PathBuf {
        self.names.manifest()
    }

    /// What it says; `None` if there is none.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn manifest<T: DeserializeOwned>(&self) -> io::Result<Option<T>> {
        let file = opened(&self.names.manifest())?;
        let read = |file| serde_json::from_reader(BufReader::new(file));
        Ok(file.map(read).transpose()?)
    }

    /// Hands what the journal says of each request to `each`; what it says of
    /// the run, null if there is no journal.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn notes(&self, mut each: impl FnMut(Value)) -> io::Result<Value> {
        let mut header = Value::Null;
        let Some(mut records) = Records::open(&self.names.journal(), u64::MAX)? else {
            return Ok(header);
        };
        while records.advance()? {
            let Some(record) = records.record::<IgnoredAny>() else {
                continue;
            };
            match record.journal {
                Some(_) => header = record.header,
                None if record.end.is_none() => each(record.request),
                None => {}
            }
        }
        Ok(header)
    }

    /// Hands each example of what was not taken to `each`; lines that are none
    /// are left out.
    ///
    /// # Errors
    ///
    /// They cannot be read.
    pub fn rejects<T: DeserializeOwned>(&self, mut each: impl FnMut(T)) -> io::Result<()> {
        let Some(file) = opened(&self.names.rejects())? else {
            return Ok(());
        };
        for line in BufReader::new(file).lines() {
            if let Ok(reject) = serde_json::from_str(&line?) {
                each(reject);
            }
        }
        Ok(())
    }
}

/// The files of data in the folder for the Hub at `folder`, by name; none if it is
/// no such folder.
///
/// # Errors
///
/// It cannot be read.
pub fn hub_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(hub_data(folder)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|it| it == "parquet"));
    paths.sort();
    Ok(paths)
}

fn opened(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
