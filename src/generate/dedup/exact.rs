//! Samples that are the same, by fingerprint.

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
pub(super) struct Fingerprint(u128);

impl Fingerprint {
    /// That of `values`, with `texts` for those that are texts.
    pub(super) fn of(values: &[Value], texts: &[Option<String>]) -> Self {
        let mut digest = Sha256::new();
        for (value, text) in values.iter().zip(texts) {
            // A tag and, for texts, the length keep neighbours apart.
            match value {
                Value::Null => digest.update([0]),
                Value::String(as_written) => {
                    let text = text.as_ref().unwrap_or(as_written);
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
                Value::List(items) => {
                    let text = text.as_deref().unwrap_or_default();
                    digest.update([5]);
                    digest.update((items.len() as u64).to_le_bytes());
                    digest.update((text.len() as u64).to_le_bytes());
                    digest.update(text);
                }
                Value::Messages(messages) => {
                    let text = text.as_deref().unwrap_or_default();
                    digest.update([6]);
                    digest.update((messages.len() as u64).to_le_bytes());
                    digest.update(messages.iter().map(|it| it.role as u8).collect::<Vec<_>>());
                    digest.update((text.len() as u64).to_le_bytes());
                    digest.update(text);
                }
            }
        }
        let digest: [u8; 32] = digest.finalize().into();
        let (half, _) = digest.split_at(16);
        Self(u128::from_le_bytes(half.try_into().expect("16 bytes")))
    }
}

/// Fingerprints: 16 bytes each, and their slots.
#[derive(Debug)]
pub(super) struct Fingerprints(HashSet<Fingerprint, BuildHasherDefault<FirstBytes>>);

impl Fingerprints {
    pub(super) fn with_room_for(samples: usize) -> Self {
        let hasher = BuildHasherDefault::default();
        Self(HashSet::with_capacity_and_hasher(samples, hasher))
    }

    pub(super) fn has(&self, fingerprint: Fingerprint) -> bool {
        self.0.contains(&fingerprint)
    }

    /// Takes in a fingerprint; whether it is new.
    pub(super) fn insert(&mut self, fingerprint: Fingerprint) -> bool {
        self.0.insert(fingerprint)
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
