//! Train, validation and test: which part of a data set a sample belongs to.

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization as _;

use super::Origin;
use crate::sample::{Field, FieldKind, Role, Sample, Value};

/// Names of the parts, by their number.
const NAMES: [&[&str]; 2] = [&["train", "test"], &["train", "validation", "test"]];

/// Every name that a part may have.
pub(super) fn all_names() -> impl Iterator<Item = &'static str> {
    NAMES.into_iter().flatten().copied()
}

/// The parts of a data set, and how large each is to be.
///
/// Samples that share their passage, or else their first text, are in one part,
/// so that nothing of it is in two.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    shares: Vec<f64>,
}

impl Split {
    /// Parts with such `shares`, which need not add up to one; `None` if there
    /// are not two or three of them, from 0.000001 to 1,000,000.
    #[must_use]
    pub fn new(shares: Vec<f64>) -> Option<Self> {
        let are_shares = shares.iter().all(|share| (1e-6..=1e6).contains(share));
        (are_shares && matches!(shares.len(), 2 | 3)).then_some(Self { shares })
    }

    /// Names of the parts, in order.
    #[must_use]
    pub fn names(&self) -> &'static [&'static str] {
        NAMES[self.shares.len() - 2]
    }

    /// The part of `sample`, by its place among the [names](Self::names).
    pub(super) fn part(
        &self,
        sample: &Sample,
        fields: &[Field],
        origin: Option<&Origin>,
        seed: u64,
    ) -> usize {
        let group = match origin {
            Some(Origin {
                source: Some(source),
                chunk,
                ..
            }) => format!("{source}\n{chunk:?}"),
            _ => first_text(sample, fields),
        };
        self.part_of(&group, seed)
    }

    fn part_of(&self, group: &str, seed: u64) -> usize {
        let mut digest = Sha256::new();
        digest.update(seed.to_le_bytes());
        digest.update(group);
        let digest = digest.finalize();
        let first_bytes = digest.first_chunk().expect("32 bytes");
        #[expect(clippy::cast_precision_loss, reason = "52 bits are plenty")]
        let place = u64::from_be_bytes(*first_bytes) as f64 / u64::MAX as f64;
        let mut end = 0.0;
        let all: f64 = self.shares.iter().sum();
        let before = self.shares.iter().take_while(|share| {
            end += **share / all;
            end < place
        });
        before.count().min(self.shares.len() - 1)
    }
}

/// What a sample is about: its first text, but for case and white space.
fn first_text(sample: &Sample, fields: &[Field]) -> String {
    let mut values = fields.iter().zip(&sample.values);
    let first = values.find_map(|(field, value)| match (field.kind, value) {
        (FieldKind::String, Value::String(text)) => Some(text.as_str()),
        (FieldKind::Messages, Value::Messages(messages)) => {
            let mut users = messages.iter().filter(|it| it.role == Role::User);
            users.next().map(|it| it.content.as_str())
        }
        _ => None,
    });
    let folded: String = first.unwrap_or_default().nfkc().collect();
    let folded = folded.to_lowercase();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_their_shares_and_a_group_has_one() {
        let split = Split::new(vec![0.8, 0.1, 0.1]).expect("three shares");
        assert_eq!(split.names(), ["train", "validation", "test"]);
        let mut counts = [0_u32; 3];
        for group in 0..10_000 {
            let group = group.to_string();
            let part = split.part_of(&group, 7);
            assert_eq!(part, split.part_of(&group, 7));
            counts[part] += 1;
        }
        // Four standard deviations: 40 of 8,000, 30 of 1,000.
        assert!(counts[0].abs_diff(8_000) < 160, "{counts:?}");
        assert!(counts[1].abs_diff(1_000) < 120, "{counts:?}");
    }

    #[test]
    fn case_and_space_make_no_other_group() {
        let fields = [Field::new("anchor", FieldKind::String, "a")];
        let text = |text: &str| {
            let sample = Sample {
                values: vec![Value::String(text.to_owned())],
            };
            first_text(&sample, &fields)
        };
        assert_eq!(text("How  HIGH\nis it?"), text("how high is it?"));
    }

    #[test]
    fn shares_are_two_or_three_and_above_zero() {
        for wrong in [
            &[1.0][..],
            &[0.5, 0.0],
            &[1.0, -1.0],
            &[0.25; 4],
            &[f64::NAN, 1.0],
        ] {
            assert_eq!(Split::new(wrong.to_vec()), None);
        }
        assert_eq!(
            Split::new(vec![9.0, 1.0]).expect("two").names(),
            ["train", "test"]
        );
    }
}
