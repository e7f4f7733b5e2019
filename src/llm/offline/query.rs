//! The predefined formats, from made-up scenes.

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::Known;
use super::scene::{Fact, Scene, pick, pick_ref, slots, two_of};
use super::topics::TOPICS;

/// One item of the format `known`; `label` is that of a class pair.
pub(super) fn item(known: Known, label: usize, rng: &mut StdRng) -> Value {
    let scene = Scene::draw(pick(TOPICS, rng), rng);
    match known {
        Known::PairClass => class_pair(&scene, label, rng),
        Known::PairScore => score_pair(&scene, rng),
        Known::Pair => pair(&scene, rng),
        Known::Triplet => triplet(&scene, rng),
        Known::Qa => question(&scene, rng),
    }
}

fn class_pair(scene: &Scene, label: usize, rng: &mut StdRng) -> Value {
    let [fact, other] = two_of(scene.topic.facts, rng);
    let premise = scene.tell(fact, rng);
    let hypothesis = match label {
        0 => scene.say(pick(fact.follows, rng)),
        1 if rng.random_bool(0.5) => scene.say(pick(scene.topic.asides, rng)),
        1 => scene.tell(other, rng),
        _ => scene.say(pick(fact.clashes, rng)),
    };
    json!({"premise": premise, "hypothesis": hypothesis, "label": label})
}

fn score_pair(scene: &Scene, rng: &mut StdRng) -> Value {
    let fact = pick_ref(scene.topic.facts, rng);
    let [saying, other] = two_of(fact.sayings, rng);
    let (sentence, score) = match rng.random_range(0..10) {
        0 => unrelated(scene, rng),
        1 => (scene.say(other), 100),
        _ => half_changed(scene, other, rng),
    };
    json!({
        "sentence1": scene.say(saying),
        "sentence2": sentence,
        "score": f64::from(score) / 100.0,
    })
}

/// A sentence about another topic, and what it has in common in percent.
fn unrelated(scene: &Scene, rng: &mut StdRng) -> (String, u32) {
    let [first, second] = two_of(TOPICS, rng);
    let topic = if first.name == scene.topic.name {
        second
    } else {
        first
    };
    let stranger = Scene::draw(topic, rng);
    let fact = pick_ref(topic.facts, rng);
    (stranger.tell(fact, rng), rng.random_range(0..6))
}

/// `saying` with some of its facts changed, and what is left in percent.
///
/// A fifth stands for the statement itself, the rest for its slots; those that
/// come first in the sentence weigh more.
fn half_changed(scene: &Scene, saying: &str, rng: &mut StdRng) -> (String, u32) {
    let share = rng.random_range(0.0..1.0);
    let weighed: Vec<(&str, u32, bool)> = slots(saying)
        .zip([7, 6, 5, 4, 3].into_iter().chain(std::iter::repeat(2)))
        .map(|(slot, weight)| (slot, weight, rng.random_bool(share)))
        .collect();
    let total: u32 = weighed.iter().map(|(_, weight, _)| weight).sum();
    let kept = weighed
        .iter()
        .filter(|slot| slot.2)
        .map(|(_, weight, _)| weight);
    let kept: u32 = kept.sum();
    let keeps = |name: &str| weighed.iter().any(|(slot, _, kept)| *kept && *slot == name);
    (
        scene.mixed(keeps).say(saying),
        20 + 80 * kept / total.max(1),
    )
}

fn pair(scene: &Scene, rng: &mut StdRng) -> Value {
    let fact = pick_ref(scene.topic.facts, rng);
    let [anchor, positive] = likeness(scene, fact, rng);
    json!({"anchor": anchor, "positive": positive})
}

fn triplet(scene: &Scene, rng: &mut StdRng) -> Value {
    let [fact, other] = two_of(scene.topic.facts, rng);
    let [anchor, positive] = likeness(scene, fact, rng);
    let negative = match rng.random_range(0..3) {
        0 => scene.tell(other, rng),
        _ => scene.rival().tell(fact, rng),
    };
    json!({"anchor": anchor, "positive": positive, "negative": negative})
}

/// Two texts that mean the same: a sentence or a question, and a sentence.
fn likeness(scene: &Scene, fact: &Fact, rng: &mut StdRng) -> [String; 2] {
    if rng.random_bool(0.6) {
        return scene.tell_twice(fact, rng);
    }
    let (question, _) = pick(fact.questions, rng);
    [scene.say(question), scene.tell(fact, rng)]
}

fn question(scene: &Scene, rng: &mut StdRng) -> Value {
    let facts = some_facts(scene, rng);
    let (question, slot) = pick(pick(&facts, rng).questions, rng);
    json!({
        "context": account(scene, &facts, rng),
        "question": scene.say(question),
        "answer": scene.value(slot),
    })
}

/// Two to four facts of the scene in their order, the first always among them.
pub(super) fn some_facts(scene: &Scene, rng: &mut StdRng) -> Vec<&'static Fact> {
    let facts = scene.topic.facts;
    let count = rng.random_range(2..=facts.len().min(4));
    let mut chosen = rand::seq::index::sample(rng, facts.len() - 1, count - 1).into_vec();
    chosen.sort_unstable();
    let later = chosen.into_iter().map(|index| &facts[index + 1]);
    std::iter::once(&facts[0]).chain(later).collect()
}

/// `facts` one after the other, as a short text.
pub(super) fn account(scene: &Scene, facts: &[&Fact], rng: &mut StdRng) -> String {
    let sentences: Vec<String> = facts.iter().map(|fact| scene.tell(fact, rng)).collect();
    sentences.join(" ")
}
