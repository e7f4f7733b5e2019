//! Comma-separated values.
//!
//! Texts are left as they are: nothing is trimmed, and no formula defused.

use std::io;

use csv::{Writer, WriterBuilder};
use serde::Serialize;
use serde_json::Value as Json;

use super::column::Column;
use super::file::{BUFFER_BYTES, FinishedFile, OutputFile};
use super::{Row, RowWriter, WriteError};
use crate::sample::Value;

/// Writes CSV: header, quotes only where needed, lines ending in LF.
///
/// No value and the empty text are the same empty cell.
pub(super) struct CsvWriter {
    rows: Writer<OutputFile>,
    /// The text of the value being written.
    text: Vec<u8>,
}

impl CsvWriter {
    /// Writes rows of `columns` to `file`, and the header at once.
    pub(super) fn new(columns: &[Column], file: OutputFile) -> Result<Self, WriteError> {
        let rows = WriterBuilder::new()
            .buffer_capacity(BUFFER_BYTES)
            .from_writer(file);
        let mut writer = Self {
            rows,
            text: Vec::new(),
        };
        writer
            .rows
            .write_record(columns.iter().map(|column| &column.name))
            .map_err(|error| writer.error(cause(error)))?;
        writer.flush()?;
        Ok(writer)
    }

    fn error(&self, source: io::Error) -> WriteError {
        self.rows.get_ref().error(source)
    }

    fn write_row(&mut self, row: &Row<'_>) -> csv::Result<()> {
        match &row.object {
            None => {
                let mut values = row.sample.values.iter();
                values.try_for_each(|value| self.write_value(value))?;
            }
            Some(object) => {
                let mut values = object.values();
                values.try_for_each(|value| self.write_json(value))?;
            }
        }
        self.rows.write_record(None::<&[u8]>)
    }

    fn write_json(&mut self, value: &Json) -> csv::Result<()> {
        match value {
            Json::Null => self.rows.write_field(""),
            Json::String(text) => self.rows.write_field(text),
            other => self.write_as_json(other),
        }
    }

    fn write_value(&mut self, value: &Value) -> csv::Result<()> {
        match value {
            Value::Null => self.rows.write_field(""),
            Value::String(text) => self.rows.write_field(text),
            Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::List(_)
            | Value::Messages(_) => self.write_as_json(value),
        }
    }

    /// Writes `value` as in JSON, so that the files of a run agree: `1.0`,
    /// `true`, `["a"]`.
    fn write_as_json(&mut self, value: &impl Serialize) -> csv::Result<()> {
        self.text.clear();
        serde_json::to_writer(&mut self.text, value).map_err(io::Error::from)?;
        self.rows.write_field(&self.text)
    }
}

impl RowWriter for CsvWriter {
    fn write(&mut self, row: &Row<'_>) -> Result<(), WriteError> {
        self.write_row(row)
            .map_err(|error| self.error(cause(error)))
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        self.rows.flush().map_err(|source| self.error(source))
    }

    fn take_back(&mut self) {
        self.rows.get_ref().take_back();
    }

    fn take_name(&mut self) -> Result<(), WriteError> {
        self.rows.get_ref().take_name()
    }

    fn finish(mut self: Box<Self>) -> Result<FinishedFile, WriteError> {
        self.flush()?;
        self.rows.get_ref().finish()
    }

    fn discard(self: Box<Self>) -> Result<(), WriteError> {
        self.rows.get_ref().discard()
    }
}

/// What the operating system said, without the words of the `csv` crate.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(source) => source,
        kind => io::Error::other(format!("{kind:?}")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::*;
    use crate::output::faults::{full_after, with_plan};
    use crate::output::file::Older;
    use crate::output::testing::{
        all_kinds, bare_sample, columns, full_sample, text_fields, text_sample,
    };
    use crate::sample::{Field, FieldKind, Sample};

    fn written(fields: &Arc<[Field]>, samples: &[Sample]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("rows.csv");
        let file = OutputFile::create(&target, &target, Older::Replaced).expect("created");
        let mut writer = Box::new(CsvWriter::new(&columns(fields), file).expect("header"));
        for sample in samples {
            writer.write(&Row::new(sample, fields)).expect("written");
        }
        writer.finish().expect("finished");
        fs::read_to_string(target).expect("UTF-8")
    }

    #[test]
    fn values_look_as_in_json_and_null_is_empty() {
        assert_eq!(
            written(&all_kinds(), &[full_sample("a"), bare_sample("b")]),
            concat!(
                "text,count,score,truth,label,tags,talk\n",
                "a,-7,1.0,true,2,\"[\"\"x\"\",\"\"y, z\"\"]\",",
                "\"[{\"\"role\"\":\"\"user\"\",\"\"content\"\":\"\"Why?\"\"},",
                "{\"\"role\"\":\"\"assistant\"\",\"\"content\"\":\"\"So.\"\"}]\"\n",
                "b,,,,,,\n",
            )
        );
    }

    #[test]
    fn floats_are_the_shortest_that_are_read_back() {
        let numbers = [0.1 + 0.2, 1e16, -0.0, 100.0, f64::MIN_POSITIVE];
        let samples = numbers.map(|number| Sample {
            values: vec![Value::Float(number)],
        });
        let fields = Arc::new([Field::new("score", FieldKind::Float, "a number")]) as Arc<[Field]>;
        assert_eq!(
            written(&fields, &samples),
            "score\n0.30000000000000004\n1e+16\n-0.0\n100.0\n2.2250738585072014e-308\n"
        );
    }

    #[test]
    fn only_commas_quotes_and_line_breaks_are_quoted() {
        let sample = text_sample(&["a,b", "say \"hi\"", "c\nd", "e\rf", " g ", "\0\u{2028}🙂"]);
        assert_eq!(
            written(&text_fields(&["1", "2", "3", "4", "5", "6"]), &[sample]),
            "1,2,3,4,5,6\n\"a,b\",\"say \"\"hi\"\"\",\"c\nd\",\"e\rf\", g ,\0\u{2028}🙂\n"
        );
    }

    #[test]
    fn an_empty_cell_that_is_all_of_its_row_is_no_blank_line() {
        assert_eq!(
            written(
                &text_fields(&["text"]),
                &[text_sample(&[""]), text_sample(&["a"])]
            ),
            "text\n\"\"\na\n"
        );
    }

    #[test]
    fn header_names_are_quoted_too() {
        assert_eq!(written(&text_fields(&["a,b", "c"]), &[]), "\"a,b\",c\n");
    }

    #[test]
    fn a_full_disk_leaves_whole_rows() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("rows.csv");
        let file = OutputFile::create(&target, &target, Older::Replaced).expect("created");
        let fields = text_fields(&["text"]);
        let mut writer = Box::new(CsvWriter::new(&columns(&fields), file).expect("there is room"));
        let samples = ["one\ntwo", "three\nfour"].map(|text| text_sample(&[text]));
        let rows = samples.each_ref().map(|sample| Row::new(sample, &fields));
        with_plan(full_after(15, "rows.csv"), || {
            writer.write(&rows[0]).expect("buffered");
            writer.flush().expect("there is room");
            writer.write(&rows[1]).expect("buffered");
            let error = writer.flush().expect_err("the disk is full");
            assert_eq!(error.source.kind(), io::ErrorKind::StorageFull);
        });

        writer.finish().expect("finished");
        assert_eq!(
            fs::read_to_string(target).expect("UTF-8"),
            "text\n\"one\ntwo\"\n"
        );
    }

    #[test]
    fn a_row_of_another_length_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("rows.csv");
        let file = OutputFile::create(&target, &target, Older::Replaced).expect("created");
        let fields = text_fields(&["a", "b"]);
        let mut writer = CsvWriter::new(&columns(&fields), file).expect("header");
        assert!(
            writer
                .write(&Row::new(&text_sample(&["alone"]), &fields))
                .is_err()
        );
    }
}
