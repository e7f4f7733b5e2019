//! Query refinement: one request, and the query as it is if that fails.

use crate::format::{FormatHandler, may_be_about};
use crate::llm::{Answer, ChatRequest, Completion, FinishReason};
use crate::prompt;

/// Characters of the longest refinement that is used. A longer one is no
/// brief but an attempt at the data itself.
const LONGEST: usize = 4_000;

/// The request for a refinement of `query`.
pub(super) fn request(
    format: &dyn FormatHandler,
    query: &str,
    language: Option<&str>,
    seed: Option<u64>,
) -> ChatRequest {
    let (system, user) = prompt::refinement(format, query, language);
    ChatRequest {
        system: system.into(),
        user,
        attachment: None,
        answer: Answer::Text,
        seed,
        number: 0,
    }
}

/// The refinement of `query` in an answer, or what is wrong with it.
pub(super) fn read(completion: &Completion, query: &str) -> Result<String, String> {
    let text = completion.text.trim();
    if let Some(refusal) = completion.finish_reason.refusal() {
        return Err(refusal);
    }
    if completion.finish_reason == FinishReason::MaxTokens {
        return Err("the answer was cut".to_owned());
    }
    match text.chars().count() {
        0 => Err("the answer is empty".to_owned()),
        _ if text.starts_with(['{', '[', '`']) => Err("the answer is no plain text".to_owned()),
        // Small models answer the query, or greet.
        1..=LONGEST if !may_be_about(text, query) => {
            Err("the answer has no word of the query".to_owned())
        }
        1..=LONGEST => Ok(text.to_owned()),
        _ => Err("the answer is too long".to_owned()),
    }
}
