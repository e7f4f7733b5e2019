//! The README says what is.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::Ran;
use crate::sandbox::Sandbox;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

#[test]
fn the_reference_is_the_help() {
    let help = Sandbox::new().run("--help", &[]).exits(0).stdout;
    assert!(
        readme().contains(&format!("```text\n{help}```")),
        "put this into the README:\n{help}"
    );
}

/// The long flags that a help lists.
fn listed(help: &str) -> Vec<&str> {
    let lines = help
        .lines()
        .filter(|line| line.trim_start().starts_with('-'));
    let words = lines.flat_map(|line| line.split_whitespace().take(2));
    words.filter(|word| word.starts_with("--")).collect()
}

#[test]
fn the_short_help_tells_the_flags_that_most_need() {
    let [short, long] = ["-h", "--help"].map(|flag| Sandbox::new().run(flag, &[]).stdout);
    let (few, all) = (listed(&short), listed(&long));
    assert!(few.len() <= 30 && all.len() > 60, "{few:?} {all:?}");
    assert!(few.iter().all(|flag| all.contains(flag)), "{few:?}");
    for flag in ["--query", "--samples", "--model", "--help", "--config"] {
        assert!(few.contains(&flag), "{flag}");
    }
    assert!(!few.contains(&"--near-threshold") && all.contains(&"--near-threshold"));
    assert!(short.lines().count() * 3 < long.lines().count());
    assert!(!short.contains(".docx") && long.contains(".docx"));
}

/// The commands that `help` lists.
fn commands(help: &str) -> Vec<String> {
    let (_, listed) = help.split_once("Commands:\n").expect("there are some");
    let lines = listed.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names = names.filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

/// Flags of cargo and maturin.
const OTHER_FLAGS: [&str; 7] = [
    "--release",
    "--locked",
    "--path",
    "--open",
    "--out",
    "--zig",
    "--compatibility",
];

#[test]
fn every_flag_of_a_command_is_known() {
    let sandbox = Sandbox::new();
    let mut help = sandbox.run("--help", &[]).stdout;
    for command in commands(&help) {
        help += &sandbox.run(&command, &["--help"]).exits(0).stdout;
    }
    let readme = readme();
    let words = readme.split(|c: char| c.is_whitespace() || "`,;:()|".contains(c));
    for flag in words.filter(|word| word.starts_with("--") && word.contains(char::is_alphabetic)) {
        let is_of_another_tool = OTHER_FLAGS.contains(&flag);
        assert!(is_of_another_tool || help.contains(flag), "{flag}");
    }
}

/// The offline commands of the README, each on one line, from `sdgen` on.
fn offline_commands() -> Vec<String> {
    readme()
        .replace("\\\n", "")
        .lines()
        .filter_map(|line| line.strip_prefix("$ "))
        .filter(|command| command.contains("--provider offline"))
        .map(|command| command.replace("cargo run --", "sdgen"))
        .collect()
}

#[test]
fn the_offline_commands_work() {
    let commands = offline_commands();
    assert!(commands.len() >= 3, "{commands:?}");
    for command in commands {
        let sandbox = Sandbox::new();
        let ran = shell(&sandbox, &command).exits(0);
        assert!(!ran.stdout.is_empty(), "{command}");
    }
}

#[test]
fn the_first_command_makes_the_files_that_are_listed() {
    let sandbox = Sandbox::new();
    let ran = shell(&sandbox, &offline_commands()[0]).exits(0);
    assert!(
        readme().contains(&format!("```text\n{}```", ran.stdout)),
        "{}",
        ran.stdout
    );
}

#[test]
fn the_pipeline_example_works() {
    let sandbox = Sandbox::new();
    let script = root().join("examples/prepare.sh");
    shell(&sandbox, &format!("{} data", script.display())).exits(0);
    assert_eq!(sandbox.jsonl("data/train.jsonl").len(), 180);
    assert_eq!(sandbox.jsonl("data/validation.jsonl").len(), 20);
}

/// Runs `command` with the program under test on the path.
fn shell(sandbox: &Sandbox, command: &str) -> Ran {
    let folder = Path::new(env!("CARGO_BIN_EXE_sdgen")).parent().unwrap();
    let output = Command::new("/bin/bash")
        .args(["-o", "pipefail", "-c", command])
        .current_dir(sandbox.path("."))
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
        .output();
    output.unwrap().into()
}
