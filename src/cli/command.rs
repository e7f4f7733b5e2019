//! What sdgen does beside generating samples.

use clap::{CommandFactory as _, Subcommand};
use clap_complete::Shell;

use super::Cli;

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
