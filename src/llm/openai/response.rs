//! The answer to a chat completion request.
//!
//! Every field may be missing; thoughts beside or in the content are left out.

use serde::Deserialize;
use serde_json::Value;

use crate::llm::failure::{counts, typed};
use crate::llm::{Completion, FinishReason, LlmError, RateLimits, Usage};

/// What begins a block of thoughts in a content.
const THOUGHTS: &str = "<think>";

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
    /// Thoughts; servers differ in the name, and some send both.
    reasoning: Option<Value>,
    reasoning_content: Option<Value>,
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
    let mut usage = usage(&counts(completion.usage));
    let (finish_reason, text) = match choice {
        None => (FinishReason::NoCandidates, String::new()),
        Some(choice) => {
            let has_thoughts = choice.message.as_ref().is_some_and(Message::has_thoughts);
            let (finish_reason, text) = answer(choice);
            if has_thoughts && text.trim().is_empty() && usage.thought_tokens == 0 {
                // Few servers count them; here they are all there is.
                usage.thought_tokens = usage.completion_tokens;
            }
            (finish_reason, text)
        }
    };
    Ok(Completion {
        text,
        finish_reason,
        usage,
        model: completion.model,
        limits,
        is_recorded: false,
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

impl Message {
    /// Whether it tells thoughts, apart from the answer or before it.
    fn has_thoughts(&self) -> bool {
        let is_text = |thoughts: &Option<Value>| {
            let text = thoughts.as_ref().and_then(Value::as_str);
            text.is_some_and(|text| !text.is_empty())
        };
        let is_in_content = matches!(
            &self.content,
            Some(Content::Text(text)) if text.trim_start().starts_with(THOUGHTS)
        );
        is_text(&self.reasoning) || is_text(&self.reasoning_content) || is_in_content
    }
}

/// `text` without the block of thoughts that some models begin with.
fn without_thoughts(text: &str) -> &str {
    match text.trim_start().strip_prefix(THOUGHTS) {
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
    let billed_tokens = completion_tokens.max(total_tokens.saturating_sub(prompt_tokens));
    Usage {
        prompt_tokens,
        cached_tokens: prompt_details.and_then(|it| it.cached_tokens).unwrap_or(0),
        completion_tokens: billed_tokens,
        thought_tokens: completion_details
            .and_then(|it| it.reasoning_tokens)
            .unwrap_or(billed_tokens - completion_tokens),
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
                is_recorded: false,
            })
        );
    }

    #[test]
    fn thoughts_in_the_total_only_are_billed() {
        let usage = |usage: &str| {
            let body = format!(r#"{{"choices":[],"usage":{usage}}}"#);
            let usage = read(&body).expect("a completion").usage;
            (usage.completion_tokens, usage.thought_tokens)
        };
        let counts = r#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":40}"#;
        assert_eq!(usage(counts), (30, 25));
        assert_eq!(
            usage(r#"{"prompt_tokens":10,"completion_tokens":5}"#),
            (5, 0)
        );
        assert_eq!(usage("null"), (0, 0));
    }

    #[test]
    fn an_answer_cut_before_its_first_word_was_all_thoughts() {
        let cut = |message: &str| {
            let body = format!(
                r#"{{"choices":[{{"message":{message},"finish_reason":"length"}}],
                "usage":{{"prompt_tokens":10,"completion_tokens":50}}}}"#
            );
            let completion = read(&body).expect("a completion");
            (
                completion.usage.thought_tokens,
                completion.is_all_thoughts(),
            )
        };
        for message in [
            r#"{"content":"","reasoning_content":"hm"}"#,
            r#"{"content":null,"reasoning":"hm","reasoning_content":"hm"}"#,
            r#"{"content":"<think>hm"}"#,
        ] {
            assert_eq!(cut(message), (50, true), "{message}");
        }
        for message in [
            r#"{"content":""}"#,
            r#"{"content":"","reasoning":""}"#,
            r#"{"content":"{","reasoning":"hm"}"#,
            r#"{"content":"<think>hm</think>{"}"#,
        ] {
            assert_eq!(cut(message), (0, false), "{message}");
        }
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
