//! Second looks at samples, by the words that texts have in common.
//!
//! Agrees with most answers, scores and triplets that are made here. Labels and
//! qualities are drawn by lot, since nothing here understands a text.

use std::collections::HashSet;

use rand::RngExt;
use rand::rngs::StdRng;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::passage::Passage;
use super::scene::pick_ref;
use crate::llm::ItemShape;
use crate::sample::{Field, FieldKind, Limit};

/// A line of the user's turn.
#[derive(Deserialize)]
struct Line {
    number: u64,
    item: Map<String, Value>,
}

/// What is found in the items of `user`, the user's turn; `None` if it asks for
/// no second look.
pub(super) fn items(user: &str, shape: &ItemShape, rng: &mut StdRng) -> Option<Vec<Value>> {
    let [number, field] = &shape.fields[..] else {
        return None;
    };
    let mut context = String::new();
    let lines = user.lines().map(|line| {
        let line: Line = serde_json::from_str(line).ok()?;
        let texts: Vec<&str> = line.item.values().filter_map(Value::as_str).collect();
        if let [text, _] = texts[..] {
            text.clone_into(&mut context);
        }
        let found = found(field, &context, &texts, rng);
        Some(json!({&number.name: line.number, &field.name: found}))
    });
    lines.collect()
}

/// The value of `field` for an item of such `texts`; `context` is the first of
/// them, or of an item before.
fn found(field: &Field, context: &str, texts: &[&str], rng: &mut StdRng) -> Value {
    match (field.kind, &field.limit, texts) {
        (FieldKind::String, Limit::Choices(names), _) => pick_ref(names, rng).as_str().into(),
        (FieldKind::String, _, [.., question]) => sentence_about(question, context).into(),
        (FieldKind::Integer, Limit::Labels(names), _) => rng.random_range(0..names.len()).into(),
        (FieldKind::Float, _, [one, other]) => likeness(one, other).into(),
        (_, _, [anchor, first, second]) if ["nearer", "better"].contains(&field.name.as_str()) => {
            let is_second = likeness(anchor, second) > likeness(anchor, first);
            (1 + u8::from(is_second)).into()
        }
        // Every tenth sample is too poor.
        _ => [5, 5, 5, 5, 5, 4, 4, 4, 4, 2][rng.random_range(0..10)].into(),
    }
}

/// The sentence of `context` that is likest to `question`; the first of several.
fn sentence_about<'a>(question: &str, context: &'a str) -> &'a str {
    let passage = Passage::new(context);
    let question = words(question);
    let sentences = (0..passage.len()).map(|index| passage.sentence(index));
    let n_common = |sentence: &&str| words(sentence).intersection(&question).count();
    sentences.rev().max_by_key(n_common).unwrap_or_default()
}

/// Share of the words of two texts that both have, from 0 to 1.
fn likeness(one: &str, other: &str) -> f64 {
    #![expect(clippy::cast_precision_loss, reason = "texts have few words")]
    let (one, other) = (words(one), words(other));
    let n_common = one.intersection(&other).count();
    n_common as f64 / one.union(&other).count().max(1) as f64
}

fn words(text: &str) -> HashSet<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}
