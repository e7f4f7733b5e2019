//! `--provider openai` against servers of several makes.

use serde_json::{Value, json};

use crate::fake_openai::{
    self, Behaviour, FakeOpenAi, MISSING_MODEL, Reply, answer_fully, text_of,
};
use crate::sandbox::Sandbox;
use crate::server::Delivery;

const QA: &str = "--format qa --samples 20 --batch-size 10 --no-refine --topics none --concurrency 1 --json --output-format jsonl";
const DATA: &str = "synthetic_data_qa_from_query.jsonl";

#[test]
fn every_make_of_server_is_spoken_to() {
    for behaviour in [
        Behaviour::OpenAi,
        Behaviour::Gpt5,
        Behaviour::Vllm,
        Behaviour::LlamaCppPython,
        Behaviour::LlamaServer,
        Behaviour::LmStudio,
        Behaviour::Ollama,
    ] {
        let (sandbox, fake) = (Sandbox::new(), FakeOpenAi::start(behaviour));
        let result = sandbox
            .openai(&fake, &format!("{QA} --max-retries 0"))
            .exits(0)
            .json();
        assert_eq!(result["samples"]["written"], 20, "{behaviour:?}");
        assert_eq!(sandbox.jsonl(DATA).len(), 20, "{behaviour:?}");
    }
}

#[test]
fn a_request_is_put_in_the_plain_old_form() {
    let (sandbox, fake) = (Sandbox::new(), FakeOpenAi::start(Behaviour::Vllm));
    sandbox
        .openai(&fake, &format!("{QA} --seed 5 --top-k 9"))
        .exits(0);
    let requests = fake.server.requests();
    let body = &requests[0].body;
    assert_eq!(requests[0].path, "/v1/chat/completions");
    assert_eq!(
        requests[0].header("authorization"),
        Some(&*format!("Bearer {}", fake_openai::KEY))
    );
    let roles: Vec<_> = body["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| &message["role"])
        .collect();
    assert_eq!(roles, ["system", "user"]);
    assert_eq!(
        (&body["temperature"], &body["top_p"], &body["top_k"]),
        (&json!(0.4), &json!(0.95), &json!(9))
    );
    assert_eq!(body["response_format"]["type"], "json_schema");
    assert!(body["max_tokens"].is_u64() && body["seed"].is_u64());
    assert_ne!(body["seed"], requests[1].body["seed"]);
    assert!(text_of("user", body).contains("Write exactly 10 samples, "));
}

#[test]
fn a_local_server_needs_no_key_and_gets_two_requests_at_a_time() {
    let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let held = std::sync::Arc::clone(&gate);
    let fake = FakeOpenAi::with(Behaviour::LlamaServer, move |request, order| {
        Reply::Gated(
            std::sync::Arc::clone(&held),
            Box::new(answer_fully(request, order)),
        )
    });
    let sandbox = Sandbox::new();
    std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            let url = fake.base_url();
            sandbox.run(
                "--provider openai --model m --format pair --samples 40 --batch-size 5 --no-refine --topics none --query q --base-url",
                &[&url],
            )
        });
        fake.server.wait_for_requests(2);
        gate.add_permits(100);
        run.join().unwrap().exits(0);
    });
    assert_eq!(fake.server.most_in_flight(), 2);
    assert_eq!(fake.server.requests()[0].header("authorization"), None);
}

#[test]
fn samples_longer_than_a_whole_answer_come_one_at_a_time_with_more_room() {
    const TOKENS: u64 = 4_000;
    let fake = FakeOpenAi::with(Behaviour::LlamaServer, |request, order| {
        let Reply::Items(mut items) = answer_fully(request, order) else {
            unreachable!("it is answered");
        };
        let room = request.body["max_tokens"].as_u64().unwrap() / TOKENS;
        let room = usize::try_from(room).unwrap();
        if items.len() <= room {
            return Reply::Items(items);
        }
        items.truncate(room);
        Reply::Truncated(items)
    });
    let words = "--provider openai --model m --format pair --samples 5 --batch-size 25 \
                 --no-refine --topics none --query q --concurrency 1 --base-url";
    Sandbox::new()
        .run(words, &[&fake.base_url()])
        .exits(0)
        .says("a sample was longer than a whole answer; from now on there is room for 4096");
}

/// A run in which every request gets `reply`: its exit code, result and the
/// number of requests.
fn always(behaviour: Behaviour, reply: &Reply, words: &str) -> (Value, usize) {
    let sandbox = Sandbox::new();
    let reply = reply.clone();
    let fake = FakeOpenAi::with(behaviour, move |_, _| reply.clone());
    let ran = sandbox.openai(&fake, &format!("{QA} --max-retries 0 {words}"));
    (ran.json(), fake.server.requests().len())
}

#[test]
fn what_no_retry_can_mend_ends_the_run_at_once() {
    for (reply, code) in [
        (Reply::InsufficientQuota, 4),
        (Reply::Error(403, "forbidden", "no".into()), 4),
        (Reply::Detail(404, "Not Found"), 2),
        (Reply::Detail(422, "bad field"), 2),
    ] {
        let (result, requests) = always(Behaviour::Vllm, &reply, "");
        assert_eq!(
            (result["end"]["exit_code"].as_i64(), requests),
            (Some(code), 1),
            "{reply:?}"
        );
    }
    let (sandbox, fake) = (Sandbox::new(), FakeOpenAi::start(Behaviour::OpenAi));
    sandbox
        .openai(&fake, &format!("{QA} --model {MISSING_MODEL}"))
        .exits(2)
        .says(MISSING_MODEL);
}

#[test]
fn a_prompt_that_is_too_long_is_not_repeated() {
    for behaviour in [
        Behaviour::LlamaCppPython,
        Behaviour::LlamaServer,
        Behaviour::OpenAi,
    ] {
        let (result, _) = always(behaviour, &Reply::ContextTooLong, "--max-retries 5");
        // Each of the five batches that make a run barren was sent once.
        assert_eq!(
            result["traffic"]["errors"]["prompt too long"], 5,
            "{behaviour:?}"
        );
        assert_eq!(
            result["samples"]["failed"]["prompt too long"], 50,
            "{behaviour:?}"
        );
    }
}

#[test]
fn passing_failures_are_retried() {
    for (reply, kind) in [
        (Reply::RateLimited("0"), "rate limited"),
        (
            Reply::Error(503, "unavailable", "Loading model".into()),
            "server error",
        ),
        (Reply::Wire(Delivery::Reset), "connection failed"),
    ] {
        let sandbox = Sandbox::new();
        let fake = FakeOpenAi::with(Behaviour::OpenAi, move |request, order| match order {
            0 => reply.clone(),
            _ => answer_fully(request, order),
        });
        let result = sandbox.openai(&fake, QA).exits(0).json();
        assert_eq!(result["traffic"]["errors"], json!({ kind: 1 }));
    }
}

#[test]
fn refusals_and_filters_are_blocked() {
    for reply in [Reply::Refused, Reply::Filtered] {
        let (result, _) = always(Behaviour::OpenAi, &reply, "");
        assert_eq!(result["end"]["reason"], "barren");
        let blocked: u64 = result["samples"]["blocked"]
            .as_object()
            .unwrap()
            .values()
            .filter_map(Value::as_u64)
            .sum();
        assert_eq!(blocked, 50);
    }
}
