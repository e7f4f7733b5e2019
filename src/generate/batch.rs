//! What an answer is worth: parsed and validated.

use serde_json::Value;

use crate::format::{FormatHandler, Ground, Rejection, sanity};
use crate::llm::{Completion, FinishReason};
use crate::sample::{self, Sample};

use super::parse;

/// What came of one answer.
#[derive(Debug)]
pub(super) enum Reading {
    /// Items; the answer may be cut, and hold no sample at all.
    Items {
        samples: Vec<Sample>,
        /// Which items are no samples, and why.
        rejections: Vec<(usize, Rejection)>,
        is_cut: bool,
    },
    /// A filter of the provider kept the answer back; its reason.
    Blocked(String),
    /// No answer to what was asked; another may be.
    Unusable(&'static str),
}

/// Makes samples of answers.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    /// What a sample looks like.
    pub(super) format: &'a dyn FormatHandler,
    /// The passage that samples are made from.
    pub(super) passage: Option<&'a str>,
    /// The field of every sample that the passage fills.
    pub(super) filled: Option<&'a str>,
    /// Whether samples are marked as grounded or not, and none is rejected for
    /// that.
    pub(super) marks: bool,
    /// Whether samples that are of no use are rejected.
    pub(super) checks_sanity: bool,
}

impl Reader<'_> {
    /// Reads `completion` as samples.
    pub(super) fn read(self, completion: &Completion) -> Reading {
        let is_cut = match &completion.finish_reason {
            FinishReason::Stop | FinishReason::Other(_) => false,
            FinishReason::MaxTokens => true,
            FinishReason::Blocked(reason) => return Reading::Blocked(reason.clone()),
            FinishReason::PromptBlocked(reason) => {
                return Reading::Blocked(format!("prompt: {reason}"));
            }
            FinishReason::Recitation => return Reading::Blocked("recitation".into()),
            FinishReason::NoCandidates => return Reading::Unusable("no answer in the response"),
        };
        match parse::items(&completion.text) {
            Ok(items) => self.validate(items, is_cut),
            // The next attempt would be cut at the same place.
            Err(_) if is_cut => self.validate(Vec::new(), is_cut),
            Err(_) if completion.text.trim().is_empty() => Reading::Unusable("empty answer"),
            Err(_) => Reading::Unusable("no JSON objects in the answer"),
        }
    }

    fn validate(self, items: Vec<Value>, is_cut: bool) -> Reading {
        let ground = self.passage.map(Ground::new);
        let mut samples = Vec::with_capacity(items.len());
        let mut rejections = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            match self.sample(ground.as_ref(), item) {
                Ok(sample) => samples.push(sample),
                Err(rejection) => rejections.push((index, rejection)),
            }
        }
        Reading::Items {
            samples,
            rejections,
            is_cut,
        }
    }

    fn sample(self, ground: Option<&Ground<'_>>, mut item: Value) -> Result<Sample, Rejection> {
        if let (Some(passage), Some(field), Some(object)) =
            (self.passage, self.filled, item.as_object_mut())
        {
            object.insert(field.to_owned(), passage.into());
        }
        let mut sample = self.format.validate(item)?;
        if self.checks_sanity {
            sanity::check(self.format, &sample, self.filled)?;
        }
        let checked = match ground {
            Some(ground) => ground.check(self.format, &sample),
            None => Ok(()),
        };
        match self.marks {
            // What was not checked is not known to be grounded.
            true => {
                let is_grounded = ground.is_some() && checked.is_ok();
                sample.values.push(sample::Value::Boolean(is_grounded));
            }
            false => checked?,
        }
        Ok(sample)
    }
}
