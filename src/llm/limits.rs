//! What a server's headers say of its limits: how much is left, and until when.
//!
//! Reads no clock and waits for nothing. What is malformed was not told.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::HeaderMap;

use super::delay;

/// A plain number from here on is a moment in seconds since 1970, not a delay.
const LEAST_EPOCH_SECONDS: f64 = 1e9;

/// A plain number from here on is such a moment in milliseconds.
const LEAST_EPOCH_MILLISECONDS: f64 = 1e11;

/// What the server's headers say of its limits, after this request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RateLimits {
    /// Of requests.
    pub requests: Option<RateWindow>,
    /// Of tokens.
    pub tokens: Option<RateWindow>,
}

/// One limit and how much of it is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateWindow {
    /// The most that is ever left.
    pub limit: Option<u64>,
    /// What is left now.
    pub remaining: u64,
    /// Until the limit is full again.
    pub reset: Option<Duration>,
}

impl RateLimits {
    /// From `x-ratelimit-remaining-requests` and its like, as `OpenAI` has
    /// them; else from those without `-requests` or without `x-`, which many
    /// gateways have.
    pub(super) fn in_headers(headers: &HeaderMap, now: SystemTime) -> Self {
        let window = |prefix, kind| window(headers, prefix, kind, now);
        let told = Self {
            requests: window("x-ratelimit-", "-requests"),
            tokens: window("x-ratelimit-", "-tokens"),
        };
        if told != Self::default() {
            return told;
        }
        Self {
            requests: window("x-ratelimit-", "").or_else(|| window("ratelimit-", "")),
            tokens: None,
        }
    }

    /// After a refusal: how long until another request may pass.
    ///
    /// The longest reset of what is used up. If nothing is, it is the tokens:
    /// a request that is left lets one through, but the tokens that are left
    /// may be too few for this one.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let windows = [self.requests, self.tokens].into_iter().flatten();
        let used_up = windows.filter(|window| window.remaining == 0);
        used_up
            .filter_map(|window| window.reset)
            .max()
            .or(self.tokens.and_then(|tokens| tokens.reset))
    }
}

fn window(headers: &HeaderMap, prefix: &str, kind: &str, now: SystemTime) -> Option<RateWindow> {
    let text = |name| {
        let value = headers.get(format!("{prefix}{name}{kind}"))?;
        value.to_str().ok().map(str::trim)
    };
    Some(RateWindow {
        limit: text("limit").and_then(|text| text.parse().ok()),
        remaining: text("remaining")?.parse().ok()?,
        reset: text("reset").and_then(|text| reset(text, now)),
    })
}

/// `6m0s`, `17ms`, seconds as a plain number, or a moment since 1970.
fn reset(text: &str, now: SystemTime) -> Option<Duration> {
    let Ok(number) = text.parse::<f64>() else {
        return delay::leading(text);
    };
    let since_1970 = match number {
        LEAST_EPOCH_MILLISECONDS.. => number / 1000.0,
        LEAST_EPOCH_SECONDS.. => number,
        _ => return Duration::try_from_secs_f64(number).ok(),
    };
    let moment = UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(since_1970).ok()?)?;
    Some(moment.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_795_356_000);

    fn read(pairs: &[(&'static str, &'static str)]) -> RateLimits {
        let pairs = pairs.iter().map(|(name, value)| {
            let value = value.parse().expect("a header value");
            (name.parse().expect("a header name"), value)
        });
        RateLimits::in_headers(&pairs.collect(), UNIX_EPOCH + NOW)
    }

    fn window(limit: Option<u64>, remaining: u64, milliseconds: Option<u64>) -> RateWindow {
        RateWindow {
            limit,
            remaining,
            reset: milliseconds.map(Duration::from_millis),
        }
    }

    #[test]
    fn requests_and_tokens_are_told_apart() {
        let limits = read(&[
            ("x-ratelimit-limit-requests", "60"),
            ("x-ratelimit-remaining-requests", "59"),
            ("x-ratelimit-reset-requests", "1s"),
            ("x-ratelimit-limit-tokens", "150000"),
            ("x-ratelimit-remaining-tokens", "149984"),
            ("x-ratelimit-reset-tokens", "6m0s"),
            ("x-ratelimit-remaining", "1"),
        ]);
        assert_eq!(limits.requests, Some(window(Some(60), 59, Some(1000))));
        assert_eq!(
            limits.tokens,
            Some(window(Some(150_000), 149_984, Some(360_000)))
        );
    }

    #[test]
    fn headers_of_gateways_are_of_requests() {
        for [limit, remaining, reset] in [
            [
                "x-ratelimit-limit",
                "x-ratelimit-remaining",
                "x-ratelimit-reset",
            ],
            ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"],
        ] {
            let limits = read(&[(limit, "100"), (remaining, "0"), (reset, "30")]);
            assert_eq!(limits.requests, Some(window(Some(100), 0, Some(30_000))));
            assert_eq!(limits.tokens, None);
        }
    }

    #[test]
    fn a_reset_is_a_duration_or_a_moment() {
        let cases = [
            ("17ms", Some(17)),
            ("2m59.5s", Some(179_500)),
            ("7", Some(7000)),
            ("0.25", Some(250)),
            ("1795356010", Some(10_000)),
            ("1795356002500", Some(2500)),
            ("1795355999", Some(0)),
            ("-1", None),
            ("NaN", None),
            ("1e300", None),
            ("soon", None),
            ("", None),
        ];
        for (text, milliseconds) in cases {
            let told = reset(text, UNIX_EPOCH + NOW);
            assert_eq!(told, milliseconds.map(Duration::from_millis), "{text}");
        }
    }

    #[test]
    fn what_is_malformed_was_not_told() {
        assert_eq!(read(&[]), RateLimits::default());
        for (name, value) in [
            ("x-ratelimit-remaining-requests", "many"),
            ("x-ratelimit-remaining-requests", "-1"),
            ("x-ratelimit-remaining-tokens", "1.5"),
            ("x-ratelimit-limit-tokens", "7"),
        ] {
            assert_eq!(read(&[(name, value)]), RateLimits::default(), "{name}");
        }
        let limits = read(&[
            ("x-ratelimit-limit-tokens", "?"),
            ("x-ratelimit-remaining-tokens", "5"),
            ("x-ratelimit-reset-tokens", "?"),
        ]);
        assert_eq!(limits.tokens, Some(window(None, 5, None)));
    }

    #[test]
    fn a_refusal_waits_for_what_is_used_up_or_else_for_tokens() {
        let retry_after = |requests, tokens| {
            let limits = RateLimits { requests, tokens };
            limits.retry_after().map(|delay| delay.as_secs())
        };
        let window = |remaining, seconds: u64| Some(window(None, remaining, Some(seconds * 1000)));
        assert_eq!(retry_after(window(0, 1), window(9, 50)), Some(1));
        assert_eq!(retry_after(window(0, 60), window(0, 5)), Some(60));
        assert_eq!(retry_after(window(3, 60), window(9, 5)), Some(5));
        assert_eq!(retry_after(window(3, 60), None), None);
        assert_eq!(retry_after(None, None), None);
    }
}
