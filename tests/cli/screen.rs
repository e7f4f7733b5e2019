//! What a person sees while a run lasts, and at its end.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::sandbox::Sandbox;

const OFFLINE: &str = "--provider offline --query q --format pair-class --batch-size 10";

#[test]
fn the_end_tells_of_the_samples_of_all_parts_in_eighty_columns() {
    let sandbox = Sandbox::new();
    let words = |samples| format!("{OFFLINE} --output-format csv --samples {samples}");
    sandbox.run(&words(30), &[]).exits(0);
    let ran = sandbox.run(&format!("{} --resume", words(60)), &[]);
    let ran = ran
        .exits(0)
        .says("requested 60 = 60 written requests")
        .says("label entailment 20 33 % ########## neutral 20 33 % ##########")
        .says("files synthetic_data_pair-class_from_query.csv");
    let (command, lines): (Vec<_>, Vec<_>) = ran
        .stderr
        .lines()
        .partition(|line| line.starts_with("load "));
    assert_eq!(
        command,
        [
            "load    python -c \"from datasets import load_dataset; print(load_dataset('csv', \
             data_files='synthetic_data_pair-class_from_query.csv'))\""
        ]
    );
    let is_short = |line: &&str| line.chars().count() <= 80;
    assert!(lines.iter().all(is_short), "{}", ran.stderr);
    let samples = |line: &&&str| line.starts_with("sample ");
    assert_eq!(lines.iter().filter(samples).count(), 3);
}

#[test]
fn bars_are_finer_where_the_locale_has_utf_8() {
    let words = format!("{OFFLINE} --samples 30");
    for (locale, bar) in [("C.UTF-8", "██████████"), ("C", "##########")] {
        let ran = Sandbox::new().run_in(&[("LC_ALL", locale)], &words, &[]);
        ran.exits(0).says(&format!("33 % {bar}"));
    }
}

#[test]
fn progress_is_drawn_on_a_terminal_that_nobody_calls_plain() {
    // A warning is in colour.
    let words = format!("{OFFLINE} --samples 30 --topics none");
    for (env, is_drawn, is_coloured) in [
        (None, true, true),
        (Some(("TERM", "dumb")), false, false),
        (Some(("CI", "true")), false, true),
        (Some(("NO_COLOR", "1")), true, false),
    ] {
        let env: Vec<_> = env.into_iter().collect();
        let (code, screen) = on_a_terminal(&Sandbox::new(), &env, &words, "");
        assert_eq!(code, Some(0));
        assert_eq!(
            screen.contains("0/30  no samples yet"),
            is_drawn,
            "{screen}"
        );
        let codes = screen.split("\u{1b}[").skip(1);
        let commands: Vec<_> = codes
            .filter_map(|code| code.chars().find(char::is_ascii_alphabetic))
            .collect();
        assert_eq!(commands.contains(&'m'), is_coloured, "{screen}");
        let moves = commands.iter().any(|command| *command != 'm');
        assert_eq!(moves, is_drawn, "{screen}");
        let (_, end) = screen.split_once("pair-class: 30 of 30").expect("an end");
        assert!(!end.contains('\u{1b}'), "{end}");
    }
    let quiet = format!("{words} --quiet");
    let (_, screen) = on_a_terminal(&Sandbox::new(), &[], &quiet, "");
    assert!(screen.starts_with("synthetic_data"), "{screen}");
}

/// Runs the program on a terminal, as `script` makes one, and types `answer`.
fn on_a_terminal(
    sandbox: &Sandbox,
    env: &[(&str, &str)],
    words: &str,
    answer: &str,
) -> (Option<i32>, String) {
    let command = format!("{} {words}", env!("CARGO_BIN_EXE_sdgen"));
    let mut child = Command::new("/usr/bin/script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .current_dir(sandbox.path("."))
        .env_clear()
        .env("TERM", "xterm")
        .envs(env.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .as_mut()
        .unwrap()
        .write_all(answer.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

#[test]
fn a_large_run_on_a_terminal_is_asked_about() {
    let words = format!("{OFFLINE} --output-format jsonl --samples 2001");
    for (answer, rows) in [("n\n", None), ("\n", None), ("y\n", Some(2001))] {
        let sandbox = Sandbox::new();
        let (code, screen) = on_a_terminal(&sandbox, &[], &words, answer);
        assert!(screen.contains("2,001 samples take about"), "{screen}");
        assert_eq!(code, Some(0));
        let data = "synthetic_data_pair-class_from_query.jsonl";
        assert_eq!(
            sandbox
                .path(data)
                .exists()
                .then(|| sandbox.jsonl(data).len()),
            rows
        );
    }
    let (_, screen) = on_a_terminal(&Sandbox::new(), &[], &format!("{words} --yes"), "");
    assert!(!screen.contains("2,001 samples take"), "{screen}");
}
