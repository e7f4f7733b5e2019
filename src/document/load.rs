//! A path to its texts: one file, or all files of a folder.
//!
//! Opens regular files only, so that no pipe or device can block it, and
//! never leaves the folder it was given.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use super::extract::{FileType, Limits, PartLimits, PdfEngine, Section, extract, pdf_parts};
use super::{Corpus, Document, LoadError, PdfReading, Refusal, Skipped};

/// Largest file that is read: its bytes, its text and its chunks are all in
/// memory at once, some three times the size.
pub(super) const MAX_BYTES: u64 = 256 << 20;

/// Reads the file at `path`, or every file in the folder and its subfolders.
///
/// The type of a file is told by its extension. In a folder, hidden files and
/// folders are passed over in silence; symbolic links, files of other types
/// and broken files are skipped with a reason.
///
/// # Errors
///
/// Nothing is at `path`, it cannot be read, or it holds no text.
pub(super) fn load(path: &Path, pdf: PdfReading) -> Result<Corpus, LoadError> {
    let metadata = fs::metadata(path).map_err(|error| unreadable(path, error))?;
    if metadata.is_dir() {
        return load_folder(path, pdf);
    }
    match document(path, metadata.is_file(), pdf) {
        Ok(document) => Ok(Corpus {
            documents: vec![document],
            skipped: Vec::new(),
        }),
        Err(refusal) => Err(LoadError::Refused {
            path: path.to_owned(),
            refusal,
        }),
    }
}

fn unreadable(path: &Path, error: io::Error) -> LoadError {
    let path = path.to_owned();
    match error.kind() {
        io::ErrorKind::NotFound => LoadError::Missing { path },
        _ => LoadError::Unreadable { path, error },
    }
}

fn load_folder(root: &Path, pdf: PdfReading) -> Result<Corpus, LoadError> {
    let mut documents = Vec::new();
    let mut skipped = Vec::new();
    let entries = WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| !is_hidden(entry) && !is_output(entry.path()));
    for entry in entries {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => match entry_document(&entry, pdf) {
                Ok(document) => documents.push(document),
                Err(refusal) => skipped.push(skip(entry.path(), &refusal)),
            },
            Err(error) if error.depth() == 0 => return Err(unreadable(root, error.into())),
            Err(error) => skipped.push(skip_unwalked(root, error)),
        }
    }
    if documents.is_empty() {
        let path = root.to_owned();
        return Err(LoadError::NoText { path, skipped });
    }
    Ok(Corpus { documents, skipped })
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

fn entry_document(entry: &DirEntry, pdf: PdfReading) -> Result<Document, Refusal> {
    if entry.file_type().is_symlink() {
        return Err(Refusal::SymbolicLink);
    }
    document(entry.path(), entry.file_type().is_file(), pdf)
}

fn document(path: &Path, is_regular: bool, pdf: PdfReading) -> Result<Document, Refusal> {
    if !is_regular {
        return Err(Refusal::NotRegular);
    }
    let file_type = FileType::of(path)?;
    document_of(path, file_type, read(path, MAX_BYTES)?, pdf)
}

/// The document at `path` with this content.
pub(super) fn document_of(
    path: &Path,
    file_type: FileType,
    content: Vec<u8>,
    pdf: PdfReading,
) -> Result<Document, Refusal> {
    let mut document = Document {
        path: path.to_owned(),
        bytes: content.len() as u64,
        text: String::new(),
        pages: Vec::new(),
    };
    let engine = match pdf {
        PdfReading::Text(engine) => engine,
        PdfReading::Pages => {
            if let Some(pages) = pdf_parts(file_type, &content, PartLimits::default())? {
                document.pages = pages;
                return Ok(document);
            }
            PdfEngine::default()
        }
    };
    document.text = joined(extract(file_type, content, engine, Limits::default())?);
    match document.text.trim().is_empty() {
        true => Err(Refusal::Blank),
        false => Ok(document),
    }
}

/// The sections as one text, a blank line between them.
fn joined(sections: Vec<Section>) -> String {
    let mut joined = String::new();
    for Section { text, page: _ } in sections {
        if joined.is_empty() {
            joined = text;
        } else if !text.trim().is_empty() {
            joined.truncate(joined.trim_end().len());
            joined.push_str("\n\n");
            joined.push_str(&text);
        }
    }
    joined
}

/// The whole file, unless it is longer than `max_bytes`.
fn read(path: &Path, max_bytes: u64) -> Result<Vec<u8>, Refusal> {
    let file = File::open(path).map_err(Refusal::Unreadable)?;
    let length = file.metadata().map_err(Refusal::Unreadable)?.len();
    if length > max_bytes {
        return Err(Refusal::TooLarge);
    }
    let mut content = Vec::new();
    // The length may be a lie: files grow, and those of /proc say zero.
    file.take(max_bytes + 1)
        .read_to_end(&mut content)
        .map_err(Refusal::Unreadable)?;
    if content.len() as u64 > max_bytes {
        return Err(Refusal::TooLarge);
    }
    Ok(content)
}

fn skip(path: &Path, refusal: &Refusal) -> Skipped {
    Skipped {
        path: path.to_owned(),
        reason: refusal.to_string(),
    }
}

fn skip_unwalked(root: &Path, error: walkdir::Error) -> Skipped {
    let path = error.path().unwrap_or(root).to_owned();
    skip(&path, &Refusal::Unreadable(error.into()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn load_auto(path: &Path) -> Result<Corpus, LoadError> {
        load(path, PdfReading::default())
    }
    use crate::document::extract::SUPPORTED;
    use tempfile::TempDir;

    fn folder(files: &[(&str, &[u8])]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        folder
    }

    fn texts(corpus: &Corpus, root: &TempDir) -> Vec<(String, String)> {
        let documents = corpus.documents.iter();
        documents
            .map(|document| (relative(&document.path, root), document.text.clone()))
            .collect()
    }

    fn reasons(skipped: &[Skipped], root: &TempDir) -> Vec<(String, String)> {
        skipped
            .iter()
            .map(|skipped| (relative(&skipped.path, root), skipped.reason.clone()))
            .collect()
    }

    fn relative(path: &Path, root: &TempDir) -> String {
        let path = path.strip_prefix(root.path()).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect()
    }

    fn message(path: &Path, root: &TempDir) -> String {
        let message = load_auto(path).unwrap_err().to_string();
        message.replace(root.path().to_str().unwrap(), "…")
    }

    #[test]
    fn every_type_is_read_from_nested_folders_in_the_order_of_paths() {
        let root = folder(&[
            ("z.txt", b"last\r\n"),
            ("b/deep/page.HTM", b"<p>page</p>"),
            ("b/table.csv", b"a,b\n1,2\n"),
            ("b.md", b"# heading"),
            ("a.json", b"[{\"k\":\"v\"}]"),
            ("c.jsonl", b"{\"k\":1}\n"),
            ("d.html", b"<b>bold</b>"),
        ]);
        let corpus = load_auto(root.path()).unwrap();
        assert_eq!(
            texts(&corpus, &root),
            pairs(&[
                ("a.json", "k: v"),
                ("b/deep/page.HTM", "page"),
                ("b/table.csv", "a: 1\nb: 2"),
                ("b.md", "# heading"),
                ("c.jsonl", "k: 1"),
                ("d.html", "bold"),
                ("z.txt", "last\n"),
            ])
        );
        assert_eq!(corpus.skipped, []);
    }

    #[test]
    fn a_document_knows_the_size_of_its_file() {
        let root = folder(&[("a.txt", b"\xEF\xBB\xBFhi\r\n")]);
        let corpus = load_auto(&root.path().join("a.txt")).unwrap();
        assert_eq!(corpus.documents[0].bytes, 7);
        assert_eq!(corpus.documents[0].text, "hi\n");
    }

    #[test]
    fn hidden_files_and_folders_are_passed_over() {
        let root = folder(&[
            (".git/config.txt", b"x"),
            (".hidden.txt", b"x"),
            ("seen.txt", b"x"),
        ]);
        let corpus = load_auto(root.path()).unwrap();
        assert_eq!(texts(&corpus, &root), pairs(&[("seen.txt", "x")]));
        assert_eq!(corpus.skipped, []);
    }

    #[test]
    fn a_hidden_folder_is_read_when_it_is_asked_for() {
        let root = folder(&[(".hidden/a.txt", b"x")]);
        let corpus = load_auto(&root.path().join(".hidden")).unwrap();
        assert_eq!(texts(&corpus, &root), pairs(&[(".hidden/a.txt", "x")]));
    }

    #[test]
    fn files_of_no_use_are_skipped_with_a_reason() {
        let root = folder(&[
            ("a.txt", b"text"),
            ("bad.json", b"{"),
            ("bad.jsonl", b"{}\n["),
            ("binary.txt", b"a\0b"),
            ("blank.md", b" \n"),
            ("torn.txt", b"\xFF\xFEh"),
            ("film.mp4", b"mp4"),
        ]);
        let corpus = load_auto(root.path()).unwrap();
        assert_eq!(texts(&corpus, &root), pairs(&[("a.txt", "text")]));
        assert_eq!(
            reasons(&corpus.skipped, &root),
            pairs(&[
                ("bad.json", "invalid JSON at line 1, column 1"),
                ("bad.jsonl", "invalid JSON at line 2, column 1"),
                ("binary.txt", "binary data, not text"),
                ("blank.md", "holds no text"),
                (
                    "film.mp4",
                    &format!("type `.mp4` is not supported, only {SUPPORTED}")
                ),
                ("torn.txt", "in no known text encoding"),
            ])
        );
    }

    #[test]
    fn a_single_file_of_no_use_is_an_error_that_names_it() {
        let root = folder(&[
            ("film.mp4", b"mp4"),
            ("blank.txt", b"\n"),
            ("bad.json", b"{"),
        ]);
        for (name, expected) in [
            (
                "film.mp4",
                format!("cannot use `…/film.mp4`: type `.mp4` is not supported, only {SUPPORTED}"),
            ),
            (
                "blank.txt",
                "cannot use `…/blank.txt`: holds no text".to_owned(),
            ),
            (
                "bad.json",
                "cannot use `…/bad.json`: invalid JSON at line 1, column 1".to_owned(),
            ),
            (
                "missing.txt",
                "no file or folder `…/missing.txt`; check the path".to_owned(),
            ),
        ] {
            assert_eq!(message(&root.path().join(name), &root), expected);
        }
    }

    #[test]
    fn a_folder_without_text_is_an_error() {
        let root = folder(&[("film.mp4", b"mp4")]);
        assert_eq!(
            message(root.path(), &root),
            format!("folder `…` holds no text (files skipped: 1); add files of type {SUPPORTED}")
        );
    }

    #[test]
    fn a_file_over_the_limit_is_refused() {
        let root = folder(&[("big.txt", b"")]);
        let path = root.path().join("big.txt");
        File::create(&path).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert_eq!(
            message(&path, &root),
            "cannot use `…/big.txt`: larger than 256 MiB; split it into smaller files"
        );
    }

    #[test]
    fn a_file_of_exactly_the_limit_is_read() {
        let root = folder(&[("a.txt", b"1234")]);
        let path = root.path().join("a.txt");
        assert_eq!(read(&path, 4).unwrap(), b"1234");
        assert!(matches!(read(&path, 3), Err(Refusal::TooLarge)));
    }

    #[cfg(unix)]
    #[test]
    fn symbolic_links_in_a_folder_are_not_followed() {
        use std::os::unix::fs::symlink;

        let outside = folder(&[("secret.txt", b"secret")]);
        let root = folder(&[("a.txt", b"text")]);
        symlink(root.path(), root.path().join("loop")).unwrap();
        symlink(
            outside.path().join("secret.txt"),
            root.path().join("out.txt"),
        )
        .unwrap();
        let corpus = load_auto(root.path()).unwrap();
        assert_eq!(texts(&corpus, &root), pairs(&[("a.txt", "text")]));
        assert_eq!(
            reasons(&corpus.skipped, &root),
            pairs(&[
                ("loop", "a symbolic link, which is not followed"),
                ("out.txt", "a symbolic link, which is not followed"),
            ])
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_that_is_asked_for_is_followed() {
        let root = folder(&[("a/b.txt", b"text")]);
        let link = root.path().join("link");
        std::os::unix::fs::symlink(root.path().join("a"), &link).unwrap();
        let corpus = load_auto(&link).unwrap();
        assert_eq!(texts(&corpus, &root), pairs(&[("link/b.txt", "text")]));
    }

    #[cfg(unix)]
    #[test]
    fn a_named_pipe_does_not_block() {
        let root = folder(&[("a.txt", b"text")]);
        let pipe = root.path().join("pipe.txt");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let corpus = load_auto(root.path()).unwrap();
        assert_eq!(
            reasons(&corpus.skipped, &root),
            pairs(&[("pipe.txt", "not a regular file")])
        );
        assert_eq!(
            message(&pipe, &root),
            "cannot use `…/pipe.txt`: not a regular file"
        );
    }
}
