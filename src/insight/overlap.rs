//! Which words two columns of a sample share.

use crate::sample::Value;

use super::portions::Portions;
use super::words::Words;

/// What a column with texts is to the other column of its pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The same meaning, or an answer.
    Positive,
    /// Another meaning, or no answer.
    Negative,
    /// A hypothesis about the other.
    Hypothesis,
    /// As near in meaning as a score says.
    Scored,
    /// A worse response to the same prompt.
    Worse,
}

/// Columns that are compared wherever a file has them.
const PAIRS: [([&str; 2], Relation); 7] = [
    (["anchor", "positive"], Relation::Positive),
    (["anchor", "negative"], Relation::Negative),
    (["query", "positive"], Relation::Positive),
    (["query", "negatives"], Relation::Negative),
    (["premise", "hypothesis"], Relation::Hypothesis),
    (["sentence1", "sentence2"], Relation::Scored),
    (["chosen", "rejected"], Relation::Worse),
];

/// The words that two columns share.
#[derive(Debug)]
pub struct Overlap {
    /// Their names.
    pub columns: [&'static str; 2],
    /// What the second is to the first.
    pub relation: Relation,
    /// Of the different words of the shorter text, the part that the other has
    /// too (Szymkiewicz-Simpson).
    pub portions: Portions,
}

impl Overlap {
    /// Of all pairs that may occur, none of which did yet.
    pub(super) fn of_pairs() -> Vec<Self> {
        let pairs = PAIRS.into_iter();
        let overlaps = pairs.map(|(columns, relation)| Self {
            columns,
            relation,
            portions: Portions::default(),
        });
        overlaps.collect()
    }

    /// Takes in the next sample, whose values are called by their columns; each
    /// text of a list is compared with the other text.
    pub(super) fn take<'a>(&mut self, value: impl Fn(&str) -> Option<&'a Value>) {
        let [Some(first), Some(second)] = self.columns.map(value) else {
            return;
        };
        let [first, second] = [first, second].map(words_of_texts);
        let first: Vec<_> = first.iter().map(Words::different).collect();
        for second in second.iter().map(Words::different) {
            for first in &first {
                let shorter = first.len().min(second.len());
                if shorter > 0 {
                    self.portions
                        .add(first.intersection(&second).count(), shorter);
                }
            }
        }
    }
}

fn words_of_texts(value: &Value) -> Vec<Words> {
    texts(value).iter().map(|text| Words::of(text)).collect()
}

/// The texts of `value`; a cell of CSV may hold a list of them as JSON.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::List(texts) => texts.clone(),
        Value::String(text) => {
            let list = Some(text).filter(|text| text.starts_with('['));
            let list = list.and_then(|text| serde_json::from_str(text).ok());
            list.unwrap_or_else(|| vec![text.clone()])
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_shorter_text_count_and_each_text_of_a_list() {
        let mut overlaps = Overlap::of_pairs();
        let query = Value::String("Who lit the lamp?".to_owned());
        let lists = [
            Value::List(vec![
                "The keeper lit the lamp, late".to_owned(),
                "Oil".to_owned(),
            ]),
            Value::String("[\"the WHO\"]".to_owned()),
        ];
        for negatives in &lists {
            for overlap in &mut overlaps {
                overlap.take(|name| match name {
                    "query" => Some(&query),
                    "negatives" => Some(negatives),
                    _ => None,
                });
            }
        }
        let found: Vec<_> = overlaps
            .iter()
            .filter(|it| it.portions.count() > 0)
            .collect();
        assert_eq!(found.len(), 1);
        let portions = &found[0].portions;
        assert_eq!(found[0].columns, ["query", "negatives"]);
        assert_eq!(portions.count(), 3);
        let quantiles = [0.0, 0.5, 1.0].map(|part| portions.quantile(part));
        assert!(
            quantiles
                .iter()
                .zip([0.0, 0.75, 1.0])
                .all(|(a, b)| (a - b).abs() < 1e-9)
        );
    }
}
