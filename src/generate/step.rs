//! How far one record of the journal brings a run.

use serde_json::Value;

use super::record::Record;
use super::traffic::Traffic;

/// What was answered and written since the record before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// What was sent and spent.
    pub traffic: Traffic,
    /// Samples written.
    pub written: u64,
    /// Milliseconds that answers took, from the sending of each request on.
    pub answer_ms: Vec<u64>,
    /// When, since this part of the run began, if it is known.
    pub seconds: Option<u64>,
    /// Whether a further part of the run begins.
    pub is_resumed: bool,
}

impl Step {
    /// What the journal says in `note`; `None` if it cannot be understood.
    #[must_use]
    pub fn of(note: Value) -> Option<Self> {
        Some(match serde_json::from_value(note).ok()? {
            Record::Resumed => Self {
                is_resumed: true,
                ..Self::default()
            },
            Record::Batch {
                settlement,
                traffic,
                seconds,
                answer_ms,
                ..
            } => Self {
                traffic,
                written: settlement.written as u64,
                answer_ms,
                seconds,
                is_resumed: false,
            },
            Record::Refined { traffic, .. }
            | Record::Planned { traffic, .. }
            | Record::Candidates { traffic, .. }
            | Record::Ended { traffic, .. } => Self {
                traffic,
                ..Self::default()
            },
        })
    }
}
