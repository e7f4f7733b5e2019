//! The side of a reader: files in, passages out.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;

use sha2::{Digest as _, Sha256};

use super::sandbox;
use super::wire::{Reply, Task, receive_task, send};
use crate::document::chunk::{Chunker, Passage};
use crate::document::spool::Record;
use crate::document::{Limits, Refusal, Section, extract, similar};

/// Reads files for the program at the other end of standard input, shut in, until
/// that has no more.
///
/// # Errors
///
/// There is no such program, or it is gone.
pub fn serve() -> io::Result<()> {
    let channel = io::stdin().as_fd().try_clone_to_owned()?;
    // What some parser prints must not come between the frames.
    let nothing = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nothing)?;
    sandbox::enter()?;
    serve_at(channel.into(), sandbox::limit_time)
}

/// Reads files for the program at the other end of `channel`; `limit_time` is
/// told how many seconds each may take.
pub(super) fn serve_at(
    mut channel: UnixStream,
    limit_time: impl Fn(Option<u64>) -> io::Result<()>,
) -> io::Result<()> {
    let mut replies = BufWriter::new(channel.try_clone()?);
    while let Some((task, file)) = receive_task(&mut channel)? {
        limit_time(task.seconds)?;
        let mut numbers = 1..;
        let reply = read(&task, file, |passage| {
            let Passage {
                heading,
                page,
                text,
            } = passage;
            let record = Record {
                heading: heading.as_deref(),
                page,
                number: numbers.next().unwrap_or(u32::MAX),
                text,
            };
            let passage = Reply::Passage {
                fingerprint: similar::fingerprint(text),
                record: record.to_bytes(),
            };
            send(&mut replies, &passage)
        })?;
        send(&mut replies, &reply)?;
        replies.flush()?;
    }
    Ok(())
}

/// Gives the passages of a file, then says how it ended.
fn read(
    task: &Task,
    file: OwnedFd,
    mut give: impl FnMut(Passage<'_>) -> io::Result<()>,
) -> io::Result<Reply> {
    let mut is_blank = true;
    let mut give = |passage: Passage<'_>| {
        is_blank = false;
        give(passage)
    };
    let mut chunker = Chunker::new(task.chunk_size);
    let mut digest = Sha256::new();
    let mut given = Ok(());
    let mut take = |section: Section| {
        let Section {
            text,
            page,
            continues,
        } = section;
        if !continues {
            digest.update([0]);
        }
        digest.update(&text);
        given = chunker.push(&text, page, continues, &mut give);
        // What is read no longer matters if nobody takes it.
        given.as_ref().map_err(|_| Refusal::Blank).copied()
    };
    let mut file = File::from(file);
    let limits = Limits::default();
    let extracted = extract(
        task.file_type,
        &mut file,
        task.pdf_engine,
        limits,
        &mut take,
    );
    given?;
    if let Err(refusal) = extracted {
        return Ok(Reply::Refused(refusal.to_string()));
    }
    chunker.finish(&mut give)?;
    if is_blank {
        return Ok(Reply::Refused(Refusal::Blank.to_string()));
    }
    Ok(Reply::Done {
        sha256: digest.finalize().into(),
    })
}
