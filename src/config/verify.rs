//! What `--verify` and the flags beside it mean.

use std::path::Path;

use crate::cli::{Cli, VerifyAction};
use crate::format::{Check, Format, FormatHandler as _};
use crate::generate::verify::{Action, Verify};
use crate::text_file;

use super::ConfigError;

/// Characters of the longest rubric.
const LONGEST_RUBRIC: usize = 4_000;

/// The least quality that is kept, unless the user says otherwise.
const DEFAULT_QUALITY: u8 = 3;

/// How samples of `format` are looked at a second time, if they are.
pub(super) fn verify(cli: &Cli, format: &Format) -> Result<Option<Verify>, ConfigError> {
    if !cli.verify {
        return Ok(None);
    }
    let check = format.check();
    let unfit = |flag, finds| {
        let format = format.name().to_owned();
        Err(ConfigError::Verify {
            flag,
            format,
            finds,
        })
    };
    let is_labelled = matches!(check, Check::Label { .. } | Check::Score { .. });
    let has_quality = check == Check::Quality;
    if cli.verify_action == VerifyAction::Relabel && !is_labelled {
        return unfit("--verify-action relabel", "neither a label nor a score");
    }
    if cli.rubric.is_some() && !has_quality {
        return unfit("--rubric", "no quality");
    }
    if cli.min_quality.is_some() && !has_quality {
        return unfit("--min-quality", "no quality");
    }
    Ok(Some(Verify {
        action: match cli.verify_action {
            VerifyAction::Drop => Action::Drop,
            VerifyAction::Relabel => Action::Relabel,
        },
        min_quality: cli.min_quality.unwrap_or(DEFAULT_QUALITY),
        rubric: cli.rubric.as_deref().map(load_rubric).transpose()?,
    }))
}

fn load_rubric(path: &Path) -> Result<String, ConfigError> {
    let unusable = |problem| ConfigError::Rubric {
        path: path.to_owned(),
        problem,
    };
    let text = text_file::read(path).map_err(|error| unusable(error.to_string()))?;
    let rubric = text.trim_start_matches('\u{feff}').trim();
    match rubric.chars().count() {
        0 => Err(unusable("it is blank".to_owned())),
        1..=LONGEST_RUBRIC => Ok(rubric.to_owned()),
        characters => Err(unusable(format!(
            "it has {characters} characters, and may have {LONGEST_RUBRIC}"
        ))),
    }
}
