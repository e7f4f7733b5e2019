//! What a run has sent and spent, counted at once, even if a batch is dropped.

use std::cell::{Ref, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use serde::Serialize;

use crate::llm::{Completion, Disposition, LlmError, Usage};

/// What a run has sent and spent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Traffic {
    /// Requests sent, retries and the refinement of the query included.
    pub requests: u64,
    /// Requests that repeated an earlier one.
    pub retries: u64,
    /// Requests without an answer: under way, or dropped at the end of a run.
    /// What a dropped one costs is not known.
    pub unanswered: u64,
    /// Attempts that brought no answer, by kind of error.
    pub errors: BTreeMap<String, u64>,
    /// Tokens billed.
    #[serde(flatten)]
    pub usage: Usage,
    /// Models that answered, as the server names them.
    pub models: BTreeSet<String>,
}

/// Counts the traffic of batches that run beside each other in one task.
#[derive(Debug, Default)]
pub(super) struct Meter(RefCell<Traffic>);

impl Meter {
    /// A request goes out.
    pub(super) fn request(&self, is_retry: bool) {
        let mut traffic = self.0.borrow_mut();
        traffic.requests += 1;
        traffic.unanswered += 1;
        traffic.retries += u64::from(is_retry);
    }

    /// An answer came.
    pub(super) fn completion(&self, completion: &Completion) {
        let mut traffic = self.0.borrow_mut();
        traffic.unanswered -= 1;
        traffic.usage += completion.usage;
        if let Some(model) = &completion.model
            && !traffic.models.contains(model)
        {
            traffic.models.insert(model.clone());
        }
    }

    /// A request failed.
    pub(super) fn error(&self, error: &LlmError) {
        self.0.borrow_mut().unanswered -= 1;
        let times = self.count(error.kind());
        // What ends the run is told at its end.
        if error.disposition() != Disposition::FailRun {
            tell(times, error);
        }
    }

    /// An answer could not be used.
    pub(super) fn unusable(&self, reason: &str) {
        tell(
            self.count(reason),
            &format_args!("unusable answer: {reason}"),
        );
    }

    /// Counts a failed attempt; returns how many there were of its kind.
    fn count(&self, kind: &str) -> u64 {
        let mut traffic = self.0.borrow_mut();
        let times = traffic.errors.entry(kind.to_owned()).or_default();
        *times += 1;
        *times
    }

    /// What was counted so far.
    pub(super) fn traffic(&self) -> Ref<'_, Traffic> {
        self.0.borrow()
    }

    /// What was counted in all.
    pub(super) fn into_traffic(self) -> Traffic {
        self.0.into_inner()
    }
}

/// Warns of the first problem of a kind; the others are for the curious.
fn tell(times: u64, problem: &dyn Display) {
    if times == 1 {
        tracing::warn!("{problem}");
    } else {
        tracing::debug!("{problem}");
    }
}
