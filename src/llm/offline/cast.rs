//! What one item is about, and the texts of its fields.

use rand::RngExt;
use rand::rngs::StdRng;

use super::description::{normalised, plausible_range};
use super::material::Material;
use super::meaning::Meaning;
use super::persona::Persona;
use super::scene::capitalised;
use super::task::Task;
use crate::sample::Field;

/// Words of an item of a list, at most.
const MAX_ITEM_WORDS: usize = 3;

/// What one item is about.
pub(super) struct Cast {
    /// The facts.
    pub(super) material: Material,
    /// The person.
    pub(super) persona: Persona,
    /// The instruction.
    pub(super) task: Task,
    /// Which option of a multiple-choice question is right.
    pub(super) correct: usize,
}

impl Cast {
    /// Text of a field with this meaning; `None` where there is nothing to say.
    pub(super) fn text(&self, field: &Field, meaning: Meaning, rng: &mut StdRng) -> Option<String> {
        match meaning {
            Meaning::TaskInput if field.may_be_empty => {
                Some(self.task.input.clone().unwrap_or_default())
            }
            Meaning::TaskInput if !field.required => self.task.input.clone(),
            Meaning::TaskInput => {
                Some(self.task.input.clone().unwrap_or_else(|| "None".to_owned()))
            }
            Meaning::Number => Some(number_text(field, &self.persona, rng)),
            _ => Some(
                self.told(meaning)
                    .unwrap_or_else(|| self.lived(meaning, rng)),
            ),
        }
    }

    /// A few texts for a list of them; short ones, unless wrong passages are wanted.
    pub(super) fn items(&self, field: &Field, meaning: Meaning, rng: &mut StdRng) -> Vec<String> {
        if meaning == Meaning::Wrong {
            return self.material.wrong.clone();
        }
        let own = self.text(field, meaning, rng);
        let own = own.filter(|text| text.split_whitespace().count() <= MAX_ITEM_WORDS);
        let slots = ["product", "colour", "city"].map(|slot| self.persona.life.value(slot));
        let words = slots.into_iter().chain([self.material.topic]);
        own.into_iter().chain(words.map(str::to_owned)).collect()
    }

    /// What the facts tell.
    fn told(&self, meaning: Meaning) -> Option<String> {
        let material = &self.material;
        let text = match meaning {
            Meaning::Context => &material.context,
            Meaning::Summary => &material.summary,
            Meaning::Title => &material.title,
            Meaning::Sentence => &material.sentence,
            Meaning::Paraphrase | Meaning::Chosen | Meaning::Explanation => &material.paraphrase,
            Meaning::Wrong | Meaning::Rejected => &material.wrong[0],
            Meaning::Question => &material.question,
            Meaning::Answer => &material.answer,
            Meaning::Instruction => &self.task.instruction,
            Meaning::Output => &self.task.output,
            Meaning::Prompt => return Some(format!("{} {}", material.context, material.question)),
            Meaning::Topic => return Some(material.topic.to_owned()),
            Meaning::EntityType => return Some(material.entity_type.to_owned()),
            Meaning::Option(index) => self.option(usize::from(index)),
            Meaning::CorrectOption => return Some(["A", "B", "C", "D"][self.correct].to_owned()),
            Meaning::Tags => {
                return Some(format!(
                    "{}, {}",
                    material.topic,
                    self.persona.life.value("product")
                ));
            }
            _ => return None,
        };
        Some(text.clone())
    }

    /// The answer where it belongs, and wrong ones around it.
    fn option(&self, index: usize) -> &String {
        let before = usize::from(index > self.correct);
        let decoy = self.material.decoys.get(index - before);
        if index == self.correct { None } else { decoy }.unwrap_or(&self.material.answer)
    }

    /// What the person is, says and does.
    fn lived(&self, meaning: Meaning, rng: &mut StdRng) -> String {
        let Self { persona, .. } = self;
        let life = &persona.life;
        match meaning {
            Meaning::Life(slot) => life.value(slot).to_owned(),
            Meaning::FirstName => persona.names().0.to_owned(),
            Meaning::LastName => persona.names().1.to_owned(),
            Meaning::Username => format!("{}{}", persona.handle("_"), rng.random_range(1..100)),
            Meaning::Email => format!("{}@{}", persona.handle("."), persona.domain()),
            Meaning::Phone => phone(rng),
            Meaning::Country => persona.country().to_owned(),
            Meaning::Address => life.say("{house} {street}, {city}"),
            Meaning::Url => format!("https://www.{}/{}", persona.domain(), self.material.topic),
            Meaning::Identifier => life.value("order").to_owned(),
            Meaning::Bio => persona.bio(rng),
            Meaning::Review => persona.review(rng),
            Meaning::Mood => persona.mood().to_owned(),
            Meaning::Intent => persona.intent.name.to_owned(),
            Meaning::Category => persona.intent.category.to_owned(),
            Meaning::Subject => life.say(persona.intent.subject),
            Meaning::Request => persona.request(rng),
            Meaning::Reply => persona.reply(rng),
            Meaning::CodeTask => persona.snippet()[0].clone(),
            Meaning::Code => persona.snippet()[1].clone(),
            Meaning::CodeReason => persona.snippet()[2].clone(),
            Meaning::SourceText => persona.translation()[0].clone(),
            Meaning::TargetText => persona.translation()[1].clone(),
            Meaning::SourceLanguage => "English".to_owned(),
            Meaning::Language => life.value("language").to_owned(),
            Meaning::Short => capitalised(life.say("{colour} {product}")),
            _ => self.material.sentence.clone(),
        }
    }
}

/// A number that cannot be anybody's.
fn phone(rng: &mut StdRng) -> String {
    format!(
        "+1 {}-555-01{:02}",
        rng.random_range(201..990),
        rng.random_range(0..100)
    )
}

fn number_text(field: &Field, persona: &Persona, rng: &mut StdRng) -> String {
    let (least, most) = plausible_range(field);
    match normalised(&field.name) {
        name if name.contains(" age ") => persona.life.value("age").to_owned(),
        name if name.contains(" price ") => format!("${:.2}", rng.random_range(least..=most)),
        _ => format!("{:.0}", rng.random_range(least..=most)),
    }
}
