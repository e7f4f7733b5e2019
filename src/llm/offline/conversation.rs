//! Conversations of a user with an assistant about some facts.

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::{Value, json};

use super::material::Material;
use super::scene::{capitalised, pick};

/// Messages about `material`: perhaps one of the system, then one to four
/// exchanges.
pub(super) fn messages(material: &Material, rng: &mut StdRng) -> Value {
    let mut messages = Vec::new();
    if rng.random_bool(0.3) {
        messages.push(message("system", pick(SYSTEM, rng)));
    }
    let answer = capitalised(material.answer.clone());
    let told = format!("{answer}. {}", material.sentence);
    messages.extend(exchange(&material.question, &told));
    let mut further = [
        (REPHRASE, &material.paraphrase),
        (TELL_MORE, &material.context),
        (SUM_UP, &material.summary),
    ];
    further.shuffle(rng);
    let n_further = rng.random_range(0..=further.len());
    for (questions, answer) in &further[..n_further] {
        messages.extend(exchange(pick(questions, rng), answer));
    }
    messages.into()
}

fn exchange(question: &str, answer: &str) -> [Value; 2] {
    [message("user", question), message("assistant", answer)]
}

fn message(role: &str, content: &str) -> Value {
    json!({"role": role, "content": content})
}

const SYSTEM: &[&str] = &[
    "You are a helpful assistant. Answer briefly.",
    "You answer questions from what is known, and guess nothing.",
    "You are a patient librarian.",
];

const REPHRASE: &[&str] = &[
    "Can you put that another way?",
    "I did not quite get that. How else would you say it?",
];

const TELL_MORE: &[&str] = &["What else is known?", "Tell me the whole story, please."];

const SUM_UP: &[&str] = &["And in one sentence?", "What is the one thing to remember?"];
