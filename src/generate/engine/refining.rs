//! The query, refined by the model before the first batch.

use std::pin::pin;
use std::time::Duration;

use tokio::time::Instant;

use crate::llm::{ChatRequest, Disposition};
use crate::shutdown::Urgency;

use super::super::brief::Source;
use super::super::budget::{Allowance, Purpose};
use super::super::progress::Refinement;
use super::super::record::Record;
use super::super::{Event, Generator, Options, refine, retry};
use super::{Engine, Reply, Stop, patience, tell_pause};

impl<F: FnMut(Event<'_>)> Engine<'_, F> {
    /// Has the query refined, unless that was tried before.
    pub(super) async fn refine(&mut self) {
        let Source::Query(query) = self.source.clone() else {
            return;
        };
        let Options {
            refine,
            seed_requests,
            seed,
            ref language,
            ..
        } = *self.generator.options;
        let is_due = self.progress.refinement == Refinement::Due;
        if !refine || !is_due || self.progress.is_complete() {
            return;
        }
        let seed = seed_requests.then_some(seed);
        let request = refine::request(self.generator.format, &query, language.as_deref(), seed);
        let read = match self.ask_once(&request).await {
            Some(Ok(completion)) => refine::read(&completion, &query),
            Some(Err(error)) => Err(error.to_string()),
            None => return,
        };
        let query = match read {
            Ok(query) => {
                (self.on_event)(Event::Refined(&query));
                Some(query)
            }
            Err(problem) => {
                tracing::warn!("the query is used as it is, refining it failed: {problem}");
                None
            }
        };
        self.progress.refinement = Refinement::of(query.clone());
        let traffic = self.traffic_of_record();
        self.journal(&Record::Refined { query, traffic }, &[], None);
    }

    /// The answer to one request, tried again as a batch is; `None` if the run
    /// is to end.
    pub(super) async fn ask_once(&mut self, request: &ChatRequest) -> Option<Reply> {
        let Generator {
            client,
            options,
            shutdown,
            ..
        } = self.generator;
        let mut patience_is_over = pin!(patience(shutdown, options.grace));
        let mut tries = 0;
        loop {
            if let Allowance::No(spent) = self.allowance(Purpose::Samples, 0) {
                self.stop = Some(Stop::Budget(spent));
            }
            if self.is_stopping() {
                return None;
            }
            self.progress.traffic.request(tries > 0);
            let tokens = self.expected_tokens(1);
            let ticket = self.pace.sent(Instant::now(), 0, tokens, tries > 0);
            self.tell_flight(1, None);
            let reply = tokio::select! {
                biased;
                () = &mut patience_is_over => return None,
                reply = client.complete(request) => reply,
            };
            let error = match reply {
                Ok(completion) => {
                    self.answered(&completion, ticket, Purpose::Samples, 1);
                    return Some(Ok(completion));
                }
                Err(error) => error,
            };
            self.count_error(&error);
            let pause = match error.disposition() {
                Disposition::FailRun => {
                    self.stop_with(error.into());
                    return None;
                }
                _ if tries >= options.max_retries => return Some(Err(error)),
                Disposition::Again => Duration::ZERO,
                Disposition::FailBatch => return Some(Err(error)),
                Disposition::Wait(asked) | Disposition::Retry(asked) => {
                    asked.unwrap_or_default().max(retry::pause(tries))
                }
            };
            if pause > options.limits.max_wait {
                return Some(Err(error));
            }
            tell_pause(pause);
            tries += 1;
            self.tell_flight(0, Some(Instant::now() + pause));
            tokio::select! {
                biased;
                () = shutdown.reached(Urgency::Drain) => return None,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}
