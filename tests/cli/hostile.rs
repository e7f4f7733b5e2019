//! Responses that are too large in one way or another.

use std::io::{Read as _, repeat};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::fake_openai::{Behaviour, FakeOpenAi, Reply, answer_fully};
use crate::sandbox::Sandbox;
use crate::server::{Delivery, Response};

/// What a run says of a first response that is `delivery`; the second one is
/// as it should be.
fn first(delivery: Delivery, kind: &str) -> String {
    let fake = FakeOpenAi::with(Behaviour::Vllm, move |request, order| match order {
        0 => Reply::Wire(delivery.clone()),
        _ => answer_fully(request, order),
    });
    let words = "--format qa --samples 5 --no-refine --topics none --concurrency 1 --json --log-level DEBUG";
    let ran = Sandbox::new().openai(&fake, words).exits(0);
    assert_eq!(ran.json()["traffic"]["errors"], json!({ kind: 1 }));
    assert_eq!(fake.server.requests().len(), 2);
    ran.stderr
}

#[test]
fn a_small_body_that_unpacks_to_a_large_one_is_not_unpacked_to_its_end() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    let mut blanks = repeat(b' ').take(64 << 20);
    std::io::copy(&mut blanks, &mut packed).unwrap();
    let packed = packed.finish().unwrap();
    assert!(packed.len() < 1 << 20, "{}", packed.len());
    let bomb = Response::new(200, "application/json", packed);
    let bomb = Delivery::Whole(bomb.with_header("content-encoding", "gzip"));
    let said = first(bomb, "response too large");
    assert!(said.contains("more than 32 MiB"), "{said}");
}

#[test]
fn a_body_of_chunks_without_end_is_not_waited_for() {
    let said = first(Delivery::Endless, "response too large");
    assert!(said.contains("more than 32 MiB"), "{said}");
}

#[test]
fn headers_without_measure_are_not_read() {
    let response = Response::new(200, "application/json", "{}");
    let response = response.with_header("x-long", "a".repeat(1 << 20));
    let said = first(Delivery::Whole(response), "connection failed");
    assert!(said.contains("message head is too large"), "{said}");
}

#[test]
fn numbers_that_no_answer_takes_do_not_end_a_run() {
    let most = i64::MAX;
    let fake = FakeOpenAi::with(Behaviour::Vllm, move |request, order| {
        let text = crate::items::answer_text(&crate::items::wanted(
            &crate::fake_openai::text_of("user", &request.body),
            crate::fake_openai::schema(&request.body),
            order,
        ));
        let body = serde_json::json!({
            "model": "m",
            "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
            "usage": {"prompt_tokens": most, "completion_tokens": most},
        });
        Reply::Wire(Delivery::Whole(Response::new(
            200,
            "application/json",
            body.to_string(),
        )))
    });
    let sandbox = Sandbox::new();
    let words = "--format pair --samples 40 --max-retries 4294967295";
    sandbox.openai(&fake, words).exits(0);
    sandbox.openai(&fake, &format!("{words} --resume")).exits(0);
}
