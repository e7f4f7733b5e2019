//! What the values of one column are.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::sample::Value;

use super::reservoir::Reservoir;
use super::text::Texts;

/// Different values of a column of classes, and the bytes of one.
const MOST_CLASSES: usize = 20;
const MOST_CLASS_BYTES: usize = 80;

/// The same of a column whose field declares its classes.
const MOST_DECLARED: usize = 50;

/// Samples that a class must have on the average.
const LEAST_OF_A_CLASS: u64 = 3;

/// Numbers that are kept for a histogram.
const MOST_NUMBERS: usize = 20_000;

/// A column.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Samples with a value in it.
    pub filled: u64,
    /// What its texts have in common.
    pub texts: Texts,
    /// Its numbers, as long as everything is one.
    numbers: Option<Reservoir<f64>>,
    has_fractions: bool,
    /// Samples by value, as long as there are few.
    classes: Option<BTreeMap<String, u64>>,
    most_classes: usize,
}

/// What a column is like.
#[derive(Debug)]
pub enum Kind<'a> {
    /// No sample has a value.
    Empty,
    /// Few different values, and the samples of each.
    Classes(&'a BTreeMap<String, u64>),
    /// Numbers.
    Numbers(&'a Reservoir<f64>),
    /// Texts.
    Texts(&'a Texts),
}

impl Column {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            filled: 0,
            texts: Texts::default(),
            numbers: Some(Reservoir::new(MOST_NUMBERS)),
            has_fractions: false,
            classes: Some(BTreeMap::new()),
            most_classes: MOST_CLASSES,
        }
    }

    /// The same for a glance: of texts nothing but lengths and openings, and as
    /// many classes as fields declare.
    pub(super) fn brief(name: &str) -> Self {
        Self {
            texts: Texts::brief(),
            most_classes: MOST_DECLARED,
            ..Self::new(name)
        }
    }

    /// Samples by value, if there are few values.
    #[must_use]
    pub fn classes(&self) -> Option<&BTreeMap<String, u64>> {
        self.classes.as_ref()
    }

    /// Its numbers, if everything in it is one.
    #[must_use]
    pub fn numbers(&self) -> Option<&Reservoir<f64>> {
        self.numbers.as_ref()
    }

    /// Whether it tells where samples come from, and not what they are.
    #[must_use]
    pub fn is_origin(&self) -> bool {
        self.name.starts_with('_')
    }

    /// What it is like.
    #[must_use]
    pub fn kind(&self) -> Kind<'_> {
        let few = |classes: &&BTreeMap<String, u64>| {
            self.filled >= LEAST_OF_A_CLASS * classes.len() as u64 && !self.has_fractions
        };
        match (self.classes.as_ref().filter(few), &self.numbers) {
            _ if self.filled == 0 => Kind::Empty,
            (Some(classes), _) => Kind::Classes(classes),
            (None, Some(numbers)) => Kind::Numbers(numbers),
            (None, None) => Kind::Texts(&self.texts),
        }
    }

    /// Takes in `value`; how many words it has.
    pub(super) fn take(&mut self, value: &Value) -> u64 {
        let (text, number) = read(value);
        if text.is_empty() {
            return 0;
        }
        self.filled += 1;
        self.take_class(&text);
        match (number, &mut self.numbers) {
            (Some(number), Some(numbers)) => {
                self.has_fractions |= number.fract() != 0.0 || matches!(value, Value::Float(_));
                numbers.offer(|| number);
            }
            (None, numbers) => {
                *numbers = None;
                self.has_fractions = false;
            }
            (Some(_), None) => {}
        }
        match self.is_origin() {
            true => 0,
            false => self.texts.take(&text),
        }
    }

    fn take_class(&mut self, text: &str) {
        let Some(classes) = &mut self.classes else {
            return;
        };
        if text.len() <= MOST_CLASS_BYTES {
            *classes.entry(text.to_owned()).or_default() += 1;
        }
        if text.len() > MOST_CLASS_BYTES || classes.len() > self.most_classes {
            self.classes = None;
        }
    }
}

/// The text of `value`, and the number that it is.
fn read(value: &Value) -> (Cow<'_, str>, Option<f64>) {
    match value {
        Value::Null => ("".into(), None),
        Value::Boolean(truth) => (truth.to_string().into(), None),
        Value::Integer(number) => {
            let text = number.to_string();
            let number = text.parse().ok();
            (text.into(), number)
        }
        Value::Float(number) => (number.to_string().into(), Some(*number)),
        Value::List(texts) => (texts.join("\n").into(), None),
        Value::Messages(messages) => {
            let contents: Vec<_> = messages.iter().map(|it| it.content.as_str()).collect();
            (contents.join("\n").into(), None)
        }
        // Cells of CSV are texts whatever they mean.
        Value::String(text) => {
            let number = text.trim().parse().ok();
            let number = number.filter(|number: &f64| number.is_finite());
            (text.into(), number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: impl IntoIterator<Item = Value>) -> Column {
        let mut column = Column::new("c");
        values.into_iter().for_each(|value| {
            column.take(&value);
        });
        column
    }

    fn text(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    #[test]
    fn few_values_are_classes_and_many_are_not() {
        let labels = column((0..9).map(|number| Value::Integer(number % 3)));
        assert!(matches!(labels.kind(), Kind::Classes(classes) if classes["2"] == 3));
        let names = column((0..9).map(|number| text(&format!("name {}", number % 4))));
        assert!(matches!(names.kind(), Kind::Texts(_)));
        assert!(matches!(column([Value::Null]).kind(), Kind::Empty));
    }

    #[test]
    fn numbers_are_numbers_in_csv_too() {
        let scores = column((0..9).map(|number| text(&format!("0.{number}"))));
        assert!(matches!(scores.kind(), Kind::Numbers(numbers) if numbers.chosen().len() == 9));
        // Few scores are no classes.
        let halves = column([0.0, 0.5, 1.0].repeat(5).into_iter().map(Value::Float));
        assert!(matches!(halves.kind(), Kind::Numbers(_)));
        let mixed = column(
            (0..99)
                .map(|number| text(&format!("{number}")))
                .chain([text("no")]),
        );
        assert!(matches!(mixed.kind(), Kind::Texts(_)));
    }
}
