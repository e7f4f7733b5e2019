//! Parquet: texts, numbers and truths as they are in JSON, and whatever else as
//! the `parquet` crate puts it.

use std::fs::File;

use parquet::errors::ParquetError;
use parquet::file::reader::SerializedFileReader;
use parquet::record::reader::RowIter;
use parquet::record::{Field as Cell, Row as Record};
use serde_json::Value;

use super::{Place, Problem, Row};
use crate::caught::caught;

/// The rows of all groups of a file.
pub(super) struct ParquetRows {
    records: RowIter<'static>,
    /// Rows that were read.
    number: u64,
}

impl ParquetRows {
    pub(super) fn new(file: File) -> Result<Self, Problem> {
        let open = || SerializedFileReader::new(file).map(Box::new);
        match read(|| open().map(|reader| RowIter::from_file_into(reader))) {
            Ok(records) => Ok(Self { records, number: 0 }),
            Err(text) => Err(Problem::of_file(text)),
        }
    }
}

impl Iterator for ParquetRows {
    type Item = Result<Row, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        self.number += 1;
        let place = Place::Row(self.number);
        let record = read(|| self.records.next().transpose()).transpose()?;
        Some(match record {
            Ok(record) => Ok(row(place, &record)),
            Err(text) => Err(Problem::at(place, text)),
        })
    }
}

fn row(place: Place, record: &Record) -> Row {
    let columns = record.get_column_iter();
    Row {
        place,
        object: columns
            .map(|(name, cell)| (name.clone(), value(cell)))
            .collect(),
    }
}

fn value(cell: &Cell) -> Value {
    match cell {
        // What was meant: 0.1, not 0.10000000149011612.
        Cell::Float(number) => number
            .to_string()
            .parse::<f64>()
            .map_or(Value::Null, Value::from),
        cell => cell.to_json_value(),
    }
}

/// What `parse` reads of a file; it panics on some that are damaged.
fn read<T>(parse: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, String> {
    match caught(parse) {
        Some(Ok(read)) => Ok(read),
        Some(Err(error)) => Err(format!("cannot be read as Parquet: {error}")),
        None => Err("cannot be read as Parquet: it is damaged".to_owned()),
    }
}
