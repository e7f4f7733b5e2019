//! What has become of the documents of a run that is repeated. They may differ;
//! that is for the user to judge.

use std::collections::BTreeMap;

use crate::config::PastDocument;
use crate::document::Document;

use super::identity::hex;

/// Most documents that are named.
const NAMED: usize = 20;

/// Warns of differences between the documents `now` and those of the `past` run,
/// if there were any.
pub(super) fn warn(now: &[Document], past: &[PastDocument]) {
    if past.is_empty() {
        return;
    }
    let Changes { other, new, gone } = Changes::between(now, past);
    for (what, names) in [
        ("have another text than in the run that is repeated", other),
        ("were not in the run that is repeated", new),
        ("of the run that is repeated are gone", gone),
    ] {
        if !names.is_empty() {
            tracing::warn!("documents {what}: {}", in_words(&names));
        }
    }
}

/// Names of documents, by what is different.
#[derive(Default)]
struct Changes {
    other: Vec<String>,
    new: Vec<String>,
    gone: Vec<String>,
}

impl Changes {
    fn between(now: &[Document], past: &[PastDocument]) -> Self {
        let digests = past.iter().map(|it| (&*it.path, &*it.text_sha256));
        let mut left: BTreeMap<&str, &str> = digests.collect();
        let mut changes = Self::default();
        for document in now {
            let name = document.path.display().to_string();
            match left.remove(&*name) {
                None => changes.new.push(name),
                Some(digest) if digest != hex(&document.sha256) => changes.other.push(name),
                Some(_) => {}
            }
        }
        changes.gone = left.into_keys().map(str::to_owned).collect();
        changes
    }
}

fn in_words(names: &[String]) -> String {
    let quoted = names.iter().take(NAMED).map(|name| format!("`{name}`"));
    let quoted = quoted.collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(NAMED) {
        None | Some(0) => quoted,
        Some(more) => format!("{quoted} and {more} more"),
    }
}
