//! Files read by processes of their own, which crash, loop and use up memory in
//! the place of this one.
//!
//! A reader is this program once more. It is handed the bytes of files, on
//! standard input, and answers on standard error. It knows no key; as far as the
//! system offers that, it can open no file and reaches no network.

#[cfg(unix)]
mod sandbox;
#[cfg(not(unix))]
#[path = "no_sandbox.rs"]
mod sandbox;
mod serve;
mod wire;

use std::io::{self, ErrorKind, Read, Write};
use std::process::Child;
#[cfg(not(test))]
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
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

/// Answers that wait to be taken from a reader.
const WAITING: usize = 64;

/// What a reader is to read, from the first byte to the last.
pub(super) struct Input {
    pub(super) content: Box<dyn Read + Send>,
    pub(super) file_type: FileType,
    /// Its size in bytes; what a stream will hold, nobody knows.
    pub(super) bytes: Option<u64>,
}

/// What a reader found out about a file.
pub(super) struct Outcome {
    /// Bytes of the file.
    pub(super) bytes: u64,
    /// That of the whole text.
    pub(super) sha256: [u8; 32],
}

/// Reads one file after the other; starts a process when it needs one.
#[derive(Default)]
pub(super) struct Reader(Option<Running>);

/// A process that reads, or a thread in its place.
struct Running {
    /// Where tasks go; `None` while a file is on its way there.
    tasks: Option<Tasks>,
    replies: Receiver<io::Result<Reply>>,
    process: Option<Child>,
}

type Tasks = Box<dyn Write + Send>;

impl Reader {
    /// Reads `input`, and gives its passages as long as they are taken.
    ///
    /// # Errors
    ///
    /// The file is of no use, or reading it costs too much.
    pub(super) fn read(
        &mut self,
        input: Input,
        how: HowToRead,
        mut give: impl FnMut(Passage) -> io::Result<()>,
    ) -> Result<Outcome, Refusal> {
        let task = Task {
            file_type: input.file_type,
            how,
            seconds: input.bytes.map(|bytes| BASE_SECONDS + (bytes >> 20)),
        };
        let mut running = match self.0.take() {
            Some(running) => running,
            None => Running::start().map_err(Refusal::NoReader)?,
        };
        match running.read(task, input.content, &mut give) {
            Ok(answer) => {
                self.0 = Some(running).filter(|running| running.tasks.is_some());
                answer
            }
            Err(error) => Err(running.post_mortem(&error)),
        }
    }
}

impl Running {
    #[cfg(not(test))]
    fn start() -> io::Result<Self> {
        let mut process = Command::new(this_program()?)
            .arg(READER_ARGUMENT)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let tasks = process.stdin.take().ok_or(ErrorKind::BrokenPipe)?;
        let replies = process.stderr.take().ok_or(ErrorKind::BrokenPipe)?;
        Ok(Self {
            tasks: Some(Box::new(tasks)),
            replies: received(replies),
            process: Some(process),
        })
    }

    /// A thread: tests of the library have no program to start.
    #[cfg(test)]
    fn start() -> io::Result<Self> {
        let (its_tasks, tasks) = io::pipe()?;
        let (replies, its_replies) = io::pipe()?;
        thread::spawn(move || serve::serve_at(its_tasks, its_replies, |_| Ok(())));
        Ok(Self {
            tasks: Some(Box::new(tasks)),
            replies: received(replies),
            process: None,
        })
    }

    /// What came of a file, unless the reader dies.
    fn read(
        &mut self,
        task: Task,
        content: Box<dyn Read + Send>,
        give: &mut impl FnMut(Passage) -> io::Result<()>,
    ) -> io::Result<Result<Outcome, Refusal>> {
        let silence = task.seconds.map(|seconds| {
            let silence = Duration::from_secs(60 + 2 * seconds);
            silence.min(MOST_SILENCE)
        });
        let mut tasks = self.tasks.take().ok_or(ErrorKind::BrokenPipe)?;
        // A file that is refused may have no end: nobody waits for this thread then.
        let feeding = thread::Builder::new().spawn(move || {
            let sent = send_task(&mut tasks, &task, content);
            sent.map(|bytes| (bytes, tasks))
        })?;
        loop {
            match self.reply(silence)? {
                Reply::Passage(passage) => give(passage)?,
                Reply::Done { sha256 } => {
                    let (bytes, tasks) = feeding.join().map_err(|_| ErrorKind::BrokenPipe)??;
                    self.tasks = Some(tasks);
                    return Ok(Ok(Outcome { bytes, sha256 }));
                }
                Reply::Refused(reason) => {
                    let fed = feeding.is_finished().then(|| feeding.join());
                    return Ok(Err(match fed {
                        Some(Ok(Err(error))) if error.kind() != ErrorKind::BrokenPipe => {
                            Refusal::Unreadable(error)
                        }
                        Some(Ok(Ok((_, tasks)))) => {
                            self.tasks = Some(tasks);
                            Refusal::Malformed(reason)
                        }
                        _ => Refusal::Malformed(reason),
                    }));
                }
            }
        }
    }

    /// The next reply; it must come within `silence`, if that is limited.
    fn reply(&self, silence: Option<Duration>) -> io::Result<Reply> {
        match silence {
            Some(silence) => match self.replies.recv_timeout(silence) {
                Ok(reply) => reply,
                Err(RecvTimeoutError::Timeout) => Err(ErrorKind::TimedOut.into()),
                Err(RecvTimeoutError::Disconnected) => Err(ErrorKind::BrokenPipe.into()),
            },
            None => self.replies.recv().map_err(|_| ErrorKind::BrokenPipe)?,
        }
    }

    /// What killed a reader that ended with `error`.
    fn post_mortem(mut self, error: &io::Error) -> Refusal {
        if error.kind() == ErrorKind::TimedOut {
            return Refusal::TooSlow;
        }
        let status = self.process.as_mut().and_then(|process| {
            // It is dead or of no further use.
            let _ = process.kill();
            process.wait().ok()
        });
        match status.is_some_and(sandbox::was_out_of_time) {
            true => Refusal::TooSlow,
            false => Refusal::Crashed,
        }
    }
}

/// The replies that come in on `channel`, until it breaks.
fn received(mut channel: impl Read + Send + 'static) -> Receiver<io::Result<Reply>> {
    let (replies, taken) = sync_channel(WAITING);
    thread::spawn(move || {
        let mut channel = io::BufReader::new(&mut channel);
        loop {
            let reply = receive(&mut channel);
            let is_last = reply.is_err();
            if replies.send(reply).is_err() || is_last {
                return;
            }
        }
    });
    taken
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

/// This program; on Linux even if another has its name by now.
#[cfg(not(test))]
fn this_program() -> io::Result<std::path::PathBuf> {
    let running = std::path::PathBuf::from("/proc/self/exe");
    match cfg!(target_os = "linux") && running.exists() {
        true => Ok(running),
        false => std::env::current_exe(),
    }
}
