//! Whole runs: undisturbed, resumed, cut short, on disks that fail.

mod converted;
mod crash;
mod failure;
mod files;
mod journal;
mod resume;

use std::fs;
use std::path::PathBuf;

use serde_json::json;
use tempfile::TempDir;

use super::testing::{claim, text_fields, text_sample};
use super::{
    Existing, Finished, OpenError, Origin, OutputConfig, OutputFormat, Outputs, Past, Place,
    SourceKind, WriteError,
};

const JSONL: &str = "out_qa_from_query.jsonl";
const CSV: &str = "out_qa_from_query.csv";
const PARQUET: &str = "out_qa_from_query.parquet";
const SOURCES: &str = ".sdgen/out_qa_from_query.sources.jsonl";
const JOURNAL: &str = ".sdgen/out_qa_from_query.journal.jsonl";

/// A folder for outputs of one text field.
struct Sandbox {
    folder: TempDir,
    config: OutputConfig,
}

impl Sandbox {
    fn new() -> Self {
        // In memory if possible: the syncs of a thousand runs take their time.
        let in_memory = tempfile::tempdir_in("/dev/shm");
        let folder = in_memory.or_else(|_| tempfile::tempdir());
        let folder = folder.expect("a folder");
        let config = OutputConfig {
            prefix: folder.path().join("out"),
            formats: OutputFormat::ALL.to_vec(),
            source: SourceKind::Query,
            incremental: false,
            with_metadata: false,
            conversion: None,
            existing: Existing::Refuse,
            split: None,
            hub_folder: false,
        };
        Self { folder, config }
    }

    fn place(&self) -> Place {
        claim(&self.config, "qa").expect("nobody has it")
    }

    fn past(&self) -> Option<Past> {
        self.place().past().expect("a journal of this version")
    }

    fn open(&self) -> Result<Outputs, OpenError> {
        let place = claim(&self.config, "qa")?;
        place.begin(&text_fields(&["text"]), &json!({"run": 1}))
    }

    fn opened(&self) -> Outputs {
        self.open().expect("nothing in the way")
    }

    fn resume(&self) -> Result<Outputs, OpenError> {
        let place = claim(&self.config, "qa")?;
        let past = place.past()?.expect("an earlier run");
        place.resume(&text_fields(&["text"]), &past)
    }

    fn finished(&self, texts: &[&str]) -> Finished {
        let mut outputs = self.opened();
        append(&mut outputs, texts).expect("written");
        outputs.finish(true)
    }

    fn path(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().to_owned();
        name.split('/').fold(folder, |path, part| path.join(part))
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a text file")
    }

    /// The lines of the journal without their checksums.
    fn journal(&self) -> Vec<String> {
        let text = self.text(JOURNAL);
        let lines = text.split_terminator('\n');
        let objects = lines.map(|line| line.rsplit_once(r#","crc32":""#).expect("a checksum"));
        objects.map(|(object, _)| object.to_owned()).collect()
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
    }

    /// The names in `folder`, sorted.
    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).expect("a folder");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.into_string().expect("UTF-8"))
            .collect();
        names.sort();
        names
    }
}

fn append(outputs: &mut Outputs, texts: &[&str]) -> Result<(), WriteError> {
    let samples: Vec<_> = texts.iter().map(|text| text_sample(&[text])).collect();
    let origin = Origin {
        request: 1,
        ..Origin::default()
    };
    outputs.append(&samples, Some(&origin), &json!({"tokens": 1}))
}
