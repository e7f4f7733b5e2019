//! `--provider gemini` against a server that speaks Google's wire.

use serde_json::{Value, json};

use crate::fake_gemini::{
    self, FakeGemini, Reply, answer_fully, asked_items, system_text, user_text,
};
use crate::formats::{FORMATS, chosen};
use crate::sandbox::Sandbox;
use crate::server::{Delivery, RecordedRequest, Server};

const QA: &str = "--format qa --samples 20 --batch-size 10 --no-refine --topics none --concurrency 1 --json --output-format jsonl";
const DATA: &str = "synthetic_data_qa_from_query.jsonl";

#[test]
fn a_run_is_one_refinement_and_a_request_per_batch() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let ran = sandbox
        .gemini(&fake, "--format qa --topics none --json")
        .exits(0);
    let result = ran.json();
    assert_eq!(result["samples"]["written"], 50);
    assert_eq!(result["samples"]["requested"], 50);
    assert_eq!(result["traffic"]["requests"], 3);
    assert_eq!(result["model"], "gemini-3.5-flash-lite");
    assert_eq!(
        result["refined_query"],
        "Everyday questions of type 0, in plain words."
    );

    let requests = fake.server.requests();
    assert_eq!(requests.len(), 3);
    let request = &requests[1];
    assert_eq!(
        request.path,
        "/v1beta/models/gemini-3.5-flash-lite:generateContent"
    );
    assert_eq!(request.query, "");
    assert_eq!(request.header("x-goog-api-key"), Some(fake_gemini::KEY));
    assert_eq!(request.header("authorization"), None);
    assert!(user_text(&request.body).contains("Everyday questions of type 0"));
    let prompts = [1, 2].map(|order: usize| user_text(&requests[order].body));
    assert_ne!(prompts[0], prompts[1]);
    assert_eq!(
        system_text(&requests[1].body),
        system_text(&requests[2].body)
    );
}

#[test]
fn all_formats_are_asked_for_and_written() {
    for (format, _) in FORMATS {
        let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
        sandbox
            .gemini(
                &fake,
                &format!("{} --samples 30 --balance none", chosen(format)),
            )
            .exits(0);
        let rows = sandbox.jsonl(&format!("synthetic_data_{format}_from_query.jsonl"));
        assert_eq!(rows.len(), 30, "{format}");
    }
}

/// A run whose first answer is `reply` and whose others are as they should be.
fn first(reply: impl Fn(Vec<Value>) -> Reply + Send + Sync + 'static) -> (Value, usize) {
    let sandbox = Sandbox::new();
    let fake = FakeGemini::with(move |request, order| match order {
        0 => reply(asked_items(request, order)),
        _ => answer_fully(request, order),
    });
    let ran = sandbox.gemini(&fake, QA).exits(0);
    assert_eq!(sandbox.jsonl(DATA).len(), 20);
    (ran.json(), fake.server.requests().len())
}

#[test]
fn every_shape_of_a_good_answer_is_taken() {
    for reply in [
        Reply::ThoughtPart,
        Reply::SplitParts,
        Reply::EmptySignaturePart,
        Reply::Fenced,
        Reply::Prose,
        Reply::UnknownFinishReason,
    ] {
        let (result, requests) = first(reply);
        assert_eq!(requests, 2, "{result}");
        assert_eq!(result["samples"]["requested"], 20);
    }
}

#[test]
fn cut_answers_keep_their_whole_items() {
    for reply in [Reply::Truncated, Reply::Continuation] {
        let (result, _) = first(reply);
        assert!(
            result["samples"]["truncated"].as_u64() > Some(0),
            "{result}"
        );
        assert_eq!(result["traffic"]["retries"], 0);
    }
    for reply in [
        |_| Reply::MaxTokensWithoutParts,
        |_| Reply::MaxTokensWithoutContent,
    ] {
        let (result, _) = first(reply);
        assert_eq!(result["samples"]["truncated"], 10);
    }
}

#[test]
fn a_model_that_thinks_its_whole_answer_away_gets_more_room() {
    let sandbox = Sandbox::new();
    let fake = FakeGemini::with(|request, order| match order {
        0 => Reply::MaxTokensWithoutParts,
        _ => answer_fully(request, order),
    });
    sandbox
        .gemini(&fake, QA)
        .exits(0)
        .says("the model spent a whole answer on thoughts; from now on there is room for 16384");
    let caps: Vec<_> = fake
        .server
        .requests()
        .iter()
        .map(|request| request.body["generationConfig"]["maxOutputTokens"].clone())
        .collect();
    let [first, rest] = [13_312, 16_384 + 10 * 512];
    assert_eq!(caps, [first, rest, rest]);
}

#[test]
fn what_a_filter_keeps_back_is_blocked_and_not_repeated() {
    for (reply, reason) in [
        (Reply::Safety, "SAFETY"),
        (Reply::Recitation, "recitation"),
        (Reply::BlockedPrompt, "prompt: "),
    ] {
        let (result, _) = first(move |_| reply.clone());
        let blocked = result["samples"]["blocked"].as_object().unwrap();
        assert!(
            blocked.keys().all(|key| key.starts_with(reason)),
            "{blocked:?}"
        );
        assert_eq!(blocked.values().collect::<Vec<_>>(), [10]);
        assert_eq!(result["traffic"]["retries"], 0);
    }
}

#[test]
fn passing_failures_are_retried() {
    for (reply, kind) in [
        (Reply::EmptyStop, "empty answer"),
        (Reply::NoCandidates, "no answer in the response"),
        (
            Reply::Text("No JSON.".into(), "STOP"),
            "no JSON objects in the answer",
        ),
        (Reply::MinuteQuota("0.05s"), "rate limited"),
        (Reply::BareQuota, "rate limited"),
        (Reply::InternalError, "server error"),
        (Reply::BadGateway, "server error"),
        (Reply::Overloaded, "server error"),
        (Reply::HighDemand, "server error"),
        (Reply::DeadlineExceeded, "server error"),
        (Reply::Wire(Delivery::Reset), "connection failed"),
        (Reply::Wire(Delivery::non_utf8()), "unreadable response"),
    ] {
        let (result, requests) = first(move |_| reply.clone());
        assert_eq!(result["traffic"]["errors"], json!({ kind: 1 }));
        assert_eq!(
            (result["traffic"]["retries"].as_u64(), requests),
            (Some(1), 3),
            "{kind}"
        );
        assert_eq!(result["samples"]["requested"], 20);
    }
}

/// A run in which every request gets `reply`: its result and the requests.
fn always(reply: Reply, words: &str) -> (crate::run::Ran, Vec<RecordedRequest>) {
    let sandbox = Sandbox::new();
    let fake = FakeGemini::with(move |_, _| reply.clone());
    let ran = sandbox.gemini(&fake, &format!("{QA} {words}"));
    (ran, fake.server.requests())
}

#[test]
fn a_model_that_is_gone_is_told_in_the_servers_words() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    sandbox
        .gemini(&fake, "--format qa --model gemini-2.0-flash")
        .exits(2)
        .says("models/gemini-3.6-flash");
    sandbox
        .gemini(&fake, "--format qa --model no-such-model")
        .exits(2)
        .says("no-such-model");
}

#[test]
fn a_quota_in_the_middle_keeps_what_came() {
    let sandbox = Sandbox::new();
    let fake = FakeGemini::with(|request, order| match order {
        0 => answer_fully(request, order),
        _ => Reply::DailyQuota,
    });
    let result = sandbox.gemini(&fake, QA).exits(5).json();
    assert_eq!(result["samples"]["written"], 10);
    assert_eq!(result["files"], json!([DATA]));
    assert_eq!(sandbox.jsonl(DATA).len(), 10);
}

#[test]
fn a_refused_feature_is_left_out_from_then_on() {
    for (message, field) in [
        (
            "The specified schema produces a constraint that has too many states for serving.",
            "responseJsonSchema",
        ),
        (
            "Request contains an invalid argument.",
            "responseJsonSchema",
        ),
        (
            "Thinking level MINIMAL is not supported for this model. Please retry with other thinking level.",
            "thinkingConfig",
        ),
        (
            "Unable to submit request because temperature is not supported by this model.",
            "temperature",
        ),
    ] {
        let sandbox = Sandbox::new();
        let fake = FakeGemini::with(move |request, order| {
            match request.body["generationConfig"].get(field) {
                Some(_) => Reply::Error {
                    code: 400,
                    status: "INVALID_ARGUMENT",
                    message: message.to_owned(),
                },
                None => answer_fully(request, order),
            }
        });
        let result = sandbox
            .gemini(&fake, &format!("{QA} --temperature 1 --max-retries 0"))
            .exits(0)
            .json();
        assert_eq!(result["samples"]["written"], 20, "{message}");
        assert_eq!(fake.server.requests().len(), 3, "{message}");
    }
}

#[test]
fn a_failed_refinement_does_not_end_the_run() {
    let sandbox = Sandbox::new();
    for first in [Reply::Safety, Reply::Text("{}".into(), "STOP")] {
        let fake = FakeGemini::with(move |request, order| match order {
            0 => first.clone(),
            _ => answer_fully(request, order),
        });
        let ran = sandbox
            .gemini(&fake, "--format qa --samples 5 --json --overwrite")
            .exits(0)
            .says("the query is used as it is");
        assert_eq!(ran.json()["refined_query"], Value::Null);
    }
}

#[test]
fn a_refinement_that_fails_is_tried_again() {
    let fake = FakeGemini::with(|request, order| match order {
        0 => Reply::Overloaded,
        _ => answer_fully(request, order),
    });
    let ran = Sandbox::new().gemini(&fake, "--format qa --samples 5 --topics none --json");
    assert_ne!(ran.exits(0).json()["refined_query"], Value::Null);
    assert_eq!(fake.server.requests().len(), 3);
}

#[test]
fn a_model_that_repeats_itself_ends_the_run_short() {
    let sandbox = Sandbox::new();
    let fake = FakeGemini::with(|request, _| Reply::Items(asked_items(request, 0)));
    let ran = sandbox
        .gemini(&fake, QA)
        .exits(3)
        .says("ended short of the target");
    assert_eq!(sandbox.jsonl(DATA).len(), 10);
    assert_eq!(ran.json()["end"]["reason"], "barren");
    assert_eq!(fake.server.requests().len(), 6);
}

#[test]
fn a_dead_endpoint_exits_5() {
    let (ran, requests) = always(Reply::Overloaded, "--max-retries 0");
    ran.exits(5).says("overloaded");
    assert_eq!(requests.len(), 1);
    let sandbox = Sandbox::new();
    let words = "--base-url http://127.0.0.1:1 --query q --format qa --max-retries 0";
    sandbox
        .run_in(&[("GOOGLE_API_KEY", "k")], words, &[])
        .exits(5)
        .says("127.0.0.1:1");
}

#[test]
fn a_request_that_hangs_times_out() {
    let (ran, _) = always(
        Reply::Wire(Delivery::Hang),
        "--timeout 0.2 --max-retries 0 --samples 1",
    );
    let errors = ran.exits(5).json()["traffic"]["errors"].clone();
    assert_eq!(errors, json!({ "timeout": 1 }));
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Server::start(|_| Delivery::Reset);
    for status in [301, 302, 303, 307, 308] {
        let redirect = Delivery::redirect(status, &elsewhere.url());
        let (ran, _) = always(Reply::Wire(redirect), "");
        ran.exits(2)
            .says(&format!("HTTP {status}"))
            .says("redirect");
    }
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn a_body_without_end_is_not_read_to_its_end() {
    let (ran, _) = always(
        Reply::Wire(Delivery::huge(40 << 20)),
        "--max-retries 0 --samples 1 --concurrency 1",
    );
    let errors = ran.exits(5).json()["traffic"]["errors"].clone();
    assert_eq!(errors, json!({ "response too large": 5 }));
}

#[test]
fn at_most_the_given_number_of_requests_is_under_way() {
    let (fake, gate) = FakeGemini::gated(1);
    let sandbox = Sandbox::new();
    std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            sandbox.gemini(
                &fake,
                "--format qa --samples 100 --batch-size 5 --no-refine --topics none --concurrency 3",
            )
        });
        fake.server.wait_for_requests(4);
        gate.add_permits(100);
        run.join().unwrap().exits(0);
    });
    assert_eq!(fake.server.most_in_flight(), 3);
    assert_eq!(fake.server.requests().len(), 20);
}
