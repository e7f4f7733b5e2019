//! Samples of the user: shown to the model, and never written.

use std::ops::Range;
use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::sample::{Field, Sample, Value};

use super::dedup::{self, Dedup, Duplicates, Novelty};

/// Most examples in one request.
const MOST_SHOWN: usize = 3;

/// Most characters of the examples in one request.
const MOST_CHARACTERS: usize = 1_500;

/// Samples of the user, each once.
#[derive(Debug, Clone, PartialEq)]
pub struct Examples {
    samples: Vec<Sample>,
    /// Those that are short enough to be shown, as JSON.
    lines: Vec<Arc<str>>,
    /// Index of the field that passages fill: not shown, and not compared.
    filled: Option<usize>,
    /// Indices of the written values that are labels.
    labels: Vec<usize>,
}

impl Examples {
    /// Those among `samples` of `fields`; `filled` is the field that passages
    /// fill instead of the model.
    #[must_use]
    pub fn new(mut samples: Vec<Sample>, fields: &[Field], filled: Option<&str>) -> Self {
        let mut seen = Dedup::new(Duplicates::Exact, samples.len(), None);
        samples.retain(|sample| seen.novelty(&sample.values) == Novelty::New);
        let filled = fields
            .iter()
            .position(|field| filled == Some(field.name.as_str()));
        let mut fields = fields.to_vec();
        filled.map(|index| fields.remove(index));
        let lines = samples.iter().map(|sample| {
            let values = written(&sample.values, filled);
            let json = serde_json::to_string(&Sample { values }.named(&fields));
            json.expect("plain values")
        });
        Self {
            lines: lines
                .filter(|line| line.chars().count() <= MOST_CHARACTERS)
                .map(Arc::from)
                .collect(),
            labels: dedup::labels(&fields).collect(),
            samples,
            filled,
        }
    }

    /// All of them.
    #[must_use]
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// How many are short enough to be shown.
    #[must_use]
    pub fn shown(&self) -> usize {
        self.lines.len()
    }
}

/// The values that the model writes.
fn written(values: &[Value], filled: Option<usize>) -> Vec<Value> {
    let mut values = values.to_vec();
    filled.map(|index| values.remove(index));
    values
}

/// What tells a copy of an example.
#[derive(Debug)]
pub(super) struct Originals {
    known: Dedup,
    filled: Option<usize>,
}

impl Originals {
    /// A copy is what is among `duplicates` of one.
    pub(super) fn new(examples: &Examples, duplicates: Duplicates) -> Self {
        let Examples {
            samples,
            filled,
            labels,
            ..
        } = examples;
        let mut known = Dedup::new(duplicates, samples.len(), labels.iter().copied());
        for sample in samples {
            known.novelty(&written(&sample.values, *filled));
        }
        Self {
            known,
            filled: *filled,
        }
    }

    /// Whether the `values` of a sample are those of an example, or nearly so.
    pub(super) fn have(&self, values: &[Value]) -> bool {
        self.known.has(&written(values, self.filled))
    }
}

/// The examples of all requests, in an order that the seed decides: all are
/// shown before one is shown again.
#[derive(Debug, Default)]
pub(super) struct Hands {
    lines: Vec<Arc<str>>,
    hands: Vec<Range<usize>>,
}

impl Hands {
    pub(super) fn new(examples: &Examples, seed: u64) -> Self {
        let mut lines = examples.lines.clone();
        lines.shuffle(&mut StdRng::seed_from_u64(seed));
        let mut hands: Vec<Range<usize>> = Vec::new();
        let mut characters = 0;
        for (index, line) in lines.iter().enumerate() {
            let length = line.chars().count();
            match hands.last_mut() {
                Some(hand) if hand.len() < MOST_SHOWN && characters + length <= MOST_CHARACTERS => {
                    hand.end += 1;
                    characters += length;
                }
                _ => {
                    hands.push(index..index + 1);
                    characters = length;
                }
            }
        }
        Self { lines, hands }
    }

    /// The examples of batch `number`, as JSON; none if there are none.
    pub(super) fn of(&self, number: u64) -> &[Arc<str>] {
        match self.hands.len() as u64 {
            0 => &[],
            hands => {
                let index = usize::try_from(number % hands).expect("below a length");
                &self.lines[self.hands[index].clone()]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sample::FieldKind;

    fn examples(answers: &[String], filled: Option<&str>) -> Examples {
        let fields = ["context", "answer"].map(|name| Field::new(name, FieldKind::String, "text"));
        let samples = answers.iter().map(|answer| Sample {
            values: vec![Value::String("c".into()), Value::String(answer.clone())],
        });
        Examples::new(samples.collect(), &fields, filled)
    }

    fn numbered(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("a{number}")).collect()
    }

    #[test]
    fn all_are_shown_before_one_is_shown_again() {
        let hands = Hands::new(&examples(&numbered(10), None), 1);
        let sizes: Vec<_> = (0..5).map(|number| hands.of(number).len()).collect();
        assert_eq!(sizes, [3, 3, 3, 1, 3]);
        let shown: BTreeSet<_> = (0..4).flat_map(|number| hands.of(number)).collect();
        assert_eq!(shown.len(), 10);
        assert_eq!(hands.of(4), hands.of(0));
    }

    #[test]
    fn the_seed_decides_their_order() {
        let examples = examples(&numbered(10), None);
        let first = |seed| Hands::new(&examples, seed).of(0).to_vec();
        assert_eq!(first(1), first(1));
        assert_ne!(first(1), first(2));
    }

    #[test]
    fn long_ones_are_fewer_and_too_long_ones_are_not_shown() {
        // The keys and quotation marks are 25 characters.
        let long = ["é".repeat(800), "ü".repeat(800), "ö".repeat(1_474)];
        let examples = examples(&long, None);
        assert_eq!((examples.samples().len(), examples.shown()), (3, 2));
        let hands = Hands::new(&examples, 1);
        assert_eq!((hands.of(0).len(), hands.of(1).len()), (1, 1));
    }

    #[test]
    fn repeated_ones_are_taken_once() {
        let twice = ["a".to_owned(), "a".to_owned()];
        assert_eq!(examples(&twice, None).samples().len(), 1);
    }

    #[test]
    fn what_passages_fill_is_neither_shown_nor_compared() {
        let filled = examples(&numbered(1), Some("context"));
        assert_eq!(*Hands::new(&filled, 1).of(7)[0], *r#"{"answer":"a0"}"#);
        let [passage, answer] = ["a passage", "a0"].map(|text| Value::String(text.into()));
        let values = [passage, answer];
        let originals = |examples| Originals::new(examples, Duplicates::Exact);
        assert!(originals(&filled).have(&values));
        assert!(!originals(&examples(&numbered(1), None)).have(&values));
    }

    #[test]
    fn without_any_there_are_none() {
        assert!(Hands::default().of(3).is_empty());
    }
}
