//! How long texts are, in words.

use std::collections::BTreeMap;

/// Up to this length they are told apart; beyond, to three digits.
const EXACT: u64 = 1_000;

/// Texts by their length.
#[derive(Debug, Default)]
pub struct Lengths {
    by_length: BTreeMap<u64, u64>,
    texts: u64,
}

impl Lengths {
    pub(super) fn add(&mut self, words: u64) {
        *self.by_length.entry(rounded(words)).or_default() += 1;
        self.texts += 1;
    }

    /// The least length that a `part` of the texts, 0 to 1, do not exceed.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank among texts"
    )]
    pub fn quantile(&self, part: f64) -> u64 {
        let rank = ((self.texts as f64 * part).ceil() as u64).max(1);
        let mut texts = 0;
        let length = self.by_length.iter().find(|(_, count)| {
            texts += **count;
            texts >= rank
        });
        length.map_or(0, |(length, _)| *length)
    }

    /// Each length and its texts, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.by_length
            .iter()
            .map(|(length, texts)| (*length, *texts))
    }
}

fn rounded(words: u64) -> u64 {
    let mut unit = 1;
    while words / unit >= EXACT {
        unit *= 10;
    }
    words / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_lengths_that_occur() {
        let mut lengths = Lengths::default();
        (1..=100).for_each(|words| lengths.add(words));
        assert_eq!(
            [0.0, 0.05, 0.5, 0.95, 1.0].map(|part| lengths.quantile(part)),
            [1, 5, 50, 95, 100]
        );
        assert_eq!(Lengths::default().quantile(0.5), 0);
    }

    #[test]
    fn long_texts_are_counted_to_three_digits() {
        assert_eq!([999, 1_234, 98_765].map(rounded), [999, 1_230, 98_700]);
    }
}
