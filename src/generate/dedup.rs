//! Exact duplicates, by fingerprint.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use sha2::{Digest, Sha256};

use crate::sample::Value;

/// 128 bits that stand for a sample: the first half of the SHA-256 of its
/// canonical form.
///
/// Among a billion samples two different ones share a fingerprint with a
/// probability below 10⁻²⁰.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Fingerprint(u128);

impl Fingerprint {
    fn of(values: &[Value]) -> Self {
        let mut digest = Sha256::new();
        for value in values {
            // A tag and, for texts, the length keep neighbours apart.
            match value {
                Value::Null => digest.update([0]),
                Value::String(text) => {
                    digest.update([1]);
                    digest.update((text.len() as u64).to_le_bytes());
                    digest.update(text);
                }
                Value::Integer(number) => {
                    digest.update([2]);
                    digest.update(number.to_le_bytes());
                }
                Value::Float(number) => {
                    digest.update([3]);
                    digest.update((number + 0.0).to_le_bytes());
                }
                Value::Boolean(truth) => digest.update([4, u8::from(*truth)]),
                Value::List(texts) => {
                    digest.update([5]);
                    digest.update((texts.len() as u64).to_le_bytes());
                    for text in texts {
                        digest.update((text.len() as u64).to_le_bytes());
                        digest.update(text);
                    }
                }
            }
        }
        let digest: [u8; 32] = digest.finalize().into();
        let (half, _) = digest.split_at(16);
        Self(u128::from_le_bytes(half.try_into().expect("16 bytes")))
    }
}

/// The fingerprints of all samples so far: 16 bytes each, and their slots.
#[derive(Debug, Default)]
pub struct Dedup(HashSet<Fingerprint, BuildHasherDefault<FirstBytes>>);

/// Room that is made for fingerprints at the start; more comes by doubling.
const MOST_RESERVED: usize = 4_000_000;

impl Dedup {
    /// An empty set with room for `samples`, so that it need not grow by copying
    /// itself, which would take half as much memory again.
    #[must_use]
    pub fn with_room_for(samples: usize) -> Self {
        let room = samples.min(MOST_RESERVED);
        Self(HashSet::with_capacity_and_hasher(
            room,
            BuildHasherDefault::default(),
        ))
    }

    /// Whether the `values` of a sample were not seen before; from now on they were.
    pub fn is_new(&mut self, values: &[Value]) -> bool {
        self.0.insert(Fingerprint::of(values))
    }
}

/// A fingerprint is a digest already, so its first bytes are its hash.
#[derive(Debug, Default)]
struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for (shift, byte) in (0..64).step_by(8).zip(bytes) {
            self.0 ^= u64::from(*byte) << shift;
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the first half is what is wanted"
    )]
    fn write_u128(&mut self, fingerprint: u128) {
        self.0 = fingerprint as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_values_are_seen_once() {
        let mut dedup = Dedup::default();
        let text = [Value::String("a".into()), Value::Float(0.0)];
        assert!(dedup.is_new(&text));
        assert!(!dedup.is_new(&text.clone()));
        assert!(!dedup.is_new(&[Value::String("a".into()), Value::Float(-0.0)]));
    }

    #[test]
    fn values_do_not_run_into_each_other() {
        let mut dedup = Dedup::default();
        for values in [
            [Value::String("ab".into()), Value::String("c".into())],
            [Value::String("a".into()), Value::String("bc".into())],
            [Value::String("abc".into()), Value::Null],
            [Value::Null, Value::String("abc".into())],
            [Value::Integer(1), Value::Boolean(true)],
            [Value::Boolean(true), Value::Integer(1)],
            [Value::Float(1.0), Value::Boolean(true)],
            [Value::List(vec!["ab".into()]), Value::Null],
            [Value::List(vec!["a".into(), "b".into()]), Value::Null],
        ] {
            assert!(dedup.is_new(&values), "{values:?}");
        }
    }
}
