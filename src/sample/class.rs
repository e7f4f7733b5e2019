//! The values of a field that are counted as one class.

use std::ops::Range;

use serde_json::Value;

/// What the value of a field is to be.
#[derive(Debug, Clone, PartialEq)]
pub enum ClassValue {
    /// This text.
    Text(String),
    /// This whole number.
    Integer(i64),
    /// A number from the start to below the end.
    Band(Range<f64>),
}

impl ClassValue {
    /// Whether `value` is one of this class.
    #[must_use]
    pub fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Text(text) => value == text,
            Self::Integer(number) => value == number,
            Self::Band(band) => value.as_f64().is_some_and(|number| band.contains(&number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_end_of_a_band_belongs_to_the_next() {
        let band = ClassValue::Band(0.2..0.4);
        let held = [0.19, 0.2, 0.39, 0.4].map(|number| band.holds(&json!(number)));
        assert_eq!(held, [false, true, true, false]);
    }

    #[test]
    fn a_text_is_no_number() {
        assert!(ClassValue::Text("2".into()).holds(&json!("2")));
        assert!(!ClassValue::Text("2".into()).holds(&json!(2)));
        assert!(ClassValue::Integer(2).holds(&json!(2)));
        assert!(!ClassValue::Integer(2).holds(&json!("2")));
    }
}
