//! How far a run has come: empty, or what its journal tells.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::document::Passages;
use crate::format::FormatHandler;
use crate::sample::Sample;

use super::brief::{Briefs, Source};
use super::dedup::{Dedup, Novelty};
use super::ledger::{Ledger, Shortfall};
use super::record::Record;
use super::traffic::Traffic;
use super::{Options, Outcome, Part, Run};

/// Times that a batch is tried, retries left aside, before its turn is given
/// to another.
const MOST_PLANNINGS: u32 = 3;

/// How far a run has come.
#[derive(Debug)]
pub struct Progress {
    pub(super) ledger: Ledger,
    dedup: Dedup,
    /// Whether the last value of every sample is a mark.
    are_marked: bool,
    pub(super) turns: Turns,
    pub(super) traffic: Traffic,
    pub(super) refinement: Refinement,
    pub(super) briefs: Briefs,
    /// What each passage gave, if there are passages.
    pub(super) coverage: Option<Coverage>,
    /// Parts of the run that came before; zero for a new run.
    pub(super) parts: u32,
}

impl Progress {
    /// That of a new run of `options` from `source`, of samples in `format`.
    #[must_use]
    pub fn new(format: &dyn FormatHandler, options: &Options, source: &Source) -> Self {
        let passages = match source {
            Source::Query(_) => None,
            Source::Documents(passages) => Some(passages.len()),
        };
        let briefs = Briefs::new(source, options.seed, options.samples);
        // Small batches rather than passages that are never used.
        let largest_share = briefs.largest_share().unwrap_or(options.batch_size);
        let batch_size = options.batch_size.min(largest_share);
        let filled = options.filled_field(format, source).and_then(|name| {
            let mut fields = format.fields().iter();
            fields.position(|field| field.name == name)
        });
        Self {
            ledger: Ledger::new(options.samples, batch_size, passages),
            dedup: Dedup::new(options.duplicates, options.samples, filled),
            are_marked: options.keep_ungrounded,
            turns: Turns::default(),
            traffic: Traffic::default(),
            refinement: Refinement::Due,
            coverage: Coverage::of(source),
            briefs,
            parts: 0,
        }
    }

    /// Takes in a record of the journal, and the samples beside it. One that
    /// cannot be read is left out.
    pub fn replay(&mut self, record: serde_json::Value, samples: &[Sample]) {
        self.parts = self.parts.max(1);
        match serde_json::from_value(record) {
            Ok(Record::Resumed) => self.parts += 1,
            Ok(Record::Refined { query, traffic }) => {
                self.refinement = Refinement::of(query);
                self.traffic += traffic;
            }
            Ok(Record::Batch {
                number,
                settlement,
                traffic,
            }) => {
                for sample in samples {
                    self.novelty(sample);
                }
                self.turns.replay(number, &settlement.shortfall);
                self.cover(number, samples.len());
                self.ledger.ask(settlement.asked);
                self.ledger.settle(settlement);
                self.traffic += traffic;
            }
            Ok(Record::Ended { cancelled, traffic }) => {
                self.ledger.cancelled(cancelled);
                self.traffic += traffic;
            }
            Err(error) => tracing::warn!("a record of the journal is left out: {error}"),
        }
    }

    /// What `sample` is to those before it, with whichever mark; if it is new,
    /// it is one of them from now on.
    pub(super) fn novelty(&mut self, sample: &Sample) -> Novelty {
        let n_marks = usize::from(self.are_marked);
        let n_values = sample.values.len() - n_marks;
        self.dedup.novelty(&sample.values[..n_values])
    }

    /// Books new samples of batch `number` to its passage.
    pub(super) fn cover(&mut self, number: u64, samples: usize) {
        if let (Some(coverage), Some(passage)) =
            (&mut self.coverage, self.briefs.passage_of(number))
        {
            coverage.add(passage, samples as u64);
        }
    }

    /// Samples on disk.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.ledger.books().written
    }

    /// Samples that are still missing.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.ledger.missing()
    }

    /// Whether the target is reached.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.missing() == 0
    }

    /// A run that was complete from the start.
    #[must_use]
    pub fn into_run(self) -> Run {
        Run {
            books: self.ledger.books().clone(),
            traffic: self.traffic,
            part: Part {
                number: self.parts + 1,
                written: 0,
                traffic: Traffic::default(),
            },
            refined_query: self.refinement.into_query(),
            coverage: self.coverage,
            end: Ok(Outcome::Complete),
        }
    }
}

/// How much of the documents was used.
#[derive(Debug, Clone)]
pub struct Coverage {
    passages: Arc<Passages>,
    /// Samples that each of them gave.
    samples: Vec<u32>,
}

impl Coverage {
    fn of(source: &Source) -> Option<Self> {
        let Source::Documents(passages) = source else {
            return None;
        };
        Some(Self {
            passages: Arc::clone(passages),
            samples: vec![0; passages.len()],
        })
    }

    fn add(&mut self, passage: usize, samples: u64) {
        let count = &mut self.samples[passage];
        *count = count.saturating_add(u32::try_from(samples).unwrap_or(u32::MAX));
    }

    /// Passages in all.
    #[must_use]
    pub fn passages(&self) -> usize {
        self.samples.len()
    }

    /// Passages that gave a sample.
    #[must_use]
    pub fn used(&self) -> usize {
        self.samples.iter().filter(|samples| **samples > 0).count()
    }

    /// Samples that each document gave, by its index in the corpus.
    #[must_use]
    pub fn by_document(&self) -> Vec<u64> {
        let mut by_document = vec![0; self.passages.documents()];
        for (passage, samples) in self.samples.iter().enumerate() {
            by_document[self.passages.document(passage)] += u64::from(*samples);
        }
        by_document
    }
}

/// What came of having the model refine the query.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refinement {
    /// It was not tried yet.
    Due,
    /// Nothing.
    Failed,
    /// A better query.
    Query(String),
}

impl Refinement {
    /// What came of it when it was tried.
    pub(super) fn of(query: Option<String>) -> Self {
        query.map_or(Self::Failed, Self::Query)
    }

    pub(super) fn query(&self) -> Option<&str> {
        match self {
            Self::Query(query) => Some(query),
            Self::Due | Self::Failed => None,
        }
    }

    pub(super) fn into_query(self) -> Option<String> {
        match self {
            Self::Query(query) => Some(query),
            Self::Due | Self::Failed => None,
        }
    }
}

/// Whose turn it is: numbers of batches, each of which stands for a brief.
#[derive(Debug, Default)]
pub(super) struct Turns {
    next: u64,
    /// Those that an earlier part of the run has begun and not ended.
    begun: BTreeSet<u64>,
    /// Those that failed, and how often each has.
    failed: VecDeque<u64>,
    failures: BTreeMap<u64, u32>,
    /// Whether the last one had failed before.
    was_failed: bool,
}

impl Turns {
    /// The batch whose turn it is, and how often it has failed before. One that
    /// failed comes after one that has not, lest those that always fail are
    /// taken for all.
    pub(super) fn next(&mut self) -> (u64, u32) {
        let failed = match self.was_failed {
            true => None,
            false => self.failed.pop_front(),
        };
        self.was_failed = failed.is_some();
        let number = failed.or_else(|| self.begun.pop_first());
        let number = number.unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        });
        (number, self.failures.get(&number).copied().unwrap_or(0))
    }

    /// A batch failed, and may not if it is tried again.
    pub(super) fn failed(&mut self, number: u64) {
        let times = self.failures.entry(number).or_default();
        *times += 1;
        if *times < MOST_PLANNINGS {
            self.failed.push_back(number);
        }
    }

    /// A batch is put off, through no fault of its own as far as is known.
    pub(super) fn postponed(&mut self, number: u64) {
        self.failed.push_back(number);
    }

    fn replay(&mut self, number: u64, shortfall: &Shortfall) {
        self.begun.extend(self.next..number);
        self.begun.remove(&number);
        self.failed.retain(|failed| *failed != number);
        self.next = self.next.max(number + 1);
        if shortfall.may_pass() {
            self.failed(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_begun_and_not_ended_comes_first() {
        let mut turns = Turns::default();
        for number in [0, 3, 1] {
            turns.replay(number, &Shortfall::NotDelivered);
        }
        let next: Vec<_> = (0..3).map(|_| turns.next().0).collect();
        assert_eq!(next, [2, 4, 5]);
    }

    #[test]
    fn a_failed_batch_gets_a_few_more_turns() {
        let mut turns = Turns::default();
        let mut order = Vec::new();
        for _ in 0..6 {
            let turn = turns.next();
            if turn.0 == 0 {
                turns.failed(0);
            }
            order.push(turn);
        }
        assert_eq!(order, [(0, 0), (0, 1), (1, 0), (0, 2), (2, 0), (3, 0)]);
    }
}
