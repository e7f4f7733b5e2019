//! A reply as Google's server puts it into JSON.

use serde_json::{Value, json};

use super::{Reply, repeated, version_and_model};
use crate::items;
use crate::server::{Delivery, RecordedRequest, Response};

pub(super) fn delivery(request: &RecordedRequest, reply: Reply) -> Delivery {
    match reply {
        Reply::Gated(gate, reply) => Delivery::Gated(gate, Box::new(delivery(request, *reply))),
        Reply::Then(reply, deed) => Delivery::Then(Box::new(delivery(request, *reply)), deed),
        Reply::Half(reply) => Delivery::Truncated(response(request, *reply)),
        Reply::Drip(reply) => Delivery::Drip(response(request, *reply)),
        Reply::Wire(delivery) => delivery,
        reply => Delivery::Whole(response(request, reply)),
    }
}

fn response(request: &RecordedRequest, reply: Reply) -> Response {
    match failure(&reply) {
        Some(failure) => failure,
        None => pretty(200, &completed(request, answer(reply))),
    }
}

/// The response of a reply that is an error.
fn failure(reply: &Reply) -> Option<Response> {
    let exhausted = |message| error(429, "RESOURCE_EXHAUSTED", message, None);
    Some(match reply {
        Reply::MinuteQuota(delay) => quota(
            "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
            "5",
            delay,
        ),
        Reply::DailyQuota => quota(
            "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
            "20",
            "36s",
        ),
        Reply::ZeroQuota => quota(
            "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
            "0",
            "41s",
        ),
        Reply::BareQuota => exhausted("Resource has been exhausted (e.g. check quota)."),
        Reply::CreditsGone => error(402, "RESOURCE_EXHAUSTED", CREDITS_GONE, None),
        Reply::CreditsGoneAsQuota => exhausted(CREDITS_GONE),
        Reply::InternalError => error(500, "INTERNAL", INTERNAL, None),
        Reply::BadGateway => Response::new(502, "text/html; charset=UTF-8", BAD_GATEWAY),
        Reply::Overloaded => error(503, "UNAVAILABLE", OVERLOADED, None),
        Reply::HighDemand => error(503, "UNAVAILABLE", HIGH_DEMAND, None),
        Reply::DeadlineExceeded => error(504, "DEADLINE_EXCEEDED", DEADLINE, None),
        Reply::Error {
            code,
            status,
            message,
        } => error(*code, status, message, None),
        _ => return None,
    })
}

const CREDITS_GONE: &str = "Your prepayment credits are depleted. Please go to AI Studio at \
    https://ai.studio/projects to manage your project and billing. Learn more at \
    https://ai.google.dev/gemini-api/docs/billing#prepay.";
const INTERNAL: &str = "An internal error has occurred. Please retry or report in \
    https://developers.generativeai.google/guide/troubleshooting";
const BAD_GATEWAY: &str = "<!DOCTYPE html>\n<html lang=en>\n  \
    <title>Error 502 (Server Error)!!1</title>\n  \
    <p>The server encountered a temporary error and could not complete your request.\n</html>\n";
const OVERLOADED: &str = "The model is overloaded. Please try again later.";
const HIGH_DEMAND: &str = "This model is currently experiencing high demand. Spikes in demand \
    are usually temporary. Please try again later.";
const DEADLINE: &str = "Deadline expired before operation could complete.";

/// 429 with everything that Google tells about a quota, and no `Retry-After`.
fn quota(id: &str, limit: &str, delay: &str) -> Response {
    let metric = "generativelanguage.googleapis.com/generate_content_free_tier_requests";
    let message = format!(
        "You exceeded your current quota, please check your plan and billing details. For more \
         information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. \
         To monitor your current usage, head to: https://ai.dev/rate-limit. \n\
         * Quota exceeded for metric: {metric}, limit: {limit}, model: gemini-3.8-flash\n\
         Please retry in {delay}."
    );
    let details = json!([
        {
            "@type": "type.googleapis.com/google.rpc.Help",
            "links": [{
                "description": "Learn more about Gemini API quotas",
                "url": "https://ai.google.dev/gemini-api/docs/rate-limits",
            }],
        },
        {
            "@type": "type.googleapis.com/google.rpc.QuotaFailure",
            "violations": [{
                "quotaMetric": metric,
                "quotaId": id,
                "quotaDimensions": { "location": "global", "model": "gemini-3.8-flash" },
                "quotaValue": limit,
            }],
        },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay },
    ]);
    error(429, "RESOURCE_EXHAUSTED", &message, Some(details))
}

/// The body of a reply that is an answer, but for what all answers hold.
fn answer(reply: Reply) -> Value {
    match reply {
        Reply::Items(items) => stopped(&items::answer_text(&items)),
        Reply::Text(text, finish_reason) => candidate(&json!([{ "text": text }]), finish_reason),
        Reply::ThoughtPart(items) => thinking(&items),
        Reply::SplitParts(items) => split(&items::answer_text(&items)),
        Reply::EmptySignaturePart(items) => signed(&items::answer_text(&items)),
        Reply::Fenced(items) => stopped(&format!("```json\n{}\n```", items::answer_text(&items))),
        Reply::Prose(items) => stopped(&format!(
            "Here are the samples you asked for:\n\n{}\n\nLet me know if you need more.",
            items::answer_text(&items)
        )),
        Reply::Truncated(items) => cut(&items, "MAX_TOKENS"),
        Reply::Continuation(items) => {
            let mut body = cut(&items, "CONTINUATION");
            body["candidates"][0]["continuationToken"] = json!("Y29udGludWU=");
            body
        }
        Reply::UnknownFinishReason(items) => {
            let text = items::answer_text(&items);
            candidate(&json!([{ "text": text }]), "BRAND_NEW_REASON")
        }
        bare => bare_answer(&bare),
    }
}

/// The body of an answer without any text.
fn bare_answer(reply: &Reply) -> Value {
    let candidate = match reply {
        Reply::MaxTokensWithoutParts => {
            json!({ "content": { "role": "model" }, "finishReason": "MAX_TOKENS" })
        }
        Reply::MaxTokensWithoutContent => json!({ "finishReason": "MAX_TOKENS", "index": 0 }),
        Reply::EmptyStop => {
            json!({ "content": { "role": "model" }, "finishReason": "STOP", "index": 0 })
        }
        Reply::Recitation => json!({
            "finishReason": "RECITATION",
            "index": 0,
            "citationMetadata": { "citationSources": [
                { "startIndex": 151, "endIndex": 300, "uri": "https://example.org", "license": "" },
            ] },
        }),
        Reply::Safety => json!({
            "finishReason": "SAFETY",
            "index": 0,
            "safetyRatings": [{
                "category": "HARM_CATEGORY_DANGEROUS_CONTENT",
                "probability": "HIGH",
                "blocked": true,
            }],
        }),
        Reply::BlockedPrompt => {
            return json!({ "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" } });
        }
        _ => return json!({}),
    };
    json!({ "candidates": [candidate] })
}

fn candidate(parts: &Value, finish_reason: &str) -> Value {
    let content = json!({ "parts": parts, "role": "model" });
    json!({ "candidates": [{ "content": content, "finishReason": finish_reason, "index": 0 }] })
}

fn stopped(text: &str) -> Value {
    candidate(&json!([{ "text": text }]), "STOP")
}

fn thinking(items: &[Value]) -> Value {
    let thought = json!({ "text": "{\"samples\": \"let me think\"}", "thought": true });
    let text = json!({ "text": items::answer_text(items), "thoughtSignature": "CiQB" });
    candidate(&json!([thought, text]), "STOP")
}

fn split(text: &str) -> Value {
    let letters: Vec<char> = text.chars().collect();
    let parts: Vec<Value> = letters
        .chunks(letters.len().div_ceil(3))
        .map(|part| json!({ "text": part.iter().collect::<String>() }))
        .collect();
    candidate(&json!(parts), "STOP")
}

fn signed(text: &str) -> Value {
    let parts = json!([{ "text": text }, { "text": "", "thoughtSignature": "CiQB" }]);
    candidate(&parts, "STOP")
}

/// All but the end of the last item.
fn cut(items: &[Value], finish_reason: &str) -> Value {
    let text = items::answer_text(items);
    let kept: String = text.chars().take(text.chars().count() - 8).collect();
    candidate(&json!([{ "text": kept }]), finish_reason)
}

/// `answer` with usage, model and id. A token is four bytes here.
fn completed(request: &RecordedRequest, mut answer: Value) -> Value {
    let prompt = (request.raw_body.len() / 4).max(1);
    let parts = repeated(answer.pointer("/candidates/0/content/parts"));
    let tokens = |thought: bool| -> usize {
        let parts = parts
            .iter()
            .filter(|part| part.get("thought").is_some() == thought);
        parts
            .map(|part| part["text"].as_str().unwrap_or_default().len() / 4)
            .sum()
    };
    let is_cut = answer.pointer("/candidates/0/finishReason") == Some(&json!("MAX_TOKENS"));
    let visible = tokens(false);
    let thoughts = match parts {
        [] if is_cut => 2_999,
        _ => tokens(true),
    };
    let mut usage = json!({ "promptTokenCount": prompt });
    // As in all of Google's JSON, a count of zero is left out.
    if visible > 0 {
        usage["candidatesTokenCount"] = json!(visible);
    }
    if thoughts > 0 {
        usage["thoughtsTokenCount"] = json!(thoughts);
    }
    usage["totalTokenCount"] = json!(prompt + visible + thoughts);
    usage["promptTokensDetails"] = json!([{ "modality": "TEXT", "tokenCount": prompt }]);
    answer["usageMetadata"] = usage;
    answer["modelVersion"] = json!(version_and_model(request).map(|(_, model)| model));
    answer["responseId"] = json!(format!("response-{}", request.order));
    answer
}

pub(super) fn error(code: u16, status: &str, message: &str, details: Option<Value>) -> Response {
    let mut error = json!({ "code": code, "message": message, "status": status });
    if let Some(details) = details {
        error["details"] = details;
    }
    pretty(code, &json!({ "error": error }))
}

/// An indented JSON response with the headers that Google's server sends.
fn pretty(status: u16, body: &Value) -> Response {
    Response::new(
        status,
        "application/json; charset=UTF-8",
        format!("{body:#}\n"),
    )
    .with_header("vary", "Origin, X-Origin, Referer")
    .with_header("server", "scaffolding on HTTPServer2")
    .with_header("x-xss-protection", "0")
    .with_header("x-frame-options", "SAMEORIGIN")
    .with_header("x-content-type-options", "nosniff")
    .with_header("server-timing", "gfet4t7; dur=42")
    .with_header(
        "alt-svc",
        "h3=\":443\"; ma=2592000,h3-29=\":443\"; ma=2592000",
    )
    .with_header("x-gemini-service-tier", "standard")
}
