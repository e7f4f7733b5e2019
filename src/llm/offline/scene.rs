//! Made-up facts and the ways to say them.
//!
//! A [`Topic`] is a table: slots to draw and facts to tell about them. A
//! [`Scene`] is one draw of a topic. Knows nothing of formats.

use std::borrow::Cow;
use std::iter;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::words::Source;

/// The text of a slot.
type Words = Cow<'static, str>;

/// A subject that can be told about.
#[derive(Debug)]
pub(super) struct Topic {
    /// One word; also a class label.
    pub(super) name: &'static str,
    /// What the placeholders of the templates stand for.
    pub(super) slots: &'static [(&'static str, Source)],
    /// What there is to tell; no fact follows from another or denies it.
    pub(super) facts: &'static [Fact],
    /// Remarks that neither follow from a fact nor deny it.
    pub(super) asides: &'static [&'static str],
}

/// Something that holds in a scene, as templates.
///
/// `{slot}` stands for the value in the scene, `{~slot}` for a value that is
/// not the one in the scene.
#[derive(Debug)]
pub(super) struct Fact {
    /// The fact in several wordings, at least two, all with the same slots.
    pub(super) sayings: &'static [&'static str],
    /// What follows from it.
    pub(super) follows: &'static [&'static str],
    /// What cannot be true beside it.
    pub(super) clashes: &'static [&'static str],
    /// Questions about it, each with the slot that is the answer.
    pub(super) questions: &'static [(&'static str, &'static str)],
}

/// One draw of a topic: a value per slot, and another one that is not it.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    /// Where the slots and templates come from.
    pub(super) topic: &'static Topic,
    values: Vec<Words>,
    others: Vec<Words>,
}

impl Scene {
    /// Draws every slot of `topic` twice, differently.
    pub(super) fn draw(topic: &'static Topic, rng: &mut StdRng) -> Self {
        let values: Vec<Words> = topic.slots.iter().map(|slot| slot.1.draw(rng)).collect();
        let others = topic
            .slots
            .iter()
            .zip(&values)
            .map(|((_, source), value)| draw_other(source, value, rng))
            .collect();
        Self {
            topic,
            values,
            others,
        }
    }

    /// The scene in which everything is different.
    pub(super) fn rival(&self) -> Self {
        self.mixed(|_| false)
    }

    /// The scene with only the slots that `keeps` names; the rest is different.
    pub(super) fn mixed(&self, keeps: impl Fn(&str) -> bool) -> Self {
        let mut scene = self.clone();
        for (index, (slot, _)) in self.topic.slots.iter().enumerate() {
            if !keeps(slot) {
                std::mem::swap(&mut scene.values[index], &mut scene.others[index]);
            }
        }
        scene
    }

    /// The value of `slot`; empty when the topic has no such slot.
    pub(super) fn value(&self, slot: &str) -> &str {
        self.look_up(&self.values, slot)
    }

    /// What kind of thing the value of `slot` is, as named-entity labels have it.
    pub(super) fn entity_type(&self, slot: &str) -> &'static str {
        let source = self.topic.slots.iter().find(|(name, _)| *name == slot);
        source.map_or("OTHER", |(_, source)| source.entity_type())
    }

    /// Values that `slot` does not have here, all different; fewer than `count`
    /// only if there are no more.
    pub(super) fn decoys(&self, slot: &str, count: usize, rng: &mut StdRng) -> Vec<String> {
        let mut decoys = vec![self.look_up(&self.others, slot).to_owned()];
        let source = self.topic.slots.iter().find(|(name, _)| *name == slot);
        for decoy in source.iter().flat_map(|(_, source)| draw_many(source, rng)) {
            let is_new = decoy != self.value(slot) && !decoys.contains(&decoy);
            if is_new && decoys.len() < count {
                decoys.push(decoy);
            }
        }
        decoys
    }

    /// `template` with its placeholders filled, starting with a capital.
    pub(super) fn say(&self, template: &str) -> String {
        capitalised(self.say_exactly(template))
    }

    /// `template` with its placeholders filled.
    pub(super) fn say_exactly(&self, template: &str) -> String {
        let mut text = String::with_capacity(template.len() + 48);
        let mut rest = template;
        while let Some((before, (slot, after))) = next_slot(rest) {
            text.push_str(before);
            text.push_str(match slot.strip_prefix('~') {
                Some(slot) => self.look_up(&self.others, slot),
                None => self.value(slot),
            });
            rest = after;
        }
        text.push_str(rest);
        text
    }

    /// `fact` in one of its wordings.
    pub(super) fn tell(&self, fact: &Fact, rng: &mut StdRng) -> String {
        self.say(pick(fact.sayings, rng))
    }

    /// `fact` in two of its wordings.
    pub(super) fn tell_twice(&self, fact: &Fact, rng: &mut StdRng) -> [String; 2] {
        two_of(fact.sayings, rng).map(|saying| self.say(saying))
    }

    fn look_up<'a>(&self, values: &'a [Words], slot: &str) -> &'a str {
        let index = self.topic.slots.iter().position(|(name, _)| *name == slot);
        index.map_or("", |index| &values[index])
    }
}

/// Slots that `template` names, in order of appearance.
pub(super) fn slots(template: &str) -> impl Iterator<Item = &str> {
    let mut rest = template;
    iter::from_fn(move || {
        let (_, (slot, after)) = next_slot(rest)?;
        rest = after;
        Some(slot)
    })
}

/// One of `list`; the list is never empty.
pub(super) fn pick<T: Copy>(list: &[T], rng: &mut StdRng) -> T {
    *pick_ref(list, rng)
}

/// A reference to one of `list`; the list is never empty.
pub(super) fn pick_ref<'a, T>(list: &'a [T], rng: &mut StdRng) -> &'a T {
    list.choose(rng).expect("tables have at least one line")
}

/// Two different lines of `list`, which has at least two.
pub(super) fn two_of<'a, T>(list: &'a [T], rng: &mut StdRng) -> [&'a T; 2] {
    let [first, second] =
        rand::seq::index::sample_array(rng, list.len()).expect("the table has at least two lines");
    [&list[first], &list[second]]
}

/// `text` with its first letter in upper case.
pub(super) fn capitalised(mut text: String) -> String {
    if let Some(first) = text.chars().next().filter(|first| first.is_lowercase()) {
        text.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
    }
    text
}

/// The text before the first placeholder, its slot, and the text after it.
fn next_slot(template: &str) -> Option<(&str, (&str, &str))> {
    let (before, rest) = template.split_once('{')?;
    Some((before, rest.split_once('}')?))
}

fn draw_many(source: &Source, rng: &mut StdRng) -> Vec<String> {
    iter::repeat_with(|| source.draw(rng).into_owned())
        .take(12)
        .collect()
}

fn draw_other(source: &Source, value: &str, rng: &mut StdRng) -> Words {
    // Every source has many values; the bound only rules out an endless loop.
    iter::repeat_with(|| source.draw(rng))
        .take(64)
        .find(|other| other != value)
        .unwrap_or(Cow::Borrowed("something else"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::SeedableRng;

    use super::super::topics::TOPICS;
    use super::*;

    fn templates(fact: &Fact) -> impl Iterator<Item = &'static str> {
        let questions = fact.questions.iter().map(|(question, _)| *question);
        [fact.sayings, fact.follows, fact.clashes]
            .into_iter()
            .flatten()
            .copied()
            .chain(questions)
    }

    #[test]
    fn every_placeholder_names_a_slot_of_its_topic() {
        for topic in TOPICS {
            let names: Vec<_> = topic.slots.iter().map(|(name, _)| *name).collect();
            let told = topic.facts.iter().flat_map(templates);
            for template in told.chain(topic.asides.iter().copied()) {
                for slot in slots(template) {
                    let slot = slot.trim_start_matches('~');
                    assert!(names.contains(&slot), "{}: {template}", topic.name);
                }
            }
        }
    }

    #[test]
    fn all_wordings_of_a_fact_have_the_same_slots() {
        for fact in TOPICS.iter().flat_map(|topic| topic.facts) {
            let named: Vec<BTreeSet<_>> = fact.sayings.iter().map(|s| slots(s).collect()).collect();
            assert!(named.len() >= 2, "{fact:?}");
            assert!(named.iter().all(|slots| *slots == named[0]), "{fact:?}");
        }
    }

    #[test]
    fn every_answer_stands_in_every_wording() {
        let mut rng = StdRng::seed_from_u64(1);
        for topic in TOPICS {
            let scene = Scene::draw(topic, &mut rng);
            for fact in topic.facts {
                for (question, slot) in fact.questions {
                    assert!(question.ends_with('?'), "{question}");
                    assert!(!question.contains(&format!("{{{slot}}}")), "{question}");
                    for saying in fact.sayings {
                        assert!(scene.say(saying).contains(scene.value(slot)), "{saying}");
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_of_a_scene_is_left_in_its_rival() {
        let mut rng = StdRng::seed_from_u64(2);
        for topic in TOPICS {
            let scene = Scene::draw(topic, &mut rng);
            let rival = scene.rival();
            for (slot, _) in topic.slots {
                assert_ne!(scene.value(slot), rival.value(slot));
                assert_eq!(
                    scene.say(&format!("{{~{slot}}}x")),
                    rival.say(&format!("{{{slot}}}x"))
                );
            }
        }
    }
}
