//! Progress while it lasts: a line that changes on a terminal, a plain line
//! every ten seconds elsewhere.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::document::Loaded;

use super::line::{self, Counts, Speed};
use super::terminal::Terminal;

/// Time between two plain lines.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// Time between two looks of the line on a terminal.
const DRAWN_EVERY: Duration = Duration::from_millis(250);

/// What takes less is over before it can be read.
const WORTH_SHOWING: Duration = Duration::from_secs(1);

/// What is shown.
#[derive(Debug, Clone)]
pub(super) enum Status {
    Loading { since: Instant, loaded: Loaded },
    Running(Counts),
}

impl Status {
    fn line(&self, speed: Speed, width: Option<usize>) -> String {
        match self {
            Self::Loading { since, .. } if since.elapsed() < WORTH_SHOWING => String::new(),
            Self::Loading { loaded, .. } => line::loading(*loaded, width),
            Self::Running(counts) => counts.line(speed, width),
        }
    }
}

/// How progress is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Not,
    Plain,
    Drawn,
}

impl Manner {
    /// Drawn for people at a terminal that can, unless the environment has `CI`.
    pub(super) fn of_stderr() -> Self {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let is_plain = is_dumb || is_set("CI");
        match io::stderr().is_terminal() && !is_plain {
            true => Self::Drawn,
            false => Self::Plain,
        }
    }
}

/// Shows how far a run has come.
#[derive(Debug)]
pub(super) struct Progress {
    manner: Manner,
    /// Knows how far it is and since when, and draws if it is to be drawn.
    bar: ProgressBar,
    status: Arc<Mutex<Option<Status>>>,
    pulse: Option<Pulse>,
}

impl Progress {
    pub(super) fn new(manner: Manner) -> Self {
        Self {
            manner,
            bar: ProgressBar::hidden(),
            status: Arc::default(),
            pulse: None,
        }
    }

    /// What messages have to step aside for.
    pub(super) fn bar(&self) -> &ProgressBar {
        &self.bar
    }

    /// Shows `status` from now on, on the way to `left` more samples.
    pub(super) fn begin(&mut self, status: Status, left: u64) {
        self.end();
        *self.status() = Some(status);
        self.bar.reset();
        self.bar.set_length(left);
        match self.manner {
            Manner::Not => {}
            Manner::Plain => {
                let (bar, status) = (self.bar.clone(), Arc::clone(&self.status));
                self.pulse = Some(Pulse::new(PLAIN_EVERY, move || {
                    let speed = Speed::of(bar.position(), bar.length(), bar.elapsed());
                    let status = lock(&status).clone();
                    let line = status.map(|status| status.line(speed, None));
                    let line = line.filter(|line| !line.is_empty());
                    if let Some(line) = line {
                        let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
                    }
                }));
            }
            Manner::Drawn => {
                self.bar.set_style(style(&self.status));
                let terminal = Box::new(Terminal::default());
                let target = ProgressDrawTarget::term_like_with_hz(terminal, 10);
                self.bar.set_draw_target(target);
                self.bar.tick();
                self.bar.enable_steady_tick(DRAWN_EVERY);
            }
        }
    }

    /// Loading has come so far.
    pub(super) fn loaded(&self, now: Loaded) {
        if let Some(Status::Loading { loaded, .. }) = &mut *self.status() {
            *loaded = now;
        }
    }

    /// Changes what is told of the run.
    pub(super) fn count(&self, change: impl FnOnce(&mut Counts)) {
        if let Some(Status::Running(counts)) = &mut *self.status() {
            change(counts);
        }
    }

    /// `written` samples came since the beginning.
    pub(super) fn advance(&self, written: u64) {
        self.bar.set_position(written);
    }

    /// Shows nothing any more.
    pub(super) fn end(&mut self) {
        self.pulse = None;
        self.bar.finish_and_clear();
        self.bar.set_draw_target(ProgressDrawTarget::hidden());
        *self.status() = None;
    }

    fn status(&self) -> MutexGuard<'_, Option<Status>> {
        lock(&self.status)
    }
}

/// A status is whole whoever panicked.
fn lock(status: &Mutex<Option<Status>>) -> MutexGuard<'_, Option<Status>> {
    status.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Nothing but the line of the `status`, made for the width of the terminal
/// each time it is drawn.
fn style(status: &Arc<Mutex<Option<Status>>>) -> ProgressStyle {
    let status = Arc::clone(status);
    let draw = move |state: &ProgressState, out: &mut dyn fmt::Write| {
        let speed = Speed::of(state.pos(), state.len(), state.elapsed());
        // The last column stays free: a full line makes some terminals wrap.
        let width = usize::from(Term::stderr().size().1).saturating_sub(1);
        if let Some(status) = &*lock(&status) {
            let _ = out.write_str(&status.line(speed, Some(width)));
        }
    };
    ProgressStyle::with_template("{line}")
        .expect("a valid template")
        .with_key("line", draw)
}

/// Does something again and again until it is dropped.
#[derive(Debug)]
struct Pulse {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Pulse {
    fn new(every: Duration, mut beat: impl FnMut() + Send + 'static) -> Self {
        let (stop, stopped) = channel();
        let thread = thread::spawn(move || {
            while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                beat();
            }
        });
        Self {
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // It can only have panicked, and the run goes on without it.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pulse_beats_until_it_is_dropped() {
        let (beats, beaten) = channel();
        let pulse = Pulse::new(Duration::from_millis(1), move || {
            let _ = beats.send(());
        });
        for _ in 0..3 {
            beaten.recv().expect("it beats");
        }
        drop(pulse);
        while beaten.try_recv().is_ok() {}
        // The thread is gone, and its end of the channel with it.
        assert!(beaten.recv().is_err());
    }

    #[test]
    fn what_takes_no_second_is_not_shown() {
        let speed = Speed {
            samples: 0.0,
            left: Duration::ZERO,
        };
        let now = Instant::now();
        let mut status = Status::Loading {
            since: now + Duration::from_secs(3_600),
            loaded: Loaded::default(),
        };
        assert_eq!(status.line(speed, None), "");
        if let Status::Loading { since, .. } = &mut status {
            *since = now.checked_sub(WORTH_SHOWING).expect("it was before");
        }
        assert_eq!(status.line(speed, None), "0 files read  0 passages");
    }
}
