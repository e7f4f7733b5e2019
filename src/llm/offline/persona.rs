//! One made-up person and what that person says, buys and wants.

use rand::RngExt;
use rand::rngs::StdRng;

use super::phrases::{BIOS, INTENTS, Intent, LIFE, MOODS, Mood, SNIPPETS, TRANSLATIONS};
use super::scene::{Scene, pick, pick_ref};
use super::words::CITIES;

/// The parts of an item that have to do with people, each drawn once.
#[derive(Debug)]
pub(super) struct Persona {
    /// Name, city, company and so on; see the slots of [`LIFE`].
    pub(super) life: Scene,
    /// From 0, bad, to 1, good; agrees with the mood.
    pub(super) liking: f64,
    /// What is wanted.
    pub(super) intent: &'static Intent,
    mood: &'static Mood,
    snippet: &'static (&'static str, &'static str, &'static str),
    translation: &'static [&'static str; 4],
}

impl Persona {
    /// Draws a person who wants one of `intents`, or anything if there is none.
    pub(super) fn draw(intents: &[&'static Intent], rng: &mut StdRng) -> Self {
        let mood = rng.random_range(0..MOODS.len());
        let shares = [0.0..0.4, 0.4..0.6, 0.6..1.0];
        Self {
            life: Scene::draw(&LIFE, rng),
            liking: rng.random_range(shares[mood].clone()),
            intent: if intents.is_empty() {
                pick_ref(INTENTS, rng)
            } else {
                pick(intents, rng)
            },
            mood: &MOODS[mood],
            snippet: pick_ref(SNIPPETS, rng),
            translation: pick_ref(TRANSLATIONS, rng),
        }
    }

    /// Positive, neutral or negative.
    pub(super) fn mood(&self) -> &'static str {
        self.mood.name
    }

    /// What the person thinks of a product, in the person's mood.
    pub(super) fn review(&self, rng: &mut StdRng) -> String {
        let parts = self.mood.parts.map(|part| self.life.say(pick(part, rng)));
        parts.join(" ")
    }

    /// What the person is like.
    pub(super) fn bio(&self, rng: &mut StdRng) -> String {
        self.life.say(pick(BIOS, rng))
    }

    /// What the person says to get what is wanted.
    pub(super) fn request(&self, rng: &mut StdRng) -> String {
        self.life.say(pick(self.intent.requests, rng))
    }

    /// What the person is told.
    pub(super) fn reply(&self, rng: &mut StdRng) -> String {
        self.life.say(pick(self.intent.replies, rng))
    }

    /// A programming task, its solution, and why it is one.
    pub(super) fn snippet(&self) -> [String; 3] {
        let (task, code, reason) = self.snippet;
        [task, code, reason].map(|template| self.life.say_exactly(template))
    }

    /// A sentence in English and in the language of the slot `language`.
    pub(super) fn translation(&self) -> [String; 2] {
        let column = match self.life.value("language") {
            "German" => 1,
            "French" => 2,
            _ => 3,
        };
        [0, column].map(|column| self.life.say(self.translation[column]))
    }

    /// First and last name.
    pub(super) fn names(&self) -> (&str, &str) {
        let name = self.life.value("who");
        name.split_once(' ').unwrap_or((name, name))
    }

    /// The country of the person's city.
    pub(super) fn country(&self) -> &'static str {
        let city = self.life.value("city");
        let country = CITIES
            .iter()
            .find(|(name, _)| *name == city)
            .map_or("Iceland", |pair| pair.1);
        country.strip_prefix("the ").unwrap_or(country)
    }

    /// Lower-case name for e-mail addresses, with `between` the two parts.
    pub(super) fn handle(&self, between: &str) -> String {
        let name = self.life.value("who").to_lowercase();
        let name: String = name
            .chars()
            .filter(|c| c.is_ascii_alphabetic() || *c == ' ')
            .collect();
        name.replace(' ', between)
    }

    /// Domain name of the person's company.
    pub(super) fn domain(&self) -> String {
        let company = self.life.value("company").to_lowercase();
        let name: String = company
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        format!("{name}.example")
    }
}
