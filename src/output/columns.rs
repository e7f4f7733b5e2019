//! Rows turned into Arrow columns, a bounded number at a time.
//!
//! Knows nothing of files.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::json::ReaderBuilder;
use arrow::json::reader::Decoder;

use super::column::{Column, optional};

/// Rows in memory before they are handed on; more gain no time.
const MAX_ROWS: usize = 1024;

/// Bytes of rows in memory before they are handed on, for rows that are long.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Rows that wait to become a [`RecordBatch`].
pub(super) struct Columns {
    schema: SchemaRef,
    decoder: Decoder,
    n_rows: usize,
    n_bytes: usize,
}

impl Columns {
    /// No rows of `columns`.
    pub(super) fn new(columns: &[Column]) -> Result<Self, ArrowError> {
        let columns = columns.iter();
        let fields = columns.map(|column| optional(&column.name, column.data_type.clone()));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let decoder = ReaderBuilder::new(Arc::clone(&schema))
            .with_batch_size(MAX_ROWS)
            .with_strict_mode(true)
            .build_decoder()?;
        Ok(Self {
            schema,
            decoder,
            n_rows: 0,
            n_bytes: 0,
        })
    }

    /// Names and types of the columns.
    pub(super) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Adds a row, which is a JSON object; not to columns that are full.
    pub(super) fn push(&mut self, json: &str) -> Result<(), ArrowError> {
        self.decoder.decode(json.as_bytes())?;
        self.n_bytes += json.len();
        self.n_rows += 1;
        Ok(())
    }

    /// Whether the rows should be [taken](Self::take) now.
    pub(super) fn are_full(&self) -> bool {
        self.n_rows >= MAX_ROWS || self.n_bytes >= MAX_BYTES
    }

    /// The rows so far; none remain.
    pub(super) fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        self.n_rows = 0;
        self.n_bytes = 0;
        let batch = self.decoder.flush()?;
        Ok(batch.unwrap_or_else(|| RecordBatch::new_empty(self.schema())))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::Array as _;
    use arrow::datatypes::DataType;

    use super::*;
    use crate::output::testing::{all_kinds, columns, text_fields};

    #[test]
    fn columns_are_full_after_many_rows_or_much_text() {
        let mut columns = Columns::new(&columns(&text_fields(&["text"]))).expect("columns");
        let rows = (1..2000).find(|_| {
            columns.push(r#"{"text":"a"}"#).expect("a text");
            columns.are_full()
        });
        assert_eq!(rows, Some(1024));
        assert_eq!(
            columns.take().expect("columns of a length").num_rows(),
            1024
        );
        assert!(!columns.are_full());

        let long_text = format!(r#"{{"text":"{}"}}"#, "a".repeat(3 * 1024 * 1024));
        columns.push(&long_text).expect("a text");
        assert!(!columns.are_full());
        columns.push(&long_text).expect("a text");
        assert!(columns.are_full());
    }

    #[test]
    fn a_column_without_values_keeps_its_type() {
        let mut columns = Columns::new(&columns(&all_kinds())).expect("columns");
        columns.push(r#"{"text":"a"}"#).expect("only nulls");
        let batch = columns.take().expect("columns of a length");
        assert_eq!(batch.column(1).data_type(), &DataType::Int64);
        assert_eq!(batch.column(1).null_count(), 1);
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        for json in [r#"{"text":1}"#, r#"{"other":"a"}"#, r#"{"text":{}}"#] {
            let mut columns = Columns::new(&columns(&text_fields(&["text"]))).expect("columns");
            let pushed = columns.push(json).and_then(|()| columns.take());
            assert!(pushed.is_err(), "{json}");
        }
    }
}
