//! `sdgen check`: whether a run would work.

use crate::cli::Cli;
use crate::config::{Endpoint, Env};
use crate::run::{ExitStatus, RunError, check, list_models};

/// Asks the endpoint of `cli` and `env` for one item, or for its models.
pub(super) fn execute(cli: &Cli, env: &Env, lists_models: bool) -> Result<ExitStatus, RunError> {
    let endpoint = Endpoint::resolve(cli, env)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match lists_models {
            true => list_models(&endpoint).await,
            false => check(&endpoint).await,
        }
    })
}
