//! Any number of parts of a whole, 0 to 1, to one in a hundred.

/// Steps from 0 to 1.
const STEPS: usize = 100;

/// Parts by their size.
#[derive(Debug)]
pub struct Portions {
    counts: [u64; STEPS + 1],
    sum: f64,
}

impl Default for Portions {
    fn default() -> Self {
        Self {
            counts: [0; STEPS + 1],
            sum: 0.0,
        }
    }
}

impl Portions {
    /// Takes in the part that `count` is of `all`, which is above zero.
    #[expect(clippy::cast_precision_loss, reason = "words of a text")]
    pub(super) fn add(&mut self, count: usize, all: usize) {
        self.counts[(STEPS * count + all / 2) / all] += 1;
        self.sum += count as f64 / all as f64;
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Their mean; 0 of none.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a count of samples")]
    pub fn mean(&self) -> f64 {
        self.sum / self.count().max(1) as f64
    }

    /// The least size that a `part` of them, 0 to 1, do not exceed.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank, and steps"
    )]
    pub fn quantile(&self, part: f64) -> f64 {
        let rank = ((self.count() as f64 * part).ceil() as u64).max(1);
        let mut count = 0;
        let step = self.counts.iter().position(|more| {
            count += more;
            count >= rank
        });
        step.unwrap_or_default() as f64 / STEPS as f64
    }

    /// How many there are in each twentieth from 0 to 1.
    #[must_use]
    pub fn twentieths(&self) -> Vec<u64> {
        let (last, counts) = self.counts.split_last().expect("a hundred and one");
        let mut bins: Vec<u64> = counts
            .chunks(STEPS / 20)
            .map(|it| it.iter().sum())
            .collect();
        if let Some(bin) = bins.last_mut() {
            *bin += last;
        }
        bins
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_sizes_that_occur_and_the_whole_is_in_the_last_bin() {
        let mut portions = Portions::default();
        for count in [0, 1, 2, 3, 3] {
            portions.add(count, 3);
        }
        let quartiles = [0.25, 0.5, 0.75].map(|part| portions.quantile(part));
        assert!(
            quartiles
                .iter()
                .zip([0.33, 0.67, 1.0])
                .all(|(a, b)| (a - b).abs() < 1e-9),
            "{quartiles:?}"
        );
        assert!((portions.mean() - 0.6).abs() < 1e-9);
        let bins = portions.twentieths();
        assert_eq!((bins.len(), bins[0], bins[6], bins[19]), (20, 1, 1, 2));
    }
}
