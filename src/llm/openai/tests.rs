use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::llm::test_server::{self, Reply as Scripted, TestServer};
use crate::llm::{Answer, FinishReason, ItemShape};
use crate::sample::{Field, FieldKind};

const ANSWER: &str = r#"{"choices":[{"message":{"content":"{}"},"finish_reason":"stop"}]}"#;

fn config(base_url: &str) -> OpenAiConfig {
    OpenAiConfig {
        base_url: Some(BaseUrl::parse(base_url).expect("a base URL")),
        allow_plain_http: false,
        api_key: Some(ApiKey::new("secret-key").expect("a key")),
        model: "small".into(),
        sampling: Sampling {
            temperature: Some(0.5),
            top_p: Some(0.75),
            top_k: Some(40),
        },
        timeout: Duration::from_secs(60),
    }
}

fn client(base_url: &str) -> OpenAi {
    OpenAi::new(config(base_url)).expect("a client")
}

fn request() -> ChatRequest {
    ChatRequest {
        seed: Some(7),
        ..test_server::request()
    }
}

fn refusal(status: u16, message: &str) -> Scripted {
    let error = json!({"message": message, "type": "invalid_request_error"});
    Scripted::json(status, &json!({ "error": error }).to_string())
}

/// The feature that `client` goes on without after one more request.
async fn adapted(client: &OpenAi) -> &'static str {
    match client.complete(&request()).await {
        Err(LlmError::Adapted { feature, .. }) => feature,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_spelling_of_the_base_url_leads_to_the_same_path() {
    for (ending, path) in [
        ("", "/v1/chat/completions"),
        ("/", "/v1/chat/completions"),
        ("/v1", "/v1/chat/completions"),
        ("/v1/chat/completions/", "/v1/chat/completions"),
        ("/chat/completions", "/v1/chat/completions"),
        ("/v1beta/openai", "/v1beta/openai/chat/completions"),
    ] {
        let server = TestServer::start([Scripted::json(200, ANSWER)]).await;
        let client = client(&format!("{}{ending}", server.url));
        let completion = client.complete(&request()).await.expect("a completion");
        assert_eq!(completion.finish_reason, FinishReason::Stop);
        assert_eq!(server.requests()[0].path, path, "{ending}");
    }
}

#[tokio::test]
async fn the_key_goes_into_the_authorization_header_if_there_is_one() {
    let server = TestServer::start([ANSWER, ANSWER].map(|body| Scripted::json(200, body))).await;
    let keyless = OpenAi::new(OpenAiConfig {
        api_key: None,
        ..config(&server.url)
    });
    for client in [client(&server.url), keyless.expect("a client")] {
        client.complete(&request()).await.expect("a completion");
    }
    let requests = server.requests();
    assert_eq!(
        requests[0].header("authorization"),
        Some("Bearer secret-key")
    );
    assert_eq!(requests[1].header("authorization"), None);
}

#[tokio::test]
async fn a_completion_tells_what_is_left() {
    let reply = Scripted::json(200, ANSWER)
        .header("x-ratelimit-remaining-tokens", "90")
        .header("x-ratelimit-reset-tokens", "1.5s");
    let server = TestServer::start([reply]).await;
    let completion = client(&server.url).complete(&request()).await;
    let tokens = completion.expect("a completion").limits.tokens;
    let tokens = tokens.expect("a window");
    assert_eq!(tokens.remaining, 90);
    assert_eq!(tokens.reset, Some(Duration::from_millis(1500)));
}

#[tokio::test]
async fn the_ladder_is_climbed_down_to_words_and_stays_there() {
    let lm_studio = r#"{"error":"'response_format.type' must be 'json_schema' or 'text'"}"#;
    let server = TestServer::start([
        refusal(500, "Input should be 'text' or 'json_object'"),
        refusal(
            422,
            "response_format.schema: Extra inputs are not permitted",
        ),
        Scripted::json(400, lm_studio),
        Scripted::json(200, ANSWER),
        Scripted::json(200, ANSWER),
    ])
    .await;
    let client = client(&server.url);
    assert_eq!(adapted(&client).await, "a strict JSON schema");
    assert_eq!(adapted(&client).await, "a JSON schema");
    assert_eq!(adapted(&client).await, "JSON mode");
    for _ in 0..2 {
        client.complete(&request()).await.expect("a completion");
    }
    let requests = server.requests();
    let formats: Vec<_> = requests
        .iter()
        .map(|request| request.body["response_format"]["type"].as_str())
        .collect();
    let expected = [
        Some("json_schema"),
        Some("json_object"),
        Some("json_object"),
        None,
        None,
    ];
    assert_eq!(formats, expected);
}

#[tokio::test]
async fn at_the_foot_of_the_ladder_a_refusal_is_final() {
    let complaint = || refusal(400, "grammar: response_format is bad");
    let server = TestServer::start([complaint(), complaint(), complaint(), complaint()]).await;
    let client = client(&server.url);
    for _ in 0..3 {
        adapted(&client).await;
    }
    assert_eq!(
        client.complete(&request()).await,
        Err(LlmError::BadRequest {
            status: 400,
            message: "grammar: response_format is bad".into(),
        })
    );
}

#[tokio::test]
async fn a_number_of_items_in_the_schema_is_left_out_where_it_is_refused() {
    let message = "Invalid schema for response_format 'test': 'minItems' is not permitted.";
    let server = TestServer::start([refusal(400, message), Scripted::json(200, ANSWER)]).await;
    let client = client(&server.url);
    assert_eq!(adapted(&client).await, "a number of items in the schema");
    client.complete(&request()).await.expect("a completion");
    let requests = server.requests();
    let list = "/response_format/json_schema/schema/properties/samples";
    let counts = requests.iter().map(|request| {
        let list = request.body.pointer(list).expect("a schema");
        (
            list.get("minItems").is_some(),
            list.get("maxItems").is_some(),
        )
    });
    assert_eq!(counts.collect::<Vec<_>>(), [(true, true), (false, false)]);
}

#[tokio::test]
async fn lengths_in_the_schema_are_left_out_where_they_are_refused() {
    let message = "Invalid schema for response_format: 'minLength' is not permitted.";
    let server = TestServer::start([refusal(400, message), Scripted::json(200, ANSWER)]).await;
    let client = client(&server.url);
    let mut request = request();
    let Answer::Samples(wanted) = &mut request.answer else {
        unreachable!("it asks for samples");
    };
    wanted.shape = Arc::new(ItemShape {
        name: "text".into(),
        fields: vec![Field::new("text", FieldKind::String, "")],
    });
    let refused = client.complete(&request).await;
    assert!(
        matches!(refused, Err(LlmError::Adapted { .. })),
        "{refused:?}"
    );
    client.complete(&request).await.expect("a completion");
    let list = "/response_format/json_schema/schema/properties/samples";
    let lists = server.requests();
    let lists = lists
        .iter()
        .map(|it| it.body.pointer(list).expect("a schema"));
    let kept = lists.map(|list| {
        let length = list["items"]["properties"]["text"].get("minLength");
        (length.is_some(), list["minItems"].is_number())
    });
    assert_eq!(kept.collect::<Vec<_>>(), [(true, true), (false, true)]);
}

#[tokio::test]
async fn two_requests_refused_on_the_same_rung_leave_it_once() {
    let complaint = || refusal(400, "json_schema is not supported");
    let server = TestServer::start([complaint(), complaint()]).await;
    let client = client(&server.url);
    let both = tokio::join!(adapted(&client), adapted(&client));
    assert_eq!(both, ("a strict JSON schema", "a strict JSON schema"));
    let rung = client.dialect.manner().rung();
    assert_eq!(rung, dialect::Rung::ObjectWithSchema);
}

#[tokio::test]
async fn refused_parameters_are_left_out_one_by_one() {
    let max_tokens = "Unsupported parameter: 'max_tokens' is not supported with this model. \
                      Use 'max_completion_tokens' instead.";
    let server = TestServer::start([
        refusal(400, max_tokens),
        refusal(400, "Unsupported value: 'temperature' does not support 0.5"),
        Scripted::json(
            400,
            r#"[{"error":{"code":400,"message":"Unknown name \"top_k\""}}]"#,
        ),
        Scripted::json(
            422,
            r#"{"detail":[{"loc":["body","seed"],"msg":"no extras"}]}"#,
        ),
        refusal(400, "temperature again"),
    ])
    .await;
    let client = client(&server.url);
    for expected in ["max_tokens", "temperature", "top_k", "seed"] {
        assert_eq!(adapted(&client).await, expected);
    }
    let error = client.complete(&request()).await.expect_err("a refusal");
    assert_eq!(error.kind(), "request refused");
    let requests = server.requests();
    let last = requests[4].body.as_object().expect("an object");
    let keys: Vec<_> = last.keys().map(String::as_str).collect();
    let expected = [
        "model",
        "messages",
        "top_p",
        "max_completion_tokens",
        "response_format",
    ];
    assert_eq!(keys, expected);
    assert_eq!(requests[0].body["max_tokens"], json!(272));
    assert_eq!(last["max_completion_tokens"], json!(272 + 8192));
}

#[tokio::test]
async fn a_cap_above_the_limit_of_the_model_is_lowered_to_it() {
    for message in [
        "max_tokens is too large: 99999999. This model supports at most 1024 completion tokens",
        "Invalid max_tokens value, the valid range of max_tokens is [1, 1024]",
        "`max_tokens` must be less than or equal to `1024`",
    ] {
        let server = TestServer::start([refusal(400, message), Scripted::json(200, ANSWER)]).await;
        let client = client(&server.url);
        let mut request = request();
        let Answer::Samples(wanted) = &mut request.answer else {
            panic!("a request for samples");
        };
        wanted.count = 100;
        let error = client.complete(&request).await.expect_err("a refusal");
        assert!(matches!(error, LlmError::Adapted { .. }), "{error}");
        client.complete(&request).await.expect("a completion");
        let caps: Vec<_> = server
            .requests()
            .iter()
            .map(|request| request.body["max_tokens"].clone())
            .collect();
        assert!(caps[0].as_u64() > Some(1024));
        assert_eq!(caps[1], json!(1024));
    }
}

/// `length` before the first visible word.
fn thoughts() -> Scripted {
    let body = json!({
        "choices": [{"message": {"content": ""}, "finish_reason": "length"}],
        "usage": {
            "completion_tokens": 272,
            "completion_tokens_details": {"reasoning_tokens": 272},
        },
    });
    Scripted::json(200, &body.to_string())
}

/// The cap on output tokens of each request.
fn caps(server: &TestServer) -> Vec<Option<u64>> {
    let requests = server.requests();
    let caps = requests
        .iter()
        .map(|request| request.body["max_tokens"].as_u64());
    caps.collect()
}

#[tokio::test]
async fn thoughts_that_eat_the_answer_get_more_room_up_to_a_limit() {
    let server = TestServer::start(std::iter::repeat_with(thoughts).take(6)).await;
    let client = client(&server.url);
    for _ in 0..6 {
        let completion = client.complete(&request()).await.expect("a completion");
        assert_eq!(completion.finish_reason, FinishReason::MaxTokens);
    }
    let rooms = [0, 8192, 16_384, 32_768, 65_536, 65_536];
    assert_eq!(caps(&server), rooms.map(|room| Some(272 + room)));
}

#[tokio::test]
async fn a_single_sample_that_is_cut_gets_more_room_and_several_do_not() {
    let cut = || {
        let body = json!({
            "choices": [{"message": {"content": "{\"samples\": [{\"a"}, "finish_reason": "length"}],
        });
        Scripted::json(200, &body.to_string())
    };
    let server = TestServer::start(std::iter::repeat_with(cut).take(5)).await;
    let client = client(&server.url);
    let mut several = request();
    let Answer::Samples(wanted) = &mut several.answer else {
        unreachable!("it asks for samples");
    };
    wanted.count = 2;
    for request in [&several, &several, &request(), &request(), &request()] {
        client.complete(request).await.expect("a completion");
    }
    let caps_of_one = [0, 4096, 8192].map(|room| Some(272 + room));
    assert_eq!(caps(&server)[..2], [Some(288); 2]);
    assert_eq!(caps(&server)[2..], caps_of_one);
}

#[tokio::test]
async fn several_answers_of_thoughts_under_way_make_room_once() {
    let server = TestServer::start([thoughts(), thoughts(), thoughts()]).await;
    let client = client(&server.url);
    let request = request();
    let both = tokio::join!(client.complete(&request), client.complete(&request));
    assert!(both.0.is_ok() && both.1.is_ok());
    client.complete(&request).await.expect("a completion");
    assert_eq!(caps(&server), [Some(272), Some(272), Some(8464)]);
}

#[tokio::test]
async fn room_for_thoughts_keeps_to_the_limit_that_the_server_named() {
    let limit = "max_tokens is too large: 8464. This model supports at most 4096 tokens";
    let replies = [thoughts(), refusal(400, limit), thoughts(), thoughts()];
    let server = TestServer::start(replies).await;
    let client = client(&server.url);
    client.complete(&request()).await.expect("a completion");
    assert_eq!(adapted(&client).await, "as many output tokens");
    for _ in 0..2 {
        client.complete(&request()).await.expect("a completion");
    }
    let expected = [272, 8464, 4096, 4096].map(Some);
    assert_eq!(caps(&server), expected);
}

#[tokio::test]
async fn room_for_thoughts_that_the_context_has_not_is_given_back() {
    let full = "'max_tokens' or 'max_completion_tokens' is too large: 8464. This model's maximum \
                context length is 4096 tokens and your request has 34 input tokens";
    let replies = [thoughts(), refusal(400, full), thoughts()];
    let server = TestServer::start(replies.into_iter().chain([refusal(400, full)])).await;
    let client = client(&server.url);
    client.complete(&request()).await.expect("a completion");
    assert_eq!(adapted(&client).await, "as much room for thoughts");
    client.complete(&request()).await.expect("a completion");
    let error = client.complete(&request()).await.expect_err("a refusal");
    assert_eq!(error.kind(), "prompt too long");
    assert_eq!(caps(&server), [272, 8464, 272, 272].map(Some));
}

#[tokio::test]
async fn errors_that_only_mention_a_feature_change_nothing() {
    let long = r#"{"error":{"message":"with this json_schema","code":"context_length_exceeded"}}"#;
    let server = TestServer::start([
        refusal(401, "response_format and seed"),
        refusal(429, "response_format and seed"),
        refusal(503, "response_format and seed"),
        Scripted::json(400, long),
    ])
    .await;
    let client = client(&server.url);
    for expected in [
        "key refused",
        "rate limited",
        "server error",
        "prompt too long",
    ] {
        let error = client.complete(&request()).await.expect_err("an error");
        assert_eq!(error.kind(), expected);
    }
    let manner = client.dialect.manner();
    assert_eq!(manner.rung(), dialect::Rung::Schema);
    assert!(manner.takes("seed"));
}

#[tokio::test]
async fn an_echoed_key_is_in_no_error() {
    let server = TestServer::start([refusal(401, "Incorrect API key: secret-key")]).await;
    let error = client(&server.url).complete(&request()).await;
    let error = error.expect_err("a refusal");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("secret-key"), "{shown}");
    assert!(!format!("{:?}", config(&server.url)).contains("secret-key"));
}

#[test]
fn top_k_is_kept_from_openai_itself() {
    let client = client("https://api.openai.com");
    assert_eq!(client.sampling.top_k, None);
    assert_eq!(client.sampling.top_p, Some(0.75));
}

#[test]
fn a_blank_model_is_none() {
    let config = OpenAiConfig {
        model: " ".into(),
        ..config("http://localhost")
    };
    let expected = SetupError::Model { model: " ".into() };
    assert_eq!(OpenAi::new(config).err(), Some(expected));
}
