//! Rows of a file that are not as they should be.

use std::collections::BTreeMap;
use std::path::Path;

use indicatif::HumanCount;
use serde::Serialize;

use crate::report;
use crate::rows::{Place, RowsError};

/// Rows of a file that are told one by one.
const MOST_TOLD: u64 = 20;

/// The reason of rows that cannot be read.
const BROKEN: &str = "broken row";

/// What is wrong with a row.
pub(super) struct Fault {
    place: Option<Place>,
    /// In one of few words.
    reason: String,
    /// In particular.
    told: String,
}

impl Fault {
    /// That the row at `place` breaks a rule.
    pub(super) fn at(place: Place, reason: String) -> Self {
        Self {
            place: Some(place),
            told: reason.clone(),
            reason,
        }
    }

    /// That a row cannot be read.
    pub(super) fn broken(error: RowsError) -> Self {
        Self {
            place: error.place,
            reason: BROKEN.to_owned(),
            told: error.problem,
        }
    }
}

/// Rows of a file that have a fault, by reason.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub(super) struct Faults(BTreeMap<String, u64>);

impl Faults {
    /// How many rows they are.
    pub(super) fn rows(&self) -> u64 {
        self.0.values().sum()
    }

    /// Counts a row of the file at `path`, and tells it if it is one of the first.
    pub(super) fn add(&mut self, path: &Path, fault: Fault) {
        let Fault {
            place,
            reason,
            told,
        } = fault;
        if self.rows() < MOST_TOLD {
            let place = place.map(|place| format!(" {place}:")).unwrap_or_default();
            report::say(&format!("{}:{place} {told}", path.display()));
        }
        *self.0.entry(reason).or_default() += 1;
    }

    /// Tells how many rows of the file at `path` are not `what`, and why.
    pub(super) fn tell(&self, path: &Path, what: &str) {
        let file = path.display();
        let not_told = self.rows().saturating_sub(MOST_TOLD);
        if not_told > 0 {
            report::say(&format!("{file}: and {} more", HumanCount(not_told)));
        }
        if !self.0.is_empty() {
            let reasons = report::listed(&self.0);
            report::say(&format!("{file}: not {what}: {reasons}"));
        }
    }
}
