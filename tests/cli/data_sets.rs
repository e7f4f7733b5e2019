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
        Self {
            jsonl: sandbox.read(&format!("{base}.jsonl")),
            csv: sandbox.read(&format!("{base}.csv")),
            parquet: batches(sandbox, &format!("{base}.parquet")),
        }
    }

    /// The rows of the JSONL file in an order that does not depend on when
    /// they came. The other files must have as many.
    #[track_caller]
    pub(crate) fn rows(&self) -> Vec<&str> {
        let mut rows: Vec<_> = self.jsonl.lines().collect();
        rows.sort_unstable();
        assert_eq!(n_records(&self.csv), rows.len());
        assert_eq!(n_rows_of(&self.parquet), rows.len());
        rows
    }

    /// The rows of one file, all of which must be whole.
    #[track_caller]
    pub(crate) fn n_rows(sandbox: &Sandbox, name: &str) -> usize {
        match name.rsplit_once('.') {
            Some((_, "jsonl")) => sandbox.jsonl(name).len(),
            Some((_, "csv")) => n_records(&sandbox.read(name)),
            _ => n_rows_of(&batches(sandbox, name)),
        }
    }
}

/// The rows of a Parquet file in one batch, however many row groups there are.
fn batches(sandbox: &Sandbox, name: &str) -> Vec<RecordBatch> {
    let file = File::open(sandbox.path(name)).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let reader = builder.with_batch_size(1 << 20).build().unwrap();
    reader.map(Result::unwrap).collect()
}

fn n_rows_of(batches: &[RecordBatch]) -> usize {
    batches.iter().map(RecordBatch::num_rows).sum()
}

fn n_records(csv: &str) -> usize {
    let records = csv::Reader::from_reader(csv.as_bytes()).into_records();
    records.map(Result::unwrap).count()
}
