//! The floor of the models: one request in, one completion out.
//!
//! Knows nothing of validation, duplicates or files. Each implementer turns a
//! [`ChatRequest`] into exactly one HTTP request (or none, offline) and names
//! what came back; whether to try again is decided above, by
//! [`LlmError::disposition`].

mod base_url;
mod delay;
mod failure;
mod gemini;
mod http;
mod key;
mod limits;
mod offline;
mod openai;
mod price;
mod recorded;
mod schema;
mod setup;
#[cfg(test)]
mod test_server;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub use base_url::BaseUrl;
pub use gemini::{Gemini, GeminiConfig};
pub use key::ApiKey;
pub use limits::{RateLimits, RateWindow};
pub use offline::Offline;
pub use openai::{OpenAi, OpenAiConfig};
pub use price::{Price, PriceError, Prices};
pub use recorded::{RecordError, Recorded};
pub use setup::{Sampling, SetupError};

use crate::sample::{ClassValue, Field};

/// One model behind one endpoint.
#[async_trait]
pub trait LlmClient: Send + Sync {
    /// The model that is asked for, as the user named it.
    fn model(&self) -> &str;

    /// Sends `request` once: no retries inside.
    ///
    /// # Errors
    ///
    /// Everything that is not an answer of the model. A refused prompt and an
    /// empty or cut answer are completions, told by their finish reason.
    async fn complete(&self, request: &ChatRequest) -> Result<Completion, LlmError>;

    /// The models that the endpoint offers, by name; none if it has no list.
    ///
    /// # Errors
    ///
    /// There is no answer, or it is no list.
    async fn models(&self) -> Result<Vec<String>, LlmError> {
        Ok(Vec::new())
    }
}

/// What one request says and wants.
#[derive(Debug, Clone)]
pub struct ChatRequest {
    /// The constant part, first in the prompt so that providers can cache it.
    pub system: Arc<str>,
    /// The part that differs from request to request.
    pub user: String,
    /// What is to be looked at with it. Only Gemini takes one; the other
    /// clients must not get any.
    pub attachment: Option<Attachment>,
    /// What is to come back.
    pub answer: Answer,
    /// Seed of this very request; `None` leaves it to the provider.
    pub seed: Option<u64>,
    /// Number of its batch, that keeps its answer apart from those to others
    /// in the same words; zero if there is none.
    pub number: u64,
}

/// A file that is sent with a request.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its media type.
    pub mime_type: &'static str,
    /// Its bytes.
    pub data: Bytes,
}

impl fmt::Debug for Attachment {
    /// Its type and size; nobody wants to read the bytes.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mime_type, data } = self;
        write!(formatter, "Attachment({mime_type}, {} bytes)", data.len())
    }
}

/// What a request wants to come back.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Plain text of a few sentences.
    Text,
    /// JSON: an object whose only key, [`SAMPLES_KEY`], holds a list of items.
    Samples(Wanted),
}

/// The key that holds the list of items in an answer.
pub const SAMPLES_KEY: &str = "samples";

/// The items a request wants.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The shape of every item.
    pub shape: Arc<ItemShape>,
    /// How many items; at least one.
    pub count: usize,
    /// The passage of a document they are to be made from.
    pub passage: Option<Arc<str>>,
    /// Their classes, if it matters. A model reads of them in the prompt; the
    /// offline provider, which reads none, goes by this.
    pub classes: Option<WantedClasses>,
}

/// The classes that the items of a request are to be of.
#[derive(Debug, Clone)]
pub struct WantedClasses {
    /// The field that tells the class of an item.
    pub field: String,
    /// What it is to be in each item, in order.
    pub values: Vec<ClassValue>,
}

/// The shape of an item: the fields of a format, in order.
#[derive(Debug, Clone)]
pub struct ItemShape {
    /// Name of the format.
    pub name: String,
    /// Fields, in the order in which the model should write them.
    pub fields: Vec<Field>,
}

/// One answer of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// Visible text; thoughts are left out. May be empty.
    pub text: String,
    /// Why the model stopped.
    pub finish_reason: FinishReason,
    /// What it costs.
    pub usage: Usage,
    /// The model that answered, as the server names it.
    pub model: Option<String>,
    /// How much more the server will take.
    pub limits: RateLimits,
    /// Whether it was there already, and nothing was sent.
    pub is_recorded: bool,
}

impl Completion {
    /// Whether the cap on output tokens was reached before the first visible
    /// word, since the model was still thinking.
    fn is_all_thoughts(&self) -> bool {
        self.finish_reason == FinishReason::MaxTokens
            && self.text.trim().is_empty()
            && self.usage.thought_tokens > 0
    }
}

/// Why a model stopped writing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FinishReason {
    /// It was done.
    Stop,
    /// The cap on output tokens was reached, or (Gemini's `CONTINUATION`) the
    /// cap of one request: the text is cut.
    MaxTokens,
    /// A filter stopped the answer; the provider's word for it.
    Blocked(String),
    /// A filter refused the prompt; the provider's word for it.
    PromptBlocked(String),
    /// The answer recited its training data.
    Recitation,
    /// A well-formed response that holds no answer at all.
    NoCandidates,
    /// Anything else; the provider's word for it.
    Other(String),
}

impl FinishReason {
    /// Why there is no answer, if it is for that.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        match self {
            Self::Stop | Self::MaxTokens | Self::Other(_) => None,
            Self::Blocked(reason) | Self::PromptBlocked(reason) => {
                Some(format!("blocked ({reason})"))
            }
            Self::Recitation => Some("blocked (recitation)".to_owned()),
            Self::NoCandidates => Some("no answer in the response".to_owned()),
        }
    }
}

/// Tokens of one answer, as billed. See each provider for what it counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the prompt, cached ones included.
    pub prompt_tokens: u64,
    /// Those of the prompt that came from a cache.
    pub cached_tokens: u64,
    /// Tokens of the answer, thoughts included: all that is billed as output.
    pub completion_tokens: u64,
    /// Those of the answer that were thoughts.
    pub thought_tokens: u64,
}

impl Usage {
    /// Itself, with numbers that no answer takes left at a bound, so that sums of
    /// them are numbers too.
    fn capped(self) -> Self {
        let cap = |tokens: u64| tokens.min(1 << 40);
        Self {
            prompt_tokens: cap(self.prompt_tokens),
            cached_tokens: cap(self.cached_tokens),
            completion_tokens: cap(self.completion_tokens),
            thought_tokens: cap(self.thought_tokens),
        }
    }
}

impl std::ops::Sub for Usage {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            prompt_tokens: self.prompt_tokens.saturating_sub(other.prompt_tokens),
            cached_tokens: self.cached_tokens.saturating_sub(other.cached_tokens),
            completion_tokens: self
                .completion_tokens
                .saturating_sub(other.completion_tokens),
            thought_tokens: self.thought_tokens.saturating_sub(other.thought_tokens),
        }
    }
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.prompt_tokens = self.prompt_tokens.saturating_add(other.prompt_tokens);
        self.cached_tokens = self.cached_tokens.saturating_add(other.cached_tokens);
        self.completion_tokens = self
            .completion_tokens
            .saturating_add(other.completion_tokens);
        self.thought_tokens = self.thought_tokens.saturating_add(other.thought_tokens);
    }
}

/// What the caller does about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// Send less; try again after a pause, at least this long if the server
    /// said so.
    Wait(Option<Duration>),
    /// Try again after a pause, at least this long if the server said so.
    Retry(Option<Duration>),
    /// Try again at once; the client has changed how it asks. Happens at most
    /// a few times in the life of a client.
    Again,
    /// Give this batch up; another one may work.
    FailBatch,
    /// No request can work.
    FailRun,
}

/// Why a request brought no answer. No variant holds the key or a URL's query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LlmError {
    /// The key is missing, wrong, blocked, or lacks permission.
    #[error("the server refused access (HTTP {status}): {message}")]
    Auth {
        /// HTTP status.
        status: u16,
        /// The server's own words.
        message: String,
    },
    /// The account has no money left, or may not spend it.
    #[error("the account has no credits left, or has spent all it may: {message}")]
    Credits {
        /// The server's own words.
        message: String,
    },
    /// A quota that does not come back within minutes.
    #[error("the quota is spent: {message}")]
    Quota {
        /// The server's own words.
        message: String,
    },
    /// No such model at this endpoint.
    #[error("model `{model}` was not found: {message}")]
    ModelNotFound {
        /// The model asked for.
        model: String,
        /// The server's own words; they may name a successor.
        message: String,
    },
    /// The server does not take requests like this one.
    #[error("the server refused the request (HTTP {status}): {message}")]
    BadRequest {
        /// HTTP status.
        status: u16,
        /// The server's own words.
        message: String,
    },
    /// The prompt is longer than the model's context.
    #[error("the prompt is too long for the model: {message}")]
    PromptTooLong {
        /// The server's own words.
        message: String,
    },
    /// The server cannot read what is attached to the request.
    #[error("the server cannot read the attached file: {message}")]
    Attachment {
        /// The server's own words.
        message: String,
    },
    /// Too many requests or tokens for now.
    #[error("rate limited: {message}{}", asks(*.retry_after))]
    RateLimited {
        /// The server's own words.
        message: String,
        /// The pause the server asks for.
        retry_after: Option<Duration>,
    },
    /// The server failed.
    #[error("the server failed (HTTP {status}): {message}")]
    Server {
        /// HTTP status.
        status: u16,
        /// The server's own words.
        message: String,
        /// The pause the server asks for.
        retry_after: Option<Duration>,
    },
    /// No whole response within the time limit.
    #[error("no response within {} s", .after.as_secs())]
    Timeout {
        /// The limit.
        after: Duration,
    },
    /// The connection could not be made or broke.
    #[error("connection to {host} failed: {message}")]
    Transport {
        /// Host and port.
        host: String,
        /// What happened.
        message: String,
    },
    /// The server cannot be trusted, or speaks no TLS.
    #[error("no secure connection to {host}: {message}")]
    Tls {
        /// Host and port.
        host: String,
        /// What is wrong.
        message: String,
    },
    /// A response that is none: no JSON, no known shape, too large.
    #[error("unreadable response: {message}")]
    Unreadable {
        /// What is wrong with it.
        message: String,
    },
    /// A response that is larger than any answer.
    #[error("the response is too large: {message}")]
    TooLarge {
        /// How large.
        message: String,
    },
    /// All answers are to come from a folder, and this one does not.
    #[error("an answer was not recorded: {problem}")]
    NotRecorded {
        /// Which one, and why.
        problem: String,
    },
    /// The server refused a feature, and the client does without it from now on.
    #[error("the server does not take {feature}, going on without: {message}")]
    Adapted {
        /// What is left out from now on.
        feature: &'static str,
        /// The server's own words.
        message: String,
    },
}

impl LlmError {
    /// What to do about it.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Auth { .. }
            | Self::Credits { .. }
            | Self::Quota { .. }
            | Self::ModelNotFound { .. }
            | Self::BadRequest { .. }
            | Self::Tls { .. }
            | Self::NotRecorded { .. } => Disposition::FailRun,
            Self::PromptTooLong { .. } | Self::Attachment { .. } | Self::TooLarge { .. } => {
                Disposition::FailBatch
            }
            Self::RateLimited { retry_after, .. } => Disposition::Wait(*retry_after),
            Self::Server { retry_after, .. } => Disposition::Retry(*retry_after),
            Self::Timeout { .. } | Self::Transport { .. } | Self::Unreadable { .. } => {
                Disposition::Retry(None)
            }
            Self::Adapted { .. } => Disposition::Again,
        }
    }

    /// Whether the server has more to do than it can.
    #[must_use]
    pub fn is_overload(&self) -> bool {
        match self {
            Self::RateLimited { .. } => true,
            // 529 is "overloaded" at Anthropic and others.
            Self::Server { status, .. } => matches!(status, 503 | 529),
            _ => false,
        }
    }

    /// A short name for the books, one per kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Auth { .. } => "key refused",
            Self::Credits { .. } => "no credits",
            Self::Quota { .. } => "quota spent",
            Self::ModelNotFound { .. } => "model not found",
            Self::BadRequest { .. } => "request refused",
            Self::PromptTooLong { .. } => "prompt too long",
            Self::Attachment { .. } => "attachment refused",
            Self::RateLimited { .. } => "rate limited",
            Self::Server { .. } => "server error",
            Self::Timeout { .. } => "timeout",
            Self::Transport { .. } => "connection failed",
            Self::Tls { .. } => "TLS refused",
            Self::Unreadable { .. } => "unreadable response",
            Self::TooLarge { .. } => "response too large",
            Self::NotRecorded { .. } => "answer not recorded",
            Self::Adapted { .. } => "feature refused",
        }
    }
}

/// That the server asks for a long pause, in words.
fn asks(pause: Option<Duration>) -> String {
    match pause.map(|pause| pause.as_secs()) {
        Some(seconds @ 5..) => {
            let pause = humantime::format_duration(Duration::from_secs(seconds));
            format!(" (it asks for a pause of {pause})")
        }
        _ => String::new(),
    }
}

/// `seed` in 31 bits, the most that every provider takes.
fn folded(seed: u64) -> u64 {
    (seed ^ (seed >> 32)) & 0x7fff_ffff
}
