//! Files, stdout and what happens when they cannot be written.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use crate::fake_gemini::{FakeGemini, Reply, answer_fully};
use crate::run::Ran;
use crate::sandbox::Sandbox;

const OFFLINE: &str = "--provider offline --query q --format pair --samples 30 --seed 1";
const BASE: &str = "synthetic_data_pair_from_query";

#[test]
fn folders_are_made_and_the_files_hold_the_fields_only() {
    let sandbox = Sandbox::new();
    let ran = sandbox
        .run(OFFLINE, &["--output_prefix", "out/deep/facts"])
        .exits(0);
    let files =
        ["jsonl", "csv", "parquet"].map(|end| format!("out/deep/facts_pair_from_query.{end}"));
    assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), files);
    let side = ["journal.jsonl", "lock", "run.json", "sources.jsonl"]
        .map(|end| format!("out/deep/.sdgen/facts_pair_from_query.{end}"));
    let ignored = ["out/deep/.sdgen/.gitignore".to_owned()];
    let mut expected: Vec<_> = files.iter().chain(&side).chain(&ignored).cloned().collect();
    expected.sort();
    assert_eq!(sandbox.files(), expected);
    let csv = sandbox.read(&files[1]);
    assert!(csv.starts_with("anchor,positive\n"), "{csv}");
    assert!(sandbox.jsonl(&files[0])[0].as_object().unwrap().len() == 2);
}

#[test]
fn existing_files_are_refused_before_any_request() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let csv = format!("{BASE}.csv");
    sandbox.write(&csv, "mine");
    sandbox
        .gemini(&fake, "--format pair")
        .exits(2)
        .says("--overwrite");
    assert_eq!(fake.server.requests().len(), 0);
    assert_eq!(sandbox.read(&csv), "mine");
    sandbox.gemini(&fake, "--format pair --overwrite").exits(0);
    assert!(sandbox.read(&csv).starts_with("anchor,positive\n"));
}

#[test]
fn no_file_has_its_name_before_the_end_but_an_incremental_jsonl() {
    let (fake, gate) = FakeGemini::gated(2);
    let words =
        "--format pair --samples 20 --batch-size 5 --no-refine --topics none --concurrency 1";
    for (extra, during) in [("", None), ("--incremental-save", Some(10))] {
        let sandbox = Sandbox::new();
        let before = fake.server.requests().len();
        std::thread::scope(|scope| {
            let run = scope.spawn(|| sandbox.gemini(&fake, &format!("{words} {extra}")));
            // The third request goes out when the second answer is on disk.
            fake.server.wait_for_requests(before + 3);
            let jsonl = sandbox.path(&format!("{BASE}.jsonl"));
            let rows = jsonl
                .exists()
                .then(|| sandbox.jsonl(&format!("{BASE}.jsonl")).len());
            assert_eq!(rows, during);
            assert!(!sandbox.path(&format!("{BASE}.csv")).exists());
            assert!(!sandbox.path(&format!("{BASE}.parquet")).exists());
            let journal = sandbox.jsonl(&format!(".sdgen/{BASE}.journal.jsonl"));
            let journaled: usize = journal
                .iter()
                .filter_map(|record| Some(record["samples"].as_array()?.len()))
                .sum();
            assert_eq!(journaled, 10);
            gate.add_permits(4);
            run.join().unwrap().exits(0);
        });
        assert_eq!(sandbox.jsonl(&format!("{BASE}.jsonl")).len(), 20);
        assert!(sandbox.path(&format!("{BASE}.csv")).exists());
    }
}

#[test]
fn a_run_without_samples_leaves_no_files() {
    let sandbox = Sandbox::new();
    let fake = FakeGemini::with(|_, _| Reply::Safety);
    let ran = sandbox
        .gemini(&fake, "--format pair --no-refine --topics none --json")
        .exits(3);
    assert_eq!(ran.json()["files"], serde_json::json!([]));
    assert!(
        !sandbox
            .files()
            .iter()
            .any(|file| file.starts_with("synthetic"))
    );
}

#[test]
fn the_manifest_says_what_json_prints() {
    let sandbox = Sandbox::new();
    let printed = sandbox.run(OFFLINE, &["--json"]).exits(0).json();
    let manifest: Value =
        serde_json::from_str(&sandbox.read(&format!(".sdgen/{BASE}.run.json"))).unwrap();
    assert_eq!(printed, manifest);
    assert_eq!(manifest["offline"], true);
    assert_eq!(manifest["query"], "q");
    assert_eq!(manifest["seed"], 1);
    assert_eq!(manifest["sdgen_version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn quiet_leaves_the_paths_only() {
    let sandbox = Sandbox::new();
    let ran = sandbox
        .run(OFFLINE, &["-q", "--output-format", "csv", "--model", "m"])
        .exits(0);
    assert_eq!(
        (&*ran.stdout, &*ran.stderr),
        (&*format!("{BASE}.csv\n"), "")
    );
}

#[test]
fn the_preview_shows_three_samples_on_stderr() {
    let ran = Sandbox::new().run(OFFLINE, &[]).exits(0);
    let samples = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("sample "))
        .count();
    assert_eq!(samples, 3);
    assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
}

#[test]
fn a_closed_stdout_is_no_error_and_a_full_one_is() {
    let sandbox = Sandbox::new();
    let run = |stdout: Stdio| -> Ran {
        let mut process = sandbox.process();
        process
            .args(OFFLINE.split(' '))
            .arg("--overwrite")
            .stdout(stdout)
            .stderr(Stdio::piped());
        process.spawn().unwrap().wait_with_output().unwrap().into()
    };
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    run(writer.into()).exits(0);
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    run(full.into()).exits(6).says("stdout");
}

#[test]
fn an_output_that_cannot_be_made_is_found_before_any_request() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    sandbox.write("file", "");
    let ran = sandbox
        .gemini(&fake, "--format pair --output-prefix file/out")
        .exits(6);
    assert!(ran.stderr.contains("cannot write `file"), "{}", ran.stderr);
    fs::create_dir(sandbox.path(&format!("{BASE}.csv"))).unwrap();
    sandbox
        .gemini(&fake, "--format pair --overwrite")
        .exits(6)
        .says(".csv");
    assert!(fake.server.requests().is_empty());
}

#[test]
fn a_file_size_limit_ends_the_run_with_good_files() {
    let sandbox = Sandbox::new();
    let program = env!("CARGO_BIN_EXE_sdgen");
    // 64 blocks of 1,024 bytes a file.
    let script = format!(
        "ulimit -f 64; exec {program} {OFFLINE} --samples 2000 --json --output-format jsonl,csv"
    );
    let output = std::process::Command::new("/bin/bash")
        .args(["-c", &script])
        .current_dir(sandbox.path("."))
        .env_clear()
        .output();
    let ran = Ran::from(output.unwrap()).exits(6).says("cannot write");
    let written = ran.json()["samples"]["written"].as_u64().unwrap();
    assert!((100..2000).contains(&written), "{written}");
    let rows = sandbox.jsonl(&format!("{BASE}.jsonl")).len();
    assert_eq!(rows as u64, written);
    let csv = sandbox.read(&format!("{BASE}.csv"));
    let records = csv::Reader::from_reader(csv.as_bytes()).into_records();
    assert_eq!(records.map(Result::unwrap).count() as u64, written);
}

#[test]
fn a_file_size_limit_of_nothing_is_told_like_any_other() {
    let sandbox = Sandbox::new();
    let script = format!(
        "ulimit -f 0; exec {} {OFFLINE}",
        env!("CARGO_BIN_EXE_sdgen")
    );
    let output = std::process::Command::new("/bin/bash")
        .args(["-c", &script])
        .current_dir(sandbox.path("."))
        .env_clear()
        .output();
    Ran::from(output.unwrap()).exits(6).says("cannot write");
}

#[test]
fn one_run_at_a_time_writes_an_output() {
    let sandbox = Sandbox::new();
    let (fake, gate) = FakeGemini::gated(0);
    std::thread::scope(|scope| {
        let first = scope
            .spawn(|| sandbox.gemini(&fake, "--format pair --no-refine --topics none --samples 5"));
        fake.server.wait_for_requests(1);
        sandbox
            .run(OFFLINE, &["--overwrite"])
            .exits(7)
            .says("in use by");
        gate.add_permits(10);
        first.join().unwrap().exits(0);
    });
}

#[test]
fn samples_of_a_killed_run_are_kept() {
    let sandbox = Sandbox::new();
    let fake = FakeGemini::with(|request, order| match order {
        0 => answer_fully(request, order),
        _ => Reply::Wire(crate::server::Delivery::Hang),
    });
    let mut process = sandbox
        .process()
        .env("GOOGLE_API_KEY", crate::fake_gemini::KEY)
        .args([
            "--base-url",
            &fake.server.url(),
            "--query",
            "q",
            "--format",
            "pair",
            "--no-refine",
            "--topics",
            "none",
        ])
        .args(["--concurrency", "1"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    fake.server.wait_for_requests(2);
    process.kill().unwrap();
    process.wait().unwrap();
    let kept = format!(".sdgen/{BASE}.journal.1.jsonl");
    sandbox
        .run(OFFLINE, &[])
        .exits(2)
        .says("an unfinished run is there: 25 samples")
        .says("--resume")
        .says("--overwrite");
    sandbox.run(OFFLINE, &["--overwrite"]).exits(0).says(&kept);
    let batch = &sandbox.jsonl(&kept)[1];
    assert_eq!(batch["samples"].as_array().unwrap().len(), 25);
}

#[test]
fn a_run_that_brings_nothing_replaces_nothing() {
    let sandbox = Sandbox::new();
    let words = "--format pair --samples 5 --output-format jsonl --incremental-save";
    sandbox.gemini(&FakeGemini::start(), words).exits(0);
    let kept = [
        format!("{BASE}.jsonl"),
        format!(".sdgen/{BASE}.run.json"),
        format!(".sdgen/{BASE}.journal.jsonl"),
    ];
    let contents = || kept.each_ref().map(|name| sandbox.read(name));
    let before = contents();
    let denied = FakeGemini::with(|_, _| Reply::CreditsGone);
    sandbox
        .gemini(&denied, &format!("{words} --overwrite"))
        .exits(4);
    assert_eq!(contents(), before);
}

#[test]
fn a_file_that_appears_during_the_run_is_not_replaced() {
    let sandbox = Sandbox::new();
    let (fake, gate) = FakeGemini::gated(0);
    std::thread::scope(|scope| {
        let run = scope
            .spawn(|| sandbox.gemini(&fake, "--format pair --no-refine --topics none --samples 5"));
        fake.server.wait_for_requests(1);
        sandbox.write(&format!("{BASE}.csv"), "mine");
        gate.add_permits(1);
        run.join().unwrap().exits(6).says(".csv");
    });
    assert_eq!(sandbox.read(&format!("{BASE}.csv")), "mine");
    assert_eq!(sandbox.jsonl(&format!("{BASE}.jsonl")).len(), 5);
}

#[test]
fn files_of_an_earlier_run_in_other_formats_are_warned_of() {
    let sandbox = Sandbox::new();
    sandbox.run(OFFLINE, &["--output-format", "csv"]).exits(0);
    let words = ["--output-format", "jsonl"];
    let journal = format!(".sdgen/{BASE}.journal.jsonl");
    let before = sandbox.read(&journal);
    sandbox
        .run(OFFLINE, &words)
        .exits(2)
        .says(&format!("output exists already: `{BASE}.csv`"))
        .says("--resume");
    assert_eq!(sandbox.read(&journal), before);
    sandbox
        .run(OFFLINE, &[&words[..], &["--overwrite"]].concat())
        .exits(0)
        .says(&format!("`{BASE}.csv` is of an earlier run"));
}

#[test]
fn what_a_server_says_moves_no_cursor() {
    let sandbox = Sandbox::new();
    let fake = FakeGemini::with(|_, _| Reply::Error {
        code: 400,
        status: "INVALID_ARGUMENT",
        message: "red \u{1b}[31m text".into(),
    });
    let ran = sandbox.gemini(&fake, "--format pair").exits(2).says("red");
    assert!(!ran.stderr.contains('\u{1b}'), "{:?}", ran.stderr);
}
