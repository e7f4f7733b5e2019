//! How many requests may be under way at once, learned from complaints.
//!
//! Additive increase alone either creeps back for minutes or runs into the
//! limit again and again, so the growth follows a cubic of time, as in CUBIC
//! (RFC 9438) and the adaptive retries of AWS: back to what was too many in
//! three seconds, flat around it, and faster with distance. It is relative to
//! that number, which makes one curve good for windows of 0.1 and of 500.
//!
//! A window below one means pauses between single requests.

use std::time::Duration;

use tokio::time::Instant;

/// Requests under way before the first answer: a wrong key or a spent quota
/// need not be told more often.
const START: f64 = 2.0;

/// Share of the window that is left after a complaint.
const BETA: f64 = 0.85;

/// Share that is left at least, when most requests were complained about.
const LEAST_BETA: f64 = 0.25;

/// Seconds after a cut until the next one is decided on, if answers take longer
/// than that. Complaints come quickly, and the pauses adapt at once.
const LONGEST_TALLY: f64 = 1.0;

/// Steepness of the growth, in seconds or in latencies if these are longer:
/// 3 % above the old window two of them after it was reached again, 50 % after
/// five.
const CUBIC: f64 = 0.004;

/// One request at a time, with a pause of a thousand times its duration.
const LEAST: f64 = 0.001;

/// Weight of the newest of the latencies.
const NEWEST: f64 = 0.1;

/// The window.
#[derive(Debug)]
pub(super) struct Window {
    ceiling: f64,
    size: f64,
    /// Seconds, smoothed.
    latency: Option<f64>,
    /// The size that last was too large; `None` when it is long forgotten.
    too_large: Option<f64>,
    /// Time of the last cut, or the start.
    cut_at: Instant,
    since_cut: Tally,
    next_slot: Option<Instant>,
}

/// What happened since the last cut.
#[derive(Debug, Default)]
struct Tally {
    sent: u32,
    /// Most that were under way at once.
    peak: usize,
    /// Complaints about what was sent since then, and whether something of it
    /// was answered.
    complaints: u32,
    has_answers: bool,
}

impl Window {
    pub(super) fn new(ceiling: usize, now: Instant) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let ceiling = ceiling as f64;
        Self {
            ceiling,
            size: START.min(ceiling),
            latency: None,
            too_large: None,
            cut_at: now,
            since_cut: Tally::default(),
            next_slot: None,
        }
    }

    /// Requests that may be under way at once; at least one.
    pub(super) fn size(&self) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between LEAST and a usize"
        )]
        let size = self.size.ceil() as usize;
        size
    }

    /// When the next request may go out; any time while nobody complained.
    pub(super) fn next_slot(&self) -> Option<Instant> {
        self.next_slot
    }

    /// A request goes out, while others are `under_way`.
    pub(super) fn sent(&mut self, now: Instant, under_way: usize) {
        self.since_cut.sent += 1;
        self.since_cut.peak = self.since_cut.peak.max(under_way + 1);
        let pause = match (self.too_large, self.latency) {
            (Some(_), Some(latency)) => Duration::from_secs_f64(latency / self.size),
            _ => Duration::ZERO,
        };
        // A slot that was missed by less than a pause is made up for.
        let slot = self.next_slot.filter(|slot| *slot + pause > now);
        self.next_slot = (pause > Duration::ZERO).then(|| slot.unwrap_or(now) + pause);
    }

    /// A request sent at `sent` was answered; a pause that the server asked for
    /// ends or ended at `hold`.
    pub(super) fn answered(&mut self, now: Instant, sent: Instant, hold: Option<Instant>) {
        let latency = now.duration_since(sent).as_secs_f64();
        self.latency = Some(match self.latency {
            Some(smoothed) => smoothed + NEWEST * (latency - smoothed),
            None => latency,
        });
        self.since_cut.has_answers |= sent > self.cut_at;
        let begin = hold.map_or(self.cut_at, |hold| hold.max(self.cut_at));
        self.size = match self.too_large {
            None => self.ceiling,
            Some(size) => {
                let elapsed = now.duration_since(begin).as_secs_f64();
                let pace = self.latency.unwrap_or_default().max(1.0);
                self.size.max(grown(size, elapsed / pace))
            }
        };
        if self.size >= self.ceiling {
            self.size = self.ceiling;
            self.too_large = None;
            self.next_slot = None;
        }
    }

    /// The server complains of a request sent at `sent`.
    pub(super) fn throttled(&mut self, now: Instant, sent: Instant) {
        if self.latency.is_none() {
            // Two are not many.
            return;
        }
        if self.too_large.is_some() {
            // What was sent before the last cut is one burst with it.
            self.since_cut.complaints += u32::from(sent > self.cut_at);
            let latency = self.latency.unwrap_or_default().min(LONGEST_TALLY);
            let is_told = now.duration_since(self.cut_at).as_secs_f64() >= latency;
            // An endpoint that accepts nothing at all says nothing of how much
            // would be too much.
            if self.since_cut.complaints == 0 || !is_told || !self.since_cut.has_answers {
                return;
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let used = self.size.min(self.since_cut.peak.max(1) as f64);
        let Tally {
            sent, complaints, ..
        } = self.since_cut;
        let accepted = 1.0 - f64::from(complaints) / f64::from(sent.max(1));
        self.size = (used * accepted.clamp(LEAST_BETA, BETA)).max(LEAST);
        self.too_large = Some(self.size / BETA);
        self.since_cut = Tally::default();
        self.cut_at = now;
    }
}

/// The window some time after it was cut because `too_large` was too large.
fn grown(too_large: f64, elapsed: f64) -> f64 {
    let flat_after = ((1.0 - BETA) / CUBIC).cbrt();
    too_large * (1.0 + CUBIC * (elapsed - flat_after).powi(3))
}
