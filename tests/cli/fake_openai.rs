//! A server of chat completions that is as strict, or as odd, as one of those
//! that claim to be compatible with `OpenAI`.
//!
//! Each [`Behaviour`] is that of a real server; see `refusal.rs` for what it
//! does not take.

mod refusal;
mod response;

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Semaphore;

use crate::items;
use crate::server::{Delivery, RecordedRequest, Server};

/// The only key that the strict behaviours take.
pub(crate) const KEY: &str = "sk-fake-openai-key";

/// The model that no behaviour with a list of models knows.
pub(crate) const MISSING_MODEL: &str = "no-such-model";

/// The server that is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// `OpenAI` itself: key, known fields, strict schemas.
    OpenAi,
    /// `OpenAI` with a reasoning model: no `max_tokens`, no `temperature`.
    Gpt5,
    /// vLLM: no key, its own error shape, everything supported.
    Vllm,
    /// `llama_cpp.server`: 500 for `json_schema`, `max_completion_tokens`
    /// ignored, raw control characters in answers.
    LlamaCppPython,
    /// llama.cpp's own `llama-server`: error codes are numbers.
    LlamaServer,
    /// LM Studio: no `json_object`, and its errors are bare strings.
    LmStudio,
    /// Ollama: no finish reason.
    Ollama,
}

impl Behaviour {
    fn is_openai(self) -> bool {
        matches!(self, Self::OpenAi | Self::Gpt5)
    }
}

/// What the model, or the server in its place, says to a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// `{"samples": […]}`, as asked for.
    Items(Vec<Value>),
    /// Any text with any finish reason.
    Text(String, &'static str),
    /// Cut in the last item, with the finish reason `length`.
    Truncated(Vec<Value>),
    /// A refusal in place of a content.
    Refused,
    /// Stopped by `content_filter`, without content.
    Filtered,
    /// 400 in the words of the server that is played.
    ContextTooLong,
    /// 429 with `retry-after` in seconds.
    RateLimited(&'static str),
    /// 429 for an account without money.
    InsufficientQuota,
    /// An error that is `{"detail": …}`.
    Detail(u16, &'static str),
    /// Any other error in `OpenAI`'s shape: status, code, message.
    Error(u16, &'static str, String),
    /// The reply once the test adds a permit to the semaphore.
    Gated(Arc<Semaphore>, Box<Reply>),
    /// Anything else that can happen on the wire.
    Wire(Delivery),
}

/// A running fake; stopped on drop.
pub(crate) struct FakeOpenAi {
    pub(crate) server: Server,
}

impl FakeOpenAi {
    /// Answers every request with as many valid items as it asks for.
    pub(crate) fn start(behaviour: Behaviour) -> Self {
        Self::with(behaviour, answer_fully)
    }

    /// Answers with what `responder` makes of a request and the number of
    /// requests before it. It is not asked about requests that are refused.
    pub(crate) fn with(
        behaviour: Behaviour,
        responder: impl Fn(&RecordedRequest, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let server = Server::start(move |request| match refusal::refusal(behaviour, request) {
            Some(refusal) => Delivery::Whole(refusal),
            None => response::delivery(behaviour, request, responder(request, request.order)),
        });
        Self { server }
    }

    /// The base URL that a user would give, up to and with `/v1`.
    pub(crate) fn base_url(&self) -> String {
        format!("{}/v1", self.server.url())
    }
}

/// Valid items in the number and shape asked for, or a sentence if the
/// request wants no JSON.
pub(crate) fn answer_fully(request: &RecordedRequest, order: usize) -> Reply {
    let user = text_of("user", &request.body);
    let wants_json = request.body.get("response_format").is_some()
        || text_of("system", &request.body)
            .to_lowercase()
            .contains("json");
    if !wants_json {
        let sentence = format!("Everyday questions of type {order}, in plain words.");
        return Reply::Text(sentence, "stop");
    }
    Reply::Items(items::wanted(&user, schema(&request.body), order))
}

/// All text of the messages of a role.
pub(crate) fn text_of(role: &str, body: &Value) -> String {
    let messages = body["messages"].as_array().map_or(&[][..], Vec::as_slice);
    let texts: Vec<&str> = messages
        .iter()
        .filter(|message| message["role"] == role)
        .filter_map(|message| message["content"].as_str())
        .collect();
    texts.join("\n")
}

/// The JSON Schema of the answer, in `OpenAI`'s place or llama.cpp's.
pub(crate) fn schema(body: &Value) -> Option<&Value> {
    body.pointer("/response_format/json_schema/schema")
        .or_else(|| body.pointer("/response_format/schema"))
}

fn format_type(body: &Value) -> &str {
    let format = body.pointer("/response_format/type");
    format.and_then(Value::as_str).unwrap_or("text")
}
