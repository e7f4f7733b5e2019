//! What requests are asked for: topics and classes.

use std::path::{Path, PathBuf};

use crate::cli::{BalanceChoice, Cli};
use crate::format::{Classes, Format, FormatHandler as _};
use crate::generate::{Balance, Detail, Plan, Planning};
use crate::text_file;

use super::ConfigError;

/// Samples from which on sub-topics and attributes are worth their tokens, which
/// are about those of ten samples.
const WORTH_A_PLAN: usize = 200;

/// Where the topics come from, and where they are saved, as `--no-plan`,
/// `--topics` and `--plan` say.
pub(super) fn planning(
    cli: &Cli,
    is_query: bool,
    is_offline: bool,
) -> Result<(Planning, Option<PathBuf>), ConfigError> {
    let (topics, plan) = (cli.topics.as_deref(), cli.plan.as_deref());
    let is_given = topics.is_some() || plan.is_some();
    if is_given && !is_query {
        tracing::warn!("--topics and --plan have an effect with --query only");
    } else if is_given && is_offline {
        tracing::warn!("--topics and --plan have no effect with this provider");
    }
    let asked = match plan {
        _ if is_offline => Planning::BuiltIn,
        // What is kept is for more than this run.
        None if cli.samples < WORTH_A_PLAN => Planning::Asked(Detail::Names),
        _ => Planning::Asked(Detail::Full),
    };
    Ok(match (topics, plan) {
        _ if cli.no_plan => (Planning::None, None),
        (Some(path), _) if path == Path::new("none") => (Planning::BuiltIn, None),
        (Some(path), _) => (Planning::Given(load_topics(path)?), None),
        (None, None) => (asked, None),
        (None, Some(path)) if path.exists() => (Planning::Given(load_plan(path)?), None),
        (None, Some(path)) => match path.parent().is_some_and(has_folder) {
            true => (asked, Some(path.to_owned())),
            false => {
                return Err(ConfigError::Plan {
                    path: path.to_owned(),
                    problem: "its folder does not exist".to_owned(),
                });
            }
        },
    })
}

/// Whether a file whose parent is `folder` can be there.
fn has_folder(folder: &Path) -> bool {
    folder.as_os_str().is_empty() || folder.is_dir()
}

fn load_topics(path: &Path) -> Result<Plan, ConfigError> {
    let unusable = |problem| ConfigError::Topics {
        path: path.to_owned(),
        problem,
    };
    let text = text_file::read(path).map_err(|error| unusable(error.to_string()))?;
    Plan::of_list(&text).map_err(|error| unusable(error.to_string()))
}

fn load_plan(path: &Path) -> Result<Plan, ConfigError> {
    let text = text_file::read(path).map_err(|error| error.to_string());
    let plan = text.and_then(|text| Plan::parse(text.trim_start_matches('\u{feff}')));
    plan.map_err(|problem| ConfigError::Plan {
        path: path.to_owned(),
        problem,
    })
}

/// The classes of `format` that are balanced, and how; none unless they are
/// named if the samples are cut out of documents, which may not hold them all.
pub(super) fn balance(
    choice: Option<&BalanceChoice>,
    format: &Format,
    is_cut_out: bool,
) -> Result<Option<Balance>, ConfigError> {
    let (field, shares) = match choice {
        Some(BalanceChoice::None) => return Ok(None),
        None if is_cut_out => return Ok(None),
        None => {
            let even = |classes: Classes| Balance {
                shares: vec![1.0; classes.len()],
                classes,
            };
            return Ok(format.classes().map(even));
        }
        Some(BalanceChoice::Shares(field, shares)) => (field, shares),
    };
    let default = format
        .classes()
        .filter(|classes| classes.field() == field.as_str());
    let classes = default.or_else(|| Classes::named(format.fields(), field));
    let classes = classes.ok_or_else(|| {
        ConfigError::Balance(format!(
            "`{field}` is no field of `{}` with classes",
            format.name()
        ))
    })?;
    if classes.len() != shares.len() {
        let titles: Vec<_> = (0..classes.len()).map(|it| classes.title(it)).collect();
        return Err(ConfigError::Balance(format!(
            "`{field}` needs {} numbers, one for each of {}",
            classes.len(),
            titles.join(", ")
        )));
    }
    Ok(Some(Balance {
        classes,
        shares: shares.clone(),
    }))
}
