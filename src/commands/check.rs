//! `sdgen check`: whether a run would work.

use crate::cli::Cli;
use crate::config::{Endpoint, Env};
use crate::run::{ExitStatus, Findings, RunError, check, list_models, runtime};

use super::CommandError;

/// Asks the endpoint of `cli` and `env` for one item, or for its models, and
/// tells what came of it.
pub(super) fn execute(
    cli: &Cli,
    env: &Env,
    lists_models: bool,
) -> Result<ExitStatus, CommandError> {
    let findings = find(cli, env, lists_models);
    let findings = findings.unwrap_or_else(|error| Findings::not_begun(&error));
    findings.tell(cli.json).map_err(CommandError::Stdout)
}

fn find(cli: &Cli, env: &Env, lists_models: bool) -> Result<Findings, RunError> {
    let endpoint = Endpoint::resolve(cli, env)?;
    runtime()?.block_on(async {
        match lists_models {
            true => list_models(&endpoint).await,
            false => check(&endpoint).await,
        }
    })
}
