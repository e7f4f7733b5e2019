//! What a run may spend, and what a request is expected to.

use serde::{Deserialize, Serialize};

use crate::llm::{Price, Usage};

use super::traffic::Traffic;

/// What the tokens of a run cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// Those of the model that writes the samples.
    pub samples: Price,
    /// Those of the model that looks at them a second time.
    pub verify: Price,
}

impl Rates {
    /// US dollars that `traffic` cost.
    #[must_use]
    pub fn cost(&self, traffic: &Traffic) -> f64 {
        self.samples.cost(&traffic.usage) + self.verify.cost(&traffic.verify.usage)
    }
}

/// The most that one part of a run may send and spend.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Budget {
    /// Most requests.
    pub requests: Option<u64>,
    /// Most US dollars, and what they are reckoned with.
    pub cost: Option<(f64, Rates)>,
}

/// Why no further request is within the budget.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spent {
    /// As many requests were sent.
    Requests(u64),
    /// Another request might cost more US dollars than are left.
    Cost {
        /// The most that may be spent.
        most: f64,
        /// What the request might cost.
        next: f64,
    },
}

/// Whether another request is within the budget.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Allowance {
    Yes,
    /// Perhaps, once it is known what those under way cost.
    Later,
    No(Spent),
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Samples, or what leads to them.
    Samples,
    /// A second look at samples.
    Look,
}

impl Budget {
    /// Whether a request is within the budget that may cost `next` US dollars,
    /// when `spent` was spent and others are `under_way`, each of which may cost
    /// `other` dollars.
    pub(super) fn allows(
        &self,
        spent: &Traffic,
        under_way: usize,
        next: f64,
        other: f64,
    ) -> Allowance {
        if let Some(most) = self.requests
            && spent.sent() >= most
        {
            // Those under way may turn out not to be sent.
            return match under_way {
                0 => Allowance::No(Spent::Requests(most)),
                _ => Allowance::Later,
            };
        }
        let Some((most, rates)) = &self.cost else {
            return Allowance::Yes;
        };
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let reserved = other * under_way as f64 + next;
        match rates.cost(spent) + reserved <= *most {
            true => Allowance::Yes,
            false if under_way > 0 => Allowance::Later,
            false => Allowance::No(Spent::Cost { most: *most, next }),
        }
    }

    fn price(&self, purpose: Purpose) -> Option<&Price> {
        let (_, rates) = self.cost.as_ref()?;
        Some(match purpose {
            Purpose::Samples => &rates.samples,
            Purpose::Look => &rates.verify,
        })
    }
}

/// What the requests of a run are expected to take.
#[derive(Debug)]
pub(super) struct Expectations {
    samples: Expectation,
    look: Expectation,
}

impl Default for Expectations {
    fn default() -> Self {
        Self {
            samples: Expectation::new(500.0, 100.0),
            // Ten samples, and a number for each.
            look: Expectation::new(1_500.0, 20.0),
        }
    }
}

impl Expectations {
    /// Tokens of a request for a number of items, of each kind.
    pub(super) fn usage(&self, purpose: Purpose, items: usize) -> Usage {
        self.of(purpose).usage(items)
    }

    /// Tokens of a request for a number of items.
    pub(super) fn tokens(&self, purpose: Purpose, items: usize) -> u64 {
        let usage = self.usage(purpose, items);
        usage.prompt_tokens + usage.completion_tokens
    }

    /// US dollars that a request for a number of items may cost.
    pub(super) fn cost(&self, purpose: Purpose, items: usize, budget: &Budget) -> f64 {
        let expectation = self.of(purpose);
        let Some(price) = budget.price(purpose) else {
            return 0.0;
        };
        price
            .cost(&expectation.usage(items))
            .max(expectation.dearest)
    }

    /// A request for a number of items took `usage`.
    pub(super) fn learn(&mut self, purpose: Purpose, items: usize, usage: &Usage, budget: &Budget) {
        let cost = budget.price(purpose).map(|price| price.cost(usage));
        let expectation = match purpose {
            Purpose::Samples => &mut self.samples,
            Purpose::Look => &mut self.look,
        };
        expectation.learn(items, usage, cost.unwrap_or_default());
    }

    fn of(&self, purpose: Purpose) -> &Expectation {
        match purpose {
            Purpose::Samples => &self.samples,
            Purpose::Look => &self.look,
        }
    }
}

/// What a request is expected to take, learned from those that were answered.
#[derive(Debug)]
struct Expectation {
    answers: f64,
    prompt_tokens: f64,
    completion_tokens: f64,
    items: f64,
    /// Tokens that a prompt and an item take before the first answer.
    first: (f64, f64),
    /// US dollars of the dearest request.
    dearest: f64,
}

impl Expectation {
    fn new(first_prompt_tokens: f64, first_item_tokens: f64) -> Self {
        Self {
            answers: 0.0,
            prompt_tokens: 0.0,
            completion_tokens: 0.0,
            items: 0.0,
            first: (first_prompt_tokens, first_item_tokens),
            dearest: 0.0,
        }
    }

    /// Of a request for a number of items.
    fn usage(&self, items: usize) -> Usage {
        #![expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive, and far below 2^52"
        )]
        let (prompt, per_item) = match self.answers {
            0.0 => self.first,
            answers => (
                self.prompt_tokens / answers,
                self.completion_tokens / self.items,
            ),
        };
        Usage {
            prompt_tokens: prompt as u64,
            completion_tokens: (per_item * items as f64) as u64,
            ..Usage::default()
        }
    }

    /// A request for a number of items took `usage`, and so many US dollars.
    fn learn(&mut self, items: usize, usage: &Usage, cost: f64) {
        #![expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        self.answers += 1.0;
        self.prompt_tokens += usage.prompt_tokens as f64;
        self.completion_tokens += usage.completion_tokens as f64;
        self.items += items as f64;
        self.dearest = self.dearest.max(cost);
    }
}
