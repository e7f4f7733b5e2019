//! What a run would do, found out without sending or writing anything.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use indicatif::HumanCount;
use serde::Serialize;

use crate::config::{Config, Input};
use crate::document::Corpus;
use crate::format::FormatHandler as _;
use crate::generate::{Estimate, Generator, Planning, Progress, Source};
use crate::llm::{ChatRequest, Completion, LlmClient, LlmError};
use crate::output::{Existing, OutputFormat, Place};
use crate::report::{self, Report};
use crate::shutdown::stop_switch;

use super::identity::Identity;
use super::preview::private_folder;
use super::{Clients, ExitStatus, RunError, read_inputs};

/// Letters of a token, about.
const CHARS_PER_TOKEN: usize = 4;

/// Tells what a run of `config` would do.
///
/// # Errors
///
/// Those that would keep the run from beginning.
pub async fn dry_run(mut config: Config, report: &mut Report) -> Result<ExitStatus, RunError> {
    Place::check(&config.output, config.format.name())?;
    let corpus = read_inputs(&mut config, report)?;
    // A folder of answers would be made.
    config.recording = None;
    Clients::new(&config)?;
    let files = Place::targets_of(&config.output, config.format.name());
    let asks = Asks::of(&config);
    let read = corpus.as_ref().map(Read::of);
    let identity = Identity::new(&config, corpus.as_ref());
    let first = first_request(&mut config, corpus, &identity).await?;
    let told = Told::new(&config, asks, read, first.as_ref(), files);
    let text = match config.report.json {
        true => serde_json::to_string(&told).expect("plain data") + "\n",
        false => told.text(),
    };
    report::print(text.as_bytes())?;
    Ok(ExitStatus::Success)
}

/// What the model is asked for before the first batch.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Asks {
    refinement: bool,
    plan: bool,
}

impl Asks {
    pub(super) fn of(config: &Config) -> Self {
        let is_query = matches!(config.input, Input::Query(_));
        Self {
            refinement: config.options.refine,
            plan: is_query && matches!(config.options.planning, Planning::Asked(_)),
        }
    }

    /// How many requests these are.
    pub(super) fn requests(self) -> u64 {
        u64::from(self.refinement) + u64::from(self.plan)
    }
}

/// The documents of the run.
#[derive(Debug, Serialize)]
struct Read {
    documents: usize,
    passages: usize,
    skipped: usize,
}

impl Read {
    fn of(corpus: &Corpus) -> Self {
        Self {
            documents: corpus.documents.len(),
            passages: corpus.passages.len(),
            skipped: corpus.skipped.len(),
        }
    }
}

/// A client that is asked, and does not answer.
struct Deaf {
    model: String,
    asked: Mutex<Option<ChatRequest>>,
}

#[async_trait]
impl LlmClient for Deaf {
    fn model(&self) -> &str {
        &self.model
    }

    async fn complete(&self, request: &ChatRequest) -> Result<Completion, LlmError> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.get_or_insert_with(|| request.clone());
        Err(LlmError::NotRecorded {
            problem: "nothing is sent".to_owned(),
        })
    }
}

/// The request of the first batch, as the loop makes it.
async fn first_request(
    config: &mut Config,
    corpus: Option<Corpus>,
    identity: &Identity,
) -> Result<Option<ChatRequest>, RunError> {
    let folder = private_folder()?;
    let mut output = config.output.clone();
    output.prefix = folder.path().join("nothing");
    output.formats = vec![OutputFormat::Jsonl];
    output.existing = Existing::Replace;
    output.split = None;
    output.hub_folder = false;
    let place = Place::claim(&output, config.format.name())?;
    let mut outputs = place.begin(&config.options.fields(&config.format), identity)?;
    let source = match (&config.input, corpus) {
        (Input::Documents(_), Some(corpus)) => Source::Documents(Arc::new(corpus.passages)),
        (Input::Query(query), _) => Source::Query(query.clone()),
        (Input::Documents(_), None) => unreachable!("they were loaded"),
    };
    let mut options = config.options.clone();
    if matches!(source, Source::Query(_)) {
        options.skip_preparation();
    }
    let client = Deaf {
        model: config.provider.model().to_owned(),
        asked: Mutex::default(),
    };
    let (_switch, shutdown) = stop_switch();
    let generator = Generator {
        format: &config.format,
        client: &client,
        verifier: &client,
        options: &options,
        shutdown: &shutdown,
    };
    let progress = Progress::new(&config.format, &options, &source);
    generator.run(source, progress, &mut outputs, |_| {}).await;
    let asked = client.asked.into_inner();
    Ok(asked.unwrap_or_else(PoisonError::into_inner))
}

/// What a dry run tells.
#[derive(Debug, Serialize)]
struct Told<'a> {
    format: &'a str,
    samples: usize,
    provider: &'static str,
    model: &'a str,
    query: Option<&'a str>,
    documents: Option<Read>,
    asked_first: Asks,
    system: Option<&'a str>,
    user: Option<&'a str>,
    estimate: Estimate,
    cost: Option<Cost<'a>>,
    #[serde(skip)]
    is_offline: bool,
    files: Vec<File>,
}

#[derive(Debug, Serialize)]
struct Cost<'a> {
    usd: f64,
    prices_of: &'a str,
}

#[derive(Debug, Serialize)]
struct File {
    path: PathBuf,
    exists: bool,
}

impl<'a> Told<'a> {
    fn new(
        config: &'a Config,
        asked_first: Asks,
        documents: Option<Read>,
        first: Option<&'a ChatRequest>,
        files: Vec<PathBuf>,
    ) -> Self {
        let prompt = first.map_or(0, |it| it.system.chars().count() + it.user.chars().count());
        let tokens = prompt.div_ceil(CHARS_PER_TOKEN);
        let estimate = Estimate::new(&config.options, asked_first.requests(), tokens);
        let files = files.into_iter().map(|path| File {
            exists: path.exists(),
            path,
        });
        Self {
            format: config.format.name(),
            samples: config.options.samples,
            provider: config.provider.name(),
            model: config.provider.model(),
            query: match &config.input {
                Input::Query(query) => Some(query),
                Input::Documents(_) => None,
            },
            documents,
            asked_first,
            system: first.map(|it| &*it.system),
            user: first.map(|it| it.user.as_str()),
            cost: config.rates.as_ref().map(|rates| Cost {
                usd: estimate.cost(rates),
                prices_of: &rates.samples.date,
            }),
            estimate,
            is_offline: config.provider.is_offline(),
            files: files.collect(),
        }
    }

    fn text(&self) -> String {
        let mut text = format!(
            "{} samples of {} by {} ({})\n",
            HumanCount(self.samples as u64),
            self.format,
            self.model,
            self.provider
        );
        if let Some(Read {
            documents,
            passages,
            skipped,
        }) = self.documents
        {
            let _ = writeln!(
                text,
                "from {documents} documents: {passages} passages (files skipped: {skipped})"
            );
        }
        for (is_asked, what) in [
            (self.asked_first.refinement, "to refine the query"),
            (
                self.asked_first.plan,
                "to plan topics, so that batches differ",
            ),
        ] {
            if is_asked {
                let _ = writeln!(text, "first the model is asked {what}");
            }
        }
        if let (Some(system), Some(user)) = (self.system, self.user) {
            let _ = write!(text, "\nsystem:\n{}\n\n", indented(system));
            let _ = write!(text, "user, of the first batch:\n{}\n\n", indented(user));
        }
        let _ = writeln!(text, "{}", report::estimated(&self.estimate));
        let _ = match &self.cost {
            Some(Cost { usd, prices_of }) => {
                writeln!(text, "about ${usd:.4} at prices of {prices_of}")
            }
            None if self.is_offline => writeln!(text, "it costs nothing"),
            None => writeln!(text, "cost unknown: no price of this model is known"),
        };
        for File { path, exists } in &self.files {
            let exists = if *exists { " (is replaced)" } else { "" };
            let _ = writeln!(text, "would write {}{exists}", path.display());
        }
        text
    }
}

fn indented(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}
