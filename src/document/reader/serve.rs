//! The side of a reader: files in, passages out.

use std::io::{self, BufWriter, Cursor, Read, Write};
use std::panic;

use sha2::{Digest as _, Sha256};

use super::sandbox;
use super::wire::{Content, Passage, Reply, Task, receive_task, send};
use crate::document::chunk::{self, Chunker};
use crate::document::spool::Record;
use crate::document::{
    FileType, Limits, PartLimits, PdfEngine, PdfReading, Refusal, Section, extract, pdf_parts,
    similar,
};

/// Bytes of text that a page is worth.
const PAGE_BYTES: u32 = 3_000;

/// Reads the files that come on standard input, shut in, until there are no more,
/// and answers on standard error.
///
/// # Errors
///
/// The program that asks is gone.
pub fn serve() -> io::Result<()> {
    // Not standard output: some parser prints there.
    let replies = io::stderr().lock();
    panic::set_hook(Box::new(|_| {}));
    sandbox::enter()?;
    serve_at(io::stdin().lock(), replies, sandbox::limit_time)
}

/// Reads the files that come from `tasks`, and answers to `replies`; `limit_time`
/// is told how many seconds each may take.
pub(super) fn serve_at(
    mut tasks: impl Read,
    replies: impl Write,
    limit_time: impl Fn(Option<u64>) -> io::Result<()>,
) -> io::Result<()> {
    let mut replies = BufWriter::new(replies);
    while let Some(task) = receive_task(&mut tasks)? {
        limit_time(task.seconds)?;
        let mut answer = Answer {
            task,
            replies: &mut replies,
            sent: 0,
            digest: Sha256::new(),
        };
        let mut content = Content::new(&mut tasks);
        let reply = match answer.read(&mut content) {
            Ok(()) => Reply::Done {
                sha256: answer.digest.finalize().into(),
            },
            Err(Stop::Refused(refusal)) => Reply::Refused(refusal.to_string()),
            Err(Stop::Broken(error)) => return Err(error),
        };
        send(&mut replies, &reply)?;
        replies.flush()?;
        io::copy(&mut content, &mut io::sink())?;
    }
    Ok(())
}

/// What is said of one file.
struct Answer<'a, W> {
    task: Task,
    replies: &'a mut W,
    /// Passages so far.
    sent: u32,
    /// That of all text, or of all pages.
    digest: Sha256,
}

/// Why a file is read no further.
enum Stop {
    Refused(Refusal),
    /// There is nobody to read it for.
    Broken(io::Error),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

impl<W: Write> Answer<'_, W> {
    fn read(&mut self, content: &mut dyn Read) -> Result<(), Stop> {
        match self.task.how.pdf {
            PdfReading::Text(engine) => self.read_text(content, engine)?,
            PdfReading::Pages if self.task.file_type == FileType::Pdf => {
                self.read_pages(content)?;
            }
            PdfReading::Pages => self.read_text(content, PdfEngine::default())?,
        }
        match self.sent {
            0 => Err(Refusal::Blank.into()),
            _ => Ok(()),
        }
    }

    fn read_text(&mut self, content: &mut dyn Read, engine: PdfEngine) -> Result<(), Stop> {
        let Task { file_type, how, .. } = self.task;
        let mut chunker = Chunker::new(how.chunk_size);
        let mut given = Ok(());
        let mut take = |section: Section| {
            if !section.continues {
                self.digest.update([0]);
            }
            self.digest.update(&section.text);
            given = chunker.push(section, |passage| self.send_text(passage));
            // What is read no longer matters if nobody takes it.
            given.as_ref().map_err(|_| Refusal::Blank).copied()
        };
        let extracted = extract(file_type, content, engine, Limits::default(), &mut take);
        given?;
        extracted?;
        Ok(chunker.finish(|passage| self.send_text(passage))?)
    }

    fn read_pages(&mut self, file: &mut dyn Read) -> Result<(), Stop> {
        let mut content = Vec::new();
        let most = Limits::default().file_bytes;
        let read = file.take(most + 1).read_to_end(&mut content);
        if read.map_err(Refusal::Unreadable)? as u64 > most {
            return Err(Refusal::TooLarge(most).into());
        }
        let parts = pdf_parts(FileType::Pdf, &content, PartLimits::default())?;
        let Some(parts) = parts else {
            return self.read_text(&mut Cursor::new(content), PdfEngine::default());
        };
        for part in parts {
            self.digest.update(&part.data);
            let digest = Sha256::digest(&part.data);
            let first_bytes = digest.first_chunk().expect("32 bytes");
            let record = Record {
                heading: None,
                page: Some(part.first_page),
                number: self.sent + 1,
                text: "",
                pdf: &part.data,
            };
            let weight = part.pages.saturating_mul(PAGE_BYTES);
            self.send(u64::from_le_bytes(*first_bytes), weight, &record)?;
        }
        Ok(())
    }

    fn send_text(&mut self, passage: chunk::Passage<'_>) -> io::Result<()> {
        let chunk::Passage {
            heading,
            page,
            text,
        } = passage;
        let record = Record {
            heading: heading.as_deref(),
            page,
            number: self.sent + 1,
            text,
            pdf: &[],
        };
        let weight = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.send(similar::fingerprint(text), weight, &record)
    }

    fn send(&mut self, fingerprint: u64, weight: u32, record: &Record<'_>) -> io::Result<()> {
        self.sent += 1;
        let passage = Passage {
            fingerprint,
            weight,
            record: record.to_bytes(),
        };
        send(self.replies, &Reply::Passage(passage))
    }
}
