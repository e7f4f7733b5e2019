//! What a response means that is no answer, in all shapes that servers use.
//!
//! Covers Google's native and `OpenAI`-compatible endpoints, `OpenAI` and the
//! local servers at once, since any of them may sit behind either client.
//! Knows nothing of what was asked; whether a client can ask differently is
//! decided by the client.

mod wording;

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use self::wording::{
    has_limit_zero, is_page, is_validation, readable, text, tidy, without_traceback, words,
};
use super::http::HttpResponse;
use super::{ApiKey, LlmError, delay};

/// Words by which servers say that a prompt is too long, in lower case.
const TOO_LONG: [&str; 5] = [
    "exceeds the maximum number of tokens",
    "maximum context length",
    "input context is too long",
    "greater than the context length",
    "exceeds the available context size",
];

/// Words by which servers say that there is no money left, or that no more of
/// it may be spent, in lower case.
const NO_CREDITS: [&str; 5] = [
    "prepayment credits",
    "credits are depleted",
    "credit balance is",
    "insufficient balance",
    "spending cap",
];

/// Codes by which they say the same.
const NO_CREDITS_CODES: [&str; 2] = ["insufficient_quota", "billing_hard_limit_reached"];

/// When Google gives a day's quota again.
const COMES_BACK: &str =
    "it comes back at midnight Pacific time (07:00 UTC in summer, 08:00 UTC in winter)";

/// A response, read.
#[derive(Debug)]
pub(super) enum Reply {
    /// JSON of a success; its shape is not checked.
    Answer(Value),
    /// Anything else that the server said.
    Failure(Failure),
}

/// What a server says of a request that failed.
#[derive(Debug)]
pub(super) struct Failure {
    status: u16,
    message: String,
    code: String,
    kind: String,
    google_status: String,
    parameter: String,
    details: Vec<Value>,
    is_page: bool,
    is_validation: bool,
    has_limit_zero: bool,
    retry_after: Option<Duration>,
}

impl Reply {
    /// Reads `response`; nothing of it that is kept holds `key`.
    ///
    /// # Errors
    ///
    /// A success whose body is not JSON.
    pub(super) fn read(response: &HttpResponse, key: Option<&ApiKey>) -> Result<Self, LlmError> {
        let is_success = (200..300).contains(&response.status);
        // A server that repeats the key would have it among the samples.
        let text = str::from_utf8(&response.body).ok();
        let text = key.zip(text).map(|(key, text)| key.redact(text));
        let body = text.as_ref().map_or(&response.body[..], String::as_bytes);
        match serde_json::from_slice::<Value>(body) {
            Ok(json) if is_success && json.get("error").is_none_or(Value::is_null) => {
                Ok(Self::Answer(json))
            }
            Err(error) if is_success => Err(LlmError::Unreadable {
                message: format!("{error}: {}", readable(&response.body, key)),
            }),
            json => Ok(Self::Failure(Failure::new(response, json.ok(), key))),
        }
    }
}

impl Failure {
    fn new(response: &HttpResponse, json: Option<Value>, key: Option<&ApiKey>) -> Self {
        let json = json.unwrap_or_default();
        let envelope = json.get(0).unwrap_or(&json);
        let error = envelope.get("error").filter(|error| error.is_object());
        let error = error.unwrap_or(envelope);
        let words = words(envelope, error);
        let details = error.get("details").and_then(Value::as_array).cloned();
        let details = details.unwrap_or_default();
        let in_details = || retry_info(&details);
        let in_words = || words.as_deref().and_then(delay::in_sentence);
        let code = text(error, "code");
        let status = own_status(response.status, &code);
        let in_limits = || response.limits.retry_after().filter(|_| status == 429);
        let message = match &words {
            Some(words) => tidy(without_traceback(words), key),
            None => readable(&response.body, key),
        };
        Self {
            status,
            message,
            kind: text(error, "type"),
            google_status: text(error, "status"),
            parameter: text(error, "param"),
            is_page: is_page(&response.body),
            is_validation: words.as_deref().is_some_and(is_validation),
            has_limit_zero: words.as_deref().is_some_and(has_limit_zero),
            retry_after: response
                .retry_after
                .or_else(in_details)
                .or_else(in_words)
                .or_else(in_limits),
            code,
            details,
        }
    }

    /// HTTP status, or the one told in the body of a seeming success.
    pub(super) fn status(&self) -> u16 {
        self.status
    }

    /// The server's own words, on one line.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// Whether it blames `parameter`: by name, or if it names none, in words.
    pub(super) fn blames(&self, parameter: &str) -> bool {
        let text = match self.parameter.as_str() {
            "" => &self.message,
            parameter => parameter,
        };
        text.split(|character: char| !character.is_alphanumeric() && character != '_')
            .any(|word| word.eq_ignore_ascii_case(parameter))
    }

    /// Whether its words contain `words`, which are in lower case.
    pub(super) fn says(&self, words: &str) -> bool {
        self.message.to_lowercase().contains(words)
    }

    /// What it means for a request to `model`.
    pub(super) fn error(&self, model: &str) -> LlmError {
        let (status, retry_after) = (self.status, self.retry_after);
        let message = self.message.clone();
        if self.is_about_credits() {
            return LlmError::Credits { message };
        }
        if self.is_about_model() {
            let model = model.to_owned();
            return LlmError::ModelNotFound { model, message };
        }
        if self.is_about_key() {
            return LlmError::Auth { status, message };
        }
        if self.is_about_length() {
            return LlmError::PromptTooLong { message };
        }
        match status {
            404 | 405 => LlmError::BadRequest {
                status,
                message: format!("{message}; is the base URL right?"),
            },
            429 => self.limit(),
            _ if self.is_transient() => LlmError::Server {
                status,
                message,
                retry_after,
            },
            _ => LlmError::BadRequest { status, message },
        }
    }

    fn is_about_credits(&self) -> bool {
        self.status == 402
            || NO_CREDITS_CODES.contains(&&*self.code)
            || NO_CREDITS_CODES.contains(&&*self.kind)
            || self.status < 500 && NO_CREDITS.iter().any(|words| self.says(words))
    }

    fn is_about_model(&self) -> bool {
        // A wrong path may bring a 404 as well: "Invalid URL (POST /v1/models/…)".
        let is_missing = self.status == 404 && !self.is_page && self.says("model");
        self.code == "model_not_found" || is_missing && !self.says("invalid url")
    }

    fn is_about_key(&self) -> bool {
        let reasons = self.details.iter().map(|detail| text(detail, "reason"));
        matches!(self.status, 401 | 403)
            || reasons
                .into_iter()
                .any(|reason| reason.starts_with("API_KEY_"))
            || self.status == 400 && self.google_status == "FAILED_PRECONDITION"
            || self.says("user location is not supported")
    }

    fn is_about_length(&self) -> bool {
        self.status == 413
            || self.code == "context_length_exceeded"
            || self.kind == "exceed_context_size_error"
            || TOO_LONG.iter().any(|words| self.says(words))
    }

    fn is_transient(&self) -> bool {
        match self.status {
            501 => false,
            500 => !self.is_validation,
            status => matches!(status, 200..300 | 408 | 409 | 499 | 502..),
        }
    }

    /// A 429: a quota that is gone for the day, or too many requests for now.
    fn limit(&self) -> LlmError {
        let message = self.message.clone();
        let failures = self
            .details
            .iter()
            .filter_map(|it| it["violations"].as_array());
        let mut violations = failures.flatten();
        let is_nothing = |violation: &Value| text(violation, "quotaValue") == "0";
        if self.has_limit_zero || violations.clone().any(is_nothing) {
            return LlmError::Quota {
                message: format!("the account has none for this model: {message}"),
            };
        }
        match violations.find(|violation| text(violation, "quotaId").contains("PerDay")) {
            Some(violation) => LlmError::Quota {
                message: format!(
                    "{}the day's ({}); {COMES_BACK}: {message}",
                    match text(violation, "quotaValue").as_str() {
                        "" => String::new(),
                        value => format!("{value}, "),
                    },
                    text(violation, "quotaId"),
                ),
            },
            None => LlmError::RateLimited {
                message,
                retry_after: self.retry_after,
            },
        }
    }
}

/// `json` as `T`, all of whose fields may be missing.
///
/// # Errors
///
/// It is no object, or a field of it has another type.
pub(super) fn typed<T: DeserializeOwned>(json: Value) -> Result<T, LlmError> {
    let typed = json.is_object().then(|| serde_json::from_value(json).ok());
    typed.flatten().ok_or_else(|| LlmError::Unreadable {
        message: "JSON of an unknown shape".to_owned(),
    })
}

/// Token counts, or none if they are not of the known shape.
pub(super) fn counts<T: DeserializeOwned + Default>(json: Option<Value>) -> T {
    let counts = json.and_then(|json| serde_json::from_value(json).ok());
    counts.unwrap_or_default()
}

/// The status in the body of a seeming success, else that of the response.
fn own_status(status: u16, code: &str) -> u16 {
    let told = code.parse().ok().filter(|code| (400..600).contains(code));
    told.filter(|_| status < 300).unwrap_or(status)
}

fn retry_info(details: &[Value]) -> Option<Duration> {
    let mut delays = details.iter().filter_map(|it| it["retryDelay"].as_str());
    delays.find_map(delay::leading)
}

#[cfg(test)]
mod tests;
