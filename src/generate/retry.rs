//! How long to wait before another attempt when the server does not say.

use std::time::Duration;

use rand::RngExt as _;

/// The longest first pause; each further one may be twice as long.
const FIRST: Duration = Duration::from_millis(500);

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(30);

/// The pause before retry number `retry` (from 0): exponential, with full
/// jitter, so that attempts that failed together do not come back together.
pub(super) fn pause(retry: u32) -> Duration {
    longest(retry).mul_f64(rand::rng().random_range(0.0..=1.0))
}

fn longest(retry: u32) -> Duration {
    FIRST.saturating_mul(1 << retry.min(16)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit() {
        let longest = [0, 1, 3, 6, 40].map(|retry| longest(retry).as_millis());
        assert_eq!(longest, [500, 1_000, 4_000, 30_000, 30_000]);
    }

    #[test]
    fn pauses_have_full_jitter() {
        let pauses: Vec<_> = (0..1_000).map(|_| pause(2).as_millis()).collect();
        assert!(pauses.iter().any(|pause| *pause < 500));
        assert!(pauses.iter().any(|pause| *pause > 1_500));
        assert!(pauses.iter().all(|pause| *pause <= 2_000));
    }
}
