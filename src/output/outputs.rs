//! All files of a run as one: opened together, fed together, finished each on
//! its own.
//!
//! Everything that can go wrong before there is a sample goes wrong in
//! [`Outputs::open`], when nothing has been paid for yet.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use tempfile::NamedTempFile;

use super::file::{Naming, OutputFile};
use super::journal::{self, Journal};
use super::names::FileNames;
use super::{OutputConfig, OutputFormat, Row, RowWriter, WriteError, lock};
use crate::sample::{Field, Sample};

/// The files of a run while it lasts.
pub struct Outputs {
    names: FileNames,
    fields: Arc<[Field]>,
    journal: Journal,
    kept_journal: Option<PathBuf>,
    data_sets: Vec<DataSet>,
    /// Where and why a file failed; none takes samples after that.
    failure: Option<(PathBuf, ErrorKind)>,
    /// Samples in every file.
    rows: u64,
    /// Files of this name that an earlier run made and this one does not.
    strangers: Vec<PathBuf>,
    /// The final names of the files.
    targets: Vec<PathBuf>,
    lock: Arc<File>,
}

/// The file that describes a run.
#[derive(Debug)]
pub struct ManifestFile {
    path: PathBuf,
    part: PathBuf,
    _lock: Arc<File>,
}

impl ManifestFile {
    /// Replaces the description as a whole.
    ///
    /// # Errors
    ///
    /// The file could not be written.
    pub fn write(&self, manifest: &impl Serialize) -> Result<(), WriteError> {
        let mut file = OutputFile::create(&self.part, &self.path, Naming::AT_THE_END)?;
        let json = serde_json::to_string_pretty(manifest).map_err(|source| file.error(source))?;
        let written = writeln!(file, "{json}").map_err(|source| file.error(source));
        let finished = written.and_then(|()| file.finish().map(drop));
        if finished.is_err() {
            // The older description is better than half of a newer one.
            file.discard().ok();
        }
        finished
    }
}

/// What remains of a run.
#[derive(Debug)]
pub struct Finished {
    /// The files at their final names, relative if the prefix is.
    pub files: Vec<PathBuf>,
    /// The rows of each of them.
    pub rows: u64,
    /// Files of an earlier run that stand beside these because their successors
    /// could not be finished.
    pub stale: Vec<PathBuf>,
    /// Why files are missing or could not be made safe.
    pub errors: Vec<WriteError>,
}

/// The files of a run could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Files of an earlier run would have to be replaced.
    #[error("output exists already: {}", in_words(.paths))]
    Exists {
        /// All of them.
        paths: Vec<PathBuf>,
    },
    /// Another run writes the same files.
    #[error("output is in use by {holder} (lock `{}`)", .path.display())]
    InUse {
        /// The lock.
        path: PathBuf,
        /// Process and host of the other run.
        holder: String,
    },
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl Outputs {
    /// Opens all files for samples of the format called `format_name`.
    ///
    /// Files of an earlier run stay as they are until the new ones are
    /// finished, except the JSONL file of an incremental run.
    ///
    /// # Errors
    ///
    /// A file exists and may not be replaced, another run holds the lock, or a
    /// folder or file cannot be created.
    pub fn open(
        config: &OutputConfig,
        format_name: &str,
        fields: &[Field],
    ) -> Result<Self, OpenError> {
        let names = FileNames::new(config, format_name);
        let side_folder = names.side_folder();
        fs::create_dir_all(&side_folder).map_err(|source| WriteError::at(&side_folder, source))?;
        ignore(&side_folder)?;
        let lock = lock::take(&names.lock())?;
        check_targets(config, &names)?;
        check_folder(names.folder())?;

        let fields: Arc<[Field]> = fields.into();
        remove_parts(&names);
        let data_sets = open_data_sets(config, &names, &fields)?;
        let kept_journal = journal::set_aside(&names)?;
        Ok(Self {
            journal: Journal::create(names.journal_part(), names.journal())?,
            strangers: strangers(config, &names),
            targets: config
                .written_formats()
                .map(|format| names.target(format))
                .collect(),
            names,
            fields,
            kept_journal,
            data_sets,
            failure: None,
            rows: 0,
            lock: Arc::new(lock),
        })
    }

    /// The journal of an earlier run that did not finish its files, under the
    /// name it has now.
    #[must_use]
    pub fn kept_journal(&self) -> Option<&Path> {
        self.kept_journal.as_deref()
    }

    /// The file that describes the run; it keeps the outputs locked.
    #[must_use]
    pub fn manifest(&self) -> ManifestFile {
        ManifestFile {
            path: self.names.manifest(),
            part: self.names.manifest_part(),
            _lock: Arc::clone(&self.lock),
        }
    }

    /// Files of an earlier run that have the name of this one, in formats that
    /// it does not write.
    #[must_use]
    pub fn strangers(&self) -> &[PathBuf] {
        &self.strangers
    }

    /// Whether files of an earlier run are to be replaced, should this one bring
    /// something.
    #[must_use]
    pub fn replaces(&self) -> bool {
        self.targets.iter().any(|target| target.exists())
    }

    /// Writes `samples` to every file, and to the journal with what `note` says
    /// of the request they come from.
    ///
    /// The journal comes first; without it nothing is written. All files hold
    /// the same samples: if one cannot take them, the others give them back.
    ///
    /// # Errors
    ///
    /// A file could not be written. The samples are in none of them, and no
    /// file takes samples from then on; only the journal does.
    pub fn append(&mut self, samples: &[Sample], note: &impl Serialize) -> Result<(), WriteError> {
        let rows: Vec<_> = samples
            .iter()
            .map(|sample| Row::new(sample, &self.fields))
            .collect();
        self.journal.append(&rows, note)?;
        if let Some((path, kind)) = &self.failure {
            return Err(WriteError::at(path, *kind));
        }
        for index in 0..self.data_sets.len() {
            if let Err(error) = self.data_sets[index].append(&rows) {
                for earlier in &mut self.data_sets[..index] {
                    earlier.take_back(rows.len());
                }
                self.failure = Some((error.path.clone(), error.source.kind()));
                return Err(error);
            }
        }
        self.rows += rows.len() as u64;
        Ok(())
    }

    /// Ends every file and gives it its final name, whatever becomes of the
    /// others; without rows there are no files.
    #[must_use]
    pub fn finish(self) -> Finished {
        let mut errors = Vec::new();
        let mut files = Vec::new();
        for data_set in self.data_sets {
            match data_set.finish() {
                Ok(file) => files.extend(file),
                Err(error) => errors.push(error),
            }
        }
        let is_done = self.failure.is_none() && errors.is_empty();
        errors.extend(self.journal.finish(is_done).err());
        let is_stale = |target: &PathBuf| !files.contains(target) && target.exists();
        let stale = match files.is_empty() {
            true => Vec::new(),
            false => self.targets.into_iter().filter(is_stale).collect(),
        };
        Finished {
            files,
            rows: self.rows,
            stale,
            errors,
        }
    }
}

/// One of the files.
struct DataSet {
    writer: Box<dyn RowWriter>,
    /// The rows that were taken whole.
    rows: usize,
}

impl DataSet {
    fn append(&mut self, rows: &[Row<'_>]) -> Result<(), WriteError> {
        for row in rows {
            self.writer.write(row)?;
        }
        self.writer.flush()?;
        self.rows += rows.len();
        Ok(())
    }

    /// Gives the last `rows` rows back, and takes nothing more.
    fn take_back(&mut self, rows: usize) {
        self.writer.take_back();
        self.rows -= rows;
    }

    /// Returns the final name, or nothing for a file without rows.
    fn finish(self) -> Result<Option<PathBuf>, WriteError> {
        match self.rows {
            0 => self.writer.discard().map(|()| None),
            _ => self.writer.finish().map(Some),
        }
    }
}

fn check_targets(config: &OutputConfig, names: &FileNames) -> Result<(), OpenError> {
    let mut paths = Vec::new();
    for target in config.written_formats().map(|format| names.target(format)) {
        if target.is_dir() {
            return Err(WriteError::at(&target, ErrorKind::IsADirectory).into());
        }
        // Of a link that leads nowhere, the link counts.
        if target.symlink_metadata().is_ok() {
            paths.push(target);
        }
    }
    if paths.is_empty() || config.overwrite {
        Ok(())
    } else {
        Err(OpenError::Exists { paths })
    }
}

/// Checks that files can be created in `folder`, as the last renames will.
fn check_folder(folder: &Path) -> Result<(), WriteError> {
    NamedTempFile::new_in(folder)
        .and_then(NamedTempFile::close)
        .map_err(|source| WriteError::at(folder, source))
}

/// Files with the names of this run in formats that it does not write.
fn strangers(config: &OutputConfig, names: &FileNames) -> Vec<PathBuf> {
    OutputFormat::ALL
        .into_iter()
        .filter(|format| !config.written_formats().any(|written| written == *format))
        .map(|format| names.target(format))
        .filter(|target| target.exists())
        .collect()
}

/// Keeps version control out of `side_folder`, whose files differ with every
/// run.
fn ignore(side_folder: &Path) -> Result<(), WriteError> {
    let path = side_folder.join(".gitignore");
    if path.exists() {
        return Ok(());
    }
    fs::write(&path, "*\n").map_err(|source| WriteError::at(&path, source))
}

/// Removes what an earlier run left unfinished; its journal has it all.
fn remove_parts(names: &FileNames) {
    for format in OutputFormat::ALL {
        // What cannot be removed cannot be opened either, which is told then.
        fs::remove_file(names.part(format)).ok();
    }
}

fn open_data_sets(
    config: &OutputConfig,
    names: &FileNames,
    fields: &Arc<[Field]>,
) -> Result<Vec<DataSet>, WriteError> {
    let open = |format: OutputFormat| {
        let naming = Naming {
            early: config.grows(format),
            replace: config.overwrite,
        };
        let file = OutputFile::create(&names.part(format), &names.target(format), naming)?;
        let writer = format.writer_to(fields, file)?;
        Ok(DataSet { writer, rows: 0 })
    };
    config.written_formats().map(open).collect()
}

fn in_words(paths: &[PathBuf]) -> String {
    let quoted: Vec<_> = paths
        .iter()
        .map(|path| format!("`{}`", path.display()))
        .collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;
    use crate::output::csv::CsvWriter;
    use crate::output::testing::{FullDisk, text_fields, text_sample};
    use crate::output::{OutputFormat, SourceKind};

    /// A folder for outputs of one text field.
    struct Sandbox {
        folder: TempDir,
        config: OutputConfig,
    }

    impl Sandbox {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let config = OutputConfig {
                prefix: folder.path().join("out"),
                formats: OutputFormat::ALL.to_vec(),
                source: SourceKind::Query,
                incremental: false,
                overwrite: false,
            };
            Self { folder, config }
        }

        fn open(&self) -> Result<Outputs, OpenError> {
            Outputs::open(&self.config, "qa", &text_fields(&["text"]))
        }

        fn opened(&self) -> Outputs {
            self.open().expect("nothing in the way")
        }

        fn finished(&self, texts: &[&str]) -> Finished {
            let mut outputs = self.opened();
            append(&mut outputs, texts).expect("written");
            outputs.finish()
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn text(&self, name: &str) -> String {
            fs::read_to_string(self.path(name)).expect("a text file")
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
        outputs.append(&samples, &json!({"tokens": 1}))
    }

    const JSONL: &str = "out_qa_from_query.jsonl";
    const CSV: &str = "out_qa_from_query.csv";
    const PARQUET: &str = "out_qa_from_query.parquet";
    const JOURNAL: &str = ".sdgen/out_qa_from_query.journal.jsonl";

    #[test]
    fn a_finished_run_leaves_its_files_journal_and_lock() {
        let sandbox = Sandbox::new();
        let finished = sandbox.finished(&["a", "b"]);
        assert_eq!(
            finished.files,
            [JSONL, CSV, PARQUET].map(|name| sandbox.path(name))
        );
        assert_eq!(finished.rows, 2);
        assert!(finished.errors.is_empty());
        assert_eq!(sandbox.names("."), [".sdgen", CSV, JSONL, PARQUET]);
        assert_eq!(
            sandbox.names(".sdgen"),
            [
                ".gitignore",
                "out_qa_from_query.journal.jsonl",
                "out_qa_from_query.lock"
            ]
        );
        assert_eq!(sandbox.text(JSONL), "{\"text\":\"a\"}\n{\"text\":\"b\"}\n");
        assert_eq!(sandbox.text(CSV), "text\na\nb\n");
        assert_eq!(
            sandbox.text(JOURNAL),
            concat!(
                r#"{"request":{"tokens":1},"samples":[{"text":"a"},{"text":"b"}]}"#,
                "\n{\"done\":true}\n"
            )
        );
    }

    #[test]
    fn folders_of_the_prefix_are_created() {
        let mut sandbox = Sandbox::new();
        sandbox.config.prefix = sandbox.path("new/folder/");
        let finished = sandbox.finished(&["a"]);
        assert_eq!(
            finished.files[0],
            sandbox.path("new/folder/_qa_from_query.jsonl")
        );
        assert_eq!(sandbox.names("new/folder").len(), 4);
    }

    #[test]
    fn existing_files_are_refused_and_unharmed() {
        let sandbox = Sandbox::new();
        sandbox.put(CSV, "mine");
        sandbox.put(PARQUET, "mine too");
        let Err(OpenError::Exists { paths }) = sandbox.open() else {
            panic!("files were to be replaced");
        };
        assert_eq!(paths, [CSV, PARQUET].map(|name| sandbox.path(name)));
        assert_eq!(sandbox.text(CSV), "mine");
        assert_eq!(sandbox.text(PARQUET), "mine too");
    }

    #[test]
    fn files_of_formats_that_are_not_wanted_are_in_nobodys_way() {
        let mut sandbox = Sandbox::new();
        sandbox.put(CSV, "mine");
        sandbox.config.formats = vec![OutputFormat::Jsonl];
        assert_eq!(sandbox.finished(&["a"]).files, [sandbox.path(JSONL)]);
        assert_eq!(sandbox.text(CSV), "mine");
    }

    #[test]
    fn overwrite_replaces_at_the_end_only() {
        let mut sandbox = Sandbox::new();
        sandbox.config.overwrite = true;
        sandbox.put(CSV, "old");
        let mut outputs = sandbox.opened();
        append(&mut outputs, &["new"]).expect("written");
        assert_eq!(sandbox.text(CSV), "old");

        assert_eq!(outputs.finish().files.len(), 3);
        assert_eq!(sandbox.text(CSV), "text\nnew\n");
    }

    #[test]
    fn overwrite_keeps_old_files_if_there_is_nothing_new() {
        let mut sandbox = Sandbox::new();
        sandbox.config.overwrite = true;
        sandbox.put(CSV, "old");
        assert!(sandbox.finished(&[]).files.is_empty());
        assert_eq!(sandbox.text(CSV), "old");

        sandbox.finished(&["new"]);
        let journal = sandbox.text(JOURNAL);
        assert!(sandbox.finished(&[]).files.is_empty());
        assert_eq!(sandbox.text(JOURNAL), journal);
    }

    #[test]
    fn incremental_grows_at_its_final_name_while_the_others_are_absent() {
        let mut sandbox = Sandbox::new();
        sandbox.config.incremental = true;
        sandbox.config.formats = vec![OutputFormat::Csv];
        let mut outputs = sandbox.opened();
        append(&mut outputs, &["a"]).expect("written");
        assert_eq!(sandbox.names("."), [".sdgen", JSONL]);
        assert_eq!(sandbox.text(JSONL), "{\"text\":\"a\"}\n");
        append(&mut outputs, &["b"]).expect("written");
        assert_eq!(sandbox.text(JSONL), "{\"text\":\"a\"}\n{\"text\":\"b\"}\n");

        let files = outputs.finish().files;
        assert_eq!(files, [JSONL, CSV].map(|name| sandbox.path(name)));
    }

    #[test]
    fn incremental_leaves_an_old_file_whole_if_the_run_cannot_start() {
        let mut sandbox = Sandbox::new();
        sandbox.config.incremental = true;
        sandbox.config.overwrite = true;
        sandbox.put(JSONL, "old");
        fs::create_dir_all(sandbox.path(".sdgen/out_qa_from_query.csv.part/full"))
            .expect("a folder");
        assert!(matches!(sandbox.open(), Err(OpenError::Write(_))));
        assert_eq!(sandbox.text(JSONL), "old");
    }

    #[test]
    fn zero_rows_leave_nothing_but_the_journal() {
        let mut sandbox = Sandbox::new();
        sandbox.config.incremental = true;
        let finished = sandbox.finished(&[]);
        assert!(finished.files.is_empty() && finished.errors.is_empty());
        assert_eq!(finished.rows, 0);
        assert_eq!(sandbox.names("."), [".sdgen"]);
        assert_eq!(
            sandbox.names(".sdgen"),
            [
                ".gitignore",
                "out_qa_from_query.journal.jsonl",
                "out_qa_from_query.lock"
            ]
        );
        assert_eq!(
            sandbox.text(JOURNAL),
            "{\"request\":{\"tokens\":1},\"samples\":[]}\n{\"done\":true}\n"
        );
    }

    #[test]
    fn a_second_run_is_refused_while_the_first_lasts() {
        let sandbox = Sandbox::new();
        let first = sandbox.opened();
        assert!(matches!(sandbox.open(), Err(OpenError::InUse { .. })));
        drop(first);
        sandbox.opened();
    }

    #[test]
    fn runs_with_different_names_do_not_disturb_each_other() {
        let sandbox = Sandbox::new();
        let _first = sandbox.opened();
        let fields = text_fields(&["text"]);
        Outputs::open(&sandbox.config, "pair", &fields).expect("another name");
    }

    #[test]
    fn the_journal_of_an_unfinished_run_is_kept() {
        let sandbox = Sandbox::new();
        for (text, kept) in [("a", None), ("b", Some(1)), ("c", Some(2))] {
            let mut outputs = sandbox.opened();
            let kept = kept.map(|number| {
                sandbox.path(&format!(".sdgen/out_qa_from_query.journal.{number}.jsonl"))
            });
            assert_eq!(outputs.kept_journal(), kept.as_deref());
            append(&mut outputs, &[text]).expect("written");
        }
        assert_eq!(
            sandbox.text(".sdgen/out_qa_from_query.journal.2.jsonl"),
            "{\"request\":{\"tokens\":1},\"samples\":[{\"text\":\"b\"}]}\n"
        );
    }

    #[test]
    fn a_crash_while_overwriting_keeps_its_journal_too() {
        let mut sandbox = Sandbox::new();
        sandbox.finished(&["old"]);
        sandbox.config.overwrite = true;
        let mut crashed = sandbox.opened();
        assert_eq!(crashed.kept_journal(), None);
        append(&mut crashed, &["paid for"]).expect("written");
        drop(crashed);

        let outputs = sandbox.opened();
        let kept = outputs.kept_journal().expect("kept");
        let journal = fs::read_to_string(kept).expect("text");
        assert!(journal.contains("paid for"));
    }

    #[test]
    fn a_journal_without_samples_is_not_kept() {
        let sandbox = Sandbox::new();
        sandbox.finished(&[]);
        assert_eq!(sandbox.opened().kept_journal(), None);
    }

    #[test]
    fn leftovers_of_formats_that_are_not_wanted_any_more_are_removed() {
        let mut sandbox = Sandbox::new();
        drop(sandbox.opened());
        sandbox.config.formats = vec![OutputFormat::Csv];
        sandbox.finished(&["a"]);
        assert_eq!(
            sandbox.names(".sdgen"),
            [
                ".gitignore",
                "out_qa_from_query.journal.jsonl",
                "out_qa_from_query.lock"
            ]
        );
    }

    #[test]
    fn a_folder_in_the_place_of_a_file_is_refused() {
        let mut sandbox = Sandbox::new();
        sandbox.config.overwrite = true;
        fs::create_dir(sandbox.path(PARQUET)).expect("a folder");
        let Err(OpenError::Write(error)) = sandbox.open() else {
            panic!("a folder was to be replaced");
        };
        assert_eq!(error.path, sandbox.path(PARQUET));
        assert_eq!(error.source.kind(), ErrorKind::IsADirectory);
    }

    #[test]
    fn a_file_in_the_place_of_a_folder_is_refused() {
        let mut sandbox = Sandbox::new();
        sandbox.put("file", "");
        sandbox.config.prefix = sandbox.path("file/out");
        assert!(matches!(sandbox.open(), Err(OpenError::Write(_))));
    }

    /// Replaces the CSV file by one on a disk that takes `room_bytes` bytes.
    fn fill_the_disk_of_csv(outputs: &mut Outputs, room_bytes: usize) {
        let part = outputs.names.part(OutputFormat::Csv);
        let target = outputs.names.target(OutputFormat::Csv);
        let file = OutputFile::on(FullDisk::after(room_bytes, &part), &part, &target);
        let writer = CsvWriter::new(&outputs.fields, file).expect("room for the header");
        outputs.data_sets[1].writer = Box::new(writer);
    }

    #[test]
    fn after_a_full_disk_all_files_hold_the_same_rows() {
        let sandbox = Sandbox::new();
        let mut outputs = sandbox.opened();
        fill_the_disk_of_csv(&mut outputs, 9);
        append(&mut outputs, &["a"]).expect("there is room");
        for texts in [["b", "c"], ["d", "e"]] {
            let error = append(&mut outputs, &texts).expect_err("the disk is full");
            assert_eq!(error.source.kind(), ErrorKind::StorageFull);
        }
        assert_eq!(outputs.rows, 1);

        let finished = outputs.finish();
        assert_eq!(finished.files.len(), 3);
        assert_eq!(finished.rows, 1);
        assert!(finished.errors.is_empty());
        assert_eq!(sandbox.text(CSV), "text\na\n");
        assert_eq!(sandbox.text(JSONL), "{\"text\":\"a\"}\n");
        // What was paid for is safe all the same, and the next run says so.
        assert_eq!(sandbox.text(JOURNAL).lines().count(), 3);
        let mut next = sandbox;
        next.config.overwrite = true;
        assert!(next.opened().kept_journal().is_some());
    }

    #[test]
    fn a_file_that_never_took_a_row_is_not_left() {
        let sandbox = Sandbox::new();
        let mut outputs = sandbox.opened();
        fill_the_disk_of_csv(&mut outputs, 6);
        append(&mut outputs, &["a"]).expect_err("the disk is full");
        assert!(outputs.finish().files.is_empty());
        assert_eq!(sandbox.names("."), [".sdgen"]);
    }

    #[test]
    fn a_file_that_appears_during_the_run_is_not_replaced() {
        let sandbox = Sandbox::new();
        let mut outputs = sandbox.opened();
        append(&mut outputs, &["a"]).expect("written");
        sandbox.put(CSV, "mine");
        let finished = outputs.finish();
        assert_eq!(
            finished.files,
            [JSONL, PARQUET].map(|name| sandbox.path(name))
        );
        assert_eq!(finished.errors[0].source.kind(), ErrorKind::AlreadyExists);
        assert_eq!(finished.stale, [sandbox.path(CSV)]);
        assert_eq!(sandbox.text(CSV), "mine");
    }

    #[test]
    fn an_incremental_file_that_somebody_removed_is_missed() {
        let mut sandbox = Sandbox::new();
        sandbox.config.incremental = true;
        let mut outputs = sandbox.opened();
        append(&mut outputs, &["a"]).expect("written");
        fs::remove_file(sandbox.path(JSONL)).expect("removed");
        let finished = outputs.finish();
        assert_eq!(
            finished.files,
            [CSV, PARQUET].map(|name| sandbox.path(name))
        );
        assert_eq!(finished.errors[0].path, sandbox.path(JSONL));
    }

    #[test]
    fn incremental_replaces_an_old_file_with_its_first_row() {
        let mut sandbox = Sandbox::new();
        sandbox.config.incremental = true;
        sandbox.config.overwrite = true;
        sandbox.config.formats = vec![OutputFormat::Jsonl];
        sandbox.put(JSONL, "old");
        let mut outputs = sandbox.opened();
        append(&mut outputs, &[]).expect("nothing to write");
        assert_eq!(sandbox.text(JSONL), "old");
        append(&mut outputs, &["new"]).expect("written");
        assert_eq!(sandbox.text(JSONL), "{\"text\":\"new\"}\n");
    }

    #[test]
    fn files_of_other_formats_are_named() {
        let mut sandbox = Sandbox::new();
        sandbox.put(PARQUET, "old");
        sandbox.config.formats = vec![OutputFormat::Csv];
        assert_eq!(sandbox.opened().strangers(), [sandbox.path(PARQUET)]);
    }

    #[test]
    fn a_file_that_cannot_get_its_name_costs_no_other_file() {
        let sandbox = Sandbox::new();
        let mut outputs = sandbox.opened();
        append(&mut outputs, &["a"]).expect("written");
        fs::create_dir_all(sandbox.path(CSV)).expect("a folder");
        let finished = outputs.finish();
        assert_eq!(
            finished.files,
            [JSONL, PARQUET].map(|name| sandbox.path(name))
        );
        assert_eq!(finished.errors.len(), 1);
        assert_eq!(finished.errors[0].path, sandbox.path(CSV));
    }

    #[test]
    fn the_manifest_is_replaced_as_a_whole() {
        let sandbox = Sandbox::new();
        let outputs = sandbox.opened();
        let manifest = outputs.manifest();
        drop(outputs.finish());
        assert!(matches!(sandbox.open(), Err(OpenError::InUse { .. })));
        for rows in [1, 2] {
            manifest.write(&json!({"rows": rows})).expect("written");
        }
        assert_eq!(
            sandbox.text(".sdgen/out_qa_from_query.run.json"),
            "{\n  \"rows\": 2\n}\n"
        );
    }

    #[test]
    fn existing_files_are_all_named() {
        let error = OpenError::Exists {
            paths: vec!["a.csv".into(), "a.jsonl".into()],
        };
        assert_eq!(
            error.to_string(),
            "output exists already: `a.csv`, `a.jsonl`"
        );
    }
}
