//! Answers that are kept, and runs that are made from them.

use std::fs;

use crate::fake_gemini::{self, FakeGemini, Reply, answer_fully};
use crate::sandbox::Sandbox;

const WORDS: &str = "--query q --format pair --samples 40 --batch-size 7 \
                     --output-format jsonl";
const DATA: &str = "synthetic_data_pair_from_query.jsonl";

#[test]
fn a_run_is_made_again_from_its_answers_without_network_or_key() {
    let sandbox = Sandbox::new();
    // One answer needs a second attempt, which is none when replayed.
    let fake = FakeGemini::with(|request, order| match order {
        1 => Reply::Error {
            code: 503,
            status: "UNAVAILABLE",
            message: "busy".to_owned(),
        },
        _ => answer_fully(request, order),
    });
    sandbox
        .gemini(&fake, &format!("{WORDS} --cache answers"))
        .exits(0);
    let data = sandbox.read(DATA);

    let replayed = sandbox.run(&format!("{WORDS} --replay answers --overwrite --json"), &[]);
    let result = replayed.exits(0).says("answered from the cache").json();
    assert_eq!(sandbox.read(DATA), data);
    let traffic = &result["traffic"];
    assert_eq!(traffic["recorded"], traffic["requests"]);
    assert_eq!(traffic["prompt_tokens"], 0);
    assert_eq!(result["cost"]["usd"], 0.0);
    for file in sandbox.files() {
        let bytes = fs::read(sandbox.path(&file)).unwrap();
        assert!(
            !String::from_utf8_lossy(&bytes).contains(fake_gemini::KEY),
            "{file}"
        );
    }
}

#[test]
fn a_cache_answers_what_it_can_and_the_endpoint_the_rest() {
    let sandbox = Sandbox::new();
    let words = format!("{WORDS} --cache answers --json --overwrite");
    let fake = FakeGemini::start();
    sandbox
        .gemini(&fake, &format!("{words} --max-requests 4"))
        .exits(3);
    let again = sandbox.gemini(&fake, &words).exits(0).json();
    let count = |name: &str| again["traffic"][name].as_u64().unwrap();
    assert_eq!(count("recorded"), 4);
    assert_eq!(count("requests"), fake.server.requests().len() as u64);
}

#[test]
fn a_missing_answer_ends_a_replayed_run() {
    let sandbox = Sandbox::new();
    sandbox
        .run(&format!("{WORDS} --replay answers"), &[])
        .exits(2)
        .says("folder of answers `answers`: No such file");
    sandbox
        .gemini(&FakeGemini::start(), &format!("{WORDS} --cache answers"))
        .exits(0);
    let other = format!("{WORDS} --replay answers --overwrite --seed 1");
    let ran = sandbox.run(&other, &[]).exits(3);
    ran.says("an answer was not recorded: `answers/")
        .says("record what is missing with --cache");
    sandbox.write("answers/broken.txt", "not an answer");
    for file in sandbox.files() {
        if file.starts_with("answers/") {
            sandbox.write(&file, "{\"text\": ");
        }
    }
    let ran = sandbox
        .run(&format!("{WORDS} --replay answers --overwrite"), &[])
        .exits(3);
    ran.says("EOF while parsing");
}
