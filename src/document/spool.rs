//! The passages of a corpus, out of memory when they are many.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tempfile::{SpooledData, SpooledTempFile, spooled_tempfile_in};

use super::Chunk;

/// Passages are kept in memory up to so many bytes.
const MEMORY_BYTES: usize = 16 << 20;

/// A passage, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record<'a> {
    pub(super) heading: Option<&'a str>,
    pub(super) page: Option<u32>,
    pub(super) number: u32,
    pub(super) text: &'a str,
}

impl Record<'_> {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("plain data, and memory")
    }
}

/// Where a passage is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Index of its document.
    pub(super) document: u32,
    pub(super) bytes: u32,
    pub(super) offset: u64,
}

/// Passages as they come in.
pub(super) struct Spool {
    file: SpooledTempFile,
    offset: u64,
}

impl Spool {
    /// One that, when it grows, lies in `folder`, where nobody sees it; it is
    /// gone with the program, however that ends.
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            file: spooled_tempfile_in(MEMORY_BYTES, folder),
            offset: 0,
        }
    }

    pub(super) fn add(&mut self, document: u32, record: &[u8]) -> io::Result<Place> {
        self.file.write_all(record)?;
        let offset = self.offset;
        self.offset += record.len() as u64;
        Ok(Place {
            document,
            bytes: u32::try_from(record.len()).map_err(io::Error::other)?,
            offset,
        })
    }

    /// The passages at `places`, of the documents with these names.
    pub(super) fn into_passages(self, places: Vec<Place>, names: Vec<Arc<str>>) -> Passages {
        Passages {
            data: match self.file.into_inner() {
                SpooledData::InMemory(cursor) => Data::Memory(cursor.into_inner()),
                SpooledData::OnDisk(file) => Data::File(file),
            },
            places,
            names,
        }
    }
}

/// All passages of a corpus, in order.
#[derive(Debug)]
pub struct Passages {
    data: Data,
    places: Vec<Place>,
    /// The names of the documents.
    names: Vec<Arc<str>>,
}

#[derive(Debug)]
enum Data {
    Memory(Vec<u8>),
    File(File),
}

impl Passages {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Documents that they are from.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.names.len()
    }

    /// Index of the document of the passage at `index`.
    #[must_use]
    pub fn document(&self, index: usize) -> usize {
        self.places[index].document as usize
    }

    /// Length of the passage at `index`, roughly: in bytes, with what is kept
    /// beside it.
    #[must_use]
    pub fn bytes(&self, index: usize) -> u64 {
        self.places[index].bytes.into()
    }

    /// The passage at `index`.
    ///
    /// # Errors
    ///
    /// It cannot be read again.
    pub fn get(&self, index: usize) -> io::Result<Chunk> {
        let Place {
            document,
            bytes,
            offset,
        } = self.places[index];
        let mut record = vec![0; bytes as usize];
        match &self.data {
            Data::Memory(data) => {
                let start = usize::try_from(offset).expect("in memory");
                record.copy_from_slice(&data[start..start + bytes as usize]);
            }
            Data::File(file) => file.read_exact_at(&mut record, offset)?,
        }
        let Record {
            heading,
            page,
            number,
            text,
        } = postcard::from_bytes(&record).map_err(io::Error::other)?;
        Ok(Chunk {
            source: Arc::clone(&self.names[document as usize]),
            number,
            page,
            heading: heading.map(Into::into),
            text: text.into(),
        })
    }
}

#[cfg(test)]
impl Passages {
    /// Passages with these texts, each on the ninth page of a document of its own.
    pub(crate) fn of(texts: &[&str]) -> Self {
        let mut spool = Spool::new(Path::new("."));
        let record = |text| Record {
            heading: None,
            page: Some(9),
            number: 1,
            text,
        };
        let places = (0..).zip(texts).map(|(document, text)| {
            let added = spool.add(document, &record(text).to_bytes());
            added.expect("in memory")
        });
        let places = places.collect();
        let names = texts.iter().map(|_| "a.txt".into()).collect();
        spool.into_passages(places, names)
    }
}
