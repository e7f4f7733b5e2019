//! What a run is expected to take before anything of it is known.

use serde::Serialize;

use super::Options;
use super::budget::{Expectations, Purpose, Rates};
use super::verify::MOST_SAMPLES;
use crate::llm::Usage;

/// Tokens of a refined query or a plan, about.
const PREPARATION: u64 = 500;

/// Requests and tokens of a run in which every request brings all that it asks
/// for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// Requests for samples.
    pub batches: u64,
    /// Requests to refine the query and to plan.
    pub preparations: u64,
    /// Requests for second looks.
    pub looks: u64,
    /// Tokens, but for those of second looks.
    pub usage: Usage,
    /// Tokens of second looks.
    pub verify_usage: Usage,
}

impl Estimate {
    /// That of a run with so many `preparations`, whose prompts take so many
    /// tokens each.
    #[must_use]
    pub fn new(options: &Options, preparations: u64, prompt_tokens: usize) -> Self {
        let expectations = Expectations::default();
        let batches = options.samples.div_ceil(options.batch_size);
        let looks = match options.verify {
            Some(_) => options.samples.div_ceil(MOST_SAMPLES),
            None => 0,
        };
        let items = expectations.usage(Purpose::Samples, options.samples);
        let preparing = expectations.usage(Purpose::Samples, 1);
        let look = expectations.usage(Purpose::Look, MOST_SAMPLES);
        let (batches, looks) = (batches as u64, looks as u64);
        Self {
            batches,
            preparations,
            looks,
            usage: Usage {
                prompt_tokens: batches * prompt_tokens as u64
                    + preparations * preparing.prompt_tokens,
                completion_tokens: items.completion_tokens + preparations * PREPARATION,
                ..Usage::default()
            },
            verify_usage: Usage {
                prompt_tokens: looks * look.prompt_tokens,
                completion_tokens: looks * look.completion_tokens,
                ..Usage::default()
            },
        }
    }

    /// All of its requests.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.batches + self.preparations + self.looks
    }

    /// US dollars that it costs.
    #[must_use]
    pub fn cost(&self, rates: &Rates) -> f64 {
        rates.samples.cost(&self.usage) + rates.verify.cost(&self.verify_usage)
    }
}
