//! The books of a run: what was asked for and what became of it.
//!
//! Pure: decides how much to ask for and when asking is pointless, and sends
//! nothing itself.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::quotas::Quotas;

/// Batches in a row without one new sample after which a run is barren.
pub(super) const BARREN_AFTER: u32 = 5;

/// The same for a run from many passages, where the next one may bring more.
const BARREN_AFTER_PASSAGES: u32 = 20;

/// Answers from which it is seen whether the yield is worth going on, and the
/// least part of what they were asked for that must be new.
const RECENT: usize = 20;
const LEAST_YIELD: f64 = 0.02;

/// Answers from which it is seen that the yield falls, and what it falls below.
const LATEST: usize = 4;
const LOW_YIELD: f64 = 0.3;

/// Answers in a row that were not cut after which batches grow again.
const GROW_AFTER: u32 = 10;

/// Samples that the estimate of the yield starts from, as if all were new.
const PRIOR: f64 = 10.0;

/// What became of every sample that was asked for.
///
/// `requested = written + duplicate + rejected + blocked + truncated + failed`
/// holds whenever no request is under way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Books {
    /// Samples asked for, and those that came unasked.
    pub requested: u64,
    /// Those of the requested that came without being asked for.
    pub unasked: u64,
    /// New and on disk.
    pub written: u64,
    /// Those of the written that are marked as ungrounded.
    pub ungrounded: u64,
    /// Seen before in this run.
    pub duplicate: u64,
    /// Those of the duplicates that are not the same, but similar.
    pub near_duplicate: u64,
    /// Broke a rule, or came when the target was reached (`surplus`), by reason.
    pub rejected: BTreeMap<String, u64>,
    /// Not given by a filter of the provider, by its reason.
    pub blocked: BTreeMap<String, u64>,
    /// Cut off by the cap on output tokens.
    pub truncated: u64,
    /// Never came, or were not verified yet, by reason.
    pub failed: BTreeMap<String, u64>,
}

/// The reason of samples that came and were not verified yet.
const UNVERIFIED: &str = "not verified yet";

impl Books {
    /// All rejected samples.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejected.values().sum()
    }

    /// Those of the rejected whose class was full.
    #[must_use]
    pub fn of_full_classes(&self) -> u64 {
        let reasons = self.rejected.iter();
        let full = reasons.filter(|(reason, _)| reason.contains(FULL));
        full.map(|(_, count)| count).sum()
    }

    /// All blocked samples.
    #[must_use]
    pub fn blocked(&self) -> u64 {
        self.blocked.values().sum()
    }

    /// All failed samples.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failed.values().sum()
    }

    /// Those of the failed that a resumed run looks at.
    #[must_use]
    pub fn unverified(&self) -> u64 {
        self.failed.get(UNVERIFIED).copied().unwrap_or_default()
    }

    /// What `requested` must be equal to.
    #[must_use]
    pub fn accounted(&self) -> u64 {
        self.written
            + self.duplicate
            + self.rejected()
            + self.blocked()
            + self.truncated
            + self.failed()
    }
}

/// What became of the samples of one batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settlement {
    /// Samples asked for.
    pub(super) asked: usize,
    /// New and on disk.
    pub(super) written: usize,
    /// Those of the written that are marked as ungrounded.
    pub(super) ungrounded: usize,
    /// Seen before.
    pub(super) duplicate: usize,
    /// Those of the duplicates that are not the same, but similar.
    pub(super) near_duplicate: usize,
    /// Reason of each rejected item.
    pub(super) rejected: Vec<String>,
    /// New, but beyond the target.
    pub(super) surplus: usize,
    /// New, but not verified yet, at the end of a part of the run.
    #[serde(skip)]
    pub(super) unverified: usize,
    /// Why the rest of what was asked for did not come, if there is a rest.
    pub(super) shortfall: Shortfall,
}

/// Why samples did not come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Shortfall {
    /// The model wrote fewer.
    #[default]
    NotDelivered,
    /// The answer was cut.
    Truncated,
    /// A filter kept them back; its reason.
    Blocked(String),
    /// There was no answer to be used, this time.
    Failed(String),
    /// There is no answer to this request; why.
    Refused(String),
}

impl Shortfall {
    /// Whether the same request may bring more another time.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

impl Settlement {
    /// Whether there was an answer, if perhaps a cut one.
    pub(super) fn is_answered(&self) -> bool {
        matches!(
            self.shortfall,
            Shortfall::NotDelivered | Shortfall::Truncated
        )
    }

    /// Items that came.
    fn delivered(&self) -> usize {
        self.written + self.duplicate + self.rejected.len() + self.surplus + self.unverified
    }
}

/// What one answer brought.
#[derive(Debug)]
struct Recent {
    asked: usize,
    delivered: usize,
    new: usize,
}

/// The books, and what is still to be asked for.
#[derive(Debug)]
pub(super) struct Ledger {
    target: u64,
    batch_size: usize,
    /// Most samples to ask for, as answers that were cut have shown.
    most: usize,
    /// Answers that were not cut since the last one that was, or since batches
    /// grew; at first as many as make one that is cut an exception.
    whole: u32,
    outstanding: u64,
    /// Samples asked for in requests that were answered, and the new ones among
    /// them: what the yield is learned from.
    answered: u64,
    fresh: u64,
    /// Batches in a row without a new sample, for which there was no answer.
    failing: u32,
    /// The same, answered.
    stale: u32,
    stale_limit: u32,
    /// What the last answers brought.
    recent: VecDeque<Recent>,
    quotas: Option<Quotas>,
    books: Books,
}

impl Ledger {
    /// Books for `target` samples, made from a number of passages or, if that
    /// is `None`, from a query; of classes in these `shares`, if they are
    /// balanced.
    pub(super) fn new(
        target: usize,
        batch_size: usize,
        passages: Option<usize>,
        shares: Option<&[f64]>,
    ) -> Self {
        let passages = passages.and_then(|passages| u32::try_from(passages).ok());
        Self {
            target: target as u64,
            batch_size,
            most: batch_size,
            whole: GROW_AFTER,
            outstanding: 0,
            answered: 0,
            fresh: 0,
            failing: 0,
            stale: 0,
            stale_limit: passages
                .unwrap_or_default()
                .clamp(BARREN_AFTER, BARREN_AFTER_PASSAGES),
            recent: VecDeque::new(),
            quotas: shares.map(|shares| Quotas::new(target as u64, shares)),
            books: Books::default(),
        }
    }

    pub(super) fn books(&self) -> &Books {
        &self.books
    }

    /// Samples that are still missing.
    pub(super) fn missing(&self) -> u64 {
        self.target.saturating_sub(self.books.written)
    }

    /// Samples on disk by class, if classes are balanced.
    pub(super) fn by_class(&self) -> Option<&[u64]> {
        self.quotas.as_ref().map(Quotas::written)
    }

    /// Whether there are enough samples of `class`, `taken` ones among them that
    /// are not booked yet.
    pub(super) fn is_full(&self, class: usize, taken: u64) -> bool {
        let quotas = self.quotas.as_ref();
        quotas.is_some_and(|quotas| quotas.is_full(class, taken))
    }

    /// Whether the last batches brought nothing new, or next to nothing.
    pub(super) fn is_barren(&self) -> bool {
        self.failing >= BARREN_AFTER
            || self.failing + self.stale >= self.stale_limit
            || self.is_below(LEAST_YIELD, RECENT, |answer| answer.asked)
    }

    /// Answers in a row without a new sample.
    pub(super) fn stale(&self) -> u32 {
        self.stale
    }

    /// Whether less of what comes is new. That little comes is no reason for
    /// other topics.
    pub(super) fn is_waning(&self) -> bool {
        self.is_below(LOW_YIELD, LATEST, |answer| answer.delivered)
    }

    /// Whether of all samples `of` the last `answers` less than the part `least`
    /// is new.
    fn is_below(&self, least: f64, answers: usize, of: fn(&Recent) -> usize) -> bool {
        #![expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let latest = || self.recent.iter().rev().take(answers);
        let all: usize = latest().map(of).sum();
        let new: usize = latest().map(|answer| answer.new).sum();
        self.recent.len() >= answers && (new as f64) < all as f64 * least
    }

    /// Samples to ask for in a further request; `None` if those outstanding
    /// should do.
    ///
    /// What is missing beyond the expected yield of what is outstanding, plus
    /// a margin for what the run loses on the way; more after answers without
    /// a new sample, never more than a batch.
    pub(super) fn next_ask(&self) -> Option<usize> {
        #![expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let expected_yield = self.expected_yield();
        let uncovered = match &self.quotas {
            None => self.missing() as f64 - self.outstanding as f64 * expected_yield,
            Some(quotas) => quotas.uncovered(expected_yield),
        };
        // While others are under way, a handful is not worth a request.
        let least = if self.outstanding > 0 {
            self.most as f64 / 8.0
        } else {
            0.0
        };
        if uncovered <= least {
            return None;
        }
        let wanted = uncovered / expected_yield * f64::from(1 << self.stale.min(BARREN_AFTER));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped"
        )]
        Some(wanted.ceil().clamp(1.0, self.most as f64) as usize)
    }

    /// Share of the samples asked for that are new, as far as the answers show.
    fn expected_yield(&self) -> f64 {
        #![expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        ((self.fresh as f64 + PRIOR) / (self.answered as f64 + PRIOR)).clamp(0.05, 1.0)
    }

    /// `count` samples of request `number` by class; empty if classes are not
    /// balanced.
    pub(super) fn divide(&self, count: usize, number: u64) -> Vec<u64> {
        match &self.quotas {
            None => Vec::new(),
            Some(quotas) => quotas.divide(count, self.expected_yield(), number),
        }
    }

    /// A request for `count` samples goes out, of these classes.
    pub(super) fn ask(&mut self, count: usize, by_class: &[u64]) {
        self.outstanding += count as u64;
        if let Some(quotas) = &mut self.quotas {
            quotas.ask(by_class);
        }
    }

    /// Such a request is put off.
    pub(super) fn take_back(&mut self, count: usize, by_class: &[u64]) {
        self.outstanding -= count as u64;
        if let Some(quotas) = &mut self.quotas {
            quotas.end(by_class);
        }
    }

    /// A sample of `class` was written.
    pub(super) fn write(&mut self, class: usize) {
        if let Some(quotas) = &mut self.quotas {
            quotas.write(class);
        }
    }

    /// A request came to its end, which was for these classes.
    pub(super) fn settle(&mut self, settlement: Settlement, by_class: &[u64]) {
        self.take_back(settlement.asked, by_class);
        let delivered = settlement.delivered();
        let is_answered = settlement.is_answered();
        let shortfall = settlement.asked.saturating_sub(delivered) as u64;
        let books = &mut self.books;
        books.requested += settlement.asked.max(delivered) as u64;
        books.unasked += delivered.saturating_sub(settlement.asked) as u64;
        books.written += settlement.written as u64;
        books.ungrounded += settlement.ungrounded as u64;
        books.duplicate += settlement.duplicate as u64;
        books.near_duplicate += settlement.near_duplicate as u64;
        for reason in settlement.rejected {
            *books.rejected.entry(reason).or_default() += 1;
        }
        if settlement.surplus > 0 {
            *books.rejected.entry(SURPLUS.to_owned()).or_default() += settlement.surplus as u64;
        }
        if settlement.unverified > 0 {
            let unverified = books.failed.entry(UNVERIFIED.to_owned()).or_default();
            *unverified += settlement.unverified as u64;
        }
        let is_cut = shortfall > 0 && settlement.shortfall == Shortfall::Truncated;
        if is_answered {
            self.answered += settlement.asked as u64;
            let new = settlement.written + settlement.surplus;
            self.fresh += new as u64;
            self.recent.push_back(Recent {
                asked: settlement.asked,
                delivered,
                new,
            });
            let old = self.recent.len().saturating_sub(RECENT);
            self.recent.drain(..old);
        }
        if shortfall > 0 {
            let failed = match settlement.shortfall {
                Shortfall::NotDelivered => {
                    books.failed.entry("not delivered".to_owned()).or_default()
                }
                Shortfall::Truncated => &mut books.truncated,
                Shortfall::Blocked(reason) => books.blocked.entry(reason).or_default(),
                Shortfall::Failed(reason) | Shortfall::Refused(reason) => {
                    books.failed.entry(reason).or_default()
                }
            };
            *failed += shortfall;
        }
        if is_answered {
            self.fit(settlement.asked, is_cut.then_some(delivered));
        }
        match (settlement.written + settlement.surplus, is_answered) {
            (0, true) => self.stale += 1,
            (0, false) => self.failing += 1,
            _ => (self.stale, self.failing) = (0, 0),
        }
    }

    /// Fits the size of batches to what comes whole: `cut_after` items of
    /// `asked` if the answer was cut, but never below half at once, or a fifth
    /// if there was none.
    ///
    /// A single answer that is cut changes nothing: an item may have gone on for
    /// ever, which says little of the others.
    fn fit(&mut self, asked: usize, cut_after: Option<usize>) {
        let Some(items) = cut_after else {
            self.whole += 1;
            if self.whole >= GROW_AFTER && self.most < self.batch_size {
                self.most = (self.most + self.most.div_ceil(4)).min(self.batch_size);
                self.whole = 0;
            }
            return;
        };
        let is_again = self.whole < GROW_AFTER;
        self.whole = 0;
        if is_again {
            let least = match items {
                0 => asked / 5,
                _ => asked / 2,
            };
            self.most = self.most.min(items.max(least)).max(1);
        }
    }

    /// Every request still under way is given up; returns the number of its
    /// samples.
    pub(super) fn give_up(&mut self) -> u64 {
        let cancelled = std::mem::take(&mut self.outstanding);
        if let Some(quotas) = &mut self.quotas {
            quotas.give_up();
        }
        self.cancelled(cancelled);
        cancelled
    }

    /// Samples were asked for in requests that were given up.
    pub(super) fn cancelled(&mut self, samples: u64) {
        if samples > 0 {
            self.books.requested += samples;
            *self.books.failed.entry("cancelled".to_owned()).or_default() += samples;
        }
    }

    /// What earlier parts of the run ran dry of may be there again.
    pub(super) fn take_heart(&mut self) {
        (self.stale, self.failing) = (0, 0);
        self.recent.clear();
    }
}

/// What is said of samples whose class was full, before its name.
pub(super) const FULL: &str = ": enough of ";

/// The reason of new samples that came when the target was reached.
const SURPLUS: &str = "surplus";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(asked: usize, written: usize) -> Settlement {
        Settlement {
            asked,
            written,
            ..Settlement::default()
        }
    }

    #[test]
    fn a_faultless_model_is_asked_for_the_target_and_no_more() {
        let mut ledger = Ledger::new(60, 25, None, None);
        let mut asks = Vec::new();
        while let Some(count) = ledger.next_ask() {
            ledger.ask(count, &[]);
            asks.push(count);
        }
        assert_eq!(asks, [25, 25, 10]);
    }

    #[test]
    fn losses_raise_what_is_asked_for() {
        let mut ledger = Ledger::new(100, 50, None, None);
        for _ in 0..2 {
            ledger.ask(50, &[]);
            ledger.settle(written(50, 40), &[]);
        }
        assert_eq!(ledger.missing(), 20);
        // A yield of (80 + 10) / (100 + 10) makes 20 of 25.
        assert_eq!(ledger.next_ask(), Some(25));
    }

    #[test]
    fn fruitless_batches_in_a_row_make_a_run_barren_and_a_new_sample_ends_that() {
        let mut ledger = Ledger::new(100, 25, None, None);
        for _ in 0..BARREN_AFTER {
            assert!(!ledger.is_barren());
            ledger.ask(25, &[]);
            ledger.settle(written(25, 0), &[]);
        }
        assert!(ledger.is_barren());
        ledger.ask(25, &[]);
        ledger.settle(written(25, 1), &[]);
        assert!(!ledger.is_barren());
    }

    #[test]
    fn a_run_that_brings_next_to_nothing_is_barren() {
        let mut ledger = Ledger::new(1_000, 25, None, None);
        let mut answers = 0;
        while !ledger.is_barren() {
            ledger.ask(25, &[]);
            // One of a hundred, so that there are never five answers in a row
            // without a new sample.
            let new = usize::from(answers % 4 == 0);
            let duplicate = 25 - new;
            ledger.settle(
                Settlement {
                    duplicate,
                    ..written(25, new)
                },
                &[],
            );
            answers += 1;
            assert_eq!(ledger.is_waning(), answers >= LATEST);
        }
        assert_eq!(answers, RECENT);
        ledger.take_heart();
        assert!(!ledger.is_barren());
    }

    #[test]
    fn a_model_that_delivers_little_is_not_waning() {
        let mut ledger = Ledger::new(1_000, 25, None, None);
        for _ in 0..LATEST {
            ledger.ask(25, &[]);
            ledger.settle(written(25, 1), &[]);
        }
        assert!(!ledger.is_waning());
    }

    #[test]
    fn a_class_that_is_full_is_not_asked_for() {
        let mut ledger = Ledger::new(4, 25, None, Some(&[1.0, 1.0]));
        assert_eq!(ledger.divide(4, 0), [2, 2]);
        ledger.ask(4, &[2, 2]);
        ledger.settle(written(4, 2), &[2, 2]);
        ledger.write(0);
        ledger.write(0);
        assert!(ledger.is_full(0, 0) && !ledger.is_full(1, 1));
        assert_eq!(ledger.divide(2, 1), [0, 2]);
    }

    #[test]
    fn an_endpoint_that_fails_is_not_asked_for_more() {
        let mut ledger = Ledger::new(5, 25, None, None);
        for _ in 0..4 {
            assert_eq!(ledger.next_ask(), Some(5));
            ledger.ask(5, &[]);
            ledger.settle(
                Settlement {
                    asked: 5,
                    shortfall: Shortfall::Failed("timeout".to_owned()),
                    ..Settlement::default()
                },
                &[],
            );
        }
    }

    #[test]
    fn batches_shrink_to_what_comes_whole_and_grow_again() {
        let mut ledger = Ledger::new(10_000, 25, None, None);
        let mut settle = |written, shortfall| {
            let asked = ledger.next_ask().expect("much is missing");
            ledger.ask(asked, &[]);
            ledger.settle(
                Settlement {
                    asked,
                    written: asked.min(written),
                    shortfall,
                    ..Settlement::default()
                },
                &[],
            );
            ledger.next_ask().expect("much is missing")
        };
        assert_eq!(settle(4, Shortfall::Truncated), 25, "an item without end");
        assert_eq!(settle(4, Shortfall::Truncated), 12, "and another one soon");
        assert_eq!(settle(8, Shortfall::Truncated), 8);
        assert_eq!(settle(0, Shortfall::Truncated), 1);
        let sizes: Vec<_> = (0..200)
            .map(|_| settle(25, Shortfall::NotDelivered))
            .collect();
        assert_eq!(sizes[..10], [[1; 9].as_slice(), &[2]].concat());
        assert_eq!(sizes.last(), Some(&25));
    }

    #[test]
    fn a_run_from_many_passages_is_barren_later() {
        for (passages, limit) in [(None, 5), (Some(3), 5), (Some(12), 12), (Some(5_000), 20)] {
            let mut ledger = Ledger::new(100, 25, passages, None);
            let mut batches = 0;
            while !ledger.is_barren() {
                ledger.ask(25, &[]);
                ledger.settle(written(25, 0), &[]);
                batches += 1;
            }
            assert_eq!(batches, limit);
        }
    }

    #[test]
    fn what_came_unasked_is_requested_too() {
        let mut ledger = Ledger::new(100, 25, None, None);
        ledger.ask(2, &[]);
        ledger.settle(written(2, 5), &[]);
        assert_eq!((ledger.books().requested, ledger.books().unasked), (5, 3));
    }

    fn settlements() -> impl Strategy<Value = Settlement> {
        let shortfall = prop_oneof![
            Just(Shortfall::Blocked("safety".into())),
            Just(Shortfall::Truncated),
            Just(Shortfall::default()),
        ];
        (
            1..40_usize,
            0..20_usize,
            0..20_usize,
            0..5_usize,
            0..5_usize,
            0..5_usize,
            shortfall,
        )
            .prop_map(
                |(asked, written, duplicate, rejected, surplus, unverified, shortfall)| {
                    Settlement {
                        ungrounded: 0,
                        near_duplicate: 0,
                        asked,
                        written,
                        duplicate,
                        rejected: vec!["answer: blank".to_owned(); rejected],
                        surplus,
                        unverified,
                        shortfall,
                    }
                },
            )
    }

    proptest! {
        #[test]
        fn the_books_always_add_up(settlements in prop::collection::vec(settlements(), 0..30), cancelled in 0..50_usize) {
            let mut ledger = Ledger::new(1000, 25, None, None);
            for settlement in settlements {
                ledger.ask(settlement.asked, &[]);
                ledger.settle(settlement, &[]);
                prop_assert_eq!(ledger.books().requested, ledger.books().accounted());
            }
            ledger.ask(cancelled, &[]);
            prop_assert_eq!(ledger.give_up(), cancelled as u64);
            prop_assert_eq!(ledger.books().requested, ledger.books().accounted());
        }

        #[test]
        fn something_is_asked_for_whenever_nothing_is_under_way(settlements in prop::collection::vec(settlements(), 0..30)) {
            let mut ledger = Ledger::new(1_000_000, 25, None, None);
            for settlement in settlements {
                ledger.ask(settlement.asked, &[]);
                ledger.settle(settlement, &[]);
                let asked = ledger.next_ask();
                prop_assert!(asked.is_some_and(|count| (1..=25).contains(&count)));
            }
        }
    }
}
