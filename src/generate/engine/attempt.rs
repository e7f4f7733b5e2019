//! What is tried, perhaps more than once.

use tokio::time::Instant;

use super::super::brief::Brief;
use super::super::budget::Purpose;
use super::verifying::Review;

/// A request to be sent for a batch, and how often it was tried.
pub(super) struct Attempt {
    /// That of the batch.
    pub(super) number: u64,
    pub(super) task: Task,
    /// Failures of the batch in earlier turns.
    pub(super) turns: u32,
    /// Answers and errors that count against the retries of a batch.
    pub(super) retries: u32,
    /// Pauses, whatever for.
    pub(super) pauses: u32,
    pub(super) adaptations: u32,
    pub(super) due: Instant,
    /// Whether it repeats one that failed.
    pub(super) is_paid: bool,
}

/// What is asked for.
pub(super) enum Task {
    /// The samples of the batch.
    Write(Brief),
    /// What is to be thought of them.
    Verify(Review),
}

impl Attempt {
    /// The first one for `task`.
    pub(super) fn new(number: u64, task: Task, turns: u32, now: Instant) -> Self {
        Self {
            number,
            task,
            turns,
            retries: 0,
            pauses: 0,
            adaptations: 0,
            due: now,
            is_paid: false,
        }
    }

    pub(super) fn purpose(&self) -> Purpose {
        match &self.task {
            Task::Write(_) => Purpose::Samples,
            Task::Verify(_) => Purpose::Look,
        }
    }

    /// Items that the answer should have.
    pub(super) fn items(&self) -> usize {
        match &self.task {
            Task::Write(brief) => brief.count,
            Task::Verify(review) => review.look().samples(),
        }
    }

    /// Whether it repeats another one.
    pub(super) fn is_retry(&self) -> bool {
        self.retries + self.pauses + self.adaptations > 0
    }
}
