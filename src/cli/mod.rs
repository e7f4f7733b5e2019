//! The command line: what was typed.
//!
//! Doc comments are the help text. What the words mean together is decided in
//! `config`.

mod argv;
mod choices;
mod command;
mod definition;
mod flag;
mod man;
mod settings;
mod values;

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args, Parser};

use crate::format::PREDEFINED;
use crate::generate::dedup::Threshold;
use crate::output::Split;

pub use choices::{
    BalanceChoice, DedupMode, LogLevel, OutputChoice, PdfReader, Provider, ShapeChoice,
    VerifyAction,
};
pub use command::{Command, Convert, ReportArguments, Validate};
pub use definition::Typed;
pub use flag::{Flag, NO_SETTINGS, Takes};
pub use settings::{Given, Setting, Source, first_paragraph};

use values::{
    at_least_one, at_least_zero, count, dollars, language, near_threshold, not_blank, preview,
    quality, seconds, seed, split, temperature, top_k, top_p,
};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXIT_CODES: &str = "\
Exit codes:
  0    the target was reached
  1    unexpected failure
  2    usage, configuration or unusable input
  3    ended short of the target, or not all rows are valid or fit; what was written is good
  4    key, permission or credits
  5    quota spent or provider down, try again later
  6    an output could not be written
  7    an output is in use by another run
  129, 130, 143  hung up, interrupted, terminated; what was written is good";

const USAGE: &str = "\
sdgen [OPTIONS] <--query <TEXT>|--documents <PATH>...> <--format <FORMAT>|--custom-format-file <PATH>>
       sdgen <COMMAND>";

/// Generates synthetic NLP training data with Gemini, any OpenAI-compatible
/// endpoint, or offline, as JSONL, CSV and Parquet. The paths of finished files
/// go to stdout, everything else to stderr.
#[derive(Debug, Parser)]
#[command(
    name = "sdgen",
    version,
    disable_version_flag = true,
    disable_help_flag = true,
    infer_long_args = true,
    args_override_self = true,
    subcommand_negates_reqs = true,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    override_usage = USAGE,
    max_term_width = 100,
    after_help = EXIT_CODES,
    styles = STYLES
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
#[expect(clippy::doc_markdown, reason = "the comments are the help text")]
pub struct Cli {
    /// What is to be done instead of generating samples.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The flags of a run that were given, and where.
    #[arg(skip)]
    pub settings: Vec<Setting>,

    /// Input of the samples.
    #[command(flatten)]
    pub input: Input,

    /// Shape of the samples.
    #[command(flatten)]
    pub format: DataFormat,

    /// Classes of --format classification, two or more, separated by commas.
    #[arg(long, value_name = "LABELS", value_delimiter = ',', help_heading = FORMAT)]
    pub labels: Vec<String>,

    /// Unique samples to generate.
    #[arg(short = 'n', long, value_name = "N", default_value = "50", help_heading = GENERATION)]
    #[arg(value_parser = at_least_one, allow_negative_numbers = true)]
    pub samples: usize,

    /// File of samples in the format, of which each request shows a few.
    ///
    /// JSONL, CSV or Parquet. They are shown in turn, and none is returned as a new sample.
    #[arg(long, value_name = "FILE", help_heading = GENERATION)]
    pub examples: Option<PathBuf>,

    /// Language of the samples [default: that of the query or documents].
    ///
    /// By any name, such as German, pt-BR or 日本語.
    #[arg(long, value_name = "LANG", help_heading = GENERATION, value_parser = language)]
    pub language: Option<String>,

    /// Use the query as it is, without having the model refine it first.
    #[arg(long, help_heading = GENERATION)]
    pub no_refine: bool,

    /// Send the query or passage as it is in every request, without topics and points of view.
    #[arg(long, help_heading = GENERATION, conflicts_with_all = ["topics", "plan"])]
    pub no_plan: bool,

    /// File of topics, instead of those that the model plans, or none.
    ///
    /// One a line, or CSV with columns topic, subtopic and weight. With none there are points of
    /// view and manners only.
    #[arg(long, value_name = "FILE|none", help_heading = GENERATION, conflicts_with = "plan")]
    pub topics: Option<PathBuf>,

    /// JSON file with a plan of topics and attributes; if there is none, the one that the model
    /// makes is saved there.
    #[arg(long, value_name = "FILE", help_heading = GENERATION)]
    pub plan: Option<PathBuf>,

    /// Part of the samples that each class of a field is to have, such as label=0.5,0.3,0.2, or
    /// none to take them as they come [default: the same for all, or none offline from documents].
    #[arg(long, value_name = "FIELD=SHARES", help_heading = GENERATION)]
    pub balance: Option<BalanceChoice>,

    /// From documents, have the model write the context of qa, or the document of summarisation,
    /// and check that it comes from the passage [default: it is the passage itself].
    #[arg(long, help_heading = GENERATION)]
    pub free_context: bool,

    /// From documents, keep qa samples that do not come from the passage, too, and mark all with
    /// a field _grounded [default: they are rejected].
    #[arg(long, help_heading = GENERATION)]
    pub keep_ungrounded: bool,

    /// Keep samples that are certainly of no use, such as refusals, loops, placeholders and pairs of
    /// equal texts.
    #[arg(long, help_heading = GENERATION)]
    pub no_sanity: bool,

    /// End the run, before it begins, if a document cannot be used, instead of skipping it.
    #[arg(long, help_heading = GENERATION)]
    pub strict_documents: bool,

    /// What reads PDF files.
    #[arg(long, value_name = "ENGINE", default_value = "auto", help_heading = GENERATION)]
    pub pdf_engine: PdfReader,

    /// Have Gemini see PDF files itself, a few pages with each request, instead of their text; reads
    /// scanned pages too.
    #[arg(long, help_heading = GENERATION)]
    pub native_pdf: bool,

    /// Most tokens of a passage of a document, at four letters a token [default: 750].
    #[arg(long, value_name = "TOKENS", help_heading = GENERATION)]
    #[arg(value_parser = at_least_one, allow_negative_numbers = true)]
    pub chunk_size: Option<usize>,

    /// Most tokens that a passage repeats of the one before it [default: 0].
    #[arg(long, value_name = "TOKENS", help_heading = GENERATION)]
    #[arg(value_parser = at_least_zero::<usize>, allow_negative_numbers = true)]
    pub chunk_overlap: Option<usize>,

    /// Which samples are duplicates, and not kept.
    #[arg(long, value_name = "MODE", default_value = "near", help_heading = GENERATION)]
    pub dedup: DedupMode,

    /// Least similarity of near duplicates, 0.5 to 1.0 [default: 0.8].
    #[arg(long, value_name = "SIMILARITY", help_heading = GENERATION)]
    #[arg(value_parser = near_threshold, allow_negative_numbers = true)]
    pub near_threshold: Option<Threshold>,

    /// Have the model look at each new sample a second time.
    ///
    /// It looks blindly, and what it judges otherwise is rejected.
    #[arg(long, help_heading = GENERATION)]
    pub verify: bool,

    /// Model that looks at the samples a second time [default: the one that writes them].
    #[arg(long, value_name = "NAME", help_heading = GENERATION, requires = "verify")]
    pub verify_model: Option<String>,

    /// What becomes of a sample with another label or score than found at the second look.
    #[arg(long, value_name = "ACTION", default_value = "drop", help_heading = GENERATION)]
    #[arg(requires = "verify")]
    pub verify_action: VerifyAction,

    /// Text file that says what good samples of a custom format are [default: the descriptions of
    /// the format].
    #[arg(long, value_name = "FILE", help_heading = GENERATION, requires = "verify")]
    pub rubric: Option<PathBuf>,

    /// Least quality of samples of a custom format at the second look, 1 to 5 [default: 3].
    #[arg(long, value_name = "QUALITY", help_heading = GENERATION, requires = "verify")]
    #[arg(value_parser = quality, allow_negative_numbers = true)]
    pub min_quality: Option<u8>,

    /// Seed that decides what each request asks for [default: random].
    ///
    /// The model gets a number made from it; without the flag it gets none.
    #[arg(long, value_name = "SEED", help_heading = GENERATION)]
    #[arg(value_parser = seed, allow_negative_numbers = true)]
    pub seed: Option<u64>,

    /// Most requests that this command may send [default: not limited].
    #[arg(long, value_name = "N", help_heading = GENERATION)]
    #[arg(value_parser = count, allow_negative_numbers = true)]
    pub max_requests: Option<u64>,

    /// Most US dollars that this command may spend [default: not limited].
    ///
    /// The model needs a known price; see --prices.
    #[arg(long, value_name = "USD", help_heading = GENERATION)]
    #[arg(value_parser = dollars, allow_negative_numbers = true)]
    pub max_cost: Option<f64>,

    /// JSON file with prices of models, instead of or beside the built-in ones of Gemini.
    #[arg(long, value_name = "FILE", help_heading = GENERATION)]
    pub prices: Option<PathBuf>,

    /// Who writes the samples.
    #[arg(long, value_name = "PROVIDER", default_value = "gemini", help_heading = MODEL)]
    pub provider: Provider,

    /// Model name [default: gemini-3.5-flash-lite with Gemini].
    #[arg(short = 'm', long, value_name = "NAME", help_heading = MODEL)]
    pub model: Option<String>,

    /// Sampling temperature, 0.0 to 2.0 [default: 0.4].
    ///
    /// Gemini 3 and later are sent it only if it is given; they ignore it.
    #[arg(long, value_name = "T", help_heading = MODEL)]
    #[arg(value_parser = temperature, allow_negative_numbers = true)]
    pub temperature: Option<f64>,

    /// Nucleus sampling threshold, above 0.0 to 1.0 [default: 0.95, not sent to Gemini 3 and later].
    #[arg(long, value_name = "P", help_heading = MODEL)]
    #[arg(value_parser = top_p, allow_negative_numbers = true)]
    pub top_p: Option<f64>,

    /// Sample from the K likeliest tokens [default: not limited].
    #[arg(long, value_name = "K", help_heading = MODEL)]
    #[arg(value_parser = top_k, allow_negative_numbers = true)]
    pub top_k: Option<u32>,

    /// Address of the endpoint, such as http://localhost:11434/v1.
    #[arg(long, value_name = "URL", help_heading = MODEL)]
    pub base_url: Option<String>,

    /// File with the API key; - for standard input.
    ///
    /// It wins over the keys of the environment. The file has one line, and should be yours alone
    /// to read.
    #[arg(long, value_name = "FILE", help_heading = MODEL)]
    pub api_key_file: Option<PathBuf>,

    /// Allow http:// to a host other than this machine.
    #[arg(long, help_heading = MODEL)]
    pub insecure_http: bool,

    /// Version of the Gemini API [default: v1beta].
    #[arg(long, value_name = "VERSION", help_heading = MODEL)]
    pub api_version: Option<String>,

    /// Start of the output file names.
    ///
    /// They are PREFIX_FORMAT_from_query.EXT or PREFIX_FORMAT_from_docs.EXT.
    #[arg(long, value_name = "PREFIX", default_value = "synthetic_data", help_heading = OUTPUT)]
    #[arg(value_parser = not_blank)]
    pub output_prefix: String,

    /// Output file formats.
    ///
    /// Separated by spaces or commas.
    #[arg(long, value_name = "FMT", num_args = 1.., value_delimiter = ',', help_heading = OUTPUT)]
    #[arg(default_value = "all", ignore_case = true)]
    pub output_format: Vec<OutputChoice>,

    /// Shape of the samples in the files, as trainers take it; the format decides which it has. Those
    /// that do not fit are counted, and stay in the journal.
    #[arg(long = "as", value_name = "SHAPE", default_value = "native", help_heading = OUTPUT)]
    pub shape: ShapeChoice,

    /// Write train, validation and test as well, with such shares: 0.9,0.05,0.05, or train and test:
    /// 0.9,0.1. Samples of one passage, or with the same first text, are in one of them.
    #[arg(long, value_name = "SHARES", help_heading = OUTPUT, value_parser = split)]
    pub split: Option<Split>,

    /// Let the JSONL file grow at its final name during the run.
    #[arg(long, help_heading = OUTPUT)]
    pub incremental_save: bool,

    /// Add columns that tell where a sample comes from: _source, _chunk and _page of documents,
    /// _model, _request.
    #[arg(long, help_heading = OUTPUT)]
    pub with_metadata: bool,

    /// Go on with the unfinished run of the same arguments.
    ///
    /// Enlarges a finished one to --samples, and begins if there is none.
    #[arg(long, help_heading = OUTPUT)]
    pub resume: bool,

    /// Replace output files that exist already.
    #[arg(long, help_heading = OUTPUT)]
    pub overwrite: bool,

    /// Print one JSON object about the run instead of the file paths.
    #[arg(long, help_heading = OUTPUT)]
    pub json: bool,

    /// TOML file of settings [default: sdgen.toml, if it is there].
    ///
    /// Each key is a flag of a run by its long name. The command line wins over variables such as
    /// SDGEN_SAMPLES, these over the file, and the file over the defaults.
    #[arg(long, value_name = "FILE", help_heading = SETTINGS, conflicts_with = "no_config")]
    pub config: Option<PathBuf>,

    /// Ignore the file sdgen.toml of the current folder.
    #[arg(long, help_heading = SETTINGS)]
    pub no_config: bool,

    /// Repeat the run of a manifest, .sdgen/*.run.json.
    ///
    /// Flags beside it win over those of the run; sdgen.toml and variables such as SDGEN_SAMPLES
    /// are not looked at. The seed is that of the run. Where the files of the run still are, it
    /// needs another --output-prefix, or --overwrite.
    #[arg(long, value_name = "FILE", help_heading = SETTINGS)]
    #[arg(conflicts_with_all = ["config", "no_config"])]
    pub from: Option<PathBuf>,
    /// Write a report on the samples and the run, too: one HTML page, beside the files.
    #[arg(long, help_heading = OUTPUT)]
    pub report: bool,

    /// Most samples to ask for in one request.
    #[arg(long, value_name = "N", default_value = "25", help_heading = ADVANCED)]
    #[arg(value_parser = at_least_one, allow_negative_numbers = true)]
    pub batch_size: usize,

    /// Retries of a batch after errors that may pass.
    #[arg(long, value_name = "N", default_value = "5", help_heading = ADVANCED)]
    #[arg(value_parser = at_least_zero::<u32>, allow_negative_numbers = true)]
    pub max_retries: u32,

    /// Most requests under way at once [default: 8].
    ///
    /// There are fewer when the endpoint complains, and by default 2 for one on this machine.
    #[arg(long, value_name = "N", help_heading = ADVANCED)]
    #[arg(value_parser = at_least_one, allow_negative_numbers = true)]
    pub concurrency: Option<usize>,

    /// Most requests within any minute [default: not limited].
    #[arg(long, value_name = "N", help_heading = ADVANCED)]
    #[arg(value_parser = count, allow_negative_numbers = true)]
    pub rpm: Option<u64>,

    /// Most tokens, of prompts and answers, within any minute [default: not limited].
    #[arg(long, value_name = "N", help_heading = ADVANCED)]
    #[arg(value_parser = count, allow_negative_numbers = true)]
    pub tpm: Option<u64>,

    /// Longest wait for an endpoint that answers nothing but errors.
    #[arg(long, value_name = "SECONDS", default_value = "600", help_heading = ADVANCED)]
    #[arg(value_parser = seconds, allow_negative_numbers = true)]
    pub max_wait: f64,

    /// Longest wait for requests under way after Ctrl-C or SIGTERM.
    #[arg(long, value_name = "SECONDS", default_value = "8", help_heading = ADVANCED)]
    #[arg(value_parser = seconds, allow_negative_numbers = true)]
    pub grace: f64,

    /// Time limit of one request [default: 120; 600 for an endpoint on this machine].
    #[arg(long, value_name = "SECONDS", help_heading = ADVANCED)]
    #[arg(value_parser = seconds, allow_negative_numbers = true)]
    pub timeout: Option<f64>,

    /// Do not ask before a run of more than 2,000 samples; only a terminal is asked.
    #[arg(short = 'y', long, help_heading = ADVANCED)]
    pub yes: bool,

    /// Print nothing but errors and the file paths.
    #[arg(short = 'q', long, help_heading = ADVANCED)]
    pub quiet: bool,

    /// Folder that keeps every answer: what was answered before is not asked again, and costs
    /// nothing; the seed is 0 and requests go one by one, unless told otherwise.
    #[arg(long, value_name = "DIR", help_heading = ADVANCED, conflicts_with = "replay")]
    pub cache: Option<PathBuf>,

    /// Folder of --cache that all answers come from, without network and key; one that is missing
    /// ends the run.
    #[arg(long, value_name = "DIR", help_heading = ADVANCED)]
    pub replay: Option<PathBuf>,

    /// Least level of the messages about the run.
    #[arg(long, value_name = "LEVEL", default_value = "INFO", ignore_case = true)]
    #[arg(help_heading = ADVANCED)]
    pub log_level: LogLevel,

    /// Print this help; -h prints a short one.
    #[arg(short, long, action = ArgAction::Help, help_heading = ADVANCED, global = true)]
    help: Option<bool>,

    /// Send nothing, write nothing: show the prompts of the first request, how many requests a run
    /// would send, what it may cost, and the files that it would write.
    #[arg(long, help_heading = OUTPUT, conflicts_with_all = ["preview", "resume"])]
    pub dry_run: bool,

    /// Make so many samples in one request, print them as JSON Lines and write no file [N is 5
    /// unless given].
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "5")]
    #[arg(help_heading = OUTPUT, value_parser = preview, conflicts_with = "resume")]
    pub preview: Option<usize>,

    /// Do what the command check does with these settings, and no run.
    #[arg(long, help_heading = OUTPUT)]
    #[arg(conflicts_with_all = ["dry_run", "preview", "resume", "replay"])]
    pub check: bool,

    /// Print the version; -V does too.
    #[arg(short = 'v', short_alias = 'V', long, action = ArgAction::Version, help_heading = ADVANCED)]
    version: Option<bool>,
}

/// Exactly one input.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Input {
    /// What the data is to be about, in plain words.
    #[arg(long, value_name = "TEXT", help_heading = INPUT, value_parser = not_blank)]
    pub query: Option<String>,

    /// Files, folders, patterns or URLs to read; - for standard input.
    ///
    /// Reads .pdf, .docx, .pptx, .xlsx, .xls, .odt, .ods, .epub, .rtf, .html, .xml, .txt, .md,
    /// .rst, .csv, .tsv, .json, .jsonl, .parquet.
    #[arg(long, value_name = "PATH", num_args = 1.., help_heading = INPUT)]
    pub documents: Vec<PathBuf>,
}

/// Exactly one format.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct DataFormat {
    /// Predefined format.
    #[arg(long, value_name = "FORMAT", help_heading = FORMAT, value_parser = PREDEFINED)]
    pub format: Option<String>,

    /// JSON file that defines a format of your own.
    #[arg(long, value_name = "PATH", help_heading = FORMAT)]
    pub custom_format_file: Option<PathBuf>,
}

const INPUT: &str = "Input Source (exactly one)";
const FORMAT: &str = "Data Format (exactly one)";
const GENERATION: &str = "Generation Parameters";
const MODEL: &str = "Model Parameters";
const OUTPUT: &str = "Output Parameters";
const SETTINGS: &str = "Settings";
const ADVANCED: &str = "Advanced Parameters";

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::argv::as_clap_takes_it;
    use super::*;

    fn try_from_argv(argv: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
        let typed = Typed::parse(argv)?;
        Cli::of_settings(typed.settings, typed.command)
    }

    fn parse(arguments: &[&str]) -> Result<Cli, clap::Error> {
        let always = ["sdgen", "--query", "q", "--format", "qa"];
        try_from_argv(always.iter().chain(arguments).map(OsString::from))
    }

    #[test]
    fn the_definition_is_sound() {
        definition::definition().debug_assert();
    }

    #[test]
    fn underscores_and_abbreviations_are_taken() {
        let cli = parse(&[
            "--sample",
            "5",
            "--top_p=0.5",
            "--output_pref",
            "a_b",
            "--incr",
            "--batch_size",
            "3",
        ])
        .expect("as the original takes it");
        assert_eq!((cli.samples, cli.top_p, cli.batch_size), (5, Some(0.5), 3));
        assert_eq!(cli.output_prefix, "a_b");
        assert!(cli.incremental_save);
    }

    #[test]
    fn new_flags_do_not_take_the_originals_abbreviations() {
        let argv = [
            "sdgen", "--q", "x", "--f", "qa", "--s", "5", "--b=3", "--l", "ERROR",
        ];
        let cli = try_from_argv(argv.map(OsString::from)).expect("as the original takes it");
        assert_eq!((cli.samples, cli.batch_size, cli.quiet), (5, 3, false));
        assert!(
            parse(&["--quiet", "--seed", "1"])
                .expect("whole flags")
                .quiet
        );
    }

    #[test]
    fn values_keep_their_underscores() {
        let spelled =
            as_clap_takes_it(["x", "--output_prefix=a_b", "--", "--a_b"].map(OsString::from));
        assert_eq!(spelled, ["x", "--output-prefix=a_b", "--", "--a_b"]);
    }

    #[test]
    fn a_value_with_spaces_may_begin_with_a_dash() {
        let argv = ["sdgen", "--query", "- short facts", "--format", "qa"].map(OsString::from);
        let cli = try_from_argv(argv).expect("as argparse takes it");
        assert_eq!(cli.input.query.as_deref(), Some("- short facts"));
    }

    #[test]
    fn output_formats_are_separated_by_spaces_or_commas_or_repeated() {
        use OutputChoice::{Csv, Jsonl, Parquet};
        for arguments in [
            &["--output_format", "jsonl", "csv", "parquet"][..],
            &["--output-format", "jsonl,csv,PARQUET"],
            &["--output-format", "jsonl", "--output-format", "csv,parquet"],
        ] {
            assert_eq!(
                parse(arguments).expect("formats").output_format,
                [Jsonl, Csv, Parquet]
            );
        }
    }

    #[test]
    fn ranges_are_checked() {
        for wrong in [
            ["--samples", "0"],
            ["--samples", "-1"],
            ["--samples", "abc"],
            ["--batch-size", "0"],
            ["--max-retries", "-1"],
            ["--temperature", "2.1"],
            ["--temperature", "-0.1"],
            ["--temperature", "nan"],
            ["--top-p", "0"],
            ["--top-p", "1.01"],
            ["--top-p", "NaN"],
            ["--top-k", "0"],
            ["--timeout", "inf"],
            ["--concurrency", "0"],
            ["--rpm", "0"],
            ["--max-requests", "0"],
            ["--max-cost", "0"],
            ["--max-cost", "inf"],
            ["--max-wait", "0"],
            ["--grace", "-1"],
            ["--output-prefix", ""],
            ["--output-format", "xml"],
            ["--log-level", "loud"],
            ["--verify", "--min-quality=0"],
            ["--verify", "--min-quality=6"],
            ["--verify", "--verify-action=ask"],
            ["--min-quality", "3"],
            ["--verify-action", "drop"],
            ["--verify-model", "m"],
            ["--rubric", "r"],
            ["--language", " "],
            ["--language", "Ger\nman"],
            ["--language", "a\u{2028}b"],
            ["--language", &"é".repeat(61)],
        ] {
            let error = parse(&wrong).expect_err("out of range");
            assert_eq!(error.exit_code(), 2, "{wrong:?}");
        }
        for right in [
            ["--temperature", "2"],
            ["--top-p", "1"],
            ["--max-retries", "0"],
            ["--log-level", "debug"],
            ["--verify", "--min-quality=5"],
            ["--language", "日本語"],
            ["--language", &"é".repeat(60)],
        ] {
            assert!(parse(&right).is_ok(), "{right:?}");
        }
    }

    #[test]
    fn exactly_one_input_and_one_format() {
        for wrong in [
            &["sdgen"][..],
            &["sdgen", "--query", "q"],
            &["sdgen", "--format", "qa"],
            &[
                "sdgen",
                "--query",
                "q",
                "--documents",
                "d",
                "--format",
                "qa",
            ],
            &[
                "sdgen",
                "--query",
                "q",
                "--format",
                "qa",
                "--custom-format-file",
                "f",
            ],
            &["sdgen", "--query", "  ", "--format", "qa"],
            &["sdgen", "--query", "q", "--format", "xml"],
        ] {
            let error = try_from_argv(wrong.iter().map(OsString::from)).expect_err("wrong usage");
            assert_eq!(error.exit_code(), 2, "{wrong:?}");
        }
    }
}
