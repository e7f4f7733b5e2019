//! The command line as clap knows it.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::Resettable;
use clap::{Arg, CommandFactory as _, FromArgMatches as _};

use super::argv::as_clap_takes_it;
use super::flag::{Flag, NO_SETTINGS};
use super::settings::{Setting, Source};
use super::{Cli, Command};

/// The flags that `-h` tells; `--help` tells all.
const IN_SHORT_HELP: [&str; 29] = [
    "query",
    "documents",
    "format",
    "custom-format-file",
    "samples",
    "examples",
    "language",
    "topics",
    "verify",
    "seed",
    "max-requests",
    "max-cost",
    "provider",
    "model",
    "temperature",
    "base-url",
    "api-key-file",
    "output-prefix",
    "output-format",
    "resume",
    "overwrite",
    "json",
    "config",
    "from",
    "all",
    "concurrency",
    "quiet",
    "help",
    "version",
];

/// The groups of which a run needs one each.
const GROUPS: [&str; 2] = ["Input", "DataFormat"];

/// The commands that take all flags of a run.
pub(super) const WITH_SETTINGS: [&str; 2] = ["check", "config"];

/// The whole definition, with the flags of a run for the commands that take them.
pub(super) fn definition() -> clap::Command {
    let run = Cli::command();
    let is_of_run = |it: &&Arg| !matches!(it.get_long(), Some("check" | "help" | "version"));
    let flags: Vec<_> = run.get_arguments().filter(is_of_run).cloned().collect();
    WITH_SETTINGS.iter().fold(run, |run, name| {
        run.mut_subcommand(name, |command| command.args(&flags))
    })
}

/// The definition without what one flag asks of others, since these may be given
/// elsewhere, and with a short help beside the long one.
pub(super) fn lenient() -> clap::Command {
    let command = GROUPS.iter().fold(without_needs(), |command, group| {
        command.mut_group(group, |group| group.multiple(true))
    });
    let relaxed = |argument| shortly(free(argument));
    let command = command.mut_args(relaxed);
    WITH_SETTINGS.iter().fold(command, |command, name| {
        command.mut_subcommand(name, |command| command.mut_args(relaxed))
    })
}

/// `argument`, in the short help only if it belongs there.
fn shortly(argument: Arg) -> Arg {
    let name = argument.get_long();
    let is_short = name.is_none_or(|name| IN_SHORT_HELP.contains(&name));
    argument.hide_short_help(!is_short)
}

/// `argument`, without others that it needs or cannot stand beside.
fn free(argument: Arg) -> Arg {
    match argument.get_long() {
        Some(name) if NO_SETTINGS.contains(&name) => argument,
        _ => argument
            .requires(Resettable::Reset)
            .conflicts_with(Resettable::Reset),
    }
}

/// The definition without the need for an input and a format.
pub(super) fn without_needs() -> clap::Command {
    GROUPS.iter().fold(definition(), |command, group| {
        command.mut_group(group, |group| group.required(false))
    })
}

/// What was typed, before anything else is known.
#[derive(Debug)]
pub struct Typed {
    /// What is to be done instead of a run.
    pub command: Option<Command>,
    /// The flags of a run, but for those that follow.
    pub settings: Vec<Setting>,
    /// The file of `--config`.
    pub config: Option<PathBuf>,
    /// Whether no such file is looked for.
    pub no_config: bool,
    /// The manifest of `--from`.
    pub from: Option<PathBuf>,
}

impl Typed {
    /// What `argv` says, the name of the program first.
    ///
    /// # Errors
    ///
    /// A flag or a value is wrong, or help or the version is wanted.
    pub fn parse(argv: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let matches = lenient().try_get_matches_from(as_clap_takes_it(argv))?;
        let flags = match matches.subcommand() {
            Some((name, flags)) if WITH_SETTINGS.contains(&name) => flags,
            _ => &matches,
        };
        let Cli { command, check, .. } = Cli::from_arg_matches(&matches)?;
        let check = check.then_some(Command::Check { list_models: false });
        Ok(Self {
            command: command.or(check),
            settings: Setting::typed(flags),
            config: flags.get_one("config").cloned(),
            no_config: flags.get_flag("no_config"),
            from: flags.get_one("from").cloned(),
        })
    }
}

impl Cli {
    /// The command line that says `settings`; with a `command`, it need not be
    /// enough for a run.
    ///
    /// # Errors
    ///
    /// The settings do not go together, or one is missing.
    pub fn of_settings(
        settings: Vec<Setting>,
        command: Option<Command>,
    ) -> Result<Self, clap::Error> {
        let definition = match command {
            None => definition(),
            Some(_) => without_needs(),
        };
        let flags = Flag::all();
        let is_idle = |setting: &Setting| {
            let flag = flags.iter().find(|flag| flag.name == setting.name);
            setting.source != Source::CommandLine && flag.is_some_and(|it| it.is_default(setting))
        };
        let said = settings.iter().filter(|setting| !is_idle(setting));
        let arguments = said.flat_map(Setting::arguments);
        let argv = [OsString::from("sdgen")].into_iter().chain(arguments);
        let matches = definition.try_get_matches_from(argv)?;
        Ok(Self {
            command,
            settings,
            ..Self::from_arg_matches(&matches)?
        })
    }
}
