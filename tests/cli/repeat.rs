//! `--from` repeats a run.

use std::fs;

use serde_json::{Value, json};

use crate::fake_openai::{self, Behaviour, FakeOpenAi};
use crate::sandbox::Sandbox;
use crate::server::{Delivery, Response, Server};

const MANIFEST: &str = ".sdgen/synthetic_data_pair-class_from_query.run.json";

fn made(words: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let always = "--provider offline --query moons --format pair-class --samples 40 --batch-size 7";
    sandbox
        .run(always, &words.split(' ').collect::<Vec<_>>())
        .exits(0);
    sandbox
}

#[test]
fn a_repeated_run_makes_the_same_files() {
    for words in ["--seed 5 --balance label=1,2,1", "--no-sanity"] {
        let sandbox = made(words);
        // What is set elsewhere is not of the run.
        sandbox.write("sdgen.toml", "samples = 3");
        let again = ["--output-prefix", "again"];
        let ran = sandbox.run_in(
            &[("SDGEN_DEDUP", "exact")],
            &format!("--from {MANIFEST}"),
            &again,
        );
        ran.exits(0);
        for extension in ["jsonl", "csv", "parquet"] {
            let [first, second] = ["synthetic_data", "again"].map(|prefix| {
                fs::read(sandbox.path(&format!("{prefix}_pair-class_from_query.{extension}")))
            });
            assert_eq!(first.unwrap(), second.unwrap(), "{words}: {extension}");
        }
    }
}

#[test]
fn flags_beside_it_win_and_it_can_go_on() {
    let sandbox = made("--output-format jsonl");
    sandbox
        .run("--from", &[MANIFEST])
        .exits(2)
        .says("exists already");
    sandbox
        .run("--samples 45 --resume --from", &[MANIFEST])
        .exits(0);
    let data = "synthetic_data_pair-class_from_query.jsonl";
    assert_eq!(sandbox.jsonl(data).len(), 45);
    sandbox
        .run("--documents sun.txt --from", &[MANIFEST])
        .exits(2)
        .says("sun.txt");
}

#[test]
fn what_cannot_be_repeated_is_refused_with_the_reason() {
    let sandbox = made("--seed 1");
    let manifest: Value = serde_json::from_str(&sandbox.read(MANIFEST)).unwrap();
    let with = |name: &str, value: Value| {
        let mut manifest = manifest.clone();
        manifest[name] = value;
        sandbox.write("m.json", manifest.to_string());
        sandbox.run("--output-prefix b --from m.json", &[])
    };
    with("arguments", Value::Null)
        .exits(2)
        .says("`m.json`: sdgen 0.1.0, which made the run, kept no arguments");
    with("arguments", json!({"sampels": 3}))
        .exits(2)
        .says("no setting");
    with("withheld", json!({"examples": "is no Unicode"}))
        .exits(2)
        .says("its --examples is no Unicode");
    with("sdgen_version", json!("0.0.1"))
        .exits(0)
        .says("made by sdgen 0.0.1");
    sandbox.write("m.json", "[]");
    sandbox
        .run("--from m.json", &[])
        .exits(2)
        .says("no manifest of a run");
}

#[test]
fn documents_that_have_changed_since_are_named() {
    let sandbox = Sandbox::new();
    let text = |steps| format!("The tower has {steps} steps and was built in 1889.");
    for (name, steps) in [("a.txt", 217), ("b.txt", 96), ("c.txt", 31)] {
        sandbox.write(&format!("in/{name}"), text(steps));
    }
    let words = "--provider offline --format qa --samples 3 --documents in";
    sandbox.run(words, &[]).exits(0);
    let manifest = ".sdgen/synthetic_data_qa_from_docs.run.json";
    let again = |words: &str| sandbox.run(&format!("{words} --from"), &[manifest]);
    let same = again("--dry-run --output-prefix b").exits(0);
    assert!(!same.stderr.contains("is repeated"), "{}", same.stderr);

    sandbox.write("in/b.txt", text(97));
    sandbox.write("in/d.txt", text(12));
    fs::remove_file(sandbox.path("in/c.txt")).unwrap();
    again("--output-prefix b")
        .exits(0)
        .says("warning: documents have another text than in the run that is repeated: `in/b.txt`\n")
        .says("warning: documents were not in the run that is repeated: `in/d.txt`\n")
        .says("warning: documents of the run that is repeated are gone: `in/c.txt`\n");
    let other = again("--dry-run --output-prefix c --documents in/b.txt").exits(0);
    assert!(!other.stderr.contains("is repeated"), "{}", other.stderr);
}

#[test]
fn documents_of_standard_input_are_gone() {
    let sandbox = Sandbox::new();
    let text = "The tower has 217 steps and was built in 1889.";
    let words = "--provider offline --format qa --samples 1 --documents -";
    let ran = sandbox
        .sdgen()
        .args(words.split(' '))
        .write_stdin(text)
        .output();
    assert!(ran.unwrap().status.success());
    let manifest = ".sdgen/synthetic_data_qa_from_docs.run.json";
    sandbox
        .run("--output-prefix b --from", &[manifest])
        .exits(2)
        .says("its --documents came from standard input");
    sandbox.write("tower.txt", text);
    sandbox
        .run(
            "--output-prefix b --documents tower.txt --from",
            &[manifest],
        )
        .exits(0);
}

#[test]
fn a_manifest_has_the_address_of_the_environment_and_no_secret() {
    let (sandbox, fake) = (Sandbox::new(), FakeOpenAi::start(Behaviour::Vllm));
    let page = Server::start(|_| {
        let text = "The tower has 217 steps and was built in 1889.";
        Delivery::Whole(Response::new(200, "text/plain", text))
    });
    let env = [
        ("OPENAI_BASE_URL", &*fake.base_url()),
        ("OPENAI_API_KEY", fake_openai::KEY),
    ];
    let words = "--provider openai --model m --format qa --samples 1 --documents";
    let url = format!("{}/tower.txt?token=hidden", page.url());
    sandbox.run_in(&env, words, &[&url]).exits(0);
    let path = ".sdgen/synthetic_data_qa_from_docs.run.json";
    let manifest = sandbox.read(path);
    assert!(!manifest.contains("hidden") && !manifest.contains(fake_openai::KEY));
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["arguments"]["base-url"], json!(fake.base_url()));
    let ran = sandbox.run("--output-prefix b --from", &[path]).exits(2);
    ran.says("its --documents holds a URL with a user name, password or query");
}
