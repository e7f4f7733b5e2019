//! Files to read into passages: what a corpus, a document and a chunk are.
//!
//! Knows nothing of models or samples. Everything is read into memory; only
//! `fetch` is on the network.

mod chunk;
mod extract;
mod fetch;
mod inputs;
mod load;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

pub use chunk::{ChunkSize, chunk};
pub use extract::{FileType, Limits, Part, PartLimits, PdfEngine, Section, extract, pdf_parts};
pub use fetch::FetchError;
pub use inputs::load_all;
use load::load;

/// The texts of a file or a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corpus {
    /// Documents in the order of their paths; never empty.
    pub documents: Vec<Document>,
    /// Files of the folder that gave no document, in the order of their paths.
    pub skipped: Vec<Skipped>,
}

/// The text of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The path it was read from, or its URL as it may be shown.
    pub path: PathBuf,
    /// Size of the file.
    pub bytes: u64,
    /// Readable text with `\n` line ends; never blank unless there are pages.
    pub text: String,
    /// The pages themselves, of a PDF that the model is to see; else empty.
    pub pages: Vec<Part>,
}

/// What is made of PDF files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PdfReading {
    /// Their text.
    Text(PdfEngine),
    /// Parts of a few pages, for a model that reads PDF files itself.
    Pages,
}

impl Default for PdfReading {
    fn default() -> Self {
        Self::Text(PdfEngine::default())
    }
}

/// A file of a folder that gave no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The path of the file.
    pub path: PathBuf,
    /// Why, in a few words for a person.
    pub reason: String,
}

/// A passage of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Index of its document in the corpus.
    pub document: usize,
    /// What its document is called: its path, as far as it is Unicode.
    pub source: Arc<str>,
    /// Its number in the document, from 1.
    pub number: u32,
    /// The page, slide or sheet that it begins on, from 1, where the document
    /// has such.
    pub page: Option<u32>,
    /// The headings that it stands under, as one line.
    pub heading: Option<Arc<str>>,
    /// Its text, trimmed; empty only if there is a file of its pages.
    pub text: Arc<str>,
    /// The PDF file of its pages, which stands for the text.
    pub pdf: Option<Bytes>,
}

#[cfg(test)]
impl Chunk {
    /// A passage of the first document of a corpus, under no heading.
    pub(crate) fn of(text: &str) -> Self {
        Self {
            document: 0,
            source: "a.txt".into(),
            number: 1,
            page: None,
            heading: None,
            text: text.into(),
            pdf: None,
        }
    }
}

/// Why a path gave no corpus.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Nothing is there.
    #[error("no file or folder `{}`; check the path", .path.display())]
    Missing {
        /// The path as given.
        path: PathBuf,
    },
    /// The file system refuses to look at it.
    #[error("cannot read `{}`: {error}; check its permissions", .path.display())]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// The system's own words.
        error: io::Error,
    },
    /// The single file that was given is of no use.
    #[error("cannot use `{}`: {refusal}", .path.display())]
    Refused {
        /// The path as given.
        path: PathBuf,
        /// What is wrong with it.
        refusal: Refusal,
    },
    /// No pattern of paths.
    #[error("`{pattern}` is no pattern of paths: {problem}")]
    Pattern {
        /// The pattern as given.
        pattern: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Nothing has such a path.
    #[error("no file or folder matches `{pattern}`; check the path")]
    NoMatch {
        /// The pattern as given.
        pattern: String,
    },
    /// None of several inputs gave a document.
    #[error("nothing of the documents can be used (files skipped: {})", .skipped.len())]
    NothingLeft {
        /// What was found instead.
        skipped: Vec<Skipped>,
    },
    /// A file was skipped, and none may be.
    #[error("cannot use `{}`: {}; without --strict-documents it is skipped", .skipped.path.display(), .skipped.reason)]
    Strict {
        /// The first one.
        skipped: Skipped,
    },
    /// No file of the folder gave a document.
    #[error(
        "folder `{}` holds no text (files skipped: {}); add files of type {}",
        .path.display(),
        .skipped.len(),
        extract::SUPPORTED,
    )]
    NoText {
        /// The path as given.
        path: PathBuf,
        /// What was found instead; may be empty.
        skipped: Vec<Skipped>,
    },
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It is a pipe, a socket or a device.
    #[error("not a regular file")]
    NotRegular,
    /// It is a symbolic link in a folder.
    #[error("a symbolic link, which is not followed")]
    SymbolicLink,
    /// Its name has an extension of no known type.
    #[error("type `.{0}` is not supported, only {known}", known = extract::SUPPORTED)]
    UnknownType(String),
    /// Its name has no extension to tell its type.
    #[error("its name has no extension; supported are {}", extract::SUPPORTED)]
    NoExtension,
    /// It is larger than can be read into memory with good conscience.
    #[error("larger than {} MiB; split it into smaller files", load::MAX_BYTES >> 20)]
    TooLarge,
    /// The file system does not let it be read.
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
    /// It could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It holds NUL or other control characters that no text has.
    #[error("binary data, not text")]
    Binary,
    /// Its bytes are neither Unicode nor of a legacy encoding.
    #[error("in no known text encoding")]
    UnknownEncoding,
    /// Its bytes are not those of the type that its name says.
    #[error("not a {0} file, whatever its name says")]
    NotOfType(&'static str),
    /// Its bytes are those of something that text is not read from.
    #[error("in truth {0}")]
    InTruth(&'static str),
    /// It is encrypted.
    #[error("protected by a password; save it without one")]
    Encrypted,
    /// It is a PDF of pictures.
    #[error("a scanned PDF without text; it needs OCR, or Gemini with --native-pdf")]
    Scanned,
    /// One of its pages is larger than a model takes.
    #[error("has a page, number {page}, of more than {} MiB; save it with smaller pictures", .bytes >> 20)]
    LargePage {
        /// Its number, from 1.
        page: u32,
        /// Most bytes of a page.
        bytes: usize,
    },
    /// Its parts together are larger than is kept in memory.
    #[error("takes more than {} MiB when it is cut into parts; split it into smaller files", .0 >> 20)]
    LargeParts(usize),
    /// It unpacks to more than this many times its size.
    #[error("unpacks to more than {0} times its size, as no document does")]
    Bomb(usize),
    /// It is an archive of more parts than this.
    #[error("an archive of more than {0} parts")]
    TooManyEntries(usize),
    /// It nests deeper than any document made for people.
    #[error("nested deeper than {0} levels")]
    TooDeep(usize),
    /// Its text is more than this many bytes, however small the file is.
    #[error("holds more than {} MiB of text", .0 >> 20)]
    TooMuchText(usize),
    /// It breaks the rules of its type, in the parser's words.
    #[error("{0}")]
    Malformed(String),
    /// It is empty, or holds nothing but white space.
    #[error("holds no text")]
    Blank,
}
