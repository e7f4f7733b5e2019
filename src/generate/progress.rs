//! How far a run has come: empty, or what its journal tells.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde::Serialize;

use crate::document::Passages;
use crate::format::FormatHandler;
use crate::output::Origin;
use crate::sample::{Field, FieldKind, Sample, Value};

use super::brief::{Briefs, Source};
use super::cells::Cells;
use super::dedup::{Dedup, Novelty, labels};
use super::examples::{Hands, Originals};
use super::ledger::{Ledger, Settlement, Shortfall};
use super::plan::Plan;
use super::record::Record;
use super::traffic::Traffic;
use super::verify::Tally;
use super::{Balance, Options, Outcome, Part, Planning, Run};

/// Times that a batch is tried, retries left aside, before its turn is given
/// to another.
const MOST_PLANNINGS: u32 = 3;

/// How far a run has come.
#[derive(Debug)]
pub struct Progress {
    pub(super) ledger: Ledger,
    dedup: Dedup,
    /// The examples, if there are any.
    originals: Option<Originals>,
    /// Whether the last value of every sample is a mark.
    are_marked: bool,
    pub(super) turns: Turns,
    pub(super) traffic: Traffic,
    pub(super) refinement: Refinement,
    pub(super) planned: Planned,
    pub(super) briefs: Briefs,
    pub(super) cells: Cells,
    balance: Option<Balance>,
    /// The examples that each batch is shown.
    pub(super) hands: Hands,
    /// What each passage gave, if there are passages.
    pub(super) coverage: Option<Coverage>,
    /// Parts of the run that came before; zero for a new run.
    pub(super) parts: u32,
    /// The batches whose samples wait for a second look, by number.
    pub(super) candidates: BTreeMap<u64, Candidates>,
    /// What second looks came to, if there are any.
    pub(super) verified: Option<Tally>,
    /// The fields of all samples.
    pub(super) fields: Vec<Field>,
}

/// A batch that brought new samples, which are not verified yet.
#[derive(Debug)]
pub(super) struct Candidates {
    /// What became of the batch so far.
    pub(super) settlement: Settlement,
    /// What it was for, by class.
    pub(super) by_class: Vec<u64>,
    pub(super) origin: Origin,
    pub(super) samples: Vec<Sample>,
}

impl Progress {
    /// That of a new run of `options` from `source`, of samples in `format`.
    #[must_use]
    pub fn new(format: &dyn FormatHandler, options: &Options, source: &Source) -> Self {
        let passages = match source {
            Source::Query(_) => None,
            Source::Documents(passages) => Some(passages.len()),
        };
        let (planned, plan) = match (&options.planning, source) {
            (Planning::None, _) => (Planned::Settled, None),
            (_, Source::Documents(_)) => (Planned::Settled, Some(Plan::without_words())),
            (Planning::BuiltIn, _) => (Planned::Settled, Some(Plan::built_in())),
            (Planning::Given(plan), _) => (Planned::Settled, Some(plan.clone())),
            (Planning::Asked(_), _) => (Planned::Due, None),
        };
        let briefs = Briefs::new(source, options, plan);
        // Small batches rather than passages that are never used.
        let largest_share = briefs.largest_share().unwrap_or(options.batch_size);
        let batch_size = options.batch_size.min(largest_share);
        let shares = options.balance.as_ref().map(|it| it.shares.as_slice());
        let key = options.tells_made.then(|| key(format)).flatten();
        let examples = options.examples.as_deref();
        let hands = examples.map(|examples| Hands::new(examples, options.seed));
        let filled = options.filled_field(format, source).and_then(|name| {
            let mut fields = format.fields().iter();
            fields.position(|field| field.name == name)
        });
        let uncounted = filled.into_iter().chain(labels(format.fields()));
        Self {
            ledger: Ledger::new(options.samples, batch_size, passages, shares),
            dedup: Dedup::new(options.duplicates, options.samples, uncounted),
            originals: examples.map(|examples| Originals::new(examples, options.duplicates)),
            hands: hands.unwrap_or_default(),
            are_marked: options.keep_ungrounded,
            turns: Turns::default(),
            traffic: Traffic::default(),
            refinement: Refinement::Due,
            planned,
            coverage: Coverage::of(source),
            cells: Cells::new(key),
            balance: options.balance.clone(),
            briefs,
            parts: 0,
            candidates: BTreeMap::new(),
            verified: options.verify.as_ref().map(|_| Tally::default()),
            fields: options.fields(format),
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
            Ok(Record::Planned {
                plan,
                from,
                traffic,
            }) => {
                self.follow(plan, from);
                self.traffic += traffic;
            }
            Ok(Record::Candidates {
                number,
                settlement,
                by_class,
                origin,
                candidates,
                traffic,
            }) => {
                let samples = candidates.iter();
                let samples = samples.filter_map(|it| Sample::from_named(it, &self.fields));
                let candidates = Candidates {
                    settlement,
                    by_class,
                    origin,
                    samples: samples.collect(),
                };
                self.replay_candidates(number, candidates);
                self.traffic += traffic;
            }
            Ok(Record::Batch {
                number,
                settlement,
                verified,
                traffic,
                seconds: _,
                answer_ms: _,
            }) => {
                self.replay_batch(number, settlement, samples);
                self.count(verified);
                self.traffic += traffic;
            }
            Ok(Record::Ended { cancelled, traffic }) => {
                self.ledger.cancelled(cancelled);
                self.traffic += traffic;
            }
            Err(error) => tracing::warn!("a record of the journal is left out: {error}"),
        }
    }

    fn replay_candidates(&mut self, number: u64, candidates: Candidates) {
        let Candidates {
            settlement,
            by_class,
            samples,
            ..
        } = &candidates;
        self.turns.replay(number, &settlement.shortfall);
        self.ledger.ask(settlement.asked, by_class);
        for sample in samples {
            self.novelty(sample);
        }
        self.candidates.insert(number, candidates);
    }

    fn replay_batch(&mut self, number: u64, settlement: Settlement, samples: &[Sample]) {
        self.turns.replay(number, &settlement.shortfall);
        let candidates = self.candidates.remove(&number);
        if candidates.is_none() {
            self.ledger.ask(settlement.asked, &[]);
        }
        for sample in samples {
            if candidates.is_some() {
                self.amend(sample);
            } else {
                self.novelty(sample);
            }
        }
        let by_class = candidates.map_or_else(Vec::new, |it| it.by_class);
        self.settle(number, settlement, &by_class, samples);
    }

    /// What `sample` is to those before it, with whichever mark; if it is new,
    /// it is one of them from now on.
    pub(super) fn novelty(&mut self, sample: &Sample) -> Novelty {
        self.dedup.novelty(unmarked(sample, self.are_marked))
    }

    /// Takes in `sample` as a known one is from now on; whether it is not the
    /// same as another.
    pub(super) fn amend(&mut self, sample: &Sample) -> bool {
        self.dedup.amend(unmarked(sample, self.are_marked))
    }

    /// Adds what second looks at a batch came to.
    pub(super) fn count(&mut self, verified: Option<Tally>) {
        if let (Some(all), Some(verified)) = (&mut self.verified, verified) {
            *all += verified;
        }
    }

    /// Samples of `class` that wait for a second look.
    pub(super) fn candidates_of(&self, class: usize) -> u64 {
        let candidates = self.candidates.values().flat_map(|it| &it.samples);
        let of_class = candidates.filter(|sample| self.class_of(sample) == Some(class));
        of_class.count() as u64
    }

    /// Books the samples that wait for a second look as not verified yet, until
    /// the run is resumed.
    pub(super) fn put_off(&mut self) {
        for candidates in std::mem::take(&mut self.candidates).into_values() {
            let settlement = Settlement {
                unverified: candidates.samples.len(),
                ..candidates.settlement
            };
            self.ledger.settle(settlement, &candidates.by_class);
        }
    }

    /// Whether `sample` is one of the examples, with whichever mark.
    pub(super) fn is_copied(&self, sample: &Sample) -> bool {
        let values = unmarked(sample, self.are_marked);
        let originals = self.originals.as_ref();
        originals.is_some_and(|originals| originals.have(values))
    }

    /// The class of `sample`, if classes are balanced.
    pub(super) fn class_of(&self, sample: &Sample) -> Option<usize> {
        self.balance.as_ref()?.classes.class_of(sample)
    }

    /// Books what became of batch `number`, which was for these classes: it
    /// brought `new` samples.
    pub(super) fn settle(
        &mut self,
        number: u64,
        settlement: Settlement,
        by_class: &[u64],
        new: &[Sample],
    ) {
        let cell = self.briefs.cell(number);
        if let (Some(coverage), Some(passage)) = (&mut self.coverage, cell) {
            coverage.add(passage, new.len() as u64);
        }
        if let Some(cell) = cell.filter(|_| settlement.is_answered()) {
            self.cells.answered(cell, new);
        }
        for sample in new {
            if let Some(class) = self.class_of(sample) {
                self.ledger.write(class);
            }
        }
        self.ledger.settle(settlement, by_class);
    }

    /// Follows `plan`, or what there is without one, in batches from number
    /// `from` on; one that comes after another adds its topics to it. Returns how
    /// many are new.
    pub(super) fn follow(&mut self, plan: Option<Plan>, from: u64) -> usize {
        match (self.planned, plan) {
            (Planned::Due, plan) => {
                self.planned = match plan {
                    Some(_) => Planned::MayGrow,
                    None => Planned::Settled,
                };
                let plan = plan.map_or_else(Plan::built_in, Plan::completed);
                let topics = plan.topics.len();
                self.briefs.follow(plan);
                topics
            }
            (_, None) => 0,
            (_, Some(plan)) => self.briefs.grow(plan.topics, from),
        }
    }

    /// The batch whose turn it is, and how often it has failed before; `None` if
    /// every cell is dry.
    pub(super) fn next_turn(&mut self) -> Option<(u64, u32)> {
        if self.is_dry() {
            return None;
        }
        loop {
            let turn = self.turns.next();
            let cell = self.briefs.cell(turn.0);
            if !cell.is_some_and(|cell| self.cells.is_dry(cell)) {
                return Some(turn);
            }
        }
    }

    /// Whether every cell is dry.
    pub(super) fn is_dry(&self) -> bool {
        let cells = self.briefs.cells();
        cells.is_some_and(|cells| self.cells.dry() >= cells)
    }

    /// Whether there is nothing more to come.
    pub(super) fn is_barren(&self) -> bool {
        self.ledger.is_barren() || self.is_dry()
    }

    /// Samples of each class, if classes are balanced.
    pub(super) fn classes(&self) -> Option<ByClass> {
        let classes = &self.balance.as_ref()?.classes;
        let samples = self.ledger.by_class()?.iter();
        Some(ByClass {
            field: classes.field().to_owned(),
            classes: (0..)
                .zip(samples)
                .map(|(class, samples)| OfClass {
                    class: classes.title(class),
                    samples: *samples,
                })
                .collect(),
        })
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
    pub fn into_run(mut self) -> Run {
        self.put_off();
        let balance = self.classes();
        Run {
            books: self.ledger.books().clone(),
            traffic: self.traffic,
            part: Part {
                number: self.parts + 1,
                written: 0,
                traffic: Traffic::default(),
            },
            refined_query: self.refinement.into_query(),
            plan: self.briefs.plan().cloned(),
            balance,
            verified: self.verified,
            coverage: self.coverage,
            end: Ok(Outcome::Complete),
        }
    }
}

/// The values of `sample` without its mark, if samples are marked.
fn unmarked(sample: &Sample, are_marked: bool) -> &[Value] {
    let n_values = sample.values.len() - usize::from(are_marked);
    &sample.values[..n_values]
}

/// Samples of each class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ByClass {
    /// The field whose values are the classes.
    pub field: String,
    /// All of them, in order.
    pub classes: Vec<OfClass>,
}

/// Samples of one class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfClass {
    /// Its name.
    pub class: String,
    /// Its samples on disk.
    pub samples: u64,
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

/// What came of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Planned {
    /// The model was not asked for one yet.
    Due,
    /// The model made one, and may add to it.
    MayGrow,
    /// It is what it is.
    Settled,
}

/// The field that tells best what a sample of `format` is about: its first
/// text, or the first that is neither context nor answer.
fn key(format: &dyn FormatHandler) -> Option<usize> {
    let grounding = format.grounding();
    let is_part = |field: &Field| {
        let name = field.name.as_str();
        grounding.is_some_and(|it| it.context == name || it.answer == Some(name))
    };
    let mut fields = format.fields().iter();
    let is_text = |field: &Field| matches!(field.kind, FieldKind::String | FieldKind::Messages);
    fields.position(|field| is_text(field) && !is_part(field))
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

    /// The first number that is not given out yet.
    pub(super) fn next_new(&self) -> u64 {
        self.next
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
