//! What is in the finished files of a run, to be compared.

use std::fs::File;

use arrow::record_batch::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::sandbox::Sandbox;

/// The files of a run: texts by their bytes, Parquet by its rows.
#[derive(Debug, PartialEq)]
pub(crate) struct DataSets {
    pub(crate) jsonl: String,
    csv: String,
    parquet: Vec<RecordBatch>,
}

impl DataSets {
    /// Those whose names begin with `base`.
    pub(crate) fn read(sandbox: &Sandbox, base: &str) -> Self {
        let parquet = File::open(sandbox.path(&format!("{base}.parquet"))).unwrap();
        let builder = ParquetRecordBatchReaderBuilder::try_new(parquet).unwrap();
        Self {
            jsonl: sandbox.read(&format!("{base}.jsonl")),
            csv: sandbox.read(&format!("{base}.csv")),
            // One batch, however many row groups there are.
            parquet: builder
                .with_batch_size(1 << 20)
                .build()
                .unwrap()
                .map(Result::unwrap)
                .collect(),
        }
    }

    /// The rows of the JSONL file in an order that does not depend on when
    /// they came. The other files must have as many.
    #[track_caller]
    pub(crate) fn rows(&self) -> Vec<&str> {
        let mut rows: Vec<_> = self.jsonl.lines().collect();
        rows.sort_unstable();
        let records = csv::Reader::from_reader(self.csv.as_bytes()).into_records();
        assert_eq!(records.map(Result::unwrap).count(), rows.len());
        let in_parquet: usize = self.parquet.iter().map(RecordBatch::num_rows).sum();
        assert_eq!(in_parquet, rows.len());
        rows
    }
}
