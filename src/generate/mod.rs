//! The heart: N different, valid samples from a model that is neither.
//!
//! Sees a format, a client, outputs and plain data; names no provider, no file
//! type and no terminal. One task, one owner of books, fingerprints and
//! outputs; requests run beside each other as futures of that task, so that
//! dropping them cancels them.

mod batch;
mod brief;
pub mod dedup;
mod ledger;
mod meter;
pub mod parse;
mod refine;
mod retry;
#[cfg(test)]
mod tests;

use std::pin::pin;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde::Serialize;

use crate::format::FormatHandler;
use crate::llm::{Answer, ChatRequest, ItemShape, LlmClient, LlmError, Wanted};
use crate::output::{Outputs, WriteError};
use crate::prompt;
use crate::sample::Sample;
use crate::shutdown::{Shutdown, StopSwitch, Urgency, stop_switch};

use batch::{Batch, Sender};
use brief::{Brief, Briefs};
use dedup::Dedup;
use ledger::{Ledger, Settlement, Shortfall};
use meter::Meter;

pub use brief::Source;
pub use ledger::Books;
pub use meter::Traffic;

/// How much to generate, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Samples wanted; at least one.
    pub samples: usize,
    /// Most samples asked for in one request; at least one.
    pub batch_size: usize,
    /// Most requests under way at once; at least one.
    pub concurrency: usize,
    /// Retries of one batch, beyond its first attempt.
    pub max_retries: u32,
    /// Decides what each request asks for.
    pub seed: u64,
    /// Whether each request also carries a seed for the model.
    pub seed_requests: bool,
    /// Whether the model refines the query first.
    pub refine: bool,
}

/// A run to be: everything it needs, borrowed.
#[derive(Clone, Copy)]
pub struct Generator<'a> {
    /// What a sample looks like.
    pub format: &'a dyn FormatHandler,
    /// Who writes them.
    pub client: &'a dyn LlmClient,
    /// How many, and how.
    pub plan: &'a Plan,
    /// The wish to stop early.
    pub shutdown: &'a Shutdown,
}

/// What happens during a run, for those who watch.
#[derive(Debug)]
pub enum Event<'a> {
    /// The query was refined to this.
    Refined(&'a str),
    /// A batch came to its end.
    Settled {
        /// Its new samples, on disk.
        new: &'a [Sample],
        /// The books so far.
        books: &'a Books,
        /// The traffic so far.
        traffic: &'a Traffic,
    },
}

/// What a run did and how it ended; the counts survive every end.
#[derive(Debug)]
pub struct Run {
    /// What became of every sample asked for.
    pub books: Books,
    /// What was sent and spent.
    pub traffic: Traffic,
    /// The query as the model refined it.
    pub refined_query: Option<String>,
    /// Why it ended.
    pub end: Result<Outcome, GenerateError>,
}

/// Ends of a run that leave good files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The target was reached.
    Complete,
    /// The last batches brought nothing new.
    Barren,
    /// The last batches all failed with errors like this one.
    Unavailable(LlmError),
    /// The user asked it to stop.
    Interrupted,
}

/// Ends of a run that need something to be put right.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// No request can work.
    #[error(transparent)]
    Llm(#[from] LlmError),
    /// A sample could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl Generator<'_> {
    /// Generates samples from `source` into `outputs` until the target is
    /// reached or cannot be.
    ///
    /// The outputs are left for the caller to finish.
    pub async fn run(
        self,
        source: Source,
        outputs: &mut Outputs,
        mut on_event: impl FnMut(Event<'_>),
    ) -> Run {
        let meter = Meter::default();
        let mut refined_query = None;
        let source = match source {
            Source::Query(query) if self.plan.refine => match self.refine(&query, &meter).await {
                Ok(refined) => {
                    if let Some(refined) = &refined {
                        on_event(Event::Refined(refined));
                    }
                    refined_query.clone_from(&refined);
                    Source::Query(refined.unwrap_or(query))
                }
                Err(end) => {
                    return Run {
                        books: Books::default(),
                        traffic: meter.into_traffic(),
                        refined_query,
                        end,
                    };
                }
            },
            source => source,
        };
        let batches = Batches::new(self, &source);
        let (books, end) = batches.run(&meter, outputs, on_event).await;
        Run {
            books,
            traffic: meter.into_traffic(),
            refined_query,
            end,
        }
    }

    /// The refined query, if refining worked; an end of the run if it shows
    /// that no request can work, or is interrupted.
    async fn refine(
        self,
        query: &str,
        meter: &Meter,
    ) -> Result<Option<String>, Result<Outcome, GenerateError>> {
        let seed = self.plan.seed_requests.then_some(self.plan.seed);
        tokio::select! {
            biased;
            () = self.shutdown.reached(Urgency::Drain) => Err(Ok(Outcome::Interrupted)),
            refined = refine::refine(self.client, self.format, query, seed, meter) => {
                refined.map_err(|error| Err(error.into()))
            }
        }
    }
}

/// The batches of a run: the loop, and all that it owns.
struct Batches<'a> {
    generator: Generator<'a>,
    /// The query; `None` for documents.
    query: Option<&'a str>,
    system: Arc<str>,
    shape: Arc<ItemShape>,
    briefs: Briefs,
    ledger: Ledger,
    dedup: Dedup,
    /// Cuts the retries of batches under way short.
    stop: (StopSwitch, Shutdown),
    /// Why no further request is sent.
    fatal: Option<GenerateError>,
    /// The error that the last batch failed with.
    last_error: Option<LlmError>,
}

impl<'a> Batches<'a> {
    fn new(generator: Generator<'a>, source: &'a Source) -> Self {
        let Generator { format, plan, .. } = generator;
        let (query, batch_size, passages) = match source {
            Source::Query(query) => (Some(query.as_str()), plan.batch_size, None),
            // Small batches rather than passages that are never used.
            Source::Documents(passages) => {
                let share = plan.samples.div_ceil(passages.len());
                (None, share.clamp(1, plan.batch_size), Some(passages.len()))
            }
        };
        Self {
            generator,
            query,
            system: prompt::system(format, query.is_none()).into(),
            shape: Arc::new(ItemShape {
                name: format.name().to_owned(),
                fields: format.fields().to_vec(),
            }),
            briefs: Briefs::new(source, plan.seed),
            ledger: Ledger::new(plan.samples, batch_size, passages),
            dedup: Dedup::with_room_for(plan.samples),
            stop: stop_switch(),
            fatal: None,
            last_error: None,
        }
    }

    async fn run(
        mut self,
        meter: &Meter,
        outputs: &mut Outputs,
        mut on_event: impl FnMut(Event<'_>),
    ) -> (Books, Result<Outcome, GenerateError>) {
        let Generator {
            format,
            client,
            plan,
            shutdown,
        } = self.generator;
        let draining = self.stop.1.clone();
        let sender = Sender {
            client,
            format,
            max_retries: plan.max_retries,
            meter,
            draining: [shutdown, &draining],
        };
        let mut in_flight = FuturesUnordered::new();
        let mut aborted = pin!(shutdown.reached(Urgency::Abort));
        while self.ledger.missing() > 0 {
            while in_flight.len() < plan.concurrency
                && let Some(brief) = self.next_brief()
            {
                let request = self.request_of(&brief);
                in_flight.push(async { (brief, sender.send(request).await) });
            }
            let (brief, batch) = tokio::select! {
                biased;
                () = &mut aborted => break,
                next = in_flight.next() => match next {
                    Some(ended) => ended,
                    None => break,
                },
            };
            let new = self.settle(&brief, batch, outputs);
            on_event(Event::Settled {
                new: &new,
                books: self.ledger.books(),
                traffic: &meter.traffic(),
            });
        }
        drop(in_flight);
        self.end()
    }

    /// The next request's brief; `None` while no further request is due.
    fn next_brief(&mut self) -> Option<Brief> {
        let may_ask = self.generator.shutdown.urgency() == Urgency::Run
            && self.fatal.is_none()
            && !self.ledger.is_barren();
        let count = may_ask.then(|| self.ledger.next_ask()).flatten()?;
        self.ledger.ask(count);
        Some(self.briefs.next(count))
    }

    /// What makes the request of each attempt at `brief`.
    fn request_of(&self, brief: &Brief) -> impl Fn(u32) -> ChatRequest + 'static {
        let user = match (self.query, &brief.passage) {
            (_, Some(passage)) => prompt::from_passage(passage, &brief.angle, brief.count),
            (query, None) => {
                prompt::from_query(query.unwrap_or_default(), &brief.angle, brief.count)
            }
        };
        let wanted = Wanted {
            shape: Arc::clone(&self.shape),
            count: brief.count,
            passage: brief.passage.clone(),
        };
        let system = Arc::clone(&self.system);
        let Plan {
            seed,
            seed_requests,
            ..
        } = *self.generator.plan;
        let batch = brief.batch;
        move |attempt| ChatRequest {
            system: Arc::clone(&system),
            user: user.clone(),
            answer: Answer::Samples(wanted.clone()),
            seed: seed_requests.then(|| mix(seed, batch, attempt)),
        }
    }

    /// Takes in what became of a batch; returns its new samples, on disk.
    fn settle(&mut self, brief: &Brief, batch: Batch, outputs: &mut Outputs) -> Vec<Sample> {
        let mut settlement = Settlement {
            asked: brief.count,
            ..Settlement::default()
        };
        let mut new = Vec::new();
        self.last_error = None;
        match batch {
            Batch::Answered {
                samples,
                rejections,
                is_cut,
            } => {
                settlement.rejected = rejections.iter().map(ToString::to_string).collect();
                if is_cut {
                    settlement.shortfall = Shortfall::Truncated;
                }
                for sample in samples {
                    if !self.dedup.is_new(&sample) {
                        settlement.duplicate += 1;
                    } else if (new.len() as u64) < self.ledger.missing() {
                        new.push(sample);
                    } else {
                        settlement.surplus += 1;
                    }
                }
            }
            Batch::Blocked(reason) => settlement.shortfall = Shortfall::Blocked(reason),
            Batch::Failed(reason, error) => {
                settlement.shortfall = Shortfall::Failed(reason);
                self.last_error = error;
            }
            Batch::Fatal(error) => {
                settlement.shortfall = Shortfall::Failed(error.kind());
                self.stop_with(error.into());
            }
        }
        settlement.written = new.len();
        let appended = outputs.append(
            &new,
            &Note {
                batch: brief.batch,
                settlement: &settlement,
                shortfall: settlement.shortfall(),
            },
        );
        if let Err(error) = appended {
            self.stop_with(error.into());
            settlement.shortfall = Shortfall::Failed("not written");
            settlement.written = 0;
            new.clear();
        }
        self.ledger.settle(settlement);
        new
    }

    /// No further request is sent; what is under way may still end.
    fn stop_with(&mut self, error: GenerateError) {
        self.stop.0.drain();
        self.fatal.get_or_insert(error);
    }

    fn end(self) -> (Books, Result<Outcome, GenerateError>) {
        let is_complete = self.ledger.missing() == 0;
        let is_barren = self.ledger.is_barren();
        let books = self.ledger.close();
        let end = match (self.fatal, self.last_error) {
            _ if is_complete => Ok(Outcome::Complete),
            (Some(error), _) => Err(error),
            (None, Some(error)) if is_barren => Ok(Outcome::Unavailable(error)),
            (None, None) if is_barren => Ok(Outcome::Barren),
            (None, _) => Ok(Outcome::Interrupted),
        };
        (books, end)
    }
}

/// What the journal says of a batch beside its samples.
#[derive(Serialize)]
struct Note<'a> {
    batch: u64,
    #[serde(flatten)]
    settlement: &'a Settlement,
    #[serde(skip_serializing_if = "Option::is_none")]
    shortfall: Option<&'a Shortfall>,
}

/// The seed of one request; attempts differ, or the same wrong answer might
/// come again.
fn mix(seed: u64, batch: u64, attempt: u32) -> u64 {
    // SplitMix64 (Steele, Lea, Flood 2014): neighbours in, strangers out.
    let mut mixed = seed
        .wrapping_add(batch.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(u64::from(attempt).wrapping_mul(0xd1b5_4a32_d192_ed03));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
