//! Arguments as the original took them, in clap's spelling.

use std::ffi::OsString;

use clap::{Arg, CommandFactory as _};

use super::Cli;

/// The long flags of the original. Abbreviations that were unique among them
/// stay so, whatever flags have come since.
const ORIGINAL_FLAGS: [&str; 18] = [
    "--query",
    "--documents",
    "--format",
    "--custom-format-file",
    "--samples",
    "--no-refine",
    "--model",
    "--temperature",
    "--top-p",
    "--top-k",
    "--output-prefix",
    "--output-format",
    "--incremental-save",
    "--batch-size",
    "--max-retries",
    "--log-level",
    "--version",
    "--help",
];

/// `argv` in clap's spelling: long flags with dashes for underscores and
/// written out, and a value that begins with a dash but holds white space,
/// which Python's argparse takes for a value, tied to its flag.
pub(super) fn as_clap_takes_it(argv: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let command = Cli::command();
    let known: Vec<_> = command.get_arguments().filter_map(Arg::get_long).collect();
    let mut taken: Vec<OsString> = Vec::new();
    let mut only_values = false;
    for argument in argv {
        let Some(text) = argument.to_str().filter(|_| !only_values) else {
            taken.push(argument);
            continue;
        };
        only_values = text == "--";
        let looks_like_value =
            text.starts_with('-') && text.contains(char::is_whitespace) && !text.starts_with("--");
        match taken.last_mut() {
            Some(flag) if looks_like_value && is_bare_long_flag(flag) => {
                flag.push("=");
                flag.push(argument);
            }
            _ => taken.push(written_out(text, &known).into()),
        }
    }
    taken
}

fn is_bare_long_flag(argument: &OsString) -> bool {
    let text = argument.to_str().unwrap_or_default();
    text.len() > 2 && text.starts_with("--") && !text.contains('=')
}

/// `argument` with the flag that it names written out, if it names one; `known`
/// are the names of all flags, without dashes.
fn written_out(argument: &str, known: &[&str]) -> String {
    let (flag, value) = argument.split_at(argument.find('=').unwrap_or(argument.len()));
    if flag.len() < 3 || !flag.starts_with("--") || flag.contains(char::is_whitespace) {
        return argument.to_owned();
    }
    let flag = flag.replace('_', "-");
    let is_known = known.contains(&&flag[2..]);
    let mut meant = ORIGINAL_FLAGS
        .iter()
        .filter(|original| original.starts_with(&flag));
    match (meant.next(), meant.next()) {
        (Some(original), None) if !is_known => format!("{original}{value}"),
        _ => format!("{flag}{value}"),
    }
}
