//! The body of a request as the API's parser reads it, before it looks at
//! anything else: known fields, known enum values, contents with a part.

use serde_json::{Map, Value};

use super::{field, repeated, snake, text_format};

/// What the parser says to the first thing in `body` that it does not take.
pub(super) fn complaint(body: &Value) -> Option<String> {
    unknown_field(body, &REQUEST, "")
        .or_else(|| unknown_enum_value(body))
        .or_else(|| missing_content(body))
}

/// A message of the API: its fields, and the messages in them.
struct Message {
    fields: &'static [&'static str],
    messages: &'static [(&'static str, &'static Message)],
}

static REQUEST: Message = Message {
    fields: &[
        "model",
        "tools",
        "toolConfig",
        "cachedContent",
        "serviceTier",
        "store",
        "continuationToken",
        "labels",
    ],
    messages: &[
        ("contents", &CONTENT),
        ("systemInstruction", &CONTENT),
        ("generationConfig", &GENERATION_CONFIG),
        ("safetySettings", &SAFETY_SETTING),
    ],
};

static CONTENT: Message = Message {
    fields: &["role"],
    messages: &[("parts", &PART)],
};

static PART: Message = Message {
    fields: &[
        "text",
        "fileData",
        "functionCall",
        "functionResponse",
        "thought",
        "thoughtSignature",
    ],
    messages: &[("inlineData", &BLOB)],
};

static BLOB: Message = Message {
    fields: &["mimeType", "data"],
    messages: &[],
};

static GENERATION_CONFIG: Message = Message {
    fields: &[
        "temperature",
        "topP",
        "topK",
        "candidateCount",
        "maxOutputTokens",
        "stopSequences",
        "seed",
        "presencePenalty",
        "frequencyPenalty",
        "responseLogprobs",
        "logprobs",
        "responseMimeType",
        "responseSchema",
        "responseJsonSchema",
        "mediaResolution",
    ],
    messages: &[
        ("thinkingConfig", &THINKING_CONFIG),
        ("responseFormat", &RESPONSE_FORMAT),
    ],
};

static THINKING_CONFIG: Message = Message {
    fields: &["thinkingLevel", "thinkingBudget", "includeThoughts"],
    messages: &[],
};

static RESPONSE_FORMAT: Message = Message {
    fields: &[],
    messages: &[("text", &TEXT_FORMAT)],
};

static TEXT_FORMAT: Message = Message {
    fields: &["mimeType", "schema"],
    messages: &[],
};

static SAFETY_SETTING: Message = Message {
    fields: &["category", "threshold"],
    messages: &[],
};

/// What the server says to the first field it does not know.
fn unknown_field(value: &Value, message: &Message, path: &str) -> Option<String> {
    let Some(object) = value.as_object() else {
        return Some(format!("Invalid value at '{path}' (Object), {value}"));
    };
    object
        .iter()
        .find_map(|(key, value)| unknown_in(key, value, message, path))
}

fn unknown_in(key: &str, value: &Value, message: &Message, path: &str) -> Option<String> {
    let is_named = |name: &str| key == name || key == snake(name);
    if message.fields.iter().any(|name| is_named(name)) {
        return None;
    }
    let mut messages = message.messages.iter();
    let Some((name, inner)) = messages.find(|(name, _)| is_named(name)) else {
        return Some(unknown_name(key, path));
    };
    let path = [path, &snake(name)].join(".");
    let path = path.trim_start_matches('.');
    match value {
        Value::Array(values) => values.iter().enumerate().find_map(|(index, value)| {
            let path = format!("{path}[{index}]");
            unknown_field(value, inner, &path)
        }),
        value => unknown_field(value, inner, path),
    }
}

fn unknown_name(key: &str, path: &str) -> String {
    let place = match path {
        "" => String::new(),
        path => format!(" at '{path}'"),
    };
    format!("Invalid JSON payload received. Unknown name \"{key}\"{place}: Cannot find field.")
}

fn unknown_enum_value(body: &Value) -> Option<String> {
    let config = field(body, "generationConfig")?;
    let mime_type = text_format(config).and_then(|format| field(format, "mimeType"));
    if let Some(mime_type) = mime_type.filter(|value| !is_one_of(value, &["APPLICATION_JSON"])) {
        return Some(format!(
            "Invalid value at 'generation_config.response_format.text.mime_type' \
             (type.googleapis.com/google.ai.generativelanguage.v1beta.TextResponseFormat.MimeType), \
             {mime_type}"
        ));
    }
    let level = field(field(config, "thinkingConfig")?, "thinkingLevel")?;
    (!is_one_of(level, &["MINIMAL", "LOW", "MEDIUM", "HIGH"])).then(|| {
        format!("Invalid value at 'generation_config.thinking_config.thinking_level', {level}")
    })
}

pub(super) fn is_one_of(value: &Value, names: &[&str]) -> bool {
    let name = value.as_str().unwrap_or_default();
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn missing_content(body: &Value) -> Option<String> {
    let contents = repeated(field(body, "contents"));
    if contents.is_empty() {
        return Some("* GenerateContentRequest.contents: contents is not specified\n".to_owned());
    }
    contents.iter().enumerate().find_map(|(index, content)| {
        let parts = repeated(field(content, "parts"));
        let empty = parts
            .iter()
            .position(|part| part.as_object().is_none_or(Map::is_empty))?;
        Some(format!(
            "* GenerateContentRequest.contents[{index}].parts[{empty}].data: \
             required oneof field 'data' must have one initialized field\n"
        ))
    })
}
