//! The classes that the samples of a format fall into, by one of its fields.

use std::fmt;
use std::iter::zip;

use crate::sample::{ClassValue, Field, FieldKind, Limit, Sample, Value};

/// Bands of a score.
const BANDS: u8 = 5;

/// A field, and the classes that its values stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    field: usize,
    name: String,
    all: Vec<Class>,
}

/// One class.
#[derive(Debug, Clone, PartialEq)]
enum Class {
    /// A class label: its number and its name.
    Label(i64, String),
    /// A text.
    Choice(String),
    /// A whole number.
    Number(i64),
    /// Numbers from the first to the second, which belongs to the next band.
    Band(f64, f64),
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(_, name) | Self::Choice(name) => f.write_str(name),
            Self::Number(number) => write!(f, "{number}"),
            Self::Band(from, to) => write!(f, "{from:.1} to {to:.1}"),
        }
    }
}

impl Classes {
    /// More classes than these are no classes.
    pub(super) const MOST: usize = 50;

    /// Those of the first of `fields` that has some and is required.
    #[must_use]
    pub fn of(fields: &[Field]) -> Option<Self> {
        (0..fields.len()).find_map(|index| Self::at(fields, index))
    }

    /// Those of the field called `name`.
    #[must_use]
    pub fn named(fields: &[Field], name: &str) -> Option<Self> {
        let index = fields.iter().position(|field| field.name == name)?;
        Self::at(fields, index)
    }

    fn at(fields: &[Field], index: usize) -> Option<Self> {
        let field = &fields[index];
        let classes: Vec<Class> = match &field.limit {
            _ if !field.required || field.kind == FieldKind::List => return None,
            Limit::Labels(names) => zip(0.., names)
                .map(|(number, name)| Class::Label(number, name.clone()))
                .collect(),
            Limit::Choices(choices) => choices.iter().cloned().map(Class::Choice).collect(),
            Limit::Numbers(numbers) => numbers.iter().copied().map(Class::Number).collect(),
            _ => return None,
        };
        (2..=Self::MOST).contains(&classes.len()).then(|| Self {
            field: index,
            name: field.name.clone(),
            all: classes,
        })
    }

    /// Bands from 0 to 1 of the numbers in the field called `name`, if there is one.
    pub(super) fn bands(fields: &[Field], name: &str) -> Option<Self> {
        let index = fields.iter().position(|field| field.name == name)?;
        let edge = |band: u8| f64::from(band) / f64::from(BANDS);
        Some(Self {
            field: index,
            name: name.to_owned(),
            all: (0..BANDS)
                .map(|band| Class::Band(edge(band), edge(band + 1)))
                .collect(),
        })
    }

    /// Name of the field.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.name
    }

    /// How many there are.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "there are two at least")]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// The name of `class`, for people.
    #[must_use]
    pub fn title(&self, class: usize) -> String {
        self.all[class].to_string()
    }

    /// The value that stands for `class`, for the model.
    #[must_use]
    pub fn value(&self, class: usize) -> String {
        match &self.all[class] {
            Class::Label(number, _) => number.to_string(),
            other => other.to_string(),
        }
    }

    /// What the field is to be in a sample of `class`.
    #[must_use]
    pub fn wanted(&self, class: usize) -> ClassValue {
        match &self.all[class] {
            Class::Label(number, _) | Class::Number(number) => ClassValue::Integer(*number),
            Class::Choice(text) => ClassValue::Text(text.clone()),
            // The last band ends with its end.
            Class::Band(from, _) if class + 1 == self.all.len() => {
                ClassValue::Band(*from..f64::INFINITY)
            }
            Class::Band(from, to) => ClassValue::Band(*from..*to),
        }
    }

    /// The class of `sample`; `None` if it has none.
    #[must_use]
    pub fn class_of(&self, sample: &Sample) -> Option<usize> {
        let value = &sample.values[self.field];
        let mut classes = self.all.iter();
        match value {
            Value::Integer(number) => classes.position(
                |class| matches!(class, Class::Label(it, _) | Class::Number(it) if it == number),
            ),
            Value::String(text) => {
                classes.position(|class| matches!(class, Class::Choice(it) if it == text))
            }
            Value::Float(number) => {
                // The last band ends with its end.
                let is_below = |class: &Class| matches!(class, Class::Band(_, to) if number < to);
                classes.position(is_below).or(Some(self.all.len() - 1))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{FormatHandler as _, predefined};

    fn sample(value: Value) -> Sample {
        let text = || Value::String("text".to_owned());
        Sample {
            values: vec![text(), text(), value],
        }
    }

    #[test]
    fn labels_are_classes() {
        let format = predefined("pair-class").expect("listed");
        let classes = format.classes().expect("labels");
        assert_eq!((classes.field(), classes.len()), ("label", 3));
        assert_eq!(
            (classes.title(2), classes.value(2)),
            ("contradiction".to_owned(), "2".to_owned())
        );
        assert_eq!(classes.class_of(&sample(Value::Integer(1))), Some(1));
        assert_eq!(classes.class_of(&sample(Value::Integer(7))), None);
    }

    #[test]
    fn scores_fall_into_bands() {
        let format = predefined("pair-score").expect("listed");
        let classes = format.classes().expect("bands");
        assert_eq!(classes.value(1), "0.2 to 0.4");
        for (score, band) in [(0.0, 0), (0.19, 0), (0.2, 1), (0.5, 2), (0.99, 4), (1.0, 4)] {
            assert_eq!(classes.class_of(&sample(Value::Float(score))), Some(band));
            assert!(classes.wanted(band).holds(&score.into()), "{score}");
        }
    }

    #[test]
    fn choices_are_classes_of_required_fields_that_hold_one() {
        let choices = || Limit::Choices(["low", "high"].map(str::to_owned).to_vec());
        let field = |kind, required| Field {
            limit: choices(),
            required,
            ..Field::new("level", kind, "level")
        };
        let fields = [
            field(FieldKind::List, true),
            field(FieldKind::String, false),
            field(FieldKind::String, true),
        ];
        let classes = Classes::of(&fields).expect("choices");
        let of = |text: &str| classes.class_of(&sample(Value::String(text.to_owned())));
        assert_eq!(
            [of("low"), of("high"), of("text")],
            [Some(0), Some(1), None]
        );
        assert_eq!(classes.value(1), "high");
        let numbers = Field {
            limit: Limit::Numbers(vec![1, 5]),
            ..Field::new("stars", FieldKind::Integer, "stars")
        };
        let fields = [field(FieldKind::String, false), fields[1].clone(), numbers];
        let classes = Classes::named(&fields, "stars").expect("numbers");
        assert_eq!(classes.class_of(&sample(Value::Integer(5))), Some(1));
    }

    #[test]
    fn texts_have_no_classes() {
        for name in ["pair", "triplet", "qa"] {
            assert_eq!(predefined(name).expect("listed").classes(), None);
        }
    }
}
