//! The heart: N different, valid samples from a model that is neither.
//!
//! Sees a format, a client, outputs and plain data; names no provider, no file
//! type and no terminal. One task, one owner of books, fingerprints and
//! outputs; requests run beside each other as futures of that task, so that
//! dropping them cancels them.

mod batch;
mod brief;
mod budget;
mod cells;
pub mod dedup;
mod engine;
mod estimate;
mod examples;
mod flight;
mod ledger;
mod pace;
pub mod parse;
mod plan;
mod progress;
mod quotas;
mod record;
mod refine;
mod retry;
mod step;
#[cfg(test)]
mod tests;
mod traffic;
pub mod verify;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::format::{Classes, FormatHandler};
use crate::llm::{LlmClient, LlmError};
use crate::output::{Outputs, WriteError};
use crate::sample::{Field, FieldKind, Sample};
use crate::shutdown::Shutdown;

use dedup::Duplicates;
use engine::Engine;
use verify::{Tally, Verify};

pub use brief::Source;
pub use budget::{Budget, Rates, Spent};
pub use estimate::Estimate;
pub use examples::Examples;
pub use flight::{Flight, Pause};
pub use ledger::Books;
pub use pace::Limits;
pub use plan::{Attribute, Detail, ListError, Plan, Topic};
pub use progress::{ByClass, Coverage, OfClass, Progress};
pub use step::Step;
pub use traffic::{Looks, Traffic};

/// How much to generate, and how.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Options {
    /// Samples wanted; at least one.
    pub samples: usize,
    /// Most samples asked for in one request; at least one.
    pub batch_size: usize,
    /// Retries of one batch, beyond its first attempt.
    pub max_retries: u32,
    /// Decides what each request asks for.
    pub seed: u64,
    /// Whether each request also carries a seed for the model.
    pub seed_requests: bool,
    /// Whether the model refines the query first.
    pub refine: bool,
    /// Whether the model writes the contexts of samples from documents, too,
    /// which are the passages otherwise.
    pub free_context: bool,
    /// Whether samples that do not come from their passage are kept, and every
    /// sample is marked as grounded or not, rather than rejected.
    pub keep_ungrounded: bool,
    /// Where the topics of the requests come from.
    pub planning: Planning,
    /// Whether each request says how samples begin that are there already.
    pub tells_made: bool,
    /// How many samples of each class are wanted, if that matters.
    pub balance: Option<Balance>,
    /// Samples to show to the model, if there are any, of which no copy is
    /// written.
    pub examples: Option<Arc<Examples>>,
    /// The language of the samples, unless it is that of what they are made
    /// from.
    pub language: Option<String>,
    /// Whether valid samples that are certainly of no use are rejected.
    pub sanity: bool,
    /// Which samples are duplicates.
    pub duplicates: Duplicates,
    /// How samples are looked at a second time, if they are.
    pub verify: Option<Verify>,
    /// How fast requests may go out.
    pub limits: Limits,
    /// What may be spent.
    pub budget: Budget,
    /// How long what is under way is waited for once the user wants an end.
    pub grace: Duration,
}

/// Where the topics of the requests come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Planning {
    /// Nowhere: every request says the same.
    None,
    /// From no model: words, points of view, manners.
    BuiltIn,
    /// From the user.
    Given(Plan),
    /// From the model, in one request before all others and, when that is used
    /// up, in further ones.
    Asked(Detail),
}

/// How many samples of each class are wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Balance {
    /// The classes.
    pub classes: Classes,
    /// The part of the samples that each is to have; one at least is above zero.
    pub shares: Vec<f64>,
}

impl fmt::Display for Balance {
    /// As the user may have given it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shares = self.shares.iter().map(ToString::to_string);
        let shares = shares.collect::<Vec<_>>().join(",");
        write!(f, "{}={shares}", self.classes.field())
    }
}

impl Options {
    /// Leaves out what the model is asked for before the first batch.
    pub fn skip_preparation(&mut self) {
        self.refine = false;
        if matches!(self.planning, Planning::Asked(_)) {
            self.planning = Planning::None;
        }
    }

    /// The fields of the samples of a run in `format`: its own, and the mark.
    #[must_use]
    pub fn fields(&self, format: &dyn FormatHandler) -> Vec<Field> {
        let mark = Field::new("_grounded", FieldKind::Boolean, "whether the text says so");
        let mark = self.keep_ungrounded.then_some(mark);
        format.fields().iter().cloned().chain(mark).collect()
    }

    /// The field that is filled with the passage, not by the model, where the
    /// model does not see pages.
    fn filled_field(&self, format: &dyn FormatHandler, source: &Source) -> Option<&'static str> {
        let is_query = matches!(source, Source::Query(_));
        let grounding = format
            .grounding()
            .filter(|_| !is_query && !self.free_context);
        grounding.map(|grounding| grounding.context)
    }
}

/// A run to be: everything it needs, borrowed.
#[derive(Clone, Copy)]
pub struct Generator<'a> {
    /// What a sample looks like.
    pub format: &'a dyn FormatHandler,
    /// Who writes them.
    pub client: &'a dyn LlmClient,
    /// Who looks at them a second time, if they are verified.
    pub verifier: &'a dyn LlmClient,
    /// How many, and how.
    pub options: &'a Options,
    /// The wish to stop early.
    pub shutdown: &'a Shutdown,
}

/// What happens during a run, for those who watch.
#[derive(Debug)]
pub enum Event<'a> {
    /// The query was refined to this.
    Refined(&'a str),
    /// A plan was made, or so many topics were added to it.
    Planned {
        /// The whole plan.
        plan: &'a Plan,
        /// Topics that are new.
        new: usize,
    },
    /// Everything that may go out now is under way.
    Waiting(Flight),
    /// A batch came to its end.
    Settled {
        /// Its new samples, on disk.
        new: &'a [Sample],
        /// The books so far, those of earlier parts included.
        books: &'a Books,
        /// The traffic so far, that of earlier parts included.
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
    /// The part of it that this run did itself.
    pub part: Part,
    /// The query as the model refined it.
    pub refined_query: Option<String>,
    /// What the requests were about, if there was a plan.
    pub plan: Option<Plan>,
    /// Samples of each class, if classes are balanced.
    pub balance: Option<ByClass>,
    /// What second looks came to, if samples are verified.
    pub verified: Option<Tally>,
    /// How much of the documents was used, if it was made from documents.
    pub coverage: Option<Coverage>,
    /// Why it ended.
    pub end: Result<Outcome, GenerateError>,
}

/// What was done since a run was resumed, or begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 1.
    pub number: u32,
    /// Samples written.
    pub written: u64,
    /// What was sent and spent.
    pub traffic: Traffic,
}

/// Ends of a run that leave good files.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The target was reached.
    Complete,
    /// The last batches brought nothing new.
    Barren,
    /// The endpoint brings nothing but errors like this one.
    Unavailable(LlmError),
    /// The budget leaves no further request.
    Budget(Spent),
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
    /// A passage that was kept could not be read again.
    #[error("cannot read the text of the documents again: {0}")]
    Passage(std::io::Error),
}

impl Generator<'_> {
    /// Generates samples from `source` into `outputs`, on from `progress`,
    /// until the target is reached or cannot be.
    ///
    /// The outputs are left for the caller to finish.
    pub async fn run(
        self,
        source: Source,
        progress: Progress,
        outputs: &mut Outputs,
        on_event: impl FnMut(Event<'_>),
    ) -> Run {
        Engine::new(self, source, progress, outputs, on_event)
            .run()
            .await
    }
}
