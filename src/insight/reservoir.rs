//! A fair choice among any number of things.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// The seed of every choice: the same file gives the same report.
const SEED: u64 = 1;

/// So many things, each as likely as any other (Vitter's algorithm R).
#[derive(Debug)]
pub struct Reservoir<T> {
    chosen: Vec<T>,
    most: usize,
    seen: usize,
    rng: StdRng,
}

impl<T> Reservoir<T> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            chosen: Vec::new(),
            most,
            seen: 0,
            rng: StdRng::seed_from_u64(SEED),
        }
    }

    /// Offers one more thing, which is `made` if it is chosen.
    pub(super) fn offer(&mut self, made: impl FnOnce() -> T) {
        self.seen += 1;
        if self.chosen.len() < self.most {
            self.chosen.push(made());
            return;
        }
        let place = self.rng.random_range(0..self.seen);
        if let Some(chosen) = self.chosen.get_mut(place) {
            *chosen = made();
        }
    }

    /// What was chosen.
    #[must_use]
    pub fn chosen(&self) -> &[T] {
        &self.chosen
    }

    /// Whether everything that was offered was chosen.
    #[must_use]
    pub fn has_all(&self) -> bool {
        self.seen <= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_a_long_row_is_chosen_from() {
        let mut reservoir = Reservoir::new(100);
        for number in 0..10_000 {
            reservoir.offer(|| number);
        }
        assert!(!reservoir.has_all());
        for part in 0..4 {
            let of_part = |number: &&i32| **number / 2_500 == part;
            let chosen = reservoir.chosen().iter().filter(of_part).count();
            assert!((10..=40).contains(&chosen), "{chosen} of part {part}");
        }
    }
}
