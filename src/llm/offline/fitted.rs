//! Texts that keep to the length and the pattern of their field.

use rand::RngExt;
use rand::SeedableRng;
use rand::rngs::StdRng;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

use crate::sample::{Field, Length, Pattern};

/// Most repetitions of what a pattern repeats without limit.
const MAX_REPEATS: u32 = 12;

/// Texts that are drawn before a pattern is given up.
const TRIES: usize = 200;

/// The first of `fields` whose pattern and length no text is found for.
pub(super) fn unfillable(fields: &[Field]) -> Option<&Field> {
    fields.iter().find(|field| {
        let rng = &mut StdRng::seed_from_u64(0);
        let pattern = field.pattern.as_ref();
        pattern.is_some_and(|pattern| matching(pattern, field.length, rng).is_none())
    })
}

/// A text of the right length that matches `pattern`; `None` if none is found.
pub(super) fn matching(pattern: &Pattern, length: Length, rng: &mut StdRng) -> Option<String> {
    let hir = regex_syntax::parse(pattern.as_str()).ok()?;
    let texts = rand_regex::Regex::with_hir(plain(hir), MAX_REPEATS).ok()?;
    let mut drawn = (0..TRIES).map(|_| rng.sample::<String, _>(&texts));
    drawn.find(|text| {
        let is_blank = text.trim().is_empty();
        !is_blank && length.range().contains(&text.chars().count()) && pattern.is_match(text)
    })
}

/// `hir` without anchors, which are tried on the text, and with characters on
/// a keyboard where there is a choice.
fn plain(hir: Hir) -> Hir {
    match hir.into_kind() {
        HirKind::Empty | HirKind::Look(_) => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(Class::Unicode(class)) => Hir::class(Class::Unicode(on_keyboard(class))),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Repetition(mut repetition) => {
            repetition.sub = Box::new(plain(*repetition.sub));
            Hir::repetition(repetition)
        }
        HirKind::Capture(group) => plain(*group.sub),
        HirKind::Concat(parts) => Hir::concat(parts.into_iter().map(plain).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.into_iter().map(plain).collect()),
    }
}

fn on_keyboard(class: ClassUnicode) -> ClassUnicode {
    let mut known = class.clone();
    known.intersect(&ClassUnicode::new([ClassUnicodeRange::new(' ', '~')]));
    match known.ranges() {
        [] => class,
        _ => known,
    }
}

/// `text` brought to `length`: repeated, or cut after a word if possible.
pub(super) fn of_length(text: String, length: Length) -> String {
    let mut fitted = text;
    let mut n_chars = fitted.chars().count();
    if n_chars < length.least {
        let (more, step) = (format!(" {fitted}"), n_chars + 1);
        while n_chars < length.least {
            fitted.push_str(&more);
            n_chars += step;
        }
    }
    match length.most {
        Some(most) if n_chars > most => cut(&fitted, length.least, most),
        _ => fitted,
    }
}

fn cut(text: &str, least: usize, most: usize) -> String {
    let short: String = text.chars().take(most).collect();
    let words = short.rfind(' ').map(|end| short[..end].trim_end());
    match words {
        Some(words) if !words.is_empty() && words.chars().count() >= least => words.to_owned(),
        _ => short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_match_patterns_of_many_sorts() {
        let rng = &mut StdRng::seed_from_u64(7);
        for (pattern, least, most) in [
            ("^[A-Z]{3}-\\d{4}$", 0, None),
            ("[0-9]", 0, None),
            ("^(low|high)$", 0, None),
            ("^\\w+@\\w+\\.example$", 10, Some(20)),
            ("^.*$", 5, Some(9)),
            ("^\\p{Greek}+$", 0, None),
            ("\\bword\\b", 0, None),
        ] {
            let pattern = Pattern::new(pattern).expect("a pattern");
            let text = matching(&pattern, Length { least, most }, rng);
            let text = text.unwrap_or_else(|| panic!("no text for {pattern:?}"));
            assert!(pattern.is_match(&text), "{pattern:?}: {text}");
        }
    }

    #[test]
    fn a_field_that_no_text_fits_is_found() {
        let field = |pattern, least| Field {
            pattern: Some(Pattern::new(pattern).expect("a pattern")),
            length: Length { least, most: None },
            ..Field::new(pattern, crate::sample::FieldKind::String, "text")
        };
        let fields = [field("^a+$", 2), field("^a$", 2), field("b^", 0)];
        assert_eq!(unfillable(&fields[..1]), None);
        assert_eq!(unfillable(&fields), Some(&fields[1]));
        assert_eq!(unfillable(&fields[2..]), Some(&fields[2]));
    }

    #[test]
    fn texts_are_cut_after_a_word_or_repeated() {
        let fitted = |text: &str, least, most| of_length(text.into(), Length { least, most });
        assert_eq!(fitted("one two three", 0, Some(9)), "one two");
        assert_eq!(fitted("one two three", 9, Some(9)), "one two t");
        assert_eq!(fitted("Łódź", 7, None), "Łódź Łódź");
        assert_eq!(fitted("as it is", 1, Some(20)), "as it is");
    }
}
