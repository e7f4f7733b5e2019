//! How fast requests go out: as fast as the endpoint allows, and no faster.
//!
//! Pure: is told the time, sends nothing and sleeps never. Three things hold
//! requests back:
//!
//! - the window, the number that may be under way at once: multiplicative
//!   decrease once per burst of complaints, and a growth that is slow near the
//!   number that last was too many and quick far from it;
//! - limits in requests and tokens a minute, the user's own and those that the
//!   server tells in headers or with a complaint;
//! - a bucket that retries after failures are paid from, which makes of an
//!   outage one probe a second.

mod bucket;
mod per_minute;
mod window;

use std::time::Duration;

use tokio::time::Instant;

use crate::llm::{RateLimits, RateWindow};

use bucket::Bucket;
use per_minute::PerMinute;
use window::Window;

/// Complaints and failures in a row, without an answer between them, after
/// which an endpoint is down; more if a single batch may have as many.
const DOWN_AFTER: u32 = 5;

/// Share of the requests sent meanwhile that complaints are at least in an
/// endpoint that is down; the others may be accepted, and still be answered.
const DOWN_SHARE: f64 = 0.9;

/// Time that complaints last at least in an endpoint that is down: those of a
/// limit by the second do not.
const DOWN_TIME: Duration = Duration::from_secs(2);

/// Limits of a run on its requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most requests under way at once; at least one.
    pub concurrency: usize,
    /// Most requests within any minute.
    pub requests_per_minute: Option<u64>,
    /// Most tokens, of prompts and answers, within any minute.
    pub tokens_per_minute: Option<u64>,
    /// Longest wait for an endpoint that brings nothing but complaints and
    /// failures.
    pub max_wait: Duration,
}

impl Limits {
    /// The longest wait unless the user says otherwise.
    pub const MAX_WAIT: Duration = Duration::from_secs(600);

    /// No limit but this number under way at once.
    #[must_use]
    pub fn at_once(concurrency: usize) -> Self {
        Self {
            concurrency,
            requests_per_minute: None,
            tokens_per_minute: None,
            max_wait: Self::MAX_WAIT,
        }
    }
}

/// Whether a request may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Permit {
    /// Now.
    Go,
    /// Not before this.
    At(Instant),
    /// Not before one under way has ended.
    AfterAnother,
}

/// A request that went out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ticket {
    sent: Instant,
    number: u64,
}

impl Ticket {
    /// Since it went out.
    pub(super) fn milliseconds(self, now: Instant) -> u64 {
        let elapsed = now.duration_since(self.sent).as_millis();
        u64::try_from(elapsed).unwrap_or(u64::MAX)
    }
}

/// What held requests back so far, and what is learned from it.
#[derive(Debug)]
pub(super) struct Pace {
    window: Window,
    bucket: Bucket,
    requests: Option<PerMinute>,
    tokens: Option<PerMinute>,
    /// What the server's headers leave.
    left: [Option<Left>; 2],
    /// Until when the server wants none.
    hold: Option<Instant>,
    sent: u64,
    concurrency: usize,
    has_answered: bool,
    down_after: u32,
    /// While there are only complaints and failures.
    trouble: Option<Trouble>,
    /// Whether the last thing that ended was a failure.
    is_failing: bool,
}

/// A time without an answer, since its first complaint or failure.
#[derive(Debug, Clone, Copy)]
struct Trouble {
    since: Instant,
    /// Requests sent since then; what was sent together with the first that
    /// failed says no more than that.
    sent: u32,
    complaints: u32,
    failures: u32,
    is_down: bool,
}

impl Trouble {
    fn is_an_outage(&self, now: Instant, down_after: u32) -> bool {
        let times = self.complaints + self.failures;
        let are_most = f64::from(times) >= DOWN_SHARE * f64::from(self.sent);
        let is_long = now.duration_since(self.since) >= DOWN_TIME;
        self.failures >= down_after || times >= down_after && are_most && is_long
    }
}

/// What is left of a limit of the server until it is renewed.
#[derive(Debug, Clone, Copy)]
struct Left {
    amount: u64,
    until: Instant,
}

impl Pace {
    /// For batches of up to `max_retries` retries each.
    pub(super) fn new(limits: Limits, max_retries: u32, now: Instant) -> Self {
        Self {
            window: Window::new(limits.concurrency, now),
            bucket: Bucket::full(now),
            requests: limits.requests_per_minute.map(PerMinute::new),
            tokens: limits.tokens_per_minute.map(PerMinute::new),
            left: [None; 2],
            hold: None,
            sent: 0,
            concurrency: limits.concurrency,
            has_answered: false,
            down_after: DOWN_AFTER.max(max_retries.saturating_add(2)),
            trouble: None,
            is_failing: false,
        }
    }

    /// Whether a request of some `tokens` may go out while others are
    /// `under_way`; a retry after a failure has to be paid for.
    pub(super) fn permit(
        &mut self,
        now: Instant,
        under_way: usize,
        tokens: u64,
        is_paid: bool,
    ) -> Permit {
        if under_way >= self.window.size() {
            return Permit::AfterAnother;
        }
        let [requests_left, tokens_left] = self.left;
        let is_paid = is_paid || self.is_down();
        let earliest = [
            self.hold,
            self.window.next_slot(),
            self.requests.as_mut().map(|limit| limit.ready(now, 1)),
            self.tokens.as_mut().map(|limit| limit.ready(now, tokens)),
            requests_left.and_then(|left| left.ready(1)),
            tokens_left.and_then(|left| left.ready(tokens)),
            is_paid.then(|| self.bucket.ready(now)),
        ];
        match earliest.into_iter().flatten().max() {
            Some(earliest) if earliest > now => Permit::At(earliest),
            _ => Permit::Go,
        }
    }

    /// A request goes out, as [`permit`](Self::permit) allowed.
    pub(super) fn sent(
        &mut self,
        now: Instant,
        under_way: usize,
        tokens: u64,
        is_paid: bool,
    ) -> Ticket {
        if is_paid || self.is_down() {
            self.bucket.pay(now);
        }
        self.window.sent(now, under_way);
        for (limit, amount) in [(&mut self.requests, 1), (&mut self.tokens, tokens)] {
            if let Some(limit) = limit {
                limit.take(now, amount);
            }
        }
        for (left, amount) in self.left.iter_mut().zip([1, tokens]) {
            *left = left
                .filter(|left| left.until > now)
                .map(|left| left.less(amount));
        }
        if let Some(trouble) = &mut self.trouble {
            trouble.sent += 1;
        }
        self.sent += 1;
        Ticket {
            sent: now,
            number: self.sent - 1,
        }
    }

    /// An answer came that took `tokens` in all; returns whether an outage is
    /// over.
    pub(super) fn answered(
        &mut self,
        now: Instant,
        ticket: Ticket,
        tokens: u64,
        told: RateLimits,
    ) -> bool {
        let was_down = self.is_down();
        self.has_answered = true;
        self.trouble = None;
        self.is_failing = false;
        self.window.answered(now, ticket.sent, self.hold);
        self.bucket.answered(now);
        if was_down {
            self.bucket = Bucket::full(now);
        }
        if let Some(limit) = &mut self.tokens {
            limit.correct(ticket.number, tokens);
        }
        for (left, told) in self.left.iter_mut().zip([told.requests, told.tokens]) {
            *left = told.and_then(|told| Left::of(told, now)).or(*left);
        }
        was_down
    }

    /// The server complains that there are too many requests, and may ask for a
    /// pause.
    pub(super) fn throttled(&mut self, now: Instant, ticket: Ticket, asked: Option<Duration>) {
        self.send_less(now, ticket, asked);
        self.is_failing = false;
        self.in_trouble(now, ticket, |trouble| &mut trouble.complaints);
    }

    /// The same, told by a failure.
    pub(super) fn overloaded(&mut self, now: Instant, ticket: Ticket, asked: Option<Duration>) {
        self.send_less(now, ticket, asked);
        self.failed(now, ticket);
    }

    fn send_less(&mut self, now: Instant, ticket: Ticket, asked: Option<Duration>) {
        self.window.throttled(now, ticket.sent);
        self.hold = self.hold.max(asked.map(|asked| now + asked));
    }

    /// A request failed, which says nothing about their number.
    pub(super) fn failed(&mut self, now: Instant, ticket: Ticket) {
        self.is_failing = true;
        self.in_trouble(now, ticket, |trouble| &mut trouble.failures);
    }

    fn in_trouble(
        &mut self,
        now: Instant,
        ticket: Ticket,
        kind: impl FnOnce(&mut Trouble) -> &mut u32,
    ) {
        let trouble = self.trouble.get_or_insert(Trouble {
            since: now,
            sent: 0,
            complaints: 0,
            failures: 0,
            is_down: false,
        });
        let counts = u32::from(ticket.sent >= trouble.since);
        *kind(trouble) += counts;
        if !trouble.is_down && trouble.is_an_outage(now, self.down_after) {
            trouble.is_down = true;
            self.bucket = Bucket::empty(now);
        }
    }

    /// Whether there has been an answer at all.
    pub(super) fn has_answered(&self) -> bool {
        self.has_answered
    }

    /// Batches that may be begun and not ended at once.
    pub(super) fn most_batches(&self) -> usize {
        match self.has_answered {
            true => self.concurrency,
            false => self.window.size(),
        }
    }

    /// Whether there is nothing but complaints and failures.
    pub(super) fn is_down(&self) -> bool {
        self.trouble.is_some_and(|trouble| trouble.is_down)
    }

    /// Since when there is nothing but complaints and failures.
    pub(super) fn trouble_since(&self) -> Option<Instant> {
        self.trouble.map(|trouble| trouble.since)
    }

    /// Requests that may be under way at once.
    pub(super) fn limit(&self) -> usize {
        self.window.size()
    }

    /// Whether the last thing that ended was a failure.
    pub(super) fn is_failing(&self) -> bool {
        self.is_failing
    }

    /// Whether the server wants no request at `now`.
    pub(super) fn is_held(&self, now: Instant) -> bool {
        self.hold.is_some_and(|hold| hold > now)
    }
}

impl Left {
    fn of(told: RateWindow, now: Instant) -> Option<Self> {
        Some(Self {
            amount: told.remaining,
            until: now + told.reset?,
        })
    }

    /// When `amount` may be taken, if not at once.
    fn ready(self, amount: u64) -> Option<Instant> {
        (self.amount < amount).then_some(self.until)
    }

    fn less(self, amount: u64) -> Self {
        Self {
            amount: self.amount.saturating_sub(amount),
            ..self
        }
    }
}

#[cfg(test)]
mod tests;
