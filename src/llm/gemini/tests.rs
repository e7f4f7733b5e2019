use serde_json::json;

use super::*;
use crate::llm::test_server::{Reply as Scripted, TestServer, request};
use crate::llm::{Disposition, FinishReason};

const ANSWER: &str =
    r#"{"candidates":[{"content":{"parts":[{"text":"{}"}]},"finishReason":"STOP"}]}"#;

fn config(base_url: &str) -> GeminiConfig {
    GeminiConfig {
        base_url: Some(BaseUrl::parse(base_url).expect("a base URL")),
        allow_plain_http: false,
        api_version: GeminiConfig::API_VERSION.into(),
        api_key: ApiKey::new("secret-key").expect("a key"),
        model: "gemini-3.8-flash".into(),
        sampling: Sampling {
            temperature: Some(0.5),
            ..Sampling::default()
        },
        timeout: Duration::from_millis(60_500),
    }
}

fn client(base_url: &str) -> Gemini {
    Gemini::new(config(base_url)).expect("a client")
}

fn refusal(message: &str) -> Scripted {
    let error = json!({"code": 400, "message": message, "status": "INVALID_ARGUMENT"});
    Scripted::json(400, &json!({ "error": error }).to_string())
}

fn adapted(feature: &'static str, message: &str) -> LlmError {
    let message = message.to_owned();
    LlmError::Adapted { feature, message }
}

#[tokio::test]
async fn one_request_goes_to_the_model_with_the_key_in_a_header() {
    let server = TestServer::start([Scripted::json(200, ANSWER)]).await;
    let client = client(&format!("{}/proxy/v1beta/openai/", server.url));
    let completion = client.complete(&request()).await.expect("a completion");
    assert_eq!(completion.text, "{}");
    assert_eq!(completion.finish_reason, FinishReason::Stop);
    let requests = server.requests();
    let path = "/proxy/v1beta/models/gemini-3.8-flash:generateContent";
    assert_eq!(requests[0].path, path);
    assert_eq!(requests[0].header("x-goog-api-key"), Some("secret-key"));
    assert_eq!(requests[0].header("x-server-timeout"), Some("61"));
    assert_eq!(requests.len(), 1);
}

#[tokio::test]
async fn each_refused_feature_is_left_out_from_then_on() {
    let thinking = "Thinking level LOW is not supported for this model.";
    let sampling = "Unknown name \"topP\" or \"temperature\"";
    let bare = "Request contains an invalid argument.";
    let all = "thinking, temperature and schema";
    let messages = [thinking, sampling, bare, all];
    let server = TestServer::start(messages.map(refusal)).await;
    let client = client(&server.url);
    for expected in [
        adapted("a thinking level", thinking),
        adapted("temperature, top-p or top-k", sampling),
        adapted("the JSON schema", bare),
        LlmError::BadRequest {
            status: 400,
            message: all.into(),
        },
    ] {
        assert_eq!(client.complete(&request()).await, Err(expected));
    }
    let configs = server.requests();
    let keys: Vec<_> = configs
        .iter()
        .map(|request| {
            request.body["generationConfig"]
                .as_object()
                .expect("a config")
        })
        .map(|config| {
            config
                .keys()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    assert_eq!(
        keys,
        [
            "maxOutputTokens temperature responseMimeType responseJsonSchema thinkingConfig",
            "maxOutputTokens temperature responseMimeType responseJsonSchema",
            "maxOutputTokens responseMimeType responseJsonSchema",
            "maxOutputTokens responseMimeType",
        ]
    );
}

#[tokio::test]
async fn a_schema_that_is_refused_in_any_words_is_told_in_words() {
    for message in [
        "The specified schema produces a constraint that has too many states for serving.",
        "The specified schema has too much branching for serving.",
        "Invalid JSON payload received. Unknown name \"responseJsonSchema\" at 'generation_config'",
    ] {
        let server = TestServer::start([refusal(message), Scripted::json(200, ANSWER)]).await;
        let client = client(&server.url);
        let expected = adapted("the JSON schema", message);
        assert_eq!(client.complete(&request()).await, Err(expected));
        client.complete(&request()).await.expect("a completion");
        let system = &server.requests()[1].body["systemInstruction"]["parts"][0]["text"];
        let system = system.as_str().expect("a text");
        assert!(
            system.contains("JSON of this schema:\n{\"type\""),
            "{system}"
        );
    }
}

#[tokio::test]
async fn requests_in_flight_during_a_change_come_again_and_change_nothing() {
    let message = "Thinking level is not supported for this model.";
    let server = TestServer::start([refusal(message), refusal(message)]).await;
    let client = client(&server.url);
    let request = request();
    let both = tokio::join!(client.complete(&request), client.complete(&request));
    let expected = || Err(adapted("a thinking level", message));
    assert_eq!(both, (expected(), expected()));
    let features = client.learned.features();
    assert_eq!(features.thinking, request::Thinking::Default);
    assert!(features.schema && features.sampling);
}

/// `MAX_TOKENS` before the first visible word.
fn thoughts() -> Scripted {
    let body = json!({
        "candidates": [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS"}],
        "usageMetadata": {"promptTokenCount": 9, "thoughtsTokenCount": 2999},
    });
    Scripted::json(200, &body.to_string())
}

/// Cap and thinking level of each request.
fn caps(server: &TestServer) -> Vec<(Value, Value)> {
    let requests = server.requests().into_iter();
    let config = requests.map(|request| request.body["generationConfig"].clone());
    config
        .map(|it| {
            let level = &it["thinkingConfig"]["thinkingLevel"];
            (it["maxOutputTokens"].clone(), level.clone())
        })
        .collect()
}

#[tokio::test]
async fn thoughts_that_eat_the_answer_get_more_room_and_then_less_to_do() {
    let replies = std::iter::repeat_with(thoughts).take(7);
    let server = TestServer::start(replies).await;
    let client = Gemini::new(GeminiConfig {
        model: "gemini-flash-latest".into(),
        ..config(&server.url)
    });
    let client = client.expect("a client");
    for _ in 0..7 {
        let completion = client.complete(&request()).await.expect("a completion");
        assert_eq!(completion.finish_reason, FinishReason::MaxTokens);
        assert_eq!(completion.usage.thought_tokens, 2999);
    }
    let unset = Value::Null;
    assert_eq!(
        caps(&server),
        [
            (json!(8704), unset.clone()),
            (json!(16_896), unset.clone()),
            (json!(33_280), unset.clone()),
            (json!(65_536), unset),
            (json!(65_536), json!("low")),
            (json!(65_536), json!("low")),
            (json!(65_536), json!("low")),
        ]
    );
}

#[tokio::test]
async fn several_answers_of_thoughts_under_way_make_room_once() {
    let server = TestServer::start([thoughts(), thoughts(), thoughts()]).await;
    let client = client(&server.url);
    let request = request();
    let both = tokio::join!(client.complete(&request), client.complete(&request));
    assert!(both.0.is_ok() && both.1.is_ok());
    client.complete(&request).await.expect("a completion");
    let caps = caps(&server).into_iter().map(|(cap, _)| cap);
    assert_eq!(
        caps.collect::<Vec<_>>(),
        [json!(8704), json!(8704), json!(16_896)]
    );
}

#[tokio::test]
async fn only_an_answer_of_nothing_but_thoughts_makes_room() {
    let cut = r#"{"candidates":[{"content":{"parts":[{"text":"{"}]},"finishReason":"MAX_TOKENS"}],
        "usageMetadata":{"thoughtsTokenCount":5}}"#;
    let empty = r#"{"candidates":[{"finishReason":"MAX_TOKENS"}]}"#;
    let server = TestServer::start([cut, empty, ANSWER].map(|it| Scripted::json(200, it))).await;
    let client = client(&server.url);
    for _ in 0..3 {
        client.complete(&request()).await.expect("a completion");
    }
    assert!(caps(&server).iter().all(|(cap, _)| *cap == 8704));
}

#[tokio::test]
async fn what_adapting_cannot_help_is_final() {
    for (message, kind) in [
        ("API key not valid.", "request refused"),
        (
            "User location is not supported for the API use.",
            "key refused",
        ),
        (
            "The input token count exceeds the maximum number of tokens allowed 9.",
            "prompt too long",
        ),
    ] {
        let server = TestServer::start([refusal(message)]).await;
        let error = client(&server.url).complete(&request()).await;
        let error = error.expect_err("a refusal");
        assert_eq!(error.kind(), kind, "{message}");
        assert_ne!(error.disposition(), Disposition::Again, "{message}");
    }
}

#[tokio::test]
async fn an_echoed_key_is_in_no_error() {
    let server = TestServer::start([refusal("secret-key is wrong")]).await;
    let error = client(&server.url).complete(&request()).await;
    let error = error.expect_err("a refusal");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("secret-key"), "{shown}");
    assert!(!format!("{:?}", config(&server.url)).contains("secret-key"));
}

#[test]
fn a_model_id_names_its_collection_or_is_a_plain_model() {
    let cases = [
        ("gemini-x", "models/gemini-x"),
        ("models/gemini-x", "models/gemini-x"),
        ("tunedModels/my_x-1.0", "tunedModels/my_x-1.0"),
    ];
    for (model, expected) in cases {
        assert_eq!(resource(model).as_deref(), Ok(expected));
    }
}

#[test]
fn what_would_change_the_path_is_no_model_id() {
    for model in [
        "", " ", "a b", "a?b", "a&b", "a#b", "../a", "a..b", "models/", "/a", "a/./b", "%2e%2e",
        "a\\b", "modèle",
    ] {
        let expected = SetupError::Model {
            model: model.to_owned(),
        };
        assert_eq!(resource(model), Err(expected));
    }
}

#[test]
fn a_version_is_a_word() {
    for version in ["", "v1/beta", "v1?"] {
        let config = GeminiConfig {
            api_version: version.into(),
            ..config("http://localhost")
        };
        let expected = SetupError::ApiVersion {
            version: version.into(),
        };
        assert_eq!(Gemini::new(config).err(), Some(expected));
    }
}
