//! Any server that speaks `OpenAI`'s chat completions.
//!
//! Asks in the oldest form that every server knows, and adapts to what one
//! refuses. Streams nothing, calls no tools.

mod dialect;
mod request;
mod response;

use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde_json::Value;

use self::dialect::{Dialect, Manner, Need};
use super::failure::{Failure, Reply};
use super::http::Http;
use super::{ApiKey, BaseUrl, ChatRequest, Completion, LlmClient, LlmError, Sampling, SetupError};

const BASE_URL: &str = "https://api.openai.com/v1";
const ENDPOINT: &str = "/chat/completions";

/// Where the model is and how it is asked.
#[derive(Debug, Clone)]
pub struct OpenAiConfig {
    /// `OpenAI`'s own if `None`; `/v1` is added if there is no path.
    pub base_url: Option<BaseUrl>,
    /// Whether it may be `http` on another machine.
    pub allow_plain_http: bool,
    /// The key; local servers need none.
    pub api_key: Option<ApiKey>,
    /// Model id, as the server knows it.
    pub model: String,
    /// How the next token is drawn.
    pub sampling: Sampling,
    /// Limit of one request in all.
    pub timeout: Duration,
}

/// A model behind `/chat/completions`.
pub struct OpenAi {
    model: String,
    api_key: Option<ApiKey>,
    sampling: Sampling,
    http: Http,
    /// Where the models are listed.
    list: Http,
    dialect: Dialect,
}

impl OpenAi {
    /// A client for one model.
    ///
    /// # Errors
    ///
    /// The model id is blank, the base URL is plain `http`, or TLS is missing.
    pub fn new(config: OpenAiConfig) -> Result<Self, SetupError> {
        let OpenAiConfig {
            base_url,
            allow_plain_http,
            api_key,
            model,
            mut sampling,
            timeout,
        } = config;
        if model.trim().is_empty() {
            return Err(SetupError::Model { model });
        }
        let base_url = base_url.map_or_else(|| BaseUrl::parse(BASE_URL), Ok)?;
        let base_url = base_url.unless_plain(allow_plain_http)?;
        let mut dialect = Dialect::default();
        if base_url.is_openai() {
            sampling.top_k = None;
            dialect = Dialect::of_openai();
        }
        let key = api_key.as_ref().map(|key| key.header("Bearer "));
        let headers: HeaderMap = key.map(|key| (AUTHORIZATION, key)).into_iter().collect();
        let base_url = base_url.without_ending(&[ENDPOINT]);
        let path = match base_url.path() {
            "" => format!("/v1{ENDPOINT}"),
            _ => ENDPOINT.to_owned(),
        };
        let list = path.replace(ENDPOINT, "/models");
        let list = Http::new(&base_url, &list, headers.clone(), timeout)?;
        let http = Http::new(&base_url, &path, headers, timeout)?;
        Ok(Self {
            model,
            api_key,
            sampling,
            http,
            list,
            dialect,
        })
    }

    fn error(&self, failure: &Failure, body: &Value, manner: Manner) -> LlmError {
        let error = failure.error(&self.model);
        let adapted = match error {
            LlmError::BadRequest { .. } | LlmError::Server { .. } => {
                self.dialect.adapt(failure, body, manner)
            }
            LlmError::PromptTooLong { .. } => self.dialect.take_room_back(failure, manner),
            _ => None,
        };
        match adapted {
            Some(feature) => LlmError::Adapted {
                feature,
                message: failure.message().to_owned(),
            },
            None => error,
        }
    }
}

/// Names of the `listed` models.
fn names(listed: &Value) -> Vec<String> {
    let listed = listed.as_array().into_iter().flatten();
    let names = listed.filter_map(|model| model["id"].as_str());
    names.map(str::to_owned).collect()
}

#[async_trait]
impl LlmClient for OpenAi {
    fn model(&self) -> &str {
        &self.model
    }

    async fn complete(&self, request: &ChatRequest) -> Result<Completion, LlmError> {
        let manner = self.dialect.manner();
        let body = request::body(request, &self.model, self.sampling, manner);
        let response = self.http.post(&body).await?;
        match Reply::read(&response, self.api_key.as_ref())? {
            Reply::Answer(answer) => {
                let completion = response::completion(answer, response.limits)?;
                if let Some(need) = Need::of(&completion, request) {
                    self.dialect.make_room(need, &body, manner);
                }
                Ok(completion)
            }
            Reply::Failure(failure) => Err(self.error(&failure, &body, manner)),
        }
    }

    async fn models(&self) -> Result<Vec<String>, LlmError> {
        let response = self.list.get(&[]).await?;
        match Reply::read(&response, self.api_key.as_ref())? {
            Reply::Answer(answer) => Ok(names(&answer["data"])),
            Reply::Failure(failure) => Err(failure.error(&self.model)),
        }
    }
}

#[cfg(test)]
mod tests;
