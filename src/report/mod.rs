//! What a person sees: messages, progress and summary on stderr, results on
//! stdout. Decides nothing.

pub mod html;
mod log;
mod summary;

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use tracing::level_filters::LevelFilter;

use crate::cli::LogLevel;
use crate::generate::{Books, Estimate, Event, Traffic};
use crate::sample::{Field, Sample};

pub use html::GENERATOR;
pub use summary::{Summary, listed};

/// Samples shown at the end of a run.
const PREVIEW: usize = 3;

/// The one who prints.
#[derive(Debug)]
pub struct Report {
    quiet: bool,
    bar: ProgressBar,
    has_answer: bool,
    preview: Vec<Sample>,
}

impl Report {
    /// Starts to print messages from `level` up, or errors only.
    #[must_use]
    pub fn new(level: LogLevel, quiet: bool) -> Self {
        let bar = ProgressBar::hidden();
        let level = match level {
            _ if quiet => LevelFilter::ERROR,
            LogLevel::Debug => LevelFilter::DEBUG,
            LogLevel::Info => LevelFilter::INFO,
            LogLevel::Warning => LevelFilter::WARN,
            LogLevel::Error | LogLevel::Critical => LevelFilter::ERROR,
        };
        log::install(level, &bar);
        Self {
            quiet,
            bar,
            has_answer: false,
            preview: Vec::new(),
        }
    }

    /// A run for `target` samples begins, of which `written` are there.
    pub fn start(&self, target: u64, written: u64) {
        self.bar.set_length(target);
        self.bar.set_position(written);
        self.bar.reset_eta();
        if self.quiet || !io::stderr().is_terminal() {
            return;
        }
        self.bar.set_style(style(
            "{spinner} waiting for the first answer  {elapsed}  {wide_msg}",
        ));
        self.bar.set_draw_target(ProgressDrawTarget::stderr());
        self.bar.enable_steady_tick(Duration::from_millis(250));
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
                    let subtopics = plan.subtopics();
                    tracing::info!("plan: {topics} topics with {subtopics} sub-topics");
                } else {
                    tracing::info!("plan: {new} more topics, {topics} now");
                }
            }
            Event::Settled {
                new,
                books,
                traffic,
            } => {
                let wanted = PREVIEW.saturating_sub(self.preview.len());
                self.preview.extend(new.iter().take(wanted).cloned());
                if !self.has_answer && books.written > 0 {
                    self.has_answer = true;
                    self.bar.set_style(style(
                        "{bar:16} {human_pos}/{human_len} samples  {per_sec:1}  eta {eta}  {wide_msg}",
                    ));
                }
                self.bar.set_position(books.written);
                self.bar.set_message(progress_message(books, traffic));
            }
        }
    }

    /// The run is over.
    pub fn finish(&self, summary: &Summary<'_>, fields: &[Field]) {
        self.bar.finish_and_clear();
        if self.quiet {
            return;
        }
        let mut text = String::new();
        for (index, sample) in self.preview.iter().enumerate() {
            summary::preview(&mut text, index + 1, sample, fields);
        }
        summary.write(&mut text);
        // Nobody is left to be told that stderr is closed.
        let _ = io::stderr().write_all(text.as_bytes());
    }
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).expect("a valid template");
    style.progress_chars("=> ")
}

fn progress_message(books: &Books, traffic: &Traffic) -> String {
    let tokens = traffic.usage.prompt_tokens + traffic.usage.completion_tokens;
    let mut message = format!("{} tokens", HumanCount(tokens));
    if books.duplicate > 0 {
        let _ = write!(message, "  {} dup", HumanCount(books.duplicate));
    }
    if books.rejected() > 0 {
        let _ = write!(message, "  {} rejected", HumanCount(books.rejected()));
    }
    message
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
