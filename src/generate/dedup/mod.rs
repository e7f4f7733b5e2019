//! Duplicates: samples that say what an earlier one says, or nearly so.
//!
//! Judges words, not meaning.

mod exact;
mod fold;
mod lsh;
mod minhash;
mod shingles;
#[cfg(test)]
mod tests;

use crate::sample::{Field, Limit, Value};

use exact::{Fingerprint, Fingerprints};
use fold::folded;
use lsh::Index;
use minhash::Signature;
use shingles::shingles;

/// Samples that are duplicates of earlier ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Duplicates {
    /// Those whose values are the same, up to the form of characters, case and
    /// white space.
    Exact,
    /// Those, and samples whose texts are similar.
    Near(Threshold),
}

impl Duplicates {
    /// Their name, as `--dedup` takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Near(_) => "near",
        }
    }

    /// From which similarity on samples are duplicates, if they may be similar.
    #[must_use]
    pub fn threshold(self) -> Option<Threshold> {
        match self {
            Self::Exact => None,
            Self::Near(threshold) => Some(threshold),
        }
    }
}

/// Least similarity of near duplicates, from 0.5 to 1.0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold(f64);

impl Default for Threshold {
    fn default() -> Self {
        Self(0.8)
    }
}

impl Threshold {
    /// `similarity`, if it is in range.
    #[must_use]
    pub fn new(similarity: f64) -> Option<Self> {
        (0.5..=1.0)
            .contains(&similarity)
            .then_some(Self(similarity))
    }

    /// As a number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

/// What a sample is to those before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Novelty {
    /// Another one than all of them.
    New,
    /// The same as one of them.
    Exact,
    /// Similar to one of them.
    Near {
        /// The estimated similarity to it.
        similarity: f64,
    },
}

/// Where among `fields` those stand whose texts are labels, which do not count
/// for similarity.
pub fn labels(fields: &[Field]) -> impl Iterator<Item = usize> {
    let is_label = |field: &Field| matches!(field.limit, Limit::Choices(_));
    let numbered = fields.iter().enumerate();
    numbered.filter_map(move |(index, field)| is_label(field).then_some(index))
}

/// What is known of all new samples so far.
#[derive(Debug)]
pub struct Dedup {
    fingerprints: Fingerprints,
    /// If near duplicates are to be found.
    index: Option<Index>,
    /// The values that do not count for similarity.
    uncounted: Vec<usize>,
}

/// Samples that room is made for at the start; more comes by growth.
const MOST_RESERVED: usize = 4_000_000;

impl Dedup {
    /// Without any sample, but room for `samples`, so that it need not grow by
    /// copying itself. The texts of the values at `uncounted` do not count for
    /// similarity.
    #[must_use]
    pub fn new(
        duplicates: Duplicates,
        samples: usize,
        uncounted: impl IntoIterator<Item = usize>,
    ) -> Self {
        let room = samples.min(MOST_RESERVED);
        Self {
            fingerprints: Fingerprints::with_room_for(room),
            index: match duplicates {
                Duplicates::Exact => None,
                Duplicates::Near(threshold) => Some(Index::new(threshold, room)),
            },
            uncounted: uncounted.into_iter().collect(),
        }
    }

    /// Whether a sample of these `values` would be a duplicate.
    #[must_use]
    pub fn has(&self, values: &[Value]) -> bool {
        let texts: Vec<_> = values.iter().map(folded).collect();
        if self.fingerprints.has(Fingerprint::of(values, &texts)) {
            return true;
        }
        let index = self.index.as_ref();
        index.is_some_and(|index| {
            let signature = signature(&texts, &self.uncounted);
            signature.is_some_and(|signature| index.places(&signature).is_err())
        })
    }

    /// What the `values` of a sample are to those before; if they are new, they
    /// are known from now on.
    pub fn novelty(&mut self, values: &[Value]) -> Novelty {
        let texts: Vec<_> = values.iter().map(folded).collect();
        let fingerprint = Fingerprint::of(values, &texts);
        if self.fingerprints.has(fingerprint) {
            return Novelty::Exact;
        }
        if let Some(index) = &mut self.index
            && let Some(signature) = signature(&texts, &self.uncounted)
            && let Err(similarity) = index.insert(signature)
        {
            return Novelty::Near { similarity };
        }
        self.fingerprints.insert(fingerprint);
        Novelty::New
    }

    /// Takes in the `values` that a known sample has from now on; whether they
    /// are not those of another one.
    pub fn amend(&mut self, values: &[Value]) -> bool {
        let texts: Vec<_> = values.iter().map(folded).collect();
        self.fingerprints.insert(Fingerprint::of(values, &texts))
    }
}

/// The signature of the texts that count; without any word there is none.
fn signature(texts: &[Option<String>], uncounted: &[usize]) -> Option<Signature> {
    let counts = |(field, _): &(usize, _)| !uncounted.contains(field);
    let fields: Vec<Vec<u64>> = texts
        .iter()
        .enumerate()
        .filter(counts)
        .filter_map(|(field, text)| Some(shingles(field, text.as_deref()?)))
        .filter(|shingles| !shingles.is_empty())
        .collect();
    (!fields.is_empty()).then(|| Signature::of(&fields))
}
