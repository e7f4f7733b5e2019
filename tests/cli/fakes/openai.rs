//! The fake servers of chat completions: that each is odd in its own way.

use serde_json::{Value, json};

use super::{message, pair_score_schema, post, samples};
use crate::fake_openai::{self, Behaviour, FakeOpenAi};

fn ask_openai(fake: &FakeOpenAi, body: &Value) -> (u16, Value) {
    let key = format!("authorization: Bearer {}\r\n", fake_openai::KEY);
    let path = "/v1/chat/completions";
    let (status, _, body) = post(&fake.server, path, &key, &body.to_string());
    (status, serde_json::from_str(&body).unwrap())
}

/// A request for two items, with whatever else is in `extra`.
fn openai_request(extra: &Value) -> Value {
    let mut body = json!({
        "model": "some-model",
        "messages": [
            { "role": "system", "content": "You write JSON." },
            { "role": "user", "content": "Write exactly 2 samples." },
        ],
    });
    for (key, value) in extra.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

fn json_schema() -> Value {
    json!({ "response_format": {
        "type": "json_schema",
        "json_schema": { "name": "samples", "strict": true, "schema": pair_score_schema() },
    } })
}

#[test]
fn openai_answers_a_strict_schema() {
    for behaviour in [
        Behaviour::OpenAi,
        Behaviour::Gpt5,
        Behaviour::Vllm,
        Behaviour::LlamaServer,
        Behaviour::LmStudio,
    ] {
        let fake = FakeOpenAi::start(behaviour);
        let (status, body) = ask_openai(&fake, &openai_request(&json_schema()));
        assert_eq!(status, 200, "{behaviour:?}: {body}");
        let choice = &body["choices"][0];
        assert_eq!(choice["finish_reason"], "stop");
        assert_eq!(samples(&choice["message"]["content"]).len(), 2);
    }
}

#[test]
fn openai_refuses_what_the_real_server_refuses() {
    let loose = json!({ "response_format": {
        "type": "json_schema",
        "json_schema": { "name": "a b", "schema": pair_score_schema() },
    } });
    let cases = [
        (
            Behaviour::OpenAi,
            json!({ "top_k": 4 }),
            "Unrecognized request argument supplied: top_k",
        ),
        (
            Behaviour::OpenAi,
            loose,
            "Invalid 'response_format.json_schema.name': string does not match pattern. Expected a \
             string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
        ),
        (
            Behaviour::Gpt5,
            json!({ "max_tokens": 9 }),
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use \
             'max_completion_tokens' instead.",
        ),
        (
            Behaviour::Gpt5,
            json!({ "temperature": 0.7 }),
            "Unsupported value: 'temperature' does not support 0.7 with this model. Only the \
             default (1) value is supported.",
        ),
    ];
    for (behaviour, extra, expected) in cases {
        let fake = FakeOpenAi::start(behaviour);
        let (status, body) = ask_openai(&fake, &openai_request(&extra));
        assert_eq!((status, message(&body)), (400, expected));
    }
}

#[test]
fn openai_wants_a_key() {
    let fake = FakeOpenAi::start(Behaviour::OpenAi);
    let body = openai_request(&json!({})).to_string();
    for key in ["", "authorization: Bearer wrong\r\n"] {
        let (status, _, _) = post(&fake.server, "/v1/chat/completions", key, &body);
        assert_eq!(status, 401);
    }
}

#[test]
fn local_servers_fail_in_their_own_ways() {
    let fake = FakeOpenAi::start(Behaviour::LlamaCppPython);
    let (status, body) = ask_openai(&fake, &openai_request(&json_schema()));
    assert_eq!(status, 500);
    assert!(message(&body).contains("Input should be 'text' or 'json_object'"));
    let json_object = json!({ "response_format": { "type": "json_object" } });
    let (_, body) = ask_openai(&fake, &openai_request(&json_object));
    let text = body["choices"][0]["message"]["content"].as_str().unwrap();
    assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");

    let fake = FakeOpenAi::start(Behaviour::LmStudio);
    let (status, body) = ask_openai(&fake, &openai_request(&json_object));
    let expected = json!({ "error": "'response_format.type' must be 'json_schema' or 'text'" });
    assert_eq!((status, body), (400, expected));

    let fake = FakeOpenAi::start(Behaviour::Ollama);
    let (_, body) = ask_openai(&fake, &openai_request(&json_object));
    assert_eq!(body["choices"][0]["finish_reason"], Value::Null);
}

#[test]
fn a_prompt_over_the_context_is_told_in_two_shapes() {
    for (behaviour, code) in [
        (Behaviour::OpenAi, json!("context_length_exceeded")),
        (Behaviour::LlamaServer, json!(400)),
    ] {
        let fake = FakeOpenAi::with(behaviour, |_, _| fake_openai::Reply::ContextTooLong);
        let (status, body) = ask_openai(&fake, &openai_request(&json!({})));
        assert_eq!((status, &body["error"]["code"]), (400, &code));
    }
}

#[test]
fn openai_plays_every_failure_of_the_script() {
    use fake_openai::Reply;

    let fake = FakeOpenAi::with(Behaviour::OpenAi, |_, order| match order {
        0 => Reply::RateLimited("1"),
        1 => Reply::InsufficientQuota,
        2 => Reply::Detail(404, "Not Found"),
        3 => Reply::Refused,
        4 => Reply::Filtered,
        5 => Reply::Truncated(vec![json!({ "a": "some text" })]),
        _ => Reply::Error(503, "overloaded", "busy".to_owned()),
    });
    for expected in [429, 429, 404, 200, 200, 200, 503] {
        let (status, body) = ask_openai(&fake, &openai_request(&json!({})));
        assert_eq!(status, expected, "{body}");
    }
}
