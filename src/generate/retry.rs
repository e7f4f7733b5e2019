//! How long to wait before another attempt.

use std::time::Duration;

use rand::RngExt as _;

/// The first pause; each further one is twice as long.
const FIRST: Duration = Duration::from_millis(500);

/// The longest pause of our own.
const LONGEST: Duration = Duration::from_secs(30);

/// The longest pause that is waited for when a server asks for it. A quota
/// that comes back later than this ends the run instead.
pub(super) const LONGEST_ASKED: Duration = Duration::from_secs(600);

/// The pause before retry number `retry` (from 0): exponential with jitter
/// over its upper half, and never shorter than what the server asked for.
pub(super) fn pause(retry: u32, asked: Option<Duration>) -> Duration {
    let full = FIRST.saturating_mul(1 << retry.min(16)).min(LONGEST);
    let jittered = full.mul_f64(rand::rng().random_range(0.5..=1.0));
    jittered.max(asked.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit() {
        for (retry, least, most) in [
            (0, 250, 500),
            (1, 500, 1_000),
            (3, 2_000, 4_000),
            (40, 15_000, 30_000),
        ] {
            let pause = pause(retry, None).as_millis();
            assert!(
                (least..=most).contains(&pause),
                "{pause} ms before retry {retry}"
            );
        }
    }

    #[test]
    fn a_server_is_given_the_pause_it_asks_for() {
        assert_eq!(
            pause(0, Some(Duration::from_secs(45))),
            Duration::from_secs(45)
        );
        assert!(pause(5, Some(Duration::from_millis(1))) >= Duration::from_secs(8));
    }
}
