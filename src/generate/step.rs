//! How far one record of the journal brings a run.

use serde_json::Value;

use super::record::Record;

/// What was answered and written since the record before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Step {
    /// Requests that came to an end, with an answer or an error.
    pub ended: u64,
    /// Samples written.
    pub written: u64,
}

impl Step {
    /// What the journal says in `note`; `None` if it cannot be understood.
    #[must_use]
    pub fn of(note: Value) -> Option<Self> {
        Some(match serde_json::from_value(note).ok()? {
            Record::Resumed => Self::default(),
            Record::Batch {
                settlement,
                traffic,
                ..
            } => Self {
                ended: traffic.ended,
                written: settlement.written as u64,
            },
            Record::Refined { traffic, .. }
            | Record::Planned { traffic, .. }
            | Record::Candidates { traffic, .. }
            | Record::Ended { traffic, .. } => Self {
                ended: traffic.ended,
                written: 0,
            },
        })
    }
}
