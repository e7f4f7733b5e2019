//! Everything that was named to one corpus: files are read beside each other,
//! and stand in it in their order.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, OnceLock};
use std::thread;

use super::fetch::{FetchLimits, fetch};
use super::inputs::{Candidate, Root, candidates, roots};
use super::reader::{HowToRead, Input, Outcome, Passage, Reader};
use super::similar;
use super::spool::{Place, Spool};
use super::{Corpus, Document, FileType, LoadError, Refusal, Skipped};

/// Most files that are read at once: each may take half a gigabyte of memory.
const MOST_READERS: usize = 8;

/// Passages that wait to be kept; those of a PDF may have some megabytes.
const WAITING: usize = 8;

/// Reads everything that `inputs` name: files, folders with all that is in
/// them, patterns such as `docs/*.md`, URLs, and `-` for text on standard input.
///
/// The type of a file is told by its extension and its content. A file or URL
/// that is named twice is read once. What cannot be used is skipped, with its reason;
/// hidden files and folders in a folder are passed over in silence. Passages
/// that say the same as an earlier one but for a few words are left out. The
/// passages are kept in an unnamed file in `folder` when they are many. How far
/// it has come is told to `on_progress`.
///
/// # Errors
///
/// Nothing is at one of the inputs, nothing is left, or the passages cannot be
/// kept.
pub fn load(
    inputs: &[PathBuf],
    how: HowToRead,
    folder: &Path,
    mut on_progress: impl FnMut(Loaded),
) -> Result<Corpus, LoadError> {
    let roots = roots(inputs)?;
    let mut loading = Loading::new(folder);
    let all = OnceLock::new();
    thread::scope(|scope| {
        // Reading need not wait until large folders are walked through.
        scope.spawn(|| all.set(candidates(roots.clone()).count()));
        read_all(candidates(roots.clone()), how, folder, |file, event| {
            let taken = loading.take(file, event);
            on_progress(loading.progress(all.get().copied()));
            taken.map_err(|error| LoadError::Spool {
                folder: folder.to_owned(),
                error,
            })
        })
    })?;
    let corpus = loading.into_corpus();
    match corpus.documents.is_empty() {
        true => Err(nothing(&roots, corpus.skipped)),
        false => Ok(corpus),
    }
}

/// How far loading has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Files that were read, or skipped.
    pub files: usize,
    /// Files that there are; `None` until they are counted.
    pub all: Option<usize>,
    /// Passages so far.
    pub passages: usize,
}

/// What a reader says of a file.
enum Event {
    Passage(Passage),
    End(Result<Document, Skipped>),
}

/// Reads `candidates`, several at once, and hands on what comes of them with
/// their numbers, as it comes.
fn read_all(
    candidates: impl Iterator<Item = Candidate> + Send,
    how: HowToRead,
    folder: &Path,
    mut take: impl FnMut(u32, Event) -> Result<(), LoadError>,
) -> Result<(), LoadError> {
    let candidates = Mutex::new((0..).zip(candidates));
    let next = || candidates.lock().ok()?.next();
    let readers = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let (events, taken) = sync_channel(WAITING);
        for _ in 0..readers.min(MOST_READERS) {
            let events = events.clone();
            scope.spawn(move || {
                let mut reader = Reader::default();
                while let Some((file, candidate)) = next() {
                    let path = candidate.path();
                    let give = |passage| {
                        let sent = events.send((file, Event::Passage(passage)));
                        sent.map_err(|_| ErrorKind::BrokenPipe.into())
                    };
                    let read =
                        open(candidate, folder).and_then(|input| reader.read(input, how, give));
                    let end = match read {
                        Ok(Outcome { bytes, sha256 }) => Ok(Document {
                            path,
                            bytes,
                            sha256,
                        }),
                        Err(refusal) => Err(Skipped {
                            path,
                            reason: refusal.to_string(),
                            is_of_unknown_type: refusal.is_of_type(),
                        }),
                    };
                    if events.send((file, Event::End(end))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(events);
        // Nobody goes on once this returns: there is nobody to send to.
        taken
            .into_iter()
            .try_for_each(|(file, event)| take(file, event))
    })
}

/// Opens a candidate, if it is a regular file, standard input, or can be
/// fetched to a file in `folder`.
fn open(candidate: Candidate, folder: &Path) -> Result<Input, Refusal> {
    let (content, file_type) = match candidate {
        Candidate::Stdin => {
            return Ok(Input {
                content: Box::new(io::stdin()),
                file_type: FileType::Text,
                bytes: None,
            });
        }
        Candidate::Url(url) => {
            let fetched = fetch(&url, folder, FetchLimits::default())?;
            (fetched.content, fetched.file_type)
        }
        Candidate::File(path) => {
            if !path.metadata().map_err(Refusal::Unreadable)?.is_file() {
                return Err(Refusal::NotRegular);
            }
            let file_type = FileType::of(&path)?;
            (File::open(path).map_err(Refusal::Unreadable)?, file_type)
        }
        Candidate::Refused(_, refusal) => return Err(refusal),
    };
    Ok(Input {
        bytes: Some(content.metadata().map_err(Refusal::Unreadable)?.len()),
        content: Box::new(content),
        file_type,
    })
}

/// Why there is no document.
fn nothing(roots: &[Root], mut skipped: Vec<Skipped>) -> LoadError {
    match (roots, skipped.len()) {
        ([Root::Folder(path)], _) => LoadError::NoText {
            path: path.clone(),
            skipped,
        },
        ([_], 1) => LoadError::Refused(skipped.remove(0)),
        _ => LoadError::NothingLeft { skipped },
    }
}

/// A corpus in the making.
struct Loading {
    spool: Spool,
    passages: Vec<Found>,
    ends: Vec<(u32, Result<Document, Skipped>)>,
}

/// A passage of a file that may turn out to be none.
struct Found {
    /// Its `document` is the number of the file.
    place: Place,
    fingerprint: u64,
}

impl Loading {
    fn new(folder: &Path) -> Self {
        Self {
            spool: Spool::new(folder),
            passages: Vec::new(),
            ends: Vec::new(),
        }
    }

    fn take(&mut self, file: u32, event: Event) -> io::Result<()> {
        match event {
            Event::Passage(Passage {
                fingerprint,
                weight,
                record,
            }) => {
                let place = self.spool.add(file, weight, &record)?;
                self.passages.push(Found { place, fingerprint });
            }
            Event::End(end) => self.ends.push((file, end)),
        }
        Ok(())
    }

    fn progress(&self, all: Option<usize>) -> Loaded {
        Loaded {
            files: self.ends.len(),
            all,
            passages: self.passages.len(),
        }
    }

    fn into_corpus(mut self) -> Corpus {
        self.ends.sort_unstable_by_key(|(file, _)| *file);
        let order = |found: &Found| (found.place.document, found.place.offset);
        self.passages.sort_unstable_by_key(order);
        let (mut documents, mut skipped) = (Vec::new(), Vec::new());
        // The index of the document that a file became.
        let mut indices = Vec::with_capacity(self.ends.len());
        for (_, end) in self.ends {
            match end {
                Ok(document) => {
                    indices.push(u32::try_from(documents.len()).ok());
                    documents.push(document);
                }
                Err(file) => {
                    indices.push(None);
                    skipped.push(file);
                }
            }
        }
        let index = |found: &Found| indices[found.place.document as usize];
        self.passages.retain(|found| index(found).is_some());
        let repeated = similar::repeated(&self.passages, |found| found.fingerprint);
        let all = self.passages.len();
        let mut repeated = repeated.into_iter();
        self.passages.retain(|_| repeated.next() == Some(false));
        let repeated = all - self.passages.len();
        let places = self.passages.into_iter().filter_map(|found| {
            let document = index(&found)?;
            Some(Place {
                document,
                ..found.place
            })
        });
        // In the place of what they are made of: there may be millions.
        let mut places: Vec<_> = places.collect();
        places.shrink_to_fit();
        let names = documents.iter().map(Document::name).collect();
        Corpus {
            passages: self.spool.into_passages(places, names),
            repeated,
            documents,
            skipped,
        }
    }
}
