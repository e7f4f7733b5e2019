use std::time::Duration;

use super::*;
use crate::llm::{RateLimits, RateWindow};

fn response(status: u16, body: &str) -> HttpResponse {
    HttpResponse {
        status,
        retry_after: None,
        limits: RateLimits::default(),
        body: body.as_bytes().to_vec(),
    }
}

fn failure(response: &HttpResponse) -> Failure {
    match Reply::read(response, None) {
        Ok(Reply::Failure(failure)) => failure,
        other => panic!("{other:?}"),
    }
}

fn error(status: u16, body: &str) -> LlmError {
    failure(&response(status, body)).error("m")
}

/// Google's envelope around `message`.
fn google(code: u16, message: &str, status: &str) -> String {
    let error = serde_json::json!({"code": code, "message": message, "status": status});
    serde_json::json!({ "error": error }).to_string()
}

fn auth(status: u16, message: &str) -> LlmError {
    let message = message.to_owned();
    LlmError::Auth { status, message }
}

fn bad_request(status: u16, message: &str) -> LlmError {
    let message = message.to_owned();
    LlmError::BadRequest { status, message }
}

fn server(status: u16, message: &str) -> LlmError {
    LlmError::Server {
        status,
        message: message.to_owned(),
        retry_after: None,
    }
}

fn rate_limited(message: &str, retry_after: Option<Duration>) -> LlmError {
    LlmError::RateLimited {
        message: message.to_owned(),
        retry_after,
    }
}

fn model_not_found(message: &str) -> LlmError {
    LlmError::ModelNotFound {
        model: "m".to_owned(),
        message: message.to_owned(),
    }
}

#[test]
fn an_answer_is_json_of_a_success_without_error() {
    for body in ["{}", r#"{"error":null}"#, "[]"] {
        let reply = Reply::read(&response(200, body), None);
        assert!(matches!(reply, Ok(Reply::Answer(_))), "{body}: {reply:?}");
    }
}

#[test]
fn a_success_that_is_no_json_is_unreadable() {
    let unreadable = |body| match Reply::read(&response(200, body), None) {
        Err(LlmError::Unreadable { message }) => message,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        unreadable("<html><title>Log in</title>"),
        "expected value at line 1 column 1: an HTML page, \"Log in\""
    );
    assert_eq!(
        unreadable(""),
        "EOF while parsing a value at line 1 column 0: an empty body"
    );
}

#[test]
fn a_success_that_holds_an_error_is_that_error() {
    assert_eq!(
        error(200, r#"{"error":{"message":"busy","code":429}}"#),
        rate_limited("busy", None)
    );
    assert_eq!(error(200, r#"{"error":"crashed"}"#), server(200, "crashed"));
}

#[test]
fn a_key_is_refused_in_many_ways() {
    let invalid = r#"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.",
        "status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo",
        "reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}"#;
    assert_eq!(
        error(400, invalid),
        auth(400, "API key not valid. Please pass a valid API key.")
    );
    let location = "User location is not supported for the API use.";
    let cases = [
        (400, google(400, location, "FAILED_PRECONDITION"), location),
        (
            403,
            google(403, "Method doesn't allow", "PERMISSION_DENIED"),
            "Method doesn't allow",
        ),
        (
            401,
            google(401, "Expected OAuth 2", "UNAUTHENTICATED"),
            "Expected OAuth 2",
        ),
        (
            401,
            r#"{"error":{"message":"bad","code":"invalid_api_key"}}"#.into(),
            "bad",
        ),
        (401, "Unauthorized".into(), "Unauthorized"),
    ];
    for (status, body, message) in cases {
        assert_eq!(error(status, &body), auth(status, message), "{body}");
    }
}

#[test]
fn no_credits_are_told_apart_from_too_many_requests() {
    let depleted = "Your Prepay credit balance is depleted.";
    let capped = "Your project has exceeded its monthly spending cap.";
    let prepaid = "Your prepayment credits are depleted. Please go to AI Studio.";
    let cases = [
        (402, google(402, prepaid, "RESOURCE_EXHAUSTED"), prepaid),
        (429, google(429, prepaid, "RESOURCE_EXHAUSTED"), prepaid),
        (402, r#"{"error":"pay"}"#.into(), "pay"),
        (402, String::new(), "an empty body"),
        (429, google(429, depleted, "RESOURCE_EXHAUSTED"), depleted),
        (429, google(429, capped, "RESOURCE_EXHAUSTED"), capped),
        (
            429,
            r#"{"error":{"message":"no more","code":"billing_hard_limit_reached"}}"#.into(),
            "no more",
        ),
        (
            429,
            r#"{"error":{"message":"no money","code":"insufficient_quota"}}"#.into(),
            "no money",
        ),
        (
            429,
            r#"{"error":{"message":"no money","type":"insufficient_quota"}}"#.into(),
            "no money",
        ),
    ];
    for (status, body, message) in cases {
        let message = message.to_owned();
        assert_eq!(
            error(status, &body),
            LlmError::Credits { message },
            "{body}"
        );
    }
}

#[test]
fn a_daily_quota_is_spent_whatever_the_delay_says() {
    let body = r#"{"error":{"code":429,"message":"You exceeded your current quota.\n* limit: 20, model: x\nPlease retry in 26s.",
        "status":"RESOURCE_EXHAUSTED","details":[
        {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"26s"},
        {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[
        {"quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier","quotaValue":"5"},
        {"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier","quotaValue":"20"}]}]}}"#;
    assert_eq!(
        error(429, body),
        LlmError::Quota {
            message:
                "20, the day's (GenerateRequestsPerDayPerProjectPerModel-FreeTier); it comes back \
                      at midnight Pacific time (07:00 UTC in summer, 08:00 UTC in winter): You \
                      exceeded your current quota. * limit: 20, \
                      model: x Please retry in 26s."
                    .into()
        }
    );
}

#[test]
fn a_day_in_any_violation_is_enough() {
    let limit = |details: &str| {
        let body = format!(
            r#"{{"error":{{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{details}]}}}}"#
        );
        error(429, &body)
    };
    let minute = r#"{"violations":[{"quotaId":"GenerateContentInputTokensPerModelPerMinute"}]}"#;
    let day = r#"{"violations":[{"quotaId":"GenerateContentInputTokensPerModelPerDay"}]}"#;
    let delay = r#"{"retryDelay":"26s"}"#;
    let spent = LlmError::Quota {
        message: "the day's (GenerateContentInputTokensPerModelPerDay); it comes back at midnight \
                  Pacific time (07:00 UTC in summer, 08:00 UTC in winter): m"
            .into(),
    };
    for details in [
        day.to_owned(),
        format!("{minute},{day},{delay}"),
        format!("{delay},{day},{minute}"),
    ] {
        assert_eq!(limit(&details), spent, "{details}");
    }
    assert_eq!(
        limit(&format!("{delay},{minute}")),
        rate_limited("m", Some(Duration::from_secs(26)))
    );
    let nothing = r#"{"violations":[{"quotaId":"RequestsPerMinute","quotaValue":"0"}]}"#;
    assert_eq!(
        limit(&format!("{minute},{nothing}")).to_string(),
        "the quota is spent: the account has none for this model: m"
    );
}

#[test]
fn a_quota_of_nothing_is_found_at_the_end_of_long_words() {
    let text = format!(
        "{}\n* limit: 0, model: x",
        "* limit: 5, model: x\n".repeat(50)
    );
    let error = error(429, &google(429, &text, "RESOURCE_EXHAUSTED"));
    assert_eq!(error.kind(), "quota spent");
}

#[test]
fn a_quota_of_nothing_is_spent() {
    for text in ["limit: 0, model: x", "limit=0, requested=7558", "limit: 0"] {
        let body = google(429, text, "RESOURCE_EXHAUSTED");
        let message = format!("the account has none for this model: {text}");
        assert_eq!(error(429, &body), LlmError::Quota { message });
    }
    for text in ["limit: 0.5", "limit: 05", "limit: 10"] {
        let body = google(429, text, "RESOURCE_EXHAUSTED");
        assert_eq!(error(429, &body), rate_limited(text, None));
    }
}

#[test]
fn a_limit_by_the_minute_tells_its_delay() {
    let body = |message: &str| {
        format!(
            r#"[{{"error":{{"code":429,"message":"{message}","details":[
            {{"violations":[{{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel"}}]}},
            {{"retryDelay":"37.5s"}}]}}}}]"#
        )
    };
    let delay = Some(Duration::from_millis(37_500));
    assert_eq!(
        error(429, &body("Please retry in 2s.")),
        rate_limited("Please retry in 2s.", delay)
    );
    let with_header = HttpResponse {
        retry_after: Some(Duration::from_secs(3)),
        ..response(429, &body("Slow."))
    };
    assert_eq!(
        failure(&with_header).error("m"),
        rate_limited("Slow.", Some(Duration::from_secs(3)))
    );
    let spoken =
        r#"{"error":{"message":"Please try again in 1.5s.","code":"rate_limit_exceeded"}}"#;
    assert_eq!(
        error(429, spoken),
        rate_limited(
            "Please try again in 1.5s.",
            Some(Duration::from_millis(1500))
        )
    );
    let bare = "Resource has been exhausted (e.g. check quota).";
    assert_eq!(error(429, &google(429, bare, "")), rate_limited(bare, None));
}

#[test]
fn a_limit_without_a_delay_waits_for_what_the_headers_say() {
    let used_up = RateWindow {
        limit: Some(60),
        remaining: 0,
        reset: Some(Duration::from_secs(20)),
    };
    let refused = |status, message| {
        let body = serde_json::json!({"error": {"message": message}}).to_string();
        let limits = RateLimits {
            requests: Some(used_up),
            tokens: None,
        };
        let response = HttpResponse {
            limits,
            ..response(status, &body)
        };
        failure(&response).error("m")
    };
    let delay = Some(Duration::from_secs(20));
    assert_eq!(refused(429, "Slow."), rate_limited("Slow.", delay));
    assert_eq!(
        refused(429, "Try again in 3s."),
        rate_limited("Try again in 3s.", Some(Duration::from_secs(3)))
    );
    assert_eq!(refused(503, "Busy."), server(503, "Busy."));
}

#[test]
fn a_missing_model_is_told_in_the_servers_words() {
    let retired = "This model models/gemini-2.0-flash is no longer available. \
                   Please update your code to use models/gemini-3.6-flash.";
    let unknown = "models/X is not found for API version v1beta, or is not supported for \
                   generateContent.";
    let cases = [
        (404, google(404, retired, "NOT_FOUND"), retired),
        (404, google(404, unknown, "NOT_FOUND"), unknown),
        (
            404,
            r#"{"error":{"message":"model \"x\" not found, try pulling it first"}}"#.into(),
            "model \"x\" not found, try pulling it first",
        ),
        (
            404,
            r#"{"error":{"message":"No.","code":"model_not_found"}}"#.into(),
            "No.",
        ),
        (
            403,
            r#"{"error":{"message":"No access.","code":"model_not_found"}}"#.into(),
            "No access.",
        ),
    ];
    for (status, body, message) in cases {
        assert_eq!(error(status, &body), model_not_found(message), "{body}");
    }
}

#[test]
fn a_wrong_path_asks_after_the_base_url() {
    let cases = [
        (
            "<html><title>Error 404, no model</title>",
            "an HTML page, \"Error 404, no model\"",
        ),
        (r#"{"detail":"Not Found"}"#, "Not Found"),
        (
            r#"{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}"#,
            "File Not Found",
        ),
        (
            r#"{"error":{"message":"Invalid URL (POST /v1/models/x)"}}"#,
            "Invalid URL (POST /v1/models/x)",
        ),
        ("", "an empty body"),
    ];
    for (body, words) in cases {
        let expected = bad_request(404, &format!("{words}; is the base URL right?"));
        assert_eq!(error(404, body), expected, "{body}");
    }
}

#[test]
fn a_prompt_that_is_too_long_is_no_bad_request() {
    let google_words =
        "The input token count (1300000) exceeds the maximum number of tokens allowed (1048575).";
    let vllm_words = "This model's maximum context length is 4096 tokens.";
    let cases = [
        (400, google(400, google_words, "INVALID_ARGUMENT"), google_words),
        (500, google(500, "Your input context is too long", "INTERNAL"), "Your input context is too long"),
        (400, format!(r#"{{"object":"error","message":"{vllm_words}","code":400}}"#), vllm_words),
        (400, r#"{"error":{"message":"long","code":"context_length_exceeded","type":"invalid_request_error"}}"#.into(), "long"),
        (400, r#"{"error":{"code":400,"message":"long","type":"exceed_context_size_error","n_ctx":6144}}"#.into(), "long"),
    ];
    for (status, body, message) in cases {
        let message = message.to_owned();
        assert_eq!(
            error(status, &body),
            LlmError::PromptTooLong { message },
            "{body}"
        );
    }
}

#[test]
fn failures_of_the_server_are_tried_again() {
    let cases = [
        (
            500,
            google(500, "An internal error has occurred.", "INTERNAL"),
            "An internal error has occurred.",
        ),
        (
            503,
            google(503, "The model is overloaded.", "UNAVAILABLE"),
            "The model is overloaded.",
        ),
        (
            503,
            r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#.into(),
            "Loading model",
        ),
        (
            504,
            google(504, "Deadline expired.", "DEADLINE_EXCEEDED"),
            "Deadline expired.",
        ),
        (
            502,
            "<html><title>502 Bad Gateway</title></html>".into(),
            "an HTML page, \"502 Bad Gateway\"",
        ),
        (408, String::new(), "an empty body"),
        (409, "{}".into(), "{}"),
    ];
    for (status, body, message) in cases {
        assert_eq!(error(status, &body), server(status, message), "{body}");
    }
}

#[test]
fn complaints_about_the_request_are_final() {
    let traceback = r#"{"error":{"message":"Traceback (most recent call last):\n  File \"app.py\"\npydantic.ValidationError: 1 validation error for Body\ntemperature\n  Input should be a valid number","type":"internal_server_error"}}"#;
    let cases = [
        (
            400,
            google(400, "Unknown name \"x\"", "INVALID_ARGUMENT"),
            "Unknown name \"x\"",
        ),
        (
            422,
            r#"{"detail":[{"loc":["body","n"],"msg":"too many"}]}"#.into(),
            "body.n: too many",
        ),
        (
            500,
            traceback.into(),
            "pydantic.ValidationError: 1 validation error for Body temperature Input should be a valid number",
        ),
        (
            501,
            r#"{"error":{"message":"not here","type":"not_supported_error"}}"#.into(),
            "not here",
        ),
        (418, "tea".into(), "tea"),
    ];
    for (status, body, message) in cases {
        assert_eq!(error(status, &body), bad_request(status, message), "{body}");
    }
}

#[test]
fn blame_is_by_parameter_or_else_by_a_whole_word() {
    let blamed = |body: &str, name| failure(&response(400, body)).blames(name);
    let named = r#"{"error":{"message":"top_p, unlike seed, is bad","param":"top_p"}}"#;
    assert!(blamed(named, "top_p") && !blamed(named, "seed"));
    let worded = r#"{"error":{"message":"Unknown name \"Temperature\": reseeded","param":null}}"#;
    assert!(blamed(worded, "temperature") && !blamed(worded, "seed"));
}

#[test]
fn a_key_that_the_server_echoes_is_blotted_out() {
    let key = ApiKey::new("secret-key").expect("a key");
    for (status, body) in [
        (200, "secret-key"),
        (401, r#"{"error":{"message":"wrong: secret-key"}}"#),
        (502, "<title>secret-key</title>"),
        (500, r#"{"odd":"secret-key"}"#),
    ] {
        let error = match Reply::read(&response(status, body), Some(&key)) {
            Ok(Reply::Failure(failure)) => failure.error("m"),
            Ok(answer) => panic!("{answer:?}"),
            Err(error) => error,
        };
        let shown = format!("{error} {error:?}");
        assert!(
            shown.contains("[API key]") && !shown.contains("secret-key"),
            "{shown}"
        );
    }
}
