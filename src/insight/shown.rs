//! The samples that a person may look at: some of all, the shortest and the
//! longest.

use crate::sample::Value;

use super::reservoir::Reservoir;

/// Samples of each kind.
const MOST_OF_ALL: usize = 60;
const MOST_EXTREME: usize = 5;

/// Characters of a value that are kept.
const MOST_CHARS: usize = 2_000;

/// A sample to look at.
#[derive(Debug, Clone)]
pub struct Card {
    /// Its number in the data, from 1.
    pub number: u64,
    /// Its words.
    pub words: u64,
    /// Its values by the number of their column, cut where they are long.
    pub values: Vec<(usize, String)>,
}

impl Card {
    fn new(number: u64, words: u64, values: &[Value]) -> Self {
        let shown = values.iter().map(shown).enumerate();
        Self {
            number,
            words,
            values: shown.filter(|(_, text)| !text.is_empty()).collect(),
        }
    }
}

/// The samples.
#[derive(Debug)]
pub struct Shown {
    some: Reservoir<Card>,
    shortest: Vec<Card>,
    longest: Vec<Card>,
}

impl Shown {
    pub(super) fn new() -> Self {
        Self {
            some: Reservoir::new(MOST_OF_ALL),
            shortest: Vec::new(),
            longest: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, number: u64, words: u64, values: &[Value]) {
        let card = || Card::new(number, words, values);
        self.some.offer(card);
        keep(&mut self.shortest, words, |other| words < other, card);
        keep(&mut self.longest, words, |other| words > other, card);
    }

    /// Some of all, by their numbers.
    #[must_use]
    pub fn some(&self) -> Vec<&Card> {
        let mut some: Vec<_> = self.some.chosen().iter().collect();
        some.sort_unstable_by_key(|card| card.number);
        some
    }

    /// Whether these are all.
    #[must_use]
    pub fn has_all(&self) -> bool {
        self.some.has_all()
    }

    /// Those with the fewest words, the shortest first.
    #[must_use]
    pub fn shortest(&self) -> &[Card] {
        &self.shortest
    }

    /// Those with the most words, the longest first.
    #[must_use]
    pub fn longest(&self) -> &[Card] {
        &self.longest
    }
}

/// Puts a card with so many `words` where it belongs among the most extreme ones.
fn keep(
    cards: &mut Vec<Card>,
    words: u64,
    is_before: impl Fn(u64) -> bool,
    card: impl Fn() -> Card,
) {
    debug_assert!(!is_before(words), "equal ones stay in their order");
    let place = cards.partition_point(|other| !is_before(other.words));
    if place < MOST_EXTREME {
        cards.insert(place, card());
        cards.truncate(MOST_EXTREME);
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => cut(text),
        Value::List(texts) => cut(&texts.join("\n")),
        Value::Messages(messages) => {
            let lines = messages
                .iter()
                .map(|it| format!("{}: {}", it.role.name(), it.content));
            cut(&lines.collect::<Vec<_>>().join("\n"))
        }
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(truth) => truth.to_string(),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_and_the_longest_are_kept_in_order() {
        let mut shown = Shown::new();
        for (number, words) in (1..).zip([9, 3, 7, 1, 8, 3, 5, 2]) {
            shown.take(number, words, &[Value::Integer(1)]);
        }
        let numbers = |cards: &[Card]| cards.iter().map(|card| card.number).collect::<Vec<_>>();
        assert_eq!(numbers(shown.shortest()), [4, 8, 2, 6, 7]);
        assert_eq!(numbers(shown.longest()), [1, 5, 3, 7, 2]);
        assert!(shown.has_all() && shown.some().len() == 8);
    }
}
