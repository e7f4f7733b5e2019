//! What a run has sent and spent.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::llm::{Completion, Usage};

/// What a run has sent and spent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// Requests made, retries and the refinement of the query included.
    pub requests: u64,
    /// Requests that repeated an earlier one.
    pub retries: u64,
    /// Requests that were answered from the cache, and not sent.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub recorded: u64,
    /// Requests that came to an end, with an answer or an error.
    pub ended: u64,
    /// Attempts that brought no answer, by kind of error.
    pub errors: BTreeMap<String, u64>,
    /// Tokens billed, but for second looks.
    #[serde(flatten)]
    pub usage: Usage,
    /// Models that answered, as the server names them, but for second looks.
    pub models: BTreeSet<String>,
    /// What of it second looks took.
    #[serde(default, skip_serializing_if = "Looks::is_none")]
    pub verify: Looks,
}

/// What second looks took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looks {
    /// Requests sent, among all.
    pub requests: u64,
    /// Tokens billed, beside those of the other requests.
    #[serde(flatten)]
    pub usage: Usage,
}

impl Looks {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Traffic {
    /// Requests that were sent, as far as it is known.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.requests - self.recorded
    }

    /// Requests without an end: under way, or dropped when the run stopped.
    /// What a dropped one costs is not known.
    #[must_use]
    pub fn unanswered(&self) -> u64 {
        self.requests.saturating_sub(self.ended)
    }

    /// What came after `earlier`, which is an earlier state of this.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let new = |(kind, count): (&String, &u64)| {
            let new = count - earlier.errors.get(kind).unwrap_or(&0);
            (new > 0).then(|| (kind.clone(), new))
        };
        Self {
            requests: self.requests - earlier.requests,
            retries: self.retries - earlier.retries,
            recorded: self.recorded - earlier.recorded,
            ended: self.ended - earlier.ended,
            errors: self.errors.iter().filter_map(new).collect(),
            usage: self.usage - earlier.usage,
            models: match self.ended > earlier.ended {
                true => self.models.clone(),
                false => BTreeSet::new(),
            },
            verify: Looks {
                requests: self.verify.requests - earlier.verify.requests,
                usage: self.verify.usage - earlier.verify.usage,
            },
        }
    }

    /// A request goes out.
    pub(super) fn request(&mut self, is_retry: bool) {
        self.requests += 1;
        self.retries += u64::from(is_retry);
    }

    /// A request for a second look goes out.
    pub(super) fn look(&mut self, is_retry: bool) {
        self.request(is_retry);
        self.verify.requests += 1;
    }

    /// An answer to one came.
    pub(super) fn verdicts(&mut self, completion: &Completion) {
        self.ended += 1;
        self.recorded += u64::from(completion.is_recorded);
        self.verify.usage += completion.usage;
    }

    /// An answer came.
    pub(super) fn completion(&mut self, completion: &Completion) {
        self.ended += 1;
        self.recorded += u64::from(completion.is_recorded);
        self.usage += completion.usage;
        if let Some(model) = &completion.model
            && !self.models.contains(model)
        {
            self.models.insert(model.clone());
        }
    }

    /// Counts an attempt that failed; returns how many there were of its kind.
    pub(super) fn error(&mut self, kind: &str) -> u64 {
        let times = self.errors.entry(kind.to_owned()).or_default();
        *times += 1;
        *times
    }
}

impl std::ops::AddAssign for Traffic {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.retries += other.retries;
        self.recorded += other.recorded;
        self.ended += other.ended;
        for (kind, count) in other.errors {
            *self.errors.entry(kind).or_default() += count;
        }
        self.usage += other.usage;
        self.models.extend(other.models);
        self.verify.requests += other.verify.requests;
        self.verify.usage += other.verify.usage;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_run_make_the_whole() {
        let mut early = Traffic::default();
        early.request(false);
        early.error("timeout");
        early.models.insert("a".to_owned());
        let mut late = early.clone();
        late.request(true);
        late.error("timeout");
        late.error("server error");
        late.ended += 1;
        late.recorded += 1;
        late.usage.prompt_tokens += 7;
        late.look(false);
        late.verify.usage.prompt_tokens += 5;
        late.models.insert("b".to_owned());
        let part = late.since(&early);
        assert_eq!((part.requests, part.retries), (2, 1));
        assert_eq!(part.verify.requests, 1);
        early += part;
        assert_eq!(early, late);
    }
}
