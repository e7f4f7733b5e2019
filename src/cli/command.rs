//! What sdgen does beside generating samples.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Subcommand};
use clap_complete::Shell;

use super::Cli;
use crate::format::PREDEFINED;

/// What is to be done instead of generating samples.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the completions of a shell, to be put where it looks for them.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the man page.
    Man,
    /// Write a report on files of data, one HTML page.
    Report(ReportArguments),
}

/// Arguments of the report.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// JSONL, CSV or Parquet files; of those that differ only in their extension, the first is
    /// read.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// File of the report, whose name ends in .html [default: the first FILE with the extension
    /// .report.html].
    #[arg(short, long, value_name = "HTML")]
    pub output: Option<PathBuf>,
    /// Predefined format of the samples [default: that of the run, or columns as they are found].
    #[arg(long, value_parser = PREDEFINED, conflicts_with = "custom_format_file")]
    pub format: Option<String>,
    /// JSON file that defines the format of the samples.
    #[arg(long, value_name = "PATH")]
    pub custom_format_file: Option<PathBuf>,
}

impl Cli {
    /// The completions of `shell`, a script.
    #[must_use]
    pub fn completions(shell: Shell) -> Vec<u8> {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Self::command(), "sdgen", &mut script);
        script
    }

    /// The man page, in roff.
    #[must_use]
    pub fn man_page() -> Vec<u8> {
        let mut page = Vec::new();
        clap_mangen::Man::new(Self::command())
            .render(&mut page)
            .expect("a vector takes all");
        page
    }
}
