//! How far one record of the journal brings a run.

use serde_json::Value;

use super::record::Record;
use super::traffic::Traffic;

/// What was answered and written since the record before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Step {
    /// Requests that came to an end, with an answer or an error.
    pub ended: u64,
    /// Samples written.
    pub written: u64,
    /// Tokens billed, in and out.
    pub tokens: u64,
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
                ..
            } => Self {
                written: settlement.written as u64,
                seconds,
                ..Self::sent(&traffic)
            },
            Record::Refined { traffic, .. }
            | Record::Planned { traffic, .. }
            | Record::Candidates { traffic, .. }
            | Record::Ended { traffic, .. } => Self::sent(&traffic),
        })
    }

    fn sent(traffic: &Traffic) -> Self {
        let usages = [traffic.usage, traffic.verify.usage];
        let tokens = usages.map(|usage| usage.prompt_tokens + usage.completion_tokens);
        Self {
            ended: traffic.ended,
            tokens: tokens.iter().sum(),
            ..Self::default()
        }
    }
}
