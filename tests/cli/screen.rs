//! What a person sees while a run lasts, and at its end.

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

#[cfg(target_os = "linux")]
#[test]
fn progress_is_drawn_on_a_terminal_that_nobody_calls_plain() {
    use crate::command_line::on_a_terminal;

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
