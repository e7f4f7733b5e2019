//! Items of any format: a value for every field, and fields that fit together.

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::{Map, Value};

use super::cast::Cast;
use super::conversation;
use super::description::{choices, normalised, plausible_range};
use super::fitted;
use super::material::Material;
use super::meaning::Meaning;
use super::passage::Passage;
use super::persona::Persona;
use super::phrases::{INTENTS, Intent};
use super::scene::{Topic, pick, pick_ref};
use super::task::Task;
use super::topics::TOPICS;
use crate::sample::{Field, FieldKind, Limit};

/// Share of optional fields that are left empty.
const EMPTY_SHARE: f64 = 0.2;

/// Items that a list has beyond the fewest that it may have, at most.
const MORE_ITEMS: usize = 3;

/// What the fields of a format are to be filled with.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    columns: Vec<Column<'a>>,
    topics: Vec<&'static Topic>,
    intents: Vec<&'static Intent>,
}

#[derive(Debug)]
struct Column<'a> {
    field: &'a Field,
    meaning: Meaning,
    /// All that the field takes; empty if it is free.
    choices: Vec<String>,
}

impl<'a> Plan<'a> {
    /// Reads the names and descriptions of `fields`.
    pub(super) fn of(fields: &'a [Field]) -> Self {
        let mut columns: Vec<Column<'a>> = fields.iter().map(Column::of).collect();
        let meanings: Vec<Meaning> = columns.iter().map(|column| column.meaning).collect();
        for column in &mut columns {
            column.meaning = column.meaning.beside(&meanings);
        }
        let takes = |name: &str| columns.iter().any(|column| column.choice(name).is_some());
        let topics = TOPICS
            .iter()
            .copied()
            .filter(|topic| takes(topic.name))
            .collect();
        let intents = INTENTS
            .iter()
            .filter(|i| takes(i.name) || takes(i.category))
            .collect();
        Self {
            columns,
            topics,
            intents,
        }
    }

    /// An item that is made up.
    pub(super) fn invent(&self, rng: &mut StdRng) -> Value {
        let material = Material::invent(self.topic(rng), rng);
        self.item(material, |meaning| meaning, rng)
    }

    /// An item whose texts are from `passage`; `None` if it has no sentences.
    pub(super) fn extract(&self, passage: &Passage<'_>, rng: &mut StdRng) -> Option<Value> {
        let material = Material::extract(passage, self.topic(rng), rng)?;
        Some(self.item(material, Meaning::in_passage, rng))
    }

    fn topic(&self, rng: &mut StdRng) -> &'static Topic {
        if self.topics.is_empty() {
            pick(TOPICS, rng)
        } else {
            pick(&self.topics, rng)
        }
    }

    fn item(
        &self,
        material: Material,
        as_meant: fn(Meaning) -> Meaning,
        rng: &mut StdRng,
    ) -> Value {
        let cast = Cast {
            task: Task::draw(&material, self.input(), rng),
            persona: Persona::draw(&self.intents, rng),
            correct: rng.random_range(0..4),
            material,
        };
        let values = self.columns.iter().map(|column| {
            let value = column.value(as_meant(column.meaning), &cast, rng);
            (column.field.name.clone(), value)
        });
        Value::Object(values.collect::<Map<_, _>>())
    }

    /// Whether a task can have an input of its own: `None` without such a
    /// field, else whether the field must be filled.
    fn input(&self) -> Option<bool> {
        let input = self
            .columns
            .iter()
            .find(|column| column.meaning == Meaning::TaskInput);
        input.map(|column| column.field.required && !column.field.may_be_empty)
    }
}

impl<'a> Column<'a> {
    fn of(field: &'a Field) -> Self {
        let choices = match (&field.limit, field.kind) {
            (Limit::Labels(labels), FieldKind::String) => labels.clone(),
            (Limit::Choices(choices), _) => choices.clone(),
            (Limit::Numbers(numbers), _) => numbers.iter().map(i64::to_string).collect(),
            _ => choices(&field.description),
        };
        let meaning = match field.kind {
            FieldKind::String | FieldKind::List => Meaning::of(field, &choices),
            _ => Meaning::Number,
        };
        Self {
            field,
            meaning,
            choices,
        }
    }

    /// The choice that says `value`, in its own spelling.
    fn choice(&self, value: &str) -> Option<&str> {
        let wanted = normalised(value);
        let choice = self
            .choices
            .iter()
            .find(|choice| normalised(choice) == wanted);
        choice.map(String::as_str)
    }

    fn value(&self, meaning: Meaning, cast: &Cast, rng: &mut StdRng) -> Value {
        let may_be_empty = !self.field.required && meaning != Meaning::TaskInput;
        if may_be_empty && rng.random_bool(EMPTY_SHARE) {
            return Value::Null;
        }
        match self.field.kind {
            FieldKind::Boolean => rng.random_bool(0.5).into(),
            FieldKind::Integer => self.integer(cast, rng).into(),
            FieldKind::Float => self.float(cast, rng).into(),
            FieldKind::String => match cast.text(self.field, meaning, rng) {
                Some(text) => self.obeyed(text, rng).into(),
                None => Value::Null,
            },
            FieldKind::List => self.list(meaning, cast, rng).into(),
            FieldKind::Messages => conversation::messages(&cast.material, rng),
        }
    }

    /// `text` if the field takes it, else something that it takes.
    fn obeyed(&self, text: String, rng: &mut StdRng) -> String {
        let Field {
            length, pattern, ..
        } = self.field;
        if let Some(pattern) = pattern {
            return match pattern.is_match(&text) && length.range().contains(&text.chars().count()) {
                true => text,
                false => fitted::matching(pattern, *length, rng).unwrap_or(text),
            };
        }
        let text = match self.choice(&text) {
            Some(choice) => choice.to_owned(),
            None if self.choices.is_empty() => text,
            None => pick_ref(&self.choices, rng).clone(),
        };
        fitted::of_length(text, *length)
    }

    /// As many items as the field takes, different ones first.
    fn list(&self, meaning: Meaning, cast: &Cast, rng: &mut StdRng) -> Vec<String> {
        let length = self.field.length;
        let least = length.least.max(usize::from(length.most != Some(0)));
        let most = length.most.unwrap_or(usize::MAX).min(least + MORE_ITEMS);
        let mut items = match self.choices.is_empty() {
            true => cast.items(self.field, meaning, rng),
            false => self.choices.clone(),
        };
        items.shuffle(rng);
        let most = most.min(items.len()).max(least);
        let count = rng.random_range(least..=most);
        items.into_iter().cycle().take(count).collect()
    }

    fn integer(&self, cast: &Cast, rng: &mut StdRng) -> i64 {
        let choices: Vec<i64> = self
            .choices
            .iter()
            .filter_map(|choice| choice.parse().ok())
            .collect();
        let (least, most) = self.range();
        let (least, most) = (whole(least.ceil()), whole(most.floor()));
        let span = most.saturating_sub(least).max(0);
        match &self.field.limit {
            Limit::Labels(labels) => {
                let classes = i64::try_from(labels.len()).unwrap_or(i64::MAX);
                rng.random_range(0..classes.max(1))
            }
            Limit::None | Limit::Numbers(_) if !choices.is_empty() => pick(&choices, rng),
            _ if self.is_liking() => least.saturating_add(share_of(span, cast.persona.liking)),
            _ => rng.random_range(least..=least.saturating_add(span)),
        }
    }

    fn float(&self, cast: &Cast, rng: &mut StdRng) -> f64 {
        let (least, most) = self.range();
        let share = if self.is_liking() {
            cast.persona.liking
        } else {
            rng.random()
        };
        let value = least + (most - least) * share;
        let rounded = (value * 100.0).round() / 100.0;
        if rounded.is_finite() {
            rounded.clamp(least, most)
        } else {
            least
        }
    }

    /// Whether the number says how much something is liked.
    fn is_liking(&self) -> bool {
        let name = normalised(&self.field.name);
        ["rating", "stars", "sentiment", "score"]
            .iter()
            .any(|word| name.contains(word))
    }

    /// What is plausible within what is allowed.
    fn range(&self) -> (f64, f64) {
        let (least, most) = plausible_range(self.field);
        let Limit::Range(lowest, highest) = self.field.limit else {
            return (least, most);
        };
        let (lowest, highest) = match self.field.kind {
            FieldKind::Integer => (lowest.ceil(), highest.floor()),
            _ => (lowest, highest),
        };
        let inner = (least.ceil().max(lowest), most.floor().min(highest));
        match (lowest.is_finite(), highest.is_finite()) {
            _ if inner.0 <= inner.1 => (least.max(lowest), most.min(highest)),
            (true, true) => (lowest, highest),
            (true, false) => (lowest, lowest + 100.0),
            (false, _) => (highest - 100.0, highest),
        }
    }
}

/// The whole number nearest to `number` that there is.
#[expect(
    clippy::cast_possible_truncation,
    reason = "out of range, the cast saturates"
)]
fn whole(number: f64) -> i64 {
    number as i64
}

/// `share` of a number from 0 to `span`, in equal steps.
#[expect(clippy::cast_precision_loss, reason = "ratings are small")]
fn share_of(span: i64, share: f64) -> i64 {
    whole((span as f64 + 1.0) * share).min(span)
}
