//! What a run may spend, and what a request is expected to.

use crate::llm::{Price, Usage};

use super::traffic::Traffic;

/// Tokens that an item is expected to take before the first answer.
const FIRST_ITEM_TOKENS: f64 = 100.0;

/// Tokens that a prompt is expected to take before the first answer.
const FIRST_PROMPT_TOKENS: f64 = 500.0;

/// The most that one part of a run may send and spend.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Budget {
    /// Most requests.
    pub requests: Option<u64>,
    /// Most US dollars, and what they are reckoned with.
    pub cost: Option<(f64, Price)>,
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

impl Budget {
    /// Whether a request of about `expected` tokens is within the budget, when
    /// `spent` was spent and others are `under_way`.
    pub(super) fn allows(
        &self,
        spent: &Traffic,
        under_way: usize,
        expected: &Expectation,
        items: usize,
    ) -> Allowance {
        if let Some(most) = self.requests
            && spent.requests >= most
        {
            return Allowance::No(Spent::Requests(most));
        }
        let Some((most, price)) = &self.cost else {
            return Allowance::Yes;
        };
        let reserve = price.cost(&expected.usage(items)).max(expected.dearest);
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let reserved = reserve * (under_way + 1) as f64;
        match price.cost(&spent.usage) + reserved <= *most {
            true => Allowance::Yes,
            false if under_way > 0 => Allowance::Later,
            false => Allowance::No(Spent::Cost {
                most: *most,
                next: reserve,
            }),
        }
    }
}

/// What a request is expected to take, learned from those that were answered.
#[derive(Debug, Default)]
pub(super) struct Expectation {
    answers: f64,
    prompt_tokens: f64,
    completion_tokens: f64,
    items: f64,
    /// US dollars of the dearest request.
    dearest: f64,
}

impl Expectation {
    /// Of a request for a number of items.
    pub(super) fn usage(&self, items: usize) -> Usage {
        #![expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive, and far below 2^52"
        )]
        let (prompt, per_item) = match self.answers {
            0.0 => (FIRST_PROMPT_TOKENS, FIRST_ITEM_TOKENS),
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

    /// A request for a number of items took `usage`.
    pub(super) fn learn(&mut self, items: usize, usage: &Usage, budget: &Budget) {
        #![expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        self.answers += 1.0;
        self.prompt_tokens += usage.prompt_tokens as f64;
        self.completion_tokens += usage.completion_tokens as f64;
        self.items += items as f64;
        if let Some((_, price)) = &budget.cost {
            self.dearest = self.dearest.max(price.cost(usage));
        }
    }
}
