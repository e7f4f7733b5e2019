//! How many samples of each class are wanted, are there, and are on their way.

use std::iter::zip;

/// The classes of the samples of a run. The numbers of what is wanted of each
/// add up to the target.
#[derive(Debug, Clone)]
pub(super) struct Quotas {
    wanted: Vec<u64>,
    written: Vec<u64>,
    outstanding: Vec<u64>,
}

impl Quotas {
    /// Quotas for `target` samples in these `shares`, of which one at least is
    /// above zero.
    pub(super) fn new(target: u64, shares: &[f64]) -> Self {
        Self {
            wanted: divided(target, shares, 0),
            written: vec![0; shares.len()],
            outstanding: vec![0; shares.len()],
        }
    }

    /// Samples on disk, by class.
    pub(super) fn written(&self) -> &[u64] {
        &self.written
    }

    /// Whether there are enough samples of `class`, `taken` ones among them that
    /// are not written yet.
    pub(super) fn is_full(&self, class: usize, taken: u64) -> bool {
        self.written[class] + taken >= self.wanted[class]
    }

    /// Samples that are to be asked for if of those that are outstanding the
    /// part `expected_yield` will be written.
    pub(super) fn uncovered(&self, expected_yield: f64) -> f64 {
        self.needs(expected_yield).sum()
    }

    fn needs(&self, expected_yield: f64) -> impl Iterator<Item = f64> {
        #![expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        (0..self.wanted.len()).map(move |class| {
            let missing = self.wanted[class].saturating_sub(self.written[class]);
            (missing as f64 - self.outstanding[class] as f64 * expected_yield).max(0.0)
        })
    }

    /// `count` samples of a request, by class, as they are needed most; whom
    /// what is left over goes to is decided by the `number` of the request.
    pub(super) fn divide(&self, count: usize, expected_yield: f64, number: u64) -> Vec<u64> {
        let needs: Vec<f64> = self.needs(expected_yield).collect();
        if needs.iter().any(|need| *need > 0.0) {
            return divided(count as u64, &needs, number);
        }
        // All is on its way; should some of it not come, it may be any.
        let missing: Vec<f64> = self.needs(0.0).collect();
        divided(count as u64, &missing, number)
    }

    /// A request for `asked` samples by class goes out.
    pub(super) fn ask(&mut self, asked: &[u64]) {
        for (outstanding, asked) in zip(&mut self.outstanding, asked) {
            *outstanding += asked;
        }
    }

    /// Such a request came to its end.
    pub(super) fn end(&mut self, asked: &[u64]) {
        for (outstanding, asked) in zip(&mut self.outstanding, asked) {
            *outstanding -= asked;
        }
    }

    /// Every request still under way is given up.
    pub(super) fn give_up(&mut self) {
        self.outstanding.fill(0);
    }

    /// A sample of `class` was written.
    pub(super) fn write(&mut self, class: usize) {
        self.written[class] += 1;
    }
}

/// `whole` in parts as large as `shares`, by the largest remainder; ties go to
/// classes from `turn` on.
fn divided(whole: u64, shares: &[f64], turn: u64) -> Vec<u64> {
    #![expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive, and far below 2^52"
    )]
    let all: f64 = shares.iter().sum();
    let due: Vec<f64> = shares.iter().map(|it| whole as f64 * it / all).collect();
    let mut parts: Vec<u64> = due.iter().map(|due| due.floor() as u64).collect();
    let classes = shares.len();
    let turn = (turn % classes as u64) as usize;
    let mut order: Vec<usize> = (0..classes).map(|it| (it + turn) % classes).collect();
    order.retain(|class| shares[*class] > 0.0);
    order.sort_by(|a, b| due[*b].fract().total_cmp(&due[*a].fract()));
    let rest = whole.saturating_sub(parts.iter().sum());
    for class in order.iter().cycle().take(rest as usize) {
        parts[*class] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_target_is_divided_as_the_shares_say() {
        assert_eq!(Quotas::new(100, &[1.0; 3]).wanted, [34, 33, 33]);
        assert_eq!(Quotas::new(10, &[0.5, 0.3, 0.2]).wanted, [5, 3, 2]);
        assert_eq!(Quotas::new(7, &[1.0, 0.0, 1.0]).wanted, [4, 0, 3]);
    }

    #[test]
    fn a_request_is_for_what_is_needed_most() {
        let mut quotas = Quotas::new(30, &[1.0; 3]);
        assert_eq!(quotas.divide(5, 1.0, 0), [2, 2, 1]);
        assert_eq!(quotas.divide(5, 1.0, 1), [1, 2, 2]);
        for _ in 0..10 {
            quotas.write(0);
        }
        quotas.ask(&[0, 10, 0]);
        assert_eq!(quotas.divide(5, 1.0, 0), [0, 0, 5]);
        assert!(quotas.is_full(0, 0));
        assert!(!quotas.is_full(1, 9));
        quotas.ask(&[0, 0, 10]);
        assert_eq!(quotas.divide(4, 1.0, 0), [0, 2, 2]);
    }

    proptest! {
        #[test]
        fn parts_add_up(whole in 0..100_000_u64, shares in prop::collection::vec(0.0..9.0_f64, 1..12), turn in 0..9_u64) {
            prop_assume!(shares.iter().any(|share| *share > 0.0));
            let parts = divided(whole, &shares, turn);
            prop_assert_eq!(parts.iter().sum::<u64>(), whole);
            for (part, share) in zip(&parts, &shares) {
                prop_assert!(*share > 0.0 || *part == 0);
            }
        }
    }
}
