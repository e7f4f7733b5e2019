//! What a field accepts, in words.

use serde_json::json;

use super::{Field, FieldKind, Length, Limit};

impl Field {
    /// What is accepted beyond the type, for the model; empty if that is
    /// everything, or the description tells it.
    #[must_use]
    pub fn limits(&self) -> String {
        let pattern = self.pattern.as_ref();
        let parts = [
            limit(&self.limit, &self.description),
            length(self.length, self.kind),
            pattern.map(|pattern| format!("matching the regular expression {}", pattern.as_str())),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

fn limit(limit: &Limit, description: &str) -> Option<String> {
    match limit {
        Limit::None => None,
        Limit::Range(least, most) => range(*least, *most, description),
        Limit::Labels(labels) if labels.iter().all(|label| description.contains(label)) => None,
        Limit::Labels(labels) => {
            let meanings = labels.iter().enumerate();
            let meanings: Vec<_> = meanings
                .map(|(i, label)| format!("{i} = {label}"))
                .collect();
            Some(meanings.join(", "))
        }
        Limit::Choices(choices) => Some(one_of(choices.iter().map(|choice| json!(choice)))),
        Limit::Numbers(numbers) => Some(one_of(numbers.iter().map(|number| json!(number)))),
    }
}

fn one_of(choices: impl Iterator<Item = serde_json::Value>) -> String {
    let choices: Vec<_> = choices.map(|choice| choice.to_string()).collect();
    format!("one of {}", choices.join(", "))
}

fn range(least: f64, most: f64, description: &str) -> Option<String> {
    let ends = [least, most].into_iter().filter(|end| end.is_finite());
    if has_numbers(description, ends) {
        return None;
    }
    // A number that is left out stands as the next one to it.
    let above = least.next_down();
    let below = most.next_up();
    let lower = match is_longer(least, above) {
        true => format!("above {above}"),
        false => format!("at least {least}"),
    };
    let upper = match is_longer(most, below) {
        true => format!("below {below}"),
        false => format!("at most {most}"),
    };
    Some(match (least.is_finite(), most.is_finite()) {
        (true, true) if lower.starts_with("at") && upper.starts_with("at") => {
            format!("from {least} to {most}")
        }
        (true, true) => format!("{lower} and {upper}"),
        (true, false) => lower,
        (false, _) => upper,
    })
}

fn is_longer(number: f64, other: f64) -> bool {
    number.to_string().len() > other.to_string().len()
}

fn length(length: Length, kind: FieldKind) -> Option<String> {
    let unit = match kind {
        FieldKind::List => "items",
        FieldKind::Messages => "messages",
        _ => "characters",
    };
    match (length.least, length.most) {
        (0, None) => None,
        (0, Some(most)) => Some(format!("at most {most} {unit}")),
        (least, None) => Some(format!("at least {least} {unit}")),
        (least, Some(most)) if least == most => Some(format!("exactly {most} {unit}")),
        (least, Some(most)) => Some(format!("{least} to {most} {unit}")),
    }
}

/// Whether `text` tells all `numbers` itself.
fn has_numbers(text: &str, mut numbers: impl Iterator<Item = f64>) -> bool {
    let is_part = |character: char| character.is_ascii_digit() || matches!(character, '.' | '-');
    let words = text.split(|character| !is_part(character));
    let found: Vec<f64> = words
        .filter_map(|word| word.trim_end_matches('.').parse().ok())
        .collect();
    numbers.all(|number| found.contains(&number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Pattern;

    #[test]
    fn limits_are_told_unless_the_description_does() {
        let labels = || Limit::Labels(vec!["no".into(), "yes".into()]);
        let infinite = f64::INFINITY;
        for (description, limit, expected) in [
            ("similarity", Limit::Range(0.0, 1.0), "from 0 to 1"),
            ("0.0 (apart) to 1.0.", Limit::Range(0.0, 1.0), ""),
            ("price", Limit::Range(0.5, infinite), "at least 0.5"),
            (
                "price",
                Limit::Range(0.0_f64.next_up(), infinite),
                "above 0",
            ),
            ("change", Limit::Range(-infinite, 3.0), "at most 3"),
            (
                "share",
                Limit::Range(0.0_f64.next_up(), 1.0_f64.next_down()),
                "above 0 and below 1",
            ),
            ("answer", labels(), "0 = no, 1 = yes"),
            ("0 for no, 1 for yes", labels(), ""),
            (
                "tone",
                Limit::Choices(vec!["a".into(), "say \"b\"".into()]),
                r#"one of "a", "say \"b\"""#,
            ),
            ("size", Limit::Numbers(vec![2, 4]), "one of 2, 4"),
            ("plain", Limit::None, ""),
        ] {
            let field = Field {
                limit,
                ..Field::new("field", FieldKind::Float, description)
            };
            assert_eq!(field.limits(), expected);
        }
    }

    #[test]
    fn lengths_and_patterns_are_told_together() {
        let limits = |kind, least, most, pattern: Option<&str>| {
            let field = Field {
                length: Length { least, most },
                pattern: pattern.map(|pattern| Pattern::new(pattern).expect("a pattern")),
                ..Field::new("field", kind, "text")
            };
            field.limits()
        };
        let text = FieldKind::String;
        assert_eq!(limits(text, 3, None, None), "at least 3 characters");
        assert_eq!(limits(text, 0, Some(9), None), "at most 9 characters");
        assert_eq!(limits(FieldKind::List, 1, Some(5), None), "1 to 5 items");
        assert_eq!(
            limits(text, 4, Some(4), Some("^[A-Z]+$")),
            "exactly 4 characters, matching the regular expression ^[A-Z]+$"
        );
    }
}
