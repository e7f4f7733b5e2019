//! The documents of a run, and what is said of them.

use std::path::Path;

use crate::config::Documents;
use crate::document::{self, Corpus, LoadError, Skipped};
use crate::report::Report;

use super::repeated;

/// Most skipped files that are told.
const TOLD_SKIPPED: usize = 20;

/// The text of `documents`, for a run with outputs at `prefix`; without any,
/// says why.
pub(super) fn load(
    documents: &Documents,
    prefix: &Path,
    report: &mut Report,
) -> Result<Corpus, LoadError> {
    let folders = prefix.ancestors().skip(1).find(|folder| folder.is_dir());
    let folder = folders.unwrap_or(Path::new("."));
    report.start_loading();
    let loaded = document::load(&documents.paths, documents.how, folder, |loaded| {
        report.loading(loaded);
    });
    report.end_loading();
    if let Err(LoadError::NoText { skipped, .. } | LoadError::NothingLeft { skipped }) = &loaded {
        warn_of(skipped);
    }
    let corpus = loaded?;
    warn_of(&corpus.skipped);
    repeated::warn(&corpus.documents, &documents.past);
    if documents.is_strict && !corpus.skipped.is_empty() {
        return Err(LoadError::Strict {
            files: corpus.skipped.len(),
        });
    }
    tracing::info!(
        "passages: {} (repeated ones left out: {}), documents: {} (files skipped: {})",
        corpus.passages.len(),
        corpus.repeated,
        corpus.documents.len(),
        corpus.skipped.len()
    );
    Ok(corpus)
}

/// Names the files that were skipped, first those that should have been read.
fn warn_of(skipped: &[Skipped]) {
    let (unknown, known): (Vec<_>, Vec<_>) =
        skipped.iter().partition(|file| file.is_of_unknown_type);
    let told = known.iter().chain(&unknown).take(TOLD_SKIPPED);
    for Skipped { path, reason, .. } in told {
        tracing::warn!("skipped `{}`: {reason}", path.display());
    }
    if skipped.len() > TOLD_SKIPPED {
        tracing::warn!(
            "skipped {} files more; --json and the manifest name all of them",
            skipped.len() - TOLD_SKIPPED
        );
    }
}
