//! The fake Gemini: that it is strict, and plays what it is told to.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::{message, pair_score_schema, post, request, samples, send};
use crate::fake_gemini::{self, FakeGemini, Reply, asked_items};

const GEMINI_PATH: &str = "/v1beta/models/gemini-3.5-flash-lite:generateContent";

fn gemini(fake: &FakeGemini, path: &str, headers: &str, body: &Value) -> (u16, Value) {
    let (status, _, body) = post(&fake.server, path, headers, &body.to_string());
    (status, serde_json::from_str(&body).unwrap())
}

fn gemini_key() -> String {
    format!("x-goog-api-key: {}\r\n", fake_gemini::KEY)
}

fn ask_gemini(fake: &FakeGemini, body: &Value) -> (u16, Value) {
    gemini(fake, GEMINI_PATH, &gemini_key(), body)
}

/// A request for three items of `pair-score`.
fn gemini_request() -> Value {
    json!({
        "systemInstruction": { "parts": [{ "text": "You write samples." }] },
        "contents": [{ "role": "user", "parts": [{ "text": "Write exactly 3 samples." }] }],
        "generationConfig": {
            "responseMimeType": "application/json",
            "responseJsonSchema": pair_score_schema(),
        },
    })
}

#[test]
fn gemini_answers_with_as_many_items_as_asked_for_and_never_the_same() {
    let fake = FakeGemini::start();
    let mut all = Vec::new();
    for _ in 0..2 {
        let (status, body) = ask_gemini(&fake, &gemini_request());
        assert_eq!(status, 200);
        let candidate = &body["candidates"][0];
        assert_eq!(candidate["finishReason"], "STOP");
        all.extend(samples(&candidate["content"]["parts"][0]["text"]));
    }
    assert_eq!(all.len(), 6);
    for (index, item) in all.iter().enumerate() {
        let keys: Vec<_> = item.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["sentence1", "sentence2", "score"]);
        assert!((0.0..=1.0).contains(&item["score"].as_f64().unwrap()));
        assert!(!all[..index].contains(item), "{item} came twice");
    }
}

#[test]
fn gemini_answers_in_plain_words_when_no_json_is_wanted() {
    let fake = FakeGemini::start();
    let (_, body) = ask_gemini(
        &fake,
        &json!({ "contents": [{ "parts": [{ "text": "hi" }] }] }),
    );
    assert_eq!(
        body["candidates"][0]["content"]["parts"][0]["text"],
        "Everyday questions of type 0, in plain words."
    );
}

#[test]
fn gemini_takes_snake_case_as_well() {
    let fake = FakeGemini::start();
    let (status, body) = ask_gemini(
        &fake,
        &json!({
            "system_instruction": { "parts": { "text": "x" } },
            "contents": [{ "parts": [{ "text": "Write 2" }] }],
            "generation_config": {
                "response_mime_type": "application/json",
                "response_json_schema": pair_score_schema(),
                "thinking_config": { "thinking_level": "low" },
            },
        }),
    );
    assert_eq!(status, 200, "{body}");
    assert_eq!(
        samples(&body["candidates"][0]["content"]["parts"][0]["text"]).len(),
        2
    );
}

#[test]
fn gemini_reads_the_body_before_the_key_and_the_key_before_the_model() {
    let fake = FakeGemini::start();
    let unknown = json!({ "generationConfig": { "bogusField": 1 } });
    let (status, body) = gemini(&fake, GEMINI_PATH, "", &unknown);
    assert_eq!(status, 400);
    assert_eq!(
        message(&body),
        "Invalid JSON payload received. Unknown name \"bogusField\" at 'generation_config': \
         Cannot find field."
    );
    let missing = "/v1beta/models/missing:generateContent";
    let (status, body) = gemini(&fake, missing, "", &gemini_request());
    assert_eq!(
        (status, &body["error"]["status"]),
        (403, &json!("PERMISSION_DENIED"))
    );
    let (status, body) = gemini(
        &fake,
        missing,
        "x-goog-api-key: wrong\r\n",
        &gemini_request(),
    );
    assert_eq!(status, 400);
    assert_eq!(body["error"]["details"][0]["reason"], "API_KEY_INVALID");
    let (status, _) = gemini(
        &fake,
        missing,
        "authorization: Bearer x\r\n",
        &gemini_request(),
    );
    assert_eq!(status, 401);
    let (status, body) = gemini(&fake, missing, &gemini_key(), &gemini_request());
    assert_eq!(status, 404);
    assert_eq!(
        message(&body),
        "models/missing is not found for API version v1beta, or is not supported for \
         generateContent. Call ListModels to see the list of available models and their \
         supported methods."
    );
}

#[test]
fn gemini_names_the_successor_of_a_retired_model() {
    let fake = FakeGemini::start();
    let path = "/v1beta/models/gemini-2.0-flash:generateContent";
    let (status, body) = gemini(&fake, path, &gemini_key(), &gemini_request());
    assert_eq!(status, 404);
    assert_eq!(
        message(&body),
        "This model models/gemini-2.0-flash is no longer available. Please update your code to \
         use models/gemini-3.6-flash for the latest features and improvements."
    );
}

#[test]
fn gemini_refuses_what_no_model_takes() {
    let fake = FakeGemini::start();
    let path = "/v1beta/models/gemini-3.8-flash:generateContent";
    for (config, expected) in [
        (
            json!({ "candidateCount": 2 }),
            "Multiple candidates is not enabled for this model",
        ),
        (
            json!({ "thinkingConfig": { "thinkingLevel": "minimal" } }),
            "Thinking level MINIMAL is not supported for this model. Please retry with other \
             thinking level.",
        ),
        (
            json!({ "thinkingConfig": { "thinkingLevel": "low", "thinkingBudget": 1 } }),
            "You can only set only one of thinking budget and thinking level.",
        ),
        (
            json!({ "responseFormat": { "text": { "mimeType": "application/json" } } }),
            "Invalid value at 'generation_config.response_format.text.mime_type' \
             (type.googleapis.com/google.ai.generativelanguage.v1beta.TextResponseFormat.MimeType), \
             \"application/json\"",
        ),
    ] {
        let request = json!({
            "contents": [{ "parts": [{ "text": "hi" }] }],
            "generationConfig": config,
        });
        let (status, body) = gemini(&fake, path, &gemini_key(), &request);
        assert_eq!((status, message(&body)), (400, expected));
    }
}

#[test]
fn gemini_sends_googles_headers_and_no_retry_after() {
    let fake = FakeGemini::with(|_, _| Reply::MinuteQuota("0.05s"));
    let (status, head, body) = post(
        &fake.server,
        GEMINI_PATH,
        &gemini_key(),
        &gemini_request().to_string(),
    );
    assert_eq!(status, 429);
    assert!(
        head.contains("content-type: application/json; charset=UTF-8"),
        "{head}"
    );
    assert!(
        head.contains("server: scaffolding on HTTPServer2"),
        "{head}"
    );
    assert!(!head.to_lowercase().contains("retry-after"), "{head}");
    assert!(
        body.starts_with("{\n  \"error\": {\n    \"code\": 429,"),
        "{body}"
    );
    assert!(body.contains("\"retryDelay\": \"0.05s\""), "{body}");
}

#[test]
fn gemini_plays_every_answer_of_the_script() {
    let fake = FakeGemini::with(|request, order| {
        let items = asked_items(request, order);
        match order {
            0 => Reply::ThoughtPart(items),
            1 => Reply::SplitParts(items),
            2 => Reply::EmptySignaturePart(items),
            3 => Reply::Fenced(items),
            4 => Reply::Prose(items),
            5 => Reply::Truncated(items),
            6 => Reply::Continuation(items),
            7 => Reply::UnknownFinishReason(items),
            8 => Reply::MaxTokensWithoutParts,
            9 => Reply::MaxTokensWithoutContent,
            10 => Reply::EmptyStop,
            11 => Reply::Recitation,
            12 => Reply::Safety,
            _ => Reply::Text("text".to_owned(), "OTHER"),
        }
    });
    let shapes = [
        (2, "STOP"),
        (3, "STOP"),
        (2, "STOP"),
        (1, "STOP"),
        (1, "STOP"),
        (1, "MAX_TOKENS"),
        (1, "CONTINUATION"),
        (1, "BRAND_NEW_REASON"),
        (0, "MAX_TOKENS"),
        (0, "MAX_TOKENS"),
        (0, "STOP"),
        (0, "RECITATION"),
        (0, "SAFETY"),
        (1, "OTHER"),
    ];
    for (parts, finish_reason) in shapes {
        let (status, body) = ask_gemini(&fake, &gemini_request());
        let candidate = &body["candidates"][0];
        let found = candidate["content"]["parts"].as_array();
        assert_eq!(status, 200);
        assert_eq!(
            (
                found.map_or(0, Vec::len),
                candidate["finishReason"].as_str()
            ),
            (parts, Some(finish_reason))
        );
        assert!(body["usageMetadata"]["totalTokenCount"].is_u64());
    }
}

#[test]
fn gemini_plays_every_failure_of_the_script() {
    let fake = FakeGemini::with(|_, order| match order {
        0 => Reply::BlockedPrompt,
        1 => Reply::NoCandidates,
        2 => Reply::DailyQuota,
        3 => Reply::BareQuota,
        4 => Reply::ZeroQuota,
        5 => Reply::CreditsGone,
        6 => Reply::CreditsGoneAsQuota,
        7 => Reply::InternalError,
        8 => Reply::BadGateway,
        9 => Reply::Overloaded,
        10 => Reply::HighDemand,
        11 => Reply::DeadlineExceeded,
        _ => Reply::Error {
            code: 418,
            status: "TEAPOT",
            message: "short".to_owned(),
        },
    });
    for expected in [
        200, 200, 429, 429, 429, 402, 429, 500, 502, 503, 503, 504, 418,
    ] {
        let body = gemini_request().to_string();
        let (status, _, body) = post(&fake.server, GEMINI_PATH, &gemini_key(), &body);
        assert_eq!(status, expected, "{body}");
    }
}

#[test]
fn requests_are_recorded_in_order() {
    let fake = FakeGemini::start();
    ask_gemini(&fake, &gemini_request());
    ask_gemini(
        &fake,
        &json!({ "contents": [{ "parts": [{ "text": "two" }] }] }),
    );
    let requests = fake.server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!((requests[0].order, requests[1].order), (0, 1));
    assert!(requests[0].arrival <= requests[1].arrival);
    assert_eq!(requests[1].path, GEMINI_PATH);
    assert_eq!(requests[1].header("x-goog-api-key"), Some(fake_gemini::KEY));
    assert_eq!(fake_gemini::user_text(&requests[1].body), "two");
    assert_eq!(
        fake_gemini::system_text(&requests[0].body),
        "You write samples."
    );
}

#[test]
fn a_gate_holds_replies_until_the_test_opens_it() {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let fake = FakeGemini::with(move |request, order| {
        let items = asked_items(request, order);
        Reply::Gated(Arc::clone(&held), Box::new(Reply::Items(items)))
    });
    std::thread::scope(|scope| {
        let clients = [(); 3].map(|()| scope.spawn(|| ask_gemini_open(&fake)));
        fake.server.wait_for_requests(3);
        assert_eq!(fake.server.most_in_flight(), 3);
        gate.add_permits(3);
        for client in clients {
            assert!(client.join().unwrap().starts_with(b"HTTP/1.1 200"));
        }
    });
}

/// Like a real client, keeps its side open until the response is there.
fn ask_gemini_open(fake: &FakeGemini) -> Vec<u8> {
    let mut stream = TcpStream::connect(fake.server.address()).unwrap();
    let request = request(GEMINI_PATH, &gemini_key(), &gemini_request().to_string());
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = vec![0; 12];
    stream.read_exact(&mut response).unwrap();
    response
}

#[test]
fn a_connection_serves_many_requests() {
    let fake = FakeGemini::start();
    let one = request(GEMINI_PATH, &gemini_key(), &gemini_request().to_string());
    let responses = send(fake.server.address(), &one.repeat(3));
    let responses = String::from_utf8(responses).unwrap();
    assert_eq!(responses.matches("HTTP/1.1 200").count(), 3);
    assert_eq!(fake.server.most_in_flight(), 1);
}
