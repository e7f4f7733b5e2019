//! One JSON object a line.
//!
//! Every key in every line, in the order of the fields.

use std::io::Write;

use super::file::{BUFFER_BYTES, FinishedFile, OutputFile};
use super::{Row, RowWriter, WriteError};

/// Writes JSONL: UTF-8, compact, lines ending in LF.
pub(super) struct JsonlWriter {
    file: OutputFile,
    /// Whole lines only.
    buffer: Vec<u8>,
}

impl JsonlWriter {
    /// Writes to `file`.
    pub(super) fn new(file: OutputFile) -> Self {
        Self {
            file,
            buffer: Vec::new(),
        }
    }

    /// Writes one JSON object.
    pub(super) fn write_line(&mut self, json: &str) -> Result<(), WriteError> {
        self.buffer.extend_from_slice(json.as_bytes());
        self.buffer.push(b'\n');
        if self.buffer.len() >= BUFFER_BYTES {
            self.spill()?;
        }
        Ok(())
    }

    /// Empties the buffer, which is no flush: what comes after a failed write
    /// in the same batch takes it back.
    fn spill(&mut self) -> Result<(), WriteError> {
        let written = self.file.write_all(&self.buffer);
        self.buffer.clear();
        written.map_err(|source| self.file.error(source))
    }
}

impl RowWriter for JsonlWriter {
    fn write(&mut self, row: &Row<'_>) -> Result<(), WriteError> {
        self.write_line(&row.json)
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        self.spill()?;
        self.file.flush().map_err(|source| self.file.error(source))
    }

    fn take_back(&mut self) {
        self.file.take_back();
    }

    fn take_name(&mut self) -> Result<(), WriteError> {
        self.file.take_name()
    }

    fn finish(mut self: Box<Self>) -> Result<FinishedFile, WriteError> {
        self.flush()?;
        self.file.finish()
    }

    fn discard(self: Box<Self>) -> Result<(), WriteError> {
        self.file.discard()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::*;
    use crate::output::faults::{full_after, with_plan};
    use crate::output::file::Older;
    use crate::output::testing::{all_kinds, bare_sample, full_sample, text_fields, text_sample};
    use crate::sample::{Field, Sample};

    fn written(fields: &Arc<[Field]>, samples: &[Sample]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("rows.jsonl");
        let file = OutputFile::create(&target, &target, Older::Replaced).expect("created");
        let mut writer = Box::new(JsonlWriter::new(file));
        for sample in samples {
            writer.write(&Row::new(sample, fields)).expect("written");
        }
        writer.finish().expect("finished");
        fs::read_to_string(target).expect("UTF-8")
    }

    #[test]
    fn every_line_has_every_key_and_floats_stay_floats() {
        assert_eq!(
            written(&all_kinds(), &[full_sample("a"), bare_sample("b")]),
            concat!(
                r#"{"text":"a","count":-7,"score":1.0,"truth":true,"label":2,"tags":["x","y, z"],"#,
                r#""talk":[{"role":"user","content":"Why?"},{"role":"assistant","content":"So."}]}"#,
                "\n",
                r#"{"text":"b","count":null,"score":null,"truth":null,"label":null,"tags":null,"talk":null}"#,
                "\n",
            )
        );
    }

    #[test]
    fn only_what_json_forbids_is_escaped() {
        assert_eq!(
            written(
                &text_fields(&["text"]),
                &[text_sample(&["é 🙂 \u{2028}/<>\u{7f} \"\\ \r\n\t\0"])]
            ),
            "{\"text\":\"é 🙂 \u{2028}/<>\u{7f} \\\"\\\\ \\r\\n\\t\\u0000\"}\n"
        );
    }

    #[test]
    fn a_full_disk_leaves_whole_lines() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("rows.jsonl");
        let file = OutputFile::create(&target, &target, Older::Replaced).expect("created");
        let mut writer = Box::new(JsonlWriter::new(file));
        let fields = text_fields(&["text"]);
        with_plan(full_after(29, "rows.jsonl"), || {
            for text in ["one", "two"] {
                let written = writer.write(&Row::new(&text_sample(&[text]), &fields));
                let flushed = written.and_then(|()| writer.flush());
                assert_eq!(flushed.is_ok(), text == "one");
            }
        });

        writer.finish().expect("finished");
        assert_eq!(
            fs::read_to_string(target).expect("UTF-8"),
            "{\"text\":\"one\"}\n"
        );
    }

    #[test]
    fn a_long_batch_that_fails_is_taken_back_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("rows.jsonl");
        let file = OutputFile::create(&target, &target, Older::Replaced).expect("created");
        let mut writer = Box::new(JsonlWriter::new(file));
        let fields = text_fields(&["text"]);
        writer
            .write(&Row::new(&text_sample(&["one"]), &fields))
            .expect("buffered");
        writer.flush().expect("there is room");
        let long = text_sample(&["a".repeat(BUFFER_BYTES).as_str()]);
        with_plan(full_after(BUFFER_BYTES + 50, "rows.jsonl"), || {
            writer
                .write(&Row::new(&long, &fields))
                .expect("there is room");
            writer.write(&Row::new(&long, &fields)).expect_err("full");
        });
        writer.finish().expect("finished");
        assert_eq!(
            fs::read_to_string(target).expect("UTF-8"),
            "{\"text\":\"one\"}\n"
        );
    }
}
