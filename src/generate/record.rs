//! What the journal says of a run beside its samples.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::output::Origin;

use super::ledger::Settlement;
use super::plan::Plan;
use super::traffic::Traffic;
use super::verify::Tally;

/// Something that happened; samples of a batch stand beside it.
///
/// Traffic is always what was sent and spent since the record before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Record {
    /// A further part of the run begins.
    Resumed,
    /// The query was refined, or could not be.
    Refined {
        query: Option<String>,
        traffic: Traffic,
    },
    /// A plan was made, or topics for one that is there, from batch `from` on;
    /// or could not be.
    Planned {
        plan: Option<Plan>,
        from: u64,
        traffic: Traffic,
    },
    /// A batch brought new samples, which are to be verified.
    Candidates {
        number: u64,
        #[serde(flatten)]
        settlement: Settlement,
        /// What it was for, by class.
        by_class: Vec<u64>,
        origin: Origin,
        candidates: Vec<Map<String, Value>>,
        traffic: Traffic,
    },
    /// A batch came to its end.
    Batch {
        number: u64,
        #[serde(flatten)]
        settlement: Settlement,
        /// What second looks at its samples came to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        verified: Option<Tally>,
        traffic: Traffic,
        /// Since the first request of this part of the run could be sent; older
        /// journals do not say it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seconds: Option<u64>,
        /// Milliseconds that each answer since the batch before took: from the
        /// sending of the request to when the answer was there and looked at.
        ///
        /// A request that was repeated counts for each time that it was answered,
        /// from when it was sent then; neither pauses nor errors count, nor
        /// answers that were kept. Older journals do not say it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        answer_ms: Vec<u64>,
    },
    /// A part of the run ends, and gives up what is under way.
    Ended { cancelled: u64, traffic: Traffic },
}
