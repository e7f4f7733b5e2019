//! A Gemini that speaks `generateContent` as Google's server does, strictly.
//!
//! It refuses what the real one refuses, in the same order and words; what it
//! answers is up to the test.

mod body;
mod refusal;
mod response;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Semaphore;

use crate::items;
use crate::server::{Deed, Delivery, RecordedRequest, Server};

/// The only key that it takes.
pub(crate) const KEY: &str = "AQ.fake-gemini-key";

/// What the model, or the server in its place, says to a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// `{"samples": […]}`, as asked for.
    Items(Vec<Value>),
    /// Any text with any finish reason.
    Text(String, &'static str),
    /// A thought in a part of its own before the items.
    ThoughtPart(Vec<Value>),
    /// The text of the items cut into three parts.
    SplitParts(Vec<Value>),
    /// An empty part with a signature after the items.
    EmptySignaturePart(Vec<Value>),
    /// The items in a Markdown code fence.
    Fenced(Vec<Value>),
    /// The items between two sentences.
    Prose(Vec<Value>),
    /// `MAX_TOKENS` in the middle of the last item.
    Truncated(Vec<Value>),
    /// `MAX_TOKENS`, all of them thoughts: a content without parts.
    MaxTokensWithoutParts,
    /// `MAX_TOKENS` and no content.
    MaxTokensWithoutContent,
    /// `STOP` without a word.
    EmptyStop,
    Recitation,
    Safety,
    BlockedPrompt,
    /// 200 and neither candidates nor feedback.
    NoCandidates,
    /// Whole items with a finish reason that no client knows.
    UnknownFinishReason(Vec<Value>),
    /// Items cut at the cap of one request, and a token to go on with.
    Continuation(Vec<Value>),
    /// 429 of a minute's quota, with this `retryDelay`.
    MinuteQuota(&'static str),
    /// 429 of a day's quota, with a `retryDelay` that is far too short.
    DailyQuota,
    /// 429 without details.
    BareQuota,
    /// 429 of a model that the project may not use at all.
    ZeroQuota,
    /// 402: the prepaid credits are gone.
    CreditsGone,
    /// The same as 429, as it was told before September 2026.
    CreditsGoneAsQuota,
    InternalError,
    /// 502 of the front end, in HTML.
    BadGateway,
    /// 503 in the words of 2025.
    Overloaded,
    /// 503 in the words of 2026.
    HighDemand,
    DeadlineExceeded,
    /// Any other error.
    Error {
        code: u16,
        status: &'static str,
        message: String,
    },
    /// The reply once the test adds a permit to the semaphore.
    Gated(Arc<Semaphore>, Box<Reply>),
    /// Half of the response to a reply.
    Half(Box<Reply>),
    /// The response to a reply, far too slow.
    Drip(Box<Reply>),
    /// The reply, and then something else that a test does.
    Then(Box<Reply>, Deed),
    /// Anything else that can happen on the wire.
    Wire(Delivery),
}

/// A running fake; stopped on drop.
pub(crate) struct FakeGemini {
    pub(crate) server: Server,
}

impl FakeGemini {
    /// Answers every request with as many valid items as it asks for.
    pub(crate) fn start() -> Self {
        Self::with(answer_fully)
    }

    /// As [`start`](Self::start), but each answer waits for a permit of the
    /// semaphore; there are `permits` of them at first.
    pub(crate) fn gated(permits: usize) -> (Self, Arc<Semaphore>) {
        let gate = Arc::new(Semaphore::new(permits));
        let held = Arc::clone(&gate);
        let fake = Self::with(move |request, order| {
            Reply::Gated(Arc::clone(&held), Box::new(answer_fully(request, order)))
        });
        (fake, gate)
    }

    /// Answers with what `responder` makes of a request and the number of
    /// requests before it. It is not asked about requests that are refused.
    pub(crate) fn with(
        responder: impl Fn(&RecordedRequest, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let server = Server::start(move |request| match refusal::refusal(request) {
            Some(refusal) => Delivery::Whole(refusal),
            None => response::delivery(request, responder(request, request.order)),
        });
        Self { server }
    }
}

/// Valid items in the number and shape asked for, or a sentence if the
/// request wants no JSON.
pub(crate) fn answer_fully(request: &RecordedRequest, order: usize) -> Reply {
    if !wants_json(&request.body) {
        let sentence = format!("Everyday questions of type {order}, in plain words.");
        return Reply::Text(sentence, "STOP");
    }
    Reply::Items(asked_items(request, order))
}

/// As [`answer_fully`], but the same prompt always gets the same answer, and two
/// prompts never share an item.
pub(crate) fn answer_by_prompt(request: &RecordedRequest) -> Reply {
    answer_fully(request, number_of_prompt(request))
}

/// A number that stands for the prompt of a request.
pub(crate) fn number_of_prompt(request: &RecordedRequest) -> usize {
    let mut hasher = DefaultHasher::new();
    user_text(&request.body).hash(&mut hasher);
    // Room is left for the numbers of its items.
    usize::try_from(hasher.finish() >> 20).unwrap()
}

/// The items that a request asks for.
pub(crate) fn asked_items(request: &RecordedRequest, order: usize) -> Vec<Value> {
    items::wanted(&user_text(&request.body), schema(&request.body), order)
}

/// All text of the user's turns.
pub(crate) fn user_text(body: &Value) -> String {
    texts(field(body, "contents"))
}

/// All text of the system instruction.
pub(crate) fn system_text(body: &Value) -> String {
    texts(field(body, "systemInstruction"))
}

/// The JSON Schema of the answer, in whichever of the three forms it came.
pub(crate) fn schema(body: &Value) -> Option<&Value> {
    let config = field(body, "generationConfig")?;
    field(config, "responseJsonSchema")
        .or_else(|| field(config, "responseSchema"))
        .or_else(|| field(text_format(config)?, "schema"))
}

fn wants_json(body: &Value) -> bool {
    let Some(config) = field(body, "generationConfig") else {
        return false;
    };
    let mime_type = field(config, "responseMimeType").and_then(Value::as_str);
    mime_type == Some("application/json") || text_format(config).is_some()
}

fn text_format(config: &Value) -> Option<&Value> {
    field(field(config, "responseFormat")?, "text")
}

/// The texts of the parts of one content or of a list of contents, a line each.
fn texts(contents: Option<&Value>) -> String {
    let texts: Vec<&str> = repeated(contents)
        .iter()
        .flat_map(|content| repeated(field(content, "parts")))
        .filter_map(|part| part["text"].as_str())
        .collect();
    texts.join("\n")
}

/// The elements of a list; a single value stands for a list of one.
fn repeated(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(values)) => values,
        Some(value) => std::slice::from_ref(value),
        None => &[],
    }
}

/// The value of a key in `camelCase` or `snake_case`.
fn field<'a>(object: &'a Value, camel: &str) -> Option<&'a Value> {
    object.get(camel).or_else(|| object.get(snake(camel)))
}

fn snake(camel: &str) -> String {
    let mut snake = String::new();
    for character in camel.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

/// The API version and the model of a path of `generateContent`.
fn version_and_model(request: &RecordedRequest) -> Option<(&str, &str)> {
    let path = request.path.strip_suffix(":generateContent")?;
    let (version, model) = path.strip_prefix('/')?.split_once("/models/")?;
    let is_known = ["v1", "v1alpha", "v1beta"].contains(&version) && request.method == "POST";
    is_known.then_some((version, model))
}
