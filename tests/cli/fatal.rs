//! Ends that no retry can put off: they cost two requests at most, and say what
//! to do.

use crate::fake_gemini::{self, FakeGemini, Reply};
use crate::run::Ran;
use crate::sandbox::Sandbox;

/// Where the samples are made from, and whether a query is refined first.
const WAYS: [&str; 3] = [
    "--query q",
    "--query q --no-refine --topics none",
    "--documents docs.txt --samples 200 --batch-size 1",
];

/// Runs the program in each way against a server that always gives `reply`.
#[track_caller]
fn check(reply: &Reply, words: &str, code: i32, said: &str, fix: &str) {
    for way in WAYS {
        let sandbox = Sandbox::new();
        sandbox.write("docs.txt", "A sentence of a document. ".repeat(1000));
        let reply = reply.clone();
        let fake = FakeGemini::with(move |_, _| reply.clone());
        let words = format!("--format pair --json {way} {words}");
        let ran = sandbox.gemini_process(&fake, &words).output();
        Ran::from(ran.unwrap())
            .exits(code)
            .says(said)
            .says(fix)
            .json();
        let requests = fake.server.requests().len();
        assert!(
            (1..=2).contains(&requests),
            "{said}, {way}: {requests} requests"
        );
        assert!(
            sandbox
                .files()
                .iter()
                .all(|file| !file.starts_with("synthetic"))
        );
    }
}

fn error(code: u16, status: &'static str, message: &str) -> Reply {
    Reply::Error {
        code,
        status,
        message: message.to_owned(),
    }
}

#[test]
fn a_spent_quota_is_told_twice_at_most() {
    let fix = "wait until it is renewed, or use another key";
    let midnight = "midnight Pacific time (07:00 UTC in summer";
    check(&Reply::DailyQuota, "", 5, midnight, fix);
    check(&Reply::ZeroQuota, "", 5, "limit: 0", fix);
}

#[test]
fn a_refused_key_is_told_twice_at_most() {
    let fix = "check the key, and that it may use this API and model from here";
    let leaked = "Your API key was reported as leaked. Please use another API key.";
    check(&error(403, "PERMISSION_DENIED", leaked), "", 4, leaked, fix);
    let unknown = "Request had invalid authentication credentials.";
    check(&error(401, "UNAUTHENTICATED", unknown), "", 4, unknown, fix);
}

#[test]
fn a_wrong_key_is_told_once() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let env = [("GOOGLE_API_KEY", "not-the-key")];
    let words = "--query q --format pair --base-url";
    let ran = sandbox
        .run_in(&env, words, &[&fake.server.url()])
        .exits(4)
        .says("API key not valid")
        .says("check the key");
    assert!(!ran.stderr.contains("not-the-key"), "{}", ran.stderr);
    assert_eq!(fake.server.requests().len(), 1);
    assert_ne!(fake_gemini::KEY, "not-the-key");
}

#[test]
fn credits_that_are_gone_are_told_twice_at_most() {
    let said = "Your prepayment credits are depleted";
    for reply in [Reply::CreditsGone, Reply::CreditsGoneAsQuota] {
        check(&reply, "", 4, said, "add credits to the account of the key");
    }
}

#[test]
fn a_model_that_is_not_there_is_told_twice_at_most() {
    // The fake knows no such model, whatever it is to answer.
    let words = "--model no-such-model";
    check(
        &Reply::Safety,
        words,
        2,
        "no-such-model",
        "choose another --model",
    );
}

#[test]
fn a_request_that_is_refused_is_told_twice_at_most() {
    let refused = error(400, "INVALID_ARGUMENT", "Some field is wrong.");
    let fix = "check the model, and that the address is that of an API of this provider";
    check(&refused, "", 2, "Some field is wrong.", fix);
}
