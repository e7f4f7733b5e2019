//! What is meant: the command line and the environment, validated and put
//! together. Only `run` sees the whole of it.

mod verify;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::cli::{BalanceChoice, Cli, DedupMode, LogLevel, OutputChoice, PdfReader, Provider};
use crate::document::{ChunkSize, HowToRead, PdfEngine, PdfReading};
use crate::format::{
    Classes, CustomFormatError, Format, FormatHandler as _, load_custom, predefined,
};
use crate::generate::dedup::Duplicates;
use crate::generate::{Balance, Budget, Limits, Options, Plan, Planning, Rates};
use crate::llm::{
    ApiKey, BaseUrl, GeminiConfig, OpenAiConfig, PriceError, Prices, Sampling, SetupError,
};
use crate::output::{Existing, Origin, OutputConfig, OutputFormat, SourceKind};

/// The model that Gemini is asked for by default: the cheapest current one,
/// with the largest free quota (November 2026).
pub const DEFAULT_GEMINI_MODEL: &str = "gemini-3.5-flash-lite";

/// More samples than this are confirmed on a terminal, as in the original.
pub const LARGE_RUN: usize = 2_000;

/// Sampling temperature of the original.
const DEFAULT_TEMPERATURE: f64 = 0.4;

/// Nucleus sampling threshold of the original.
const DEFAULT_TOP_P: f64 = 0.95;

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
    /// Whether a large run needs no confirmation.
    pub yes: bool,
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
}

/// Who writes the samples.
#[derive(Debug)]
pub enum ProviderConfig {
    /// Google's Gemini.
    Gemini(GeminiConfig),
    /// An OpenAI-compatible endpoint.
    OpenAi(OpenAiConfig),
    /// No model.
    Offline,
}

/// What the user sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportConfig {
    /// Nothing but errors and results.
    pub quiet: bool,
    /// One JSON object on stdout instead of paths.
    pub json: bool,
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
    /// The provider needs a model.
    #[error("--provider openai needs a model: name one with --model")]
    MissingModel,
    /// The custom format cannot be used.
    #[error(transparent)]
    CustomFormat(#[from] CustomFormatError),
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
        let format = match (&cli.format.format, &cli.format.custom_format_file) {
            (Some(name), _) => predefined(name).expect("clap lets only predefined names through"),
            (None, path) => load_custom(path.as_deref().expect("clap requires one of both"))?,
        };
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
                log_level: cli.log_level,
            },
            resume: cli.resume,
            seed_given: cli.seed.is_some(),
            rates,
            plan_file,
            yes: cli.yes,
        })
    }
}

impl ProviderConfig {
    /// Its name, as `--provider` takes it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Gemini(_) => "gemini",
            Self::OpenAi(_) => "openai",
            Self::Offline => "offline",
        }
    }

    /// Whether there is no model.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        matches!(self, Self::Offline)
    }

    /// The model that is asked for.
    #[must_use]
    pub fn model(&self) -> &str {
        match self {
            Self::Gemini(config) => &config.model,
            Self::OpenAi(config) => &config.model,
            Self::Offline => self.name(),
        }
    }

    /// The same for second looks: the likeliest tokens of the model that is
    /// wanted for that.
    fn verifier(&self, cli: &Cli) -> Self {
        let model = cli.verify_model.as_deref().unwrap_or(self.model());
        let sampling = |heeds: bool| Sampling {
            temperature: heeds.then_some(0.0),
            ..Sampling::default()
        };
        match self {
            Self::Gemini(config) => Self::Gemini(GeminiConfig {
                model: model.to_owned(),
                sampling: sampling(honours_sampling(model)),
                ..config.clone()
            }),
            Self::OpenAi(config) => Self::OpenAi(OpenAiConfig {
                model: model.to_owned(),
                sampling: sampling(true),
                ..config.clone()
            }),
            Self::Offline => Self::Offline,
        }
    }

    /// How the next token is drawn.
    #[must_use]
    pub fn sampling(&self) -> Sampling {
        match self {
            Self::Gemini(config) => config.sampling,
            Self::OpenAi(config) => config.sampling,
            Self::Offline => Sampling::default(),
        }
    }

    /// Requests under way at once, unless the user says otherwise.
    fn default_concurrency(&self) -> usize {
        match self {
            // Two keep a local server busy; more only wait behind its lock.
            Self::OpenAi(config) if is_local(config.base_url.as_ref()) => 2,
            Self::Gemini(_) | Self::OpenAi(_) | Self::Offline => 8,
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
    let is_grounded = !is_query && format.grounding().is_some();
    let is_offline = provider.is_offline();
    warn_of_grounding(cli, is_grounded);
    let (planning, plan_file) = planning(cli, is_query, is_offline)?;
    let options = Options {
        samples: cli.samples,
        batch_size: cli.batch_size,
        duplicates: duplicates(cli),
        verify: verify::verify(cli, format)?,
        limits: Limits {
            concurrency: cli.concurrency.unwrap_or(provider.default_concurrency()),
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
        // Numbers in JSON are exact up to 53 bits with many readers.
        seed: cli.seed.unwrap_or_else(|| rand::random::<u64>() >> 11),
        tells_made: planning != Planning::None && !is_offline,
        planning,
        balance: balance(cli.balance.as_ref(), format, is_offline && !is_query)?,
        free_context: cli.free_context,
        keep_ungrounded: cli.keep_ungrounded && is_grounded,
        sanity: !cli.no_sanity,
        examples: None,
        language: cli.language.clone(),
        seed_requests: cli.seed.is_some() || is_offline,
        refine: !cli.no_refine && !is_offline && is_query,
    };
    Ok((options, plan_file))
}

fn warn_of_grounding(cli: &Cli, is_grounded: bool) {
    let flags = [
        ("--free-context", cli.free_context),
        ("--keep-ungrounded", cli.keep_ungrounded),
    ];
    for (flag, is_given) in flags {
        if is_given && !is_grounded {
            tracing::warn!("{flag} has an effect with qa from documents only");
        }
    }
    if is_grounded && cli.language.is_some() && !cli.keep_ungrounded {
        tracing::warn!(
            "answers in another language than the documents are rejected as not in the text; \
             --keep-ungrounded keeps them"
        );
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
        existing: match cli.overwrite {
            true => Existing::Replace,
            false => Existing::Refuse,
        },
    };
    if output.with_metadata {
        check_names(format, output.source)?;
    }
    Ok(output)
}

/// Where the topics come from, and where they are saved, as `--no-plan`,
/// `--topics` and `--plan` say.
fn planning(
    cli: &Cli,
    is_query: bool,
    is_offline: bool,
) -> Result<(Planning, Option<PathBuf>), ConfigError> {
    let (topics, plan) = (cli.topics.as_deref(), cli.plan.as_deref());
    let is_given = topics.is_some() || plan.is_some();
    if is_given && !is_query {
        tracing::warn!("--topics and --plan have an effect with --query only");
    } else if is_given && is_offline {
        tracing::warn!("--topics and --plan have no effect with this provider");
    }
    let asked = match is_offline {
        true => Planning::BuiltIn,
        false => Planning::Asked,
    };
    Ok(match (topics, plan) {
        _ if cli.no_plan => (Planning::None, None),
        (Some(path), _) if path == Path::new("none") => (Planning::BuiltIn, None),
        (Some(path), _) => (Planning::Given(load_topics(path)?), None),
        (None, None) => (asked, None),
        (None, Some(path)) if path.exists() => (Planning::Given(load_plan(path)?), None),
        (None, Some(path)) => match path.parent().is_some_and(has_folder) {
            true => (asked, Some(path.to_owned())),
            false => {
                return Err(ConfigError::Plan {
                    path: path.to_owned(),
                    problem: "its folder does not exist".to_owned(),
                });
            }
        },
    })
}

/// Whether a file whose parent is `folder` can be there.
fn has_folder(folder: &Path) -> bool {
    folder.as_os_str().is_empty() || folder.is_dir()
}

fn load_topics(path: &Path) -> Result<Plan, ConfigError> {
    let unusable = |problem| ConfigError::Topics {
        path: path.to_owned(),
        problem,
    };
    let text = fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
    Plan::of_list(&text).map_err(|error| unusable(error.to_string()))
}

fn load_plan(path: &Path) -> Result<Plan, ConfigError> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string());
    let plan = text.and_then(|text| Plan::parse(text.trim_start_matches('\u{feff}')));
    plan.map_err(|problem| ConfigError::Plan {
        path: path.to_owned(),
        problem,
    })
}

/// The classes of `format` that are balanced, and how; none unless they are
/// named if the samples are cut out of documents, which may not hold them all.
fn balance(
    choice: Option<&BalanceChoice>,
    format: &Format,
    is_cut_out: bool,
) -> Result<Option<Balance>, ConfigError> {
    let (field, shares) = match choice {
        Some(BalanceChoice::None) => return Ok(None),
        None if is_cut_out => return Ok(None),
        None => {
            let even = |classes: Classes| Balance {
                shares: vec![1.0; classes.len()],
                classes,
            };
            return Ok(format.classes().map(even));
        }
        Some(BalanceChoice::Shares(field, shares)) => (field, shares),
    };
    let default = format
        .classes()
        .filter(|classes| classes.field() == field.as_str());
    let classes = default.or_else(|| Classes::named(format.fields(), field));
    let classes = classes.ok_or_else(|| {
        ConfigError::Balance(format!(
            "`{field}` is no field of `{}` with classes",
            format.name()
        ))
    })?;
    if classes.len() != shares.len() {
        let titles: Vec<_> = (0..classes.len()).map(|it| classes.title(it)).collect();
        return Err(ConfigError::Balance(format!(
            "`{field}` needs {} numbers, one for each of {}",
            classes.len(),
            titles.join(", ")
        )));
    }
    Ok(Some(Balance {
        classes,
        shares: shares.clone(),
    }))
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

fn provider(cli: &Cli, env: &Env) -> Result<ProviderConfig, ConfigError> {
    if cli.native_pdf && cli.provider != Provider::Gemini {
        return Err(ConfigError::NativePdf);
    }
    warn_of_idle_flags(cli);
    match cli.provider {
        Provider::Gemini => gemini(cli, env).map(ProviderConfig::Gemini),
        Provider::Openai => openai(cli, env).map(ProviderConfig::OpenAi),
        Provider::Offline => Ok(ProviderConfig::Offline),
    }
}

fn gemini(cli: &Cli, env: &Env) -> Result<GeminiConfig, ConfigError> {
    let keys = env.nearest(["GOOGLE_API_KEY", "GEMINI_API_KEY"]);
    if let [Some(first), Some(second)] = keys
        && first != second
    {
        tracing::warn!("GOOGLE_API_KEY and GEMINI_API_KEY are both set, using GOOGLE_API_KEY");
    }
    let key = keys
        .into_iter()
        .flatten()
        .next()
        .ok_or(ConfigError::MissingKey {
            variable: "GOOGLE_API_KEY",
        })?;
    let model = cli
        .model
        .clone()
        .unwrap_or_else(|| DEFAULT_GEMINI_MODEL.to_owned());
    let base_url = base_url(cli, env, "GOOGLE_GEMINI_BASE_URL")?;
    let api_version = cli
        .api_version
        .as_deref()
        .unwrap_or(GeminiConfig::API_VERSION);
    Ok(GeminiConfig {
        timeout: timeout(cli, base_url.as_ref()),
        api_version: api_version.to_owned(),
        api_key: ApiKey::new(key)?,
        sampling: sampling(cli, honours_sampling(&model)),
        base_url,
        allow_plain_http: cli.insecure_http,
        model,
    })
}

fn openai(cli: &Cli, env: &Env) -> Result<OpenAiConfig, ConfigError> {
    let base_url = base_url(cli, env, "OPENAI_BASE_URL")?;
    let model = cli.model.clone().ok_or(ConfigError::MissingModel)?;
    let api_key = env.get("OPENAI_API_KEY").map(ApiKey::new).transpose()?;
    if api_key.is_none() && base_url.as_ref().is_none_or(BaseUrl::is_openai) {
        return Err(ConfigError::MissingKey {
            variable: "OPENAI_API_KEY",
        });
    }
    Ok(OpenAiConfig {
        timeout: timeout(cli, base_url.as_ref()),
        api_key,
        model,
        sampling: sampling(cli, true),
        base_url,
        allow_plain_http: cli.insecure_http,
    })
}

fn duplicates(cli: &Cli) -> Duplicates {
    match cli.dedup {
        DedupMode::Exact => {
            if cli.near_threshold.is_some() {
                tracing::warn!("--near-threshold has no effect with --dedup exact");
            }
            Duplicates::Exact
        }
        DedupMode::Near => Duplicates::Near(cli.near_threshold.unwrap_or_default()),
    }
}

fn sampling(cli: &Cli, with_defaults: bool) -> Sampling {
    let default = |value: f64| with_defaults.then_some(value);
    Sampling {
        temperature: cli.temperature.or(default(DEFAULT_TEMPERATURE)),
        top_p: cli.top_p.or(default(DEFAULT_TOP_P)),
        top_k: cli.top_k,
    }
}

/// Whether `model` heeds temperature and top-p. Gemini 3 and later, and the
/// aliases that lead to them, ignore both and will refuse them in the end.
fn honours_sampling(model: &str) -> bool {
    let id = model.trim_start_matches("models/");
    match id.strip_prefix("gemini-") {
        Some(version) => version.starts_with("1.") || version.starts_with("2."),
        None => true,
    }
}

fn base_url(cli: &Cli, env: &Env, variable: &str) -> Result<Option<BaseUrl>, SetupError> {
    cli.base_url
        .as_deref()
        .or(env.get(variable))
        .map(BaseUrl::parse)
        .transpose()
}

fn is_local(base_url: Option<&BaseUrl>) -> bool {
    base_url.is_some_and(BaseUrl::is_loopback)
}

fn timeout(cli: &Cli, base_url: Option<&BaseUrl>) -> Duration {
    match cli.timeout {
        Some(seconds) => Duration::from_secs_f64(seconds),
        None if is_local(base_url) => Duration::from_secs(600),
        None => Duration::from_secs(120),
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
    ]
    .into_iter()
    .filter(|(_, choice)| choices.contains(choice) || choices.contains(&OutputChoice::All))
    .map(|(format, _)| format)
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
    let text = fs::read_to_string(path).map_err(|error| in_file(error.to_string()))?;
    Prices::parse(text.trim_start_matches('\u{feff}')).map_err(|error| in_file(error.problem))
}

/// The variables that a run may look at: the process environment, and `.env`
/// where that is silent. Never written back into the process.
pub struct Env {
    process: HashMap<String, String>,
    file: HashMap<String, String>,
}

impl Env {
    /// The environment of this process and the `.env` file of `folder`.
    ///
    /// A `.env` file that cannot be read is warned of; its text is not shown.
    #[must_use]
    pub fn load(folder: &Path) -> Self {
        let process = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self {
            process,
            file: dotenv(&folder.join(".env")),
        }
    }

    /// The trimmed value of `name`; blank is unset.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let [value] = self.nearest([name]);
        value
    }

    /// The values of `names`, which stand for the same thing, in the process
    /// environment if one of them is set there, else in the file.
    fn nearest<const N: usize>(&self, names: [&str; N]) -> [Option<&str>; N] {
        let values_in = |variables| names.map(|name| value_in(variables, name));
        let values = values_in(&self.process);
        match values.iter().any(Option::is_some) {
            true => values,
            false => values_in(&self.file),
        }
    }
}

fn value_in<'a>(variables: &'a HashMap<String, String>, name: &str) -> Option<&'a str> {
    let value = variables.get(name)?.trim();
    (!value.is_empty()).then_some(value)
}

fn dotenv(path: &Path) -> HashMap<String, String> {
    // A folder is a virtual environment of Python, and a pipe might block.
    if !path.is_file() {
        return HashMap::new();
    }
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            tracing::warn!("`{}` cannot be read: {error}", path.display());
            return HashMap::new();
        }
    };
    let text = text.trim_start_matches('\u{feff}');
    let variables = dotenvy::from_read_iter(text.as_bytes());
    let (good, bad): (Vec<_>, Vec<_>) = variables.partition(Result::is_ok);
    if !bad.is_empty() {
        // The error would quote the line, and with it maybe a key.
        tracing::warn!(
            "`{}` has lines that are not NAME=VALUE; they are left out",
            path.display()
        );
    }
    good.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_file_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("prices.json");
        let problem = || load_prices(&path).expect_err("no table").to_string();
        let name = format!("price file `{}`: ", path.display());
        assert_eq!(
            problem(),
            format!("{name}No such file or directory (os error 2)")
        );
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
