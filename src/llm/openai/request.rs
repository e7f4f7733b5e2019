//! The body of a chat completion request.
//!
//! Plain strings as contents and the old `max_tokens`, since that is what
//! every server knows.

use serde_json::{Value, json};

use super::dialect::{Manner, Rung};
use crate::llm::{Answer, ChatRequest, Sampling, Wanted, folded, schema};
use crate::sample::{Field, FieldKind, Length, Limit};

/// Cap of a text answer.
const TEXT_TOKENS: usize = 1024;

/// Room for white space and an item more than asked for.
const SPARE_TOKENS: usize = 256;

/// Braces, keys and commas of one item.
const TOKENS_PER_ITEM: usize = 16;

/// A long paragraph.
const TOKENS_PER_STRING: usize = 160;

/// An item of a list.
const TOKENS_PER_NAME: usize = 20;

/// A conversation of a few turns.
const TOKENS_PER_CONVERSATION: usize = 6 * TOKENS_PER_STRING;

/// A number or a truth value.
const TOKENS_PER_NUMBER: usize = 10;

/// Models that want `max_completion_tokens` count their thoughts in it.
const REASONING_TOKENS: usize = 8192;

/// The longest name that `OpenAI` takes for a schema.
const MAX_NAME_CHARS: usize = 64;

/// The body of `request` to `model`.
pub(super) fn body(
    request: &ChatRequest,
    model: &str,
    sampling: Sampling,
    manner: Manner,
) -> Value {
    let rung = manner.rung();
    let mut body = json!({
        "model": model,
        "messages": [
            {"role": "system", "content": system(request, rung)},
            {"role": "user", "content": request.user},
        ],
    });
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|_| manner.takes(name)) {
            body[name] = value;
        }
    };
    set("temperature", sampling.temperature.map(Value::from));
    set("top_p", sampling.top_p.map(Value::from));
    set("top_k", sampling.top_k.map(Value::from));
    let max_tokens = max_tokens(&request.answer);
    set("max_tokens", Some(manner.cap(max_tokens).into()));
    if !manner.takes("max_tokens") {
        let max_tokens = manner.cap(max_tokens.saturating_add(REASONING_TOKENS));
        set("max_completion_tokens", Some(max_tokens.into()));
    }
    set("seed", request.seed.map(folded).map(Value::from));
    if let Answer::Samples(wanted) = &request.answer {
        set("response_format", response_format(wanted, manner));
    }
    body
}

/// The system message; where no schema is enforced, it tells the schema.
fn system(request: &ChatRequest, rung: Rung) -> String {
    match (&request.answer, rung) {
        (Answer::Samples(wanted), Rung::Object | Rung::Words) => {
            schema::told(&request.system, &wanted.shape)
        }
        _ => request.system.to_string(),
    }
}

fn response_format(wanted: &Wanted, manner: Manner) -> Option<Value> {
    let shape = &wanted.shape;
    let counted = |mut schema| {
        if manner.counts() {
            schema = schema::counted(schema, wanted);
        }
        match manner.fills() {
            true => schema::filled(schema, shape),
            false => schema,
        }
    };
    match manner.rung() {
        Rung::Schema => Some(json!({
            "type": "json_schema",
            "json_schema": {
                "name": schema_name(&shape.name),
                "strict": true,
                "schema": counted(schema::strict(shape)),
            },
        })),
        Rung::ObjectWithSchema => {
            Some(json!({"type": "json_object", "schema": counted(schema::plain(shape))}))
        }
        Rung::Object => Some(json!({"type": "json_object"})),
        Rung::Words => None,
    }
}

/// `name` in the characters that `OpenAI` allows.
fn schema_name(name: &str) -> String {
    let allowed = |character: char| match character {
        '-' | '_' => character,
        _ if character.is_ascii_alphanumeric() => character,
        _ => '_',
    };
    match name {
        "" => "samples".to_owned(),
        _ => name.chars().map(allowed).take(MAX_NAME_CHARS).collect(),
    }
}

/// Tokens that fit the answer, so that a model that repeats itself is stopped.
fn max_tokens(answer: &Answer) -> usize {
    let Answer::Samples(Wanted { shape, count, .. }) = answer else {
        return TEXT_TOKENS;
    };
    let fields = shape.fields.iter().map(tokens);
    let fields = fields.fold(TOKENS_PER_ITEM, usize::saturating_add);
    count.saturating_mul(fields).saturating_add(SPARE_TOKENS)
}

/// Tokens that fit a value of `field`, a character being one at most.
fn tokens(field: &Field) -> usize {
    let Length { least, most } = field.length;
    match (field.kind, &field.limit) {
        (FieldKind::String, Limit::Choices(choices)) => {
            let lengths = choices.iter().map(|choice| choice.chars().count());
            lengths.max().unwrap_or_default().min(TOKENS_PER_STRING)
        }
        (FieldKind::String, _) => most.unwrap_or(usize::MAX).min(TOKENS_PER_STRING).max(least),
        (FieldKind::List, _) => most
            .map_or(TOKENS_PER_STRING, |items| {
                items.saturating_mul(TOKENS_PER_NAME)
            })
            .max(least.saturating_mul(TOKENS_PER_NAME)),
        (FieldKind::Messages, _) => TOKENS_PER_CONVERSATION,
        (FieldKind::Integer | FieldKind::Float | FieldKind::Boolean, _) => TOKENS_PER_NUMBER,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::llm::ItemShape;
    use crate::llm::openai::dialect::Dialect;

    #[test]
    fn a_cap_fits_what_may_be_written() {
        let field = |kind, length| Field {
            length,
            ..Field::new("f", kind, "a value")
        };
        let any = Length::default();
        for (kind, length, fits) in [
            (FieldKind::String, any, 160),
            (FieldKind::String, Length::up_to(30), 30),
            (FieldKind::String, Length { least: 900, ..any }, 900),
            (FieldKind::List, any, 160),
            (FieldKind::List, Length::up_to(5), 100),
            (FieldKind::Messages, any, 960),
            (FieldKind::Float, any, 10),
        ] {
            assert_eq!(tokens(&field(kind, length)), fits, "{kind:?} {length:?}");
        }
        let choices = Limit::Choices(["no", "maybe"].map(str::to_owned).to_vec());
        let choice = Field {
            limit: choices,
            ..field(FieldKind::String, any)
        };
        assert_eq!(tokens(&choice), 5);
    }

    fn request() -> ChatRequest {
        let shape = ItemShape {
            name: "pair class".into(),
            fields: vec![
                Field::new("text", FieldKind::String, "a text"),
                Field::new("score", FieldKind::Float, "a score"),
            ],
        };
        ChatRequest {
            system: "Be brief.".into(),
            user: "Write.".into(),
            attachment: None,
            answer: Answer::Samples(Wanted {
                shape: Arc::new(shape),
                count: 2,
                passage: None,
                classes: None,
            }),
            seed: Some(7),
            number: 0,
        }
    }

    fn item_schema(closed: bool) -> Value {
        let mut item = json!({
            "type": "object",
            "properties": {
                "text": {"type": "string", "description": "a text"},
                "score": {"type": "number", "description": "a score"},
            },
            "required": ["text", "score"],
        });
        if closed {
            item["additionalProperties"] = false.into();
        }
        item
    }

    #[test]
    fn samples_are_asked_for_in_the_old_plain_form() {
        let sampling = Sampling {
            temperature: Some(0.5),
            top_p: Some(0.75),
            top_k: Some(40),
        };
        let mut filled = item_schema(true);
        filled["properties"]["text"]["minLength"] = 1.into();
        assert_eq!(
            body(&request(), "small", sampling, Dialect::default().manner()),
            json!({
                "model": "small",
                "messages": [
                    {"role": "system", "content": "Be brief."},
                    {"role": "user", "content": "Write."},
                ],
                "temperature": 0.5,
                "top_p": 0.75,
                "top_k": 40,
                "max_tokens": 628,
                "seed": 7,
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {
                        "name": "pair_class",
                        "strict": true,
                        "schema": {
                            "type": "object",
                            "properties": {
                                "samples": {
                                    "type": "array",
                                    "items": filled,
                                    "minItems": 2,
                                    "maxItems": 2,
                                },
                            },
                            "required": ["samples"],
                            "additionalProperties": false,
                        },
                    },
                },
            })
        );
    }

    #[test]
    fn a_text_is_asked_for_without_format_and_sampling() {
        let request = ChatRequest {
            answer: Answer::Text,
            seed: None,
            ..request()
        };
        assert_eq!(
            body(
                &request,
                "small",
                Sampling::default(),
                Dialect::default().manner()
            ),
            json!({
                "model": "small",
                "messages": [
                    {"role": "system", "content": "Be brief."},
                    {"role": "user", "content": "Write."},
                ],
                "max_tokens": 1024,
            })
        );
    }

    #[test]
    fn the_schema_says_how_many_items_are_wanted() {
        let Answer::Samples(mut wanted) = request().answer else {
            panic!("a request for samples");
        };
        wanted.count = 7;
        let list = |wanted: &Wanted| {
            let format = response_format(wanted, Dialect::default().manner());
            let list = "/json_schema/schema/properties/samples";
            let list = format.expect("a format").pointer(list).cloned();
            let list = list.expect("a list");
            (list["minItems"].clone(), list["maxItems"].clone())
        };
        assert_eq!(list(&wanted), (json!(7), json!(7)));
        wanted.passage = Some("may not give as many".into());
        assert_eq!(list(&wanted), (Value::Null, json!(7)));
    }

    #[test]
    fn each_rung_asks_for_less_than_the_one_before() {
        let request = request();
        let Answer::Samples(wanted) = &request.answer else {
            panic!("{request:?}");
        };
        let plain = json!({
            "type": "object",
            "properties": {"samples": {"type": "array", "items": item_schema(false)}},
            "required": ["samples"],
        });
        let told = format!("Be brief.\n\nAnswer with nothing but JSON of this schema:\n{plain}");
        let cases = [
            (
                Rung::ObjectWithSchema,
                "Be brief.",
                Some(json!({"type": "json_object", "schema": plain})),
            ),
            (Rung::Object, &told, Some(json!({"type": "json_object"}))),
            (Rung::Words, &told, None),
        ];
        for (rung, message, format) in cases {
            assert_eq!(system(&request, rung), message);
            let manner = Manner::bare(rung);
            assert_eq!(response_format(wanted, manner), format);
        }
    }

    #[test]
    fn a_schema_name_keeps_to_the_allowed_characters() {
        assert_eq!(schema_name("pair-class_2"), "pair-class_2");
        assert_eq!(schema_name("größe 1"), "gr__e_1");
        assert_eq!(schema_name(""), "samples");
        assert_eq!(schema_name(&"x".repeat(65)), "x".repeat(64));
    }
}
