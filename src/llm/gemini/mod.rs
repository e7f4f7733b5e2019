//! Google's Gemini API, `generateContent` with an API key.
//!
//! Streams nothing, caches nothing, continues no `CONTINUATION`.

mod request;
mod response;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{HeaderMap, HeaderName};
use serde_json::Value;

use self::request::{FIRST_ROOM, Features, MAX_OUTPUT_TOKENS, Thinking};
use super::failure::{Failure, Reply};
use super::http::Http;
use super::{ApiKey, BaseUrl, ChatRequest, Completion, LlmClient, LlmError, Sampling, SetupError};

const BASE_URL: &str = "https://generativelanguage.googleapis.com";

/// What people put behind the host and the client appends itself.
const KNOWN_ENDINGS: [&str; 4] = ["/v1beta/openai", "/v1beta", "/v1alpha", "/v1"];

/// The whole message of some refusals of a schema that is too complex, and of
/// an attachment that cannot be read.
const BARE_REFUSAL: &str = "Request contains an invalid argument.";

/// Pages of the list of models that are read; there were two in 2026.
const MOST_PAGES: usize = 20;

/// Where the model is and how it is asked.
#[derive(Debug, Clone)]
pub struct GeminiConfig {
    /// Google's own if `None`; a version at its end is cut.
    pub base_url: Option<BaseUrl>,
    /// Whether it may be `http` on another machine.
    pub allow_plain_http: bool,
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
    /// Where the models are listed.
    list: Http,
    learned: Learned,
}

/// What the server and the model have taught; it holds from then on.
struct Learned {
    /// Refused, and left out.
    schema: AtomicBool,
    sampling: AtomicBool,
    thinking: AtomicBool,
    /// Whether the model, of an unknown family, must be told to think little.
    thinks_too_much: AtomicBool,
    /// Output tokens that its thoughts need.
    room: AtomicUsize,
}

impl Gemini {
    /// A client for one model.
    ///
    /// # Errors
    ///
    /// The model id, the version or the base URL is none, the base URL is plain
    /// `http`, or TLS is missing.
    pub fn new(config: GeminiConfig) -> Result<Self, SetupError> {
        let GeminiConfig {
            base_url,
            allow_plain_http,
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
        let base_url = base_url.unless_plain(allow_plain_http)?;
        let base_url = base_url.without_ending(&KNOWN_ENDINGS);
        let http = |path: &str| Http::new(&base_url, path, headers(&api_key, timeout), timeout);
        let path = format!("/{api_version}/{}:generateContent", resource(&model)?);
        let (http, list) = (http(&path)?, http(&format!("/{api_version}/models"))?);
        Ok(Self {
            model,
            api_key,
            sampling,
            http,
            list,
            learned: Learned::default(),
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
            self.learned.thinking.store(true, Ordering::Relaxed);
            return Some("a thinking level");
        }
        let parameters = ["temperature", "topP", "topK", "top_p", "top_k"];
        if ["temperature", "topP", "topK"].into_iter().any(sends)
            && parameters.into_iter().any(|name| failure.blames(name))
        {
            self.learned.sampling.store(true, Ordering::Relaxed);
            return Some("temperature, top-p or top-k");
        }
        let is_about_schema = ["schema", "too many states", "branching"]
            .into_iter()
            .any(|words| failure.says(words));
        if sends("responseJsonSchema") && (is_about_schema || failure.message() == BARE_REFUSAL) {
            self.learned.schema.store(true, Ordering::Relaxed);
            return Some("the JSON schema");
        }
        None
    }

    fn error(&self, failure: &Failure, request: &ChatRequest, body: &Value) -> LlmError {
        let is_about_attachment = request.attachment.is_some()
            && (failure.message() == BARE_REFUSAL || failure.says("document"));
        match failure.error(&self.model) {
            LlmError::BadRequest {
                status: 400,
                message,
            } if is_about_attachment => LlmError::Attachment { message },
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

impl Default for Learned {
    fn default() -> Self {
        Self {
            schema: AtomicBool::default(),
            sampling: AtomicBool::default(),
            thinking: AtomicBool::default(),
            thinks_too_much: AtomicBool::default(),
            room: AtomicUsize::new(FIRST_ROOM),
        }
    }
}

impl Learned {
    fn features(&self) -> Features {
        Features {
            schema: !self.schema.load(Ordering::Relaxed),
            sampling: !self.sampling.load(Ordering::Relaxed),
            thinking: match self.thinking.load(Ordering::Relaxed) {
                true => Thinking::Default,
                false if self.thinks_too_much.load(Ordering::Relaxed) => Thinking::LeastOrLow,
                false => Thinking::Least,
            },
            room: self.room.load(Ordering::Relaxed),
        }
    }

    /// After an answer to `body`, asked with `features`, that was all thoughts:
    /// leaves them twice the room, or if there is no more, asks for less of them.
    ///
    /// Judged by what was sent: of several under way one changes something.
    fn make_room(&self, body: &Value, features: Features) {
        let config = &body["generationConfig"];
        if config["maxOutputTokens"] != MAX_OUTPUT_TOKENS {
            let room = features.room * 2;
            let grown = self.room.compare_exchange(
                features.room,
                room,
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
            if grown.is_ok() {
                tracing::warn!(
                    "the model spent a whole answer on thoughts; from now on there is room for \
                     {room} tokens of them"
                );
            }
        } else if features.thinking == Thinking::Least
            && config.get("thinkingConfig").is_none()
            && !self.thinks_too_much.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                "the model spent a whole answer on thoughts; from now on it is asked to think little"
            );
        }
    }
}

#[async_trait]
impl LlmClient for Gemini {
    fn model(&self) -> &str {
        &self.model
    }

    async fn complete(&self, request: &ChatRequest) -> Result<Completion, LlmError> {
        let features = self.learned.features();
        let body = request::body(request, &self.model, self.sampling, features);
        let response = self.http.post(&body).await?;
        match Reply::read(&response, Some(&self.api_key))? {
            Reply::Answer(answer) => {
                let completion = response::completion(answer, response.limits)?;
                if completion.is_all_thoughts() {
                    self.learned.make_room(&body, features);
                }
                Ok(completion)
            }
            Reply::Failure(failure) => Err(self.error(&failure, request, &body)),
        }
    }

    async fn models(&self) -> Result<Vec<String>, LlmError> {
        let mut models = Vec::new();
        let mut page = String::new();
        for _ in 0..MOST_PAGES {
            let query = [("pageSize", "1000"), ("pageToken", page.as_str())];
            let query = &query[..=usize::from(!page.is_empty())];
            let response = self.list.get(query).await?;
            let answer = match Reply::read(&response, Some(&self.api_key))? {
                Reply::Answer(answer) => answer,
                Reply::Failure(failure) => return Err(failure.error(&self.model)),
            };
            models.extend(writers(&answer["models"]));
            match answer["nextPageToken"].as_str() {
                Some(next) if !next.is_empty() => next.clone_into(&mut page),
                _ => break,
            }
        }
        Ok(models)
    }
}

/// Names of those of the `listed` models that write text.
fn writers(listed: &Value) -> Vec<String> {
    let writes = |model: &Value| {
        let methods = model["supportedGenerationMethods"].as_array();
        methods.is_none_or(|methods| methods.iter().any(|it| it == "generateContent"))
    };
    let listed = listed.as_array().into_iter().flatten();
    let names = listed.filter(|model| writes(model));
    let names = names.filter_map(|model| model["name"].as_str());
    names
        .map(|name| name.trim_start_matches("models/").to_owned())
        .collect()
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
