//! What is meant: the command line and the environment, validated and put
//! together. Only `run` sees the whole of it.

mod env;
mod key_file;
mod layers;
mod provider;
mod steering;
mod verify;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::cli::{
    Cli, DataFormat, DedupMode, LogLevel, OutputChoice, PdfReader, Provider, Setting,
};
use crate::document::{ChunkSize, HowToRead, PdfEngine, PdfReading};
use crate::format::{
    CLASSIFICATION, CustomFormatError, Format, FormatHandler as _, Grounding, LabelsError,
    classification, load_custom, predefined,
};
use crate::generate::dedup::{Duplicates, Threshold};
use crate::generate::{Budget, Limits, Options, Planning, Rates};
use crate::llm::{PriceError, Prices, SetupError};
use crate::output::{Existing, Origin, OutputConfig, OutputFormat, SourceKind};
use crate::shape::{Conversion, NoConversion, Shape};
use crate::text_file;

pub use env::Env;
pub use layers::{LayerError, Layered, Note, PastDocument, SettingError, layered};
pub use provider::ProviderConfig;

use provider::provider;
use steering::{balance, planning};

/// The model that Gemini is asked for by default: the cheapest current one,
/// with the largest free quota (November 2026).
pub const DEFAULT_GEMINI_MODEL: &str = "gemini-3.5-flash-lite";

/// More samples than this are confirmed on a terminal, as in the original.
pub const LARGE_RUN: usize = 2_000;

/// Everything a run is made of.
#[derive(Debug)]
pub struct Config {
    /// What the samples are made from.
    pub input: Input,
    /// The file of the samples that the model is shown, not yet read.
    pub examples: Option<PathBuf>,
    /// What a sample looks like.
    pub format: Format,
    /// Who writes the samples.
    pub provider: ProviderConfig,
    /// Who looks at them a second time, if they are verified.
    pub verifier: Option<ProviderConfig>,
    /// How many, and how.
    pub options: Options,
    /// Where they go.
    pub output: OutputConfig,
    /// What the user sees.
    pub report: ReportConfig,
    /// Whether an unfinished run is gone on with.
    pub resume: bool,
    /// Whether the user chose the seed.
    pub seed_given: bool,
    /// What the tokens of the models cost, if that is known.
    pub rates: Option<Rates>,
    /// Where the plan that the model makes is saved.
    pub plan_file: Option<PathBuf>,
    /// Where answers are kept, if they are.
    pub recording: Option<Recording>,
    /// How much of a run is wanted.
    pub extent: Extent,
    /// Whether a large run needs no confirmation.
    pub yes: bool,
    /// The flags that were given, wherever that was.
    pub settings: Vec<Setting>,
}

/// A folder of answers, and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recording {
    /// Answers are kept in it, and those that are there are given.
    Cache(PathBuf),
    /// All answers come from it.
    Replay(PathBuf),
}

/// How much of a run is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    All,
    /// One request for so many samples.
    Preview(usize),
    /// What it would do.
    Nothing,
}

/// Who is asked, and what that costs.
#[derive(Debug)]
pub struct Endpoint {
    /// Who writes the samples.
    pub provider: ProviderConfig,
    /// What the tokens cost, if that is known.
    pub rates: Option<Rates>,
}

impl Endpoint {
    /// That of `cli` and `env`.
    ///
    /// # Errors
    ///
    /// They name none that can be asked.
    pub fn resolve(cli: &Cli, env: &Env) -> Result<Self, ConfigError> {
        let provider = provider(cli, env)?;
        let rates = rates(cli, &provider, None)?;
        Ok(Self { provider, rates })
    }
}

/// What the samples are made from, not yet read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A description of the data.
    Query(String),
    /// Documents.
    Documents(Documents),
}

/// Documents, not yet read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documents {
    /// Files, folders, patterns and URLs.
    pub paths: Vec<PathBuf>,
    /// Whether none may be skipped.
    pub is_strict: bool,
    /// How they are read and cut.
    pub how: HowToRead,
    /// Those of the run that is repeated, if it is to read the same.
    pub past: Vec<PastDocument>,
}

/// What the user sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportConfig {
    /// Nothing but errors and results.
    pub quiet: bool,
    /// One JSON object on stdout instead of paths.
    pub json: bool,
    /// An HTML page about the samples beside them.
    pub page: bool,
    /// Least level of messages.
    pub log_level: LogLevel,
}

/// A command line or environment that makes no run.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The provider needs a key.
    #[error("no API key: {variable} is not set")]
    MissingKey {
        /// The variable that should hold it.
        variable: &'static str,
    },
    /// The file of the key cannot be used.
    #[error("key file `{}`: {problem}", .path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Standard input is one thing only.
    #[error("--api-key-file - and --documents - cannot both be standard input")]
    StandardInput,
    /// The provider needs a model.
    #[error("--provider openai needs a model: name one with --model")]
    MissingModel,
    /// The custom format cannot be used.
    #[error(transparent)]
    CustomFormat(#[from] CustomFormatError),
    /// Text classification without classes.
    #[error("--format classification needs its classes: name them, as in --labels spam,other")]
    NoLabels,
    /// Classes of another format.
    #[error("--labels names the classes of --format classification only; leave it out")]
    IdleLabels,
    /// The labels are no classes.
    #[error("--labels: {0}")]
    Labels(#[from] LabelsError),
    /// The key, model or address cannot be used.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The price table cannot be used.
    #[error(transparent)]
    Prices(#[from] PriceError),
    /// A passage cannot repeat as much of another as it is long.
    #[error("--chunk-overlap {overlap} must be at most half of --chunk-size, which is {tokens}")]
    Overlap {
        /// Tokens of a passage.
        tokens: usize,
        /// Tokens to be repeated.
        overlap: usize,
    },
    /// A field of the format has the name of a column of `--with-metadata`.
    #[error("field `{field}` of the format has the name of a column of --with-metadata; rename it")]
    TakenName {
        /// The field.
        field: String,
    },
    /// Samples of the format cannot be converted.
    #[error("--as: {0}")]
    Shape(#[from] NoConversion),
    /// A run does not write what becomes a folder.
    #[error(
        "--as beir makes a folder, which a run cannot; make it of its files with `sdgen convert`"
    )]
    Beir,
    /// Only Gemini reads PDF files itself.
    #[error("--native-pdf needs --provider gemini; leave it out to have PDF files read as text")]
    NativePdf,
    /// The topics cannot be used.
    #[error("topics file `{}`: {problem}", .path.display())]
    Topics {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The plan cannot be used, or not be saved.
    #[error("plan file `{}`: {problem}", .path.display())]
    Plan {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The format has no such classes.
    #[error("--balance: {0}")]
    Balance(String),
    /// A flag of the second look does not fit the format.
    #[error("{flag} does not fit `{format}`, whose second look finds {finds}; leave it out")]
    Verify {
        /// The flag.
        flag: &'static str,
        /// The format.
        format: String,
        /// What is found, and what is not.
        finds: &'static str,
    },
    /// The rubric cannot be used.
    #[error("rubric file `{}`: {problem}", .path.display())]
    Rubric {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The cost of a model without a price cannot be limited.
    #[error("--max-cost needs a price, and none is known for model `{model}`")]
    NoPrice {
        /// The model.
        model: String,
    },
}

impl Config {
    /// Puts `cli` and `env` together.
    ///
    /// # Errors
    ///
    /// They make no run; nothing was sent or written.
    pub fn resolve(cli: Cli, env: &Env) -> Result<Self, ConfigError> {
        let format = format(&cli.format, &cli.labels)?;
        let provider = provider(&cli, env)?;
        let verifier = cli.verify.then(|| provider.verifier(&cli));
        let rates = rates(&cli, &provider, verifier.as_ref())?;
        let input = input(&cli)?;
        let (options, plan_file) = options(&cli, &input, &format, &provider, rates.as_ref())?;
        let output = output(&cli, &input, &format)?;
        Ok(Self {
            input,
            examples: cli.examples,
            format,
            provider,
            verifier,
            options,
            output,
            report: ReportConfig {
                quiet: cli.quiet,
                json: cli.json,
                page: cli.report,
                log_level: cli.log_level,
            },
            resume: cli.resume,
            seed_given: cli.seed.is_some(),
            rates,
            plan_file,
            recording: match (cli.cache, cli.replay) {
                (Some(folder), _) => Some(Recording::Cache(folder)),
                (None, folder) => folder.map(Recording::Replay),
            },
            extent: match cli.preview {
                Some(samples) => Extent::Preview(samples),
                None if cli.dry_run => Extent::Nothing,
                None => Extent::All,
            },
            yes: cli.yes,
            settings: cli.settings,
        })
    }
}

/// The format that is meant by `choice`, with `labels` if its classes are given
/// by them.
///
/// # Errors
///
/// The labels or the custom format cannot be used.
pub fn format(choice: &DataFormat, labels: &[String]) -> Result<Format, ConfigError> {
    let name = choice.format.as_deref();
    if name == Some(CLASSIFICATION) {
        return match labels {
            [] => Err(ConfigError::NoLabels),
            labels => Ok(classification(labels)?),
        };
    }
    if !labels.is_empty() {
        return Err(ConfigError::IdleLabels);
    }
    match (name, &choice.custom_format_file) {
        (Some(name), _) => Ok(predefined(name).expect("clap lets only predefined names through")),
        (None, path) => {
            let path = path.as_deref().expect("clap requires one of both");
            Ok(load_custom(path)?)
        }
    }
}

/// What the samples are made from.
fn input(cli: &Cli) -> Result<Input, ConfigError> {
    let chunk_size = chunk_size(cli)?;
    Ok(match &cli.input.query {
        Some(query) => Input::Query(query.clone()),
        None => Input::Documents(Documents {
            paths: cli.input.documents.clone(),
            is_strict: cli.strict_documents,
            how: HowToRead {
                pdf: match cli.pdf_engine {
                    _ if cli.native_pdf => PdfReading::Pages,
                    PdfReader::Auto => PdfReading::Text(PdfEngine::Auto),
                    PdfReader::Pdfboss => PdfReading::Text(PdfEngine::Pdfboss),
                    PdfReader::PdfExtract => PdfReading::Text(PdfEngine::PdfExtract),
                },
                chunk_size,
            },
            past: layers::past_documents(&cli.settings),
        }),
    })
}

/// How much is generated, and how; and where the plan is saved.
fn options(
    cli: &Cli,
    input: &Input,
    format: &Format,
    provider: &ProviderConfig,
    rates: Option<&Rates>,
) -> Result<(Options, Option<PathBuf>), ConfigError> {
    let is_query = matches!(input, Input::Query(_));
    let grounding = format.grounding().filter(|_| !is_query);
    let is_checked = grounding.is_some_and(|it| it.answer.is_some() || cli.free_context);
    let is_offline = provider.is_offline();
    warn_of_grounding(cli, grounding, is_checked);
    let (planning, plan_file) = planning(cli, is_query, is_offline)?;
    // What is asked must be the same every time, for its answer to be found.
    let is_recorded = cli.cache.is_some() || cli.replay.is_some();
    let concurrency = match is_recorded {
        true => 1,
        false => provider.default_concurrency(),
    };
    let default_seed = || match is_recorded {
        true => 0,
        // Numbers in JSON are exact up to 53 bits with many readers.
        false => rand::random::<u64>() >> 11,
    };
    let options = Options {
        samples: cli.samples,
        batch_size: cli.batch_size,
        duplicates: duplicates(cli.dedup, cli.near_threshold),
        verify: verify::verify(cli, format)?,
        limits: Limits {
            concurrency: cli.concurrency.unwrap_or(concurrency),
            requests_per_minute: cli.rpm,
            tokens_per_minute: cli.tpm,
            max_wait: Duration::from_secs_f64(cli.max_wait),
        },
        budget: Budget {
            requests: cli.max_requests,
            cost: cli.max_cost.filter(|_| !is_offline).zip(rates.cloned()),
        },
        grace: Duration::from_secs_f64(cli.grace),
        max_retries: cli.max_retries,
        seed: cli.seed.unwrap_or_else(default_seed),
        tells_made: planning != Planning::None && !is_offline,
        planning,
        balance: balance(cli.balance.as_ref(), format, is_offline && !is_query)?,
        free_context: cli.free_context,
        keep_ungrounded: cli.keep_ungrounded && is_checked,
        sanity: !cli.no_sanity,
        examples: None,
        language: cli.language.clone(),
        seed_requests: cli.seed.is_some() || is_offline,
        refine: !cli.no_refine && !is_offline && is_query,
    };
    Ok((options, plan_file))
}

/// Warns of flags without effect; `grounding` is that of samples from documents,
/// and `is_checked` whether what the model writes must come from them.
fn warn_of_grounding(cli: &Cli, grounding: Option<Grounding>, is_checked: bool) {
    if cli.free_context && grounding.is_none() {
        tracing::warn!(
            "--free-context has an effect with qa and summarisation from documents only"
        );
    }
    if cli.keep_ungrounded && !is_checked {
        tracing::warn!(
            "--keep-ungrounded has an effect with qa from documents only, and with summarisation \
             beside --free-context"
        );
    }
    if is_checked && cli.language.is_some() && !cli.keep_ungrounded {
        tracing::warn!(
            "answers in another language than the documents are rejected as not in the text; \
             --keep-ungrounded keeps them"
        );
    }
}

/// How the samples are converted, if they are.
fn conversion(cli: &Cli, format: &Format) -> Result<Option<Conversion>, ConfigError> {
    let conversion = match cli.shape.shape() {
        None => return Ok(None),
        Some(shape) => Conversion::new(format.fields(), shape)?,
    };
    match conversion.shape() {
        Shape::Beir => Err(ConfigError::Beir),
        _ => Ok(Some(conversion)),
    }
}

/// Where the samples go.
fn output(cli: &Cli, input: &Input, format: &Format) -> Result<OutputConfig, ConfigError> {
    let output = OutputConfig {
        prefix: cli.output_prefix.clone().into(),
        formats: output_formats(&cli.output_format),
        source: match input {
            Input::Query(_) => SourceKind::Query,
            Input::Documents(_) => SourceKind::Docs,
        },
        incremental: cli.incremental_save,
        with_metadata: cli.with_metadata,
        conversion: conversion(cli, format)?,
        existing: match cli.overwrite {
            true => Existing::Replace,
            false => Existing::Refuse,
        },
        split: cli.split.clone(),
        hub_folder: cli.output_format.contains(&OutputChoice::Hf),
    };
    if output.with_metadata {
        check_names(format, output.source)?;
    }
    Ok(output)
}

fn chunk_size(cli: &Cli) -> Result<ChunkSize, ConfigError> {
    let default = ChunkSize::default();
    let tokens = cli.chunk_size.unwrap_or(default.tokens);
    let overlap = cli.chunk_overlap.unwrap_or(default.overlap);
    match overlap <= tokens / 2 {
        true => Ok(ChunkSize { tokens, overlap }),
        false => Err(ConfigError::Overlap { tokens, overlap }),
    }
}

/// What the models of `provider` and `verifier` cost today, if that is known of
/// both.
///
/// # Errors
///
/// The table of prices cannot be used, or the cost is limited and not known.
fn rates(
    cli: &Cli,
    provider: &ProviderConfig,
    verifier: Option<&ProviderConfig>,
) -> Result<Option<Rates>, ConfigError> {
    let mut prices = Prices::built_in();
    if let Some(path) = &cli.prices {
        prices = prices.with(load_prices(path)?);
    }
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let (today, _) = now.split_once('T').expect("a day and a time");
    let models = [provider, verifier.unwrap_or(provider)].map(ProviderConfig::model);
    let [samples, verify] = models.map(|model| prices.of(model, today));
    let is_limited = cli.max_cost.is_some() && !provider.is_offline();
    match (samples, verify) {
        (Some(samples), Some(verify)) => Ok(Some(Rates { samples, verify })),
        _ if !is_limited => Ok(None),
        (samples, _) => Err(ConfigError::NoPrice {
            model: models[usize::from(samples.is_some())].to_owned(),
        }),
    }
}

/// Which samples are duplicates.
pub fn duplicates(mode: DedupMode, threshold: Option<Threshold>) -> Duplicates {
    match mode {
        DedupMode::Exact => {
            if threshold.is_some() {
                tracing::warn!("--near-threshold has no effect with --dedup exact");
            }
            Duplicates::Exact
        }
        DedupMode::Near => Duplicates::Near(threshold.unwrap_or_default()),
    }
}

/// Checks that no field of `format` has the name of a column of an origin.
fn check_names(format: &Format, source: SourceKind) -> Result<(), ConfigError> {
    let columns = Origin::fields(source);
    let is_taken = |name: &str| columns.iter().any(|column| column.name == name);
    match format.fields().iter().find(|field| is_taken(&field.name)) {
        Some(field) => Err(ConfigError::TakenName {
            field: field.name.clone(),
        }),
        None => Ok(()),
    }
}

fn warn_of_idle_flags(cli: &Cli) {
    let with_network = cli.provider != Provider::Offline;
    let flags = [
        (
            "--api-version",
            cli.api_version.is_some(),
            cli.provider == Provider::Gemini,
        ),
        ("--api-key-file", cli.api_key_file.is_some(), with_network),
        ("--base-url", cli.base_url.is_some(), with_network),
        ("--insecure-http", cli.insecure_http, with_network),
        ("--model", cli.model.is_some(), with_network),
        ("--verify-model", cli.verify_model.is_some(), with_network),
        ("--language", cli.language.is_some(), with_network),
        ("--temperature", cli.temperature.is_some(), with_network),
        ("--top-p", cli.top_p.is_some(), with_network),
        ("--top-k", cli.top_k.is_some(), with_network),
        ("--timeout", cli.timeout.is_some(), with_network),
    ];
    for (flag, is_given, has_effect) in flags {
        if is_given && !has_effect {
            tracing::warn!("{flag} has no effect with this provider");
        }
    }
    let flags = [
        ("--strict-documents", cli.strict_documents),
        ("--native-pdf", cli.native_pdf),
        ("--pdf-engine", cli.pdf_engine != PdfReader::Auto),
        ("--chunk-size", cli.chunk_size.is_some()),
        ("--chunk-overlap", cli.chunk_overlap.is_some()),
    ];
    for (flag, is_given) in flags {
        if is_given && cli.input.query.is_some() {
            tracing::warn!("{flag} has no effect without --documents");
        }
    }
    if cli.examples.is_some() && !with_network {
        tracing::warn!("--examples are not imitated by this provider");
    }
    if cli.native_pdf && cli.pdf_engine != PdfReader::Auto {
        tracing::warn!("--pdf-engine has no effect with --native-pdf");
    }
}

fn output_formats(choices: &[OutputChoice]) -> Vec<OutputFormat> {
    [
        (OutputFormat::Jsonl, OutputChoice::Jsonl),
        (OutputFormat::Csv, OutputChoice::Csv),
        (OutputFormat::Parquet, OutputChoice::Parquet),
        // A folder is made of a run that has a file.
        (OutputFormat::Parquet, OutputChoice::Hf),
    ]
    .into_iter()
    .filter(|(_, choice)| choices.contains(choice) || choices.contains(&OutputChoice::All))
    .map(|(format, _)| format)
    .collect::<BTreeSet<_>>()
    .into_iter()
    .collect()
}

/// The price table in the file at `path`.
///
/// # Errors
///
/// The file cannot be read or holds no price table; the error names it.
pub fn load_prices(path: &Path) -> Result<Prices, PriceError> {
    let in_file = |problem| PriceError {
        place: format!("price file `{}`", path.display()),
        problem,
    };
    let text = text_file::read(path).map_err(|error| in_file(error.to_string()))?;
    Prices::parse(text.trim_start_matches('\u{feff}')).map_err(|error| in_file(error.problem))
}

#[cfg(test)]
mod tests {
    use std::{fs, io};

    use super::*;

    #[test]
    fn a_price_file_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("prices.json");
        let problem = || load_prices(&path).expect_err("no table").to_string();
        let name = format!("price file `{}`: ", path.display());
        let missing = io::Error::from_raw_os_error(2);
        assert_eq!(problem(), format!("{name}{missing}"));
        fs::write(&path, "{\n}").expect("a file");
        assert_eq!(
            problem(),
            format!("{name}missing field `date` at line 2 column 1")
        );
        fs::write(&path, b"\xff").expect("a file");
        assert!(problem().contains("UTF-8"));
        let good = "\u{feff}{\"date\": \"2026-11-12\", \"prices\": []}";
        fs::write(&path, good).expect("a file");
        assert_eq!(load_prices(&path).expect("a table").date(), "2026-11-12");
    }
}
