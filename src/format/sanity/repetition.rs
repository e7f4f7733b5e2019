//! Texts of a model that is caught in a loop.
//!
//! Songs, lists and tables repeat themselves too, but not so much. Numbers
//! alone never loop: a row of zeros may be right.

use std::collections::HashSet;

use crate::format::coverage::is_unspaced;

/// Words of the longest phrase that is looked for.
const LONGEST_PHRASE: usize = 64;

/// Times that a phrase comes in a row, at least, and the words of all of them.
const LEAST_TIMES: usize = 5;
const LEAST_WORDS: usize = 30;

/// Words of repetition at the end of a text that stand for a loop, however much
/// comes before.
const LEAST_WORDS_AT_END: usize = 60;

/// The same letter in a row.
const MOST_LETTERS: usize = 40;

/// Words of a run, and of a text that is judged by its runs.
const RUN: usize = 8;
const LEAST_WORDS_OF_RUNS: usize = 100;

/// Of a hundred runs, fewer than these are different ones.
const DIFFERENT_PERCENT: usize = 20;

/// Whether most of `text`, or a long end of it, says the same thing again and
/// again.
pub(super) fn loops(text: &str) -> bool {
    if has_endless_letter(text) {
        return true;
    }
    let words = words(text);
    let n_spoken = words.iter().filter(|word| is_spoken(word)).count();
    2 * n_spoken > words.len()
        && ((1..=LONGEST_PHRASE).any(|length| repeats(&words, length)) || has_few_runs(&words))
}

/// Runs of letters or digits; characters of scripts without spaces.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for part in text.split(|c: char| !c.is_alphanumeric()) {
        let mut start = 0;
        for (at, letter) in part.char_indices().filter(|(_, c)| is_unspaced(*c)) {
            let end = at + letter.len_utf8();
            words.extend([&part[start..at], &part[at..end]]);
            start = end;
        }
        words.push(&part[start..]);
    }
    words.retain(|word| !word.is_empty());
    words
}

fn is_spoken(word: &str) -> bool {
    word.chars().any(char::is_alphabetic)
}

/// Whether a phrase of `length` words comes so often in a row.
fn repeats(words: &[&str], length: usize) -> bool {
    let mut n_same = 0;
    for at in length..words.len() {
        n_same = match words[at] == words[at - length] {
            true => n_same + 1,
            false => 0,
        };
        let covered = n_same + length;
        let is_much = match at + 1 == words.len() {
            true => covered >= LEAST_WORDS_AT_END || 2 * covered >= words.len(),
            false => 2 * covered >= words.len(),
        };
        if is_much && n_same > 0 && covered >= LEAST_WORDS.max(LEAST_TIMES * length) {
            return true;
        }
    }
    false
}

/// Whether the runs of a long text are nearly all the same.
fn has_few_runs(words: &[&str]) -> bool {
    if words.len() < LEAST_WORDS_OF_RUNS {
        return false;
    }
    let all = words.len() - RUN + 1;
    let different: HashSet<&[&str]> = words.windows(RUN).collect();
    100 * different.len() < DIFFERENT_PERCENT * all
}

fn has_endless_letter(text: &str) -> bool {
    let mut last = None;
    let mut n_same = 0;
    text.chars().any(|letter| {
        n_same = match last == Some(letter) && letter.is_alphabetic() {
            true => n_same + 1,
            false => 1,
        };
        last = Some(letter);
        n_same > MOST_LETTERS
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_are_found_in_any_language() {
        let ending = format!(
            "The tower was built by a man who knew the coast well, and {}",
            "the lamp was lit and ".repeat(13)
        );
        let varied: Vec<_> = (0..40)
            .map(|n| {
                format!(
                    "The lamp of the tower was lit again by the old keeper {}.",
                    n % 3
                )
            })
            .collect();
        for text in [
            "very ".repeat(40),
            "I do not know. ".repeat(10),
            "灯塔很高。".repeat(10),
            "とても".repeat(20),
            "маяк горит и ".repeat(12),
            "คนเฝ้า".repeat(12),
            "등대가 높다. ".repeat(10),
            format!("It was l{}ng.", "o".repeat(60)),
            ending,
            varied.join(" "),
        ] {
            assert!(loops(&text), "{text}");
        }
    }

    #[test]
    fn what_only_repeats_itself_is_no_loop() {
        let bottles = |n: usize| {
            format!(
                "{n} bottles of beer on the wall, {n} bottles of beer. Take one down and pass it around, {} bottles of beer on the wall.",
                n - 1
            )
        };
        let rows = |n: usize| format!("name: lamp {n}\nprice: {} euros\nin stock: yes\n", n * 7);
        for text in [
            "No, no, no, no, no! Ha ha ha ha ha ha ha ha!".to_owned(),
            "哈哈哈哈哈哈哈哈哈哈，你真有意思。".to_owned(),
            "Buffalo buffalo Buffalo buffalo buffalo buffalo Buffalo buffalo".to_owned(),
            "Na na na na na na na na na na na, hey Jude. ".repeat(2),
            "Row, row, row your boat, gently down the stream. Merrily, merrily, merrily, merrily, life is but a dream. ".repeat(3),
            "Frère Jacques, Frère Jacques, dormez-vous, dormez-vous? Sonnez les matines, sonnez les matines. Ding, dang, dong. Ding, dang, dong.".to_owned(),
            "0, 0, 0, 1, ".repeat(50),
            format!("Pixels: {}", "0, 0, 1, ".repeat(50)),
            "| --- | --- | --- | --- | --- | --- | --- | --- |".to_owned(),
            "=".repeat(200),
            "Sooooooooo long!".to_owned(),
            (90..99).rev().map(bottles).collect::<String>(),
            (0..30).map(rows).collect::<String>(),
            String::new(),
        ] {
            assert!(!loops(&text), "{text}");
        }
    }
}
