//! The composition root: makes the parts of a run from its configuration, runs
//! them, and turns the end into an exit status.

mod arguments;
mod card;
mod check;
mod clients;
mod data_files;
mod data_report;
mod documents;
mod dry_run;
mod error;
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

use crate::config::{Config, Extent, Input, LARGE_RUN};
use crate::document::Corpus;
use crate::format::FormatHandler as _;
use crate::generate::{Estimate, GenerateError, Generator, Outcome, Progress, Run, Source};
use crate::output::{self, Finished, ManifestFile, Outputs, Past, Place, WriteError};
use crate::report::{self, Report, Summary};
use crate::shutdown::Shutdown;

pub use check::{Findings, check, list_models};
pub use data_report::{ReportError, default_path, write_report};
use dry_run::Asks;
pub use dry_run::dry_run;
pub use error::{ExitStatus, RunError};
pub use identity::AnotherRun;

use clients::Clients;
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
        report.start(
            options.samples as u64,
            progress.written(),
            config.rates.as_ref(),
        );
        let started = Instant::now();
        let generated = generate(
            &config, source, &clients, progress, output, report, shutdown,
        );
        let Generated {
            mut run,
            finished,
            leaves_manifest,
        } = generated.await;
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
        let unwritten = match leaves_manifest {
            true => manifest_file.write(&manifest).err(),
            false => None,
        };
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

/// What came of a run, before it is told.
struct Generated {
    run: Run,
    finished: Finished,
    /// Whether the files there are those that the run's manifest describes.
    leaves_manifest: bool,
}

/// Generates what is missing, and finishes the files.
async fn generate(
    config: &Config,
    source: Source,
    clients: &Clients,
    progress: Progress,
    output: Output,
    report: &mut Report,
    shutdown: &Shutdown,
) -> Generated {
    let (mut outputs, replaces) = match output {
        Output::Done(finished) => {
            return Generated {
                run: progress.into_run(),
                finished,
                leaves_manifest: false,
            };
        }
        Output::ToDo { outputs, replaces } => (outputs, replaces),
    };
    let generator = Generator {
        format: &config.format,
        client: clients.samples.as_ref(),
        verifier: clients.verify(),
        options: &config.options,
        shutdown,
    };
    outputs.split_by(config.options.seed);
    let run = generator
        .run(source, progress, &mut outputs, |event| report.event(&event))
        .await;
    let finished = outputs.finish(matches!(run.end, Ok(Outcome::Complete)));
    // Beside older files that stay, their own description stays too.
    let leaves_manifest = !(replaces && finished.files.is_empty());
    Generated {
        run,
        finished,
        leaves_manifest,
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
