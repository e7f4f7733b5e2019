//! How many numbers there are of each size.

use std::collections::BTreeMap;

/// Up to this one they are told apart; beyond, to three digits.
const EXACT: u64 = 1_000;

/// How often each number came, in bounded memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: BTreeMap<u64, u64>,
    all: u64,
}

impl Histogram {
    pub(super) fn add(&mut self, number: u64) {
        *self.counts.entry(rounded(number)).or_default() += 1;
        self.all += 1;
    }

    /// Takes in what `other` counted.
    pub(super) fn merge(&mut self, other: &Self) {
        for (number, count) in &other.counts {
            *self.counts.entry(*number).or_default() += count;
        }
        self.all += other.all;
    }

    /// Whether no number came.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all == 0
    }

    /// The least number that a `part` of all, 0 to 1, do not exceed.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank among numbers"
    )]
    pub fn quantile(&self, part: f64) -> u64 {
        let rank = ((self.all as f64 * part).ceil() as u64).max(1);
        let mut so_far = 0;
        let found = self.counts.iter().find(|(_, count)| {
            so_far += **count;
            so_far >= rank
        });
        found.map_or(0, |(number, _)| *number)
    }

    /// Each number and how often it came, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.counts.iter().map(|(number, count)| (*number, *count))
    }
}

fn rounded(number: u64) -> u64 {
    let mut unit = 1;
    while number / unit >= EXACT {
        unit *= 10;
    }
    number / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_numbers_that_occur() {
        let mut histogram = Histogram::default();
        (1..=100).for_each(|number| histogram.add(number));
        assert_eq!(
            [0.0, 0.05, 0.5, 0.95, 1.0].map(|part| histogram.quantile(part)),
            [1, 5, 50, 95, 100]
        );
        assert_eq!(Histogram::default().quantile(0.5), 0);
    }

    #[test]
    fn large_numbers_are_counted_to_three_digits() {
        assert_eq!([999, 1_234, 98_765].map(rounded), [999, 1_230, 98_700]);
    }
}
