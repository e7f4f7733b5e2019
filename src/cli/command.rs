//! What sdgen does beside generating samples.

use clap::Subcommand;
use clap_complete::Shell;

use super::{Cli, definition::definition};

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
