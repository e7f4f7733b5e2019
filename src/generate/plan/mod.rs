//! What the requests of a run are about: topics, and how their samples are to
//! differ besides.

mod answer;
mod deck;
mod list;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::prompt::{MANNERS, VOICES, WORDS};

pub use answer::Detail;
pub(super) use answer::{read, request};
pub(super) use deck::{Deck, Draw};
pub use list::ListError;

/// Most topics of a plan; what a model adds beyond them is left out.
const MOST_TOPICS: usize = 10_000;

/// Most sub-topics of a topic, values of an attribute, and attributes.
const MOST_VALUES: usize = 40;
const MOST_ATTRIBUTES: usize = 8;

/// Fewer topics than these make no plan: a model that has no more does not
/// know what a topic is.
pub(super) const FEW: usize = 4;

/// Characters of the longest name.
const LONGEST_NAME: usize = 200;

/// Topics, and attributes whose values are combined with them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What samples are about; none if the query is all there is.
    #[serde(default)]
    pub topics: Vec<Topic>,
    /// Words that are dealt out among samples where there are no topics.
    #[serde(skip)]
    pub words: &'static [&'static str],
    /// How samples differ otherwise.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
}

/// A part of what the query is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Its name.
    pub topic: String,
    /// Its parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subtopics: Vec<String>,
    /// How often it is asked about, compared with others.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub weight: f64,
}

/// Something in which samples differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// Its name; may be empty if the values say it all.
    pub attribute: String,
    /// What it may be.
    pub values: Vec<String>,
}

fn one() -> f64 {
    1.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
#[expect(clippy::float_cmp, reason = "it is a default")]
fn is_one(weight: &f64) -> bool {
    *weight == one()
}

impl Topic {
    fn new(topic: String, subtopics: Vec<String>) -> Self {
        Self {
            topic,
            subtopics,
            weight: one(),
        }
    }
}

impl Plan {
    /// The plan without a model: words, points of view and manners of writing.
    #[must_use]
    pub fn built_in() -> Self {
        Self {
            words: &WORDS,
            ..Self::without_words()
        }
    }

    /// The same where something else says what samples are about.
    #[must_use]
    pub fn without_words() -> Self {
        Self {
            attributes: vec![values(&VOICES), values(&MANNERS)],
            ..Self::default()
        }
    }

    /// The topics of a list: one a line, or CSV with a line of column names,
    /// `topic` and perhaps `subtopic` and `weight`.
    ///
    /// # Errors
    ///
    /// A line that is none of that, or no topic at all.
    pub fn of_list(text: &str) -> Result<Self, ListError> {
        Ok(Self {
            topics: list::topics(text)?,
            ..Self::without_words()
        })
    }

    /// The plan that was saved as `json`.
    ///
    /// # Errors
    ///
    /// It is none; what is wrong with it.
    pub fn parse(json: &str) -> Result<Self, String> {
        let mut plan: Self = serde_json::from_str(json).map_err(|error| {
            format!(
                "{error}; a plan is an object with `topics` and `attributes`, as --plan saves it"
            )
        })?;
        let topics = plan.topics.len();
        plan.clean();
        match plan.problem() {
            Some(problem) => Err(problem),
            None if topics > MOST_TOPICS => Err(format!("it has more than {MOST_TOPICS} topics")),
            None if plan == Self::default() => {
                Err("it has neither topics nor attributes".to_owned())
            }
            None => Ok(plan),
        }
    }

    /// Whether its attributes fit any query.
    pub(super) fn is_general(&self) -> bool {
        self.attributes.iter().all(|it| it.attribute.is_empty())
    }

    /// With the built-in attributes if it has none of its own.
    pub(super) fn completed(self) -> Self {
        let attributes = match self.attributes.is_empty() {
            false => self.attributes,
            true => Self::without_words().attributes,
        };
        Self { attributes, ..self }
    }

    fn problem(&self) -> Option<String> {
        let bad = self.topics.iter().find(|topic| !is_weight(topic.weight));
        bad.map(|topic| {
            format!(
                "topic `{}`: the weight must be a finite number above 0",
                topic.topic
            )
        })
    }

    /// Makes names one line each, and leaves out what is blank, too long, too
    /// much, or there already.
    fn clean(&mut self) {
        let mut seen = HashSet::new();
        for topic in &mut self.topics {
            topic.topic = line(&topic.topic);
            clean(&mut topic.subtopics);
        }
        self.topics
            .retain(|topic| is_name(&topic.topic) && seen.insert(folded(&topic.topic)));
        self.topics.truncate(MOST_TOPICS);
        for attribute in &mut self.attributes {
            attribute.attribute = line(&attribute.attribute);
            clean(&mut attribute.values);
        }
        self.attributes
            .retain(|attribute| !attribute.values.is_empty());
        self.attributes.truncate(MOST_ATTRIBUTES);
    }

    /// Takes in those of `topics` that are new; returns how many are.
    pub(super) fn grow(&mut self, topics: Vec<Topic>) -> usize {
        let before = self.topics.len();
        self.topics.extend(topics);
        self.clean();
        self.topics.len().saturating_sub(before)
    }

    /// How many topics and sub-topics it has, as it is told.
    #[must_use]
    pub fn told(&self) -> String {
        let topics = self.topics.len();
        match self.topics.iter().map(|topic| topic.subtopics.len()).sum() {
            0 => format!("{topics} topics"),
            subtopics @ 1_usize.. => format!("{topics} topics with {subtopics} sub-topics"),
        }
    }
}

fn values(values: &[&str]) -> Attribute {
    Attribute {
        attribute: String::new(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

fn clean(names: &mut Vec<String>) {
    let mut seen = HashSet::new();
    for name in &mut *names {
        *name = line(name);
    }
    names.retain(|name| is_name(name) && seen.insert(folded(name)));
    names.truncate(MOST_VALUES);
}

/// `text` in one line, without control characters and marks that turn the
/// direction of writing, or a comma at its end.
fn line(text: &str) -> String {
    let is_mark = |char| matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_between = |char: char| char.is_whitespace() || char.is_control() || is_mark(char);
    let words = text.split(is_between).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    line.trim_end_matches([',', ';', ' ']).to_owned()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= LONGEST_NAME
}

fn folded(text: &str) -> String {
    text.to_lowercase()
}

fn is_weight(weight: f64) -> bool {
    weight.is_finite() && weight > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_comes_back_as_it_was_saved() {
        let plan = Plan {
            topics: vec![
                Topic::new("sauces".to_owned(), vec!["roux".to_owned()]),
                Topic {
                    weight: 2.5,
                    ..Topic::new("bread".to_owned(), Vec::new())
                },
            ],
            words: &[],
            attributes: vec![values(&["hard", "easy"])],
        };
        let json = serde_json::to_string(&plan).expect("plain data");
        assert_eq!(Plan::parse(&json), Ok(plan));
    }

    #[test]
    fn what_is_no_plan_is_refused_with_the_reason() {
        for (json, problem) in [
            ("{}", "neither topics nor attributes"),
            (
                r#"{"topics":[{"topic":" "}]}"#,
                "neither topics nor attributes",
            ),
            ("[", "EOF"),
            (r#"{"topic":[]}"#, "unknown field `topic`"),
            (
                r#"{"topics":[{"topic":"a","weight":0}]}"#,
                "topic `a`: the weight must be a finite number above 0",
            ),
        ] {
            let told = Plan::parse(json).expect_err("no plan");
            assert!(told.contains(problem), "{told}");
        }
    }

    #[test]
    fn a_plan_without_attributes_gets_the_built_in_ones() {
        let topics = |count| {
            let topics = (0..count).map(|it| Topic::new(format!("topic {it}"), Vec::new()));
            Plan {
                topics: topics.collect(),
                ..Plan::default()
            }
        };
        assert_eq!(topics(8).completed().attributes.len(), 2);
        let own = Plan {
            attributes: vec![values(&["a", "b"])],
            ..topics(8)
        };
        assert_eq!(own.clone().completed(), own);
    }

    #[test]
    fn names_are_one_line_and_there_once() {
        let mut plan = Plan::default();
        let names = [
            "Bees",
            " ",
            "bees\n",
            "the\n \u{1b}\u{202e}wasps",
            &"x".repeat(300),
        ];
        let topics = names.map(|name| Topic::new(name.to_owned(), Vec::new()));
        assert_eq!(plan.grow(topics.to_vec()), 2);
        let names: Vec<_> = plan.topics.iter().map(|it| it.topic.as_str()).collect();
        assert_eq!(names, ["Bees", "the wasps"]);
        assert_eq!(
            plan.grow(vec![Topic::new("BEES".to_owned(), Vec::new())]),
            0
        );
    }
}
