//! Who writes the samples.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::{Cli, Provider};
use crate::llm::{ApiKey, BaseUrl, GeminiConfig, OpenAiConfig, Sampling, SetupError};

use super::{ConfigError, DEFAULT_GEMINI_MODEL, Env, key_file, warn_of_idle_flags};

/// Sampling temperature of the original.
const DEFAULT_TEMPERATURE: f64 = 0.4;

/// Nucleus sampling threshold of the original.
const DEFAULT_TOP_P: f64 = 0.95;

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
    pub(super) fn verifier(&self, cli: &Cli) -> Self {
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
    pub(super) fn default_concurrency(&self) -> usize {
        match self {
            // Two keep a local server busy; more only wait behind its lock.
            Self::OpenAi(config) if is_local(config.base_url.as_ref()) => 2,
            Self::Gemini(_) | Self::OpenAi(_) | Self::Offline => 8,
        }
    }
}

pub(super) fn provider(cli: &Cli, env: &Env) -> Result<ProviderConfig, ConfigError> {
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
    let api_key = match key_in_file(cli)? {
        Some(key) => key,
        None if nothing_is_sent(cli) => ApiKey::new("none")?,
        None => google_key(env)?,
    };
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
        api_key,
        sampling: sampling(cli, honours_sampling(&model)),
        base_url,
        allow_plain_http: cli.insecure_http,
        model,
    })
}

/// The key in the file of `--api-key-file`.
fn key_in_file(cli: &Cli) -> Result<Option<ApiKey>, ConfigError> {
    let Some(path) = &cli.api_key_file else {
        return Ok(None);
    };
    let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
    if is_stdin(path) && cli.input.documents.iter().any(is_stdin) {
        return Err(ConfigError::StandardInput);
    }
    let unsendable = |_| ConfigError::KeyFile {
        path: path.clone(),
        problem: "holds something other than printable ASCII".to_owned(),
    };
    let text = key_file::read(path)?;
    ApiKey::new(&text).map(Some).map_err(unsendable)
}

/// The key of Gemini in the environment.
fn google_key(env: &Env) -> Result<ApiKey, ConfigError> {
    let keys = env.nearest(["GOOGLE_API_KEY", "GEMINI_API_KEY"]);
    if let [Some(first), Some(second)] = keys
        && first != second
    {
        tracing::warn!("GOOGLE_API_KEY and GEMINI_API_KEY are both set, using GOOGLE_API_KEY");
    }
    let key = keys.into_iter().flatten().next();
    let key = key.ok_or(ConfigError::MissingKey {
        variable: "GOOGLE_API_KEY",
    })?;
    Ok(ApiKey::new(key)?)
}

fn openai(cli: &Cli, env: &Env) -> Result<OpenAiConfig, ConfigError> {
    let base_url = base_url(cli, env, "OPENAI_BASE_URL")?;
    let model = cli.model.clone().ok_or(ConfigError::MissingModel)?;
    let api_key = match key_in_file(cli)? {
        Some(key) => Some(key),
        None => env.get("OPENAI_API_KEY").map(ApiKey::new).transpose()?,
    };
    let needs_key = base_url.as_ref().is_none_or(BaseUrl::is_openai) && !nothing_is_sent(cli);
    if api_key.is_none() && needs_key {
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

/// Whether no request leaves this machine, so that no key is needed.
fn nothing_is_sent(cli: &Cli) -> bool {
    cli.replay.is_some() || cli.dry_run
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
pub(super) fn honours_sampling(model: &str) -> bool {
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
