//! One request for a second look at some samples.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::llm::{Answer, ChatRequest, ItemShape, Wanted};
use crate::prompt;

use super::expected::{FOUND, NUMBER, whole};
use super::trial::Trial;
use super::{Verdict, Verifier};

/// Most samples of one look; of long lists, models judge the later items worse.
pub const MOST_SAMPLES: usize = 10;

/// Most bytes of the samples of one look, some 6,000 tokens of English. A longer
/// sample is looked at alone.
const MOST_BYTES: usize = 24_000;

/// A second look at samples that stand in a row.
#[derive(Debug)]
pub struct Look {
    system: Arc<str>,
    shape: Arc<ItemShape>,
    user: String,
    trials: Vec<Trial>,
}

impl Look {
    pub(super) fn new(verifier: &Verifier<'_>, trial: Trial) -> Self {
        Self {
            system: Arc::clone(&verifier.system),
            shape: Arc::clone(&verifier.shape),
            user: prompt::verify::item(1, trial.shown()),
            trials: vec![trial],
        }
    }

    /// The line of `trial` as the next one; `None` if there is no room for it.
    pub(super) fn line_of(&self, trial: &Trial) -> Option<String> {
        let shown = trial.shown_after(self.trials.last()?);
        let line = prompt::verify::item(self.trials.len() + 1, &shown);
        let has_room = self.trials.len() < MOST_SAMPLES;
        (has_room && self.user.len() + line.len() <= MOST_BYTES).then_some(line)
    }

    /// Takes in `trial`, whose line this is.
    pub(super) fn take(&mut self, trial: Trial, line: &str) {
        self.user.push_str(line);
        self.trials.push(trial);
    }

    /// How many samples it takes in; at least one.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.trials.len()
    }

    /// The request, with a `seed` for the model if it is to have one.
    #[must_use]
    pub fn request(&self, seed: Option<u64>) -> ChatRequest {
        ChatRequest {
            system: Arc::clone(&self.system),
            user: self.user.clone(),
            attachment: None,
            answer: Answer::Samples(Wanted {
                classes: None,
                shape: Arc::clone(&self.shape),
                count: self.trials.len(),
                passage: None,
            }),
            seed,
            number: 0,
        }
    }

    /// What the items of an answer say of each sample. One that is judged twice
    /// is not judged, and what is said of none is left out.
    #[must_use]
    pub fn verdicts(&self, items: &[Json]) -> Vec<Verdict> {
        let field = &self.shape.fields[FOUND];
        let numbered = self.trials.iter().zip(1..);
        let verdicts = numbered.map(|(trial, number)| {
            let is_its = |item: &&Json| whole(&item[NUMBER]) == Some(number);
            let mut its = items.iter().filter(is_its);
            match (its.next(), its.next()) {
                (Some(item), None) => trial.verdict(field, item),
                _ => Verdict::Unjudged,
            }
        });
        verdicts.collect()
    }
}
