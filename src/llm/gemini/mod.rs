//! Google's Gemini API, `generateContent` with an API key.
//!
//! Streams nothing, caches nothing, continues no `CONTINUATION`.

mod request;
mod response;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{HeaderMap, HeaderName};
use serde_json::Value;

use self::request::Features;
use super::failure::{Failure, Reply};
use super::http::Http;
use super::{ApiKey, BaseUrl, ChatRequest, Completion, LlmClient, LlmError, Sampling, SetupError};

const BASE_URL: &str = "https://generativelanguage.googleapis.com";

/// What people put behind the host and the client appends itself.
const KNOWN_ENDINGS: [&str; 4] = ["/v1beta/openai", "/v1beta", "/v1alpha", "/v1"];

/// The whole message of some refusals of a schema that is too complex.
const BARE_REFUSAL: &str = "Request contains an invalid argument.";

/// Where the model is and how it is asked.
#[derive(Debug, Clone)]
pub struct GeminiConfig {
    /// Google's own if `None`; a version at its end is cut.
    pub base_url: Option<BaseUrl>,
    /// Version of the API, a part of the path; see [`GeminiConfig::API_VERSION`].
    pub api_version: String,
    /// The key.
    pub api_key: ApiKey,
    /// Model id, with or without `models/`.
    pub model: String,
    /// How the next token is drawn.
    pub sampling: Sampling,
    /// Limit of one request in all.
    pub timeout: Duration,
}

impl GeminiConfig {
    /// The version that all features and the `-latest` aliases are in.
    pub const API_VERSION: &str = "v1beta";
}

/// A model behind `generateContent`.
pub struct Gemini {
    model: String,
    api_key: ApiKey,
    sampling: Sampling,
    http: Http,
    refused: Refused,
}

/// What the server has refused; it is left out from then on.
#[derive(Default)]
struct Refused {
    schema: AtomicBool,
    sampling: AtomicBool,
    thinking: AtomicBool,
}

impl Gemini {
    /// A client for one model.
    ///
    /// # Errors
    ///
    /// The model id, the version or the base URL is none, or TLS is missing.
    pub fn new(config: GeminiConfig) -> Result<Self, SetupError> {
        let GeminiConfig {
            base_url,
            api_version,
            api_key,
            model,
            sampling,
            timeout,
        } = config;
        let is_word = |character: char| character.is_ascii_alphanumeric();
        if api_version.is_empty() || !api_version.chars().all(is_word) {
            let version = api_version;
            return Err(SetupError::ApiVersion { version });
        }
        let base_url = base_url.map_or_else(|| BaseUrl::parse(BASE_URL), Ok)?;
        let path = format!("/{api_version}/{}:generateContent", resource(&model)?);
        let http = Http::new(
            &base_url.without_ending(&KNOWN_ENDINGS),
            &path,
            headers(&api_key, timeout),
            timeout,
        )?;
        Ok(Self {
            model,
            api_key,
            sampling,
            http,
            refused: Refused::default(),
        })
    }

    /// What a refused `body` is asked without from now on, if that is at fault.
    ///
    /// Judged by what the body itself held: a request of the time before a
    /// change is told to come again, one without the feature never is.
    fn adapt(&self, failure: &Failure, body: &Value) -> Option<&'static str> {
        let config = &body["generationConfig"];
        let sends = |name| config.get(name).is_some();
        if sends("thinkingConfig") && failure.says("thinking") {
            self.refused.thinking.store(true, Ordering::Relaxed);
            return Some("a thinking level");
        }
        let parameters = ["temperature", "topP", "topK", "top_p", "top_k"];
        if ["temperature", "topP", "topK"].into_iter().any(sends)
            && parameters.into_iter().any(|name| failure.blames(name))
        {
            self.refused.sampling.store(true, Ordering::Relaxed);
            return Some("temperature, top-p or top-k");
        }
        let is_about_schema = ["schema", "too many states", "branching"]
            .into_iter()
            .any(|words| failure.says(words));
        if sends("responseJsonSchema") && (is_about_schema || failure.message() == BARE_REFUSAL) {
            self.refused.schema.store(true, Ordering::Relaxed);
            return Some("the JSON schema");
        }
        None
    }

    fn error(&self, failure: &Failure, body: &Value) -> LlmError {
        match failure.error(&self.model) {
            LlmError::BadRequest {
                status: 400,
                message,
            } => match self.adapt(failure, body) {
                Some(feature) => LlmError::Adapted { feature, message },
                None => LlmError::BadRequest {
                    status: 400,
                    message,
                },
            },
            error => error,
        }
    }
}

impl Refused {
    fn features(&self) -> Features {
        Features {
            schema: !self.schema.load(Ordering::Relaxed),
            sampling: !self.sampling.load(Ordering::Relaxed),
            thinking: !self.thinking.load(Ordering::Relaxed),
        }
    }
}

#[async_trait]
impl LlmClient for Gemini {
    fn model(&self) -> &str {
        &self.model
    }

    async fn complete(&self, request: &ChatRequest) -> Result<Completion, LlmError> {
        let features = self.refused.features();
        let body = request::body(request, &self.model, self.sampling, features);
        let response = self.http.post(&body).await?;
        match Reply::read(&response, Some(&self.api_key))? {
            Reply::Answer(answer) => response::completion(answer, response.limits),
            Reply::Failure(failure) => Err(self.error(&failure, &body)),
        }
    }
}

/// The path of `model`: `gemini-x` is `models/gemini-x`; what has a slash
/// names its collection itself.
fn resource(model: &str) -> Result<String, SetupError> {
    let is_allowed = |character: char| {
        character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | ':' | '@' | '/')
    };
    let is_name = |part: &str| !part.trim_matches('.').is_empty();
    if !model.chars().all(is_allowed) || model.contains("..") || !model.split('/').all(is_name) {
        let model = model.to_owned();
        return Err(SetupError::Model { model });
    }
    let collection = if model.contains('/') { "" } else { "models/" };
    Ok(format!("{collection}{model}"))
}

/// `X-Server-Timeout` moves the deadline of Google's front end, else about a minute.
fn headers(api_key: &ApiKey, timeout: Duration) -> HeaderMap {
    let seconds = timeout.as_secs() + u64::from(timeout.subsec_nanos() > 0);
    HeaderMap::from_iter([
        (
            HeaderName::from_static("x-goog-api-key"),
            api_key.header(""),
        ),
        (HeaderName::from_static("x-server-timeout"), seconds.into()),
    ])
}

#[cfg(test)]
mod tests;
