//! What a data set is like, in numbers.
//!
//! [`Statistics`] take samples one by one and hold a bounded part of them.
//! Reads no file and writes no report; [`Account`] is what a run tells of
//! itself, and [`findings`] what a person should look at.

mod account;
mod answers;
mod balance;
mod column;
mod counter;
mod findings;
mod glance;
mod growth;
mod histogram;
mod overlap;
mod pace;
mod portions;
mod reservoir;
mod shown;
mod text;
mod variety;
mod words;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use crate::generate::dedup::{Dedup, Duplicates, Novelty, Threshold};
use crate::sample::Value;

pub use account::{Account, Cost, Document, End, Part, Passages, Reject, Rejects, Run, Skipped};
pub use answers::Answers;
pub use balance::{Balance, Fit, Shares};
pub use column::{Column, Kind};
pub use counter::Counter;
pub use findings::findings;
pub use glance::Glance;
pub use growth::Growth;
pub use histogram::Histogram;
pub use overlap::{Overlap, Relation};
pub use pace::{Pace, Stretch};
pub use portions::Portions;
pub use reservoir::Reservoir;
pub use shown::{Card, Shown};
pub use text::Texts;
pub use variety::Variety;

/// Columns that are looked at.
const MOST_COLUMNS: usize = 24;

/// Samples that are compared with each other: each takes some 160 bytes.
const MOST_COMPARED: u64 = 1_000_000;

/// How samples are compared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// From which similarity on they are near duplicates.
    pub threshold: Threshold,
    /// The column that was filled with a passage, and does not count.
    pub filled: Option<String>,
}

/// What the samples so far are like.
#[derive(Debug)]
pub struct Statistics {
    columns: IndexMap<String, Column>,
    omits_columns: bool,
    samples: u64,
    comparison: Comparison,
    dedup: Dedup,
    repetitions: Repetitions,
    overlaps: Vec<Overlap>,
    answers: Answers,
    shown: Shown,
}

/// Samples that repeat earlier ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Repetitions {
    /// Samples that were compared; the first ones of many.
    pub compared: u64,
    /// The same as an earlier one.
    pub exact: u64,
    /// Similar to an earlier one.
    pub near: u64,
}

impl Statistics {
    /// Of no sample yet; `names` are columns that are known.
    #[must_use]
    pub fn new(names: &[&str], comparison: Comparison) -> Self {
        let known = names.iter().take(MOST_COLUMNS);
        let columns = known.map(|name| ((*name).to_owned(), Column::new(name)));
        let filled = comparison.filled.as_deref();
        let filled = filled.and_then(|filled| names.iter().position(|name| *name == filled));
        let duplicates = Duplicates::Near(comparison.threshold);
        Self {
            columns: columns.collect(),
            omits_columns: names.len() > MOST_COLUMNS,
            samples: 0,
            dedup: Dedup::new(duplicates, 0, filled),
            comparison,
            repetitions: Repetitions::default(),
            overlaps: Overlap::of_pairs(),
            answers: Answers::default(),
            shown: Shown::new(),
        }
    }

    /// Takes in the next sample, its values by the names of their columns.
    pub fn take(&mut self, sample: &Map<String, Json>) {
        for name in sample.keys() {
            self.know(name);
        }
        self.samples += 1;
        let value = |name: &String| sample.get(name).map_or(Value::Null, value);
        let values: Vec<_> = self.columns.keys().map(value).collect();
        let value = |name: &str| values.get(self.columns.get_index_of(name)?);
        self.overlaps.iter_mut().for_each(|it| it.take(value));
        self.answers.take(value);
        let columns = self.columns.values_mut().zip(&values);
        let words = columns.map(|(column, value)| column.take(value)).sum();
        self.shown.take(self.samples, words, &values);
        if self.repetitions.compared < MOST_COMPARED {
            self.compare(values);
        }
    }

    fn know(&mut self, name: &str) {
        if self.columns.contains_key(name) {
            return;
        }
        match self.columns.len() < MOST_COLUMNS {
            true => {
                self.columns.insert(name.to_owned(), Column::new(name));
            }
            false => self.omits_columns = true,
        }
    }

    fn compare(&mut self, mut values: Vec<Value>) {
        for (column, value) in self.columns.values().zip(&mut values) {
            if column.is_origin() {
                *value = Value::Null;
            }
        }
        self.repetitions.compared += 1;
        match self.dedup.novelty(&values) {
            Novelty::New => {}
            Novelty::Exact => self.repetitions.exact += 1,
            Novelty::Near { .. } => self.repetitions.near += 1,
        }
    }

    /// Samples so far.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// Their columns, in order.
    #[must_use]
    pub fn columns(&self) -> Vec<&Column> {
        self.columns.values().collect()
    }

    /// Whether there are more columns than are looked at.
    #[must_use]
    pub fn omits_columns(&self) -> bool {
        self.omits_columns
    }

    /// How samples are compared.
    #[must_use]
    pub fn comparison(&self) -> &Comparison {
        &self.comparison
    }

    /// Samples that repeat others.
    #[must_use]
    pub fn repetitions(&self) -> Repetitions {
        self.repetitions
    }

    /// The words that columns share, of the pairs of columns that are there.
    pub fn overlaps(&self) -> impl Iterator<Item = &Overlap> {
        let overlaps = self.overlaps.iter();
        overlaps.filter(|overlap| overlap.portions.count() > 0)
    }

    /// Whether answers stand in their contexts.
    #[must_use]
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Samples to look at.
    #[must_use]
    pub fn shown(&self) -> &Shown {
        &self.shown
    }
}

/// `json` as a value; of what is nested, the texts in it.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Boolean(*truth),
        Json::String(text) => Value::String(text.clone()),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Value::Integer(number),
            (None, Some(number)) => Value::Float(number),
            (None, None) => Value::String(number.to_string()),
        },
        Json::Array(_) | Json::Object(_) => {
            let mut texts = Vec::new();
            gather(json, &mut texts);
            Value::List(texts)
        }
    }
}

fn gather(json: &Json, texts: &mut Vec<String>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| gather(item, texts)),
        Json::Object(object) => object.values().for_each(|item| gather(item, texts)),
        Json::Null => {}
        Json::String(text) => texts.push(text.clone()),
        Json::Bool(_) | Json::Number(_) => texts.push(json.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn statistics(samples: &[Json]) -> Statistics {
        let mut statistics = Statistics::new(&[], Comparison::default());
        for sample in samples {
            statistics.take(sample.as_object().expect("an object"));
        }
        statistics
    }

    #[test]
    fn repetitions_are_counted_whatever_the_order_of_keys_and_the_origin() {
        let text = "the keeper lit the great lamp of the old tower every night of the long winter, \
                    and nobody who sailed by it in those years ever learned his name";
        let statistics = statistics(&[
            json!({"a": text, "b": 1, "_request": 1}),
            json!({"b": 1, "a": text, "_request": 2}),
            json!({"a": format!("{text} there"), "b": 2}),
            json!({"a": "something else entirely", "b": 1}),
        ]);
        let repetitions = statistics.repetitions();
        assert_eq!(
            (repetitions.compared, repetitions.exact, repetitions.near),
            (4, 1, 1)
        );
    }

    #[test]
    fn columns_come_and_go_and_have_a_bound() {
        let mut wide = Map::new();
        for number in 0..30 {
            wide.insert(format!("c{number}"), json!(number));
        }
        let statistics = statistics(&[json!({"a": "x"}), json!({"b": null}), json!(wide)]);
        let columns = statistics.columns();
        assert_eq!((columns[0].filled, columns[1].filled), (1, 0));
        assert!(columns.len() == MOST_COLUMNS && statistics.omits_columns());
    }

    #[test]
    fn texts_of_nested_values_are_texts_of_their_column() {
        let message = json!({"messages": [{"role": "user", "content": "Who lit the lamp?"}]});
        let statistics = statistics(&[message]);
        assert_eq!(statistics.columns()[0].texts.lengths.quantile(1.0), 5);
    }
}
