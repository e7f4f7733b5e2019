//! What each of the servers refuses, in its own words.

use serde_json::{Value, json};

use super::response::{detail, error, json_response};
use super::{Behaviour, KEY, MISSING_MODEL, format_type, schema, text_of};
use crate::server::{RecordedRequest, Response};

/// The first thing that the server would refuse the request for.
pub(super) fn refusal(behaviour: Behaviour, request: &RecordedRequest) -> Option<Response> {
    if (request.method.as_str(), request.path.as_str()) != ("POST", "/v1/chat/completions") {
        return Some(unknown_path(behaviour, request));
    }
    if !request.body["messages"].is_array() {
        let message = "We could not parse the JSON body of your request.";
        return Some(error(behaviour, 400, None, message));
    }
    match behaviour {
        Behaviour::OpenAi => openai_refusal(request),
        Behaviour::Gpt5 => openai_refusal(request).or_else(|| reasoning_refusal(&request.body)),
        Behaviour::Vllm => missing_model(behaviour, &request.body),
        Behaviour::LlamaCppPython => validation_refusal(&request.body),
        Behaviour::LmStudio => lm_studio_refusal(&request.body),
        Behaviour::LlamaServer | Behaviour::Ollama => None,
    }
}

fn unknown_path(behaviour: Behaviour, request: &RecordedRequest) -> Response {
    let RecordedRequest { method, path, .. } = request;
    if behaviour == Behaviour::LlamaCppPython {
        return detail(404, "Not Found");
    }
    let message = format!("Invalid URL ({method} {path})");
    error(behaviour, 404, None, &message)
}

fn openai_refusal(request: &RecordedRequest) -> Option<Response> {
    bad_key(request.header("authorization"))
        .or_else(|| unknown_field(&request.body))
        .or_else(|| missing_model(Behaviour::OpenAi, &request.body))
        .or_else(|| bad_format(&request.body))
}

fn bad_key(authorization: Option<&str>) -> Option<Response> {
    let openai_error = |code: Option<&str>, message: &str| {
        let response = error(Behaviour::OpenAi, 401, code, message);
        Some(response)
    };
    let Some(authorization) = authorization else {
        return openai_error(
            None,
            "You didn't provide an API key. You need to provide your API key in an Authorization \
             header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
        );
    };
    if authorization.strip_prefix("Bearer ") == Some(KEY) {
        return None;
    }
    // The real server shows ends of the key; so must the fake, to be caught
    // when a client prints them.
    let shown: String = authorization.chars().rev().take(4).collect();
    let shown: String = shown.chars().rev().collect();
    let message = format!(
        "Incorrect API key provided: sk-****{shown}. You can find your API key at \
         https://platform.openai.com/account/api-keys."
    );
    openai_error(Some("invalid_api_key"), &message)
}

/// Fields that `OpenAI` knows, as far as a client like ours may send them.
const FIELDS: [&str; 18] = [
    "model",
    "messages",
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "seed",
    "stop",
    "stream",
    "n",
    "response_format",
    "presence_penalty",
    "frequency_penalty",
    "reasoning_effort",
    "service_tier",
    "store",
    "metadata",
    "user",
];

fn unknown_field(body: &Value) -> Option<Response> {
    let mut names = body.as_object()?.keys();
    let name = names.find(|name| !FIELDS.contains(&name.as_str()))?;
    let message = format!("Unrecognized request argument supplied: {name}");
    Some(error(Behaviour::OpenAi, 400, None, &message))
}

fn missing_model(behaviour: Behaviour, body: &Value) -> Option<Response> {
    if body["model"] != MISSING_MODEL {
        return None;
    }
    let message =
        format!("The model `{MISSING_MODEL}` does not exist or you do not have access to it.");
    Some(error(behaviour, 404, Some("model_not_found"), &message))
}

fn bad_format(body: &Value) -> Option<Response> {
    let invalid = |message: &str| Some(error(Behaviour::OpenAi, 400, None, message));
    match format_type(body) {
        "json_object" if !body["messages"].to_string().to_lowercase().contains("json") => invalid(
            "'messages' must contain the word 'json' in some form, to use 'response_format' of \
             type 'json_object'.",
        ),
        "json_object" if body.pointer("/response_format/schema").is_some() => {
            invalid("Unknown parameter: 'response_format.schema'.")
        }
        "json_schema" => bad_schema_name(body).or_else(|| {
            let message = loose_object(schema(body)?)?;
            invalid(&format!(
                "Invalid schema for response_format 'samples': {message}"
            ))
        }),
        _ => None,
    }
}

fn bad_schema_name(body: &Value) -> Option<Response> {
    let name = body.pointer("/response_format/json_schema/name");
    let name = name.and_then(Value::as_str).unwrap_or_default();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if (1..=64).contains(&name.len()) && name.bytes().all(is_plain) {
        return None;
    }
    let message = "Invalid 'response_format.json_schema.name': string does not match pattern. \
        Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.";
    Some(error(
        Behaviour::OpenAi,
        400,
        Some("invalid_value"),
        message,
    ))
}

/// What strict mode says of the first object that is open or has a property
/// that is not required.
fn loose_object(schema: &Value) -> Option<String> {
    if let Some(properties) = schema["properties"].as_object() {
        if schema["additionalProperties"] != false {
            return Some(
                "In context=(), 'additionalProperties' is required to be supplied and to be false."
                    .to_owned(),
            );
        }
        let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
        let mut names = properties.keys();
        if let Some(name) = names.find(|name| !required.contains(&json!(name))) {
            return Some(format!(
                "In context=(), 'required' is required to be supplied and to be an array \
                 including every key in properties. Missing '{name}'."
            ));
        }
        return properties.values().find_map(loose_object);
    }
    loose_object(schema.get("items")?)
}

fn reasoning_refusal(body: &Value) -> Option<Response> {
    if body.get("max_tokens").is_some() {
        let message = "Unsupported parameter: 'max_tokens' is not supported with this model. Use \
            'max_completion_tokens' instead.";
        return Some(parameter_error(
            "max_tokens",
            "unsupported_parameter",
            message,
        ));
    }
    let temperature = body.get("temperature")?.as_f64()?;
    if (temperature - 1.0).abs() < f64::EPSILON {
        return None;
    }
    let message = format!(
        "Unsupported value: 'temperature' does not support {temperature} with this model. Only \
         the default (1) value is supported."
    );
    Some(parameter_error(
        "temperature",
        "unsupported_value",
        &message,
    ))
}

fn parameter_error(parameter: &str, code: &str, message: &str) -> Response {
    let error = json!({
        "message": message,
        "type": "invalid_request_error",
        "param": parameter,
        "code": code,
    });
    json_response(400, &json!({ "error": error }))
}

fn validation_refusal(body: &Value) -> Option<Response> {
    let message = if format_type(body) == "json_schema" {
        "[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \
         \"Input should be 'text' or 'json_object'\", 'input': 'json_schema'}]"
    } else if !text_of("developer", body).is_empty() {
        "[{'type': 'literal_error', 'loc': ('body', 'messages', 0, 'role'), 'msg': \
         \"Input should be 'system', 'user', 'assistant', 'tool' or 'function'\"}]"
    } else {
        return None;
    };
    let error =
        json!({ "message": message, "type": "internal_server_error", "param": null, "code": null });
    Some(json_response(500, &json!({ "error": error })))
}

fn lm_studio_refusal(body: &Value) -> Option<Response> {
    let message = "'response_format.type' must be 'json_schema' or 'text'";
    (format_type(body) == "json_object").then(|| json_response(400, &json!({ "error": message })))
}
