//! A provider without a model: made-up data, no network.
//!
//! For first trials, tests and CI. What it writes is grammatical and of the
//! right shape, deterministic and quick; it heeds fields, classes and passage of
//! a request, and the samples of a second look, but understands neither its query
//! nor its instructions.

mod cast;
mod cloze;
mod conversation;
mod custom;
mod description;
mod extract;
mod fitted;
mod items;
mod material;
mod meaning;
mod passage;
mod persona;
mod phrases;
mod query;
mod scene;
mod task;
mod topics;
mod verdict;
mod words;

use async_trait::async_trait;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::json;
use sha2::{Digest, Sha256};

use self::items::items;
use super::{
    Answer, ChatRequest, Completion, FinishReason, ItemShape, LlmClient, LlmError, RateLimits,
    SAMPLES_KEY, SetupError, Usage,
};
use crate::sample::{Field, FieldKind, Length, Limit};

/// Name of the only model.
const MODEL: &str = "offline";

/// Makes data up, or takes it from the passage of a request.
#[derive(Debug, Clone)]
pub struct Offline {
    seed: u64,
}

impl Offline {
    /// A provider that answers the same request always the same; another
    /// `seed` gives other answers.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// Checks that it can fill `fields`.
    ///
    /// # Errors
    ///
    /// It finds no text for the pattern of a field.
    pub fn check(fields: &[Field]) -> Result<(), SetupError> {
        match fitted::unfillable(fields) {
            None => Ok(()),
            Some(field) => Err(SetupError::Pattern {
                field: field.name.clone(),
            }),
        }
    }

    /// Everything a request says takes part, so that no two batches are alike.
    fn rng(&self, request: &ChatRequest) -> StdRng {
        let mut hasher = Sha256::new();
        hasher.update(self.seed.to_le_bytes());
        hasher.update(request.seed.unwrap_or_default().to_le_bytes());
        hasher.update(request.system.as_bytes());
        hasher.update([0]);
        hasher.update(request.user.as_bytes());
        StdRng::from_seed(hasher.finalize().into())
    }
}

#[async_trait]
impl LlmClient for Offline {
    fn model(&self) -> &str {
        MODEL
    }

    async fn complete(&self, request: &ChatRequest) -> Result<Completion, LlmError> {
        // Nothing here waits, but others on this thread, such as the one who
        // listens to signals, must come to their turn.
        tokio::task::yield_now().await;
        let text = match &request.answer {
            Answer::Text => "The offline provider only makes samples.".to_owned(),
            Answer::Samples(wanted) => {
                let mut rng = self.rng(request);
                let found = verdict::items(&request.user, &wanted.shape, &mut rng);
                let items = found.unwrap_or_else(|| items(wanted, &mut rng));
                json!({SAMPLES_KEY: items}).to_string()
            }
        };
        Ok(Completion {
            text,
            finish_reason: FinishReason::Stop,
            usage: Usage::default(),
            model: Some(MODEL.to_owned()),
            limits: RateLimits::default(),
            is_recorded: false,
        })
    }
}

/// A predefined format, as its fields tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    PairClass,
    PairScore,
    Pair,
    Triplet,
    Qa,
}

impl Known {
    fn of(shape: &ItemShape, has_passage: bool) -> Option<Self> {
        use FieldKind::{Float, Integer, String};
        if !shape.fields.iter().all(is_as_predefined) {
            return None;
        }
        let mut fields: Vec<_> = shape
            .fields
            .iter()
            .map(|f| (f.name.as_str(), f.kind))
            .collect();
        fields.sort_unstable_by_key(|(name, _)| *name);
        match fields[..] {
            [
                ("hypothesis", String),
                ("label", Integer),
                ("premise", String),
            ] => Some(Self::PairClass),
            [
                ("score", Float),
                ("sentence1", String),
                ("sentence2", String),
            ] => Some(Self::PairScore),
            [("anchor", String), ("positive", String)] => Some(Self::Pair),
            [
                ("anchor", String),
                ("negative", String),
                ("positive", String),
            ] => Some(Self::Triplet),
            [
                ("answer", String),
                ("context", String),
                ("question", String),
            ] => Some(Self::Qa),
            // The caller has the context.
            [("answer", String), ("question", String)] if has_passage => Some(Self::Qa),
            _ => None,
        }
    }
}

/// Whether `field` has no limit that a predefined format does not have.
fn is_as_predefined(field: &Field) -> bool {
    let limit = &field.limit;
    (matches!(limit, Limit::None | Limit::Labels(_)) || *limit == Limit::Range(0.0, 1.0))
        && field.length == Length::default()
        && field.pattern.is_none()
}

#[cfg(test)]
mod tests;
