//! How long a server asks to wait, in each of the ways servers say it.
//!
//! Does not wait.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};

/// What the headers say: `retry-after-ms`, or `retry-after` in seconds or as
/// the date of an HTTP header. A date that has passed is no delay.
pub(super) fn in_headers(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(milliseconds) = text("retry-after-ms").and_then(|text| text.parse::<f64>().ok()) {
        return Duration::try_from_secs_f64(milliseconds / 1000.0).ok();
    }
    let text = text(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// What a sentence says: "Please retry in 20h17m16.2s", "try again in 1.5s".
pub(super) fn in_sentence(text: &str) -> Option<Duration> {
    let text = text.to_ascii_lowercase();
    ["retry in ", "try again in ", "retry after "]
        .iter()
        .filter_map(|phrase| text.split_once(phrase))
        .find_map(|(_, rest)| leading(rest))
}

/// The duration that `text` begins with: `37s`, `20h17m16.2s`, `13.29ms`, `6 seconds`.
pub(super) fn leading(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut seconds = None;
    while let Some((part, after)) = leading_part(rest) {
        seconds = Some(seconds.unwrap_or(0.0) + part);
        rest = after;
    }
    Duration::try_from_secs_f64(seconds?).ok()
}

/// Seconds of the number and unit that `text` begins with, and what follows.
fn leading_part(text: &str) -> Option<(f64, &str)> {
    const UNITS: [(&str, f64); 4] = [("ms", 0.001), ("h", 3600.0), ("m", 60.0), ("s", 1.0)];
    let end = text.find(|character: char| !character.is_ascii_digit() && character != '.')?;
    let amount: f64 = text[..end].parse().ok()?;
    let rest = text[end..].trim_start();
    let (unit, seconds) = UNITS.iter().find(|(unit, _)| rest.starts_with(unit))?;
    Some((amount * seconds, &rest[unit.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            let value = value.parse().expect("a header value");
            (name.parse().expect("a header name"), value)
        });
        pairs.collect()
    }

    #[test]
    fn headers_say_it_in_milliseconds_seconds_or_as_a_date() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").expect("a date");
        let cases: [(&[_], Option<u64>); 8] = [
            (&[], None),
            (&[("retry-after", "7")], Some(7000)),
            (&[("retry-after", "0.5")], Some(500)),
            (
                &[("retry-after", "9"), ("retry-after-ms", "250")],
                Some(250),
            ),
            (
                &[("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT")],
                Some(10_000),
            ),
            (&[("retry-after", "Sun, 06 Nov 1994 08:49:07 GMT")], Some(0)),
            (&[("retry-after", "-3")], None),
            (&[("retry-after", "soon")], None),
        ];
        for (pairs, milliseconds) in cases {
            let expected = milliseconds.map(Duration::from_millis);
            assert_eq!(in_headers(&headers(pairs), now), expected, "{pairs:?}");
        }
    }

    #[test]
    fn sentences_say_it_in_every_unit() {
        let cases = [
            ("Please retry in 20h17m16.5s.", Some(73_036_500)),
            ("Please retry in 13.0ms.", Some(13)),
            ("Limit 3. Please try again in 1.5s. Visit", Some(1500)),
            ("Please try again in 6m0s.", Some(360_000)),
            ("Please retry after 6 seconds.", Some(6000)),
            ("Please retry in a while.", None),
            ("Quota exceeded.", None),
        ];
        for (text, milliseconds) in cases {
            assert_eq!(
                in_sentence(text),
                milliseconds.map(Duration::from_millis),
                "{text}"
            );
        }
    }

    #[test]
    fn a_number_without_a_unit_is_no_duration() {
        assert_eq!(leading("37s"), Some(Duration::from_secs(37)));
        assert_eq!(leading("37"), None);
        assert_eq!(leading(""), None);
    }
}
