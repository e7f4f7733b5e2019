//! What goes to and fro between the program and its readers: an open file with
//! each task, frames of [postcard](https://postcard.jamesmunns.com) back.

use std::io::{self, ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::HowToRead;
use crate::document::FileType;

/// What a reader is to do with the file that comes along.
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

/// Sends a task with its file.
pub(super) fn send_task(
    channel: &mut UnixStream,
    task: &Task,
    file: BorrowedFd<'_>,
) -> io::Result<()> {
    let files = [file];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    ancillary.push(SendAncillaryMessage::ScmRights(&files));
    // A file cannot travel without a byte.
    sendmsg(
        &*channel,
        &[IoSlice::new(&[0])],
        &mut ancillary,
        SendFlags::empty(),
    )?;
    send(channel, task)
}

/// The next task and its file; `None` when there is none to come.
pub(super) fn receive_task(channel: &mut UnixStream) -> io::Result<Option<(Task, OwnedFd)>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    let received = recvmsg(
        &*channel,
        &mut [IoSliceMut::new(&mut byte)],
        &mut ancillary,
        RecvFlags::empty(),
    )?;
    if received.bytes == 0 {
        return Ok(None);
    }
    let mut files = ancillary.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut files) => files.next(),
        _ => None,
    });
    let file = files.next().ok_or(ErrorKind::InvalidData)?;
    Ok(Some((receive(channel)?, file)))
}

/// Sends a message as a frame: its length, then its bytes.
pub(super) fn send(channel: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let bytes = postcard::to_stdvec(message).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    channel.write_all(&length.to_le_bytes())?;
    channel.write_all(&bytes)
}

/// The message in the next frame.
pub(super) fn receive<T: DeserializeOwned>(channel: &mut impl Read) -> io::Result<T> {
    let mut length = [0; 4];
    channel.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length > MOST_BYTES {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; length as usize];
    channel.read_exact(&mut bytes)?;
    postcard::from_bytes(&bytes).map_err(io::Error::other)
}
