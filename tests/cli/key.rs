//! The key is in one header of each request, and nowhere else.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt as _;

use crate::fake_gemini::{self, FakeGemini, Reply, answer_fully};
use crate::fake_openai::{self, Behaviour, FakeOpenAi};
use crate::run::Ran;
use crate::sandbox::Sandbox;
use crate::server::{Delivery, RecordedRequest, Response};

/// Asserts that `key` is in nothing that the program has written.
#[track_caller]
fn is_nowhere(key: &str, ran: &Ran, sandbox: &Sandbox) {
    assert!(!ran.stdout.contains(key), "{}", ran.stdout);
    assert!(!ran.stderr.contains(key), "{}", ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    for file in sandbox.files() {
        let bytes = fs::read(sandbox.path(&file)).unwrap();
        assert!(!contains(&bytes, key), "{file}");
    }
}

/// Asserts that `key` is in each request once: in a header called `name`.
#[track_caller]
fn is_in_one_header(key: &str, name: &str, requests: &[RecordedRequest]) {
    for request in requests {
        let places: Vec<_> = request
            .headers
            .iter()
            .filter(|(_, value)| value.contains(key))
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(places, [name]);
        assert!(!contains(&request.raw_body, key));
        assert!(!request.path.contains(key) && !request.query.contains(key));
    }
}

fn contains(bytes: &[u8], key: &str) -> bool {
    String::from_utf8_lossy(bytes).contains(key)
}

/// An error that repeats the key, as careless servers do.
fn careless(code: u16, status: &'static str) -> Reply {
    let message = format!("your key is {0}, is it not? {0}", fake_gemini::KEY);
    Reply::Error {
        code,
        status,
        message,
    }
}

/// Troubles that a run survives, with the key wherever a server can put it.
fn troubles() -> Vec<Reply> {
    let key = fake_gemini::KEY;
    let page = Response::new(502, "text/html", format!("<p>{key}</p>"));
    let headers = Response::new(503, "text/plain", key).with_header("x-goog-api-key", key);
    let odd = Response::new(200, "application/json", format!("{{\"{key}\": \"{key}"));
    vec![
        careless(500, "INTERNAL"),
        careless(503, "UNAVAILABLE"),
        careless(504, "DEADLINE_EXCEEDED"),
        careless(429, "RESOURCE_EXHAUSTED"),
        Reply::MinuteQuota("0s"),
        Reply::Wire(Delivery::Whole(page.clone())),
        Reply::Wire(Delivery::Truncated(page)),
        Reply::Wire(Delivery::Whole(headers)),
        Reply::Wire(Delivery::Whole(odd)),
        Reply::Wire(Delivery::Reset),
        Reply::Wire(Delivery::Hang),
        Reply::Text(format!("No JSON for {key}."), "STOP"),
        Reply::Text(String::new(), "STOP"),
        Reply::Safety,
        Reply::BlockedPrompt,
    ]
}

/// Runs the program against a server that gives `replies` one after the other,
/// each before a good answer, and then always `last`, which ends it with `code`.
#[track_caller]
fn check(replies: Vec<Reply>, last: Reply, code: i32) {
    let troubles = replies.len();
    let fake = FakeGemini::with(move |request, order| match replies.get(order / 2) {
        Some(_) if order % 2 == 1 => answer_fully(request, order),
        Some(trouble) => trouble.clone(),
        None => last.clone(),
    });
    let sandbox = Sandbox::new();
    let words = "--query q --format pair --samples 1000 --batch-size 5 --timeout 3 \
        --log-level DEBUG --json";
    let mut command = sandbox.gemini_process(&fake, words);
    let ran = Ran::from(command.env("RUST_LOG", "trace").output().unwrap()).exits(code);
    is_nowhere(fake_gemini::KEY, &ran, &sandbox);
    let requests = fake.server.requests();
    assert!(requests.len() > 2 * troubles, "{}", requests.len());
    is_in_one_header(fake_gemini::KEY, "x-goog-api-key", &requests);
}

#[test]
fn no_error_that_passes_gives_the_key_away() {
    check(troubles(), careless(403, "PERMISSION_DENIED"), 4);
}

#[test]
fn no_error_that_ends_a_run_gives_the_key_away() {
    let redirect = format!("http://127.0.0.1:1/?key={}", fake_gemini::KEY);
    for (last, code) in [
        (careless(400, "INVALID_ARGUMENT"), 2),
        (careless(401, "UNAUTHENTICATED"), 4),
        (careless(402, "FAILED_PRECONDITION"), 4),
        (careless(403, "PERMISSION_DENIED"), 4),
        (careless(404, "NOT_FOUND"), 2),
        (careless(418, "UNKNOWN"), 2),
        (Reply::DailyQuota, 5),
        (Reply::Wire(Delivery::redirect(302, &redirect)), 2),
    ] {
        check(Vec::new(), last.clone(), code);
        check(vec![Reply::Safety], last, code);
    }
}

#[test]
fn an_openai_key_is_given_away_as_little() {
    use fake_openai::Reply;

    let key = fake_openai::KEY;
    for (code, kind, exit) in [
        (401, "invalid_api_key", 4),
        (403, "forbidden", 4),
        (404, "model_not_found", 2),
        (400, "bad_request", 2),
    ] {
        let fake = FakeOpenAi::with(Behaviour::OpenAi, move |request, order| {
            let said = format!("Incorrect API key provided: {key}");
            match order {
                0 => Reply::Error(500, "server_error", said),
                1 => Reply::Error(503, "overloaded", said),
                2 => Reply::RateLimited("0"),
                3 => Reply::Text(said, "stop"),
                4..8 => fake_openai::answer_fully(request, order),
                _ => Reply::Error(code, kind, said),
            }
        });
        let sandbox = Sandbox::new();
        let ran = sandbox
            .openai(
                &fake,
                "--format pair --samples 1000 --no-refine --topics none --log-level DEBUG --json",
            )
            .exits(exit);
        is_nowhere(key, &ran, &sandbox);
        is_in_one_header(key, "authorization", &fake.server.requests());
    }
}

#[test]
fn a_running_program_does_not_show_the_key() {
    let sandbox = Sandbox::new();
    let (fake, gate) = FakeGemini::gated(1);
    let words = "--query q --format pair --samples 10 --batch-size 5 --concurrency 1 --no-refine --topics none";
    let child = sandbox.gemini_process(&fake, words).spawn().unwrap();
    fake.server.wait_for_requests(2);
    let process = format!("/proc/{}", child.id());
    // Elsewhere than on Linux there is nothing to be seen.
    for file in ["cmdline", "comm", "status"] {
        let shown = fs::read(format!("{process}/{file}")).unwrap_or_default();
        assert!(!contains(&shown, fake_gemini::KEY), "{file}");
    }
    for file in sandbox.files() {
        let bytes = fs::read(sandbox.path(&file)).unwrap();
        assert!(!contains(&bytes, fake_gemini::KEY), "{file}");
    }
    gate.add_permits(1);
    let ran = Ran::from(child.wait_with_output().unwrap()).exits(0);
    is_nowhere(fake_gemini::KEY, &ran, &sandbox);
}

/// A run with the key in `file`, and a wrong one in the environment.
fn with_key_in(file: &str, input: &str, sandbox: &Sandbox, fake: &FakeGemini) -> Ran {
    let words = "--query q --format pair --samples 3 --overwrite --base-url";
    let mut command = sandbox.sdgen();
    command.env("GOOGLE_API_KEY", "wrong-key");
    command.args(words.split(' ')).arg(fake.server.url());
    let output = command
        .args(["--api-key-file", file])
        .write_stdin(input)
        .output();
    output.unwrap().into()
}

#[test]
fn a_key_in_a_file_wins_over_the_environment() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let folder = Sandbox::new();
    let path = folder.write("key", format!("\u{feff} {}\r\n", fake_gemini::KEY));
    let name = path.to_str().unwrap();
    #[cfg(unix)]
    {
        let set_mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        set_mode(0o640);
        let ran = with_key_in(name, "", &sandbox, &fake).exits(0);
        is_nowhere(
            fake_gemini::KEY,
            &ran.says("can be read by other users"),
            &sandbox,
        );
        set_mode(0o600);
    }
    let ran = with_key_in(name, "", &sandbox, &fake).exits(0);
    assert!(!ran.stderr.contains("other users"), "{}", ran.stderr);
    let manifest = sandbox.read(".sdgen/synthetic_data_pair_from_query.run.json");
    assert!(!manifest.contains(name), "{manifest}");
    with_key_in("-", fake_gemini::KEY, &sandbox, &fake).exits(0);
}

#[test]
fn a_file_that_holds_no_key_is_refused_and_not_quoted() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    for (text, said) in [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("sk-secret\nsk-secret", "has 2 lines"),
        ("sk-sécret", "printable ASCII"),
        (&"sk-secret".repeat(500), "more than 4096 bytes"),
    ] {
        sandbox.write("key", text);
        let ran = with_key_in("key", "", &sandbox, &fake).exits(4).says(said);
        is_nowhere(
            "sk-",
            &Ran {
                stdout: String::new(),
                ..ran
            },
            &Sandbox::new(),
        );
    }
    with_key_in("gone", "", &sandbox, &fake)
        .exits(4)
        .says("key file `gone`: No such file");
    let words = "--documents - --format qa --api-key-file -";
    sandbox.run(words, &[]).exits(2).says("standard input");
    assert!(fake.server.requests().is_empty());
}
