//! What sdgen does beside generating samples.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use clap_complete::Shell;

use super::values::near_threshold;
use super::{Cli, DataFormat, DedupMode, ShapeChoice, definition::definition};
use crate::format::PREDEFINED;
use crate::generate::dedup::Threshold;

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
    /// Print the settings of a run and where they come from, as a file for --config.
    ///
    /// Takes all flags of a run, looks at the environment and at sdgen.toml as a run does, and
    /// prints what differs from the defaults.
    Config {
        /// Print what is as by default, too.
        #[arg(long)]
        all: bool,
    },
    /// Check key, model, address and structured output in one cheap request.
    ///
    /// Takes all flags of a run, of which those of the model matter, and looks at the environment
    /// and at sdgen.toml as a run does.
    Check {
        /// List the models of the endpoint instead.
        #[arg(long)]
        list_models: bool,
    },
    /// Make a file of another shape or type from a file of samples.
    Convert(Convert),
    /// Check whether each row of files is a sample of a format, and no two are alike.
    Validate(Validate),
    /// Write a report on files of data, one HTML page.
    Report(ReportArguments),
}

/// What is to be converted, and to what.
#[derive(Debug, Args)]
pub struct Convert {
    /// JSONL, CSV or Parquet file of samples.
    #[arg(value_name = "IN")]
    pub input: PathBuf,

    /// File to be made, whose extension tells its type: .jsonl, .csv or .parquet; with --as beir, a
    /// folder.
    #[arg(value_name = "OUT")]
    pub output: PathBuf,

    /// Shape of the samples in OUT, as trainers take it; the format decides which it has.
    #[arg(long = "as", value_name = "SHAPE", default_value = "native")]
    pub shape: ShapeChoice,

    /// Shape of the samples in IN.
    #[command(flatten)]
    pub format: DataFormat,

    /// Classes of --format classification, two or more, separated by commas.
    #[arg(long, value_name = "LABELS", value_delimiter = ',')]
    pub labels: Vec<String>,

    /// Replace what exists already.
    #[arg(long)]
    pub overwrite: bool,
}

/// What is to be checked, and how.
#[derive(Debug, Args)]
pub struct Validate {
    /// JSONL, CSV or Parquet files, each checked on its own.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,

    /// Shape of the samples.
    #[command(flatten)]
    pub format: DataFormat,

    /// Classes of --format classification, two or more, separated by commas.
    #[arg(long, value_name = "LABELS", value_delimiter = ',')]
    pub labels: Vec<String>,

    /// Take samples that are certainly of no use, such as refusals, loops, placeholders and pairs
    /// of equal texts, for valid.
    #[arg(long)]
    pub no_sanity: bool,

    /// Which samples are duplicates, and not valid: those with the same values, or those with
    /// similar texts, too.
    #[arg(long, value_name = "MODE", default_value = "near")]
    pub dedup: DedupMode,

    /// Least similarity of near duplicates, 0.5 to 1.0 [default: 0.8].
    #[arg(long, value_name = "SIMILARITY", allow_negative_numbers = true)]
    #[arg(value_parser = near_threshold)]
    pub near_threshold: Option<Threshold>,

    /// Take the context of each row for a passage that a run from documents filled in: it is not
    /// checked for use, and does not count for similarity.
    #[arg(long)]
    pub from_documents: bool,

    /// Print one JSON object with all counts on stdout.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of the report.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// JSONL, CSV or Parquet files, or folders of --output-format hf; of those that differ only in
    /// their extension, the first is read.
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
        clap_complete::generate(shell, &mut definition(), "sdgen", &mut script);
        script
    }
}
