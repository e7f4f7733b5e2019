//! What is most frequent among any number of texts, in bounded memory.

use std::collections::HashMap;

/// Texts that are counted beside each other.
const MOST: usize = 10_000;

/// The same where only the most frequent ones matter.
const FEW: usize = 1_000;

/// Counts of the frequent ones among many texts.
///
/// Lossy counting (Manku and Motwani 2002): when there are too many texts, the
/// rarest are forgotten, so that a count may be too low by as many as
/// [`missed`](Self::missed).
#[derive(Debug)]
pub struct Counter {
    counts: HashMap<String, Count>,
    most: usize,
    missed: u64,
}

/// How often a text came since it was known last, and may have come before.
#[derive(Debug)]
struct Count {
    since: u64,
    before: u64,
}

impl Default for Counter {
    fn default() -> Self {
        Self::of(MOST)
    }
}

impl Counter {
    /// One that takes little memory, and is less exact.
    pub(super) fn small() -> Self {
        Self::of(FEW)
    }

    fn of(most: usize) -> Self {
        Self {
            counts: HashMap::new(),
            most,
            missed: 0,
        }
    }

    /// Counts `text` once more.
    pub(super) fn add(&mut self, text: String) {
        let before = self.missed;
        let count = self.counts.entry(text);
        count.or_insert(Count { since: 0, before }).since += 1;
        while self.counts.len() > self.most {
            self.missed += 1;
            let missed = self.missed;
            self.counts
                .retain(|_, count| count.since + count.before > missed);
        }
    }

    /// By how many a count may be too low.
    #[must_use]
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// The texts counted twice or more, the most frequent first.
    pub(super) fn repeated(&self) -> Vec<(&str, u64)> {
        let counts = self
            .counts
            .iter()
            .map(|(text, count)| (&**text, count.since));
        let mut repeated: Vec<_> = counts.filter(|(_, count)| *count > 1).collect();
        repeated.sort_unstable_by(|(a, more), (b, fewer)| fewer.cmp(more).then(a.cmp(b)));
        repeated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frequent_are_found_among_more_than_can_be_counted() {
        let mut counter = Counter::default();
        for number in 0..40 * MOST {
            counter.add(number.to_string());
            // One that comes late, and often in each round.
            if number >= 30 * MOST && number % 400 == 0 {
                counter.add("often".to_owned());
            }
        }
        assert!(counter.counts.len() <= MOST);
        let (text, count) = counter.repeated()[0];
        assert_eq!(text, "often");
        assert!((count..=count + counter.missed()).contains(&250), "{count}");
    }

    #[test]
    fn few_texts_are_counted_exactly_and_sorted() {
        let mut counter = Counter::default();
        for text in ["b", "a", "c", "a", "b", "a"] {
            counter.add(text.to_owned());
        }
        assert_eq!(counter.repeated(), [("a", 3), ("b", 2)]);
        assert_eq!(counter.missed(), 0);
    }
}
