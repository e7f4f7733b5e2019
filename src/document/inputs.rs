//! What the user names: files, folders, patterns, URLs, standard input.
//!
//! Never leaves a folder that was named, and reads nothing but folders.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};
use walkdir::{DirEntry, WalkDir};

use super::{LoadError, Refusal, fetch};

/// The name of standard input.
const STDIN: &str = "-";

/// Something that was named, and is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Root {
    Stdin,
    Url(String),
    File(PathBuf),
    Folder(PathBuf),
}

/// Something that may be a document.
#[derive(Debug)]
pub(super) enum Candidate {
    Stdin,
    Url(String),
    File(PathBuf),
    /// What was found in a folder and is of no use.
    Refused(PathBuf, Refusal),
}

impl Candidate {
    /// Its path, or what stands for it in messages.
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::Stdin => STDIN.into(),
            Self::Url(url) => fetch::shown(url).into(),
            Self::File(path) | Self::Refused(path, _) => path.clone(),
        }
    }
}

/// What `inputs` stand for.
///
/// # Errors
///
/// Nothing is at one of them.
pub(super) fn roots(inputs: &[PathBuf]) -> Result<Vec<Root>, LoadError> {
    let mut roots = Vec::new();
    for input in inputs {
        if input == Path::new(STDIN) {
            roots.push(Root::Stdin);
        } else if let Some(url) = input.to_str().filter(|text| fetch::is_url(text)) {
            roots.push(Root::Url(url.to_owned()));
        } else if let Some(paths) = pattern(input)? {
            for path in paths {
                roots.push(root(path)?);
            }
        } else {
            roots.push(root(input.clone())?);
        }
    }
    Ok(roots)
}

fn root(path: PathBuf) -> Result<Root, LoadError> {
    match fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => match fs::read_dir(&path) {
            Ok(_) => Ok(Root::Folder(path)),
            Err(error) => Err(LoadError::Unreadable { path, error }),
        },
        Ok(_) => Ok(Root::File(path)),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(LoadError::Missing { path }),
        Err(error) => Err(LoadError::Unreadable { path, error }),
    }
}

/// The paths that `input` stands for, if it is a pattern and no path.
fn pattern(input: &Path) -> Result<Option<Vec<PathBuf>>, LoadError> {
    let is_pattern = |text: &&str| text.contains(['*', '?', '[']);
    let Some(text) = input.to_str().filter(is_pattern) else {
        return Ok(None);
    };
    if input.exists() {
        return Ok(None);
    }
    let pattern = Pattern::new(text).map_err(|error| LoadError::Pattern {
        pattern: text.to_owned(),
        problem: error.msg,
    })?;
    let matching = MatchOptions {
        require_literal_separator: true,
        require_literal_leading_dot: true,
        ..MatchOptions::default()
    };
    // Links are not followed, nor are folders looked into where no match can be;
    // what cannot be looked at matches nothing.
    let parts = input.components();
    let fixed: PathBuf = parts
        .take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '[']))
        .collect();
    let depth = match text.contains("**") {
        true => usize::MAX,
        false => input.components().count() - fixed.components().count(),
    };
    let root = match fixed.as_os_str().is_empty() {
        true => Path::new("."),
        false => &fixed,
    };
    let entries = WalkDir::new(root).max_depth(depth).sort_by_file_name();
    let entries = entries.into_iter().filter_map(Result::ok);
    let entries = entries.filter(|entry| !entry.path_is_symlink());
    let paths = entries.map(|entry| match fixed.as_os_str().is_empty() {
        true => entry
            .path()
            .strip_prefix(".")
            .unwrap_or(entry.path())
            .to_owned(),
        false => entry.into_path(),
    });
    let paths: Vec<_> = paths
        .filter(|path| pattern.matches_path_with(path, matching))
        .collect();
    match paths.is_empty() {
        true => Err(LoadError::NoMatch {
            pattern: text.to_owned(),
        }),
        false => Ok(Some(paths)),
    }
}

/// Everything in `roots` that may be a document, in order; nothing twice.
pub(super) fn candidates(roots: Vec<Root>) -> impl Iterator<Item = Candidate> + Send {
    let mut seen = HashSet::new();
    let has_others = roots.len() > 1;
    let candidates = roots.into_iter().flat_map(|root| match root {
        Root::Stdin => {
            Box::new([Candidate::Stdin].into_iter()) as Box<dyn Iterator<Item = _> + Send>
        }
        Root::Url(url) => Box::new([Candidate::Url(url)].into_iter()),
        Root::File(path) => Box::new([Candidate::File(path)].into_iter()),
        Root::Folder(path) => Box::new(in_folder(path)),
    });
    candidates.filter(move |candidate| match candidate {
        Candidate::File(path) if has_others => {
            path.canonicalize().map_or(true, |path| seen.insert(path))
        }
        Candidate::Url(url) => seen.insert(url.into()),
        _ => true,
    })
}

/// All files in the folder `root` and its subfolders, in the order of their
/// names.
fn in_folder(root: PathBuf) -> impl Iterator<Item = Candidate> + Send {
    let entries = WalkDir::new(&root).sort_by_file_name().into_iter();
    let entries = entries.filter_entry(|entry| !is_hidden(entry) && !is_output(entry.path()));
    entries.filter_map(move |entry| match entry {
        Ok(entry) if entry.file_type().is_dir() => None,
        Ok(entry) if entry.file_type().is_file() => Some(Candidate::File(entry.into_path())),
        Ok(entry) if entry.file_type().is_symlink() => {
            Some(Candidate::Refused(entry.into_path(), Refusal::SymbolicLink))
        }
        Ok(entry) => Some(Candidate::Refused(entry.into_path(), Refusal::NotRegular)),
        Err(error) => {
            let path = error.path().unwrap_or(&root).to_owned();
            let error = io::Error::from(error);
            Some(Candidate::Refused(path, Refusal::Unreadable(error)))
        }
    })
}

/// Whether an entry below the root is hidden; the root itself was asked for.
fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// Whether this program made the file at `path`: its journal lies beside it.
fn is_output(path: &Path) -> bool {
    let is_data = |extension: &str| ["jsonl", "csv", "parquet"].contains(&extension);
    let extension = path.extension().and_then(OsStr::to_str);
    let (true, Some(base)) = (extension.is_some_and(is_data), path.file_stem()) else {
        return false;
    };
    let mut journal = base.to_owned();
    journal.push(".journal.jsonl");
    path.with_file_name(".sdgen").join(journal).exists()
}
