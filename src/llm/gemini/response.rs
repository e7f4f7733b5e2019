//! The answer to a `generateContent` request.
//!
//! Types are named as the API names them and every field may be missing.

use serde::Deserialize;
use serde_json::Value;

use crate::llm::failure::{counts, typed};
use crate::llm::{Completion, FinishReason, LlmError, RateLimits, Usage};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct GenerateContentResponse {
    candidates: Option<Vec<Candidate>>,
    prompt_feedback: Option<PromptFeedback>,
    /// Read on its own: an odd count must not cost the answer.
    usage_metadata: Option<Value>,
    model_version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    content: Option<Content>,
    finish_reason: Option<String>,
    finish_message: Option<String>,
}

#[derive(Deserialize)]
struct Content {
    parts: Option<Vec<Part>>,
}

#[derive(Deserialize)]
struct Part {
    text: Option<String>,
    thought: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PromptFeedback {
    block_reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_field_names, reason = "the names of the API")]
struct UsageMetadata {
    prompt_token_count: Option<u64>,
    cached_content_token_count: Option<u64>,
    candidates_token_count: Option<u64>,
    thoughts_token_count: Option<u64>,
}

/// The completion in the body of a success whose headers told of `limits`.
///
/// # Errors
///
/// The body has another shape, or says that the account is disabled.
pub(super) fn completion(body: Value, limits: RateLimits) -> Result<Completion, LlmError> {
    let response: GenerateContentResponse = typed(body)?;
    let candidate = response.candidates.unwrap_or_default().into_iter().next();
    let blocked = response.prompt_feedback.and_then(|it| it.block_reason);
    let (finish_reason, text) = match (blocked, candidate) {
        (Some(reason), _) => (FinishReason::PromptBlocked(reason), String::new()),
        (None, None) => (FinishReason::NoCandidates, String::new()),
        (None, Some(candidate)) => (finish_reason(&candidate)?, visible_text(candidate)),
    };
    Ok(Completion {
        text,
        finish_reason,
        usage: usage(&counts(response.usage_metadata)),
        model: response.model_version,
        limits,
        is_recorded: false,
    })
}

fn finish_reason(candidate: &Candidate) -> Result<FinishReason, LlmError> {
    let reason = candidate.finish_reason.as_deref().unwrap_or_default();
    Ok(match reason {
        "STOP" => FinishReason::Stop,
        "MAX_TOKENS" | "CONTINUATION" => FinishReason::MaxTokens,
        "RECITATION" => FinishReason::Recitation,
        "SAFETY" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "ESCALATION" | "LANGUAGE"
        | "MODEL_ARMOR" => FinishReason::Blocked(reason.to_owned()),
        "PUP_LIMITED_DISABLED" => return Err(disabled(candidate)),
        "" => FinishReason::Other("none".to_owned()),
        _ => FinishReason::Other(reason.to_owned()),
    })
}

/// The account has broken the Prohibited Use Policy.
fn disabled(candidate: &Candidate) -> LlmError {
    let message = candidate.finish_message.as_deref();
    let message = message.unwrap_or("the account is limited or disabled");
    LlmError::Auth {
        status: 200,
        message: format!("PUP_LIMITED_DISABLED: {message}"),
    }
}

/// All parts but thoughts, as one text.
fn visible_text(candidate: Candidate) -> String {
    let parts = candidate.content.and_then(|content| content.parts);
    let visible = parts
        .unwrap_or_default()
        .into_iter()
        .filter(|part| part.thought != Some(true));
    visible.filter_map(|part| part.text).collect()
}

/// Thoughts are counted apart by the API and billed as output.
fn usage(metadata: &UsageMetadata) -> Usage {
    let thought_tokens = metadata.thoughts_token_count.unwrap_or_default();
    Usage {
        prompt_tokens: metadata.prompt_token_count.unwrap_or_default(),
        cached_tokens: metadata.cached_content_token_count.unwrap_or_default(),
        completion_tokens: metadata
            .candidates_token_count
            .unwrap_or_default()
            .saturating_add(thought_tokens),
        thought_tokens,
    }
    .capped()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Completion, LlmError> {
        let body = serde_json::from_str(body).expect("JSON");
        completion(body, RateLimits::default())
    }

    fn answered(body: &str) -> (String, FinishReason) {
        let completion = read(body).expect("a completion");
        (completion.text, completion.finish_reason)
    }

    #[test]
    fn odd_counts_do_not_cost_the_answer() {
        let body = r#"{"candidates":[{"content":{"parts":[{"text":"[]"}]},"finishReason":"STOP"}],
            "usageMetadata":{"promptTokenCount":-7,"candidatesTokenCount":1e30}}"#;
        let completion = read(body).expect("an answer");
        assert_eq!(
            (completion.text.as_str(), completion.usage),
            ("[]", Usage::default())
        );
    }

    #[test]
    fn an_answer_is_read_with_its_usage_and_model() {
        let body = r#"{"candidates":[{"content":{"role":"model","parts":[
            {"text":"{\"a\":1}","thoughtSignature":"CiQB"}]},"finishReason":"STOP","index":0}],
            "usageMetadata":{"promptTokenCount":1312,"cachedContentTokenCount":1024,
            "candidatesTokenCount":402,"thoughtsTokenCount":180,"totalTokenCount":1894,
            "promptTokensDetails":[{"modality":"TEXT","tokenCount":96}]},
            "modelVersion":"gemini-3.5-flash-lite","responseId":"x"}"#;
        assert_eq!(
            read(body),
            Ok(Completion {
                text: r#"{"a":1}"#.into(),
                finish_reason: FinishReason::Stop,
                usage: Usage {
                    prompt_tokens: 1312,
                    cached_tokens: 1024,
                    completion_tokens: 582,
                    thought_tokens: 180,
                },
                model: Some("gemini-3.5-flash-lite".into()),
                limits: RateLimits::default(),
                is_recorded: false,
            })
        );
    }

    #[test]
    fn the_text_is_all_parts_but_thoughts() {
        let parts = [
            (r#"[{"text":"hm","thought":true},{"text":"a"}]"#, "a"),
            (r#"[{"text":"a"},{"text":"b","thought":false}]"#, "ab"),
            (
                r#"[{"text":"a"},{"text":"","thoughtSignature":"CiQB"}]"#,
                "a",
            ),
            (r#"[{"thoughtSignature":"CiQB"},{"text":"a"}]"#, "a"),
            (r#"[{"text":""}]"#, ""),
            ("[]", ""),
            ("null", ""),
        ];
        for (parts, expected) in parts {
            let body = format!(
                r#"{{"candidates":[{{"content":{{"parts":{parts}}},"finishReason":"STOP"}}]}}"#
            );
            assert_eq!(
                answered(&body),
                (expected.into(), FinishReason::Stop),
                "{parts}"
            );
        }
    }

    #[test]
    fn an_answer_without_parts_or_content_is_empty() {
        let cases = [
            (
                r#"{"content":{"role":"model"},"finishReason":"STOP"}"#,
                FinishReason::Stop,
            ),
            (
                r#"{"content":{"role":"model"},"finishReason":"MAX_TOKENS"}"#,
                FinishReason::MaxTokens,
            ),
            (
                r#"{"finishReason":"MAX_TOKENS","index":0}"#,
                FinishReason::MaxTokens,
            ),
        ];
        for (candidate, expected) in cases {
            let body = format!(r#"{{"candidates":[{candidate}]}}"#);
            assert_eq!(answered(&body), (String::new(), expected), "{candidate}");
        }
    }

    #[test]
    fn thoughts_that_ate_all_tokens_are_billed() {
        let body = r#"{"candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS"}],
            "usageMetadata":{"promptTokenCount":1706,"thoughtsTokenCount":2999}}"#;
        let completion = read(body).expect("a completion");
        assert_eq!(completion.usage.completion_tokens, 2999);
    }

    #[test]
    fn every_finish_reason_keeps_the_text_and_its_meaning() {
        let blocked = |word: &str| FinishReason::Blocked(word.into());
        let other = |word: &str| FinishReason::Other(word.into());
        let cases = [
            (r#""MAX_TOKENS""#, FinishReason::MaxTokens),
            (r#""CONTINUATION""#, FinishReason::MaxTokens),
            (r#""RECITATION""#, FinishReason::Recitation),
            (r#""SAFETY""#, blocked("SAFETY")),
            (r#""BLOCKLIST""#, blocked("BLOCKLIST")),
            (r#""PROHIBITED_CONTENT""#, blocked("PROHIBITED_CONTENT")),
            (r#""SPII""#, blocked("SPII")),
            (r#""ESCALATION""#, blocked("ESCALATION")),
            (r#""LANGUAGE""#, blocked("LANGUAGE")),
            (r#""OTHER""#, other("OTHER")),
            (r#""MALFORMED_RESPONSE""#, other("MALFORMED_RESPONSE")),
            (
                r#""MALFORMED_FUNCTION_CALL""#,
                other("MALFORMED_FUNCTION_CALL"),
            ),
            (r#""FROM_THE_FUTURE""#, other("FROM_THE_FUTURE")),
            ("null", other("none")),
        ];
        for (reason, expected) in cases {
            let body = format!(
                r#"{{"candidates":[{{"content":{{"parts":[{{"text":"x"}}]}},"finishReason":{reason}}}]}}"#
            );
            assert_eq!(answered(&body), ("x".into(), expected), "{reason}");
        }
    }

    #[test]
    fn a_disabled_account_is_an_error() {
        assert_eq!(
            read(r#"{"candidates":[{"finishReason":"PUP_LIMITED_DISABLED"}]}"#),
            Err(LlmError::Auth {
                status: 200,
                message: "PUP_LIMITED_DISABLED: the account is limited or disabled".into(),
            })
        );
    }

    #[test]
    fn a_prompt_is_blocked_only_if_a_reason_is_given() {
        let blocked = r#"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},
            "usageMetadata":{"promptTokenCount":7,"totalTokenCount":7}}"#;
        let completion = read(blocked).expect("a completion");
        let expected = FinishReason::PromptBlocked("PROHIBITED_CONTENT".into());
        assert_eq!(completion.finish_reason, expected);
        assert_eq!(completion.usage.prompt_tokens, 7);
        let rated = r#"{"promptFeedback":{"safetyRatings":[]},
            "candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}]}"#;
        assert_eq!(answered(rated), ("x".into(), FinishReason::Stop));
    }

    #[test]
    fn no_candidates_are_told_apart_from_a_blocked_prompt() {
        for body in [r#"{"candidates":[]}"#, r#"{"usageMetadata":{}}"#, "{}"] {
            assert_eq!(
                answered(body),
                (String::new(), FinishReason::NoCandidates),
                "{body}"
            );
        }
    }

    #[test]
    fn json_of_another_shape_is_unreadable() {
        for body in ["[]", "1", r#"{"candidates":"none"}"#] {
            let read = read(body);
            assert!(
                matches!(read, Err(LlmError::Unreadable { .. })),
                "{body}: {read:?}"
            );
        }
    }
}
