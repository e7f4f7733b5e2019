//! Parquet files: the rows of all groups, `column: value` a line.

use std::fmt::Display;

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::caught::caught;
use super::rows::Rows;
use super::text::Text;
use super::{Limits, Refusal, Section};

/// Rows that are unpacked at once.
const BATCH_ROWS: usize = 256;

/// The rows as one section.
pub(super) fn sections(content: Vec<u8>, limits: Limits) -> Result<Vec<Section>, Refusal> {
    caught("Parquet", || {
        let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(content))
            .map_err(malformed)?;
        let groups = builder.metadata().row_groups();
        let is_bomb = groups.iter().any(|group| {
            let packed = group.compressed_size().max(0).unsigned_abs();
            let unpacked = group.total_byte_size().max(0).unsigned_abs();
            unpacked > (limits.text_bytes as u64).max(packed.saturating_mul(limits.ratio as u64))
        });
        if is_bomb {
            return Err(Refusal::Bomb(limits.ratio));
        }
        let reader = builder
            .with_batch_size(BATCH_ROWS)
            .build()
            .map_err(malformed)?;
        let mut rows = Rows::new(Text::new(limits));
        for batch in reader {
            add(&mut rows, &batch.map_err(malformed)?)?;
        }
        Ok(rows.into_inner().into_sections())
    })
}

fn add(rows: &mut Rows<Text>, batch: &RecordBatch) -> Result<(), Refusal> {
    let options = FormatOptions::default().with_display_error(true);
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns());
    let columns: Vec<_> = columns
        .map(|(field, column)| Ok((field.name(), ArrayFormatter::try_new(column, &options)?)))
        .collect::<Result<_, arrow::error::ArrowError>>()
        .map_err(malformed)?;
    for row in 0..batch.num_rows() {
        for (name, values) in &columns {
            rows.cell(name, &values.value(row).to_string())?;
        }
        rows.end_row();
    }
    Ok(())
}

fn malformed(error: impl Display) -> Refusal {
    Refusal::Malformed(format!("cannot be read as Parquet: {error}"))
}
