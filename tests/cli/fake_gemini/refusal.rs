//! What the server refuses, in the order in which the real one looks at it.

use serde_json::{Value, json};

use super::body::{self, is_one_of};
use super::response::error;
use super::{KEY, field, version_and_model};
use crate::server::{RecordedRequest, Response};

/// Beginnings of the names of the models that answer.
const MODELS: [&str; 7] = [
    "gemini-2.5-",
    "gemini-3.1-",
    "gemini-3.5-",
    "gemini-3.6-",
    "gemini-3.7-",
    "gemini-3.8-",
    "gemini-4-",
];

/// Models that cannot think as little as `minimal`.
const NEVER_MINIMAL: [&str; 3] = ["gemini-3.7-", "gemini-3.8-", "gemini-4-"];

/// The first thing the real server would refuse the request for: it reads the
/// body first, then the key, then the model, then what the body means.
pub(super) fn refusal(request: &RecordedRequest) -> Option<Response> {
    malformed_body(request)
        .or_else(|| bad_key(request))
        .or_else(|| bad_model(request))
        .or_else(|| bad_wish(request))
}

fn malformed_body(request: &RecordedRequest) -> Option<Response> {
    if let Err(error) = serde_json::from_slice::<Value>(&request.raw_body) {
        let message = format!("Invalid JSON payload received. Unexpected token.\n{error}\n^");
        return Some(invalid(&message));
    }
    let message = body::complaint(&request.body)?;
    let violations = json!([{ "description": message }]);
    let details = json!([{
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": violations,
    }]);
    Some(error(400, "INVALID_ARGUMENT", &message, Some(details)))
}

fn bad_key(request: &RecordedRequest) -> Option<Response> {
    let in_query = request
        .query
        .split('&')
        .find_map(|pair| pair.strip_prefix("key="));
    let key = request.header("x-goog-api-key").or(in_query);
    match (key, request.header("authorization")) {
        (Some(KEY), None) => None,
        (Some(_), Some(_)) => Some(invalid(
            "Multiple authentication credentials received. Please pass only one.",
        )),
        (Some(_), None) => Some(invalid_key()),
        (None, Some(_)) => Some(wrong_token_type()),
        (None, None) => Some(error(
            403,
            "PERMISSION_DENIED",
            "Method doesn't allow unregistered callers (callers without established identity). \
             Please use API Key or other form of API consumer identity to call this API.",
            None,
        )),
    }
}

fn invalid_key() -> Response {
    let message = "API key not valid. Please pass a valid API key.";
    let details = json!([
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "API_KEY_INVALID",
            "domain": "googleapis.com",
            "metadata": { "service": "generativelanguage.googleapis.com" },
        },
        {
            "@type": "type.googleapis.com/google.rpc.LocalizedMessage",
            "locale": "en-US",
            "message": message,
        },
    ]);
    error(400, "INVALID_ARGUMENT", message, Some(details))
}

fn wrong_token_type() -> Response {
    let details = json!([{
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_TYPE_UNSUPPORTED",
        "metadata": {
            "method": "google.ai.generativelanguage.v1beta.GenerativeService.GenerateContent",
            "service": "generativelanguage.googleapis.com",
        },
    }]);
    error(
        401,
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login \
         cookie or other valid authentication credential. See \
         https://developers.google.com/identity/sign-in/web/devconsole-project.",
        Some(details),
    )
}

fn bad_model(request: &RecordedRequest) -> Option<Response> {
    let Some((version, model)) = version_and_model(request) else {
        return Some(Response::new(404, "text/html; charset=UTF-8", NOT_FOUND));
    };
    let not_found = |message: &str| Some(error(404, "NOT_FOUND", message, None));
    if model.starts_with("gemini-2.0-flash") {
        return not_found(&format!(
            "This model models/{model} is no longer available. Please update your code to use \
             models/gemini-3.6-flash for the latest features and improvements."
        ));
    }
    let is_alias = model.ends_with("-latest") && version == "v1beta";
    if is_alias || is_of(model, &MODELS) {
        return None;
    }
    not_found(&format!(
        "models/{model} is not found for API version {version}, or is not supported for \
         generateContent. Call ListModels to see the list of available models and their \
         supported methods."
    ))
}

/// The front end's page for a path that is none of the API's.
const NOT_FOUND: &str = "<!DOCTYPE html>\n<html lang=en>\n  <title>Error 404 (Not Found)!!1</title>\n  \
    <p><b>404.</b> <ins>That\u{2019}s an error.</ins>\n</html>\n";

fn is_of(model: &str, families: &[&str]) -> bool {
    families.iter().any(|family| model.starts_with(family))
}

fn bad_wish(request: &RecordedRequest) -> Option<Response> {
    let config = field(&request.body, "generationConfig")?;
    let has = |name: &str| field(config, name).is_some();
    let forms = ["responseSchema", "responseJsonSchema", "responseFormat"];
    if forms.into_iter().filter(|form| has(form)).count() > 1 {
        return Some(invalid("Request contains an invalid argument."));
    }
    let count = field(config, "candidateCount").and_then(Value::as_u64);
    if count.is_some_and(|count| count > 1) {
        return Some(invalid("Multiple candidates is not enabled for this model"));
    }
    let (_, model) = version_and_model(request)?;
    bad_thinking(field(config, "thinkingConfig")?, model).map(invalid)
}

fn bad_thinking(thinking: &Value, model: &str) -> Option<&'static str> {
    let level = field(thinking, "thinkingLevel")?;
    if field(thinking, "thinkingBudget").is_some() {
        return Some("You can only set only one of thinking budget and thinking level.");
    }
    if is_of(model, &["gemini-2.5-"]) {
        return Some("Thinking level is not supported for this model.");
    }
    (is_one_of(level, &["MINIMAL"]) && is_of(model, &NEVER_MINIMAL)).then_some(
        "Thinking level MINIMAL is not supported for this model. \
         Please retry with other thinking level.",
    )
}

fn invalid(message: &str) -> Response {
    error(400, "INVALID_ARGUMENT", message, None)
}
