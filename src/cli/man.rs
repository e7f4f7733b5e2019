//! The man page.

use std::io;

use clap_mangen::Man;
use roff::{Roff, bold, italic, roman};

use super::definition::definition;
use super::{Cli, EXIT_CODES};

const ENVIRONMENT: [(&str, &str); 6] = [
    (
        "GOOGLE_API_KEY, GEMINI_API_KEY, OPENAI_API_KEY",
        "Keys of the providers.",
    ),
    (
        "GOOGLE_GEMINI_BASE_URL, OPENAI_BASE_URL",
        "Addresses of the providers.",
    ),
    (
        "SDGEN_*",
        "Flags of a run: SDGEN_SAMPLES=100 is --samples 100. The command line wins over them.",
    ),
    (
        "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY",
        "Proxies; not for addresses on this machine.",
    ),
    (
        "SSL_CERT_FILE, SSL_CERT_DIR",
        "Certificates to trust instead of the system's.",
    ),
    ("NO_COLOR", "No colours."),
];

const FILES: [(&str, &str); 6] = [
    (
        "sdgen.toml",
        "Settings, in the current folder; variables and the command line win over them.",
    ),
    (
        ".env",
        "Variables that the environment does not set, in the current folder.",
    ),
    (
        ".sdgen/*.run.json",
        "The manifest of a run, beside its outputs; --from repeats the run.",
    ),
    (
        ".sdgen/*.journal.jsonl",
        "The journal, from which --resume goes on.",
    ),
    (
        ".sdgen/*.sources.jsonl",
        "Where each row of the outputs comes from.",
    ),
    (
        ".sdgen/*.rejects.jsonl",
        "Examples of what was not taken, with the reasons.",
    ),
];

impl Cli {
    /// The man page, in roff.
    #[must_use]
    pub fn man_page() -> Vec<u8> {
        let mut page = Vec::new();
        write(&mut page).expect("a vector takes all");
        page
    }
}

fn write(page: &mut Vec<u8>) -> io::Result<()> {
    let man = Man::new(definition());
    man.render_title(page)?;
    man.render_name_section(page)?;
    synopsis().to_writer(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    man.render_subcommands_section(page)?;
    section("EXIT STATUS", &exit_codes()).to_writer(page)?;
    section("ENVIRONMENT", &ENVIRONMENT).to_writer(page)?;
    section("FILES", &FILES).to_writer(page)?;
    man.render_version_section(page)
}

fn synopsis() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]);
    roff.text([bold("sdgen"), roman(" ["), italic("OPTIONS"), roman("]")]);
    roff.control("br", []);
    roff.text([bold("sdgen"), roman(" "), italic("COMMAND")]);
    roff
}

/// The lines of [`EXIT_CODES`] in two columns.
fn exit_codes() -> Vec<(&'static str, &'static str)> {
    let lines = EXIT_CODES.lines().filter_map(|line| {
        let (codes, meaning) = line.trim().split_once("  ")?;
        Some((codes, meaning.trim()))
    });
    lines.collect()
}

/// A section of things and what they are.
fn section(title: &str, things: &[(&str, &str)]) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    for (name, meaning) in things {
        roff.control("TP", []);
        roff.text([bold(*name)]);
        roff.text([roman(*meaning)]);
    }
    roff
}
