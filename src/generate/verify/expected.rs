//! What a second look should find in a sample, and what it means if it does not.

use serde_json::Value as Json;

use crate::format::{Check, FormatHandler, agree};
use crate::sample::{Field, FieldKind, Limit, Sample, Value};

use super::trial::value;
use super::{Verdict, Verify};

/// The key of the number of an item in an answer.
pub(super) const NUMBER: &str = "number";

/// The most that two scores of the same texts may differ, and what decimal
/// fractions may lose as binary ones.
const SCORE_TOLERANCE: f64 = 0.25 + 1e-9;

/// What a second look should find.
#[derive(Debug)]
pub(super) enum Expected {
    /// This value, or the like of it.
    Value(Value),
    /// The number of one of two texts, or else something is said of the other.
    OneOfTwo(usize, &'static str),
    /// At least this quality.
    Quality(usize),
}

/// Where what is found stands among the [`answer_fields`].
pub(super) const FOUND: usize = 1;

/// The fields of an item of an answer: its number, and what is found.
pub(super) fn answer_fields(format: &dyn FormatHandler) -> [Field; 2] {
    let ranged = |name, description, most| Field {
        limit: Limit::Range(1.0, most),
        ..Field::new(name, FieldKind::Integer, description)
    };
    let check = format.check();
    let found = match (check.judged(), check) {
        (Some(name), _) => {
            let mut fields = format.fields().iter();
            let judged = fields.find(|field| field.name == name);
            judged.expect("a check names fields").clone()
        }
        (None, Check::Nearer { .. }) => ranged("nearer", "1 or 2, the text that is nearer", 2.0),
        (None, Check::Better { .. }) => ranged("better", "1 or 2, the text that is better", 2.0),
        (None, _) => ranged("quality", "from 1 (useless) to 5 (excellent)", 5.0),
    };
    let number = Field::new(NUMBER, FieldKind::Integer, "the number of the item");
    [number, found]
}

impl Expected {
    /// What is expected of a look at `sample`, whose texts are swapped or not.
    pub(super) fn new(
        format: &dyn FormatHandler,
        verify: &Verify,
        sample: &Sample,
        is_swapped: bool,
    ) -> Self {
        let check = format.check();
        let number = 1 + usize::from(is_swapped);
        match (check.judged(), check) {
            (Some(name), _) => Self::Value(value(format, sample, name).clone()),
            (None, Check::Nearer { .. }) => Self::OneOfTwo(number, "the negative is nearer"),
            (None, Check::Better { .. }) => Self::OneOfTwo(number, "the rejected one is better"),
            (None, _) => Self::Quality(verify.min_quality.into()),
        }
    }

    /// What it says of the sample that `found` was found for `field`; `None` if
    /// that is no value of the field.
    pub(super) fn verdict(&self, field: &Field, found: &Json) -> Option<Verdict> {
        match self {
            Self::Value(Value::String(text)) => verdict_of_text(text, &field.limit, found),
            Self::Value(Value::Integer(label)) => {
                let Limit::Labels(names) = &field.limit else {
                    return None;
                };
                let index = whole(found).or_else(|| position(names, found))?;
                let found = i64::try_from(index).ok()?;
                let [old, new] = [*label, found].map(|label| name_of(field, label));
                let how = format!("{} judged {}", old?, new?);
                Some(verdict(found == *label, how, Some(Value::Integer(found))))
            }
            Self::Value(Value::Float(score)) => {
                let found = number(found).filter(|found| is_within(&field.limit, *found))?;
                let is_same = (found - score).abs() <= SCORE_TOLERANCE;
                Some(verdict(is_same, "another score", Some(Value::Float(found))))
            }
            Self::Value(Value::Null | Value::Boolean(_) | Value::List(_) | Value::Messages(_)) => {
                None
            }
            Self::OneOfTwo(expected, otherwise) => {
                let found = whole(found).filter(|found| (1..=2).contains(found))?;
                Some(verdict(found == *expected, *otherwise, None))
            }
            Self::Quality(least) => {
                let found = whole(found).filter(|found| (1..=5).contains(found))?;
                Some(verdict(found >= *least, format!("quality {found}"), None))
            }
        }
    }
}

/// What it says of `text`, a class among the choices of `limit` or else an
/// answer, that `found` was found.
fn verdict_of_text(text: &str, limit: &Limit, found: &Json) -> Option<Verdict> {
    let Limit::Choices(names) = limit else {
        let is_same = agree(&text_in(found)?, text);
        return Some(verdict(is_same, "another answer", None));
    };
    let found = &names[position(names, found)?];
    let how = format!("{text} judged {found}");
    let instead = Value::String(found.clone());
    Some(verdict(found == text, how, Some(instead)))
}

fn verdict(is_same: bool, how: impl Into<String>, instead: Option<Value>) -> Verdict {
    let how = how.into();
    match is_same {
        true => Verdict::Agrees,
        false => Verdict::Differs { how, instead },
    }
}

fn is_within(limit: &Limit, number: f64) -> bool {
    match limit {
        Limit::Range(least, most) => (*least..=*most).contains(&number),
        _ => true,
    }
}

/// The name of `label` of `field`.
pub(super) fn name_of(field: &Field, label: i64) -> Option<&str> {
    match &field.limit {
        Limit::Labels(names) => Some(names.get(usize::try_from(label).ok()?)?),
        _ => None,
    }
}

/// The whole number in `json`, which some models write as text.
pub(super) fn whole(json: &Json) -> Option<usize> {
    match json {
        Json::String(text) => text.trim().parse().ok(),
        json => usize::try_from(json.as_u64()?).ok(),
    }
}

fn number(json: &Json) -> Option<f64> {
    match json {
        Json::String(text) => text.trim().parse().ok(),
        json => json.as_f64(),
    }
}

/// The text in `json`; a number is one, too.
fn text_in(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Where `json`, a name, stands among `names`.
fn position(names: &[String], json: &Json) -> Option<usize> {
    let name = json.as_str()?.trim().to_lowercase();
    names.iter().position(|label| label.to_lowercase() == name)
}
