//! Whether two answers to one question say the same.
//!
//! Compares words as the evaluation of `SQuAD` does, in any language. Judges
//! words, not meaning: "lit" and "not lit" agree, "year" and "years" do not.

use std::collections::{BTreeSet, HashMap};

use unicode_normalization::UnicodeNormalization as _;

use super::coverage;

/// Harmonic mean of precision and recall of the words from which answers agree.
const LEAST_F1: f64 = 0.5;

/// What stands for an answer that the context does not give.
const UNANSWERABLE: &str = "unanswerable";

const ARTICLES: [&str; 3] = ["a", "an", "the"];

/// Whether `given` and `expected` say the same: they share most of their words,
/// or one has the other word for word within it, and their numbers match.
///
/// An empty answer, and one that calls the question unanswerable, agrees with
/// none.
#[must_use]
pub fn agree(given: &str, expected: &str) -> bool {
    let (given, expected) = (normalized(given), normalized(expected));
    if say_yes_and_no(&given, &expected) {
        return false;
    }
    let (given, expected) = (words(&given), words(&expected));
    if given == [UNANSWERABLE] {
        return false;
    }
    let is_same = f1(&given, &expected) >= LEAST_F1
        || is_within(&given, &expected)
        || is_within(&expected, &given);
    is_same && numbers_match(&given, &expected)
}

/// `text` in one spelling.
fn normalized(text: &str) -> String {
    // These spaces may group digits, and would become plain ones.
    let text = text.replace(['\u{a0}', '\u{202f}'], "'");
    text.nfkc().flat_map(char::to_lowercase).nfc().collect()
}

/// Whether one text begins with a yes, and the other with a no.
fn say_yes_and_no(one: &str, other: &str) -> bool {
    let first = |text| coverage::words(text).into_iter().next();
    match (first(one), first(other)) {
        (Some(one), Some(other)) if one.is_yes_or_no() && other.is_yes_or_no() => {
            // 是 and 是的 are both a yes.
            !one.letters.starts_with(&other.letters) && !other.letters.starts_with(&one.letters)
        }
        _ => false,
    }
}

/// The words of a normalized text, but English articles. A character of a
/// script without spaces, and of Korean, is a word, unless it is one of a number.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if is_chinese_digit(letter) {
            let mut word = String::from(letter);
            word.extend(std::iter::from_fn(|| {
                letters.next_if(|next| is_chinese_digit(*next))
            }));
            words.push(word);
        } else if coverage::is_unspaced(letter) {
            words.push(letter.to_string());
        } else if letter.is_alphanumeric() {
            let is_number = letter.is_numeric();
            let mut word = String::from(letter);
            while let Some(next) = letters.next_if(|next| goes_on(*next, is_number)) {
                word.push(next);
            }
            words.push(if is_number { number(&word) } else { word });
        }
    }
    words.retain(|word| !ARTICLES.contains(&word.as_str()));
    words
}

fn is_chinese_digit(letter: char) -> bool {
    "〇零一二两三四五六七八九十百千万億亿".contains(letter)
}

/// Whether `letter` belongs to the word, or the number, before it.
fn goes_on(letter: char, is_number: bool) -> bool {
    if is_number {
        return letter.is_numeric() || coverage::groups_digits(letter);
    }
    // The virama of Indic scripts is a mark and no letter.
    let is_mark = unicode_normalization::char::is_combining_mark(letter);
    (letter.is_alphabetic() || is_mark) && !coverage::is_unspaced(letter)
}

/// `text`, a number, without what groups its digits: 1,250.50 and 1.250,5 are
/// the same.
fn number(text: &str) -> String {
    let text = text.trim_end_matches(coverage::groups_digits);
    let (whole, decimals) = match text.rsplit_once(coverage::groups_digits) {
        // Three digits are a group.
        Some((whole, decimals)) if decimals.chars().count() != 3 => (whole, decimals),
        _ => (text, ""),
    };
    let whole = whole.replace(coverage::groups_digits, "");
    let significant = whole.trim_start_matches('0');
    let whole = if significant.is_empty() {
        "0"
    } else {
        significant
    };
    match decimals.trim_end_matches('0') {
        "" => whole.to_owned(),
        decimals => format!("{whole}.{decimals}"),
    }
}

/// Harmonic mean of the shares of the words of each that the other has.
fn f1(given: &[String], expected: &[String]) -> f64 {
    #![expect(clippy::cast_precision_loss, reason = "answers are short")]
    let mut left: HashMap<&str, usize> = HashMap::new();
    for word in expected {
        *left.entry(word).or_default() += 1;
    }
    let mut common = 0;
    for word in given {
        if let Some(count) = left.get_mut(word.as_str()).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    match given.len() + expected.len() {
        0 => 0.0,
        all => 2.0 * f64::from(common) / all as f64,
    }
}

/// Whether `part` has more than one letter and stands in `whole` in a row.
fn is_within(part: &[String], whole: &[String]) -> bool {
    let letters: usize = part.iter().map(|word| word.chars().count()).sum();
    letters > 1 && whole.windows(part.len()).any(|words| words == part)
}

/// Whether all numbers of one are among those of the other. A number may be
/// written in words, so that one without any matches all.
fn numbers_match(one: &[String], other: &[String]) -> bool {
    let (one, other) = (numbers(one), numbers(other));
    one.is_subset(&other) || other.is_subset(&one)
}

fn numbers(words: &[String]) -> BTreeSet<&str> {
    let words = words.iter().map(String::as_str);
    words
        .filter(|word| {
            word.starts_with(|letter: char| letter.is_numeric() || is_chinese_digit(letter))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_say_the_same_agree() {
        for (given, expected) in [
            ("Alan Stevenson", "alan stevenson."),
            ("the lighthouse", "A lighthouse"),
            ("It was built by Alan Stevenson", "Alan Stevenson"),
            ("in 1844", "1844"),
            ("1,250.50 pounds", "1250.5 pounds"),
            ("1.250,50 Pfund", "1250,5 Pfund"),
            ("six years", "6 years"),
            ("Stevenson's tower", "the tower of Stevenson"),
            ("cafe\u{301}", "café"),
            ("ＡＢＣ　１２", "abc 12"),
            ("１２３４", "1,234"),
            ("Yes, since 1844", "yes"),
            ("7", "7"),
            ("灯塔建于一八四四年", "一八四四年"),
            ("是的", "是"),
            ("一座灯塔", "灯塔"),
            ("一座十二米的灯塔", "十二米"),
            ("東京都", "東京"),
            ("세종대왕이", "세종대왕"),
            ("ประเทศไทย", "ไทย"),
            ("в 1844 году", "1844"),
            ("12\u{a0}500\u{a0}kg", "12,500 kg"),
            ("हिन्दी भाषा", "हिन्दी"),
            ("die Lampe", "Lampe"),
            ("في القاهرة", "القاهرة"),
        ] {
            assert!(agree(given, expected), "{given} / {expected}");
            assert!(agree(expected, given), "{expected} / {given}");
        }
    }

    #[test]
    fn answers_that_say_something_else_differ() {
        for (given, expected) in [
            ("Robert Burns", "Alan Stevenson"),
            ("1844", "1854"),
            ("48 metres", "12 metres"),
            ("3.5 metres", "35 metres"),
            ("12 May 1844", "13 May 1844"),
            ("yes, it burned oil", "no, it burned oil"),
            ("是的", "不是"),
            ("はい", "いいえ"),
            ("一八四四年", "一八五四年"),
            ("三年", "四年"),
            ("北京", "東京都"),
            ("Die Lampe", "Der Turm"),
            ("the", "the lamp"),
            ("", "the lamp"),
            ("", ""),
            ("…", "the lamp"),
            ("s", "a tower of many s and more and more"),
        ] {
            assert!(!agree(given, expected), "{given} / {expected}");
            assert!(!agree(expected, given), "{expected} / {given}");
        }
    }

    #[test]
    fn who_calls_a_question_unanswerable_agrees_with_none() {
        assert!(!agree("Unanswerable.", "unanswerable"));
        assert!(!agree("unanswerable", "1844"));
    }

    #[test]
    fn half_of_the_words_are_enough() {
        let words = |given, expected| f1(&words(given), &words(expected));
        assert!((words("x y z", "x y q") - 2.0 / 3.0).abs() < 1e-9);
        assert!((words("x x", "x") - 2.0 / 3.0).abs() < 1e-9);
        assert!(agree("old stone", "old wood"));
        assert!(!agree("old stone tower", "new stone house"));
    }

    #[test]
    fn digits_are_grouped_in_many_ways() {
        for (text, value) in [
            ("1,250.50", "1250.5"),
            ("1.250,50", "1250.5"),
            ("1’250", "1250"),
            ("1\u{202f}250", "1250"),
            ("0.50", "0.5"),
            ("007", "7"),
            ("0", "0"),
            ("12.", "12"),
        ] {
            assert_eq!(words(&normalized(text))[0], value, "{text}");
        }
    }
}
