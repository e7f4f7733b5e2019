//! Files to passages: what a corpus, a document and a chunk are.
//!
//! Knows nothing of models or samples. Files are read by processes of their own
//! (`reader`), to text (`extract`) and then to passages (`chunk`), which are kept
//! in a file (`spool`), so that a corpus may be larger than memory. Only `fetch`
//! is on the network.

mod chunk;
mod extract;
mod fetch;
mod headings;
mod inputs;
mod load;
mod overlap;
mod reader;
mod similar;
mod spool;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize, Serializer};

pub use chunk::ChunkSize;
pub use extract::{FileType, Limits, Part, PartLimits, PdfEngine, Section, extract, pdf_parts};
pub use fetch::FetchError;
pub use load::{Loaded, load};
pub use reader::{HowToRead, READER_ARGUMENT, serve};
pub use spool::Passages;

/// The passages of everything that was named.
#[derive(Debug)]
pub struct Corpus {
    /// Documents in the order in which they were named; never empty.
    pub documents: Vec<Document>,
    /// Their passages, in order; never empty.
    pub passages: Passages,
    /// Passages that were left out because they repeat another one.
    pub repeated: usize,
    /// Files that gave no document, in the same order.
    pub skipped: Vec<Skipped>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The path it was read from, or its URL as it may be shown.
    pub path: PathBuf,
    /// Size of the file; zero for standard input.
    pub bytes: u64,
    /// Digest of its text, or of its pages if those are kept.
    pub sha256: [u8; 32],
}

impl Document {
    /// Its path, as far as it is Unicode.
    fn name(&self) -> Arc<str> {
        self.path.to_string_lossy().into()
    }
}

/// What is made of PDF files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

/// A file that gave no document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The path of the file.
    #[serde(serialize_with = "as_far_as_unicode")]
    pub path: PathBuf,
    /// Why, in a few words for a person.
    pub reason: String,
    /// Whether it is of a type that text is not read from.
    #[serde(skip)]
    pub is_of_unknown_type: bool,
}

#[expect(clippy::ptr_arg, reason = "the signature that serde asks for")]
fn as_far_as_unicode<S: Serializer>(path: &PathBuf, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&path.display())
}

/// A passage of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
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
    #[error("cannot use `{}`: {}", .0.path.display(), .0.reason)]
    Refused(Skipped),
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
    /// Files were skipped, and none may be.
    #[error("files that cannot be used: {files}; without --strict-documents they are skipped")]
    Strict {
        /// How many.
        files: usize,
    },
    /// The passages cannot be kept.
    #[error("cannot keep the text of the documents in `{}`: {error}", .folder.display())]
    Spool {
        /// Where they were to be kept.
        folder: PathBuf,
        /// The system's own words.
        error: io::Error,
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
    #[error("larger than {} MiB; split it into smaller files", .0 >> 20)]
    TooLarge(u64),
    /// Reading it takes longer than any honest file of its size.
    #[error("takes too long to read")]
    TooSlow,
    /// The process that read it died of it.
    #[error("too damaged to read, or needs too much memory")]
    Crashed,
    /// No process to read it could be started.
    #[error("cannot be read, as no process can be started: {0}")]
    NoReader(io::Error),
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
    #[error("no {0} file, whatever its name says")]
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

impl Refusal {
    /// Whether the file was not looked into, because of its type.
    fn is_of_type(&self) -> bool {
        matches!(self, Self::UnknownType(_) | Self::NoExtension)
    }
}
