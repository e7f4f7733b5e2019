//! What becomes of an attempt when it ends.

use std::time::Duration;

use tokio::time::Instant;

use crate::format::Rejection;
use crate::llm::{Completion, Disposition, LlmError};
use crate::output::Origin;
use crate::sample::{Sample, Value};

use super::super::batch::{Reader, Reading};
use super::super::brief::Brief;
use super::super::budget::Purpose;
use super::super::dedup::Novelty;
use super::super::ledger::{FULL, Settlement, Shortfall};
use super::super::pace::Ticket;
use super::super::record::Record;
use super::super::verify::Tally;
use super::super::{Event, parse, retry};
use super::attempt::{Attempt, Task};
use super::instruction::text_of;
use super::{Engine, Reply, Stop, tell, tell_pause};

/// Times that a client may change how it asks within one batch.
const MOST_ADAPTATIONS: u32 = 8;

/// Step of the pauses after complaints, at most: two seconds.
const LONGEST_STEP: u32 = 2;

impl<F: FnMut(Event<'_>)> Engine<'_, F> {
    /// Takes in what came of an attempt.
    pub(super) fn take_in(&mut self, attempt: Attempt, ticket: Ticket, reply: Reply) {
        match reply {
            Ok(completion) => {
                self.answered(&completion, ticket, attempt.purpose(), attempt.items());
                self.read(attempt, &completion);
            }
            Err(error) => {
                self.count_error(&error);
                let was_down = self.is_in_outage();
                self.failed(attempt, ticket, error);
                if self.is_in_outage() && !was_down {
                    let seconds = self.generator.options.limits.max_wait.as_secs();
                    tracing::warn!(
                        "nothing but errors comes; trying once a second, for {seconds} s at most"
                    );
                }
            }
        }
    }

    /// Books an answer to a request for a number of items.
    pub(super) fn answered(
        &mut self,
        completion: &Completion,
        ticket: Ticket,
        purpose: Purpose,
        items: usize,
    ) {
        let now = Instant::now();
        let Completion {
            finish_reason,
            usage,
            limits,
            ..
        } = completion;
        tracing::debug!("answer: {finish_reason:?}, {usage:?}");
        self.last_error = None;
        if !completion.is_recorded {
            self.answer_ms.push(ticket.milliseconds(now));
        }
        match purpose {
            Purpose::Samples => self.progress.traffic.completion(completion),
            Purpose::Look => self.progress.traffic.verdicts(completion),
        }
        let budget = &self.generator.options.budget;
        self.expectations.learn(purpose, items, usage, budget);
        let tokens = usage.prompt_tokens + usage.completion_tokens;
        if self.pace.answered(now, ticket, tokens, *limits) {
            tracing::info!("the endpoint answers again");
            for attempt in &mut self.waiting {
                attempt.due = attempt.due.min(now + retry::pause(0));
            }
        }
    }

    fn read(&mut self, mut attempt: Attempt, completion: &Completion) {
        let number = attempt.number;
        let brief = match attempt.task {
            Task::Write(ref brief) => brief,
            Task::Verify(review) => return self.read_verdicts(number, review, completion),
        };
        let origin = self.origin(number, brief, completion);
        let reader = Reader {
            format: self.generator.format,
            passage: text_of(brief).map(|chunk| &*chunk.text),
            filled: self.instruction(brief).filled,
            marks: self.generator.options.keep_ungrounded,
            checks_sanity: self.generator.options.sanity,
        };
        match reader.read(completion) {
            Reading::Items {
                samples,
                rejections,
                is_cut,
            } => {
                self.keep_examples(&completion.text, &rejections, &origin);
                let reasons = rejections.iter().map(|(_, reason)| reason.to_string());
                let settlement = Settlement {
                    asked: brief.count,
                    rejected: reasons.collect(),
                    shortfall: match is_cut {
                        true => Shortfall::Truncated,
                        false => Shortfall::NotDelivered,
                    },
                    ..Settlement::default()
                };
                self.settle(number, &brief.by_class, settlement, samples, origin);
            }
            Reading::Blocked(reason) => self.end_without(attempt, Shortfall::Blocked(reason)),
            Reading::Unusable(reason) => {
                self.tell(reason, &format_args!("unusable answer: {reason}"));
                if attempt.retries < self.generator.options.max_retries {
                    attempt.retries += 1;
                    attempt.due = Instant::now();
                    attempt.is_paid = false;
                    self.waiting.push(attempt);
                } else {
                    self.end_without(attempt, Shortfall::Failed(reason.to_owned()));
                }
            }
        }
    }

    /// Keeps examples of the items of an answer that were rejected.
    ///
    /// They were taken apart when they were checked; few are wanted, so they
    /// are read again.
    fn keep_examples(&mut self, answer: &str, rejections: &[(usize, Rejection)], origin: &Origin) {
        let examples = self.outputs.rejects();
        let reasons = rejections.iter();
        let wanted: Vec<_> = reasons
            .map(|(index, reason)| (*index, reason.to_string()))
            .filter(|(_, reason)| examples.want(reason))
            .collect();
        if wanted.is_empty() {
            return;
        }
        let items = parse::items(answer).unwrap_or_default();
        for (index, reason) in wanted {
            if let Some(item) = items.get(index) {
                examples.take(&reason, item, Some(origin));
            }
        }
    }

    /// Keeps a sample that was not taken for `reason` as an example, if one is
    /// wanted.
    pub(super) fn keep_example(&mut self, reason: &str, sample: &Sample, origin: Option<&Origin>) {
        let fields = self.generator.format.fields();
        let examples = self.outputs.rejects();
        examples.take(reason, &sample.named(fields), origin);
    }

    /// Where the samples of a batch come from.
    fn origin(&self, number: u64, brief: &Brief, completion: &Completion) -> Origin {
        let passage = brief.passage.as_ref();
        let asked = self.generator.client.model();
        Origin {
            source: passage.map(|chunk| chunk.source.to_string()),
            chunk: passage.map(|chunk| chunk.number),
            page: passage.and_then(|chunk| chunk.page),
            model: Some(completion.model.as_deref().unwrap_or(asked).to_owned()),
            request: number + 1,
        }
    }

    fn failed(&mut self, mut attempt: Attempt, ticket: Ticket, error: LlmError) {
        let kind = error.kind().to_owned();
        match error.disposition() {
            Disposition::Again if attempt.adaptations < MOST_ADAPTATIONS => {
                attempt.adaptations += 1;
                attempt.due = Instant::now();
                attempt.is_paid = false;
                self.waiting.push(attempt);
            }
            Disposition::FailRun | Disposition::Again => {
                self.stop_with(error.into());
                self.end_without(attempt, Shortfall::Failed(kind));
            }
            Disposition::FailBatch => {
                self.end_without(attempt, Shortfall::Refused(kind));
                self.last_error = Some(error);
            }
            Disposition::Wait(asked) => {
                self.tell_hold(asked);
                self.slow_down(ticket, &error);
                attempt.is_paid = false;
                self.repeat_later(attempt, asked, error);
            }
            Disposition::Retry(asked) => {
                self.tell_hold(asked);
                self.slow_down(ticket, &error);
                self.retry(attempt, asked, error);
            }
        }
    }

    /// Lets the pace know of an error that may pass.
    pub(super) fn slow_down(&mut self, ticket: Ticket, error: &LlmError) {
        let now = Instant::now();
        match error.disposition() {
            Disposition::Wait(asked) => self.pace.throttled(now, ticket, asked),
            Disposition::Retry(asked) if error.is_overload() => {
                self.pace.overloaded(now, ticket, asked);
            }
            Disposition::Retry(_) => self.pace.failed(now, ticket),
            Disposition::Again | Disposition::FailBatch | Disposition::FailRun => {}
        }
    }

    /// Whether the endpoint has answered, and brings nothing but errors now.
    fn is_in_outage(&self) -> bool {
        self.pace.is_down() && self.pace.has_answered()
    }

    /// Plans an attempt that failed again, if it has retries left.
    fn retry(&mut self, mut attempt: Attempt, asked: Option<Duration>, error: LlmError) {
        let max_retries = self.generator.options.max_retries;
        attempt.is_paid = true;
        if self.is_in_outage() {
            // In an outage that will end, the retries of a batch are kept. But
            // it may be the batch that brings it about, so others get a turn.
            match attempt.pauses > max_retries.saturating_mul(2) {
                true => self.postpone(attempt, error),
                false => self.repeat_later(attempt, asked, error),
            }
        } else if attempt.retries < max_retries {
            attempt.retries += 1;
            self.repeat_later(attempt, asked, error);
        } else {
            self.end_without(attempt, Shortfall::Failed(error.kind().to_owned()));
            match self.pace.has_answered() {
                true => self.last_error = Some(error),
                false => self.stop_for(error),
            }
        }
    }

    /// Takes an attempt back, for a later turn.
    fn postpone(&mut self, attempt: Attempt, error: LlmError) {
        let now = Instant::now();
        match attempt.task {
            Task::Write(brief) => {
                let ledger = &mut self.progress.ledger;
                ledger.take_back(brief.count, &brief.by_class);
                self.progress.turns.postponed(attempt.number);
            }
            // Due after all that wait already.
            Task::Verify(_) => {
                let again = Attempt::new(attempt.number, attempt.task, 0, now);
                self.waiting.push(again);
            }
        }
        if now >= self.end_of_wait(now) {
            self.stop_for(error);
        }
    }

    /// Until when an endpoint without answers is waited for.
    fn end_of_wait(&self, now: Instant) -> Instant {
        let since = self.pace.trouble_since().unwrap_or(now);
        since + self.generator.options.limits.max_wait
    }

    pub(super) fn stop_for(&mut self, error: LlmError) {
        self.stop.get_or_insert(Stop::Unavailable(error));
    }

    fn tell_hold(&self, asked: Option<Duration>) {
        let asked = asked.filter(|asked| *asked <= self.generator.options.limits.max_wait);
        if !self.pace.is_held(Instant::now()) {
            tell_pause(asked.unwrap_or_default());
        }
    }

    /// Plans an attempt again, after a pause, unless the endpoint would have to
    /// be waited for too long. The last attempt is at the end of that time.
    fn repeat_later(&mut self, mut attempt: Attempt, asked: Option<Duration>, error: LlmError) {
        let now = Instant::now();
        let end = self.end_of_wait(now);
        let asked = now + asked.unwrap_or_default();
        if asked > end || now >= end {
            let kind = error.kind().to_owned();
            self.stop_for(error);
            self.end_without(attempt, Shortfall::Failed(kind));
            return;
        }
        // How much is too much is for the pace to find out; one that was too much
        // must not be the one that all wait for in the end.
        let step = match attempt.is_paid {
            true => attempt.pauses,
            false => attempt.pauses.min(LONGEST_STEP),
        };
        let due = (now + retry::pause(step)).clamp(asked, end);
        tracing::debug!("trying again in {:.1} s", (due - now).as_secs_f64());
        attempt.pauses += 1;
        attempt.due = due;
        self.waiting.push(attempt);
    }

    /// Ends an attempt that brings nothing.
    pub(super) fn end_without(&mut self, attempt: Attempt, shortfall: Shortfall) {
        let number = attempt.number;
        let brief = match attempt.task {
            Task::Write(brief) => brief,
            Task::Verify(review) => return self.unjudged(number, review),
        };
        if shortfall.may_pass() {
            self.progress.turns.failed(number);
        }
        let settlement = Settlement {
            asked: brief.count,
            shortfall,
            ..Settlement::default()
        };
        self.book(number, settlement, &brief.by_class, Vec::new(), None, None);
    }

    /// Takes in the `samples` of a batch, and what else became of it.
    fn settle(
        &mut self,
        number: u64,
        by_class: &[u64],
        mut settlement: Settlement,
        samples: Vec<Sample>,
        origin: Origin,
    ) {
        let mut new = Vec::new();
        let classes = 0..by_class.len();
        let mut taken: Vec<_> = classes
            .map(|class| self.progress.candidates_of(class))
            .collect();
        for sample in samples {
            let class = self.progress.class_of(&sample);
            if let Some(class) = class
                && self.progress.ledger.is_full(class, taken[class])
            {
                let reason = self.enough_of(class);
                self.keep_example(&reason, &sample, Some(&origin));
                settlement.rejected.push(reason);
                continue;
            }
            if self.progress.is_copied(&sample) {
                let reason = "copied example".to_owned();
                self.keep_example(&reason, &sample, Some(&origin));
                settlement.rejected.push(reason);
                continue;
            }
            match self.progress.novelty(&sample) {
                Novelty::Exact => {
                    settlement.duplicate += 1;
                    self.keep_example("duplicate", &sample, Some(&origin));
                }
                Novelty::Near { similarity } => {
                    tracing::debug!("a near duplicate, of similarity {similarity:.2}");
                    settlement.duplicate += 1;
                    settlement.near_duplicate += 1;
                    self.keep_example("near duplicate", &sample, Some(&origin));
                }
                Novelty::New if (new.len() as u64) < self.progress.ledger.missing() => {
                    new.push(sample);
                    if let Some(class) = class {
                        taken[class] += 1;
                    }
                }
                Novelty::New => settlement.surplus += 1,
            }
        }
        match self.verifier.is_some() && !new.is_empty() {
            true => self.have_verified(number, settlement, by_class.to_vec(), new, origin),
            false => self.book(number, settlement, by_class, new, Some(&origin), None),
        }
    }

    /// Writes the `new` samples of a batch, and books what became of it.
    pub(super) fn book(
        &mut self,
        number: u64,
        mut settlement: Settlement,
        by_class: &[u64],
        mut new: Vec<Sample>,
        origin: Option<&Origin>,
        verified: Option<Tally>,
    ) {
        settlement.written = new.len();
        settlement.ungrounded = new
            .iter()
            .filter(|sample| self.is_ungrounded(sample))
            .count();
        let record = Record::Batch {
            number,
            settlement: settlement.clone(),
            verified: verified.clone(),
            traffic: self.traffic_of_record(),
            seconds: Some(self.began.elapsed().as_secs()),
            answer_ms: std::mem::take(&mut self.answer_ms),
        };
        if !self.journal(&record, &new, origin) {
            settlement.shortfall = Shortfall::Failed("not written".to_owned());
            settlement.written = 0;
            settlement.ungrounded = 0;
            new.clear();
        }
        self.progress.settle(number, settlement, by_class, &new);
        self.progress.count(verified);
        (self.on_event)(Event::Settled {
            new: &new,
            books: self.progress.ledger.books(),
            traffic: &self.progress.traffic,
        });
    }

    /// That no more samples of `class` are wanted.
    pub(super) fn enough_of(&self, class: usize) -> String {
        let balance = self.generator.options.balance.as_ref();
        let classes = &balance.expect("there are classes").classes;
        format!("{}{FULL}{}", classes.field(), classes.title(class))
    }

    /// Whether `sample` is marked as ungrounded.
    fn is_ungrounded(&self, sample: &Sample) -> bool {
        self.generator.options.keep_ungrounded
            && sample.values.last() == Some(&Value::Boolean(false))
    }

    pub(super) fn count_error(&mut self, error: &LlmError) {
        self.progress.traffic.ended += 1;
        let times = self.progress.traffic.error(error.kind());
        // What ends the run is told at its end.
        if error.disposition() != Disposition::FailRun {
            tell(times, error);
        }
    }

    fn tell(&mut self, kind: &str, problem: &dyn std::fmt::Display) {
        tell(self.progress.traffic.error(kind), problem);
    }
}
