//! What the words of a field say about its values: ranges and alternatives.

use crate::sample::{Field, FieldKind};

/// Words of `text` in lower case, with a space around each.
pub(super) fn normalised(text: &str) -> String {
    let mut words = String::from(" ");
    let mut last = ' ';
    for c in text.chars() {
        if c.is_uppercase() && last.is_lowercase() {
            words.push(' ');
        }
        match c.is_alphanumeric() {
            true => words.extend(c.to_lowercase()),
            false if !words.ends_with(' ') => words.push(' '),
            false => {}
        }
        last = c;
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}

/// Words for numbers, and what is plausible.
const RANGES: &[(&str, f64, f64)] = &[
    ("age", 18.0, 90.0),
    ("amount", 1.0, 500.0),
    ("confidence", 0.0, 1.0),
    ("cost", 1.0, 500.0),
    ("count", 1.0, 100.0),
    ("difficulty", 1.0, 5.0),
    ("duration", 1.0, 120.0),
    ("grade", 1.0, 6.0),
    ("height", 150.0, 200.0),
    ("hour", 0.0, 23.0),
    ("hours", 1.0, 24.0),
    ("latitude", -90.0, 90.0),
    ("length", 1.0, 100.0),
    ("longitude", -180.0, 180.0),
    ("minutes", 1.0, 120.0),
    ("month", 1.0, 12.0),
    ("pages", 40.0, 900.0),
    ("percent", 0.0, 100.0),
    ("percentage", 0.0, 100.0),
    ("population", 1000.0, 9_000_000.0),
    ("price", 1.0, 500.0),
    ("probability", 0.0, 1.0),
    ("quantity", 1.0, 50.0),
    ("rating", 1.0, 5.0),
    ("salary", 20_000.0, 180_000.0),
    ("score", 0.0, 1.0),
    ("similarity", 0.0, 1.0),
    ("stars", 1.0, 5.0),
    ("temperature", -20.0, 40.0),
    ("weight", 40.0, 120.0),
    ("width", 1.0, 200.0),
    ("year", 1950.0, 2025.0),
];

/// Whether `name` is that of a number.
pub(super) fn is_numeric(name: &str) -> bool {
    named_range(name).is_some()
}

/// From where to where the values of the number `field` may lie, as far as its
/// words tell.
pub(super) fn plausible_range(field: &Field) -> (f64, f64) {
    written_range(&field.description)
        .or_else(|| named_range(&field.name).map(|range| scaled(range, field)))
        .or_else(|| named_range(&field.description).map(|range| scaled(range, field)))
        .or_else(|| {
            field
                .example
                .as_ref()?
                .as_f64()
                .map(|example| around(example, field.kind))
        })
        .unwrap_or((0.0, 100.0))
}

/// Shares are given in percent where whole numbers are asked for.
fn scaled((least, most): (f64, f64), field: &Field) -> (f64, f64) {
    let is_share = (most - 1.0).abs() < f64::EPSILON;
    match field.kind {
        FieldKind::Integer if is_share => (least, 100.0),
        _ => (least, most),
    }
}

fn named_range(text: &str) -> Option<(f64, f64)> {
    let words = normalised(text);
    let known = RANGES
        .iter()
        .find(|(word, ..)| words.contains(&format!(" {word} ")));
    known.map(|(_, least, most)| (*least, *most))
}

fn around(example: f64, kind: FieldKind) -> (f64, f64) {
    // Far below the largest number, so that no sum or product overflows.
    let example = example.clamp(-1e15, 1e15);
    match kind {
        FieldKind::Float if (0.0..=1.0).contains(&example) => (0.0, 1.0),
        _ if example > 0.0 => (example / 2.0, example * 2.0),
        _ => (example - 50.0, example + 50.0),
    }
}

/// The range in a text such as "from 1 to 5", "1-5" or "between 0 and 1".
fn written_range(text: &str) -> Option<(f64, f64)> {
    let numbers = numbers(text);
    let mut ranges = numbers.windows(2).filter_map(|pair| {
        let [(_, end, least), (start, _, most)] = pair else {
            return None;
        };
        let joint = text[*end..*start].trim();
        let joined = matches!(joint, "to" | "and" | "-" | "–" | "through" | "up to");
        (joined && least < most).then_some((*least, *most))
    });
    ranges.next()
}

/// Numbers in `text` with their start and end.
fn numbers(text: &str) -> Vec<(usize, usize, f64)> {
    let mut numbers = Vec::new();
    let mut rest = 0;
    while let Some(start) = text[rest..]
        .find(|c: char| c.is_ascii_digit())
        .map(|at| rest + at)
    {
        let digits = text[start..].find(|c: char| !c.is_ascii_digit() && c != '.');
        let end = digits.map_or(text.len(), |length| start + length);
        let number = text[start..end].trim_end_matches('.');
        if let Ok(value) = number.parse::<f64>().map(|number| number.min(1e15)) {
            numbers.push((start, start + number.len(), value));
        }
        rest = end;
    }
    numbers
}

/// The alternatives that `description` lists; empty if it lists none.
pub(super) fn choices(description: &str) -> Vec<String> {
    let lowered = description.to_ascii_lowercase();
    let intro = ["one of", "either", "any of"]
        .into_iter()
        .find_map(|intro| Some(lowered.find(intro)? + intro.len()));
    let (list, introduced) = match intro.or_else(|| description.find(": ").map(|at| at + 1)) {
        Some(start) => (&description[start..], true),
        None => (description, false),
    };
    let end = list.find(['.', ';', ')', '\n']).unwrap_or(list.len());
    let list = list[..end].trim_start_matches([':', ' ']);
    let choices: Vec<&str> = split_list(list);
    // After a mere colon, longer items are more likely to be prose.
    let longest = if intro.is_some() { 3 } else { 1 };
    let are_short = choices
        .iter()
        .all(|choice| choice.split_whitespace().count() <= longest);
    let is_list = choices.len() >= 2 && (intro.is_some() || list.contains(" or "));
    match introduced {
        true if is_list && are_short => owned(&choices),
        false if choices.len() >= 3 && list.contains(" or ") => owned(&last_words(choices)),
        _ => Vec::new(),
    }
}

fn split_list(list: &str) -> Vec<&str> {
    let list = list
        .split([',', '/', '|'])
        .flat_map(|part| part.split(" or "));
    let quotes = ['"', '\'', '`', '“', '”', '‘', '’', '(', ' '];
    let words = list.map(|word| {
        let word = word.trim();
        word.strip_prefix("or ")
            .unwrap_or(word)
            .trim_matches(quotes)
    });
    words.filter(|word| !word.is_empty()).collect()
}

/// The list "whether it is good, fair, bad": the first item begins the
/// sentence, and only its last word belongs to the list.
fn last_words(mut choices: Vec<&str>) -> Vec<&str> {
    if choices[1..].iter().any(|choice| choice.contains(' ')) {
        return Vec::new();
    }
    choices[0] = choices[0].rsplit(' ').next().unwrap_or(choices[0]);
    choices
}

fn owned(choices: &[&str]) -> Vec<String> {
    choices.iter().map(|&choice| choice.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_in_a_description_are_found() {
        let lists = [
            "One of: positive, negative, neutral.",
            "The sentiment of the text, one of \"positive\", \"negative\" or \"neutral\".",
            "Sentiment: positive, negative or neutral",
            "Whether the text is positive, negative, or neutral.",
            "One of positive/negative/neutral",
        ];
        for list in lists {
            assert_eq!(choices(list), ["positive", "negative", "neutral"], "{list}");
        }
    }

    #[test]
    fn a_plain_description_lists_no_alternatives() {
        let plain = [
            "A brief biographical summary, including key traits or history.",
            "True if the character is a main protagonist, false otherwise.",
            "The character's profession or role in their world.",
            "The full name of the fictional character.",
            "",
        ];
        for description in plain {
            assert_eq!(choices(description), Vec::<String>::new(), "{description}");
        }
    }

    #[test]
    fn ranges_in_a_description_are_found() {
        assert_eq!(written_range("Stars from 1 to 5."), Some((1.0, 5.0)));
        assert_eq!(written_range("between 0.0 and 1.0"), Some((0.0, 1.0)));
        assert_eq!(written_range("a score (0-100)"), Some((0.0, 100.0)));
        assert_eq!(written_range("in 3 of 4 cases"), None);
    }

    #[test]
    fn prose_is_not_taken_for_a_list() {
        let prose = "An answer that is worse: wrong, evasive, or beside the point.";
        assert_eq!(choices(prose), Vec::<String>::new());
    }
}
