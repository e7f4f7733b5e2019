//! The predefined formats, from the sentences of a passage.

use std::collections::HashSet;
use std::ops::Range;

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::Known;
use super::cloze;
use super::passage::Passage;

/// Joints at which a sentence can be cut so that its beginning stands alone.
const JOINTS: &[&str] = &[
    "; ",
    ", and ",
    ", but ",
    ", which ",
    ", while ",
    ", so ",
    " because ",
    " although ",
];

/// One item of the format `known`; `None` where this passage gives none.
pub(super) fn item(
    known: Known,
    passage: &Passage<'_>,
    label: usize,
    rng: &mut StdRng,
) -> Option<Value> {
    let index = any_sentence(passage, rng)?;
    match known {
        Known::PairClass => class_pair(passage, index, label, rng),
        Known::PairScore => score_pair(passage, index, rng),
        Known::Pair => {
            let Likeness {
                anchor, positive, ..
            } = likeness(passage, index, rng);
            Some(json!({"anchor": anchor, "positive": positive}))
        }
        Known::Triplet => triplet(passage, index, rng),
        Known::Qa => {
            let Asked {
                context,
                question,
                answer,
            } = ask(passage, index, rng);
            Some(json!({"context": context, "question": question, "answer": answer}))
        }
    }
}

/// A question about a stretch of a passage.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    /// One to three sentences, word for word.
    pub(super) context: &'a str,
    /// About a sentence of the context; ends with a question mark.
    pub(super) question: String,
    /// A part of the context, word for word.
    pub(super) answer: &'a str,
}

/// Index of a sentence; `None` if the passage has none.
pub(super) fn any_sentence(passage: &Passage<'_>, rng: &mut StdRng) -> Option<usize> {
    (passage.len() > 0).then(|| rng.random_range(0..passage.len()))
}

/// Index of a sentence with another text than those in `not`.
pub(super) fn other_sentence(
    passage: &Passage<'_>,
    not: &[&str],
    rng: &mut StdRng,
) -> Option<usize> {
    let start = any_sentence(passage, rng)?;
    let indices = (start..passage.len()).chain(0..start);
    let mut others = indices.filter(|&index| !not.contains(&passage.sentence(index)));
    others.next()
}

/// Asks about the sentence at `index`, in a context around it.
pub(super) fn ask<'a>(passage: &Passage<'a>, index: usize, rng: &mut StdRng) -> Asked<'a> {
    let (question, answer) = cloze::ask(passage.sentence(index), rng);
    Asked {
        context: passage.stretch(around(passage, index, rng)),
        question,
        answer,
    }
}

/// One to three sentences that include the one at `index`.
pub(super) fn around(passage: &Passage<'_>, index: usize, rng: &mut StdRng) -> Range<usize> {
    let length = rng.random_range(1..=3.min(passage.len()));
    let earliest = (index + 1).saturating_sub(length);
    let latest = index.min(passage.len() - length);
    let start = rng.random_range(earliest..=latest);
    start..start + length
}

fn class_pair(
    passage: &Passage<'_>,
    index: usize,
    label: usize,
    rng: &mut StdRng,
) -> Option<Value> {
    let premise = passage.sentence(index);
    if premise.contains('?') && label != 1 {
        // A question can be neither true nor false.
        return None;
    }
    let hypothesis = match label {
        0 => entailed(premise, rng),
        1 => passage
            .sentence(other_sentence(passage, &[premise], rng)?)
            .to_owned(),
        _ => format!(
            "It is not {} that {}",
            pick_word(&["the case", "true"], rng),
            as_clause(premise)
        ),
    };
    Some(json!({"premise": premise, "hypothesis": hypothesis, "label": label}))
}

fn entailed(premise: &str, rng: &mut StdRng) -> String {
    match beginning(premise) {
        Some(clause) if rng.random_bool(0.7) => format!("{clause}."),
        _ => format!(
            "It is {} that {}",
            pick_word(&["the case", "true"], rng),
            as_clause(premise)
        ),
    }
}

fn pick_word<'a>(words: &[&'a str; 2], rng: &mut StdRng) -> &'a str {
    words[usize::from(rng.random_bool(0.5))]
}

/// The beginning of a sentence that says something by itself.
fn beginning(sentence: &str) -> Option<&str> {
    let ends = JOINTS.iter().filter_map(|joint| sentence.find(joint));
    let clauses = ends.map(|end| &sentence[..end]);
    clauses
        .filter(|clause| clause.split_whitespace().count() >= 4)
        .min_by_key(|clause| clause.len())
}

/// `sentence` as it stands after "that": ends with a full stop, begins small
/// unless its first word may be a name.
pub(super) fn as_clause(sentence: &str) -> String {
    let body = sentence.trim_end_matches(['.', '!', '?', '…', '。', '！', '？']);
    let body = if body.trim().is_empty() {
        sentence
    } else {
        body
    };
    let first = body.split_whitespace().next().unwrap_or_default();
    let lowered = first.to_lowercase();
    if cloze::is_function_word(&lowered) && first != "I" {
        format!("{lowered}{}.", &body[first.len()..])
    } else {
        format!("{body}.")
    }
}

fn score_pair(passage: &Passage<'_>, index: usize, rng: &mut StdRng) -> Option<Value> {
    let sentence1 = passage.stretch(around(passage, index, rng));
    let near = rng.random_range(index.saturating_sub(2)..(index + 3).min(passage.len()));
    let near = if rng.random_bool(0.7) {
        near
    } else {
        any_sentence(passage, rng)?
    };
    let sentence2 = match passage.stretch(around(passage, near, rng)) {
        same if same == sentence1 => beginning(passage.sentence(index))?,
        other => other,
    };
    Some(json!({
        "sentence1": sentence1,
        "sentence2": sentence2,
        "score": overlap(sentence1, sentence2),
    }))
}

/// Words that two texts share, of all that they have: 0 to 1, two decimals.
fn overlap(first: &str, second: &str) -> f64 {
    let [first, second] = [first, second].map(|text| {
        let words = text.split(|c: char| !c.is_alphanumeric());
        words
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect::<HashSet<_>>()
    });
    let shared = u32::try_from(first.intersection(&second).count()).unwrap_or(u32::MAX);
    let all = u32::try_from(first.union(&second).count()).unwrap_or(u32::MAX);
    (f64::from(shared) / f64::from(all.max(1)) * 100.0).round() / 100.0
}

/// Two texts that belong together, and the sentence that both are about.
struct Likeness<'a> {
    anchor: String,
    positive: &'a str,
    source: &'a str,
}

/// A question and its sentence, or a sentence and its neighbour.
fn likeness<'a>(passage: &Passage<'a>, index: usize, rng: &mut StdRng) -> Likeness<'a> {
    let source = passage.sentence(index);
    let neighbour = if index + 1 < passage.len() {
        index + 1
    } else {
        index.saturating_sub(1)
    };
    let positive = passage.sentence(neighbour);
    if positive == source || rng.random_bool(0.6) {
        let (anchor, _) = cloze::ask(source, rng);
        return Likeness {
            anchor,
            positive: source,
            source,
        };
    }
    Likeness {
        anchor: source.to_owned(),
        positive,
        source,
    }
}

fn triplet(passage: &Passage<'_>, index: usize, rng: &mut StdRng) -> Option<Value> {
    let Likeness {
        anchor,
        positive,
        source,
    } = likeness(passage, index, rng);
    let negative = other_sentence(passage, &[source, positive], rng)?;
    Some(json!({
        "anchor": anchor,
        "positive": positive,
        "negative": passage.sentence(negative),
    }))
}
