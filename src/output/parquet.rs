//! Apache Parquet.
//!
//! Plain optional columns without Arrow's own schema: what every reader reads.

use std::io;
use std::iter;

use arrow::datatypes::DataType;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use super::column::Column;
use super::columns::Columns;
use super::file::{FinishedFile, OutputFile};
use super::{Row, RowWriter, WriteError, huggingface};

/// Rows of a row group: what is held in memory, and what readers skip by.
const MAX_ROW_GROUP_ROWS: usize = 20_000;

/// Bytes of a row group, for rows that are long.
const MAX_ROW_GROUP_BYTES: usize = 32 * 1024 * 1024;

/// Writes Parquet, compressed with zstd.
///
/// Nothing of the file can be read before it is finished, and after a failed
/// write it cannot be finished.
pub(super) struct ParquetWriter {
    columns: Columns,
    row_groups: ArrowWriter<OutputFile>,
    /// What ended the writing early.
    failure: Option<WriteError>,
}

impl ParquetWriter {
    /// Writes rows of `columns` to `file`.
    pub(super) fn new(columns: &[Column], file: OutputFile) -> Result<Self, WriteError> {
        let options = ArrowWriterOptions::new()
            .with_skip_arrow_metadata(true)
            .with_properties(properties(columns));
        let path = file.path().to_owned();
        let failed = |error| WriteError::at(&path, cause(error));
        let columns = Columns::new(columns).map_err(|error| failed(error.into()))?;
        let row_groups =
            ArrowWriter::try_new_with_options(file, columns.schema(), options).map_err(failed)?;
        Ok(Self {
            columns,
            row_groups,
            failure: None,
        })
    }

    fn fail(&mut self, source: io::Error) -> WriteError {
        let error = self.row_groups.inner().error(source);
        self.failure = Some(error.again());
        error
    }

    fn write_columns(&mut self) -> Result<(), WriteError> {
        let batch = self.columns.take().map_err(ParquetError::from);
        batch
            .and_then(|batch| self.row_groups.write(&batch))
            .map_err(|error| self.fail(cause(error)))
    }

    /// Writes what is in memory and the footer.
    fn close(&mut self) -> Result<(), WriteError> {
        if let Some(failure) = &self.failure {
            return Err(failure.again());
        }
        self.write_columns()?;
        self.row_groups
            .finish()
            .map(drop)
            .map_err(|error| self.fail(cause(error)))
    }
}

impl RowWriter for ParquetWriter {
    fn write(&mut self, row: &Row<'_>) -> Result<(), WriteError> {
        self.columns
            .push(&row.json)
            .map_err(|error| self.fail(cause(error.into())))?;
        if self.columns.are_full() {
            self.write_columns()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        Ok(())
    }

    fn take_back(&mut self) {
        self.fail(io::Error::other("its last rows cannot be taken back"));
    }

    fn take_name(&mut self) -> Result<(), WriteError> {
        self.row_groups.inner().take_name()
    }

    fn finish(mut self: Box<Self>) -> Result<FinishedFile, WriteError> {
        if let Err(error) = self.close() {
            // Without its footer nobody can read it.
            self.discard().ok();
            return Err(error);
        }
        self.row_groups.inner().finish()
    }

    fn discard(self: Box<Self>) -> Result<(), WriteError> {
        self.row_groups.inner().discard()
    }
}

fn properties(columns: &[Column]) -> WriterProperties {
    let features = huggingface::features(columns);
    let features = features.map(|it| vec![KeyValue::new(huggingface::KEY.to_owned(), it)]);
    let general = WriterProperties::builder()
        .set_created_by(concat!("sdgen version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(MAX_ROW_GROUP_ROWS))
        .set_max_row_group_bytes(Some(MAX_ROW_GROUP_BYTES))
        .set_key_value_metadata(features);
    columns.iter().fold(general, without_dictionary).build()
}

/// Turns the dictionary of `column` off if it holds texts.
///
/// Texts of samples hardly repeat: building a dictionary of them only to give
/// it up costs time, and zstd finds what does repeat.
fn without_dictionary(
    properties: WriterPropertiesBuilder,
    column: &Column,
) -> WriterPropertiesBuilder {
    let path = |inner: &[&str]| {
        let inner = inner.iter().copied().map(str::to_owned);
        ColumnPath::new(iter::once(column.name.clone()).chain(inner).collect())
    };
    let texts = match &column.data_type {
        DataType::Utf8 => vec![path(&[])],
        DataType::List(item) => match item.data_type() {
            DataType::Struct(parts) => parts
                .iter()
                .map(|part| path(&["list", "element", part.name()]))
                .collect(),
            // The items of a list are tags that do repeat.
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    texts.into_iter().fold(properties, |properties, texts| {
        properties.set_column_dictionary_enabled(texts, false)
    })
}

/// What the operating system said, without the words of the `parquet` crate.
fn cause(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => source
            .downcast::<io::Error>()
            .map_or_else(io::Error::other, |source| *source),
        ParquetError::General(text) => io::Error::other(text),
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::sync::Arc;

    use parquet::basic::{LogicalType, Repetition, Type};
    use parquet::file::metadata::RowGroupMetaData;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field as Cell;

    use super::*;
    use crate::output::faults::{full_after, with_plan};
    use crate::output::file::Older;
    use crate::output::testing::{
        all_kinds, bare_sample, columns, full_sample, text_fields, text_sample,
    };
    use crate::sample::{Field, Sample};

    fn written(fields: &Arc<[Field]>, samples: &[Sample]) -> SerializedFileReader<File> {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("rows.parquet");
        let file = OutputFile::create(&target, &target, Older::Replaced).expect("created");
        let mut writer = Box::new(ParquetWriter::new(&columns(fields), file).expect("begun"));
        for sample in samples {
            writer.write(&Row::new(sample, fields)).expect("written");
        }
        writer.finish().expect("finished");
        let file = File::open(target).expect("a file");
        SerializedFileReader::new(file).expect("Parquet")
    }

    fn rows(reader: &SerializedFileReader<File>) -> Vec<Vec<Cell>> {
        let rows = reader.get_row_iter(None).expect("rows");
        rows.map(|row| row.expect("a row").into_columns())
            .map(|columns| columns.into_iter().map(|(_, cell)| cell).collect())
            .collect()
    }

    #[test]
    fn values_are_read_back() {
        let reader = written(&all_kinds(), &[full_sample("a"), bare_sample("b")]);
        let cells: Vec<Vec<_>> = rows(&reader)
            .iter()
            .map(|row| row.iter().map(Cell::to_string).collect())
            .collect();
        assert_eq!(
            cells,
            [
                [
                    "\"a\"",
                    "-7",
                    "1.0",
                    "true",
                    "2",
                    "[\"x\", \"y, z\"]",
                    "[{role: \"user\", content: \"Why?\"}, {role: \"assistant\", content: \"So.\"}]"
                ],
                ["\"b\"", "null", "null", "null", "null", "null", "null"],
            ]
        );
    }

    #[test]
    fn columns_are_plain_and_optional_even_if_required_or_all_null() {
        let reader = written(&all_kinds(), &[bare_sample("a")]);
        let columns = reader.metadata().file_metadata().schema_descr().columns();
        let types: Vec<_> = columns
            .iter()
            .map(|column| (column.path().string(), column.physical_type()))
            .collect();
        assert_eq!(
            types,
            [
                ("text", Type::BYTE_ARRAY),
                ("count", Type::INT64),
                ("score", Type::DOUBLE),
                ("truth", Type::BOOLEAN),
                ("label", Type::INT64),
                ("tags.list.element", Type::BYTE_ARRAY),
                ("talk.list.element.role", Type::BYTE_ARRAY),
                ("talk.list.element.content", Type::BYTE_ARRAY),
            ]
            .map(|(path, kind)| (path.to_owned(), kind))
        );
        assert_eq!(columns[0].logical_type_ref(), Some(&LogicalType::String));
        for column in columns {
            let repetition = column.self_type().get_basic_info().repetition();
            assert_eq!(repetition, Repetition::OPTIONAL);
        }
    }

    #[test]
    fn the_file_tells_its_maker_and_its_features_and_nothing_else() {
        let fields = text_fields(&["text"]);
        let reader = written(&fields, &[text_sample(&["a"])]);
        let metadata = reader.metadata().file_metadata();
        assert_eq!(
            metadata.created_by(),
            Some(concat!("sdgen version ", env!("CARGO_PKG_VERSION")))
        );
        assert_eq!(
            metadata.key_value_metadata(),
            Some(&vec![KeyValue::new(
                "huggingface".to_owned(),
                r#"{"info":{"features":{"text":{"dtype":"string","_type":"Value"}}}}"#.to_owned()
            )])
        );
    }

    #[test]
    fn row_groups_are_bounded_and_compressed_with_zstd() {
        let samples = vec![text_sample(&["a"]); 45_000];
        let reader = written(&text_fields(&["text"]), &samples);
        let row_groups = reader.metadata().row_groups();
        let rows: Vec<_> = row_groups.iter().map(RowGroupMetaData::num_rows).collect();
        assert_eq!(rows, [20_000, 20_000, 5_000]);
        assert_eq!(
            row_groups[0].column(0).compression(),
            Compression::ZSTD(ZstdLevel::try_new(1).expect("a level"))
        );
    }

    #[test]
    fn a_name_with_a_dot_is_one_column() {
        let reader = written(&text_fields(&["a.b"]), &[text_sample(&["c"])]);
        assert_eq!(rows(&reader), [[Cell::Str("c".into())]]);
    }

    /// Lets `write` fail on a disk that is full after 100 bytes.
    fn on_a_full_disk(write: impl FnOnce(Box<ParquetWriter>) -> WriteError) {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("rows.parquet");
        let fields = text_fields(&["text"]);
        let empty = OutputFile::create(&target, &target, Older::Replaced).expect("created");
        let writer = Box::new(ParquetWriter::new(&columns(&fields), empty).expect("begun"));
        let (error, _) = with_plan(full_after(100, "rows.parquet"), || write(writer));
        assert_eq!(
            error.to_string(),
            format!("cannot write `{}`: no storage space", target.display())
        );
        assert!(!fs::exists(&target).expect("a readable folder"));
    }

    #[test]
    fn a_full_disk_leaves_no_file_and_is_named_as_the_cause() {
        on_a_full_disk(|mut writer| {
            let row = text_sample(&["a"]);
            writer
                .write(&Row::new(&row, &text_fields(&["text"])))
                .expect("in memory");
            writer.finish().expect_err("the disk is full")
        });
    }

    #[test]
    fn a_write_that_failed_is_told_again_at_the_end() {
        on_a_full_disk(|mut writer| {
            let failed = (0..2 * MAX_ROW_GROUP_ROWS).find_map(|row| {
                let sample = text_sample(&[&row.to_string()]);
                writer
                    .write(&Row::new(&sample, &text_fields(&["text"])))
                    .err()
            });
            let error = failed.expect("a row group is written");
            assert_eq!(error.source.kind(), io::ErrorKind::StorageFull);
            writer.finish().expect_err("there is no footer")
        });
    }
}
