//! What samples are like at a glance.

use crate::sample::{Field, Sample};

use super::column::Column;

/// What the samples so far are like, in memory that does not grow with them.
#[derive(Debug, Default)]
pub struct Glance {
    columns: Vec<Column>,
    samples: u64,
}

impl Glance {
    /// Of no sample of `fields` yet.
    #[must_use]
    pub fn new(fields: &[Field]) -> Self {
        let columns = fields.iter().map(|field| Column::brief(&field.name));
        Self {
            columns: columns.collect(),
            samples: 0,
        }
    }

    /// Takes in the next sample.
    pub fn take(&mut self, sample: &Sample) {
        self.samples += 1;
        for (column, value) in self.columns.iter_mut().zip(&sample.values) {
            column.take(value);
        }
    }

    /// Samples so far.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// Their columns, in the order of the fields.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }
}
