//! What a value may be, and what is told if it is not.

use std::num::IntErrorKind;
use std::str::FromStr;

use crate::generate::dedup::Threshold;
use crate::output::Split;

pub(super) fn not_blank(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("must not be blank"),
        _ => Ok(text.to_owned()),
    }
}

pub(super) fn language(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("must not be blank"),
        name if name.chars().count() > 60 => Err("must be at most 60 characters"),
        name if name.chars().any(is_line_end_or_control) => {
            Err("must be one line without control characters")
        }
        name => Ok(name.to_owned()),
    }
}

fn is_line_end_or_control(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

pub(super) fn at_least_one(text: &str) -> Result<usize, &'static str> {
    match text.trim().parse::<usize>() {
        Ok(0) => Err("must be at least 1"),
        Ok(number) => Ok(number),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => Err("is too large"),
        Err(_) => Err("must be a whole number, at least 1"),
    }
}

pub(super) fn split(text: &str) -> Result<Split, &'static str> {
    let shares = text.split(',').map(|share| share.trim().parse());
    let shares = shares.collect::<Result<_, _>>().ok();
    shares
        .and_then(Split::new)
        .ok_or("must be two or three numbers from 0.000001 to 1000000, such as 0.9,0.05,0.05")
}

pub(super) fn preview(text: &str) -> Result<usize, &'static str> {
    let number = text.trim().parse().ok();
    number
        .filter(|number| (1..=25).contains(number))
        .ok_or("must be a whole number from 1 to 25")
}

pub(super) fn count(text: &str) -> Result<u64, &'static str> {
    at_least_one(text).map(|count| count as u64)
}

pub(super) fn at_least_zero<T: FromStr>(text: &str) -> Result<T, &'static str> {
    let number = text.trim().parse();
    number.map_err(|_| "must be a whole number, at least 0")
}

pub(super) fn top_k(text: &str) -> Result<u32, &'static str> {
    match text.trim().parse() {
        Ok(0) | Err(_) => Err("must be a whole number, at least 1"),
        Ok(number) => Ok(number),
    }
}

pub(super) fn seed(text: &str) -> Result<u64, &'static str> {
    text.trim()
        .parse()
        .map_err(|_| "must be a whole number from 0 to 2^64 - 1")
}

pub(super) fn temperature(text: &str) -> Result<f64, &'static str> {
    number_where(text, |number| (0.0..=2.0).contains(&number))
        .ok_or("must be a number from 0.0 to 2.0")
}

pub(super) fn top_p(text: &str) -> Result<f64, &'static str> {
    number_where(text, |number| number > 0.0 && number <= 1.0)
        .ok_or("must be a number above 0.0 and at most 1.0")
}

pub(super) fn quality(text: &str) -> Result<u8, &'static str> {
    let number = text.trim().parse().ok();
    number
        .filter(|number| (1..=5).contains(number))
        .ok_or("must be a whole number from 1 to 5")
}

pub(super) fn near_threshold(text: &str) -> Result<Threshold, &'static str> {
    let number = text.trim().parse().ok();
    number
        .and_then(Threshold::new)
        .ok_or("must be a number from 0.5 to 1.0")
}

pub(super) fn seconds(text: &str) -> Result<f64, &'static str> {
    number_where(text, |number| number > 0.0 && number <= 86_400.0)
        .ok_or("must be a number of seconds, above 0 and at most 86400")
}

pub(super) fn dollars(text: &str) -> Result<f64, &'static str> {
    number_where(text, |number| number > 0.0 && number.is_finite())
        .ok_or("must be a number of US dollars, above 0")
}

/// The number in `text` if it is in range, which NaN never is.
fn number_where(text: &str, in_range: impl Fn(f64) -> bool) -> Option<f64> {
    text.trim().parse().ok().filter(|number| in_range(*number))
}
