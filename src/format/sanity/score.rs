//! Scores that two texts cannot have.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::Fault;
use super::fold::{folded, lower};
use crate::format::coverage::is_unspaced;

/// Least score of texts that differ in case or punctuation alone, which may
/// turn a statement into a question.
const LEAST_FOR_ALIKE: f64 = 0.5;

/// A text is far longer than another if it has so many words, and so many
/// times as many.
const FAR_LONGER_WORDS: usize = 16;
const FAR_LONGER_TIMES: usize = 4;

/// What is wrong with `score` for these texts.
///
/// Numbers do not tell: 60 minutes are one hour.
pub(super) fn fault_of(score: f64, first: &str, second: &str) -> Option<Fault> {
    let is_equal = first.split_whitespace().eq(second.split_whitespace());
    let is_alike = || {
        let first = folded(first);
        !first.is_empty() && first == folded(second)
    };
    if is_equal && score < 1.0 || score < LEAST_FOR_ALIKE && is_alike() {
        return Some(Fault::LowForEqualTexts);
    }
    (score >= 1.0 && are_unlike(first, second)).then_some(Fault::HighForUnlikeTexts)
}

/// Whether two texts of one script have no word in common, or no character
/// where there are no spaces, and one is far longer.
fn are_unlike(first: &str, second: &str) -> bool {
    let (first, second) = (lower(first), lower(second));
    if script(&first) != script(&second) {
        return false;
    }
    let (first, second) = (words(&first), words(&second));
    let (short, long) = match first.len() < second.len() {
        true => (first, second),
        false => (second, first),
    };
    let is_far_longer =
        long.len() >= FAR_LONGER_WORDS && long.len() >= FAR_LONGER_TIMES * short.len();
    let long: HashSet<_> = long.into_iter().collect();
    is_far_longer && !short.is_empty() && !short.iter().any(|word| long.contains(word))
}

/// The length of `text` beside that of `other`, in characters, if both are of
/// one script: the same text is shorter in Chinese than in English.
pub(super) fn length(text: &str, other: &str) -> Option<Ordering> {
    let [n_text, n_other] = [text, other].map(|it| it.trim().chars().count());
    (script(&lower(text)) == script(&lower(other))).then(|| n_text.cmp(&n_other))
}

/// What tells scripts apart well enough: how far up the first letter stands.
fn script(text: &str) -> Option<u32> {
    let letter = text.chars().find(|c| c.is_alphabetic())?;
    Some(match is_unspaced(letter) {
        true => u32::MAX,
        false => u32::from(letter) / 0x300,
    })
}

fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in text.chars() {
        if is_unspaced(letter) {
            words.extend([letter.to_string(), String::new()]);
        } else if letter.is_alphanumeric() {
            words.last_mut().expect("never empty").push(letter);
        } else {
            words.push(String::new());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &str = "After months of repeated tests in every season, each attempt by a team of \
        engineers ended without any success whatsoever.";

    #[test]
    fn scores_that_cannot_be_are_found() {
        for (score, first, second, fault) in [
            (0.0, "A boat.", "A boat.", Fault::LowForEqualTexts),
            (0.95, "一艘船。", "一艘船。", Fault::LowForEqualTexts),
            (0.2, "A boat.", "a boat", Fault::LowForEqualTexts),
            (1.0, "Cats purr.", LONG, Fault::HighForUnlikeTexts),
            (
                1.0,
                "猫叫。",
                "工程师们经过几个月的反复试验最终没有取得任何成功",
                Fault::HighForUnlikeTexts,
            ),
        ] {
            assert_eq!(
                fault_of(score, first, second),
                Some(fault),
                "{first} {second}"
            );
        }
    }

    #[test]
    fn scores_that_may_be_pass() {
        for (score, first, second) in [
            (1.0, "A boat.", "A boat."),
            (0.8, "It rains.", "It rains?"),
            (0.9, "Polish", "polish"),
            (1.0, "It took 60 minutes.", "An hour went by."),
            (1.0, "Noon.", "Twelve o'clock in the middle of the day."),
            (1.0, "It failed every time.", LONG),
            (0.9, "It failed.", LONG),
            (1.0, "失败了。", LONG),
            (1.0, "猫が好きだ。", "ネコを愛している。"),
            (0.0, "A boat.", "Two boats."),
            (0.0, "😀", "😢"),
        ] {
            assert_eq!(fault_of(score, first, second), None, "{first} {second}");
        }
    }
}
