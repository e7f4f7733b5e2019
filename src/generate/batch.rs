//! What an answer is worth: parsed and validated.

use serde_json::Value;

use crate::format::{FormatHandler, Rejection, check_grounding};
use crate::llm::{Completion, FinishReason};
use crate::sample::Sample;

use super::parse;

/// What came of one answer.
#[derive(Debug)]
pub(super) enum Reading {
    /// Items; the answer may be cut, and hold no sample at all.
    Items {
        samples: Vec<Sample>,
        rejections: Vec<Rejection>,
        is_cut: bool,
    },
    /// A filter of the provider kept the answer back; its reason.
    Blocked(String),
    /// No answer to what was asked; another may be.
    Unusable(&'static str),
}

/// The passage that samples are made from, and what it is to them.
#[derive(Debug, Clone, Copy)]
pub(super) enum Passage<'a> {
    /// There is none.
    None,
    /// The value of this field of every sample.
    Fills(&'a str, &'a str),
    /// What every sample is to be grounded in.
    Grounds(&'a str),
}

/// Reads `completion` as samples of `format` that are made from `passage`.
pub(super) fn read(
    format: &dyn FormatHandler,
    passage: Passage<'_>,
    completion: Completion,
) -> Reading {
    let is_cut = match completion.finish_reason {
        FinishReason::Stop | FinishReason::Other(_) => false,
        FinishReason::MaxTokens => true,
        FinishReason::Blocked(reason) => return Reading::Blocked(reason),
        FinishReason::PromptBlocked(reason) => {
            return Reading::Blocked(format!("prompt: {reason}"));
        }
        FinishReason::Recitation => return Reading::Blocked("recitation".into()),
        FinishReason::NoCandidates => return Reading::Unusable("no answer in the response"),
    };
    match parse::items(&completion.text) {
        Ok(items) => validate(format, passage, items, is_cut),
        // The next attempt would be cut at the same place.
        Err(_) if is_cut => validate(format, passage, Vec::new(), is_cut),
        Err(_) if completion.text.trim().is_empty() => Reading::Unusable("empty answer"),
        Err(_) => Reading::Unusable("no JSON objects in the answer"),
    }
}

fn validate(
    format: &dyn FormatHandler,
    passage: Passage<'_>,
    items: Vec<Value>,
    is_cut: bool,
) -> Reading {
    let mut samples = Vec::with_capacity(items.len());
    let mut rejections = Vec::new();
    for item in items {
        match sample(format, passage, item) {
            Ok(sample) => samples.push(sample),
            Err(rejection) => rejections.push(rejection),
        }
    }
    Reading::Items {
        samples,
        rejections,
        is_cut,
    }
}

fn sample(
    format: &dyn FormatHandler,
    passage: Passage<'_>,
    mut item: Value,
) -> Result<Sample, Rejection> {
    if let (Passage::Fills(field, text), Some(object)) = (passage, item.as_object_mut()) {
        object.insert(field.to_owned(), text.into());
    }
    let sample = format.validate(item)?;
    if let Passage::Grounds(text) = passage {
        check_grounding(format, &sample, text)?;
    }
    Ok(sample)
}
