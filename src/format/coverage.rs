//! Whether an answer says what its context says.
//!
//! Compares words by how they begin, which forgives endings, and languages
//! without spaces by pairs of characters. Judges words, not meaning.

#[cfg(test)]
mod examples;

use std::collections::HashSet;

/// Of a hundred letters of an answer, more than these must be in words of its
/// context.
const COVERED_PERCENT: usize = 55;

/// Words of an answer that is so short that all must be there.
const SHORT: usize = 2;

/// Letters of the shortest stem that stands for a word; shorter words must be
/// there whole.
const LEAST_STEM: usize = 4;

/// Yes and no, which every context may lead to.
const YES_AND_NO: [&str; 41] = [
    "yes",
    "no",
    "ja",
    "nein",
    "nee",
    "nej",
    "oui",
    "non",
    "sí",
    "si",
    "sì",
    "sim",
    "não",
    "tak",
    "nie",
    "ano",
    "ne",
    "kyllä",
    "ei",
    "igen",
    "nem",
    "evet",
    "hayır",
    "да",
    "нет",
    "так",
    "ні",
    "نعم",
    "لا",
    "हाँ",
    "नहीं",
    "是",
    "是的",
    "不",
    "不是",
    "はい",
    "いいえ",
    "네",
    "예",
    "아니요",
    "아니오",
];

/// The words of a context.
#[derive(Debug)]
pub(super) struct Words {
    all: HashSet<Word>,
    /// All but the numbers, each between spaces.
    text: String,
}

/// Letters or digits that belong together, in lower case.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Word {
    kind: Kind,
    pub(super) letters: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    /// Digits without what groups them.
    Number,
    Spaced,
    /// Of a script without spaces between words, or Korean, where a word and its
    /// ending are few characters.
    Unspaced,
}

impl Words {
    pub(super) fn of(text: &str) -> Self {
        let words = words(text);
        let mut text = String::from(" ");
        for word in words.iter().filter(|word| word.kind != Kind::Number) {
            text.push_str(&word.letters);
            text.push(' ');
        }
        Self {
            all: words.into_iter().collect(),
            text,
        }
    }

    /// Whether `answer` is yes or no, or its numbers and most of its words are
    /// there.
    pub(super) fn cover(&self, answer: &str) -> bool {
        let mut words = words(answer);
        words.retain(|word| !word.is_yes_or_no());
        if words
            .iter()
            .any(|word| word.kind == Kind::Number && !self.all.contains(word))
        {
            return false;
        }
        let (known, all) = words.iter().fold((0, 0), |(known, all), word| {
            let (its_known, its_all) = self.share_of(word);
            (known + its_known, all + its_all)
        });
        let is_spaced = words.iter().all(|word| word.kind != Kind::Unspaced);
        match is_spaced && words.len() <= SHORT {
            true => known == all,
            false => known == all || 100 * known > COVERED_PERCENT * all,
        }
    }

    /// Whether any word of `subject` that says something is there, if it has one:
    /// one of four letters or more.
    fn touch(&self, subject: &str) -> bool {
        let mut words = words(subject);
        words.retain(|word| match word.kind {
            Kind::Number => false,
            Kind::Spaced => word.letters.chars().count() >= LEAST_STEM,
            Kind::Unspaced => true,
        });
        words.is_empty() || words.iter().any(|word| self.share_of(word).0 > 0)
    }

    /// How much of `word` is there, and how much there is of it: letters, or pairs
    /// of characters.
    fn share_of(&self, word: &Word) -> (usize, usize) {
        let letters: Vec<char> = word.letters.chars().collect();
        if word.kind == Kind::Unspaced {
            let pairs = letters.windows(letters.len().min(2));
            return pairs.fold((0, 0), |(known, all), pair| {
                let pair: String = pair.iter().collect();
                (known + usize::from(self.text.contains(&pair)), all + 1)
            });
        }
        let is_known = self.all.contains(word) || self.has_stem_of(&letters);
        (usize::from(is_known) * letters.len(), letters.len())
    }

    /// Whether the first three fifths of `letters` are there in a row.
    fn has_stem_of(&self, letters: &[char]) -> bool {
        let length = (3 * letters.len()).div_ceil(5).max(LEAST_STEM);
        let stem = letters.get(..length);
        stem.is_some_and(|stem| self.text.contains(&stem.iter().collect::<String>()))
    }
}

impl Word {
    pub(super) fn is_yes_or_no(&self) -> bool {
        YES_AND_NO.contains(&self.letters.as_str())
    }
}

impl Kind {
    /// What `letter` belongs to; `None` if it stands between words.
    fn of(letter: char) -> Option<Self> {
        if is_unspaced(letter) {
            Some(Self::Unspaced)
        } else if letter.is_numeric() {
            Some(Self::Number)
        } else {
            letter.is_alphabetic().then_some(Self::Spaced)
        }
    }
}

/// Whether `text` may be about `subject`: it has a word of it.
pub(crate) fn may_be_about(text: &str, subject: &str) -> bool {
    Words::of(text).touch(subject)
}

/// Thai, Lao, Burmese, Khmer, Chinese, Japanese, Korean.
pub(crate) fn is_unspaced(letter: char) -> bool {
    let is_of_script = matches!(letter,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{1100}'..='\u{11ff}' | '\u{3005}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
    is_of_script && letter.is_alphanumeric()
}

/// Whether `letter` may group the digits of a number.
pub(super) fn groups_digits(letter: char) -> bool {
    matches!(letter, '.' | ',' | '\'' | '’' | '\u{a0}' | '\u{202f}')
}

pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let kind = Kind::of(letter);
        let is_within_number = open == Some(Kind::Number)
            && groups_digits(letter)
            && letters.peek().is_some_and(|next| next.is_numeric());
        if is_within_number || is_accent(letter) {
            continue;
        }
        if let Some(kind) = kind {
            if open != Some(kind) {
                let letters = String::new();
                words.push(Word { kind, letters });
            }
            if let Some(word) = words.last_mut() {
                word.letters.extend(letter.to_lowercase());
            }
        }
        open = kind;
    }
    for word in &mut words {
        if word.kind == Kind::Number {
            // Day 3 is day 03.
            word.letters = word.letters.trim_start_matches('0').to_owned();
        }
    }
    words
}

/// Whether `letter` is a mark on the letter before it.
fn is_accent(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::examples::EXAMPLES;
    use super::*;

    /// The answers that are judged as they should not be: good ones that are
    /// rejected, and hallucinated ones that are not.
    fn misjudged() -> (Vec<&'static str>, Vec<&'static str>) {
        let (mut rejected, mut accepted) = (Vec::new(), Vec::new());
        for (context, good, hallucinated) in EXAMPLES {
            let words = Words::of(context);
            rejected.extend(good.iter().filter(|answer| !words.cover(answer)));
            accepted.extend(hallucinated.iter().filter(|answer| words.cover(answer)));
        }
        (rejected, accepted)
    }

    #[test]
    fn numbers_must_be_there_however_they_are_grouped() {
        let words = Words::of("On 03 May 1844 the tower cost 1,250.50 pounds and 7 lives.");
        for answer in [
            "1250.50 pounds",
            "3 May",
            "7",
            "The tower cost 1’250,50 pounds.",
        ] {
            assert!(words.cover(answer), "{answer}");
        }
        for answer in ["250", "The tower cost 1,350.50 pounds.", "18", "44"] {
            assert!(!words.cover(answer), "{answer}");
        }
    }

    #[test]
    fn yes_and_no_say_nothing_and_the_rest_must_be_there() {
        let words = Words::of("The lamp burned oil.");
        for answer in ["Yes.", "no", "Nein!", "はい", "No, it burned oil."] {
            assert!(words.cover(answer), "{answer}");
        }
        assert!(!words.cover("No, gas"));
    }

    #[test]
    fn two_words_must_both_be_there_and_endings_may_differ() {
        let words = Words::of("Alan Stevenson automated the light.");
        for (answer, is_covered) in [
            ("Stevenson", true),
            ("Robert Stevenson", false),
            ("Automation", true),
            ("aut", false),
            ("lights", true),
            ("the", true),
            ("he", false),
        ] {
            assert_eq!(words.cover(answer), is_covered, "{answer}");
        }
    }

    #[test]
    fn a_text_about_a_subject_has_a_word_of_it() {
        for (subject, text, is_about) in [
            (
                "Mails to a shop",
                "Emails that customers send to shops.",
                true,
            ),
            (
                "Mails to a shop",
                "I am ready to help. What is your order?",
                false,
            ),
            ("灯台の歴史", "日本の灯台について", true),
            ("灯台の歴史", "了解しました", false),
            ("Q&A", "Questions and answers", true),
        ] {
            assert_eq!(may_be_about(text, subject), is_about, "{text}");
        }
    }

    #[test]
    fn of_answers_made_by_hand_hardly_any_is_misjudged() {
        let (rejected, accepted) = misjudged();
        assert_eq!(
            rejected,
            [
                "It is monitored remotely from Edinburgh.",
                "It took six years to build.",
                "Using oil",
                "They did not recognise them.",
                "Yes, both countries mostly respected them.",
            ]
        );
        assert_eq!(
            accepted,
            [
                "It was Robert Stevenson",
                "Up to ten days a week",
                "The Treaty of Madrid"
            ]
        );
    }
}
