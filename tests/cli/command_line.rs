//! Flags, environment and `.env`, before anything is sent or written.

use serde_json::json;

use crate::fake_gemini::{self, FakeGemini, user_text};
use crate::fake_openai::{Behaviour, FakeOpenAi};
use crate::sandbox::Sandbox;
use crate::server::{Delivery, Response, Server};

const OFFLINE: &str = "--provider offline --format qa --query q --output-format jsonl";

#[test]
fn wrong_usage_exits_2_and_leaves_nothing() {
    for (words, said) in [
        ("", "--query"),
        ("--query q", "--format"),
        ("--format qa", "--query"),
        ("--query q --documents d --format qa", "cannot be used with"),
        (
            "--query q --format qa --custom-format-file f",
            "cannot be used with",
        ),
        (
            "--query q --format xml",
            "pair-class, pair-score, pair, triplet, qa, instruction, chat, classification",
        ),
        ("--query q --format qa --samples 0", "at least 1"),
        ("--query q --format qa --samples -5", "at least 1"),
        ("--query q --format qa --batch_size 0", "at least 1"),
        ("--query q --format qa --max_retries -1", "at least 0"),
        ("--query q --format qa --temperature 3", "from 0.0 to 2.0"),
        ("--query q --format qa --temperature nan", "from 0.0 to 2.0"),
        (
            "--query q --format qa --top_p 0",
            "above 0.0 and at most 1.0",
        ),
        ("--query q --format qa --top_k 0", "at least 1"),
        (
            "--query q --format qa --near-threshold 0.4",
            "from 0.5 to 1.0",
        ),
        ("--query q --format qa --dedup fuzzy", "exact, near"),
        ("--query q --format qa --no-such-flag", "--no-such-flag"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.run(words, &[]).exits(2).says(said);
        assert!(sandbox.files().is_empty(), "{words}");
    }
    Sandbox::new()
        .run("--format qa", &["--query", "  "])
        .exits(2)
        .says("must not be blank");
}

#[test]
fn the_version_has_three_names() {
    for flag in ["-v", "-V", "--version"] {
        let ran = Sandbox::new().run(flag, &[]).exits(0);
        assert_eq!(
            ran.stdout,
            concat!("sdgen ", env!("CARGO_PKG_VERSION"), "\n")
        );
    }
}

#[test]
fn the_spelling_of_the_original_works() {
    let sandbox = Sandbox::new();
    sandbox
        .run(
            "--provider offline --quer x --form pair --sample 3 --output_pref out/x --output_form jsonl csv \
             --incremental_save --batch_s 2 --max_ret 1 --log_level debug --no-ref --temp 0.4 --top_p 0.95",
            &[],
        )
        .exits(0);
    assert_eq!(sandbox.jsonl("out/x_pair_from_query.jsonl").len(), 3);
}

#[test]
fn a_missing_key_is_found_before_any_work() {
    let sandbox = Sandbox::new();
    let ran = sandbox
        .run("--query q --format qa", &[])
        .exits(4)
        .says("GOOGLE_API_KEY");
    assert!(ran.stderr.contains("--provider offline"), "{}", ran.stderr);
    sandbox
        .run("--query q --format qa --provider openai --model m", &[])
        .exits(4)
        .says("OPENAI_API_KEY");
    assert!(sandbox.files().is_empty());
}

#[test]
fn a_model_is_needed_for_other_endpoints() {
    Sandbox::new()
        .run(
            "--query q --format qa --provider openai --base-url http://127.0.0.1:9/v1",
            &[],
        )
        .exits(2)
        .says("--model");
}

#[test]
fn google_api_key_wins_over_gemini_api_key_with_a_warning() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let run = |google: &str, gemini: &str| {
        sandbox.run_in(
            &[("GOOGLE_API_KEY", google), ("GEMINI_API_KEY", gemini)],
            "--overwrite --query q --format qa --base-url",
            &[&fake.server.url()],
        )
    };
    run(&format!(" {}\n", fake_gemini::KEY), "wrong")
        .exits(0)
        .says("using GOOGLE_API_KEY");
    let ran = run("  ", fake_gemini::KEY).exits(0);
    assert!(!ran.stderr.contains("GOOGLE_API_KEY"), "{}", ran.stderr);
}

#[test]
fn a_dotenv_file_fills_in_what_the_environment_leaves_out() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let url = fake.server.url();
    sandbox.write(
        ".env",
        format!(
            "# keys\nGOOGLE_API_KEY='{}'\nGOOGLE_GEMINI_BASE_URL={url}\n",
            fake_gemini::KEY
        ),
    );
    let words = "--query q --format qa --overwrite";
    sandbox.run(words, &[]).exits(0);
    sandbox
        .run_in(&[("GOOGLE_API_KEY", "wrong-key")], words, &[])
        .exits(4)
        .says("API key not valid");
}

#[test]
fn the_environment_beats_a_dotenv_file_whichever_name_the_key_has() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    sandbox.write(".env", "\u{feff}GOOGLE_API_KEY=wrong-key\n");
    let env = [("GEMINI_API_KEY", fake_gemini::KEY)];
    sandbox
        .run_in(
            &env,
            "--query q --format qa --base-url",
            &[&fake.server.url()],
        )
        .exits(0);
}

#[test]
fn a_dotenv_folder_is_passed_over() {
    let sandbox = Sandbox::new();
    sandbox.write(".env/bin/python", "");
    sandbox.run(OFFLINE, &[]).exits(0);
}

#[test]
fn a_broken_dotenv_file_is_not_quoted() {
    let sandbox = Sandbox::new();
    sandbox.write(
        ".env",
        "this line holds sk-secret\nGOOGLE_API_KEY 'sk-secret\n",
    );
    let ran = sandbox.run(OFFLINE, &[]).exits(0).says(".env");
    assert!(!ran.stderr.contains("sk-secret"), "{}", ran.stderr);
}

#[test]
fn a_large_run_without_a_terminal_is_warned_of_and_goes_on() {
    let sandbox = Sandbox::new();
    sandbox
        .run(OFFLINE, &["--samples", "2001"])
        .exits(0)
        .says("a large run: 2,001 samples");
    let ran = sandbox
        .run(OFFLINE, &["--samples", "2001", "--yes", "--overwrite"])
        .exits(0);
    assert!(!ran.stderr.contains("large run"), "{}", ran.stderr);
    let ran = sandbox
        .run(OFFLINE, &["--samples", "2000", "--overwrite"])
        .exits(0);
    assert!(!ran.stderr.contains("large run"), "{}", ran.stderr);
}

#[test]
fn flags_without_effect_are_named() {
    Sandbox::new()
        .run(OFFLINE, &["--model", "m"])
        .exits(0)
        .says("--model has no effect with this provider");
    let of_documents = ["--chunk-size", "--chunk-overlap", "--pdf-engine"];
    for (flag, value) in of_documents.into_iter().zip(["9", "1", "pdfboss"]) {
        Sandbox::new()
            .run(OFFLINE, &[flag, value])
            .exits(0)
            .says(&format!("{flag} has no effect without --documents"));
    }
}

#[test]
fn sampling_flags_reach_the_models_that_heed_them() {
    let config = |words: &str| {
        let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
        sandbox
            .gemini(
                &fake,
                &format!("--format qa --samples 1 --no-refine --topics none {words}"),
            )
            .exits(0);
        let config = fake.server.requests()[0].body["generationConfig"].clone();
        ["temperature", "topP", "topK"].map(|name| config[name].as_f64())
    };
    assert_eq!(config(""), [None, None, None]);
    assert_eq!(
        config("--temperature 1.5 --top_k 7"),
        [Some(1.5), None, Some(7.0)]
    );
    assert_eq!(
        config("--model gemini-2.5-flash-lite"),
        [Some(0.4), Some(0.95), None]
    );
}

#[test]
fn the_query_is_sent_whole() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let query = "- \"quoted\" {braces} ünï\nsecond line";
    let url = fake.server.url();
    let env = [
        ("GEMINI_API_KEY", fake_gemini::KEY),
        ("GOOGLE_GEMINI_BASE_URL", &url),
    ];
    sandbox
        .run_in(
            &env,
            "--format qa --no-refine --topics none --query",
            &[query],
        )
        .exits(0);
    assert!(user_text(&fake.server.requests()[0].body).contains(query));
}

#[test]
fn the_address_of_the_endpoint_comes_from_flag_or_environment() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    sandbox
        .gemini(
            &fake,
            "--format qa --samples 1 --no-refine --topics none --api-version v1",
        )
        .exits(0);
    assert!(fake.server.requests()[0].path.starts_with("/v1/models/"));

    let (sandbox, fake) = (Sandbox::new(), FakeOpenAi::start(Behaviour::Vllm));
    let words = "--provider openai --model m --query q --format qa --samples 1";
    sandbox
        .run_in(&[("OPENAI_BASE_URL", &fake.base_url())], words, &[])
        .exits(0);
    for (url, said) in [
        ("ftp://host", "neither http nor https"),
        ("no url", "no URL"),
    ] {
        sandbox
            .run(
                "--provider openai --model m --query q --format qa --base-url",
                &[url],
            )
            .exits(2)
            .says(said);
    }
}

#[test]
fn plain_http_to_another_machine_must_be_allowed() {
    let sandbox = Sandbox::new();
    let data = "synthetic_data_qa_from_query.jsonl";
    sandbox.write(data, "as it was");
    let words = "--query q --format qa --overwrite --max-retries 0";
    for (env, words) in [
        (
            [
                ("OPENAI_BASE_URL", "http://192.0.2.1/v1"),
                ("OPENAI_API_KEY", "k"),
            ],
            format!("{words} --provider openai --model m"),
        ),
        (
            [
                ("GOOGLE_GEMINI_BASE_URL", "http://192.0.2.1"),
                ("GOOGLE_API_KEY", "k"),
            ],
            words.to_owned(),
        ),
    ] {
        let ran = sandbox.run_in(&env, &words, &[]).exits(2);
        let ran = ran.says("192.0.2.1").says("--insecure-http");
        assert!(ran.stdout.is_empty(), "{}", ran.stdout);
    }
    assert_eq!(sandbox.files(), [data]);
    assert_eq!(sandbox.read(data), "as it was");
}

#[test]
fn a_proxy_is_used_for_other_hosts() {
    let proxy = Server::start(|_| {
        let answer = json!({"choices": [{
            "message": {"content": r#"{"samples": [{"anchor": "a", "positive": "b"}]}"#},
            "finish_reason": "stop",
        }]});
        Delivery::Whole(Response::new(200, "application/json", answer.to_string()))
    });
    let sandbox = Sandbox::new();
    let words = "--provider openai --model m --query q --format pair --samples 1 --no-refine --topics none \
                 --base-url http://models.invalid/v1 --insecure-http";
    sandbox
        .run_in(&[("http_proxy", &proxy.url())], words, &[])
        .exits(0);
    assert_eq!(
        proxy.requests()[0].path,
        "http://models.invalid/v1/chat/completions"
    );
}
