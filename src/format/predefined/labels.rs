//! The classes of text classification, which the user names.

use crate::format::sanity::folded;
use crate::format::{Classes, Format};
use crate::sample::Limit;

/// Name of the format whose classes the user names.
pub const CLASSIFICATION: &str = "classification";

/// Labels that are no classes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelsError {
    /// Too few, or too many.
    #[error("{found} given, expected 2 to {most}, separated by commas")]
    Number {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// One is blank.
    #[error("one is blank")]
    Blank,
    /// Two are the same but for case, width, space and punctuation.
    #[error("`{0}` and `{1}` are the same")]
    Same(String, String),
}

/// [`CLASSIFICATION`] into `labels`, each without the white space around it.
///
/// # Errors
///
/// There are too few or too many, or they do not tell classes apart.
pub fn classification(labels: &[String]) -> Result<Format, LabelsError> {
    let labels: Vec<String> = labels.iter().map(|it| it.trim().to_owned()).collect();
    check(&labels)?;
    let mut definition = super::texts::classification();
    let label = definition.fields.iter_mut().find(|it| it.name == "label");
    label.expect("the format has a label").limit = Limit::Choices(labels);
    Ok(definition.named(CLASSIFICATION))
}

fn check(labels: &[String]) -> Result<(), LabelsError> {
    if labels.iter().any(String::is_empty) {
        return Err(LabelsError::Blank);
    }
    let (found, most) = (labels.len(), Classes::MOST);
    if !(2..=most).contains(&found) {
        return Err(LabelsError::Number { found, most });
    }
    for (index, label) in labels.iter().enumerate() {
        let is_same = |other: &&String| key(other) == key(label);
        if let Some(other) = labels[..index].iter().find(is_same) {
            return Err(LabelsError::Same(other.clone(), label.clone()));
        }
    }
    Ok(())
}

/// What tells `label` from others; one may be nothing but punctuation.
fn key(label: &str) -> String {
    match folded(label) {
        folded if folded.is_empty() => label.to_owned(),
        folded => folded,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::format::{FormatHandler as _, Rejection};
    use crate::sample::Value;

    fn labels(labels: &str) -> Vec<String> {
        labels.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn labels_tell_two_classes_or_more_apart() {
        let problem = |names| {
            classification(&labels(names))
                .err()
                .map(|it| it.to_string())
        };
        for good in ["spam, other", "!,?", "C,C++", "1,2,3", "ja,nein,weiß nicht"] {
            assert_eq!(problem(good), None, "{good}");
        }
        for (bad, told) in [
            ("spam", "1 given, expected 2 to 50, separated by commas"),
            ("spam,,ham", "one is blank"),
            ("", "one is blank"),
            ("Spam,ham,ｓｐａｍ!", "`Spam` and `ｓｐａｍ!` are the same"),
        ] {
            assert_eq!(problem(bad).as_deref(), Some(told), "{bad}");
        }
        let many: Vec<_> = (0..51).map(|it| it.to_string()).collect();
        assert!(classification(&many).is_err());
    }

    #[test]
    fn a_label_is_one_of_the_classes_and_written_as_they_are() {
        let format = classification(&labels("Spam, n/a")).expect("two classes");
        let label = |label: &str| {
            let sample = format.validate(json!({"text": "Buy now!", "label": label}))?;
            crate::format::sanity::check(&format, &sample, None)?;
            Ok(sample.values[1].clone())
        };
        assert_eq!(label(" spam"), Ok(Value::String("Spam".into())));
        assert_eq!(label("n/a"), Ok(Value::String("n/a".into())));
        assert_eq!(label("ham"), Err(Rejection::NotAChoice("label".into())));
        assert_eq!(format.classes().map(|classes| classes.len()), Some(2));
    }
}
