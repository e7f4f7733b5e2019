//! A limit on what may go out within any minute.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

const MINUTE: Duration = Duration::from_secs(60);

/// What went out within the last minute, and the most that may.
#[derive(Debug)]
pub(super) struct PerMinute {
    limit: u64,
    taken: VecDeque<(Instant, u64)>,
    sum: u64,
    /// Number of the request that `taken` begins with.
    first: u64,
}

impl PerMinute {
    pub(super) fn new(limit: u64) -> Self {
        Self {
            limit,
            taken: VecDeque::new(),
            sum: 0,
            first: 0,
        }
    }

    /// When `amount` may be taken. More than the limit may when nothing else
    /// was within a minute, or it never could.
    pub(super) fn ready(&mut self, now: Instant, amount: u64) -> Instant {
        while let Some((at, taken)) = self.taken.front()
            && *at + MINUTE <= now
        {
            self.sum -= taken;
            self.first += 1;
            self.taken.pop_front();
        }
        let mut sum = self.sum;
        let mut ready = now;
        for (at, taken) in &self.taken {
            if sum + amount <= self.limit {
                break;
            }
            sum -= taken;
            ready = *at + MINUTE;
        }
        ready
    }

    pub(super) fn take(&mut self, now: Instant, amount: u64) {
        self.sum += amount;
        self.taken.push_back((now, amount));
    }

    /// The request with this number (from 0) took `amount` after all.
    pub(super) fn correct(&mut self, number: u64, amount: u64) {
        let index = number.checked_sub(self.first).map(usize::try_from);
        if let Some(Ok(index)) = index
            && let Some((_, taken)) = self.taken.get_mut(index)
        {
            self.sum = self.sum - *taken + amount;
            *taken = amount;
        }
    }
}
