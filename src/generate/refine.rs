//! Query refinement: one request, and the query as it is if that fails.

use crate::format::FormatHandler;
use crate::llm::{Answer, ChatRequest, Disposition, FinishReason, LlmClient, LlmError};
use crate::prompt;

use super::meter::Meter;

/// Characters of the longest refinement that is used. A longer one is no
/// brief but an attempt at the data itself.
const LONGEST: usize = 4_000;

/// The brief that the model makes of `query`; `None`, with a warning, if it
/// makes none.
///
/// # Errors
///
/// Only errors that no further request can escape.
pub(super) async fn refine(
    client: &dyn LlmClient,
    format: &dyn FormatHandler,
    query: &str,
    seed: Option<u64>,
    meter: &Meter,
) -> Result<Option<String>, LlmError> {
    let (system, user) = prompt::refinement(format, query);
    let request = ChatRequest {
        system: system.into(),
        user,
        answer: Answer::Text,
        seed,
    };
    let problem = match ask(client, &request, meter).await {
        Ok(Ok(text)) => return Ok(Some(text)),
        Ok(Err(problem)) => problem,
        Err(error) if error.disposition() == Disposition::FailRun => return Err(error),
        Err(error) => error.to_string(),
    };
    tracing::warn!("the query is used as it is, refining it failed: {problem}");
    Ok(None)
}

/// The text of an answer, or what is wrong with it. Asks again only when the
/// client has changed how it asks.
async fn ask(
    client: &dyn LlmClient,
    request: &ChatRequest,
    meter: &Meter,
) -> Result<Result<String, String>, LlmError> {
    let mut is_retry = false;
    let completion = loop {
        meter.request(is_retry);
        match client.complete(request).await {
            Ok(completion) => break completion,
            Err(error) if error.disposition() == Disposition::Again && !is_retry => {
                meter.error(&error);
                is_retry = true;
            }
            Err(error) => {
                meter.error(&error);
                return Err(error);
            }
        }
    };
    meter.completion(&completion);
    let text = completion.text.trim();
    Ok(match completion.finish_reason {
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
    })
}
