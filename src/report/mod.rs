//! What a person sees: messages, progress and summary on stderr, results on
//! stdout. Decides nothing.

mod glance;
pub mod html;
mod line;
mod log;
mod next;
mod page;
mod progress;
mod summary;
mod terminal;

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::{Local, TimeDelta};
use indicatif::HumanCount;
use tracing::level_filters::LevelFilter;

use crate::cli::LogLevel;
use crate::document::Loaded;
use crate::generate::{Books, Estimate, Event, Flight, Rates, Traffic};
use crate::insight::Glance;
use crate::sample::{Field, Sample};

use line::{Counts, Until};
use page::Layout;
use progress::{Manner, Progress, Status};

pub use html::GENERATOR;
pub use summary::{Summary, listed};

/// Samples shown at the end of a run.
const PREVIEW: usize = 3;

/// The one who prints.
#[derive(Debug)]
pub struct Report {
    quiet: bool,
    progress: Progress,
    rates: Option<Rates>,
    /// Samples that were there before.
    before: u64,
    glance: Glance,
    preview: Vec<Sample>,
}

impl Report {
    /// Starts to print messages from `level` up, or errors only.
    #[must_use]
    pub fn new(level: LogLevel, quiet: bool) -> Self {
        let progress = Progress::new(match quiet {
            true => Manner::Not,
            false => Manner::of_stderr(),
        });
        let level = match level {
            _ if quiet => LevelFilter::ERROR,
            LogLevel::Debug => LevelFilter::DEBUG,
            LogLevel::Info => LevelFilter::INFO,
            LogLevel::Warning => LevelFilter::WARN,
            LogLevel::Error | LogLevel::Critical => LevelFilter::ERROR,
        };
        log::install(level, progress.bar());
        Self {
            quiet,
            progress,
            rates: None,
            before: 0,
            glance: Glance::default(),
            preview: Vec::new(),
        }
    }

    /// Documents are going to be loaded.
    pub fn start_loading(&mut self) {
        let since = Instant::now();
        let loaded = Loaded::default();
        self.progress.begin(Status::Loading { since, loaded }, 0);
    }

    /// Loading has come so far.
    pub fn loading(&self, loaded: Loaded) {
        self.progress.loaded(loaded);
    }

    /// Everything is loaded, or cannot be.
    pub fn end_loading(&mut self) {
        self.progress.end();
    }

    /// The samples are going to be of `fields`.
    pub fn expect(&mut self, fields: &[Field]) {
        self.glance = Glance::new(fields);
    }

    /// The next `samples` are on disk, of this part of the run or an earlier one.
    pub fn take(&mut self, samples: &[Sample]) {
        let wanted = PREVIEW.saturating_sub(self.preview.len());
        self.preview.extend(samples.iter().take(wanted).cloned());
        if !self.quiet {
            for sample in samples {
                self.glance.take(sample);
            }
        }
    }

    /// A run for `target` samples begins, of which `written` are there; its
    /// tokens cost what `rates` say, if that is known.
    pub fn start(&mut self, target: u64, written: u64, rates: Option<&Rates>) {
        self.rates = rates.cloned();
        self.before = written;
        let counts = Counts {
            target,
            written,
            ..Counts::default()
        };
        let left = target.saturating_sub(written);
        self.progress.begin(Status::Running(counts), left);
    }

    /// Something happened.
    pub fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Refined(query) => {
                let words: Vec<_> = query.split_whitespace().collect();
                tracing::info!("refined query: {}", words.join(" "));
            }
            Event::Planned { plan, new } => {
                let topics = plan.topics.len();
                if *new == topics {
                    tracing::info!("plan: {}", plan.told());
                } else {
                    tracing::info!("plan: {new} more topics, {topics} now");
                }
            }
            Event::Waiting(flight) => self.wait(*flight),
            Event::Settled {
                new,
                books,
                traffic,
            } => {
                self.take(new);
                self.count(books, traffic);
            }
        }
    }

    fn wait(&self, flight: Flight) {
        let Flight {
            under_way,
            limit,
            pause,
        } = flight;
        let pause = pause.map(|pause| Until {
            time: time_in(pause.left),
            is_for_failures: pause.is_for_failures,
        });
        self.progress.count(|counts| {
            counts.under_way = Some((under_way, limit));
            counts.pause = pause;
        });
    }

    fn count(&self, books: &Books, traffic: &Traffic) {
        let cost = self.rates.as_ref().map(|rates| rates.cost(traffic));
        let looks = traffic.verify.usage;
        let usages = [traffic.usage, looks];
        let tokens = usages.map(|usage| usage.prompt_tokens + usage.completion_tokens);
        self.progress.count(|counts| {
            counts.written = books.written;
            counts.duplicate = books.duplicate;
            counts.rejected = books.rejected();
            counts.tokens = tokens.iter().sum();
            counts.cost = cost;
        });
        self.progress.advance(books.written - self.before);
    }

    /// The run is over.
    pub fn finish(&mut self, summary: &Summary<'_>, fields: &[Field]) {
        self.progress.end();
        if self.quiet {
            return;
        }
        let layout = Layout::of_stderr();
        let mut text = String::new();
        summary.write_account(&mut text, layout);
        glance::write(&mut text, &self.glance, fields, layout);
        summary::preview(&mut text, &self.preview, fields, layout);
        summary.write_files(&mut text, layout);
        // Nobody is left to be told that stderr is closed.
        let _ = io::stderr().write_all(text.as_bytes());
    }
}

/// The time of day when `left` is over.
fn time_in(left: Duration) -> String {
    let left = TimeDelta::from_std(left).unwrap_or_default();
    (Local::now() + left).format("%H:%M:%S").to_string()
}

/// Prints the results of a run on stdout: `paths`, one a line.
///
/// # Errors
///
/// stdout cannot be written; that it is closed is no error.
pub fn print_paths(paths: &[PathBuf]) -> io::Result<()> {
    let mut text = String::new();
    for path in paths {
        let _ = writeln!(text, "{}", path.display());
    }
    print(text.as_bytes())
}

/// Prints the results of a run on stdout: one JSON object.
///
/// # Errors
///
/// stdout cannot be written; that it is closed is no error.
pub fn print_json(result: &impl serde::Serialize) -> io::Result<()> {
    let text = serde_json::to_string(result).expect("plain data");
    print(format!("{text}\n").as_bytes())
}

/// Prints a result on stdout.
///
/// # Errors
///
/// stdout cannot be written; that it is closed is no error.
pub fn print(result: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(result).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// What a run is expected to take, in words.
#[must_use]
pub fn estimated(estimate: &Estimate) -> String {
    let Estimate {
        usage,
        verify_usage,
        ..
    } = estimate;
    format!(
        "about {} requests, {} tokens in and {} out",
        HumanCount(estimate.requests()),
        HumanCount(usage.prompt_tokens + verify_usage.prompt_tokens),
        HumanCount(usage.completion_tokens + verify_usage.completion_tokens)
    )
}

/// Asks whether to go on with a run of `samples` samples. Only a person at a
/// terminal is asked; everybody else is warned, and goes on.
#[must_use]
pub fn confirm_large_run(samples: u64, estimate: &str) -> bool {
    let samples = HumanCount(samples);
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        tracing::warn!("a large run: {samples} samples, {estimate}");
        return true;
    }
    let mut answer = String::new();
    let question = format!("{samples} samples take {estimate}. Generate them? [y/N] ");
    let asked = io::stderr().write_all(question.as_bytes());
    asked
        .and_then(|()| io::stdin().read_line(&mut answer))
        .is_ok()
        && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Prints a line about what a command does.
pub fn say(line: &str) {
    let _ = io::stderr().write_all(format!("{}\n", summary::printable(line)).as_bytes());
}

/// Prints an error and what to do about it.
pub fn print_error(error: &dyn std::fmt::Display, hint: Option<&str>) {
    let label = match log::colours_are_wanted() {
        true => "\x1b[1;31merror\x1b[0m",
        false => "error",
    };
    let hint = hint
        .map(|hint| format!("  hint: {hint}\n"))
        .unwrap_or_default();
    let error = summary::printable(&error.to_string());
    let _ = io::stderr().write_all(format!("{label}: {error}\n{hint}").as_bytes());
}
