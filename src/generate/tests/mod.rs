//! The loop, with a scripted model on a paused clock.

mod faults;
mod grounding;
mod resume;
mod run;
mod simulation;
mod steering;
mod verify;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use tempfile::TempDir;
use tokio::time::Instant;

use super::dedup::Threshold;
use super::*;
use crate::document::Passages;
use crate::format::{Format, predefined};
use crate::llm::{Answer, ChatRequest, Completion, FinishReason, RateLimits, Usage};
use crate::output::testing::claim;
use crate::output::{Existing, OutputConfig, OutputFormat, Place, SourceKind};
use crate::shutdown::stop_switch;

/// What the model does on one call.
enum Step {
    Answer(Completion),
    Error(LlmError),
    /// Never answers.
    Hang,
}

/// A model that follows a script: call number and request in, step out.
struct Scripted<F> {
    script: F,
    latency: Duration,
    calls: AtomicUsize,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
    requests: Mutex<Vec<ChatRequest>>,
}

impl<F: Fn(usize, &ChatRequest) -> Step + Send + Sync> Scripted<F> {
    fn new(script: F) -> Self {
        Self {
            script,
            latency: Duration::ZERO,
            calls: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
            requests: Mutex::new(Vec::new()),
        }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    fn users(&self) -> Vec<String> {
        self.requests
            .lock()
            .expect("no panic")
            .iter()
            .map(|request| request.user.clone())
            .collect()
    }
}

#[async_trait]
impl<F: Fn(usize, &ChatRequest) -> Step + Send + Sync> LlmClient for Scripted<F> {
    fn model(&self) -> &'static str {
        "scripted"
    }

    async fn complete(&self, request: &ChatRequest) -> Result<Completion, LlmError> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        self.requests
            .lock()
            .expect("no panic")
            .push(request.clone());
        let in_flight = 1 + self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.most_in_flight.fetch_max(in_flight, Ordering::Relaxed);
        tokio::time::sleep(self.latency).await;
        let step = (self.script)(call, request);
        if matches!(step, Step::Hang) {
            std::future::pending::<()>().await;
        }
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        match step {
            Step::Answer(completion) => Ok(completion),
            Step::Error(error) => Err(error),
            Step::Hang => unreachable!("it hangs"),
        }
    }
}

/// Passages with these texts.
fn documents(texts: &[impl AsRef<str>]) -> Source {
    let texts: Vec<_> = texts.iter().map(AsRef::as_ref).collect();
    Source::Documents(Arc::new(Passages::of(&texts)))
}

fn completion(text: impl Into<String>, finish_reason: FinishReason) -> Step {
    Step::Answer(Completion {
        text: text.into(),
        finish_reason,
        usage: Usage {
            prompt_tokens: 100,
            completion_tokens: 10,
            ..Usage::default()
        },
        model: Some("scripted-001".into()),
        limits: RateLimits::default(),
        is_recorded: false,
    })
}

/// Pairs numbered from `first`.
fn pairs(first: usize, count: usize) -> Step {
    let items: Vec<_> = (first..first + count)
        .map(|number| json!({"anchor": format!("anchor {number}"), "positive": "p"}))
        .collect();
    completion(json!({SAMPLES: items}).to_string(), FinishReason::Stop)
}

const SAMPLES: &str = crate::llm::SAMPLES_KEY;

/// As many new pairs as the request wants.
fn faultless(call: usize, request: &ChatRequest) -> Step {
    pairs(call * 1000, wanted(request))
}

fn wanted(request: &ChatRequest) -> usize {
    match &request.answer {
        Answer::Samples(wanted) => wanted.count,
        Answer::Text => 0,
    }
}

fn server_error() -> Step {
    Step::Error(LlmError::Server {
        status: 503,
        message: "overloaded".into(),
        retry_after: None,
    })
}

/// Does `then` whenever something but waiting happens.
fn on_news(mut then: impl FnMut()) -> impl FnMut(Event<'_>) {
    move |event| {
        if !matches!(event, Event::Waiting(_)) {
            then();
        }
    }
}

/// Those of a run for so many samples.
pub(super) fn options(samples: usize) -> Options {
    Options {
        samples,
        batch_size: 10,
        max_retries: 2,
        seed: 1,
        seed_requests: false,
        refine: false,
        planning: Planning::BuiltIn,
        tells_made: false,
        balance: None,
        examples: None,
        language: None,
        free_context: false,
        keep_ungrounded: false,
        sanity: true,
        duplicates: Duplicates::Near(Threshold::default()),
        verify: None,
        limits: Limits::at_once(4),
        budget: Budget::default(),
        grace: Duration::from_secs(8),
    }
}

/// A folder for the files of one run and its resumptions.
struct Bench {
    folder: TempDir,
    format: Format,
    options: Options,
    source: Source,
}

impl Bench {
    fn new(samples: usize) -> Self {
        // In memory if possible: the simulation makes thousands of runs.
        let in_memory = tempfile::tempdir_in("/dev/shm");
        let folder = in_memory.or_else(|_| tempfile::tempdir());
        Self {
            folder: folder.expect("a folder for temporary files"),
            format: predefined("pair").expect("listed"),
            source: Source::Query("q".into()),
            options: options(samples),
        }
    }

    /// A run from the start, and the lines of its JSONL file.
    async fn run(&self, client: &dyn LlmClient) -> (Run, Vec<String>) {
        let (_switch, shutdown) = stop_switch();
        self.run_until(client, &shutdown, |_| ()).await
    }

    /// The same, until `shutdown` wants its end.
    async fn run_until(
        &self,
        client: &dyn LlmClient,
        shutdown: &Shutdown,
        on_event: impl FnMut(Event<'_>),
    ) -> (Run, Vec<String>) {
        let fields = self.options.fields(&self.format);
        let outputs = self.place().begin(&fields, &"header");
        let progress = Progress::new(&self.format, &self.options, &self.source);
        let outputs = outputs.expect("writable");
        self.go(client, shutdown, progress, outputs, on_event).await
    }

    /// A run that goes on where the last one stopped.
    async fn resume(&self, client: &dyn LlmClient) -> (Run, Vec<String>) {
        let (_switch, shutdown) = stop_switch();
        let (progress, outputs) = self.resumed();
        self.go(client, &shutdown, progress, outputs, |_| ()).await
    }

    /// What a run that goes on begins with.
    fn resumed(&self) -> (Progress, Outputs) {
        let place = self.place();
        let mut progress = Progress::new(&self.format, &self.options, &self.source);
        let fields = self.options.fields(&self.format);
        let outputs = match place.past().expect("readable") {
            None => place.begin(&fields, &"header"),
            Some(past) => {
                past.replay(&fields, |record, samples| progress.replay(record, &samples))
                    .expect("readable");
                place.resume(&fields, &past)
            }
        };
        (progress, outputs.expect("writable"))
    }

    fn place(&self) -> Place {
        let config = OutputConfig {
            prefix: self.folder.path().join("data"),
            formats: vec![OutputFormat::Jsonl],
            source: SourceKind::Query,
            incremental: false,
            with_metadata: false,
            conversion: None,
            existing: Existing::Replace,
            split: None,
            hub_folder: false,
        };
        claim(&config, "pair").expect("writable")
    }

    /// The run, and the lines of its JSONL file. A hang is a failure.
    async fn go(
        &self,
        client: &dyn LlmClient,
        shutdown: &Shutdown,
        progress: Progress,
        mut outputs: Outputs,
        on_event: impl FnMut(Event<'_>),
    ) -> (Run, Vec<String>) {
        let generator = Generator {
            format: &self.format,
            client,
            verifier: client,
            options: &self.options,
            shutdown,
        };
        let source = self.source.clone();
        let run = tokio::time::timeout(
            Duration::from_secs(24 * 3600),
            generator.run(source, progress, &mut outputs, on_event),
        )
        .await
        .expect("the run ends");
        let finished = outputs.finish(matches!(run.end, Ok(Outcome::Complete)));
        let lines = finished.files.first().map_or_else(String::new, |path| {
            std::fs::read_to_string(path).expect("a finished file")
        });
        assert_eq!(
            run.books.requested,
            run.books.accounted(),
            "{:?}",
            run.books
        );
        assert_eq!(run.books.written, lines.lines().count() as u64);
        (run, lines.lines().map(str::to_owned).collect())
    }
}
