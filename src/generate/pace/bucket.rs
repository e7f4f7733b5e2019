//! What retries after failures are paid from.

use std::time::Duration;

use tokio::time::Instant;

/// Retries that may follow each other at once.
const CAPACITY: f64 = 50.0;

/// Filled in by an answer: failures that stay below half of the answers are
/// retried without delay.
const PER_ANSWER: f64 = 0.5;

/// Filled in by time: the probes of an outage.
const PER_SECOND: f64 = 1.0;

/// A token bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Bucket {
    pub(super) fn full(now: Instant) -> Self {
        Self {
            tokens: CAPACITY,
            at: now,
        }
    }

    pub(super) fn empty(now: Instant) -> Self {
        Self {
            tokens: 0.0,
            at: now,
        }
    }

    /// When the next retry can be paid for.
    pub(super) fn ready(&mut self, now: Instant) -> Instant {
        self.fill(now);
        let missing = (1.0 - self.tokens).max(0.0) / PER_SECOND;
        now + Duration::from_secs_f64(missing)
    }

    pub(super) fn pay(&mut self, now: Instant) {
        self.fill(now);
        // A wait may end a rounding error early.
        self.tokens = (self.tokens - 1.0).max(0.0);
    }

    pub(super) fn answered(&mut self, now: Instant) {
        self.fill(now);
        self.tokens = (self.tokens + PER_ANSWER).min(CAPACITY);
    }

    fn fill(&mut self, now: Instant) {
        let seconds = now.duration_since(self.at).as_secs_f64();
        self.tokens = (self.tokens + seconds * PER_SECOND).min(CAPACITY);
        self.at = now;
    }
}
