//! Second looks at the samples of a batch, one after the other, and what they
//! come to.

use std::collections::VecDeque;

use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::llm::{ChatRequest, Completion};
use crate::output::Origin;
use crate::sample::{Field, Sample};

use super::super::ledger::{Settlement, Shortfall};
use super::super::parse;
use super::super::progress::Candidates;
use super::super::record::Record;
use super::super::verify::{Look, Tally, Verdict};
use super::attempt::{Attempt, Task};
use super::{Engine, mix};

/// Tells the seeds of second looks from those of batches.
const LOOKS: u64 = 0x7665_7269_6679;

/// What is known of the samples of a batch so far, and the looks that are to
/// come.
pub(super) struct Review {
    /// What was found, by sample.
    verdicts: Vec<Verdict>,
    /// The looks that are to come, at least one.
    looks: VecDeque<Look>,
    /// The samples that they take in, in order.
    open: VecDeque<usize>,
    /// Whether they are for samples that were not judged at first.
    is_second: bool,
}

impl Review {
    /// The next look.
    pub(super) fn look(&self) -> &Look {
        self.looks.front().expect("there is one to come")
    }

    /// Takes in what the next look found; `verdicts` that are missing are those
    /// of samples that were not judged.
    fn take(&mut self, verdicts: Vec<Verdict>) {
        let look = self.looks.pop_front().expect("there was one to come");
        let unjudged = std::iter::repeat(Verdict::Unjudged);
        let indices = self.open.drain(..look.samples());
        for (index, verdict) in indices.zip(verdicts.into_iter().chain(unjudged)) {
            self.verdicts[index] = verdict;
        }
    }

    /// The samples that were not judged.
    fn unjudged(&self) -> Vec<usize> {
        let verdicts = self.verdicts.iter().enumerate();
        let unjudged = verdicts.filter(|(_, verdict)| **verdict == Verdict::Unjudged);
        unjudged.map(|(index, _)| index).collect()
    }
}

impl<F: FnMut(super::Event<'_>)> Engine<'_, F> {
    /// Has the `samples` of a batch looked at, once they are in the journal.
    pub(super) fn have_verified(
        &mut self,
        number: u64,
        mut settlement: Settlement,
        by_class: Vec<u64>,
        samples: Vec<Sample>,
        origin: Origin,
    ) {
        let record = Record::Candidates {
            number,
            settlement: settlement.clone(),
            by_class: by_class.clone(),
            origin: origin.clone(),
            candidates: named(&samples, &self.progress.fields),
            traffic: self.traffic_of_record(),
        };
        let kept = self.outputs.keep(samples.len(), &record);
        if !self.checked(kept) {
            settlement.shortfall = Shortfall::Failed("not written".to_owned());
            self.progress.settle(number, settlement, &by_class, &[]);
            return;
        }
        let candidates = Candidates {
            settlement,
            by_class,
            origin,
            samples,
        };
        self.progress.candidates.insert(number, candidates);
        self.begin_review(number);
    }

    /// Has everything looked at that an earlier part of the run left.
    pub(super) fn begin_reviews(&mut self) {
        let numbers: Vec<_> = self.progress.candidates.keys().copied().collect();
        for number in numbers {
            self.begin_review(number);
        }
    }

    fn begin_review(&mut self, number: u64) {
        let samples = self.progress.candidates[&number].samples.len();
        let review = Review {
            verdicts: vec![Verdict::Unjudged; samples],
            looks: VecDeque::new(),
            open: VecDeque::new(),
            is_second: false,
        };
        self.look_at((0..samples).collect(), number, review);
    }

    /// Goes on with a review by looking at the samples with the indices `open`.
    fn look_at(&mut self, open: Vec<usize>, number: u64, mut review: Review) {
        let all = &self.progress.candidates[&number].samples;
        let samples: Vec<Sample> = open.iter().map(|index| all[*index].clone()).collect();
        let seed = self.generator.options.seed ^ LOOKS;
        let seed = mix(seed, number, u32::from(review.is_second));
        let verifier = self.verifier.as_ref().expect("samples are verified");
        review.looks = verifier.looks(&samples, seed).into();
        review.open = open.into();
        self.go_on(number, review);
    }

    fn go_on(&mut self, number: u64, review: Review) {
        let task = Task::Verify(review);
        let attempt = Attempt::new(number, task, 0, Instant::now());
        self.waiting.push(attempt);
    }

    /// The request of the next look of a review.
    pub(super) fn look_request(&self, attempt: &Attempt, review: &Review) -> ChatRequest {
        let options = self.generator.options;
        let tries = 2 * attempt.retries + u32::from(review.is_second);
        let seed = mix(options.seed ^ LOOKS, attempt.number, 2 + tries);
        review.look().request(options.seed_requests.then_some(seed))
    }

    /// Takes in the answer to a look.
    pub(super) fn read_verdicts(&mut self, number: u64, review: Review, completion: &Completion) {
        // An answer that was cut or blocked judges no sample, or some.
        let items = parse::items(&completion.text).unwrap_or_default();
        let verdicts = review.look().verdicts(&items);
        self.judged(number, review, verdicts);
    }

    /// Ends a look without an answer; if the run is to end, too, another part of
    /// it looks again.
    pub(super) fn unjudged(&mut self, number: u64, review: Review) {
        if self.stop.is_none() {
            self.judged(number, review, Vec::new());
        }
    }

    /// Goes on after a look.
    fn judged(&mut self, number: u64, mut review: Review, verdicts: Vec<Verdict>) {
        review.take(verdicts);
        if !review.looks.is_empty() {
            return self.go_on(number, review);
        }
        let unjudged = review.unjudged();
        if review.is_second || unjudged.is_empty() {
            return self.conclude(number, review.verdicts);
        }
        review.is_second = true;
        self.look_at(unjudged, number, review);
    }

    /// Keeps and drops the samples of a batch as the `verdicts` say.
    fn conclude(&mut self, number: u64, verdicts: Vec<Verdict>) {
        let candidates = self.progress.candidates.remove(&number);
        let Candidates {
            mut settlement,
            by_class,
            origin,
            samples,
        } = candidates.expect("they wait for this");
        let verifier = self.verifier.as_ref().expect("samples are verified");
        let mut tally = Tally::default();
        let (mut kept, mut dropped) = (Vec::new(), Vec::new());
        for (sample, verdict) in samples.into_iter().zip(verdicts) {
            match verifier.conclude(sample.clone(), verdict, &mut tally) {
                Ok(same) if same == sample => kept.push(same),
                Ok(relabelled) if self.progress.amend(&relabelled) => kept.push(relabelled),
                Ok(_) => settlement.duplicate += 1,
                Err(reason) => dropped.push((reason, sample)),
            }
        }
        for (reason, sample) in dropped {
            self.keep_example(&reason, &sample, Some(&origin));
            settlement.rejected.push(reason);
        }
        let new = self.fitting(kept, &by_class, &mut settlement);
        let (origin, tally) = (Some(&origin), Some(tally));
        self.book(number, settlement, &by_class, new, origin, tally);
    }

    /// The first of `samples` that are still missing. Those of other batches may
    /// have come before them, and some may be of another class than they were.
    fn fitting(
        &self,
        samples: Vec<Sample>,
        by_class: &[u64],
        settlement: &mut Settlement,
    ) -> Vec<Sample> {
        let mut fitting = Vec::new();
        let mut taken = vec![0; by_class.len()];
        for sample in samples {
            let class = self.progress.class_of(&sample);
            if let Some(class) = class
                && self.progress.ledger.is_full(class, taken[class])
            {
                settlement.rejected.push(self.enough_of(class));
            } else if fitting.len() as u64 >= self.progress.missing() {
                settlement.surplus += 1;
            } else {
                if let Some(class) = class {
                    taken[class] += 1;
                }
                fitting.push(sample);
            }
        }
        fitting
    }
}

/// `samples` as objects of `fields`.
fn named(samples: &[Sample], fields: &[Field]) -> Vec<Map<String, Value>> {
    let objects = samples.iter().map(|sample| {
        let json = serde_json::to_value(sample.named(fields)).expect("keys are texts");
        match json {
            Value::Object(object) => object,
            _ => unreachable!("a sample is an object"),
        }
    });
    objects.collect()
}
