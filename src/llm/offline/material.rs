//! Texts that belong together, made up or taken from a passage.
//!
//! What the text fields of a custom format are filled with, so that the fields
//! of one item fit each other.

use rand::RngExt;
use rand::rngs::StdRng;

use super::cloze;
use super::extract;
use super::passage::Passage;
use super::query;
use super::scene::{Fact, Scene, Topic, pick};

/// Wrong answers beside the right one.
const DECOYS: usize = 3;

/// The texts of one item.
#[derive(Debug)]
pub(super) struct Material {
    /// A few sentences.
    pub(super) context: String,
    /// What the context says, in one sentence.
    pub(super) summary: String,
    /// A heading for the context.
    pub(super) title: String,
    /// One sentence of the context.
    pub(super) sentence: String,
    /// The sentence in other words.
    pub(super) paraphrase: String,
    /// Sentences of the same kind that are wrong here, all different.
    pub(super) wrong: Vec<String>,
    /// About the sentence.
    pub(super) question: String,
    /// Word for word in the context.
    pub(super) answer: String,
    /// Not the answer.
    pub(super) decoys: Vec<String>,
    /// Name of the topic.
    pub(super) topic: &'static str,
    /// What kind of name or number the answer is.
    pub(super) entity_type: &'static str,
}

impl Material {
    /// Made up, about `topic`.
    pub(super) fn invent(topic: &'static Topic, rng: &mut StdRng) -> Self {
        let scene = Scene::draw(topic, rng);
        let facts = query::some_facts(&scene, rng);
        let fact = pick(&facts, rng);
        let (question, slot) = pick(fact.questions, rng);
        let [sentence, paraphrase] = scene.tell_twice(fact, rng);
        let [told, summary] = scene.tell_twice(facts[0], rng);
        let rest = query::account(&scene, &facts[1..], rng);
        Self {
            context: format!("{told} {rest}"),
            summary,
            title: scene.say(pick(TITLES, rng)),
            sentence,
            paraphrase,
            wrong: wrong(&scene, fact, &facts, rng),
            question: scene.say(question),
            answer: scene.value(slot).to_owned(),
            decoys: scene.decoys(slot, DECOYS, rng),
            topic: topic.name,
            entity_type: scene.entity_type(slot),
        }
    }

    /// From a stretch of `passage`; `None` if it has no sentences.
    pub(super) fn extract(
        passage: &Passage<'_>,
        topic: &'static Topic,
        rng: &mut StdRng,
    ) -> Option<Self> {
        let index = extract::any_sentence(passage, rng)?;
        let sentence = passage.sentence(index);
        let (question, answer) = cloze::ask(sentence, rng);
        let [paraphrase, denial] = reported(sentence);
        let stretch = extract::around(passage, index, rng);
        Some(Self {
            context: passage.stretch(stretch.clone()).to_owned(),
            summary: passage.sentence(stretch.start).to_owned(),
            title: heading(sentence),
            sentence: sentence.to_owned(),
            paraphrase,
            wrong: elsewhere(passage, sentence, denial, rng),
            question,
            answer: answer.to_owned(),
            decoys: decoys(passage, answer, rng),
            topic: topic.name,
            entity_type: "OTHER",
        })
    }
}

/// `fact` and the other `facts` as they are not in `scene`.
fn wrong(scene: &Scene, fact: &Fact, facts: &[&Fact], rng: &mut StdRng) -> Vec<String> {
    let rival = scene.rival();
    let others = facts.iter().filter(|other| !std::ptr::eq(**other, fact));
    let all = std::iter::once(&fact).chain(others);
    all.map(|fact| rival.tell(fact, rng)).collect()
}

/// `sentence` in indirect speech, and its denial.
fn reported(sentence: &str) -> [String; 2] {
    if sentence.contains('?') {
        return ["asks", "does not ask"].map(|verb| format!("The text {verb}: “{sentence}”"));
    }
    let clause = extract::as_clause(sentence);
    ["said", "not the case"].map(|verdict| format!("It is {verdict} that {clause}"))
}

/// The `denial` of `sentence`, and what else `passage` says.
fn elsewhere(
    passage: &Passage<'_>,
    sentence: &str,
    denial: String,
    rng: &mut StdRng,
) -> Vec<String> {
    let mut wrong = vec![denial];
    for _ in 0..DECOYS {
        let other = passage.sentence(rng.random_range(0..passage.len()));
        if other != sentence && !wrong.iter().any(|it| it == other) {
            wrong.push(other.to_owned());
        }
    }
    wrong
}

/// The first words of `sentence`, without what comes after them.
fn heading(sentence: &str) -> String {
    let words: Vec<&str> = sentence.split_whitespace().take(7).collect();
    let heading: String = words.join(" ").chars().take(80).collect();
    heading.trim_end_matches(['.', ',', ';', ':']).to_owned()
}

/// Answers to other questions about the passage.
fn decoys(passage: &Passage<'_>, answer: &str, rng: &mut StdRng) -> Vec<String> {
    let mut decoys: Vec<String> = Vec::new();
    for _ in 0..DECOYS * 4 {
        let (_, other) = cloze::ask(passage.sentence(rng.random_range(0..passage.len())), rng);
        if decoys.len() < DECOYS && other != answer && decoys.iter().all(|decoy| decoy != other) {
            decoys.push(other.to_owned());
        }
    }
    let fillers = ["None of these", "All of these", "It is not known"].map(str::to_owned);
    decoys.extend(fillers.into_iter().take(DECOYS - decoys.len()));
    decoys
}

const TITLES: &[&str] = &[
    "A short story of {who}",
    "What we know about {who}",
    "{who} in the news",
    "A portrait of {who}",
    "News of {who}",
    "The world of {who}",
    "{who} and the others",
];
