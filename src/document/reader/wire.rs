//! What goes to and fro between the program and its readers, in frames: a length
//! of four bytes, and what it is of. Messages are in
//! [postcard](https://postcard.jamesmunns.com), and files follow their task as
//! they are.

use std::io::{self, ErrorKind, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::HowToRead;
use crate::document::FileType;

/// What a reader is to do with the file that comes behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Task {
    pub(super) file_type: FileType,
    pub(super) how: HowToRead,
    /// Computing time that it may take, if it is limited.
    pub(super) seconds: Option<u64>,
}

/// A passage on its way to the spool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::document) struct Passage {
    /// What it says, for comparison with others.
    pub(in crate::document) fingerprint: u64,
    /// How much it has to say, in bytes of text.
    pub(in crate::document) weight: u32,
    /// It, as the spool keeps it.
    #[serde(with = "serde_bytes")]
    pub(in crate::document) record: Vec<u8>,
}

/// What a reader says of a file: passages, and then one of the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Reply {
    Passage(Passage),
    /// That was all.
    Done {
        /// Digest of the whole text.
        sha256: [u8; 32],
    },
    /// The file is of no use, and why.
    Refused(String),
}

/// Longest frame; far more than a passage takes.
const MOST_BYTES: u32 = 64 << 20;

/// Bytes of a file that travel together.
const PIECE: usize = 64 << 10;

/// Sends `task`, and what is to be read after it; returns how many bytes that
/// were.
///
/// An empty frame ends it.
pub(super) fn send_task(
    channel: &mut impl Write,
    task: &Task,
    mut content: impl Read,
) -> io::Result<u64> {
    send(channel, task)?;
    let mut piece = vec![0; PIECE];
    let mut sent = 0;
    loop {
        let n = match content.read(&mut piece) {
            Ok(n) => n,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        send_frame(channel, &piece[..n])?;
        sent += n as u64;
        if n == 0 {
            channel.flush()?;
            return Ok(sent);
        }
    }
}

/// The next task; `None` when there is none to come.
pub(super) fn receive_task(channel: &mut impl Read) -> io::Result<Option<Task>> {
    match receive(channel) {
        Ok(task) => Ok(Some(task)),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is to be read for a task, behind which the next one comes.
pub(super) struct Content<'a, R> {
    channel: &'a mut R,
    /// Bytes of the frame that are still to come.
    left: usize,
    is_over: bool,
}

impl<'a, R: Read> Content<'a, R> {
    pub(super) fn new(channel: &'a mut R) -> Self {
        Self {
            channel,
            left: 0,
            is_over: false,
        }
    }
}

impl<R: Read> Read for Content<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !self.is_over {
            self.left = receive_length(self.channel)?;
            self.is_over = self.left == 0;
        }
        let most = buffer.len().min(self.left);
        if most == 0 {
            return Ok(0);
        }
        let n = self.channel.read(&mut buffer[..most])?;
        if n == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.left -= n;
        Ok(n)
    }
}

/// Sends a message as a frame.
pub(super) fn send(channel: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let bytes = postcard::to_stdvec(message).map_err(io::Error::other)?;
    send_frame(channel, &bytes)
}

/// The message in the next frame.
pub(super) fn receive<T: DeserializeOwned>(channel: &mut impl Read) -> io::Result<T> {
    let mut bytes = vec![0; receive_length(channel)?];
    channel.read_exact(&mut bytes)?;
    postcard::from_bytes(&bytes).map_err(io::Error::other)
}

/// Sends the length of `bytes`, and then them.
fn send_frame(channel: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    channel.write_all(&length.to_le_bytes())?;
    channel.write_all(bytes)
}

fn receive_length(channel: &mut impl Read) -> io::Result<usize> {
    let mut length = [0; 4];
    channel.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    match length > MOST_BYTES {
        true => Err(ErrorKind::InvalidData.into()),
        false => Ok(length as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{ChunkSize, PdfReading};

    #[test]
    fn tasks_come_one_after_the_other_whatever_is_read_of_their_files() {
        let task = |seconds| Task {
            file_type: FileType::Text,
            how: HowToRead {
                pdf: PdfReading::default(),
                chunk_size: ChunkSize::default(),
            },
            seconds: Some(seconds),
        };
        let (first, second) = (vec![7; PIECE + 1], b"lamp");
        let mut channel = Vec::new();
        let sent = send_task(&mut channel, &task(1), &first[..]).expect("sent");
        assert_eq!(sent, PIECE as u64 + 1);
        send_task(&mut channel, &task(2), &second[..]).expect("sent");

        let mut channel = &channel[..];
        for (number, file) in [(1, &first[..]), (2, &second[..])] {
            let received = receive_task(&mut channel).expect("a frame");
            assert_eq!(received, Some(task(number)));
            let (mut content, mut read) = (Content::new(&mut channel), Vec::new());
            content.read_to_end(&mut read).expect("whole");
            assert!(read == file);
            assert_eq!(content.read(&mut [0]).expect("its end"), 0);
        }
        assert_eq!(receive_task(&mut channel).expect("the end"), None);
        // A file that is cut off is no file.
        let mut cut = &[9, 0, 0, 0, 1, 2][..];
        let cut = Content::new(&mut cut).read_to_end(&mut Vec::new());
        assert_eq!(cut.expect_err("cut").kind(), ErrorKind::UnexpectedEof);
    }
}
