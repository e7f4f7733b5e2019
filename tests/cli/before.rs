//! What can be known before a run: what it would do, a few samples, and whether
//! the endpoint works.

use serde_json::{Value, json};

use crate::fake_gemini::{self, FakeGemini, Reply};
use crate::fake_openai::{self, Behaviour, FakeOpenAi};
use crate::run::Ran;
use crate::sandbox::Sandbox;
use crate::server::{Delivery, Response, Server};

const WORDS: &str = "--format pair-class --samples 60 --batch-size 20";

#[test]
fn a_dry_run_needs_no_key_sends_nothing_and_writes_nothing() {
    let sandbox = Sandbox::new();
    let told = sandbox
        .run(
            &format!("{WORDS} --query moons --dry-run --cache kept"),
            &[],
        )
        .exits(0)
        .stdout;
    for text in [
        "to refine the query",
        "to plan topics",
        "  - premise: a sentence",
        "  Task: moons\n  Write exactly 20 samples.",
        "about 5 requests, ",
        "at prices of ",
        "would write synthetic_data_pair-class_from_query.parquet\n",
    ] {
        assert!(told.contains(text), "no `{text}` in: {told}");
    }
    assert!(sandbox.files().is_empty() && !sandbox.path("kept").exists());
}

#[test]
fn a_dry_run_shows_the_very_prompt_that_a_run_sends() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let words = format!("{WORDS} --topics topics.txt --no-refine --seed 3");
    sandbox.write("topics.txt", "bees\nwasps\n");
    let dry = sandbox.run(&format!("{words} --query q --dry-run --json"), &[]);
    let dry: Value = serde_json::from_str(&dry.exits(0).stdout).unwrap();
    sandbox.gemini(&fake, &format!("{words} --concurrency 1"));
    let first = &fake.server.requests()[0].body;
    assert_eq!(dry["user"], fake_gemini::user_text(first));
    assert_eq!(dry["system"], fake_gemini::system_text(first));
    assert_eq!(dry["estimate"]["batches"], 3);
    assert_eq!(dry["files"][0]["exists"], false);
}

#[test]
fn a_dry_run_finds_what_would_keep_a_run_from_beginning() {
    let sandbox = Sandbox::new();
    sandbox.write("synthetic_data_pair-class_from_query.csv", "mine\n");
    sandbox.write("words.txt", "mine\n");
    sandbox.write(".sdgen/held_pair-class_from_query.lock", "");
    let held = std::fs::File::open(sandbox.path(".sdgen/held_pair-class_from_query.lock")).unwrap();
    held.lock().unwrap();
    for (words, code, said) in [
        ("--query q", 2, "output exists already"),
        ("--documents none.txt", 2, "none.txt"),
        ("--query q --topics none.txt", 2, "topics file `none.txt`"),
        ("--query q --dry-run --preview", 2, "cannot be used with"),
        (
            "--query q --output-prefix words.txt/a/b",
            6,
            "`words.txt`: not a directory",
        ),
        ("--query q --output-prefix held", 7, "in use by another run"),
    ] {
        let ran = sandbox.run(&format!("{WORDS} {words} --dry-run"), &[]);
        ran.exits(code).says(said);
    }
}

#[test]
fn a_dry_run_reads_documents() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", "The tower was built in 1889 and has 217 steps.");
    let words = "--documents a.txt --format qa --samples 5 --dry-run";
    let told = sandbox.run(words, &[]).exits(0).stdout;
    assert!(told.contains("1 documents: 1 passages"), "{told}");
    assert!(told.contains("217 steps"), "{told}");
    assert!(!told.contains("first the model"), "{told}");
    assert_eq!(sandbox.files(), ["a.txt"]);
}

#[test]
fn a_preview_is_one_request_and_leaves_no_file() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let ran = sandbox
        .gemini(&fake, "--format pair --samples 500 --preview")
        .exits(0);
    assert_eq!(ran.stdout.lines().count(), 5);
    let first: Value = serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap();
    assert!(first["anchor"].is_string());
    assert_eq!(fake.server.requests().len(), 1);
    assert!(sandbox.files().is_empty());
}

#[test]
fn a_preview_without_a_sample_is_no_success() {
    let sandbox = Sandbox::new();
    let fake = FakeGemini::with(|_, _| Reply::Text("no idea".to_owned(), "STOP"));
    let ran = sandbox.gemini(&fake, "--format pair --preview 3").exits(3);
    assert!(ran.stdout.is_empty());
    let spent = FakeGemini::with(|_, _| Reply::Error {
        code: 403,
        status: "PERMISSION_DENIED",
        message: "API key not valid".to_owned(),
    });
    sandbox.gemini(&spent, "--format pair --preview 3").exits(4);
    assert!(sandbox.files().is_empty());
}

#[test]
fn an_endpoint_is_checked_with_the_settings_of_a_run() {
    let sandbox = Sandbox::new();
    let fake = FakeOpenAi::start(Behaviour::Ollama);
    sandbox.write(
        "sdgen.toml",
        format!(
            "provider = \"openai\"\nmodel = \"m\"\nbase-url = \"{}\"\nformat = \"qa\"\n",
            fake.base_url()
        ),
    );
    let told = sandbox.run("check", &[]).exits(0).stdout;
    assert!(told.contains("structured output: works\n"), "{told}");
    assert!(told.contains("model: m"), "{told}");
    assert_eq!(fake.server.requests().len(), 1);
    assert_eq!(sandbox.files(), ["sdgen.toml"]);

    let modest = FakeOpenAi::start(Behaviour::LlamaCppPython);
    let told = sandbox
        .run("check --base-url", &[&modest.base_url()])
        .exits(0);
    let said = "structured output: works without what the server does not take: a strict JSON";
    assert!(told.stdout.contains(said), "{}", told.stdout);
}

#[test]
fn a_check_fails_as_a_run_would() {
    let sandbox = Sandbox::new();
    sandbox
        .run("check", &[])
        .exits(4)
        .says("GOOGLE_API_KEY is not set");
    let words = "check --provider openai --model m --base-url http://127.0.0.1:1/v1";
    sandbox.run(words, &[]).exits(5).says("check the address");
    let prose = FakeOpenAi::with(Behaviour::Ollama, |_, _| {
        fake_openai::Reply::Text("A sample? Gladly!".to_owned(), "stop")
    });
    let words = format!(
        "check --provider openai --model m --base-url {}",
        prose.base_url()
    );
    let ran = sandbox.run(&words, &[]).exits(3).says("A sample? Gladly!");
    assert!(
        ran.stdout.contains("not what was asked for"),
        "{}",
        ran.stdout
    );
}

fn object(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn a_check_is_a_flag_of_a_run_too_and_its_findings_are_one_object() {
    let sandbox = Sandbox::new();
    let fake = FakeOpenAi::start(Behaviour::Ollama);
    let words = format!(
        "{WORDS} --query moons --provider openai --model m --base-url {} --check",
        fake.base_url()
    );
    let text = sandbox.run(&words, &[]).exits(0).stdout;
    assert!(text.contains("structured output: works\n"), "{text}");
    let mut found = object(&sandbox.run(&words, &["--json"]).exits(0));
    let whole = found.as_object_mut().unwrap();
    for varying in ["seconds", "usage"] {
        assert!(whole.remove(varying).is_some_and(|value| !value.is_null()));
    }
    let expected = json!({
        "provider": "openai", "model": "m", "ok": true, "exit_code": 0, "problem": null,
        "hint": null, "answered_by": "m", "structured_output": true, "left_out": [], "cost": null,
    });
    assert_eq!(found, expected);
    assert_eq!(fake.server.requests().len(), 2);
    assert!(sandbox.files().is_empty());

    let found = object(&sandbox.run("check --json", &[]).exits(4));
    assert_eq!(found["ok"], json!(false));
    assert_eq!(
        found["problem"],
        json!("no API key: GOOGLE_API_KEY is not set")
    );
    assert!(
        found["hint"]
            .as_str()
            .unwrap()
            .contains("--provider offline")
    );
    for rival in ["--dry-run", "--preview", "--resume", "check"] {
        let ran = sandbox.run(&words, &[rival]).exits(2);
        ran.says("cannot be used with");
    }
}

#[test]
fn the_models_of_an_endpoint_are_listed() {
    let sandbox = Sandbox::new();
    let json =
        |value: Value| Delivery::Whole(Response::new(200, "application/json", value.to_string()));
    let server = Server::start(
        move |request| match request.query.contains("pageToken=p2") {
            _ if request.path == "/v1/models" => {
                json(json!({"object": "list", "data": [{"id": "a"}, {"id": "b/c"}]}))
            }
            false => json(json!({"models": [
            {"name": "models/gemini-x", "supportedGenerationMethods": ["generateContent"]},
            {"name": "models/embedder", "supportedGenerationMethods": ["embedContent"]},
        ], "nextPageToken": "p2"})),
            true => json(json!({"models": [{"name": "models/gemini-y"}]})),
        },
    );
    let words = format!("check --list-models --base-url {}", server.url());
    let openai = sandbox.run(&format!("{words}/v1 --provider openai --model m"), &[]);
    assert_eq!(openai.exits(0).stdout, "a\nb/c\n");
    let env = [("GOOGLE_API_KEY", fake_gemini::KEY)];
    let gemini = sandbox.run_in(&env, &words, &[]).exits(0);
    assert_eq!(gemini.stdout, "gemini-x\ngemini-y\n");
    let gemini = sandbox.run_in(&env, &words, &["--json"]).exits(0);
    assert_eq!(object(&gemini)["models"], json!(["gemini-x", "gemini-y"]));
    let paths: Vec<_> = server.requests().iter().map(|it| it.path.clone()).collect();
    assert_eq!(
        paths,
        [
            "/v1/models",
            "/v1beta/models",
            "/v1beta/models",
            "/v1beta/models",
            "/v1beta/models"
        ]
    );
}
