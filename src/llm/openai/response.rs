//! The answer to a chat completion request.
//!
//! Every field may be missing; reasoning beside the content is left out.

use serde::Deserialize;
use serde_json::Value;

use crate::llm::failure::{counts, typed};
use crate::llm::{Completion, FinishReason, LlmError, RateLimits, Usage};

#[derive(Deserialize)]
struct ChatCompletion {
    choices: Option<Vec<Choice>>,
    model: Option<String>,
    /// Read on its own: an odd count must not cost the answer.
    usage: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    message: Option<Message>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    content: Option<Content>,
    refusal: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    text: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CompletionUsage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    total_tokens: Option<u64>,
    prompt_tokens_details: Option<PromptTokensDetails>,
    completion_tokens_details: Option<CompletionTokensDetails>,
}

#[derive(Deserialize)]
struct PromptTokensDetails {
    cached_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct CompletionTokensDetails {
    reasoning_tokens: Option<u64>,
}

/// The completion in the body of a success whose headers told of `limits`.
///
/// # Errors
///
/// The body has another shape.
pub(super) fn completion(body: Value, limits: RateLimits) -> Result<Completion, LlmError> {
    let completion: ChatCompletion = typed(body)?;
    let choice = completion.choices.unwrap_or_default().into_iter().next();
    let (finish_reason, text) = match choice {
        None => (FinishReason::NoCandidates, String::new()),
        Some(choice) => answer(choice),
    };
    Ok(Completion {
        text,
        finish_reason,
        usage: usage(&counts(completion.usage)),
        model: completion.model,
        limits,
    })
}

fn answer(choice: Choice) -> (FinishReason, String) {
    let (content, refusal) = match choice.message {
        Some(message) => (message.content, message.refusal),
        None => (None, None),
    };
    let text = match content {
        None => String::new(),
        Some(Content::Text(text)) => text,
        Some(Content::Parts(parts)) => parts.into_iter().filter_map(|part| part.text).collect(),
    };
    let text = without_thoughts(&text).to_owned();
    if refusal.is_some_and(|refusal| !refusal.is_empty()) {
        return (FinishReason::Blocked("refusal".to_owned()), text);
    }
    let finish_reason = match choice.finish_reason.as_deref().unwrap_or_default() {
        "stop" => FinishReason::Stop,
        "length" => FinishReason::MaxTokens,
        "content_filter" => FinishReason::Blocked("content_filter".to_owned()),
        // Some servers never name a reason.
        "" if !text.is_empty() => FinishReason::Stop,
        "" => FinishReason::Other("none".to_owned()),
        reason => FinishReason::Other(reason.to_owned()),
    };
    (finish_reason, text)
}

/// `text` without the block of thoughts that some models begin with.
fn without_thoughts(text: &str) -> &str {
    match text.trim_start().strip_prefix("<think>") {
        None => text,
        Some(thoughts) => match thoughts.split_once("</think>") {
            Some((_, answer)) => answer.trim_start(),
            None => "",
        },
    }
}

/// What is billed. Google's endpoint of this kind leaves the thoughts out of
/// `completion_tokens` and has them in `total_tokens` only.
fn usage(usage: &CompletionUsage) -> Usage {
    let prompt_tokens = usage.prompt_tokens.unwrap_or_default();
    let total_tokens = usage.total_tokens.unwrap_or_default();
    let completion_tokens = usage.completion_tokens.unwrap_or_default();
    let prompt_details = usage.prompt_tokens_details.as_ref();
    let completion_details = usage.completion_tokens_details.as_ref();
    Usage {
        prompt_tokens,
        cached_tokens: prompt_details.and_then(|it| it.cached_tokens).unwrap_or(0),
        completion_tokens: completion_tokens.max(total_tokens.saturating_sub(prompt_tokens)),
        thought_tokens: completion_details
            .and_then(|it| it.reasoning_tokens)
            .unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Completion, LlmError> {
        let body = serde_json::from_str(body).expect("JSON");
        completion(body, RateLimits::default())
    }

    fn answered(choice: &str) -> (String, FinishReason) {
        let body = format!(r#"{{"choices":[{choice}]}}"#);
        let completion = read(&body).expect("a completion");
        (completion.text, completion.finish_reason)
    }

    #[test]
    fn an_answer_is_read_with_its_usage_and_model() {
        let body = r#"{"id":"x","object":"chat.completion","model":"gpt-x-2026","choices":[
            {"index":0,"message":{"role":"assistant","content":"{}","refusal":null},"finish_reason":"stop"}],
            "usage":{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,
            "prompt_tokens_details":{"cached_tokens":64},
            "completion_tokens_details":{"reasoning_tokens":30}}}"#;
        assert_eq!(
            read(body),
            Ok(Completion {
                text: "{}".into(),
                finish_reason: FinishReason::Stop,
                usage: Usage {
                    prompt_tokens: 100,
                    cached_tokens: 64,
                    completion_tokens: 50,
                    thought_tokens: 30,
                },
                model: Some("gpt-x-2026".into()),
                limits: RateLimits::default(),
            })
        );
    }

    #[test]
    fn thoughts_in_the_total_only_are_billed() {
        let usage = |usage: &str| {
            let body = format!(r#"{{"choices":[],"usage":{usage}}}"#);
            read(&body).expect("a completion").usage.completion_tokens
        };
        let counts = r#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":40}"#;
        assert_eq!(usage(counts), 30);
        assert_eq!(usage(r#"{"prompt_tokens":10,"completion_tokens":5}"#), 5);
        assert_eq!(usage("null"), 0);
    }

    #[test]
    fn the_content_is_text_or_parts_or_nothing() {
        let cases = [
            (r#"{"content":"a"}"#, "a"),
            (
                r#"{"content":[{"type":"text","text":"a"},{"type":"image"},{"text":"b"}]}"#,
                "ab",
            ),
            (r#"{"content":"a","reasoning_content":"hm"}"#, "a"),
            (
                r#"{"content":"<think>hm</think>\n\na <think>"}"#,
                "a <think>",
            ),
            (r#"{"content":"\n<think>\nhm"}"#, ""),
            (r#"{"content":null}"#, ""),
            ("{}", ""),
            ("null", ""),
        ];
        for (message, expected) in cases {
            let choice = format!(r#"{{"message":{message},"finish_reason":"stop"}}"#);
            assert_eq!(
                answered(&choice),
                (expected.into(), FinishReason::Stop),
                "{message}"
            );
        }
    }

    #[test]
    fn every_finish_reason_keeps_its_meaning() {
        let cases = [
            (r#""length""#, FinishReason::MaxTokens),
            (
                r#""content_filter""#,
                FinishReason::Blocked("content_filter".into()),
            ),
            (r#""tool_calls""#, FinishReason::Other("tool_calls".into())),
            ("null", FinishReason::Stop),
        ];
        for (reason, expected) in cases {
            let choice = format!(r#"{{"message":{{"content":"x"}},"finish_reason":{reason}}}"#);
            assert_eq!(answered(&choice), ("x".into(), expected), "{reason}");
        }
        assert_eq!(
            answered("{}"),
            (String::new(), FinishReason::Other("none".into()))
        );
    }

    #[test]
    fn a_refusal_is_a_blocked_answer() {
        let choice = r#"{"message":{"content":null,"refusal":"I can't."},"finish_reason":"stop"}"#;
        let expected = FinishReason::Blocked("refusal".into());
        assert_eq!(answered(choice), (String::new(), expected));
    }

    #[test]
    fn no_choices_are_no_candidates() {
        for body in [r#"{"choices":[]}"#, r#"{"choices":null}"#, "{}"] {
            let completion = read(body).expect("a completion");
            assert_eq!(
                completion.finish_reason,
                FinishReason::NoCandidates,
                "{body}"
            );
            assert_eq!(completion.usage, Usage::default());
        }
    }

    #[test]
    fn json_of_another_shape_is_unreadable() {
        for body in ["[]", "1", r#"{"choices":1}"#] {
            let read = read(body);
            assert!(
                matches!(read, Err(LlmError::Unreadable { .. })),
                "{body}: {read:?}"
            );
        }
    }
}
