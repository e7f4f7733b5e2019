//! Files read by processes of their own, which crash, loop and use up memory in
//! the place of this one.
//!
//! A reader is this program once more. It is handed open files and can open
//! none, knows no key, and reaches no network.

mod sandbox;
mod serve;
mod wire;

use std::fs::{File, Metadata};
use std::io::{self, BufReader, ErrorKind};
use std::os::fd::AsFd as _;
#[cfg(not(test))]
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Child;
#[cfg(not(test))]
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use serve::serve;
pub(super) use wire::Passage;
use wire::{Reply, Task, receive, send_task};

use super::{ChunkSize, FileType, PdfReading, Refusal};

/// The argument with which this program is a reader.
pub const READER_ARGUMENT: &str = "__read-documents";

/// How files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HowToRead {
    /// What is made of PDF files.
    pub pdf: PdfReading,
    /// How large passages are.
    pub chunk_size: ChunkSize,
}

/// Computing time that every file may take, in seconds, and each MiB of it.
const BASE_SECONDS: u64 = 10;

/// Longest silence of a reader.
const MOST_SILENCE: Duration = Duration::from_secs(600);

/// Reads one file after the other; starts a process when it needs one.
#[derive(Default)]
pub(super) struct Reader(Option<Running>);

/// A process that reads, or a thread in its place.
struct Running {
    channel: BufReader<UnixStream>,
    process: Option<Child>,
}

impl Reader {
    /// Reads `file`, gives its passages as long as they are taken, and returns the
    /// SHA-256 of the whole text.
    ///
    /// # Errors
    ///
    /// The file is of no use, or reading it costs too much.
    pub(super) fn read(
        &mut self,
        file: &File,
        file_type: FileType,
        how: HowToRead,
        mut give: impl FnMut(Passage) -> io::Result<()>,
    ) -> Result<[u8; 32], Refusal> {
        // What a stream will hold, nobody knows.
        let metadata = file.metadata().ok().filter(Metadata::is_file);
        let seconds = metadata.map(|metadata| BASE_SECONDS + (metadata.len() >> 20));
        let task = Task {
            file_type,
            how,
            seconds,
        };
        let mut running = match self.0.take() {
            Some(running) => running,
            None => Running::start().map_err(Refusal::NoReader)?,
        };
        let read = running.read(&task, file, &mut give);
        match read {
            Ok(answer) => {
                self.0 = Some(running);
                answer.map_err(Refusal::Malformed)
            }
            Err(error) => Err(running.post_mortem(&error)),
        }
    }
}

impl Running {
    #[cfg(not(test))]
    fn start() -> io::Result<Self> {
        let (channel, its_end) = UnixStream::pair()?;
        let process = Command::new(this_program()?)
            .arg(READER_ARGUMENT)
            .env_clear()
            .stdin(OwnedFd::from(its_end))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self {
            channel: BufReader::new(channel),
            process: Some(process),
        })
    }

    /// A thread: tests of the library have no program to start.
    #[cfg(test)]
    fn start() -> io::Result<Self> {
        let (channel, its_end) = UnixStream::pair()?;
        std::thread::spawn(move || serve::serve_at(its_end, |_| Ok(())));
        Ok(Self {
            channel: BufReader::new(channel),
            process: None,
        })
    }

    /// The digest of a text or why there is none, unless the reader dies.
    fn read(
        &mut self,
        task: &Task,
        file: &File,
        give: &mut impl FnMut(Passage) -> io::Result<()>,
    ) -> io::Result<Result<[u8; 32], String>> {
        let channel = self.channel.get_mut();
        channel.set_read_timeout(task.seconds.map(|seconds| {
            let silence = Duration::from_secs(60 + 2 * seconds);
            silence.min(MOST_SILENCE)
        }))?;
        send_task(channel, task, file.as_fd())?;
        loop {
            match receive(&mut self.channel)? {
                Reply::Passage(passage) => give(passage)?,
                Reply::Done { sha256 } => return Ok(Ok(sha256)),
                Reply::Refused(reason) => return Ok(Err(reason)),
            }
        }
    }

    /// What killed a reader that ended with `error`.
    fn post_mortem(mut self, error: &io::Error) -> Refusal {
        if error.kind() == ErrorKind::WouldBlock {
            return Refusal::TooSlow;
        }
        let status = self.process.as_mut().and_then(|process| {
            // It is dead or of no further use.
            let _ = process.kill();
            process.wait().ok()
        });
        match status.and_then(|status| status.signal()) {
            Some(SIGXCPU) => Refusal::TooSlow,
            _ => Refusal::Crashed,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            // It may be gone, and has nothing that could be lost.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// This program, even if another has its name by now.
#[cfg(not(test))]
fn this_program() -> io::Result<std::path::PathBuf> {
    let running = std::path::PathBuf::from("/proc/self/exe");
    match running.exists() {
        true => Ok(running),
        false => std::env::current_exe(),
    }
}

/// The signal for too much computing time (`man 7 signal`).
const SIGXCPU: i32 = 24;
