//! A reply as each of the servers puts it into JSON.

use serde_json::{Value, json};

use super::{Behaviour, Reply};
use crate::items;
use crate::server::{Delivery, RecordedRequest, Response};

pub(super) fn delivery(behaviour: Behaviour, request: &RecordedRequest, reply: Reply) -> Delivery {
    match reply {
        Reply::Gated(gate, reply) => {
            let inner = delivery(behaviour, request, *reply);
            Delivery::Gated(gate, Box::new(inner))
        }
        Reply::Wire(delivery) => delivery,
        reply => Delivery::Whole(response(behaviour, request, reply)),
    }
}

fn response(behaviour: Behaviour, request: &RecordedRequest, reply: Reply) -> Response {
    let text = |text: &str| json!({ "role": "assistant", "content": text });
    let message = match reply {
        Reply::Items(items) => (text(&samples_text(behaviour, &items)), "stop"),
        Reply::Text(content, finish_reason) => (text(&content), finish_reason),
        Reply::Truncated(items) => {
            let whole = samples_text(behaviour, &items);
            let kept: String = whole.chars().take(whole.chars().count() - 8).collect();
            (text(&kept), "length")
        }
        Reply::Refused => {
            let refusal = "I'm sorry, I can't help with that.";
            (
                json!({ "role": "assistant", "content": null, "refusal": refusal }),
                "stop",
            )
        }
        Reply::Filtered => (
            json!({ "role": "assistant", "content": null }),
            "content_filter",
        ),
        reply => return failure(behaviour, reply),
    };
    json_response(200, &completion(behaviour, request, message))
}

/// The JSON of `items`. `llama_cpp.server` lets raw line breaks through in
/// strings, which a strict parser refuses.
fn samples_text(behaviour: Behaviour, items: &[Value]) -> String {
    let text = items::answer_text(items);
    match behaviour {
        Behaviour::LlamaCppPython => text.replacen("\":\"", "\":\"\n", 1),
        _ => text,
    }
}

fn failure(behaviour: Behaviour, reply: Reply) -> Response {
    match reply {
        Reply::ContextTooLong => context_too_long(behaviour),
        Reply::RateLimited(seconds) => {
            let message = "Rate limit reached for gpt-4o-mini in organization org-x on requests \
                per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.";
            error(behaviour, 429, Some("rate_limit_exceeded"), message)
                .with_header("retry-after", seconds)
        }
        Reply::InsufficientQuota => {
            let message =
                "You exceeded your current quota, please check your plan and billing details.";
            let error = json!({
                "message": message,
                "type": "insufficient_quota",
                "param": null,
                "code": "insufficient_quota",
            });
            json_response(429, &json!({ "error": error }))
        }
        Reply::Detail(status, message) => detail(status, message),
        Reply::Error(status, code, message) => error(behaviour, status, Some(code), &message),
        other => unreachable!("{other:?} is no failure"),
    }
}

fn context_too_long(behaviour: Behaviour) -> Response {
    let message = "This model's maximum context length is 6144 tokens. However, your messages \
        resulted in 7012 tokens.";
    if behaviour != Behaviour::LlamaServer {
        return error(behaviour, 400, Some("context_length_exceeded"), message);
    }
    let error = json!({
        "code": 400,
        "message": "the request exceeds the available context size, try increasing it",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": 7012,
        "n_ctx": 6144,
    });
    json_response(400, &json!({ "error": error }))
}

/// The body of an answer. A token is four bytes here.
fn completion(
    behaviour: Behaviour,
    request: &RecordedRequest,
    (message, finish_reason): (Value, &str),
) -> Value {
    let finish_reason = match behaviour {
        Behaviour::Ollama => Value::Null,
        _ => json!(finish_reason),
    };
    let prompt = request.raw_body.len() / 4;
    let written = message["content"].as_str().unwrap_or_default().len() / 4;
    json!({
        "id": format!("chatcmpl-{}", request.order),
        "object": "chat.completion",
        "created": 1_795_000_000,
        "model": request.body["model"],
        "choices": [{ "index": 0, "message": message, "finish_reason": finish_reason }],
        "usage": usage(behaviour, prompt, written),
    })
}

fn usage(behaviour: Behaviour, prompt: usize, written: usize) -> Value {
    let mut usage = json!({
        "prompt_tokens": prompt,
        "completion_tokens": written,
        "total_tokens": prompt + written,
    });
    if behaviour.is_openai() {
        usage["prompt_tokens_details"] = json!({ "cached_tokens": 0 });
        usage["completion_tokens_details"] = json!({ "reasoning_tokens": 0 });
    }
    usage
}

/// An error in the shape of the server that is played.
pub(super) fn error(
    behaviour: Behaviour,
    status: u16,
    code: Option<&str>,
    message: &str,
) -> Response {
    let body = match behaviour {
        Behaviour::Vllm => json!({
            "object": "error",
            "message": message,
            "type": "BadRequestError",
            "param": null,
            "code": status,
        }),
        Behaviour::LlamaServer => {
            json!({ "error": { "code": status, "message": message, "type": "invalid_request_error" } })
        }
        Behaviour::LmStudio => json!({ "error": message }),
        _ => json!({ "error": {
            "message": message,
            "type": "invalid_request_error",
            "param": null,
            "code": code,
        } }),
    };
    json_response(status, &body)
}

pub(super) fn detail(status: u16, message: &str) -> Response {
    json_response(status, &json!({ "detail": message }))
}

pub(super) fn json_response(status: u16, body: &Value) -> Response {
    Response::new(status, "application/json", body.to_string())
}
