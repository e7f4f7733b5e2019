//! What the user names: files, folders, patterns, URLs, standard input.

use std::collections::HashSet;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::fetch::{self, FetchLimits, Fetched};
use super::{Corpus, Document, FileType, LoadError, PdfReading, Refusal, Skipped, load};

/// The name of standard input.
const STDIN: &str = "-";

/// Reads everything that `inputs` name: files, folders with all that is in
/// them, patterns such as `docs/*.md`, URLs, and `-` for text on standard
/// input.
///
/// A file or URL that is named twice is read once. What cannot be used is skipped,
/// with its reason.
///
/// # Errors
///
/// Nothing is at one of them, or nothing is left.
pub fn load_all(inputs: &[PathBuf], pdf: PdfReading) -> Result<Corpus, LoadError> {
    let mut found = Found {
        pdf,
        ..Found::default()
    };
    for input in inputs {
        if input == Path::new(STDIN) {
            found.take(input.clone(), stdin(pdf));
        } else if let Some(url) = input.to_str().filter(|text| fetch::is_url(text)) {
            found.add_url(url);
        } else if let Some(paths) = pattern(input)? {
            paths.iter().try_for_each(|path| found.add(path))?;
        } else {
            found.add(input)?;
        }
    }
    found.into_corpus(inputs)
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
    let paths = glob::glob(text).map_err(|error| LoadError::Pattern {
        pattern: text.to_owned(),
        problem: error.msg,
    })?;
    // What cannot be looked at matches nothing.
    let paths: Vec<_> = paths.filter_map(Result::ok).collect();
    match paths.is_empty() {
        true => Err(LoadError::NoMatch {
            pattern: text.to_owned(),
        }),
        false => Ok(Some(paths)),
    }
}

/// What was found so far.
#[derive(Default)]
struct Found {
    pdf: PdfReading,
    documents: Vec<Document>,
    skipped: Vec<Skipped>,
    seen: HashSet<PathBuf>,
    /// Why the last of the inputs gave nothing.
    last_error: Option<LoadError>,
}

impl Found {
    fn add(&mut self, path: &Path) -> Result<(), LoadError> {
        match load(path, self.pdf) {
            Ok(Corpus { documents, skipped }) => {
                self.skipped.extend(skipped);
                for document in documents {
                    let path = document.path.canonicalize();
                    if path.is_ok_and(|path| self.seen.insert(path)) {
                        self.documents.push(document);
                    }
                }
            }
            Err(LoadError::Refused { path, refusal }) => self.take(path, Err(refusal)),
            Err(LoadError::NoText { path, skipped }) => {
                self.skipped.extend(skipped.iter().cloned());
                self.last_error = Some(LoadError::NoText { path, skipped });
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn add_url(&mut self, url: &str) {
        if self.seen.insert(PathBuf::from(url)) {
            self.take(fetch::shown(url).into(), fetched(url, self.pdf));
        }
    }

    /// Takes what was made of the input that is called `path`.
    fn take(&mut self, path: PathBuf, document: Result<Document, Refusal>) {
        match document {
            Ok(document) => self.documents.push(document),
            Err(refusal) => {
                self.skipped.push(Skipped {
                    path: path.clone(),
                    reason: refusal.to_string(),
                });
                self.last_error = Some(LoadError::Refused { path, refusal });
            }
        }
    }

    fn into_corpus(self, inputs: &[PathBuf]) -> Result<Corpus, LoadError> {
        let Self {
            documents,
            skipped,
            last_error,
            ..
        } = self;
        match (documents.is_empty(), last_error) {
            (false, _) => Ok(Corpus { documents, skipped }),
            (true, Some(error)) if inputs.len() == 1 => Err(error),
            (true, _) => Err(LoadError::NothingLeft { skipped }),
        }
    }
}

/// The document at `url`.
fn fetched(url: &str, pdf: PdfReading) -> Result<Document, Refusal> {
    let Fetched {
        name,
        file_type,
        content: mut file,
        bytes,
    } = fetch::fetch(url, &std::env::temp_dir(), FetchLimits::default())?;
    let mut content = Vec::with_capacity(usize::try_from(bytes).unwrap_or_default());
    file.read_to_end(&mut content)
        .map_err(Refusal::Unreadable)?;
    load::document_of(Path::new(&name), file_type, content, pdf)
}

/// The text on standard input.
fn stdin(pdf: PdfReading) -> Result<Document, Refusal> {
    let mut content = Vec::new();
    io::stdin()
        .take(load::MAX_BYTES + 1)
        .read_to_end(&mut content)
        .map_err(Refusal::Unreadable)?;
    match content.len() as u64 > load::MAX_BYTES {
        true => Err(Refusal::TooLarge),
        false => load::document_of(Path::new(STDIN), FileType::Text, content, pdf),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn load_auto(inputs: &[PathBuf]) -> Result<Corpus, LoadError> {
        load_all(inputs, PdfReading::default())
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in [("a.txt", "one"), ("b.txt", "two"), ("c.zip", "PK")] {
            fs::write(folder.path().join(name), text).expect("written");
        }
        folder
    }

    fn texts(corpus: &Corpus) -> Vec<&str> {
        let documents = corpus.documents.iter();
        documents.map(|document| document.text.as_str()).collect()
    }

    #[test]
    fn a_file_that_is_named_twice_is_read_once() {
        let folder = folder();
        let inputs = [folder.path().join("b.txt"), folder.path().to_owned()];
        let corpus = load_auto(&inputs).expect("two texts");
        assert_eq!(texts(&corpus), ["two", "one"]);
        assert_eq!(corpus.skipped.len(), 1);
    }

    #[test]
    fn patterns_are_resolved_and_must_match() {
        let folder = folder();
        let corpus = load_auto(&[folder.path().join("*.txt")]).expect("two texts");
        assert_eq!(texts(&corpus), ["one", "two"]);
        let none = load_auto(&[folder.path().join("*.pdf")]);
        assert!(matches!(none, Err(LoadError::NoMatch { .. })));
    }

    #[test]
    fn what_cannot_be_used_is_skipped_if_something_is_left() {
        let folder = folder();
        let [good, bad] = ["a.txt", "c.zip"].map(|name| folder.path().join(name));
        let corpus = load_auto(&[good.clone(), bad.clone()]).expect("a text");
        assert_eq!((corpus.documents.len(), corpus.skipped.len()), (1, 1));
        let missing = load_auto(&[good, folder.path().join("d.txt")]);
        assert!(matches!(missing, Err(LoadError::Missing { .. })));
        let nothing = load_auto(&[bad.clone(), bad]);
        assert!(matches!(nothing, Err(LoadError::NothingLeft { .. })));
    }
}
