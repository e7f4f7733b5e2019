//! What sdgen does beside generating samples.

use crate::sandbox::Sandbox;

#[test]
fn completions_and_the_man_page_name_every_flag() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = sandbox.run(&format!("completions {shell}"), &[]).exits(0);
        assert!(script.stdout.contains("near-threshold"), "{shell}");
    }
    let page = sandbox.run("man", &[]).exits(0).stdout;
    assert!(page.contains(r"near\-threshold"), "{page}");
    assert!(
        page.contains("Least similarity of near duplicates"),
        "{page}"
    );
    let (_, synopsis) = page.split_once(".SH SYNOPSIS\n").unwrap();
    let commands = r"\fBsdgen\fR [\fIOPTIONS\fR]
.br
\fBsdgen\fR \fICOMMAND\fR
";
    assert!(synopsis.starts_with(commands), "{synopsis}");
    for (section, said) in [
        ("\"EXIT STATUS\"", "ended short of the target"),
        ("ENVIRONMENT", r"SDGEN_*"),
        ("FILES", "sdgen.toml"),
    ] {
        let (_, text) = page.split_once(&format!(".SH {section}\n")).unwrap();
        let text = text.split(".SH").next().unwrap();
        assert!(text.contains(said), "{section}: {text}");
    }
    assert!(sandbox.files().is_empty());
}

#[test]
fn a_command_has_a_help_of_its_own() {
    let sandbox = Sandbox::new();
    for flag in ["-h", "--help"] {
        let help = sandbox.run("completions", &[flag]).exits(0).stdout;
        assert!(help.contains("<SHELL>") && help.contains("fish"), "{help}");
        assert!(!help.contains("--near-threshold"), "{help}");
    }
}

#[test]
fn a_document_may_have_the_name_of_a_command() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "man/tower.txt",
        "The tower has 217 steps and was built in 1889.",
    );
    let ran = sandbox.run(
        "--provider offline --format qa --samples 2 --documents man --output-format jsonl",
        &[],
    );
    ran.exits(0);
}
