//! Questions about a sentence whose answer is a part of it, word for word.

use rand::RngExt;
use rand::rngs::StdRng;

use super::scene::pick;

/// What stands where the answer was.
const GAP: &str = "____";

/// Words that say little by themselves, in lower case.
const FUNCTION_WORDS: &[&str] = &[
    "a", "about", "after", "all", "also", "although", "an", "and", "another", "any", "are",
    "around", "as", "at", "be", "because", "been", "before", "being", "between", "both", "but",
    "by", "can", "could", "during", "each", "either", "every", "few", "for", "from", "had", "has",
    "have", "he", "her", "here", "his", "how", "however", "i", "if", "in", "into", "is", "it",
    "its", "many", "may", "might", "more", "most", "much", "must", "neither", "no", "not", "of",
    "often", "on", "once", "one", "only", "or", "other", "our", "over", "she", "should", "since",
    "so", "some", "such", "than", "that", "the", "their", "them", "then", "there", "these", "they",
    "this", "those", "through", "to", "today", "under", "until", "up", "very", "was", "we", "were",
    "what", "when", "where", "whether", "which", "while", "who", "whose", "will", "with", "within",
    "without", "would", "you", "your",
];

/// A part of a sentence that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    start: usize,
    end: usize,
    kind: SpanKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SpanKind {
    Year,
    Number,
    Name,
    Word,
    Letters,
}

/// A question about `sentence`, and its answer; the answer is never blank.
pub(super) fn ask<'a>(sentence: &'a str, rng: &mut StdRng) -> (String, &'a str) {
    if let Some(asked) = definition(sentence).filter(|_| rng.random_bool(0.4)) {
        return asked;
    }
    let spans = spans(sentence);
    if spans.is_empty() {
        return ("What does the text say?".to_owned(), sentence);
    }
    let Span { start, end, kind } = pick(&spans, rng);
    let gapped = format!("{}{GAP}{}", &sentence[..start], &sentence[end..]);
    let gapped = gapped.split_whitespace().collect::<Vec<_>>().join(" ");
    let gapped = gapped.replace(['“', '”', '"'], "'");
    let question = pick(openings(kind), rng);
    (format!("{question} “{gapped}”?"), &sentence[start..end])
}

/// Whether `word`, in lower case, says little by itself.
pub(super) fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.contains(&word)
}

/// "What is X?" for a sentence that says "X is a Y."
fn definition(sentence: &str) -> Option<(String, &str)> {
    let verbs = ["is", "are", "was", "were"];
    let (at, verb) = verbs
        .iter()
        .filter_map(|verb| Some((sentence.find(&format!(" {verb} "))?, verb)))
        .min()?;
    let subject = &sentence[..at];
    let answer = sentence[at + verb.len() + 2..]
        .trim()
        .trim_end_matches(['.', '!', '?']);
    let named: Vec<&str> = subject.split_whitespace().collect();
    let (first, rest) = named.split_first()?;
    let is_article = matches!(*first, "The" | "A" | "An");
    let says_what = ["a ", "an ", "the ", "one of "]
        .iter()
        .any(|start| answer.starts_with(start));
    if !says_what || named.len() > 5 || subject.contains(',') {
        return None;
    }
    match (is_article, is_function_word(&first.to_lowercase())) {
        (true, _) if rest.is_empty() => None,
        (true, _) => Some((
            format!("What {verb} {} {}?", first.to_lowercase(), rest.join(" ")),
            answer,
        )),
        (false, true) => None,
        (false, false) => Some((format!("What {verb} {}?", named.join(" ")), answer)),
    }
}

/// Ways to ask what stands in the gap of the sentence that follows.
fn openings(kind: SpanKind) -> &'static [&'static str] {
    match kind {
        SpanKind::Year => &[
            "Which year completes the sentence",
            "Which year belongs in the gap in",
        ],
        SpanKind::Number => &[
            "Which number completes the sentence",
            "Which figure is missing in",
        ],
        SpanKind::Name => &[
            "Which name completes the sentence",
            "Who or what is missing in",
        ],
        SpanKind::Word => &[
            "Which word completes the sentence",
            "What belongs in the gap in",
        ],
        SpanKind::Letters => &[
            "Which characters complete the text",
            "What belongs in the gap in",
        ],
    }
}

/// Numbers, names and long words of `sentence`, in its order.
fn spans(sentence: &str) -> Vec<Span> {
    let words = words(sentence);
    if words.len() <= 1 {
        return letters(sentence);
    }
    let mut spans: Vec<Span> = Vec::new();
    for (index, &(start, end)) in words.iter().enumerate() {
        let Some(kind) = kind_of(&sentence[start..end], index == 0) else {
            continue;
        };
        match spans.last_mut() {
            Some(last) if kind == SpanKind::Name && joins(last, sentence, start) => last.end = end,
            _ => spans.push(Span { start, end, kind }),
        }
    }
    spans
}

/// Whether a name that begins at `start` goes on with the one in `last`.
fn joins(last: &Span, sentence: &str, start: usize) -> bool {
    last.kind == SpanKind::Name && &sentence[last.end..start] == " "
}

/// Start and end of the words of `sentence`, without punctuation around them.
fn words(sentence: &str) -> Vec<(usize, usize)> {
    let mut words = Vec::new();
    let mut offset = 0;
    for piece in sentence.split_inclusive(char::is_whitespace) {
        let start = offset + piece.len() - piece.trim_start_matches(is_edge).len();
        let end = offset + piece.trim_end_matches(is_edge).len();
        if start < end {
            words.push((start, end));
        }
        offset += piece.len();
    }
    words
}

fn is_edge(c: char) -> bool {
    !c.is_alphanumeric()
}

fn kind_of(word: &str, is_first: bool) -> Option<SpanKind> {
    let lowered = word.to_lowercase();
    let is_year = word.len() == 4 && matches!(word.parse(), Ok(1000..=2100));
    match word.chars().next()? {
        _ if is_year => Some(SpanKind::Year),
        first if first.is_ascii_digit() => Some(SpanKind::Number),
        _ if is_function_word(&lowered) => None,
        first if first.is_uppercase() => (!is_first).then_some(SpanKind::Name),
        _ if word.chars().count() >= 5 => Some(SpanKind::Word),
        _ => None,
    }
}

/// Short runs of letters in a text without spaces between its words.
fn letters(text: &str) -> Vec<Span> {
    if text.is_ascii() {
        return Vec::new();
    }
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    chars
        .windows(4)
        .filter(|run| run[..3].iter().all(|(_, c)| c.is_alphanumeric()))
        .flat_map(|run| [run[2].0, run[3].0].map(|end| (run[0].0, end)))
        .map(|(start, end)| Span {
            start,
            end,
            kind: SpanKind::Letters,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sentence: &str) -> Vec<(&str, SpanKind)> {
        let spans = spans(sentence).into_iter();
        spans
            .map(|span| (&sentence[span.start..span.end], span.kind))
            .collect()
    }

    #[test]
    fn years_numbers_names_and_long_words_can_be_asked_for() {
        assert_eq!(
            texts("In 1887, the Eiffel Tower rose by 12 metres."),
            [
                ("1887", SpanKind::Year),
                ("Eiffel Tower", SpanKind::Name),
                ("12", SpanKind::Number),
                ("metres", SpanKind::Word),
            ]
        );
    }

    #[test]
    fn a_definition_is_asked_for_by_its_subject() {
        assert_eq!(
            definition("The Eiffel Tower is a tower of iron."),
            Some(("What is the Eiffel Tower?".to_owned(), "a tower of iron"))
        );
        assert_eq!(definition("It is a tower."), None);
    }
}
