//! A run that dies at any of its operations is resumed to the same files.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field as Cell;
use serde_json::json;

use super::{CSV, JSONL, PARQUET, SOURCES, Sandbox};
use crate::output::faults::{Operation, with_plan};
use crate::output::testing::claim;
use crate::output::testing::{text_fields, text_sample};
use crate::output::{Existing, Finished, OpenError, Origin, Outputs, Past};
use crate::sample::Sample;

/// Batches of a whole run.
const BATCHES: u64 = 12;

/// What is there when a run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    /// Another run, finished, which is replaced.
    OlderRun,
    /// Another run, killed, which is replaced; its journal is kept.
    OlderKilled,
    /// The same run, killed.
    Killed,
    /// The same run, ended early with files.
    EndedEarly,
}

/// A run, and where it takes place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    before: Before,
    is_incremental: bool,
}

impl Case {
    fn with(before: Before) -> [Self; 2] {
        [false, true].map(|is_incremental| Self {
            before,
            is_incremental,
        })
    }

    pub(super) fn all() -> impl Iterator<Item = Self> {
        use Before::{EndedEarly, Killed, Nothing, OlderKilled, OlderRun};
        let all = [Nothing, OlderRun, OlderKilled, Killed, EndedEarly];
        all.into_iter().flat_map(Self::with)
    }

    pub(super) fn sandbox(self) -> Sandbox {
        let mut sandbox = Sandbox::new();
        sandbox.config.incremental = self.is_incremental;
        match self.before {
            Before::Nothing => {}
            Before::OlderRun => {
                sandbox.finished(&["old"]);
                sandbox.config.existing = Existing::Replace;
            }
            Before::OlderKilled => {
                super::append(&mut sandbox.opened(), &["old"]).expect("written");
                sandbox.config.existing = Existing::Replace;
            }
            Before::Killed => drop(begun(&sandbox)),
            Before::EndedEarly => drop(begun(&sandbox).finish(false)),
        }
        sandbox
    }
}

/// The run with its first batches.
fn begun(sandbox: &Sandbox) -> Outputs {
    let mut outputs = begin(sandbox).expect("nothing in the way");
    for batch in 0..5 {
        append(&mut outputs, batch).expect("written");
    }
    outputs
}

fn begin(sandbox: &Sandbox) -> Result<Outputs, OpenError> {
    let place = claim(&sandbox.config, "qa")?;
    place.begin(&text_fields(&["text"]), &json!({"run": "tested"}))
}

fn append(outputs: &mut Outputs, batch: u64) -> Result<(), OpenError> {
    // Half a row is no row, in any of the files.
    let text = |row| format!("batch {batch},\n\"row\" {row}");
    let samples: Vec<Sample> = (0..3).map(|row| text_sample(&[&text(row)])).collect();
    let origin = Origin {
        source: Some(format!("batch {batch}")),
        request: batch + 1,
        ..Origin::default()
    };
    Ok(outputs.append(&samples, Some(&origin), &json!({"batch": batch}))?)
}

/// What a process came to.
#[derive(Debug, Default)]
pub(super) struct Life {
    /// Batches of which it knows that they are had.
    acknowledged: BTreeSet<u64>,
    /// The files, if it got to the end.
    pub(super) finished: Option<Finished>,
    pub(super) errors: Vec<String>,
}

impl Life {
    /// A process that goes on with the run, or begins it, and brings it to its
    /// end.
    pub(super) fn of(sandbox: &Sandbox) -> Self {
        let mut life = Self::default();
        let ended = life.open(sandbox).map(|mut outputs| {
            let mut is_complete = true;
            for batch in 0..BATCHES {
                if life.acknowledged.contains(&batch) {
                    continue;
                }
                match append(&mut outputs, batch) {
                    Ok(()) => {
                        life.acknowledged.insert(batch);
                    }
                    Err(error) => {
                        life.errors.push(error.to_string());
                        // What was under way still comes in, here nothing.
                        outputs.append(&[], None, &"late").ok();
                        is_complete = false;
                        break;
                    }
                }
            }
            outputs.finish(is_complete)
        });
        match ended {
            Ok(finished) => {
                let errors = finished.errors.iter().map(ToString::to_string);
                life.errors.extend(errors);
                life.finished = Some(finished);
            }
            Err(error) => life.errors.push(error.to_string()),
        }
        life
    }

    fn open(&mut self, sandbox: &Sandbox) -> Result<Outputs, OpenError> {
        let place = claim(&sandbox.config, "qa")?;
        let past = place.past()?;
        let Some(past) = past.filter(is_tested) else {
            drop(place);
            return begin(sandbox);
        };
        past.replay(&text_fields(&["text"]), |note, samples| {
            if !samples.is_empty() {
                let batch = note["batch"].as_u64().expect("a number");
                assert!(self.acknowledged.insert(batch), "{batch} is there twice");
            }
        })?;
        place.resume(&text_fields(&["text"]), &past)
    }
}

/// Whether `past` is of this run, not of the one that it replaces.
pub(super) fn is_tested(past: &Past) -> bool {
    *past.header() == json!({"run": "tested"})
}

/// What is in the data files and the one that tells where their rows come from.
pub(super) type Contents = [Option<String>; 4];

/// What is in the files; of Parquet the texts, because there are many ways to
/// write them.
pub(super) fn contents(sandbox: &Sandbox) -> Contents {
    let text = |name| sandbox.path(name).exists().then(|| sandbox.text(name));
    let parquet = File::open(sandbox.path(PARQUET)).ok().map(|file| {
        let reader = SerializedFileReader::new(file).expect("Parquet");
        let rows = reader.get_row_iter(None).expect("rows");
        let texts = rows.map(|row| match row.expect("a row").into_columns().remove(0) {
            (_, Cell::Str(text)) => text + "\n\n",
            (name, other) => panic!("{name} is {other}"),
        });
        texts.collect()
    });
    [text(JSONL), text(CSV), parquet, text(SOURCES)]
}

/// What is in the files of a run that nothing disturbs, and what it did.
pub(super) fn undisturbed(case: Case) -> (Contents, Vec<Operation>) {
    let sandbox = case.sandbox();
    let (life, log) = with_plan(|operation| Ok(operation.bytes), || Life::of(&sandbox));
    assert_eq!(life.errors, Vec::<String>::new(), "{case:?}");
    (contents(&sandbox), log)
}

/// Checks that another process brings the run to the end it should have had.
pub(super) fn check_recovery(sandbox: &Sandbox, expected: &Contents) {
    let life = Life::of(sandbox);
    assert_eq!(life.errors, Vec::<String>::new());
    assert_eq!(contents(sandbox), *expected);
    let past = sandbox.past().expect("a journal");
    assert_eq!(past.samples(), 3 * BATCHES);
    let ended = |finished: Option<Finished>| finished.map(|it| (it.files, it.sources, it.rows));
    assert_eq!(ended(past.finished()), ended(life.finished));
    let left = sandbox.names(".sdgen");
    assert!(!left.iter().any(|name| name.contains(".part")), "{left:?}");
}

/// Lets a run die at the operation `number`, after half of it if it `is_torn`.
fn check_crash(case: Case, number: usize, is_torn: bool, expected: &Contents) {
    let sandbox = case.sandbox();
    let older = contents(&sandbox);
    let crash = move |operation: &Operation| match operation.number {
        earlier if earlier < number => Ok(operation.bytes),
        last if last == number && is_torn => Ok(operation.bytes / 2),
        _ => Err(io::Error::other("the process is dead")),
    };
    let (life, _) = with_plan(crash, || Life::of(&sandbox));

    let contents = contents(&sandbox);
    let [data @ .., sources] = &contents;
    assert!(sources.is_some() || data.iter().all(Option::is_none));
    for (index, content) in contents.iter().enumerate() {
        let is_growing = [0, 3].contains(&index)
            && case.is_incremental
            && content
                .as_ref()
                .zip(expected[index].as_ref())
                .is_some_and(|(content, expected)| {
                    expected.starts_with(content) && (is_torn || content.ends_with('\n'))
                });
        let is_good = is_growing || *content == older[index] || *content == expected[index];
        assert!(is_good, "{content:?}");
    }
    if case.before == Before::OlderKilled {
        let is_kept = |name: &String| {
            let is_journal = name.contains(".journal.");
            is_journal
                && sandbox
                    .text(&format!(".sdgen/{name}"))
                    .contains(r#"{"text":"old"}"#)
        };
        assert!(sandbox.names(".sdgen").iter().any(is_kept));
    }
    let mut had = BTreeSet::new();
    if let Some(past) = sandbox.past() {
        let replay = past.replay(&text_fields(&["text"]), |note, _| {
            had.extend(note["batch"].as_u64());
        });
        replay.expect("text samples");
    }
    assert!(life.acknowledged.is_subset(&had), "{life:?} {had:?}");
    check_recovery(&sandbox, expected);
}

/// Checks every crash of the runs that begin so.
fn check_crashes(before: Before) {
    let [nothing, _] = Case::with(Before::Nothing);
    let (expected, _) = undisturbed(nothing);
    for case in Case::with(before) {
        let (contents, log) = undisturbed(case);
        assert_eq!(contents, expected);
        for Operation { number, bytes, .. } in log {
            check_crash(case, number, false, &expected);
            if bytes > 1 {
                check_crash(case, number, true, &expected);
            }
        }
    }
}

#[test]
fn a_new_run_that_dies_is_resumed_to_the_same_files() {
    check_crashes(Before::Nothing);
}

#[test]
fn a_run_that_dies_while_it_replaces_another_is_resumed_to_the_same_files() {
    check_crashes(Before::OlderRun);
    check_crashes(Before::OlderKilled);
}

#[test]
fn a_resumed_run_that_dies_is_resumed_again_to_the_same_files() {
    check_crashes(Before::Killed);
    check_crashes(Before::EndedEarly);
}
