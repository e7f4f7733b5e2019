//! How often a second look agreed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What second looks came to, in all and by the label that a sample had.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// All samples.
    #[serde(flatten)]
    pub all: Counts,
    /// Those of each label; empty if labels are not what is judged.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, Counts>,
}

/// What became of samples; `asked` is the sum of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Looked at a second time.
    pub asked: u64,
    /// Judged as they were.
    pub agreed: u64,
    /// Judged otherwise, and rejected.
    pub dropped: u64,
    /// Judged otherwise, and kept with another label or score.
    pub relabelled: u64,
    /// Kept without a judgement.
    pub unjudged: u64,
}

/// What became of one sample.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fate {
    Agreed,
    Dropped,
    Relabelled,
    Unjudged,
}

impl Tally {
    /// A sample with such a `label`, if it has one, met its `fate`.
    pub(super) fn count(&mut self, label: Option<&str>, fate: Fate) {
        self.all.count(fate);
        if let Some(label) = label {
            self.labels.entry(label.to_owned()).or_default().count(fate);
        }
    }
}

impl Counts {
    fn count(&mut self, fate: Fate) {
        self.asked += 1;
        *match fate {
            Fate::Agreed => &mut self.agreed,
            Fate::Dropped => &mut self.dropped,
            Fate::Relabelled => &mut self.relabelled,
            Fate::Unjudged => &mut self.unjudged,
        } += 1;
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.asked += other.asked;
        self.agreed += other.agreed;
        self.dropped += other.dropped;
        self.relabelled += other.relabelled;
        self.unjudged += other.unjudged;
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.all += other.all;
        for (label, counts) in other.labels {
            *self.labels.entry(label).or_default() += counts;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_add_up_and_come_back_as_they_were_written() {
        let mut one = Tally::default();
        one.count(Some("neutral"), Fate::Agreed);
        one.count(Some("neutral"), Fate::Dropped);
        let mut other = Tally::default();
        other.count(Some("entailment"), Fate::Relabelled);
        other.count(Some("neutral"), Fate::Unjudged);
        other.count(None, Fate::Agreed);
        one += other;
        let json = serde_json::to_string(&one).expect("plain values");
        assert_eq!(
            json,
            "{\"asked\":5,\"agreed\":2,\"dropped\":1,\"relabelled\":1,\"unjudged\":1,\"labels\":{\
             \"entailment\":{\"asked\":1,\"agreed\":0,\"dropped\":0,\"relabelled\":1,\"unjudged\":0},\
             \"neutral\":{\"asked\":3,\"agreed\":1,\"dropped\":1,\"relabelled\":0,\"unjudged\":1}}}"
        );
        let read: Tally = serde_json::from_str(&json).expect("a tally");
        assert_eq!(read, one);
    }
}
