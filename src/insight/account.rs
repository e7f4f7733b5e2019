//! What a run tells of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value as Json;

use crate::generate::verify::Tally;
use crate::generate::{Books, Rates, Traffic};
use crate::output::Beside;

use super::growth::Growth;
use super::pace::Pace;

/// Rejected items to look at: of one reason, and of all.
const MOST_OF_A_REASON: u64 = 3;
const MOST_REJECTS: usize = 30;

/// A run, as far as it is known.
#[derive(Debug, Default)]
pub struct Run {
    /// The name of its files without their extension.
    pub name: String,
    /// The parts of its samples that were read; empty if that is the whole.
    pub parts: Vec<&'static str>,
    /// What its manifest says.
    pub account: Account,
    /// What decided what it asked for, from its journal.
    pub settings: Json,
    /// How it grew.
    pub growth: Growth,
    /// How it went over time.
    pub pace: Pace,
    /// Examples of what it did not take.
    pub rejects: Rejects,
}

/// What a manifest says; what an older one does not say is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the manifest tells what they are")]
pub struct Account {
    pub sdgen_version: String,
    pub end: Option<End>,
    pub provider: String,
    pub offline: bool,
    pub model: String,
    pub verify_model: Option<String>,
    pub format: String,
    pub query: Option<String>,
    pub refined_query: Option<String>,
    pub language: Option<String>,
    pub documents: Option<Vec<Document>>,
    pub skipped: Vec<Skipped>,
    pub passages: Option<Passages>,
    pub seed: u64,
    pub samples_wanted: u64,
    pub started: String,
    pub finished: Option<String>,
    pub seconds: Option<f64>,
    pub samples: Option<Books>,
    pub verified: Option<Tally>,
    pub traffic: Option<Traffic>,
    pub cost: Option<Cost>,
    pub prices: Option<Rates>,
    pub part: Option<Part>,
    pub files: Vec<PathBuf>,
}

impl Account {
    /// Whether the run made a file with the name of that at `path`.
    #[must_use]
    pub fn lists(&self, path: &Path) -> bool {
        let is_it = |file: &PathBuf| file.file_name() == path.file_name();
        self.files.iter().any(is_it)
    }

    /// Whether it made files with a part of its samples: a folder for the Hub
    /// alone names the whole as one.
    #[must_use]
    pub fn is_split(&self) -> bool {
        let parts = self.files.iter().filter_map(|file| Beside::of_part(file));
        let parts: BTreeSet<_> = parts.map(|(_, part)| part).collect();
        parts.len() > 1
    }
}

/// How a run ended.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the manifest tells what they are")]
pub struct End {
    pub reason: String,
    pub problem: Option<String>,
}

/// A document, and the samples that it gave.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the manifest tells what they are")]
pub struct Document {
    pub path: String,
    pub passages: u64,
    pub samples: u64,
}

/// A file that gave no document.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the manifest tells what they are")]
pub struct Skipped {
    pub path: String,
    pub reason: String,
}

/// Passages of the documents.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the manifest tells what they are")]
pub struct Passages {
    pub all: u64,
    pub used: u64,
    pub repeated: u64,
}

/// An amount of money.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the manifest tells what they are")]
pub struct Cost {
    pub usd: f64,
    pub prices_of: String,
}

/// The last part of a run.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the manifest tells what they are")]
pub struct Part {
    pub number: u32,
}

/// An item that was not taken.
#[derive(Debug, Clone, Deserialize)]
pub struct Reject {
    /// Why.
    pub reason: String,
    /// What it was.
    pub item: Json,
}

/// Some items that were not taken.
#[derive(Debug, Default)]
pub struct Rejects {
    examples: Vec<Reject>,
    by_reason: BTreeMap<String, u64>,
}

impl Rejects {
    /// Takes in the next one, if there are few of its reason.
    pub fn take(&mut self, reject: Reject) {
        let count = self.by_reason.entry(reject.reason.clone()).or_default();
        *count += 1;
        if *count <= MOST_OF_A_REASON && self.examples.len() < MOST_REJECTS {
            self.examples.push(reject);
        }
    }

    /// Those that were kept.
    #[must_use]
    pub fn examples(&self) -> &[Reject] {
        &self.examples
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn few_rejects_of_each_reason_are_kept() {
        let mut rejects = Rejects::default();
        for number in 0..50 {
            let reason = format!("reason {}", number % 2);
            rejects.take(Reject {
                reason,
                item: json!(number),
            });
        }
        assert_eq!(rejects.examples().len(), 6);
    }

    #[test]
    fn a_manifest_of_another_version_is_understood_as_far_as_it_goes() {
        let account: Account = serde_json::from_value(json!({
            "model": "m", "future": {}, "samples": {"requested": 3, "written": 2},
        }))
        .expect("a manifest");
        assert_eq!(
            account
                .samples
                .map(|books| (books.requested, books.written)),
            Some((3, 2))
        );
    }
}
