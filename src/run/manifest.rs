//! What is to be known of a run afterwards.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::config::{Config, Input, ProviderConfig};
use crate::document::{Corpus, Skipped};
use crate::format::Format;
use crate::generate::verify::Tally;
use crate::generate::{Books, ByClass, Plan, Rates, Run, Traffic};

use super::arguments::Arguments;
use super::data_report::{ReportError, default_path, write_report};
use super::identity::Document;
use super::verdict::Verdict;

/// The manifest; the result on stdout with `--json`.
#[derive(Debug, Serialize)]
pub(super) struct Manifest {
    sdgen_version: &'static str,
    /// What `--from` repeats.
    #[serde(flatten)]
    arguments: Arguments,
    /// How it ended; null while it runs.
    pub(super) end: Option<Verdict>,
    provider: &'static str,
    /// Whether the data was made up without a model.
    offline: bool,
    /// The model asked for; those that answered are in the traffic.
    model: String,
    /// The model that looks at the samples a second time; null if none does.
    verify_model: Option<String>,
    format: String,
    query: Option<String>,
    refined_query: Option<String>,
    /// What the requests were about; null without a plan.
    plan: Option<Plan>,
    language: Option<String>,
    examples: Option<ExamplesFile>,
    documents: Option<Vec<Source>>,
    /// Files that gave no document.
    skipped: Vec<Skipped>,
    /// Passages that were left out because they repeat another one.
    #[serde(skip)]
    repeated: usize,
    /// Passages of the documents.
    passages: Option<Passages>,
    seed: u64,
    samples_wanted: usize,
    /// When this part of the run began.
    started: String,
    finished: Option<String>,
    /// Duration of this part of the run.
    seconds: Option<f64>,
    /// What became of the samples of the whole run.
    samples: Option<Books>,
    /// Samples of each class; null if classes are not balanced.
    balance: Option<ByClass>,
    /// What second looks came to; null if samples are not verified.
    verified: Option<Tally>,
    /// Requests and tokens of the whole run.
    traffic: Option<Traffic>,
    /// What the whole run cost; null if the model has no known price.
    cost: Option<Cost>,
    /// What that is reckoned with.
    prices: Option<Rates>,
    /// This part of the run; the only one unless it was resumed.
    part: Option<Part>,
    /// The shape that samples have in the files; null if it is that of the format.
    shape: Option<&'static str>,
    /// Samples that are in no file, only in the journal, because they could not
    /// be converted, by reason.
    pub(super) not_converted: BTreeMap<String, u64>,
    pub(super) files: Vec<PathBuf>,
    /// The file that tells where each row of the files comes from.
    pub(super) sources: Option<PathBuf>,
    /// The file with examples of what was not taken, if there is one.
    pub(super) rejects: Option<PathBuf>,
    /// The page about the samples, if one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<PathBuf>,
}

/// The file of the examples.
#[derive(Debug, Serialize)]
struct ExamplesFile {
    file: PathBuf,
    /// Samples that were taken from it.
    samples: usize,
    /// Those that are short enough to be shown to the model.
    shown: usize,
}

impl ExamplesFile {
    fn of(config: &Config) -> Option<Self> {
        let examples = config.options.examples.as_ref()?;
        Some(Self {
            file: config.examples.clone()?,
            samples: examples.samples().len(),
            shown: examples.shown(),
        })
    }
}

/// A document, and the samples that it gave.
#[derive(Debug, Serialize)]
struct Source {
    #[serde(flatten)]
    document: Document,
    /// Its passages that repeat no others.
    passages: u64,
    samples: u64,
}

impl From<Document> for Source {
    fn from(document: Document) -> Self {
        Self {
            document,
            passages: 0,
            samples: 0,
        }
    }
}

#[derive(Debug, Serialize)]
struct Passages {
    all: usize,
    /// Those that gave a sample.
    used: usize,
    /// Those that were left out because they repeat another one.
    repeated: usize,
}

/// An amount of money.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Cost {
    pub(super) usd: f64,
    /// Day of the price table.
    pub(super) prices_of: String,
}

#[derive(Debug, Serialize)]
struct Part {
    number: u32,
    written: u64,
    traffic: Traffic,
    cost: Option<Cost>,
}

impl Manifest {
    pub(super) fn new(config: &Config, documents: Option<Vec<Document>>) -> Self {
        Self {
            sdgen_version: env!("CARGO_PKG_VERSION"),
            arguments: Arguments::of(config),
            end: None,
            provider: config.provider.name(),
            offline: config.provider.is_offline(),
            model: config.provider.model().to_owned(),
            verify_model: config
                .verifier
                .as_ref()
                .map(ProviderConfig::model)
                .map(str::to_owned),
            format: crate::format::FormatHandler::name(&config.format).to_owned(),
            query: match &config.input {
                Input::Query(query) => Some(query.clone()),
                Input::Documents(_) => None,
            },
            refined_query: None,
            plan: None,
            language: config.options.language.clone(),
            examples: ExamplesFile::of(config),
            documents: documents.map(|documents| documents.into_iter().map(Source::from).collect()),
            skipped: Vec::new(),
            repeated: 0,
            passages: None,
            seed: config.options.seed,
            samples_wanted: config.options.samples,
            started: now(),
            finished: None,
            seconds: None,
            samples: None,
            balance: None,
            verified: None,
            traffic: None,
            cost: None,
            prices: None,
            part: None,
            shape: config.output.conversion.map(|it| it.shape().name()),
            not_converted: BTreeMap::new(),
            files: Vec::new(),
            sources: None,
            rejects: None,
            report: None,
        }
    }

    /// Takes in what was read.
    pub(super) fn take(&mut self, corpus: &Corpus) {
        self.skipped.clone_from(&corpus.skipped);
        self.repeated = corpus.repeated;
        let Some(documents) = &mut self.documents else {
            return;
        };
        for passage in 0..corpus.passages.len() {
            documents[corpus.passages.document(passage)].passages += 1;
        }
    }

    pub(super) fn close(&mut self, run: &Run, rates: Option<&Rates>, elapsed: Duration) {
        self.refined_query.clone_from(&run.refined_query);
        self.plan.clone_from(&run.plan);
        self.balance.clone_from(&run.balance);
        self.verified.clone_from(&run.verified);
        self.finished = Some(now());
        self.seconds = Some(elapsed.as_secs_f64());
        self.samples = Some(run.books.clone());
        self.traffic = Some(run.traffic.clone());
        if let Some(coverage) = &run.coverage {
            self.passages = Some(Passages {
                all: coverage.passages(),
                used: coverage.used(),
                repeated: self.repeated,
            });
            let documents = self.documents.iter_mut().flatten();
            for (document, samples) in documents.zip(coverage.by_document()) {
                document.samples = samples;
            }
        }
        let cost = |traffic: &Traffic| {
            rates.map(|rates| Cost {
                usd: rates.cost(traffic),
                prices_of: rates.samples.date.clone(),
            })
        };
        self.cost = cost(&run.traffic);
        self.prices = rates.cloned();
        self.part = Some(Part {
            number: run.part.number,
            written: run.part.written,
            traffic: run.part.traffic.clone(),
            cost: cost(&run.part.traffic),
        });
    }

    /// Makes the page about the samples beside the first of the files, if there
    /// is one.
    pub(super) fn report(&mut self, format: &Format) -> Result<(), ReportError> {
        if let Some(file) = self.files.first() {
            let path = default_path(file);
            write_report(std::slice::from_ref(file), Some(format), &path)?;
            self.report = Some(path);
        }
        Ok(())
    }

    /// The files that a person wants to have.
    pub(super) fn results(&self) -> Vec<PathBuf> {
        self.files.iter().chain(&self.report).cloned().collect()
    }

    /// The page about the samples, if one was made.
    pub(super) fn page(&self) -> Option<&Path> {
        self.report.as_deref()
    }

    /// Who wrote the samples, for the summary.
    pub(super) fn writer(&self) -> String {
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
