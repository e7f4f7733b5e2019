//! What an earlier run left, and how it is gone on with.

use std::fs;

use serde_json::{Value, json};

use super::{CSV, JOURNAL, JSONL, PARQUET, SOURCES, Sandbox, append};
use crate::output::faults::{full_after, with_plan};
use crate::output::testing::{all_kinds, bare_sample, full_sample, text_fields, text_sample};
use crate::output::{Existing, OpenError, OutputFormat, Place};
use crate::sample::Sample;

/// Notes and texts of the batches in the journal.
fn replayed(sandbox: &Sandbox) -> Vec<(Value, Vec<Sample>)> {
    let past = sandbox.past().expect("a journal");
    let mut batches = Vec::new();
    let each = |note, samples| batches.push((note, samples));
    past.replay(&text_fields(&["text"]), each)
        .expect("text samples");
    batches
}

#[test]
fn a_run_that_was_cut_short_is_refused_until_it_is_resumed() {
    let sandbox = Sandbox::new();
    append(&mut sandbox.opened(), &["a", "b"]).expect("written");
    let Err(error) = sandbox.open() else {
        panic!("an unfinished run was forgotten");
    };
    assert_eq!(
        error.to_string(),
        format!(
            "an unfinished run is there: 2 samples in `{}`",
            sandbox.path(JOURNAL).display()
        )
    );

    let mut outputs = sandbox.resume().expect("nothing in the way");
    append(&mut outputs, &["c"]).expect("written");
    let finished = outputs.finish(true);
    assert_eq!(finished.files.len(), 3);
    assert_eq!(finished.rows, 3);
    assert_eq!(sandbox.text(CSV), "text\na\nb\nc\n");
    let past = sandbox.past().expect("a journal");
    assert!(past.is_complete());
    assert!(matches!(sandbox.open(), Err(OpenError::Exists { .. })));
}

#[test]
fn a_past_is_what_was_appended() {
    let sandbox = Sandbox::new();
    let mut outputs = sandbox.opened();
    append(&mut outputs, &["a", "b"]).expect("written");
    outputs.append(&[], None, &()).expect("written");
    append(&mut outputs, &["c"]).expect("written");
    drop(outputs);

    let past = sandbox.past().expect("a journal");
    assert_eq!(past.path(), sandbox.path(JOURNAL));
    assert_eq!(past.header(), &json!({"run": 1}));
    assert_eq!((past.samples(), past.damaged()), (3, 0));
    assert!(!past.is_complete());
    assert!(past.finished().is_none());
    let note = json!({"tokens": 1});
    assert_eq!(
        replayed(&sandbox),
        [
            (note.clone(), vec![text_sample(&["a"]), text_sample(&["b"])]),
            (Value::Null, vec![]),
            (note, vec![text_sample(&["c"])]),
        ]
    );
}

#[test]
fn without_a_journal_there_is_no_past() {
    let sandbox = Sandbox::new();
    assert!(sandbox.past().is_none());
    sandbox.put(JOURNAL, "");
    assert!(sandbox.past().is_none());
    sandbox.put(JOURNAL, "no journal\n");
    assert!(sandbox.past().is_none());
}

#[test]
fn a_journal_that_cannot_be_read_is_kept_all_the_same() {
    let sandbox = Sandbox::new();
    drop(sandbox.place());
    sandbox.put(JOURNAL, "no journal\n");
    let outputs = sandbox.opened();
    let kept = outputs.kept_journal().expect("kept");
    assert_eq!(fs::read_to_string(kept).expect("text"), "no journal\n");
}

#[test]
fn a_journal_of_another_version_or_without_its_first_line_is_not_resumed() {
    let sandbox = Sandbox::new();
    append(&mut sandbox.opened(), &["a"]).expect("written");
    let text = sandbox.text(JOURNAL);
    let (header, samples) = text.split_once('\n').expect("two lines");
    let object = r#"{"header":null,"journal":2"#;
    let version_2 = format!(
        "{object},\"crc32\":\"{:08x}\"}}",
        crc32fast::hash(object.as_bytes())
    );
    let broken = header.replace("run", "ran");
    for (first, problem) in [
        (version_2, "it is of version 2, not 1"),
        (broken, "its first line cannot be read"),
    ] {
        sandbox.put(JOURNAL, &format!("{first}\n{samples}"));
        let Err(error) = sandbox.place().past() else {
            panic!("{problem}");
        };
        let path = sandbox.path(JOURNAL);
        assert_eq!(
            error.to_string(),
            format!("cannot use the journal `{}`: {problem}", path.display())
        );
        assert!(matches!(
            sandbox.open(),
            Err(OpenError::Unfinished { samples: 1, .. })
        ));
    }
}

#[test]
fn samples_of_other_fields_are_not_resumed() {
    let sandbox = Sandbox::new();
    append(&mut sandbox.opened(), &["a"]).expect("written");
    let before = sandbox.text(JOURNAL);
    let place = sandbox.place();
    let past = place.past().expect("readable").expect("a journal");
    let resumed = place.resume(&text_fields(&["question"]), &past);
    assert!(matches!(resumed, Err(OpenError::Journal { .. })));
    assert_eq!(sandbox.text(JOURNAL), before);
}

#[test]
fn what_is_torn_is_cut_off_and_what_is_damaged_is_skipped() {
    let sandbox = Sandbox::new();
    let mut outputs = sandbox.opened();
    for text in ["a", "b", "c"] {
        append(&mut outputs, &[text]).expect("written");
    }
    drop(outputs);
    let text = sandbox.text(JOURNAL);
    sandbox.put(JOURNAL, &(text.replace(r#""b""#, r#""x""#) + "{\"torn"));

    let past = sandbox.past().expect("a journal");
    assert_eq!((past.samples(), past.damaged()), (2, 1));
    let mut outputs = sandbox.resume().expect("nothing in the way");
    append(&mut outputs, &["d"]).expect("written");
    assert!(outputs.finish(true).errors.is_empty());
    assert_eq!(sandbox.text(CSV), "text\na\nc\nd\n");
    let past = sandbox.past().expect("a journal");
    assert_eq!((past.samples(), past.damaged()), (3, 1));
    assert!(past.is_complete());
}

#[test]
fn a_complete_run_that_something_torn_follows_is_not_complete() {
    let sandbox = Sandbox::new();
    sandbox.finished(&["a"]);
    sandbox.put(JOURNAL, &(sandbox.text(JOURNAL) + "{\"req"));
    assert!(!sandbox.past().expect("a journal").is_complete());
    drop(sandbox.resume().expect("nothing in the way"));
    assert!(sandbox.past().expect("a journal").is_complete());
}

#[test]
fn samples_that_no_file_could_take_are_had_when_resumed() {
    let sandbox = Sandbox::new();
    let mut outputs = sandbox.opened();
    append(&mut outputs, &["a"]).expect("written");
    with_plan(full_after(0, "out_qa_from_query.csv.part"), || {
        append(&mut outputs, &["b"]).expect_err("the disk is full");
    });
    assert_eq!(outputs.finish(true).rows, 1);
    let past = sandbox.past().expect("a journal");
    assert!(!past.is_complete());

    let finished = sandbox.resume().expect("nothing in the way").finish(true);
    assert_eq!(finished.rows, 2);
    assert_eq!(sandbox.text(CSV), "text\na\nb\n");
}

#[test]
fn finished_files_are_there_as_long_as_nobody_touches_them() {
    let mut sandbox = Sandbox::new();
    let files = sandbox.finished(&["a"]).files;
    let finished_files = |sandbox: &Sandbox| {
        sandbox
            .past()
            .expect("a journal")
            .finished()
            .map(|it| it.files)
    };
    assert_eq!(finished_files(&sandbox), Some(files.clone()));

    sandbox.config.formats = vec![OutputFormat::Csv];
    assert_eq!(finished_files(&sandbox), Some(files));
    sandbox.put(CSV, "text\nb\n");
    assert_eq!(finished_files(&sandbox), None);
    fs::remove_file(sandbox.path(CSV)).expect("removed");
    assert_eq!(finished_files(&sandbox), None);
}

#[test]
fn a_file_that_was_not_wanted_before_is_made_from_the_journal() {
    let mut sandbox = Sandbox::new();
    sandbox.config.formats = vec![OutputFormat::Csv];
    sandbox.finished(&["a"]);
    sandbox.config.formats = vec![OutputFormat::Csv, OutputFormat::Jsonl];
    assert!(sandbox.past().expect("a journal").finished().is_none());
    let finished = sandbox.resume().expect("nothing in the way").finish(true);
    assert_eq!(finished.files, [JSONL, CSV].map(|name| sandbox.path(name)));
    assert_eq!(sandbox.text(JSONL), "{\"text\":\"a\"}\n");
}

#[test]
fn files_with_metadata_are_made_from_the_journal_and_so_are_files_without() {
    let mut sandbox = Sandbox::new();
    sandbox.finished(&["a"]);
    let sources = sandbox.text(SOURCES);
    for (with_metadata, csv) in [(true, "text,_model,_request\na,,1\n"), (false, "text\na\n")] {
        sandbox.config.with_metadata = with_metadata;
        assert!(sandbox.past().expect("a journal").finished().is_none());
        let finished = sandbox.resume().expect("nothing in the way").finish(true);
        assert!(finished.errors.is_empty());
        assert_eq!(sandbox.text(CSV), csv);
        assert_eq!(sandbox.text(SOURCES), sources);
        assert!(sandbox.past().expect("a journal").finished().is_some());
    }
}

#[test]
fn sources_that_are_gone_or_changed_are_made_from_the_journal() {
    let sandbox = Sandbox::new();
    sandbox.finished(&["a"]);
    let sources = sandbox.text(SOURCES);
    sandbox.put(SOURCES, "changed");
    drop(sandbox.resume().expect("it is this run's").finish(true));
    assert_eq!(sandbox.text(SOURCES), sources);
    fs::remove_file(sandbox.path(SOURCES)).expect("removed");
    assert!(sandbox.past().expect("a journal").finished().is_none());
    drop(sandbox.resume().expect("nothing in the way").finish(true));
    assert_eq!(sandbox.text(SOURCES), sources);
}

#[test]
fn a_finished_file_that_was_changed_is_not_replaced() {
    let sandbox = Sandbox::new();
    sandbox.finished(&["a"]);
    let before = sandbox.text(JOURNAL);
    for edited in ["text\nb\n", "text\na\nb\n"] {
        sandbox.put(CSV, edited);
        let Err(OpenError::Changed { path }) = sandbox.resume() else {
            panic!("somebody's work was to be replaced");
        };
        assert_eq!(path, sandbox.path(CSV));
        assert_eq!(sandbox.text(CSV), edited);
        assert_eq!(sandbox.text(JOURNAL), before);
    }
    fs::remove_file(sandbox.path(CSV)).expect("removed");
    let finished = sandbox.resume().expect("nothing in the way").finish(true);
    assert_eq!(finished.files.len(), 3);
    assert_eq!(sandbox.text(CSV), "text\na\n");
}

#[test]
fn files_that_a_resumed_run_has_replaced_are_not_taken_for_changed() {
    let mut sandbox = Sandbox::new();
    sandbox.finished(&["a"]);
    sandbox.config.incremental = true;
    let mut outputs = sandbox.resume().expect("nothing in the way");
    append(&mut outputs, &["b"]).expect("written");
    drop(outputs);
    assert_eq!(sandbox.text(JSONL), "{\"text\":\"a\"}\n{\"text\":\"b\"}\n");

    let finished = sandbox.resume().expect("nothing in the way").finish(true);
    assert_eq!(finished.rows, 2);
    assert_eq!(sandbox.text(CSV), "text\na\nb\n");
}

#[test]
fn a_resumed_run_that_brings_nothing_changes_only_the_journal() {
    let sandbox = Sandbox::new();
    let files = sandbox.finished(&["a", "b"]).files;
    let read = || files.iter().map(|file| fs::read(file).expect("a file"));
    let before: Vec<_> = read().collect();
    let finished = sandbox.resume().expect("nothing in the way").finish(true);
    assert_eq!(finished.files, files);
    assert!(read().eq(before));
    let past = sandbox.past().expect("a journal");
    assert_eq!(past.finished().map(|it| it.files), Some(files));
}

#[test]
fn an_incremental_file_stays_until_it_is_made_anew() {
    let mut sandbox = Sandbox::new();
    sandbox.config.incremental = true;
    append(&mut sandbox.opened(), &["a"]).expect("written");
    sandbox.put(JSONL, "{\"text\":\"a\"}\n{\"te");
    let part = sandbox.path(".sdgen/out_qa_from_query.csv.part");
    fs::remove_file(&part).expect("left behind");
    fs::create_dir_all(part.join("full")).expect("a folder");
    assert!(matches!(sandbox.resume(), Err(OpenError::Write(_))));
    assert_eq!(sandbox.text(JSONL), "{\"text\":\"a\"}\n{\"te");

    fs::remove_dir_all(part).expect("removed");
    let mut outputs = sandbox.resume().expect("nothing in the way");
    assert_eq!(sandbox.text(JSONL), "{\"text\":\"a\"}\n");
    append(&mut outputs, &["b"]).expect("written");
    assert_eq!(sandbox.text(JSONL), "{\"text\":\"a\"}\n{\"text\":\"b\"}\n");
}

#[test]
fn values_of_all_kinds_come_back() {
    let sandbox = Sandbox::new();
    let fields = all_kinds();
    let samples = [full_sample("a"), bare_sample("b")];
    let claim = || Place::claim(&sandbox.config, "any").expect("nobody has it");
    let mut outputs = claim().begin(&fields, &()).expect("an empty folder");
    outputs.append(&samples, None, &7).expect("written");
    drop(outputs);

    let past = claim().past().expect("readable").expect("a journal");
    let each = |note, replayed: Vec<Sample>| {
        assert_eq!((note, replayed), (json!(7), samples.to_vec()));
    };
    past.replay(&fields, each).expect("samples of these fields");
}

#[test]
fn a_journal_is_synced_when_asked() {
    let sandbox = Sandbox::new();
    let mut outputs = sandbox.opened();
    assert!(!outputs.is_synced());
    outputs.sync().expect("synced");
    assert!(outputs.is_synced());
    append(&mut outputs, &[]).expect("written");
    assert!(!outputs.is_synced());
}

#[test]
fn a_place_knows_files_of_other_formats() {
    let mut sandbox = Sandbox::new();
    sandbox.put(PARQUET, "old");
    sandbox.config.formats = vec![OutputFormat::Csv];
    assert_eq!(sandbox.place().strangers(), [sandbox.path(PARQUET)]);
}

#[test]
fn a_file_that_was_never_this_runs_stays_in_the_way() {
    let mut sandbox = Sandbox::new();
    let mut outputs = sandbox.opened();
    append(&mut outputs, &["a"]).expect("written");
    sandbox.put(CSV, "mine");
    assert_eq!(outputs.finish(true).errors.len(), 1);

    let Err(OpenError::Exists { paths }) = sandbox.resume() else {
        panic!("a file was to be replaced");
    };
    assert_eq!(paths, [sandbox.path(CSV)]);
    sandbox.config.existing = Existing::Replace;
    let outputs = sandbox.resume().expect("it may be replaced now");
    assert!(outputs.finish(true).errors.is_empty());
    assert_eq!(sandbox.text(CSV), "text\na\n");
}

#[test]
fn a_run_keeps_all_of_its_files_whatever_is_wanted_later() {
    let mut sandbox = Sandbox::new();
    sandbox.config.formats = vec![OutputFormat::Jsonl];
    sandbox.finished(&["a"]);
    sandbox.config.formats = vec![OutputFormat::Csv];
    let mut outputs = sandbox.resume().expect("it is this run");
    append(&mut outputs, &["b"]).expect("written");
    assert!(outputs.strangers().is_empty());
    let finished = outputs.finish(true);
    assert_eq!(finished.files, [JSONL, CSV].map(|name| sandbox.path(name)));
    assert_eq!(sandbox.text(JSONL).lines().count(), 2);

    sandbox.config.formats = vec![OutputFormat::Jsonl];
    let files = sandbox
        .past()
        .and_then(|past| past.finished())
        .map(|it| it.files);
    assert_eq!(files, Some(finished.files));
}

#[test]
fn a_finished_run_is_not_begun_anew_under_its_own_name() {
    let mut sandbox = Sandbox::new();
    sandbox.config.formats = vec![OutputFormat::Jsonl];
    sandbox.finished(&["a"]);
    sandbox.config.formats = vec![OutputFormat::Csv];
    let Err(OpenError::Exists { paths }) = sandbox.open() else {
        panic!("its journal was to be replaced");
    };
    assert_eq!(paths, [sandbox.path(JSONL)]);
}

#[test]
fn a_journal_that_has_lost_samples_of_finished_files_replaces_nothing() {
    let sandbox = Sandbox::new();
    let mut outputs = sandbox.opened();
    for text in ["a", "b", "c"] {
        append(&mut outputs, &[text]).expect("written");
    }
    assert!(outputs.finish(true).errors.is_empty());
    let journal = sandbox.text(JOURNAL);
    let without_one: Vec<_> = journal
        .lines()
        .filter(|line| !line.contains("\"b\""))
        .collect();
    sandbox.put(JOURNAL, &(without_one.join("\n") + "\n"));
    let error = sandbox.resume().err().expect("a sample would be lost");
    assert!(error.to_string().contains("1 samples"), "{error}");
    assert_eq!(sandbox.text(JSONL).lines().count(), 3);
}
