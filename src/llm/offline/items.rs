//! The items of an answer: as many as are wanted, of the classes that are
//! wanted.
//!
//! Nothing here writes a text; an item that is not of its class is made again.

use std::collections::{HashSet, VecDeque};
use std::iter::zip;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::Value;

use super::custom::Plan;
use super::passage::Passage;
use super::{Known, extract, query};
use crate::llm::{ItemShape, Wanted, WantedClasses};
use crate::sample::ClassValue;

/// Tries per item that is to be taken from a passage; a short passage has few
/// different ones.
const TRIES_PER_ITEM: usize = 6;

/// Tries per item that is to be of a class; the rarest, the unlike pairs of
/// sentences, are a tenth of what is made up.
const TRIES_PER_CLASS: usize = 30;

/// Items as wanted; fewer if the passage does not give more.
pub(super) fn items(wanted: &Wanted, rng: &mut StdRng) -> Vec<Value> {
    let maker = Maker::of(wanted);
    let mut wishes = wishes(wanted, rng);
    let tries = match wanted.classes {
        Some(_) => TRIES_PER_CLASS,
        None => TRIES_PER_ITEM,
    };
    let mut items = Vec::with_capacity(wanted.count);
    let mut seen = HashSet::new();
    let mut is_new = |item: &Value| wanted.passage.is_none() || seen.insert(item.to_string());
    for _ in 0..wanted.count * tries {
        if items.len() == wanted.count {
            break;
        }
        let Some(wish) = wishes.pop_front() else {
            break;
        };
        let item = maker.make(wish.label, rng);
        let item = item.filter(|item| wish.is_met_by(item) && is_new(item));
        // Where no class is asked for, one may come instead of another.
        if item.is_none() || wish.class.is_none() {
            wishes.push_back(wish);
        }
        items.extend(item);
    }
    wishes.retain(|wish| wish.class.is_some());
    let rest = wishes.iter().filter_map(|wish| maker.make_do(wish, rng));
    items.extend(rest.filter(is_new));
    items
}

/// What one item is to be.
#[derive(Debug)]
struct Wish<'a> {
    /// The label of a class pair.
    label: usize,
    /// A field, and what it is to be.
    class: Option<(&'a str, &'a ClassValue)>,
}

impl Wish<'_> {
    fn is_met_by(&self, item: &Value) -> bool {
        self.class
            .is_none_or(|(field, value)| value.holds(&item[field]))
    }
}

fn wishes<'a>(wanted: &'a Wanted, rng: &mut StdRng) -> VecDeque<Wish<'a>> {
    let labels = labels(wanted.count, rng).into_iter();
    let Some(WantedClasses { field, values }) = &wanted.classes else {
        return labels.map(|label| Wish { label, class: None }).collect();
    };
    let wishes = zip(labels, values).map(|(label, value)| Wish {
        label: match value {
            ClassValue::Integer(number) => usize::try_from(*number).unwrap_or(label),
            _ => label,
        },
        class: Some((field, value)),
    });
    wishes.collect()
}

/// Class labels in equal shares and random order.
fn labels(count: usize, rng: &mut StdRng) -> Vec<usize> {
    let mut classes = [0, 1, 2];
    classes.shuffle(rng);
    let mut labels: Vec<usize> = classes.into_iter().cycle().take(count).collect();
    labels.shuffle(rng);
    labels
}

/// Where items come from.
struct Maker<'a> {
    shape: &'a ItemShape,
    passage: Option<Passage<'a>>,
    way: Way<'a>,
}

/// How items are made.
enum Way<'a> {
    Known(Known),
    Custom(Plan<'a>),
}

impl<'a> Maker<'a> {
    fn of(wanted: &'a Wanted) -> Self {
        let passage = wanted.passage.as_deref().map(Passage::new);
        let known = Known::of(&wanted.shape, passage.is_some());
        Self {
            shape: &wanted.shape,
            passage,
            way: known.map_or_else(|| Way::Custom(Plan::of(&wanted.shape.fields)), Way::Known),
        }
    }

    /// One item; `None` where the passage gives none.
    fn make(&self, label: usize, rng: &mut StdRng) -> Option<Value> {
        match (&self.way, &self.passage) {
            (Way::Known(known), None) => Some(query::item(*known, label, rng)),
            (Way::Known(known), Some(passage)) => {
                let item = extract::item(*known, passage, label, rng)?;
                Some(only_fields(item, self.shape))
            }
            (Way::Custom(plan), None) => Some(plan.invent(rng)),
            (Way::Custom(plan), Some(passage)) => plan.extract(passage, rng),
        }
    }

    /// An item for a `wish` that none met: in a custom format the field is what
    /// it is to be, whatever the others say.
    fn make_do(&self, wish: &Wish<'_>, rng: &mut StdRng) -> Option<Value> {
        let mut item = self.make(wish.label, rng)?;
        let (field, value) = wish.class?;
        match (&self.way, value) {
            (Way::Custom(_), ClassValue::Text(text)) => item[field] = text.as_str().into(),
            (Way::Custom(_), ClassValue::Integer(number)) => item[field] = (*number).into(),
            _ => {}
        }
        Some(item)
    }
}

/// `item` with nothing but the fields of `shape`.
fn only_fields(mut item: Value, shape: &ItemShape) -> Value {
    if let Some(object) = item.as_object_mut() {
        object.retain(|key, _| shape.fields.iter().any(|field| field.name == *key));
    }
    item
}
