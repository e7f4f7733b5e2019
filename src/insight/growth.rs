//! How a run grew.

use crate::generate::Step;

/// Points of a curve, at most twice as many.
const MOST_POINTS: usize = 200;

/// Samples written by the requests that had ended.
#[derive(Debug, Default)]
pub struct Growth {
    points: Vec<(u64, u64)>,
    requests: u64,
    written: u64,
    /// Steps from point to point, and those since the last one.
    stride: u64,
    steps: u64,
}

impl Growth {
    /// Takes in the next step.
    pub fn take(&mut self, step: &Step) {
        self.requests += step.traffic.ended;
        self.written += step.written;
        self.steps += 1;
        if self.steps >= self.stride {
            self.steps = 0;
            self.points.push((self.requests, self.written));
        }
        if self.points.len() == 2 * MOST_POINTS {
            self.stride = 2 * self.stride.max(1);
            let mut number = 0;
            self.points.retain(|_| {
                number += 1;
                number % 2 == 0
            });
        }
    }

    /// Requests so far, and samples written by then.
    #[must_use]
    pub fn points(&self) -> Vec<(u64, u64)> {
        let last = (self.requests, self.written);
        let mut points = self.points.clone();
        if points.last() != Some(&last) {
            points.push(last);
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::Traffic;

    #[test]
    fn a_long_curve_keeps_its_end_and_few_points() {
        let mut growth = Growth::default();
        for _ in 0..10_001 {
            growth.take(&Step {
                traffic: Traffic {
                    ended: 1,
                    ..Traffic::default()
                },
                written: 20,
                ..Step::default()
            });
        }
        let points = growth.points();
        assert!(
            (MOST_POINTS / 2..=2 * MOST_POINTS).contains(&points.len()),
            "{}",
            points.len()
        );
        assert_eq!(points.last(), Some(&(10_001, 200_020)));
        assert!(points.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
