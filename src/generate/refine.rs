//! Query refinement: one request, and the query as it is if that fails.

use crate::format::FormatHandler;
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
    }
}

/// The refinement in an answer, or what is wrong with it.
pub(super) fn read(completion: &Completion) -> Result<String, String> {
    let text = completion.text.trim();
    match &completion.finish_reason {
        FinishReason::Stop | FinishReason::Other(_) => match text.chars().count() {
            0 => Err("the answer is empty".to_owned()),
            _ if text.starts_with(['{', '[', '`']) => Err("the answer is no plain text".to_owned()),
            1..=LONGEST => Ok(text.to_owned()),
            _ => Err("the answer is too long".to_owned()),
        },
        FinishReason::MaxTokens => Err("the answer was cut".to_owned()),
        FinishReason::Blocked(reason) | FinishReason::PromptBlocked(reason) => {
            Err(format!("blocked ({reason})"))
        }
        FinishReason::Recitation => Err("blocked (recitation)".to_owned()),
        FinishReason::NoCandidates => Err("no answer in the response".to_owned()),
    }
}
