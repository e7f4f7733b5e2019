//! The body of a `generateContent` request.
//!
//! Field names are those of the API; nothing is sent here.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::llm::{Answer, Attachment, ChatRequest, Sampling, Wanted, folded, schema};

/// Room for thoughts at first: the cap of a text answer, and the base of the
/// cap of a list.
pub(super) const FIRST_ROOM: usize = 8192;

/// Generous room for one item; the cap only ends endless repetition.
const OUTPUT_TOKENS_PER_ITEM: usize = 512;

/// The most that current models write.
pub(super) const MAX_OUTPUT_TOKENS: usize = 65_536;

/// What a request may use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Features {
    /// An enforced JSON schema; without it, it is told in words.
    pub(super) schema: bool,
    /// Temperature, top-p and top-k.
    pub(super) sampling: bool,
    /// How much thinking is asked for.
    pub(super) thinking: Thinking,
    /// Output tokens that are there for thoughts.
    pub(super) room: usize,
}

/// How much thinking is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thinking {
    /// The model's default.
    Default,
    /// The least that the model's family accepts; the default if it is unknown.
    Least,
    /// The same, but little if it is unknown.
    LeastOrLow,
}

/// The body of `request` to `model`.
pub(super) fn body(
    request: &ChatRequest,
    model: &str,
    sampling: Sampling,
    features: Features,
) -> Value {
    let system = match &request.answer {
        Answer::Samples(wanted) if !features.schema => schema::told(&request.system, &wanted.shape),
        _ => request.system.to_string(),
    };
    json!({
        "systemInstruction": {"parts": [{"text": system}]},
        "contents": [{"role": "user", "parts": user_parts(request)}],
        "generationConfig": generation_config(request, model, sampling, features),
        "safetySettings": safety_settings(),
    })
}

/// What the user says, after what is to be looked at with it, where Google
/// wants that to be.
fn user_parts(request: &ChatRequest) -> Value {
    let text = json!({"text": request.user});
    match &request.attachment {
        None => json!([text]),
        Some(Attachment { mime_type, data }) => {
            let data = BASE64_STANDARD.encode(data);
            json!([{"inlineData": {"mimeType": mime_type, "data": data}}, text])
        }
    }
}

fn generation_config(
    request: &ChatRequest,
    model: &str,
    sampling: Sampling,
    features: Features,
) -> Value {
    let mut config = json!({"maxOutputTokens": max_output_tokens(&request.answer, features.room)});
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            config[name] = value;
        }
    };
    if features.sampling {
        set("temperature", sampling.temperature.map(Value::from));
        set("topP", sampling.top_p.map(Value::from));
        set("topK", sampling.top_k.map(Value::from));
    }
    set("seed", request.seed.map(folded).map(Value::from));
    if let Answer::Samples(Wanted { shape, .. }) = &request.answer {
        set("responseMimeType", Some("application/json".into()));
        let schema = features.schema.then(|| schema::plain(shape));
        set("responseJsonSchema", schema);
    }
    set("thinkingConfig", thinking_config(model, features.thinking));
    config
}

fn max_output_tokens(answer: &Answer, room: usize) -> usize {
    let items = match answer {
        Answer::Text => 0,
        Answer::Samples(Wanted { count, .. }) => *count,
    };
    items
        .saturating_mul(OUTPUT_TOKENS_PER_ITEM)
        .saturating_add(room)
        .min(MAX_OUTPUT_TOKENS)
}

fn thinking_config(model: &str, thinking: Thinking) -> Option<Value> {
    // Every family since Gemini 3 takes this level, and the aliases lead there.
    let low = || Some(json!({"thinkingLevel": "low"}));
    match thinking {
        Thinking::Default => None,
        Thinking::Least => least_thinking(model),
        Thinking::LeastOrLow => least_thinking(model).or_else(low),
    }
}

/// The least thinking that the family of `model` accepts; `None` if unknown.
///
/// From the tables in Google's guide to thinking (October 2026). Longer
/// prefixes come first.
fn least_thinking(model: &str) -> Option<Value> {
    let families = [
        ("gemini-2.5-flash", json!({"thinkingBudget": 0})),
        ("gemini-2.5-pro", json!({"thinkingBudget": 128})),
        ("gemini-3.1-flash-lite", json!({"thinkingLevel": "minimal"})),
        ("gemini-3.5-flash", json!({"thinkingLevel": "minimal"})),
        ("gemini-3.6-flash", json!({"thinkingLevel": "minimal"})),
        ("gemini-3.7-flash", json!({"thinkingLevel": "low"})),
        ("gemini-3.8-flash", json!({"thinkingLevel": "low"})),
        ("gemini-3.1-pro", json!({"thinkingLevel": "low"})),
        ("gemini-4-", json!({"thinkingLevel": "low"})),
    ];
    let name = model.rsplit('/').next()?;
    let mut families = families.into_iter();
    families
        .find(|(family, _)| name.starts_with(family))
        .map(|(_, config)| config)
}

/// Stricter than the API's default, which is off.
fn safety_settings() -> Value {
    let setting = |category, threshold| json!({"category": category, "threshold": threshold});
    json!([
        setting("HARM_CATEGORY_DANGEROUS_CONTENT", "BLOCK_MEDIUM_AND_ABOVE"),
        setting("HARM_CATEGORY_HATE_SPEECH", "BLOCK_ONLY_HIGH"),
        setting("HARM_CATEGORY_HARASSMENT", "BLOCK_MEDIUM_AND_ABOVE"),
        setting("HARM_CATEGORY_SEXUALLY_EXPLICIT", "BLOCK_MEDIUM_AND_ABOVE"),
    ])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::llm::ItemShape;
    use crate::sample::{Field, FieldKind};

    const ALL: Features = Features {
        schema: true,
        sampling: true,
        thinking: Thinking::Least,
        room: FIRST_ROOM,
    };
    const NONE: Features = Features {
        schema: false,
        sampling: false,
        thinking: Thinking::Default,
        room: FIRST_ROOM,
    };

    fn samples(count: usize) -> ChatRequest {
        let shape = ItemShape {
            name: "text".into(),
            fields: vec![Field::new("text", FieldKind::String, "a text")],
        };
        ChatRequest {
            system: "Be brief.".into(),
            user: "Write.".into(),
            attachment: None,
            answer: Answer::Samples(Wanted {
                shape: Arc::new(shape),
                count,
                passage: None,
                classes: None,
            }),
            seed: Some(u64::MAX - 1),
            number: 0,
        }
    }

    fn sampling() -> Sampling {
        Sampling {
            temperature: Some(0.5),
            top_p: Some(0.75),
            top_k: Some(40),
        }
    }

    fn schema_json() -> Value {
        json!({
            "type": "object",
            "properties": {"samples": {"type": "array", "items": {
                "type": "object",
                "properties": {"text": {"type": "string", "description": "a text"}},
                "required": ["text"],
            }}},
            "required": ["samples"],
        })
    }

    #[test]
    fn samples_are_asked_for_with_all_features() {
        assert_eq!(
            body(&samples(10), "gemini-3.8-flash", sampling(), ALL),
            json!({
                "systemInstruction": {"parts": [{"text": "Be brief."}]},
                "contents": [{"role": "user", "parts": [{"text": "Write."}]}],
                "generationConfig": {
                    "maxOutputTokens": 13_312,
                    "temperature": 0.5,
                    "topP": 0.75,
                    "topK": 40,
                    "seed": 1,
                    "responseMimeType": "application/json",
                    "responseJsonSchema": schema_json(),
                    "thinkingConfig": {"thinkingLevel": "low"},
                },
                "safetySettings": [
                    {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "threshold": "BLOCK_MEDIUM_AND_ABOVE"},
                    {"category": "HARM_CATEGORY_HATE_SPEECH", "threshold": "BLOCK_ONLY_HIGH"},
                    {"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_MEDIUM_AND_ABOVE"},
                    {"category": "HARM_CATEGORY_SEXUALLY_EXPLICIT", "threshold": "BLOCK_MEDIUM_AND_ABOVE"},
                ],
            })
        );
    }

    #[test]
    fn without_features_the_schema_is_told_in_words() {
        let body = body(&samples(1), "gemini-3.8-flash", sampling(), NONE);
        let told = format!(
            "Be brief.\n\nAnswer with nothing but JSON of this schema:\n{}",
            schema_json()
        );
        assert_eq!(
            body["systemInstruction"],
            json!({"parts": [{"text": told}]})
        );
        assert_eq!(
            body["generationConfig"],
            json!({"maxOutputTokens": 8704, "seed": 1, "responseMimeType": "application/json"})
        );
    }

    #[test]
    fn a_text_is_asked_for_without_json() {
        let request = ChatRequest {
            answer: Answer::Text,
            seed: None,
            ..samples(1)
        };
        let body = body(&request, "gemma-4-31b-it", Sampling::default(), NONE);
        assert_eq!(
            body["systemInstruction"],
            json!({"parts": [{"text": "Be brief."}]})
        );
        assert_eq!(body["generationConfig"], json!({"maxOutputTokens": 8192}));
    }

    #[test]
    fn an_attachment_comes_before_the_text() {
        let attachment = Attachment {
            mime_type: "application/pdf",
            data: b"%PDF-\xff".as_slice().into(),
        };
        let request = ChatRequest {
            attachment: Some(attachment),
            ..samples(1)
        };
        let body = body(&request, "gemini-3.8-flash", sampling(), ALL);
        assert_eq!(
            body["contents"][0]["parts"],
            json!([
                {"inlineData": {"mimeType": "application/pdf", "data": "JVBERi3/"}},
                {"text": "Write."},
            ])
        );
        assert_eq!(
            format!("{:?}", request.attachment),
            "Some(Attachment(application/pdf, 6 bytes))"
        );
    }

    #[test]
    fn output_tokens_are_capped_at_what_models_write() {
        for (count, room, expected) in [
            (10, 8192, 13_312),
            (10, 16_384, 21_504),
            (112, 8192, 65_536),
            (1, 65_536, 65_536),
            (usize::MAX, 8192, 65_536),
        ] {
            assert_eq!(max_output_tokens(&samples(count).answer, room), expected);
        }
        assert_eq!(max_output_tokens(&Answer::Text, 16_384), 16_384);
    }

    #[test]
    fn little_thinking_is_asked_of_unknown_families_only_if_wanted() {
        let level = |model, thinking| {
            let features = Features { thinking, ..ALL };
            let body = body(&samples(1), model, Sampling::default(), features);
            body["generationConfig"]["thinkingConfig"]["thinkingLevel"].clone()
        };
        assert_eq!(level("gemini-flash-latest", Thinking::Least), Value::Null);
        assert_eq!(level("gemini-flash-latest", Thinking::LeastOrLow), "low");
        assert_eq!(level("gemini-3.6-flash", Thinking::LeastOrLow), "minimal");
    }

    #[test]
    fn every_family_gets_the_least_thinking_it_accepts() {
        let cases = [
            ("gemini-2.5-flash", Some(json!({"thinkingBudget": 0}))),
            (
                "models/gemini-2.5-flash-lite",
                Some(json!({"thinkingBudget": 0})),
            ),
            ("gemini-2.5-pro", Some(json!({"thinkingBudget": 128}))),
            (
                "gemini-3.1-flash-lite",
                Some(json!({"thinkingLevel": "minimal"})),
            ),
            (
                "gemini-3.5-flash-lite",
                Some(json!({"thinkingLevel": "minimal"})),
            ),
            (
                "gemini-3.6-flash",
                Some(json!({"thinkingLevel": "minimal"})),
            ),
            ("gemini-3.7-flash", Some(json!({"thinkingLevel": "low"}))),
            (
                "gemini-3.1-pro-preview",
                Some(json!({"thinkingLevel": "low"})),
            ),
            ("gemini-4-argon", Some(json!({"thinkingLevel": "low"}))),
            ("gemini-flash-latest", None),
            ("gemma-4-31b-it", None),
            ("tunedModels/mine", None),
        ];
        for (model, expected) in cases {
            assert_eq!(least_thinking(model), expected, "{model}");
        }
    }
}
