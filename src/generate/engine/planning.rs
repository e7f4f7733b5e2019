//! The plan, made by the model before the first batch, and its growth.

use tokio::time::Instant;

use crate::llm::{ChatRequest, Disposition};

use super::super::brief::Source;
use super::super::budget::Purpose;
use super::super::pace::Ticket;
use super::super::plan::{self, Detail, Plan};
use super::super::progress::{Planned, Progress};
use super::super::record::Record;
use super::super::{Event, Options, Planning};
use super::{Engine, Reply};

/// Topics of a plan: fewest, and most that are asked for at once.
const FEWEST: usize = 8;
pub(super) const MOST: usize = 16;

/// Topics whose names are told when more are asked for, the last ones.
const MOST_KNOWN: usize = 200;

/// Requests for more topics in vain after which no more are sent.
const MOST_FAILURES: u32 = 2;

/// Answers in a row without a new sample that call for more topics.
const STALE: u32 = 3;

/// Batches that must be missing for more topics to be worth a request, as long
/// as those that are there bring something.
const WORTH: u64 = 2;

/// How it is with more topics.
#[derive(Debug, Default)]
pub(super) struct Growth {
    is_under_way: bool,
    /// Requests for more that brought none.
    failures: u32,
    /// Samples that were there when more topics came last.
    written: Option<u64>,
    /// Whether the last answer had so few topics that asking for more is no way
    /// to have enough.
    is_scarce: bool,
}

impl Growth {
    /// Whether more topics are on their way.
    pub(super) fn is_under_way(&self) -> bool {
        self.is_under_way
    }

    /// Topics that brought not one sample are no reason for more.
    fn is_possible(&self, progress: &Progress) -> bool {
        progress.planned == Planned::MayGrow
            && self.failures < MOST_FAILURES
            && self.written != Some(progress.written())
    }
}

/// `plan`, if it has enough topics to be one, and is as it was asked for: a
/// model that leaves all sub-topics out did not understand what they are.
fn enough(plan: Plan, detail: Detail) -> Result<Plan, String> {
    let parted = plan.topics.iter().filter(|it| it.subtopics.len() > 1);
    match plan.topics.len() {
        few @ ..plan::FEW => Err(format!("no more than {few} in the answer")),
        all if detail == Detail::Full && parted.count() * 2 < all => {
            Err("most have no sub-topics".to_owned())
        }
        _ => Ok(plan),
    }
}

impl<F: FnMut(Event<'_>)> Engine<'_, F> {
    /// Has a plan made, unless that was tried before; of a model that makes none
    /// of it, names of topics alone.
    pub(super) async fn plan(&mut self) {
        let is_due = self.progress.planned == Planned::Due;
        if !is_due || self.progress.is_complete() {
            return;
        }
        let Options {
            samples,
            batch_size,
            ..
        } = *self.generator.options;
        let topics = samples.div_ceil(batch_size).clamp(FEWEST, MOST);
        let mut read = Err(String::new());
        let details: &[Detail] = match self.generator.options.planning {
            Planning::Asked(Detail::Names) => &[Detail::Names],
            _ => &[Detail::Full, Detail::Names],
        };
        for &detail in details {
            let Some(request) = self.plan_request(topics, detail) else {
                return;
            };
            let Some(reply) = self.ask_once(&request).await else {
                return;
            };
            let is_answer = reply.is_ok();
            let plan = reply.map_err(|error| error.to_string());
            read = plan.and_then(|completion| plan::read(&completion));
            read = read.and_then(|plan| enough(plan, detail));
            if read.is_ok() || !is_answer {
                break;
            }
        }
        let read = read.inspect_err(|problem| {
            tracing::warn!(
                "words are dealt out in place of topics, planning these failed: {problem}"
            );
        });
        self.follow(read.ok());
    }

    /// Whether more topics are to be asked for now.
    pub(super) fn wants_growth(&self) -> bool {
        let Self {
            progress, growth, ..
        } = self;
        if growth.is_under_way || !growth.is_possible(progress) {
            return false;
        }
        let is_used_up = progress.briefs.has_run_out(progress.turns.next_new());
        let batch_size = self.generator.options.batch_size as u64;
        let is_worth_it = progress.missing() > WORTH * batch_size;
        let ledger = &progress.ledger;
        (is_used_up && is_worth_it && !growth.is_scarce)
            || ledger.stale() >= STALE
            || ledger.is_waning()
            || progress.is_dry()
    }

    /// Books a request for more topics as sent, and makes it.
    pub(super) fn send_growth(&mut self, under_way: usize) -> (Ticket, ChatRequest) {
        self.growth.is_under_way = true;
        self.progress.traffic.request(false);
        let tokens = self.expected_tokens(MOST);
        let ticket = self.pace.sent(Instant::now(), under_way, tokens, false);
        let plan = self.progress.briefs.plan();
        let detail = match plan.is_some_and(Plan::is_general) {
            true => Detail::Names,
            false => Detail::Full,
        };
        let request = self.plan_request(MOST, detail);
        let request = request.expect("a plan is of a query");
        (ticket, request)
    }

    /// Takes in what came of a request for more topics.
    pub(super) fn take_in_growth(&mut self, ticket: Ticket, reply: Reply) {
        self.growth.is_under_way = false;
        let read = match reply {
            Ok(completion) => {
                self.answered(&completion, ticket, Purpose::Samples, MOST);
                plan::read(&completion)
            }
            Err(error) => {
                self.count_error(&error);
                self.slow_down(ticket, &error);
                let told = error.to_string();
                if error.disposition() == Disposition::FailRun {
                    self.stop_with(error.into());
                }
                Err(told)
            }
        };
        let new = read.map(|plan| self.follow(Some(plan)));
        match new {
            Ok(0) => self.growth.failures = MOST_FAILURES,
            Ok(_) => {
                self.growth.written = Some(self.progress.written());
                self.progress.ledger.take_heart();
            }
            Err(problem) => {
                tracing::debug!("asking for more topics failed: {problem}");
                self.growth.failures += 1;
            }
        }
    }

    /// Follows `plan`, or adds it to the one that is followed; returns how many
    /// of its topics are new.
    fn follow(&mut self, plan: Option<Plan>) -> usize {
        let from = self.progress.turns.next_new();
        let new = self.progress.follow(plan.clone(), from);
        self.growth.is_scarce = new < plan::FEW;
        let traffic = self.traffic_of_record();
        let record = Record::Planned {
            plan,
            from,
            traffic,
        };
        self.journal(&record, &[], None);
        if let Some(plan) = self.progress.briefs.plan()
            && new > 0
        {
            (self.on_event)(Event::Planned { plan, new });
        }
        new
    }

    fn plan_request(&self, topics: usize, detail: Detail) -> Option<ChatRequest> {
        let Source::Query(query) = &self.source else {
            return None;
        };
        let options = self.generator.options;
        let seed = options.seed_requests.then_some(options.seed);
        let known = self
            .progress
            .briefs
            .plan()
            .map(|plan| plan.topics.as_slice());
        let known = known.unwrap_or_default();
        let known = known[known.len().saturating_sub(MOST_KNOWN)..].iter();
        let known: Vec<&str> = known.map(|topic| topic.topic.as_str()).collect();
        let query = self.query(query);
        Some(plan::request(
            self.generator.format,
            query,
            (topics, detail),
            &known,
            seed,
        ))
    }
}
