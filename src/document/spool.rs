//! The passages of a corpus, out of memory when they are many.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tempfile::{SpooledData, SpooledTempFile, spooled_tempfile_in};

use super::Chunk;

/// Bytes of the length of a record.
const LENGTH_BYTES: usize = 4;

/// Passages are kept in memory up to so many bytes.
const MEMORY_BYTES: usize = 4 << 20;

/// A passage, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record<'a> {
    pub(super) heading: Option<&'a str>,
    pub(super) page: Option<u32>,
    pub(super) number: u32,
    pub(super) text: &'a str,
    /// Pages instead of a text; else empty.
    #[serde(with = "serde_bytes")]
    pub(super) pdf: &'a [u8],
}

impl Record<'_> {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("plain data, and memory")
    }
}

/// Where a passage is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Index of its document.
    pub(super) document: u32,
    /// How much it has to say, in bytes of text.
    pub(super) weight: u32,
    /// Where its length stands, and then its record.
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

    pub(super) fn add(&mut self, document: u32, weight: u32, record: &[u8]) -> io::Result<Place> {
        let length = u32::try_from(record.len()).map_err(io::Error::other)?;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(record)?;
        let offset = self.offset;
        self.offset += LENGTH_BYTES as u64 + u64::from(length);
        Ok(Place {
            document,
            weight,
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

    /// Calls the documents by these names, in their order.
    pub fn rename<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        for (name, new) in self.names.iter_mut().zip(names) {
            *name = new.into();
        }
    }

    /// Index of the document of the passage at `index`.
    #[must_use]
    pub fn document(&self, index: usize) -> usize {
        self.places[index].document as usize
    }

    /// How much the passage at `index` has to say, in bytes of text; never zero.
    #[must_use]
    pub fn weight(&self, index: usize) -> u64 {
        self.places[index].weight.max(1).into()
    }

    /// The passage at `index`.
    ///
    /// # Errors
    ///
    /// It cannot be read again.
    pub fn get(&self, index: usize) -> io::Result<Chunk> {
        let Place {
            document, offset, ..
        } = self.places[index];
        let mut length = [0; LENGTH_BYTES];
        self.data.read(&mut length, offset)?;
        let mut record = vec![0; u32::from_le_bytes(length) as usize];
        self.data.read(&mut record, offset + LENGTH_BYTES as u64)?;
        let Record {
            heading,
            page,
            number,
            text,
            pdf,
        } = postcard::from_bytes(&record).map_err(io::Error::other)?;
        Ok(Chunk {
            source: Arc::clone(&self.names[document as usize]),
            number,
            page,
            heading: heading.map(Into::into),
            text: text.into(),
            pdf: (!pdf.is_empty()).then(|| Bytes::copy_from_slice(pdf)),
        })
    }
}

impl Data {
    fn read(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        match self {
            Self::Memory(data) => {
                let start = usize::try_from(offset).map_err(io::Error::other)?;
                bytes.copy_from_slice(&data[start..start + bytes.len()]);
                Ok(())
            }
            Self::File(file) => read_exact_at(file, bytes, offset),
        }
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let n = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if n == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[n..];
        offset += n as u64;
    }
    Ok(())
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
            pdf: &[],
        };
        let weight = |text: &str| u32::try_from(text.len()).expect("short");
        let places = (0..).zip(texts).map(|(document, text)| {
            let added = spool.add(document, weight(text), &record(text).to_bytes());
            added.expect("in memory")
        });
        let places = places.collect();
        let names = texts.iter().map(|_| "a.txt".into()).collect();
        spool.into_passages(places, names)
    }
}
