//! The composition root: makes the parts of a run from its configuration, runs
//! them, and turns the end into an exit status.

mod arguments;
mod card;
mod check;
mod data_files;
mod data_report;
mod documents;
mod dry_run;
mod examples;
mod identity;
mod manifest;
mod preview;
mod repeated;
mod verdict;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use tempfile::TempDir;
use tokio::runtime::{self, Runtime};

use crate::config::{Config, ConfigError, Extent, Input, LARGE_RUN, ProviderConfig, Recording};
use crate::document::{Corpus, LoadError};
use crate::format::FormatHandler;
use crate::generate::{Estimate, GenerateError, Generator, Outcome, Progress, Run, Source};
use crate::llm::{Gemini, LlmClient, Offline, OpenAi, RecordError, Recorded, SetupError};
use crate::output::{self, Finished, ManifestFile, OpenError, Outputs, Past, Place, WriteError};
use crate::report::{self, Report, Summary};
use crate::rows::RowsError;
use crate::shutdown::{Shutdown, Signal};

pub use check::{Findings, check, list_models};
pub use data_report::{ReportError, default_path, write_report};
use dry_run::Asks;
pub use dry_run::dry_run;
pub use identity::AnotherRun;

use identity::Identity;
use manifest::Manifest;
use verdict::Verdict;

/// The runtime of everything that waits.
///
/// It has one thread: waking a second one for each answer costs more than what
/// it would do.
///
/// # Errors
///
/// The system gives no file descriptors for it.
pub fn runtime() -> io::Result<Runtime> {
    runtime::Builder::new_current_thread().enable_all().build()
}

/// How a run ended, as its caller sees it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ExitStatus {
    /// The target was reached, or the user did not want to begin.
    #[default]
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
    /// The examples cannot be used.
    #[error("--examples {0}")]
    Examples(#[from] RowsError),
    /// The client cannot be made.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The folder of answers cannot be used.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The outputs cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The run that is to be resumed is not this one.
    #[error(transparent)]
    AnotherRun(#[from] AnotherRun),
    /// The run that is to be resumed has more samples than are wanted.
    #[error("--samples {wanted} is fewer than the {written} that the run has written")]
    Fewer {
        /// Samples wanted.
        wanted: usize,
        /// Samples on disk.
        written: u64,
    },
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
                ConfigError::MissingKey { .. }
                | ConfigError::KeyFile { .. }
                | ConfigError::Setup(SetupError::ApiKey),
            ) => ExitStatus::Auth,
            Self::Open(OpenError::InUse { .. }) => ExitStatus::InUse,
            Self::Open(OpenError::Write(_))
            | Self::Write(_)
            | Self::Document(LoadError::Spool { .. }) => ExitStatus::Output,
            Self::Config(_)
            | Self::Document(_)
            | Self::Examples(_)
            | Self::Setup(_)
            | Self::Record(_)
            | Self::Open(_)
            | Self::AnotherRun(_)
            | Self::Fewer { .. } => ExitStatus::Usage,
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
            Self::Config(ConfigError::KeyFile { .. }) => {
                Some("the file must have one line, the key")
            }
            Self::Config(ConfigError::StandardInput) => {
                Some("put the key or the documents into a file")
            }
            Self::Config(ConfigError::NoPrice { .. }) => {
                Some("give its price in a file with --prices, or limit --max-requests instead")
            }
            Self::Examples(_) => Some(
                "each row must be a sample of the format, with its values under the names of the fields, and some of at most 1,500 characters",
            ),
            Self::Open(OpenError::InUse { .. }) => {
                Some("wait for the other run, or choose another --output-prefix")
            }
            Self::Open(OpenError::Exists { .. }) => Some(
                "add --overwrite to replace what exists, or --resume for more of the same run, or choose another --output-prefix",
            ),
            Self::Open(OpenError::Unfinished { .. }) => Some(
                "add --resume to go on with it, or --overwrite to begin anew; its samples are kept either way",
            ),
            Self::Open(OpenError::Changed { .. }) => Some(
                "resuming would replace it; move it away, or begin anew under another --output-prefix",
            ),
            Self::AnotherRun(another) if another.is_of_documents => Some(
                "bring the documents back as they were, add --overwrite instead of --resume to begin anew with those that are there, or choose another --output-prefix",
            ),
            Self::Open(OpenError::Journal { .. }) | Self::AnotherRun(_) => Some(
                "use the arguments that it was begun with, add --overwrite instead of --resume to begin anew, or choose another --output-prefix",
            ),
            _ => None,
        }
    }
}

/// A run that can begin: everything was read, opened and checked, and nothing
/// was sent.
pub struct Prepared {
    config: Config,
    source: Source,
    clients: Clients,
    progress: Progress,
    manifest: Manifest,
    manifest_file: ManifestFile,
    output: Output,
    /// The folder of a preview, which goes with it.
    folder: Option<TempDir>,
}

/// What is to be done about the files.
enum Output {
    /// They are to be made.
    ToDo {
        outputs: Box<Outputs>,
        /// Whether files of an earlier run stand where this one's are to be.
        replaces: bool,
    },
    /// They are all there, and as they should be.
    Done(Finished),
}

/// Reads, opens and checks what `config` names; `None` if the user, asked about
/// a large run, does not want it.
///
/// # Errors
///
/// The run cannot begin.
pub fn prepare(mut config: Config, report: &mut Report) -> Result<Option<Prepared>, RunError> {
    let folder = match config.extent {
        Extent::Preview(samples) => Some(preview::arrange(&mut config, samples)?),
        Extent::All | Extent::Nothing => None,
    };
    if !config.resume {
        Place::check(&config.output, config.format.name())?;
    }
    let mut corpus = read_inputs(&mut config, report)?;
    let mut clients = Clients::new(&config)?;
    if !config.resume && !is_wanted(&config, config.options.samples as u64) {
        return Ok(None);
    }
    let place = Place::claim(&config.output, config.format.name())?;
    let past = match config.resume {
        true => place.past()?,
        false => None,
    };
    let mut identity = Identity::new(&config, corpus.as_ref());
    if let Some(past) = &past {
        let skipped = corpus.as_ref().map(|corpus| corpus.skipped.as_slice());
        identity = identity.resumed(past.header(), skipped.unwrap_or_default())?;
        if let Some(corpus) = &mut corpus {
            corpus.passages.rename(identity.names());
        }
        config.options.seed = identity.seed;
        clients = Clients::new(&config)?;
    }
    let mut manifest = Manifest::new(&config, identity.documents.clone());
    let source = match (&config.input, corpus) {
        (Input::Query(query), _) => Source::Query(query.clone()),
        (Input::Documents(_), corpus) => {
            let corpus = corpus.expect("documents were loaded");
            manifest.take(&corpus);
            Source::Documents(Arc::new(corpus.passages))
        }
    };
    let progress = progress(&config, &source, past.as_ref(), report)?;
    if config.resume && !is_wanted(&config, progress.missing()) {
        return Ok(None);
    }
    let manifest_file = place.manifest();
    let output = open(&config, place, past.as_ref(), &progress, &identity)?;
    if let Output::ToDo {
        replaces: false, ..
    } = output
    {
        manifest_file.write(&manifest)?;
    }
    Ok(Some(Prepared {
        config,
        source,
        clients,
        progress,
        manifest,
        manifest_file,
        output,
        folder,
    }))
}

/// How far the run has come in `past`, its journal.
fn progress(
    config: &Config,
    source: &Source,
    past: Option<&Past>,
    report: &mut Report,
) -> Result<Progress, RunError> {
    let fields = config.options.fields(&config.format);
    report.expect(&fields);
    let mut progress = Progress::new(&config.format, &config.options, source);
    let Some(past) = past else {
        return Ok(progress);
    };
    past.replay(&fields, |record, samples| {
        progress.replay(record, &samples);
        report.take(&samples);
    })?;
    if past.damaged() > 0 {
        tracing::warn!(
            "damaged records of `{}` are left out: {}",
            past.path().display(),
            past.damaged()
        );
    }
    let (wanted, written) = (config.options.samples, progress.written());
    if (wanted as u64) < written {
        return Err(RunError::Fewer { wanted, written });
    }
    tracing::info!("resuming: {written} of {wanted} samples are there");
    Ok(progress)
}

fn open(
    config: &Config,
    place: Place,
    past: Option<&Past>,
    progress: &Progress,
    identity: &Identity,
) -> Result<Output, RunError> {
    let is_derived = config.output.split.is_some() || config.output.hub_folder;
    if let Some(past) = past
        && !is_derived
        && progress.is_complete()
        && let Some(finished) = past.finished()
    {
        return Ok(Output::Done(finished));
    }
    let fields = config.options.fields(&config.format);
    let outputs = match past {
        Some(past) => place.resume(&fields, past)?,
        None => place.begin(&fields, identity)?,
    };
    if let Some(journal) = outputs.kept_journal() {
        tracing::warn!(
            "samples of an earlier, unfinished run are kept in `{}`",
            journal.display()
        );
    }
    warn_of_stale(outputs.strangers());
    Ok(Output::ToDo {
        replaces: past.is_none() && outputs.replaces(),
        outputs: Box::new(outputs),
    })
}

impl Prepared {
    /// Runs to the end, whatever it is, and tells the user.
    pub async fn run(self, report: &mut Report, shutdown: &Shutdown) -> ExitStatus {
        let Self {
            config,
            source,
            clients,
            progress,
            mut manifest,
            manifest_file,
            output,
            folder,
        } = self;
        let Config {
            format, options, ..
        } = &config;
        let target = options.samples as u64;
        report.start(target, progress.written(), config.rates.as_ref());
        let started = Instant::now();
        let (mut run, finished, manifest_file) = match output {
            Output::Done(finished) => (progress.into_run(), finished, None),
            Output::ToDo {
                mut outputs,
                replaces,
            } => {
                let generator = Generator {
                    format,
                    client: clients.samples.as_ref(),
                    verifier: clients.verify(),
                    options,
                    shutdown,
                };
                outputs.split_by(options.seed);
                let run = generator
                    .run(source, progress, &mut outputs, |event| report.event(&event))
                    .await;
                let finished = outputs.finish(matches!(run.end, Ok(Outcome::Complete)));
                // Beside older files that stay, their own description stays too.
                let stays = replaces && finished.files.is_empty();
                (run, finished, (!stays).then_some(manifest_file))
            }
        };
        let elapsed = started.elapsed();
        if let Some(error) = finished.errors.into_iter().next() {
            // What the disk refuses matters more than why the loop ended.
            run.end = Err(GenerateError::Write(error));
        }
        warn_of_stale(&finished.stale);
        let unsaved = save_plan(&config, &run);
        let verdict = Verdict::of(&run.end, &run.books, shutdown);
        manifest.close(&run, config.rates.as_ref(), elapsed);
        manifest.end = Some(verdict.clone());
        manifest.files = finished.files;
        manifest.not_converted = finished.not_converted;
        manifest.sources = finished.sources;
        manifest.rejects = finished.rejects;
        let unwritten = manifest_file.and_then(|file| file.write(&manifest).err());
        let uncarded = match config.output.hub_folder && !manifest.files.is_empty() {
            true => card::write(&config, &run).err(),
            false => None,
        };
        let unreported = match config.report.page {
            true => manifest.report(format).err(),
            false => None,
        };
        report.finish(
            &Summary {
                format: format.name(),
                target: options.samples,
                writer: manifest.writer(),
                run: &run,
                rates: config.rates.as_ref(),
                is_billed: !config.provider.is_offline(),
                elapsed,
                rejects: manifest.rejects.as_deref().filter(|_| folder.is_none()),
                not_converted: &manifest.not_converted,
                files: match folder {
                    Some(_) => &[],
                    None => &manifest.files,
                },
                page: manifest.page(),
            },
            &options.fields(format),
        );
        let is_shown = folder.is_some() && run.books.written > 0;
        let printed = match config.report.json {
            _ if folder.is_some() => preview::print(&manifest.files),
            true => report::print_json(&manifest),
            false => report::print_paths(&manifest.results()),
        };
        if let Some(problem) = verdict.problem.as_ref().filter(|_| !is_shown) {
            let hint = verdict.hint.as_deref().filter(|_| folder.is_none());
            report::print_error(problem, hint);
        }
        let unprinted = printed.map_err(|error| WriteError::at(Path::new("stdout"), error));
        let errors = [unsaved, unwritten, uncarded, unprinted.err()];
        match have_failed(unreported.as_ref(), &errors) {
            true if is_shown || verdict.status == ExitStatus::Success => ExitStatus::Output,
            false if is_shown => ExitStatus::Success,
            _ => verdict.status,
        }
    }
}

/// Whether something that belongs to a run could not be written; tells it.
fn have_failed(unreported: Option<&ReportError>, errors: &[Option<WriteError>]) -> bool {
    if let Some(error) = unreported {
        report::print_error(error, Some(error.hint()));
    }
    for error in errors.iter().flatten() {
        report::print_error(error, None);
    }
    unreported.is_some() || errors.iter().any(Option::is_some)
}

fn warn_of_stale(files: &[PathBuf]) {
    for file in files {
        tracing::warn!(
            "`{}` is of an earlier run and stays as it is",
            file.display()
        );
    }
}

/// Saves the topics that the model planned, if the user wants to have them.
fn save_plan(config: &Config, run: &Run) -> Option<WriteError> {
    let path = config.plan_file.as_ref()?;
    let plan = run.plan.as_ref().filter(|plan| !plan.topics.is_empty())?;
    output::write_json(path, plan).err()
}

/// Reads the examples into `config`, and the documents if it has any.
fn read_inputs(config: &mut Config, report: &mut Report) -> Result<Option<Corpus>, RunError> {
    if let Some(path) = &config.examples {
        config.options.examples = Some(Arc::new(examples::load(path, config)?));
    }
    Ok(match &config.input {
        Input::Query(_) => None,
        Input::Documents(documents) => {
            Some(documents::load(documents, &config.output.prefix, report)?)
        }
    })
}

/// Whether the user wants a run of so many `samples`.
fn is_wanted(config: &Config, samples: u64) -> bool {
    let is_large = samples > LARGE_RUN as u64;
    let is_wanted =
        !is_large || config.yes || report::confirm_large_run(samples, &estimate(config, samples));
    if !is_wanted {
        tracing::warn!("nothing was generated");
    }
    is_wanted
}

/// What a run of so many `samples` is expected to take.
fn estimate(config: &Config, samples: u64) -> String {
    let mut options = config.options.clone();
    options.samples = usize::try_from(samples).unwrap_or(usize::MAX);
    let estimate = Estimate::new(&options, Asks::of(config).requests(), PROMPT_TOKENS);
    match &config.rates {
        Some(rates) => format!(
            "{}, about ${:.2} at prices of {}",
            report::estimated(&estimate),
            estimate.cost(rates),
            rates.samples.date
        ),
        None => report::estimated(&estimate),
    }
}

/// Tokens of a prompt whose material is not known yet, about.
const PROMPT_TOKENS: usize = 300;

/// The clients of a run.
struct Clients {
    samples: Box<dyn LlmClient>,
    /// That of second looks, if there are any.
    verify: Option<Box<dyn LlmClient>>,
}

impl Clients {
    fn new(config: &Config) -> Result<Self, RunError> {
        let verifier = config.verifier.as_ref();
        Ok(Self {
            samples: client(config, &config.provider)?,
            verify: verifier.map(|it| client(config, it)).transpose()?,
        })
    }

    fn verify(&self) -> &dyn LlmClient {
        self.verify.as_ref().unwrap_or(&self.samples).as_ref()
    }
}

fn client(config: &Config, provider: &ProviderConfig) -> Result<Box<dyn LlmClient>, RunError> {
    if provider.is_offline() {
        Offline::check(config.format.fields())?;
    }
    let sampling = provider.sampling();
    Ok(match &config.recording {
        None => sender(provider, config.options.seed)?,
        Some(Recording::Cache(folder)) => {
            let client = sender(provider, config.options.seed)?;
            Box::new(Recorded::keeping(client, sampling, folder.clone())?)
        }
        Some(Recording::Replay(folder)) => {
            let model = provider.model().to_owned();
            Box::new(Recorded::replaying(model, sampling, folder.clone())?)
        }
    })
}

fn sender(provider: &ProviderConfig, seed: u64) -> Result<Box<dyn LlmClient>, SetupError> {
    Ok(match provider {
        ProviderConfig::Gemini(gemini) => Box::new(Gemini::new(gemini.clone())?),
        ProviderConfig::OpenAi(openai) => Box::new(OpenAi::new(openai.clone())?),
        ProviderConfig::Offline => Box::new(Offline::new(seed)),
    })
}
