//! The composition root: makes the parts of a run from its configuration, runs
//! them, and turns the end into an exit status.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;

use crate::config::{Config, ConfigError, Input, ProviderConfig};
use crate::document::{self, Corpus, LoadError, Skipped};
use crate::format::FormatHandler;
use crate::generate::{Books, GenerateError, Generator, Outcome, Source, Traffic};
use crate::llm::{Gemini, LlmClient, LlmError, Offline, OpenAi, SetupError};
use crate::output::{ManifestFile, OpenError, Outputs, Place, WriteError};
use crate::report::{self, Report, Summary};
use crate::shutdown::{Shutdown, Signal};

/// How a run ended, as its caller sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// The target was reached, or the user did not want to begin.
    Success,
    /// Something that should not happen.
    Failure,
    /// Wrong usage, configuration or input.
    Usage,
    /// Short of the target, with good files.
    Short,
    /// Key, permission or credits.
    Auth,
    /// Quota spent or provider down.
    Unavailable,
    /// An output could not be written.
    Output,
    /// An output is in use by another run.
    InUse,
    /// A signal.
    Stopped(Signal),
}

impl ExitStatus {
    /// The exit code of the process.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Short => 3,
            Self::Auth => 4,
            Self::Unavailable => 5,
            Self::Output => 6,
            Self::InUse => 7,
            Self::Stopped(Signal::HangUp) => 129,
            Self::Stopped(Signal::Interrupt) => 130,
            Self::Stopped(Signal::Terminate) => 143,
        }
    }
}

/// Why a run did not begin. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The command line or the environment makes no run.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The documents cannot be used.
    #[error(transparent)]
    Document(#[from] LoadError),
    /// The client cannot be made.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The outputs cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The manifest cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The runtime cannot be started.
    #[error("cannot start: {0}")]
    Runtime(#[from] std::io::Error),
}

impl RunError {
    /// The exit status of a run that did not begin.
    #[must_use]
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Config(
                ConfigError::MissingKey { .. } | ConfigError::Setup(SetupError::ApiKey),
            ) => ExitStatus::Auth,
            Self::Config(_)
            | Self::Document(_)
            | Self::Setup(_)
            | Self::Open(
                OpenError::Exists { .. }
                | OpenError::Unfinished { .. }
                | OpenError::Changed { .. }
                | OpenError::Journal { .. },
            ) => ExitStatus::Usage,
            Self::Open(OpenError::InUse { .. }) => ExitStatus::InUse,
            Self::Open(OpenError::Write(_)) | Self::Write(_) => ExitStatus::Output,
            Self::Runtime(_) => ExitStatus::Failure,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Config(ConfigError::MissingKey {
                variable: "OPENAI_API_KEY",
            }) => Some(
                "set it in the environment or in a .env file, name another endpoint with --base-url, or try --provider offline, which needs no key",
            ),
            Self::Config(ConfigError::MissingKey { .. }) => Some(
                "set it in the environment or in a .env file, or try --provider offline, which needs no key",
            ),
            Self::Open(OpenError::InUse { .. }) => {
                Some("wait for the other run, or choose another --output-prefix")
            }
            Self::Open(OpenError::Exists { .. } | OpenError::Unfinished { .. }) => {
                Some("add --overwrite to replace what exists, or choose another --output-prefix")
            }
            _ => None,
        }
    }
}

/// A run that can begin: everything was read, opened and checked, and nothing
/// was sent.
pub struct Prepared {
    config: Config,
    source: Source,
    client: Box<dyn LlmClient>,
    outputs: Outputs,
    manifest: Manifest,
    manifest_file: ManifestFile,
    /// Whether files of an earlier run stand where this one's are to be.
    replaces: bool,
}

/// Reads, opens and checks what `config` names; `None` if the user, asked about
/// a large run, does not want it.
///
/// # Errors
///
/// The run cannot begin.
pub fn prepare(config: Config) -> Result<Option<Prepared>, RunError> {
    let corpus = match &config.input {
        Input::Query(_) => None,
        Input::Documents(path) => Some(document::load(path).inspect_err(tell_skipped)?),
    };
    let client = client(&config)?;
    if config.confirm && !report::confirm_large_run(config.plan.samples) {
        tracing::warn!("nothing was generated");
        return Ok(None);
    }
    let place = Place::claim(&config.output, config.format.name())?;
    let outputs = place.begin(config.format.fields(), &())?;
    if let Some(journal) = outputs.kept_journal() {
        tracing::warn!(
            "samples of an earlier, unfinished run are kept in `{}`",
            journal.display()
        );
    }
    for stranger in outputs.strangers() {
        tracing::warn!(
            "`{}` is of an earlier run and stays as it is",
            stranger.display()
        );
    }
    let manifest = Manifest::new(&config, client.as_ref(), corpus.as_ref());
    let manifest_file = outputs.manifest();
    let replaces = outputs.replaces();
    if !replaces {
        manifest_file.write(&manifest)?;
    }
    let source = match (&config.input, corpus) {
        (Input::Query(query), _) => Source::Query(query.clone()),
        (Input::Documents(_), corpus) => {
            Source::Documents(corpus.as_ref().map(passages).unwrap_or_default())
        }
    };
    Ok(Some(Prepared {
        config,
        source,
        client,
        outputs,
        manifest,
        manifest_file,
        replaces,
    }))
}

impl Prepared {
    /// Runs to the end, whatever it is, and tells the user.
    pub async fn run(self, report: &mut Report, shutdown: &Shutdown) -> ExitStatus {
        let Self {
            config,
            source,
            client,
            mut outputs,
            mut manifest,
            manifest_file,
            replaces,
        } = self;
        let Config { format, plan, .. } = &config;
        report.start(plan.samples);
        let started = Instant::now();
        let generator = Generator {
            format,
            client: client.as_ref(),
            plan,
            shutdown,
        };
        let run = generator
            .run(source, &mut outputs, |event| report.event(&event))
            .await;
        let finished = outputs.finish(matches!(run.end, Ok(Outcome::Complete)));
        let elapsed = started.elapsed();

        let end = match finished.errors.into_iter().next() {
            // What the disk refuses matters more than why the loop ended.
            Some(error) => Err(GenerateError::Write(error)),
            None => run.end,
        };
        for stale in &finished.stale {
            tracing::warn!(
                "`{}` is of an earlier run and stays as it is",
                stale.display()
            );
        }
        let verdict = Verdict::of(&end, &run.books, shutdown);
        manifest.close(&run.books, &run.traffic, run.refined_query, elapsed);
        manifest.end = Some(verdict.clone());
        manifest.files = finished.files;
        // Beside older files that stay, their own description stays too.
        let unwritten = match replaces && manifest.files.is_empty() {
            true => None,
            false => manifest_file.write(&manifest).err(),
        };
        report.finish(
            &Summary {
                format: format.name(),
                target: plan.samples,
                writer: manifest.writer(),
                books: &run.books,
                traffic: &run.traffic,
                elapsed,
            },
            format.fields(),
        );
        let printed = match config.report.json {
            true => report::print_json(&manifest),
            false => report::print_paths(&manifest.files),
        };
        if let Some(problem) = &verdict.problem {
            report::print_error(problem, verdict.hint);
        }
        let unprinted = printed
            .err()
            .map(|error| WriteError::at(Path::new("stdout"), error));
        let mut status = verdict.status;
        for error in [unwritten, unprinted].into_iter().flatten() {
            report::print_error(&error, None);
            if status == ExitStatus::Success {
                status = ExitStatus::Output;
            }
        }
        status
    }
}

/// Says why the files of a folder without any text were of no use.
fn tell_skipped(error: &LoadError) {
    if let LoadError::NoText { skipped, .. } = error {
        warn_of(skipped);
    }
}

fn warn_of(skipped: &[Skipped]) {
    for Skipped { path, reason } in skipped {
        tracing::warn!("skipped `{}`: {reason}", path.display());
    }
}

fn passages(corpus: &Corpus) -> Vec<Arc<str>> {
    warn_of(&corpus.skipped);
    let chunks = document::chunk(corpus, document::DEFAULT_CHUNK_CHARS);
    tracing::info!(
        "passages: {}, documents: {}",
        chunks.len(),
        corpus.documents.len()
    );
    chunks.into_iter().map(|chunk| chunk.text).collect()
}

fn client(config: &Config) -> Result<Box<dyn LlmClient>, SetupError> {
    Ok(match &config.provider {
        ProviderConfig::Gemini(gemini) => Box::new(Gemini::new(gemini.clone())?),
        ProviderConfig::OpenAi(openai) => Box::new(OpenAi::new(openai.clone())?),
        ProviderConfig::Offline => Box::new(Offline::new(config.plan.seed)),
    })
}

/// How a run ended, in words and as an exit status.
#[derive(Debug, Clone, Serialize)]
struct Verdict {
    /// The kind of end.
    reason: &'static str,
    /// What went wrong; nothing if the target was reached.
    problem: Option<String>,
    #[serde(skip)]
    hint: Option<&'static str>,
    #[serde(rename = "exit_code", serialize_with = "as_code")]
    status: ExitStatus,
}

impl Verdict {
    fn of(end: &Result<Outcome, GenerateError>, books: &Books, shutdown: &Shutdown) -> Self {
        let (reason, status, hint) = match end {
            Ok(Outcome::Complete) => ("complete", ExitStatus::Success, None),
            Ok(Outcome::Barren) => ("barren", ExitStatus::Short, Some(hint_for_barren(books))),
            Ok(Outcome::Unavailable(error)) => of_unavailable(error),
            Ok(Outcome::Interrupted) => {
                let signal = shutdown.signal().unwrap_or(Signal::Interrupt);
                ("interrupted", ExitStatus::Stopped(signal), None)
            }
            Err(GenerateError::Write(_)) => (
                "output",
                ExitStatus::Output,
                Some(
                    "make room or choose another --output-prefix; all samples that came are in the journal in .sdgen",
                ),
            ),
            Err(GenerateError::Llm(error)) => of_llm_error(error),
        };
        let problem = match end {
            Ok(Outcome::Complete) => None,
            Ok(Outcome::Barren) => Some(
                "ended short of the target: the last requests brought no new sample".to_owned(),
            ),
            Ok(Outcome::Unavailable(error)) => Some(format!("ended short of the target: {error}")),
            Ok(Outcome::Interrupted) => {
                Some("interrupted; what was written is complete".to_owned())
            }
            Err(error) => Some(error.to_string()),
        };
        Self {
            reason,
            problem,
            hint,
            status,
        }
    }
}

/// What may help a run that ran dry: it depends on what most was lost to.
fn hint_for_barren(books: &Books) -> &'static str {
    let losses = [
        (
            books.duplicate,
            "a wider query, more documents, another model or a higher --temperature may bring more",
        ),
        (
            books.rejected(),
            "see the reasons above; another model, or clearer descriptions of the fields, may help",
        ),
        (
            books.blocked(),
            "the provider's filter kept most back; another query or model may help",
        ),
        (
            books.truncated,
            "the answers were cut; a smaller --batch-size leaves them more room",
        ),
        (
            books.failed(),
            "the model does not answer as asked; another one may help",
        ),
    ];
    let most = losses.into_iter().max_by_key(|(lost, _)| *lost);
    most.map_or("", |(_, hint)| hint)
}

type Ending = (&'static str, ExitStatus, Option<&'static str>);

fn of_unavailable(error: &LlmError) -> Ending {
    match error {
        LlmError::PromptTooLong { .. } => (
            "prompt_too_long",
            ExitStatus::Usage,
            Some("use a model with a larger context, or a shorter query"),
        ),
        LlmError::Transport { .. } => (
            "unavailable",
            ExitStatus::Unavailable,
            Some("check the address, and that the server is running and reachable"),
        ),
        LlmError::Unreadable { .. } => (
            "unavailable",
            ExitStatus::Unavailable,
            Some("check that the address is that of an API of this provider"),
        ),
        LlmError::Timeout { .. } => (
            "unavailable",
            ExitStatus::Unavailable,
            Some("a longer --timeout or a smaller --batch-size may help"),
        ),
        _ => (
            "unavailable",
            ExitStatus::Unavailable,
            Some("try again later"),
        ),
    }
}

fn of_llm_error(error: &LlmError) -> Ending {
    match error {
        LlmError::Auth { .. } => (
            "key_refused",
            ExitStatus::Auth,
            Some("check the key, and that it may use this API and model from here"),
        ),
        LlmError::Credits { .. } => (
            "no_credits",
            ExitStatus::Auth,
            Some("add credits to the account of the key"),
        ),
        LlmError::Quota { .. } => (
            "quota_spent",
            ExitStatus::Unavailable,
            Some("wait until it is renewed, or use another --model"),
        ),
        LlmError::ModelNotFound { .. } => (
            "model_not_found",
            ExitStatus::Usage,
            Some("choose another --model"),
        ),
        LlmError::BadRequest { .. } => (
            "request_refused",
            ExitStatus::Usage,
            Some("check the model, and that the address is that of an API of this provider"),
        ),
        LlmError::Tls { .. } => (
            "tls_refused",
            ExitStatus::Usage,
            Some("check the address; SSL_CERT_FILE names a file of certificates to trust"),
        ),
        _ => ("failed", ExitStatus::Failure, None),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn as_code<S: serde::Serializer>(status: &ExitStatus, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(status.code())
}

/// What is to be known of a run afterwards; the result on stdout with `--json`.
#[derive(Debug, Serialize)]
struct Manifest {
    sdgen_version: &'static str,
    /// How it ended; null while it runs.
    end: Option<Verdict>,
    provider: &'static str,
    /// Whether the data was made up without a model.
    offline: bool,
    /// The model asked for; those that answered are in the traffic.
    model: String,
    format: String,
    query: Option<String>,
    refined_query: Option<String>,
    documents: Option<Vec<Document>>,
    seed: u64,
    samples_wanted: usize,
    started: String,
    finished: Option<String>,
    seconds: Option<f64>,
    samples: Option<Books>,
    traffic: Option<Traffic>,
    files: Vec<PathBuf>,
}

/// A document that samples were made from.
#[derive(Debug, Serialize)]
struct Document {
    path: PathBuf,
    bytes: u64,
}

impl Manifest {
    fn new(config: &Config, client: &dyn LlmClient, corpus: Option<&Corpus>) -> Self {
        let document = |document: &document::Document| Document {
            path: document.path.clone(),
            bytes: document.bytes,
        };
        Self {
            sdgen_version: env!("CARGO_PKG_VERSION"),
            end: None,
            provider: config.provider.name(),
            offline: matches!(config.provider, ProviderConfig::Offline),
            model: client.model().to_owned(),
            format: config.format.name().to_owned(),
            query: match &config.input {
                Input::Query(query) => Some(query.clone()),
                Input::Documents(_) => None,
            },
            refined_query: None,
            documents: corpus.map(|corpus| corpus.documents.iter().map(document).collect()),
            seed: config.plan.seed,
            samples_wanted: config.plan.samples,
            started: now(),
            finished: None,
            seconds: None,
            samples: None,
            traffic: None,
            files: Vec::new(),
        }
    }

    fn close(
        &mut self,
        books: &Books,
        traffic: &Traffic,
        refined_query: Option<String>,
        elapsed: Duration,
    ) {
        self.refined_query = refined_query;
        self.finished = Some(now());
        self.seconds = Some(elapsed.as_secs_f64());
        self.samples = Some(books.clone());
        self.traffic = Some(traffic.clone());
    }

    /// Who wrote the samples, for the summary.
    fn writer(&self) -> String {
        match &self.traffic {
            _ if self.offline => "made up offline, without a model".to_owned(),
            Some(traffic)
                if !traffic.models.is_empty() && !traffic.models.contains(&self.model) =>
            {
                let served: Vec<_> = traffic.models.iter().map(String::as_str).collect();
                format!("by {} (served as {})", self.model, served.join(", "))
            }
            _ => format!("by {}", self.model),
        }
    }
}

fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}
