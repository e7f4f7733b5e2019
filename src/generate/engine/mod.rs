//! The loop: what is still missing is asked for, what comes is written, until
//! there is an end.

mod attempt;
mod instruction;
mod intake;
mod planning;
mod refining;
mod verifying;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};

use crate::document::Chunk;
use crate::llm::{Answer, ChatRequest, Completion, LlmError, Wanted, WantedClasses};
use crate::output::{Origin, Outputs, WriteError};
use crate::prompt::{self, Material, Wish};
use crate::sample::Sample;
use crate::shutdown::{Shutdown, Urgency};

use super::brief::{Brief, Source};
use super::budget::{Allowance, Budget, Expectations, Purpose, Spent};
use super::ledger::Shortfall;
use super::pace::{Pace, Permit, Ticket};
use super::progress::Progress;
use super::record::Record;
use super::traffic::Traffic;
use super::verify::{MOST_SAMPLES, Verifier};
use super::{Event, Flight, GenerateError, Generator, Options, Outcome, Part, Pause, Run};

use attempt::{Attempt, Task};
use instruction::{Instruction, attachment, text_of};
use planning::Growth;

/// Longest time that what the journal holds may be lost to a power cut.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// Pauses shorter than this are not worth a message.
const TOLD_PAUSE: Duration = Duration::from_secs(5);

/// Pauses shorter than this are not worth showing.
const SHOWN_PAUSE: Duration = Duration::from_secs(1);

/// Everything that a run owns while it lasts.
pub(super) struct Engine<'a, F> {
    generator: Generator<'a>,
    source: Source,
    outputs: &'a mut Outputs,
    on_event: F,
    /// What is said with a query or a passage.
    words: Instruction,
    /// What is said with attached pages.
    pages: Instruction,
    progress: Progress,
    pace: Pace,
    expectations: Expectations,
    /// Makes second looks, if samples are verified.
    verifier: Option<Verifier<'a>>,
    /// Attempts that are to be repeated.
    waiting: Vec<Attempt>,
    /// What earlier parts of the run have sent and spent.
    before: Traffic,
    written_before: u64,
    /// The part of the traffic that the journal knows.
    journaled: Traffic,
    began: Instant,
    /// How long answers took, of those that the journal does not know.
    answer_ms: Vec<u64>,
    synced: Instant,
    growth: Growth,
    /// Why no further request is sent.
    stop: Option<Stop>,
    /// The error that the last batch failed with.
    last_error: Option<LlmError>,
}

/// Why no further request is sent, apart from the user's wish.
enum Stop {
    Fatal(GenerateError),
    Unavailable(LlmError),
    Budget(Spent),
}

/// What a request is for.
enum Errand {
    Batch(Box<Attempt>),
    /// More topics.
    Growth,
}

impl Errand {
    fn purpose(&self) -> Purpose {
        match self {
            Self::Batch(attempt) => attempt.purpose(),
            Self::Growth => Purpose::Samples,
        }
    }
}

/// What came back.
type Reply = Result<Completion, LlmError>;

/// What is to be done next.
enum Next {
    Send(Box<Attempt>),
    /// Ask for more topics.
    Grow,
    /// Nothing, until something ends or a time has come.
    Wait(Option<Instant>),
}

impl<'a, F: FnMut(Event<'_>)> Engine<'a, F> {
    pub(super) fn new(
        generator: Generator<'a>,
        source: Source,
        mut progress: Progress,
        outputs: &'a mut Outputs,
        on_event: F,
    ) -> Self {
        let Generator {
            format, options, ..
        } = generator;
        let now = Instant::now();
        let is_query = matches!(source, Source::Query(_));
        let material = match is_query {
            true => Material::Query,
            false => Material::Passage,
        };
        let language = options.language.as_deref();
        let filled = options.filled_field(format, &source);
        progress.ledger.take_heart();
        Self {
            generator,
            outputs,
            on_event,
            words: Instruction::new(format, material, filled, language),
            // Nobody knows the words of the pages to fill in or to check.
            pages: Instruction::new(format, Material::Pages, None, language),
            pace: Pace::new(options.limits, options.max_retries, now),
            expectations: Expectations::default(),
            verifier: options
                .verify
                .as_ref()
                .map(|verify| Verifier::new(format, verify)),
            waiting: Vec::new(),
            before: progress.traffic.clone(),
            written_before: progress.written(),
            journaled: progress.traffic.clone(),
            began: now,
            answer_ms: Vec::new(),
            synced: now,
            growth: Growth::default(),
            stop: None,
            last_error: None,
            source,
            progress,
        }
    }

    pub(super) async fn run(mut self) -> Run {
        if self.progress.parts > 0 && !self.progress.is_complete() {
            self.journal(&Record::Resumed, &[], None);
        }
        self.refine().await;
        self.plan().await;
        self.begin_reviews();
        self.generate().await;
        self.close()
    }

    /// Sends and takes in until nothing is under way and nothing is to come.
    async fn generate(&mut self) {
        let Generator {
            client,
            verifier,
            options,
            shutdown,
            ..
        } = self.generator;
        let mut in_flight = FuturesUnordered::new();
        let mut patience_is_over = pin!(patience(shutdown, options.grace));
        let mut draining = pin!(shutdown.reached(Urgency::Drain));
        let mut is_draining = false;
        while self.progress.ledger.missing() > 0 {
            let wake = loop {
                let under_way = in_flight.len();
                let (errand, (ticket, request)) = match self.next(Instant::now(), under_way) {
                    Next::Wait(wake) => break wake,
                    Next::Send(attempt) => {
                        let sent = self.send(&attempt, under_way);
                        (Errand::Batch(attempt), sent)
                    }
                    Next::Grow => (Errand::Growth, self.send_growth(under_way)),
                };
                let client = match errand.purpose() {
                    Purpose::Samples => client,
                    Purpose::Look => verifier,
                };
                in_flight.push(async move {
                    let reply = client.complete(&request).await;
                    (errand, ticket, reply)
                });
            };
            if in_flight.is_empty() && !self.is_worth_waiting(wake) {
                break;
            }
            self.tell_flight(in_flight.len(), wake);
            tokio::select! {
                biased;
                () = &mut patience_is_over => break,
                () = &mut draining, if !is_draining => is_draining = true,
                Some((errand, ticket, reply)) = in_flight.next() => match errand {
                    Errand::Batch(attempt) => self.take_in(*attempt, ticket, reply),
                    Errand::Growth => self.take_in_growth(ticket, reply),
                },
                () = at(self.sync_due()) => {}
                () = at(wake) => {}
            }
            self.sync();
        }
    }

    /// Tells what is under way while the loop waits until `wake` at most.
    fn tell_flight(&mut self, under_way: usize, wake: Option<Instant>) {
        let left = wake.map(|wake| wake.duration_since(Instant::now()));
        let pause = left.filter(|left| *left >= SHOWN_PAUSE).map(|left| Pause {
            left,
            is_for_failures: self.pace.is_failing(),
        });
        (self.on_event)(Event::Waiting(Flight {
            under_way,
            limit: self.pace.limit(),
            pause,
        }));
    }

    /// Whether there is something to wait for, and that not for too long.
    fn is_worth_waiting(&mut self, wake: Option<Instant>) -> bool {
        let Some(wake) = wake else {
            return false;
        };
        let pause = wake.duration_since(Instant::now());
        let is_short = pause <= self.generator.options.limits.max_wait;
        if !is_short {
            self.stop_for(LlmError::RateLimited {
                message: "its limit is used up".to_owned(),
                retry_after: Some(pause),
            });
        }
        is_short
    }

    /// What is to be done next, when others are `under_way`.
    fn next(&mut self, now: Instant, under_way: usize) -> Next {
        if self.is_stopping() {
            self.give_up_waiting();
            return Next::Wait(None);
        }
        let soonest = self.waiting.iter().enumerate();
        let soonest = soonest.min_by_key(|(_, attempt)| attempt.due);
        let purpose = soonest.map_or(Purpose::Samples, |(_, attempt)| attempt.purpose());
        match self.allowance(purpose, under_way) {
            Allowance::Yes => {}
            Allowance::Later => return Next::Wait(None),
            Allowance::No(spent) => {
                self.stop.get_or_insert(Stop::Budget(spent));
                return self.next(now, under_way);
            }
        }
        let mut wake = None;
        if let Some((index, attempt)) = soonest {
            let tokens = self.expectations.tokens(purpose, attempt.items());
            let is_paid = attempt.is_paid;
            let permit = match attempt.due > now {
                true => Permit::At(attempt.due),
                false => self.pace.permit(now, under_way, tokens, is_paid),
            };
            match permit {
                Permit::Go => return Next::Send(Box::new(self.waiting.swap_remove(index))),
                Permit::AfterAnother => return Next::Wait(None),
                Permit::At(time) => wake = Some(time),
            }
        }
        let grows = self.wants_growth();
        let count = match grows {
            true => planning::MOST,
            false => match self.next_count(under_way) {
                Some(count) => count,
                None => return Next::Wait(wake),
            },
        };
        let tokens = self.expected_tokens(count);
        match self.pace.permit(now, under_way, tokens, false) {
            Permit::Go if grows => Next::Grow,
            Permit::Go => match self.begin(count, now) {
                Some(attempt) => Next::Send(Box::new(attempt)),
                None => self.next(now, under_way),
            },
            Permit::AfterAnother => Next::Wait(None),
            Permit::At(time) => Next::Wait(Some(wake.map_or(time, |wake| wake.min(time)))),
        }
    }

    /// Samples that a further batch is to ask for, if there is to be one; not
    /// while a run that is dry waits for more topics.
    fn next_count(&self, under_way: usize) -> Option<usize> {
        let is_full = under_way + self.waiting.len() >= self.pace.most_batches();
        let is_due = !is_full && !self.progress.is_barren();
        self.progress.ledger.next_ask().filter(|_| is_due)
    }

    /// The next batch, for `count` samples at most; `None` ends the run.
    fn begin(&mut self, count: usize, now: Instant) -> Option<Attempt> {
        let (number, turns) = self.progress.next_turn()?;
        let Progress { briefs, ledger, .. } = &mut self.progress;
        let count = count.min(briefs.share(number).unwrap_or(count));
        let brief = match briefs.of(number, count, ledger.divide(count, number)) {
            Ok(brief) => brief,
            Err(error) => {
                self.stop_with(GenerateError::Passage(error));
                return None;
            }
        };
        ledger.ask(brief.count, &brief.by_class);
        Some(Attempt::new(number, Task::Write(brief), turns, now))
    }

    /// Books a request as sent, and makes it.
    fn send(&mut self, attempt: &Attempt, under_way: usize) -> (Ticket, ChatRequest) {
        let is_retry = attempt.is_retry();
        let tokens = self.expectations.tokens(attempt.purpose(), attempt.items());
        let now = Instant::now();
        let ticket = self.pace.sent(now, under_way, tokens, attempt.is_paid);
        let request = match &attempt.task {
            Task::Write(brief) => {
                self.progress.traffic.request(is_retry);
                self.request(attempt, brief)
            }
            Task::Verify(review) => {
                self.progress.traffic.look(is_retry);
                self.look_request(attempt, review)
            }
        };
        tracing::debug!("asking: {}", request.user);
        (ticket, request)
    }

    fn request(&self, attempt: &Attempt, brief: &Brief) -> ChatRequest {
        let Options {
            seed,
            seed_requests,
            max_retries,
            ..
        } = self.generator.options;
        let Instruction {
            system,
            shape,
            material,
            ..
        } = self.instruction(brief);
        let examples = self.progress.hands.of(attempt.number);
        let user =
            prompt::with_examples(examples, *material, self.user_turn(attempt.number, brief));
        let attempts = attempt
            .turns
            .wrapping_mul(max_retries.wrapping_add(1))
            .wrapping_add(attempt.retries);
        ChatRequest {
            system: Arc::clone(system),
            user,
            attachment: brief.passage.as_ref().and_then(attachment),
            answer: Answer::Samples(Wanted {
                shape: Arc::clone(shape),
                count: brief.count,
                passage: text_of(brief).map(|chunk| Arc::clone(&chunk.text)),
                classes: self.wanted_classes(brief),
            }),
            seed: seed_requests.then(|| mix(*seed, attempt.number, attempts)),
            number: attempt.number,
        }
    }

    /// The classes that a batch is asked for; `None` if classes are not balanced.
    fn wanted_classes(&self, brief: &Brief) -> Option<WantedClasses> {
        let classes = &self.generator.options.balance.as_ref()?.classes;
        Some(WantedClasses {
            field: classes.field().to_owned(),
            values: brief.classes.iter().map(|it| classes.wanted(*it)).collect(),
        })
    }

    /// What is said in the request of a batch only.
    fn user_turn(&self, number: u64, brief: &Brief) -> String {
        let Progress { briefs, cells, .. } = &self.progress;
        let classes = self.generator.options.balance.as_ref();
        let classes = classes.map(|balance| &balance.classes);
        let values: Vec<String> = match classes {
            Some(classes) => brief.classes.iter().map(|it| classes.value(*it)).collect(),
            None => Vec::new(),
        };
        let cell = briefs.cell(number);
        let wish = Wish {
            count: brief.count,
            topic: brief.draw.topic.as_deref(),
            parts: &brief.draw.parts,
            words: &brief.draw.words,
            language: self.generator.options.language.as_deref(),
            angle: &brief.draw.angle,
            classes: (classes.map_or("", |it| it.field()), &values),
            made: &cell.map_or_else(Vec::new, |cell| cells.made(cell)),
        };
        match (&self.source, &brief.passage) {
            (_, Some(Chunk { pdf: Some(_), .. })) => prompt::from_pages(wish),
            (_, Some(Chunk { text, heading, .. })) => {
                prompt::from_passage(text, heading.as_deref(), wish)
            }
            (Source::Query(query), None) => prompt::from_query(self.query(query), wish),
            (Source::Documents(_), None) => unreachable!("documents are asked about by passage"),
        }
    }

    /// The query as the model refined it, or as it is.
    fn query<'q>(&'q self, query: &'q str) -> &'q str {
        self.progress.refinement.query().unwrap_or(query)
    }

    /// What is said with the material of a batch.
    fn instruction(&self, brief: &Brief) -> &Instruction {
        match &brief.passage {
            Some(Chunk { pdf: Some(_), .. }) => &self.pages,
            _ => &self.words,
        }
    }

    /// Writes a record and its samples of one `origin`; returns whether that
    /// worked.
    fn journal(&mut self, record: &Record, samples: &[Sample], origin: Option<&Origin>) -> bool {
        let appended = self.outputs.append(samples, origin, record);
        self.checked(appended)
    }

    /// The traffic since the last record, for the next one.
    fn traffic_of_record(&mut self) -> Traffic {
        let part = self.progress.traffic.since(&self.journaled);
        self.journaled.clone_from(&self.progress.traffic);
        part
    }

    fn sync_due(&self) -> Option<Instant> {
        (!self.outputs.is_synced()).then(|| self.synced + SYNC_EVERY)
    }

    /// Makes the journal safe from a power cut, if that is due.
    fn sync(&mut self) {
        let now = Instant::now();
        if self.sync_due().is_some_and(|due| due <= now) {
            self.synced = now;
            let synced = self.outputs.sync();
            self.checked(synced);
        }
    }

    /// Ends the run if something could not be written.
    fn checked(&mut self, written: Result<(), WriteError>) -> bool {
        let is_written = written.is_ok();
        if let Err(error) = written {
            self.stop_with(error.into());
        }
        is_written
    }

    fn stop_with(&mut self, error: GenerateError) {
        match self.stop {
            Some(Stop::Fatal(_)) => {}
            _ => self.stop = Some(Stop::Fatal(error)),
        }
    }

    fn is_stopping(&self) -> bool {
        let may_grow = self.growth.is_under_way() || self.wants_growth();
        self.stop.is_some()
            || (self.progress.is_barren() && !may_grow && self.progress.candidates.is_empty())
            || self.generator.shutdown.urgency() > Urgency::Run
    }

    /// Attempts that wait for another chance do not get it.
    fn give_up_waiting(&mut self) {
        for attempt in std::mem::take(&mut self.waiting) {
            // Samples that were not verified are, once the run is resumed.
            if let Task::Write(_) = attempt.task {
                self.end_without(attempt, Shortfall::Failed("given up".to_owned()));
            }
        }
    }

    fn allowance(&self, purpose: Purpose, under_way: usize) -> Allowance {
        let Options {
            budget, batch_size, ..
        } = self.generator.options;
        if *budget == Budget::default() {
            return Allowance::Yes;
        }
        let spent = self.progress.traffic.since(&self.before);
        let cost = |purpose, items| self.expectations.cost(purpose, items, budget);
        let look = cost(Purpose::Look, MOST_SAMPLES);
        let mut batch = cost(Purpose::Samples, *batch_size);
        if self.verifier.is_some() {
            #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
            let looks = batch_size.div_ceil(MOST_SAMPLES) as f64;
            batch += look * looks;
        }
        let next = match purpose {
            Purpose::Samples => batch,
            Purpose::Look => look,
        };
        budget.allows(&spent, under_way, next, batch)
    }

    fn expected_tokens(&self, items: usize) -> u64 {
        self.expectations.tokens(Purpose::Samples, items)
    }

    /// Gives up what is under way, and closes the books.
    fn close(mut self) -> Run {
        let is_complete = self.progress.is_complete();
        self.give_up_waiting();
        let is_barren = self.progress.is_barren();
        self.progress.put_off();
        let cancelled = self.progress.ledger.give_up();
        let balance = self.progress.classes();
        let traffic = self.traffic_of_record();
        if cancelled > 0 || traffic != Traffic::default() {
            self.journal(&Record::Ended { cancelled, traffic }, &[], None);
        }
        let end = match (self.stop, self.last_error) {
            (Some(Stop::Fatal(error @ GenerateError::Write(_))), _) => Err(error),
            _ if is_complete => Ok(Outcome::Complete),
            (Some(Stop::Fatal(error)), _) => Err(error),
            (Some(Stop::Unavailable(error)), _) => Ok(Outcome::Unavailable(error)),
            (Some(Stop::Budget(spent)), _) => Ok(Outcome::Budget(spent)),
            (None, Some(error)) if is_barren => Ok(Outcome::Unavailable(error)),
            (None, None) if is_barren => Ok(Outcome::Barren),
            (None, _) => Ok(Outcome::Interrupted),
        };
        let Progress {
            ledger,
            traffic,
            refinement,
            parts,
            coverage,
            briefs,
            verified,
            ..
        } = self.progress;
        let books = ledger.books().clone();
        Run {
            part: Part {
                number: parts + 1,
                written: books.written - self.written_before,
                traffic: traffic.since(&self.before),
            },
            books,
            traffic,
            refined_query: refinement.into_query(),
            plan: briefs.plan().cloned(),
            balance,
            verified,
            coverage,
            end,
        }
    }
}

/// Waits until what is under way is to be dropped: at once if the user insists
/// on an end, after `grace` if not.
async fn patience(shutdown: &Shutdown, grace: Duration) {
    let drained = async {
        shutdown.reached(Urgency::Drain).await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        () = shutdown.reached(Urgency::Abort) => {}
        () = drained => {}
    }
}

/// Waits until `time`; for ever without one.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// Warns of the first problem of a kind; the others are for the curious.
fn tell(times: u64, problem: &dyn std::fmt::Display) {
    if times == 1 {
        tracing::warn!("{problem}");
    } else {
        tracing::debug!("{problem}");
    }
}

fn tell_pause(pause: Duration) {
    if pause >= TOLD_PAUSE {
        tracing::info!("waiting {} s, as the server asks", pause.as_secs());
    }
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
