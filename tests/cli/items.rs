//! Valid items that differ from each other, for any schema of a format.

use serde_json::{Map, Value, json};

use crate::random::scrambled;

/// Items in an answer when the prompt names no count.
const DEFAULT_COUNT: usize = 25;

/// Items of one request that get numbers of their own.
const MOST_PER_REQUEST: usize = 10_000;

/// Words to make texts of: eight of them tell any two texts apart.
const WORDS: [&str; 32] = [
    "amber", "basil", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "joule",
    "krill", "larch", "maple", "north", "ocean", "pearl", "quill", "raven", "sable", "thyme",
    "umber", "valve", "wheat", "xenon", "yacht", "zebra", "atlas", "bison", "coral", "dune",
    "eagle", "flint",
];

/// As many items as `user_text` asks for, of the shape that `schema` holds
/// under its key `samples`. No two requests with another `order` share one.
pub(crate) fn wanted(user_text: &str, schema: Option<&Value>, order: usize) -> Vec<Value> {
    let shape = schema.and_then(item_properties).unwrap_or_else(fallback);
    (0..wanted_count(user_text))
        .map(|index| item(&shape, user_text, order * MOST_PER_REQUEST + index))
        .collect()
}

/// The JSON text of an answer that holds `items`.
pub(crate) fn answer_text(items: &[Value]) -> String {
    json!({ "samples": items }).to_string()
}

/// The first whole number after the word "exactly", or else after "write ".
pub(crate) fn wanted_count(user_text: &str) -> usize {
    let text = user_text.to_lowercase();
    ["exactly", "write "]
        .iter()
        .find_map(|word| first_integer(text.split_once(word)?.1))
        .unwrap_or(DEFAULT_COUNT)
}

fn first_integer(text: &str) -> Option<usize> {
    let start = text.find(|character: char| character.is_ascii_digit())?;
    let digits = &text[start..];
    let end = digits.find(|character: char| !character.is_ascii_digit());
    digits[..end.unwrap_or(digits.len())].parse().ok()
}

fn item_properties(schema: &Value) -> Option<Map<String, Value>> {
    let properties = schema.pointer("/properties/samples/items/properties")?;
    properties.as_object().cloned()
}

/// The shape of `qa`, for a request whose schema is in its prompt.
fn fallback() -> Map<String, Value> {
    ["context", "question", "answer"]
        .map(|name| (name.to_owned(), json!({ "type": "string" })))
        .into_iter()
        .collect()
}

fn item(shape: &Map<String, Value>, user_text: &str, number: usize) -> Value {
    let values = shape.iter().map(|(name, schema)| {
        let value = match name.as_str() {
            "context" => json!(format!("It is known that {}.", answer(number))),
            "answer" if shape.contains_key("context") => json!(answer(number)),
            "answer" => json!(quote(user_text, number)),
            "label" if schema.get("enum").is_none() => json!(number % 3),
            _ => value(name, schema, number),
        };
        (name.clone(), value)
    });
    Value::Object(values.collect())
}

/// A value that the schema of a field allows.
fn value(name: &str, schema: &Value, number: usize) -> Value {
    if let Some(allowed) = schema.get("enum").and_then(Value::as_array) {
        return allowed[number % allowed.len()].clone();
    }
    match type_name(schema).as_str() {
        "integer" => json!(number % 100),
        "number" => json!(f64::from(u8::try_from(number % 101).unwrap()) / 100.0),
        "boolean" => json!(number.is_multiple_of(2)),
        "array" if schema["items"]["properties"].is_object() => json!([
            {"role": "user", "content": text("question", number)},
            {"role": "assistant", "content": text("answer", number)},
        ]),
        "array" => json!([text(name, number)]),
        _ => json!(text(name, number)),
    }
}

/// The first type of a schema that is not null, in lower case.
fn type_name(schema: &Value) -> String {
    let types = match &schema["type"] {
        Value::Array(types) => types.clone(),
        one => vec![one.clone()],
    };
    let mut names = types
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_lowercase);
    names.find(|name| name != "null").unwrap_or_default()
}

fn answer(number: usize) -> String {
    text("fact", number)
}

/// A sentence that no other name and number has, with few words in common.
fn text(name: &str, number: usize) -> String {
    let mut state = number as u64 ^ (name.len() as u64) << 40;
    let words = [(); 8].map(|()| {
        state = scrambled(state);
        WORDS[usize::try_from(state % 32).unwrap()]
    });
    format!("{name} {number} {}", words.join(" "))
}

/// Three words in a row of the longest line of the passage of a document that is
/// in the prompt, or of a prompt without one.
fn quote(user_text: &str, number: usize) -> String {
    let passage = user_text
        .split_once("\n</passage-")
        .and_then(|(marked, _)| marked.split_once(">\n"))
        .map_or(user_text, |(_, passage)| passage);
    let line = passage.lines().max_by_key(|line| line.len());
    let words: Vec<&str> = line.unwrap_or_default().split_whitespace().collect();
    let length = words.len().min(3);
    let start = number % (words.len() - length + 1);
    words[start..start + length].join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped(properties: &Value, order: usize) -> Vec<Value> {
        let schema = json!({ "type": "OBJECT", "properties": { "samples": {
            "type": "ARRAY",
            "items": { "type": "OBJECT", "properties": properties },
        } } });
        let user_text = "Write questions.\nThe quick brown fox jumps over the lazy dog.";
        wanted(user_text, Some(&schema), order)
    }

    #[test]
    fn the_count_is_read_from_the_prompt() {
        for (text, count) in [
            ("Write 7 samples", 7),
            ("3 things: give EXACTLY 12.", 12),
            ("Please write about 40 cats", 40),
            ("no count", DEFAULT_COUNT),
        ] {
            assert_eq!(wanted_count(text), count, "{text}");
        }
    }

    #[test]
    fn an_answer_is_part_of_its_context() {
        let text = json!({ "type": "string" });
        let items = shaped(
            &json!({ "context": text, "question": text, "answer": text }),
            1,
        );
        assert_eq!(items.len(), DEFAULT_COUNT);
        for item in items {
            let (context, answer) = (item["context"].as_str(), item["answer"].as_str());
            assert!(context.unwrap().contains(answer.unwrap()), "{item}");
        }
    }

    #[test]
    fn an_answer_without_context_is_a_quote_of_the_prompt() {
        let text = json!({ "type": "string" });
        for item in shaped(&json!({ "question": text, "answer": text }), 0) {
            let answer = item["answer"].as_str().unwrap();
            assert!("The quick brown fox jumps over the lazy dog.".contains(answer));
            assert_eq!(answer.split(' ').count(), 3);
        }
    }

    #[test]
    fn values_have_the_type_of_their_field() {
        let properties = json!({
            "premise": { "type": "STRING" },
            "label": { "type": "integer" },
            "score": { "type": "number" },
            "count": { "type": ["null", "integer"] },
            "sure": { "type": "boolean" },
            "kind": { "type": "string", "enum": ["a", "b"] },
        });
        for item in shaped(&properties, 9) {
            assert!(item["premise"].as_str().unwrap().starts_with("premise 9"));
            assert!((0..=2).contains(&item["label"].as_i64().unwrap()));
            assert!((0.0..=1.0).contains(&item["score"].as_f64().unwrap()));
            assert!(item["count"].is_i64() && item["sure"].is_boolean());
            assert!(["a", "b"].contains(&item["kind"].as_str().unwrap()));
        }
    }

    #[test]
    fn no_two_texts_are_the_same() {
        let properties = json!({ "anchor": { "type": "string" } });
        let mut texts: Vec<String> = (0..40)
            .flat_map(|order| shaped(&properties, order))
            .map(|item| item["anchor"].to_string())
            .collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), 40 * DEFAULT_COUNT);
    }
}
