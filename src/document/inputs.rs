//! What the user names: files, folders, patterns, URLs, standard input.
//!
//! Never leaves a folder that was named, and reads nothing but folders.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

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
    /// A link that a pattern found.
    Link(PathBuf),
}

/// Something that may be a document.
#[derive(Debug)]
pub(super) enum Candidate {
    Stdin,
    Url(String),
    File(PathBuf),
    /// What was found and is of no use.
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
        } else if let Some(found) = pattern(input)? {
            roots.extend(found);
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

/// What is special in a pattern.
const SPECIAL: [char; 3] = ['*', '?', '['];

/// What `input` stands for, if it is a pattern and no path.
fn pattern(input: &Path) -> Result<Option<Vec<Root>>, LoadError> {
    let is_pattern = |text: &&str| text.contains(SPECIAL);
    let Some(text) = input.to_str().filter(is_pattern) else {
        return Ok(None);
    };
    if input.exists() {
        return Ok(None);
    }
    let pattern = Pattern::new(text.trim_end_matches('/'));
    let pattern = pattern.map_err(|error| LoadError::Pattern {
        pattern: text.to_owned(),
        problem: error.msg,
    })?;
    let roots: Vec<_> = matches(&pattern)
        .map(|entry| match entry.path_is_symlink() {
            true => Ok(Root::Link(entry.into_path())),
            false => root(entry.into_path()),
        })
        .collect::<Result<_, _>>()?;
    match roots.is_empty() {
        true => Err(LoadError::NoMatch {
            pattern: text.to_owned(),
        }),
        false => Ok(Some(roots)),
    }
}

/// What is found by `pattern`, in the order of names. No link is followed, and
/// what cannot be looked at is not found.
fn matches(pattern: &Pattern) -> impl Iterator<Item = DirEntry> {
    let parts = Path::new(pattern.as_str()).components();
    let is_fixed = |part: &Component| !part.as_os_str().to_string_lossy().contains(SPECIAL);
    let fixed: PathBuf = parts.clone().take_while(is_fixed).collect();
    let depth = match pattern.as_str().contains("**") {
        true => usize::MAX,
        false => parts.count() - fixed.components().count(),
    };
    // Without a path of its own the pattern is about this folder.
    let is_here = fixed.as_os_str().is_empty();
    let root = if is_here { Path::new(".") } else { &fixed };
    let matching = MatchOptions {
        require_literal_separator: true,
        require_literal_leading_dot: true,
        ..MatchOptions::default()
    };
    let entries = WalkDir::new(root).max_depth(depth).sort_by_file_name();
    entries.into_iter().flatten().filter(move |entry| {
        let path = entry.path();
        let named = if is_here {
            path.strip_prefix(".")
        } else {
            Ok(path)
        };
        named.is_ok_and(|path| pattern.matches_path_with(path, matching))
    })
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
        Root::Link(path) => Box::new([Candidate::Refused(path, Refusal::SymbolicLink)].into_iter()),
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
