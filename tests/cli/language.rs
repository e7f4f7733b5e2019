//! `--language`: what the model is told, and what the run remembers.

use crate::fake_gemini::{FakeGemini, system_text, user_text};
use crate::sandbox::Sandbox;

const WORDS: &str = "--format pair --samples 4 --batch-size 2 --concurrency 1 --topics none --output-format jsonl --json";

#[test]
fn every_request_and_the_refinement_name_the_language() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let ran = sandbox.gemini(&fake, &format!("{WORDS} --language pt-BR"));
    assert_eq!(ran.exits(0).json()["language"], "pt-BR");
    let requests = fake.server.requests();
    let (refinement, batches) = requests.split_first().unwrap();
    assert!(user_text(&refinement.body).contains("in this language: pt-BR"));
    assert_eq!(batches.len(), 2);
    for batch in batches {
        assert!(system_text(&batch.body).contains("in this language: pt-BR, whatever"));
    }
}

#[test]
fn without_it_the_language_is_that_of_the_query() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    sandbox.gemini(&fake, WORDS).exits(0);
    let requests = fake.server.requests();
    assert!(!user_text(&requests[0].body).contains("language"));
    assert!(system_text(&requests[1].body).contains("in the language of the task"));
}

#[test]
fn a_run_is_not_resumed_in_another_language() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let words = format!("{WORDS} --no-refine");
    sandbox
        .gemini(
            &fake,
            &format!("{words} --language German --max-requests 1"),
        )
        .exits(3);
    sandbox
        .gemini(&fake, &format!("{words} --language French --resume"))
        .exits(2)
        .says("its language was `German`, and now is `French`");
    sandbox
        .gemini(&fake, &format!("{words} --language German --resume"))
        .exits(0);
}

#[test]
fn a_language_that_will_not_show_is_warned_of() {
    let sandbox = Sandbox::new();
    let offline = "--provider offline --samples 2 --output-format jsonl --language German";
    sandbox
        .run(&format!("{offline} --query q --format pair"), &[])
        .exits(0)
        .says("--language has no effect with this provider");
    sandbox.write("lamp.txt", "The lamp of the tower was lit in 1822.");
    sandbox
        .run(&format!("{offline} --documents lamp.txt --format qa"), &[])
        .exits(0)
        .says("are rejected as not in the text; --keep-ungrounded keeps them");
}
