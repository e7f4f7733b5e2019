//! Texts that hold the place of a text: blanks of a form, the words of the
//! prompt, filler.
//!
//! A word of a list, such as `string`, may be right; only where the format
//! wants prose, or where all fields have one, it holds a place.

use super::fold::{folded, spoken};
use super::{Fault, Rule, Text};
use crate::format::coverage::is_unspaced;
use crate::sample::Field;

/// How filler begins.
const FILLER: &str = "lorem ipsum dolor";

/// Texts that are never right.
const BLANKS: [&str; 6] = [
    "your text here",
    "text goes here",
    "insert text here",
    "your answer here",
    "your question here",
    "text here",
];

/// What is said between brackets to whoever fills in the blank.
const ORDERS: [&str; 2] = ["insert ", "your "];

/// Brackets of blanks.
const BRACKETS: [(char, char); 3] = [('[', ']'), ('<', '>'), ('{', '}')];

/// Texts that are no prose.
const VACANT: [&str; 7] = [
    "todo",
    "tbd",
    "placeholder",
    "fixme",
    "to be determined",
    "<text>",
    "<string>",
];

/// A text that no predefined format takes.
const NONE: &str = "n/a";

/// Words of the prompt and of its schema.
const ECHOES: [&str; 9] = [
    "string", "text", "value", "example", "sample", "TODO", "N/A", "<text>", "<string>",
];

/// Words after "example" or "sample" in the name of a text that is not there.
const NAMES: [&str; 9] = [
    "question",
    "answer",
    "context",
    "sentence",
    "premise",
    "hypothesis",
    "anchor",
    "text",
    "string",
];

/// Words of an example that nobody writes by chance, and of all examples that a
/// sample copies: a short instruction may well be the example.
const LEAST_WORDS_OF_EXAMPLE: usize = 4;
const LEAST_WORDS_OF_EXAMPLES: usize = 8;

/// Words of a description that is no name for something.
const LEAST_WORDS_OF_DESCRIPTION: usize = 3;

/// The first field of `texts` that has no text of its own, and why.
pub(super) fn in_texts<'a>(texts: &[Text<'a>], rules: &[Rule]) -> Option<(&'a str, Fault)> {
    let texts = || texts.iter().filter(|(field, _)| field.required);
    let placed = texts().find(|(field, text)| is_placeholder(field, text, rules));
    let are_echoes = texts().count() > 1 && texts().all(|(field, text)| is_echo(field, text));
    let echoed = || texts().next().filter(|_| are_echoes);
    if let Some((field, _)) = placed.or_else(echoed) {
        return Some((&field.name, Fault::Placeholder));
    }
    let copied = || texts().filter(|(field, text)| copies_example(field, text));
    let n_words: usize = copied().map(|(_, text)| n_words(text)).sum();
    let (field, _) = copied().next()?;
    (n_words >= LEAST_WORDS_OF_EXAMPLES).then_some((&field.name, Fault::CopiedExample))
}

fn is_placeholder(field: &Field, text: &str, rules: &[Rule]) -> bool {
    let folded = folded(text);
    let folded = folded.as_str();
    let is_prose = rules
        .iter()
        .any(|rule| matches!(rule, Rule::Prose(name) if *name == field.name));
    folded.starts_with(FILLER)
        || BLANKS.contains(&folded)
        || is_blank_of_a_form(text)
        || is_example_of(folded, &field.name)
        || is_description(field, folded)
        || is_prose && VACANT.contains(&folded)
        || !rules.is_empty() && folded == NONE
}

/// Whether `text` is like `[insert question]`, and nothing more: a letter may
/// well begin so, and so may markup.
fn is_blank_of_a_form(text: &str) -> bool {
    let within = BRACKETS.iter().find_map(|(open, close)| {
        let within = text.trim().strip_prefix(*open)?.strip_suffix(*close)?;
        (!within.contains([*open, *close])).then(|| within.to_lowercase())
    });
    within.is_some_and(|within| ORDERS.iter().any(|order| within.starts_with(order)))
}

/// Whether `folded` is like `example question 1`.
fn is_example_of(folded: &str, name: &str) -> bool {
    let mut words = folded.split(' ');
    let is_example = matches!(words.next(), Some("example" | "sample"));
    let is_named = words
        .next()
        .is_some_and(|word| word == name || NAMES.contains(&word));
    let number = words.next();
    let is_numbered = number.is_none_or(|word| word == "here" || word.parse::<u32>().is_ok());
    is_example && is_named && is_numbered && words.next().is_none()
}

fn is_description(field: &Field, text: &str) -> bool {
    n_words(text) >= LEAST_WORDS_OF_DESCRIPTION && text == folded(&field.description)
}

fn is_echo(field: &Field, text: &str) -> bool {
    let text = text.trim();
    let name = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
    [text, name]
        .iter()
        .any(|text| *text == field.name || ECHOES.contains(text))
}

fn copies_example(field: &Field, text: &str) -> bool {
    let example = field.example.as_ref().and_then(serde_json::Value::as_str);
    example.is_some_and(|example| {
        example.trim() == text.trim() && n_words(example) >= LEAST_WORDS_OF_EXAMPLE
    })
}

/// The words of `text`, of which two characters make one where there are no
/// spaces.
fn n_words(text: &str) -> usize {
    let n_unspaced = text.chars().filter(|c| is_unspaced(*c)).count();
    let spaced = spoken(text).replace(is_unspaced, " ");
    n_unspaced.div_ceil(2) + spaced.split_whitespace().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::FieldKind;

    fn field(name: &str, example: Option<&str>) -> Field {
        Field {
            example: example.map(Into::into),
            ..Field::new(
                name,
                FieldKind::String,
                "a question that the context answers",
            )
        }
    }

    fn fault(fields: &[Field], texts: &[&str], rules: &[Rule]) -> Option<Fault> {
        let texts: Vec<_> = fields.iter().zip(texts.iter().copied()).collect();
        in_texts(&texts, rules).map(|(_, fault)| fault)
    }

    #[test]
    fn placeholders_are_found_in_prose() {
        let rules = [Rule::Prose("question")];
        for text in [
            "N/A",
            "TODO",
            "tbd.",
            "Placeholder",
            "<text>",
            "[Insert question here]",
            "<your question>",
            "Lorem ipsum dolor sit amet, consectetur",
            "Example question 1",
            "sample question",
            "Your text here",
            "A question that the context answers.",
        ] {
            let told = fault(&[field("question", None)], &[text], &rules);
            assert_eq!(told, Some(Fault::Placeholder), "{text}");
        }
    }

    #[test]
    fn words_that_may_be_right_pass() {
        for text in [
            "positive",
            "string",
            "text",
            "question",
            "None",
            "null",
            "NA",
            "yes",
            "0",
            "<title>",
            "<text>Hello</text>",
            "<insert id=\"add\">INSERT INTO lamps</insert>",
            "[Your name]\n[Your street]\n\nDear keeper,",
            "Lorem ipsum",
            "placeholder",
            "[1, 2]",
            "Lorem ipsum is filler of printers.",
            "Sample size",
            "Example sentences help.",
            "todo",
            "N/A",
            "What does TODO mean?",
            "例",
            "テスト",
        ] {
            assert_eq!(
                fault(&[field("question", None)], &[text], &[]),
                None,
                "{text}"
            );
        }
        let optional = Field {
            required: false,
            ..field("question", None)
        };
        assert_eq!(
            fault(&[optional], &["<text>"], &[Rule::Prose("question")]),
            None
        );
    }

    #[test]
    fn words_of_the_prompt_in_all_fields_are_placeholders() {
        let fields = [field("premise", None), field("hypothesis", None)];
        assert_eq!(
            fault(&fields, &["string", "string"], &[]),
            Some(Fault::Placeholder)
        );
        assert_eq!(
            fault(&fields, &["premise", "hypothesis"], &[]),
            Some(Fault::Placeholder)
        );
        assert_eq!(
            fault(&fields, &["example1", "sample 2"], &[]),
            Some(Fault::Placeholder)
        );
        assert_eq!(fault(&fields, &["string", "A row of letters."], &[]), None);
    }

    #[test]
    fn examples_are_copied_where_chance_does_not_write_them() {
        let fields = [
            field("text", Some("The museum is closed on Mondays.")),
            field("language", Some("German")),
            field("translation", Some("Das Museum ist montags geschlossen.")),
        ];
        let copied = Some(Fault::CopiedExample);
        let texts = [
            "The museum is closed on Mondays.",
            "German",
            "Das Museum ist montags geschlossen.",
        ];
        assert_eq!(fault(&fields, &texts, &[]), copied);
        assert_eq!(
            fault(
                &fields,
                &["The museum is open.", "German", "Das Museum ist offen."],
                &[]
            ),
            None
        );
        assert_eq!(
            fault(
                &fields,
                &[texts[0], "Dutch", "Het museum is maandag dicht."],
                &[]
            ),
            None
        );
        let long = [field("text", Some("这座灯塔建于一八四四年，耗时六年。"))];
        assert_eq!(
            fault(&long, &["这座灯塔建于一八四四年，耗时六年。"], &[]),
            copied
        );
    }
}
