//! Disks that take nothing, or not enough, and streams that are closed. What
//! cannot be made at all is in [`outputs`](crate::outputs), too.

use std::process::{Command, Stdio};

use crate::data_sets::DataSets;
use crate::fake_gemini::{FakeGemini, answer_by_prompt};
use crate::run::Ran;
use crate::sandbox::Sandbox;

const BASE: &str = "synthetic_data_pair_from_query";
const OFFLINE: &str = "--provider offline --query q --format pair --samples 30 --overwrite";

/// `program` as the shell `script` runs it, which names it "$@".
fn in_shell(script: &str, program: &Command) -> Command {
    let mut command = Command::new("/bin/bash");
    command
        .args(["-c", script, "bash"])
        .arg(program.get_program())
        .args(program.get_args())
        .current_dir(program.get_current_dir().unwrap())
        .env_clear()
        .stdin(Stdio::null());
    for (name, value) in program.get_envs() {
        command.env(name, value.unwrap());
    }
    command
}

#[test]
fn a_folder_that_nobody_can_make_is_found_before_any_request() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let mut prefixes = vec!["/dev/null/out"];
    if cfg!(target_os = "linux") {
        // Nobody makes a folder there, not even root.
        prefixes.extend(["/proc/out/data", "/proc/self/data"]);
    }
    for prefix in prefixes {
        let folder = prefix.rsplit_once('/').unwrap().0;
        sandbox
            .gemini(&fake, &format!("--format pair --output-prefix {prefix}"))
            .exits(6)
            .says(&format!("cannot write `{folder}"));
    }
    assert!(fake.server.requests().is_empty());
    assert!(sandbox.files().is_empty());
}

#[test]
fn a_run_over_a_file_size_limit_goes_on_without_it_and_loses_nothing() {
    let words = "--query q --format pair --samples 120 --batch-size 5 --no-refine --topics none --concurrency 1 \
        --seed 7 --json";
    let fake = || FakeGemini::with(|request, _| answer_by_prompt(request));
    let undisturbed = Sandbox::new();
    let unlimited = fake();
    let ran = undisturbed.gemini_process(&unlimited, words).output();
    Ran::from(ran.unwrap()).exits(0);

    // In blocks of 1,024 bytes. The journal is the largest of the files.
    for (blocks, extra) in [(8, ""), (13, "--incremental-save"), (18, ""), (1, "")] {
        let words = format!("{words} {extra}");
        let (sandbox, fake) = (Sandbox::new(), fake());
        let script = format!("ulimit -f {blocks}; exec \"$@\"");
        let program = sandbox.gemini_process(&fake, &words);
        let limited = Ran::from(in_shell(&script, &program).output().unwrap())
            .exits(6)
            .says(&format!("cannot write `.sdgen/{BASE}.journal.jsonl"))
            .json();
        let written = limited["samples"]["written"].as_u64().unwrap();
        assert!(written < 120, "{limited}");
        assert_eq!(limited["samples"]["failed"]["not written"], 5);
        if written > 0 {
            assert_eq!(DataSets::read(&sandbox, BASE).rows().len() as u64, written);
        }

        let ran = sandbox
            .gemini_process(&fake, &format!("{words} --resume"))
            .output();
        Ran::from(ran.unwrap()).exits(0).json();
        let data = DataSets::read(&sandbox, BASE);
        assert_eq!(
            data.rows(),
            DataSets::read(&undisturbed, BASE).rows(),
            "{blocks} blocks"
        );
        // One answer found no room, and came again.
        assert_eq!(fake.server.requests().len(), 24 + 1, "{blocks} blocks");
    }
}

#[test]
fn a_closed_stream_is_no_reason_to_panic() {
    let sandbox = Sandbox::new();
    for (redirections, code) in [
        (">&-", 0),
        ("2>&-", 0),
        ("<&- >&- 2>&-", 0),
        ("2>/dev/full", 0),
        (">/dev/full 2>/dev/full", 6),
        ("--json >/dev/full 2>&-", 6),
        ("--log-level DEBUG 2>/dev/full", 0),
        ("--samples none 2>&-", 2),
        ("--samples none 2>/dev/full", 2),
        ("--custom-format-file none 2>/dev/full", 2),
    ] {
        let mut program = sandbox.process();
        program.args(OFFLINE.split(' '));
        let mut command = in_shell(&format!("exec \"$@\" {redirections}"), &program);
        let ran = Ran::from(command.output().unwrap());
        assert_eq!(ran.code, code, "{redirections}: {}", ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_reason_to_panic() {
    let sandbox = Sandbox::new();
    let mut program = sandbox.process();
    program.args(OFFLINE.split(' '));
    let script = "\"$@\" 2>&1 | { read -r line; }; exit ${PIPESTATUS[0]}";
    let ran = Ran::from(in_shell(script, &program).output().unwrap());
    ran.exits(0);
    assert_eq!(sandbox.jsonl(&format!("{BASE}.jsonl")).len(), 30);
}

#[test]
fn documents_that_cannot_be_kept_end_the_run_before_any_request() {
    use std::fmt::Write as _;

    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let mut text = String::new();
    for number in 0..100_000 {
        writeln!(
            text,
            "Lamp {number} was lit by its keeper in the year {number}.\n"
        )
        .unwrap();
    }
    sandbox.write("large.txt", text);
    let words = "--documents large.txt --format qa --samples 5";
    let program = sandbox.gemini_process(&fake, words);
    let script = "ulimit -f 1; exec \"$@\"";
    Ran::from(in_shell(script, &program).output().unwrap())
        .exits(6)
        .says("cannot keep the text of the documents in `.`: File too large");
    assert!(fake.server.requests().is_empty());
    assert_eq!(sandbox.files(), ["large.txt"]);
}
