//! A second, blind look at samples: what is asked about them, and what is done
//! about the answers.
//!
//! Pure: makes requests and judges answers, and sends nothing itself. Who looks
//! is not told what it should find, and the samples are material to it, not
//! instructions.

mod expected;
mod look;
mod tally;
mod trial;

use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::format::FormatHandler;
use crate::llm::ItemShape;
use crate::prompt;
use crate::sample::{Limit, Sample, Value};

pub use look::{Look, MOST_SAMPLES};
pub use tally::{Counts, Tally};

use expected::FOUND;
use tally::Fate;
use trial::Trial;

/// How samples are verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verify {
    /// What becomes of a sample that is judged otherwise.
    pub action: Action,
    /// The least quality, from 1 to 5, that is kept.
    pub min_quality: u8,
    /// What quality is; `None` goes by the descriptions of the format.
    pub rubric: Option<String>,
}

/// What becomes of a sample that is judged otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is rejected.
    Drop,
    /// Its label or score becomes the one of the second look, if it has one.
    Relabel,
}

impl Action {
    /// Its name, as `--verify-action` takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Relabel => "relabel",
        }
    }
}

/// What a second look says of a sample.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It is as it says.
    Agrees,
    /// It is not.
    Differs {
        /// How, in a few words that many samples share.
        how: String,
        /// The label or score that it should have.
        instead: Option<Value>,
    },
    /// The answer does not tell.
    Unjudged,
}

/// Makes second looks at the samples of a format.
pub struct Verifier<'a> {
    format: &'a dyn FormatHandler,
    verify: &'a Verify,
    system: Arc<str>,
    shape: Arc<ItemShape>,
}

impl<'a> Verifier<'a> {
    /// A verifier of samples of `format`.
    #[must_use]
    pub fn new(format: &'a dyn FormatHandler, verify: &'a Verify) -> Self {
        let fields = expected::answer_fields(format);
        let system = prompt::verify::system(format, &fields, verify.rubric.as_deref());
        Self {
            format,
            verify,
            system: system.into(),
            shape: Arc::new(ItemShape {
                name: "verdict".to_owned(),
                fields: fields.into(),
            }),
        }
    }

    /// Looks that take in `samples`, one after the other, several at once;
    /// `seed` decides which of two texts comes first.
    #[must_use]
    pub fn looks(&self, samples: &[Sample], seed: u64) -> Vec<Look> {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut looks: Vec<Look> = Vec::new();
        for sample in samples {
            let trial = Trial::new(self.format, self.verify, sample, rng.random());
            let line = looks.last().and_then(|look| look.line_of(&trial));
            match (looks.last_mut(), line) {
                (Some(look), Some(line)) => look.take(trial, &line),
                _ => looks.push(Look::new(self, trial)),
            }
        }
        looks
    }

    /// What becomes of `sample` after `verdict`, counted in `tally`. A sample
    /// that was not judged is kept.
    ///
    /// # Errors
    ///
    /// Why it is dropped.
    pub fn conclude(
        &self,
        mut sample: Sample,
        verdict: Verdict,
        tally: &mut Tally,
    ) -> Result<Sample, String> {
        let label = self.label_of(&sample);
        let (fate, kept) = match verdict {
            Verdict::Agrees => (Fate::Agreed, Ok(sample)),
            Verdict::Unjudged => (Fate::Unjudged, Ok(sample)),
            Verdict::Differs { how, instead } => match (self.verify.action, instead) {
                (Action::Relabel, Some(value)) => {
                    self.relabel(&mut sample, value);
                    (Fate::Relabelled, Ok(sample))
                }
                _ => (Fate::Dropped, Err(format!("verify: {how}"))),
            },
        };
        tally.count(label.as_deref(), fate);
        kept
    }

    /// Replaces the value of `sample` that is judged.
    fn relabel(&self, sample: &mut Sample, value: Value) {
        let judged = self.format.check().judged();
        let mut fields = self.format.fields().iter();
        let index = fields.position(|field| judged == Some(&field.name));
        if let Some(index) = index {
            sample.values[index] = value;
        }
    }

    /// The name of the label of `sample`, if its label is what is judged.
    fn label_of(&self, sample: &Sample) -> Option<String> {
        let name = self.format.check().judged()?;
        let field = &self.shape.fields[FOUND];
        match trial::value(self.format, sample, name) {
            Value::Integer(label) => expected::name_of(field, *label).map(str::to_owned),
            Value::String(label) => matches!(field.limit, Limit::Choices(_)).then(|| label.clone()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
