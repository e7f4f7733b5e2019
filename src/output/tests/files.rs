//! What a run that is not resumed leaves, whatever is in its way.

use std::fs;
use std::io::ErrorKind;

use serde_json::json;

use super::{CSV, JOURNAL, JSONL, PARQUET, SOURCES, Sandbox, append};
use crate::output::faults::{full_after, with_plan};
use crate::output::testing::{text_fields, text_sample};
use crate::output::{Existing, OpenError, Origin, OutputFormat, Place};

#[test]
fn a_finished_run_leaves_its_files_their_sources_journal_and_lock() {
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
            "out_qa_from_query.lock",
            "out_qa_from_query.sources.jsonl"
        ]
    );
    assert_eq!(sandbox.text(JSONL), "{\"text\":\"a\"}\n{\"text\":\"b\"}\n");
    assert_eq!(sandbox.text(CSV), "text\na\nb\n");
    assert_eq!(finished.sources, Some(sandbox.path(SOURCES)));
    let sources = "{\"row\":1,\"request\":1}\n{\"row\":2,\"request\":1}\n";
    assert_eq!(sandbox.text(SOURCES), sources);
    assert_eq!(
        sandbox.journal()[..2],
        [
            r#"{"header":{"run":1},"journal":1"#,
            r#"{"request":{"tokens":1},"origin":{"request":1},"samples":[{"text":"a"},{"text":"b"}]"#,
        ]
    );
    let listed = |path: &str| {
        let bytes = fs::read(sandbox.path(path)).expect("finished");
        let crc32 = format!("{:08x}", crc32fast::hash(&bytes));
        let name = path.trim_start_matches(".sdgen/");
        json!({"file": name, "bytes": bytes.len(), "crc32": crc32})
    };
    let files = [JSONL, CSV, PARQUET].map(listed);
    let sources = listed(SOURCES);
    let end = json!({"complete": true, "samples": 2, "files": files, "sources": sources});
    assert_eq!(sandbox.journal()[2..], [format!(r#"{{"end":{end}"#)]);
}

#[test]
fn with_metadata_every_file_tells_the_origin_of_its_rows() {
    let mut sandbox = Sandbox::new();
    sandbox.config.with_metadata = true;
    let mut outputs = sandbox.opened();
    let origin = Origin {
        model: Some("m-1".to_owned()),
        request: 7,
        ..Origin::default()
    };
    let samples = [text_sample(&["a"])];
    let appended = outputs.append(&samples, Some(&origin), &());
    appended.expect("written");
    outputs
        .append(&[text_sample(&["b"])], None, &())
        .expect("written");
    assert_eq!(outputs.finish(true).files.len(), 3);
    assert_eq!(
        sandbox.text(JSONL),
        "{\"text\":\"a\",\"_model\":\"m-1\",\"_request\":7}\n\
         {\"text\":\"b\",\"_model\":null,\"_request\":null}\n"
    );
    assert_eq!(sandbox.text(CSV), "text,_model,_request\na,m-1,7\nb,,\n");
    assert_eq!(
        sandbox.text(SOURCES),
        "{\"row\":1,\"model\":\"m-1\",\"request\":7}\n{\"row\":2}\n"
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
    sandbox.config.existing = Existing::Replace;
    sandbox.put(CSV, "old");
    let mut outputs = sandbox.opened();
    append(&mut outputs, &["new"]).expect("written");
    assert_eq!(sandbox.text(CSV), "old");

    assert_eq!(outputs.finish(true).files.len(), 3);
    assert_eq!(sandbox.text(CSV), "text\nnew\n");
}

#[test]
fn overwrite_keeps_old_files_if_there_is_nothing_new() {
    let mut sandbox = Sandbox::new();
    sandbox.config.existing = Existing::Replace;
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

    let files = outputs.finish(true).files;
    assert_eq!(files, [JSONL, CSV].map(|name| sandbox.path(name)));
}

#[test]
fn incremental_leaves_an_old_file_whole_if_the_run_cannot_start() {
    let mut sandbox = Sandbox::new();
    sandbox.config.incremental = true;
    sandbox.config.existing = Existing::Replace;
    sandbox.put(JSONL, "old");
    fs::create_dir_all(sandbox.path(".sdgen/out_qa_from_query.csv.part/full")).expect("a folder");
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
        sandbox.journal(),
        [
            r#"{"header":{"run":1},"journal":1"#,
            r#"{"request":{"tokens":1},"origin":{"request":1},"samples":[]"#,
            r#"{"end":{"complete":true,"samples":0,"files":[]}"#,
        ]
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
    let other = Place::claim(&sandbox.config, "pair").expect("another name");
    other.begin(&fields, &()).expect("another name");
}

#[test]
fn the_journal_of_an_unfinished_run_is_kept() {
    let mut sandbox = Sandbox::new();
    sandbox.config.existing = Existing::Replace;
    for (text, kept) in [("a", None), ("b", Some(1)), ("c", Some(2))] {
        let mut outputs = sandbox.opened();
        let kept = kept.map(|number| {
            sandbox.path(&format!(".sdgen/out_qa_from_query.journal.{number}.jsonl"))
        });
        assert_eq!(outputs.kept_journal(), kept.as_deref());
        append(&mut outputs, &[text]).expect("written");
    }
    let kept = sandbox.text(".sdgen/out_qa_from_query.journal.2.jsonl");
    assert!(kept.contains(r#""samples":[{"text":"b"}]"#), "{kept}");
}

#[test]
fn a_crash_while_overwriting_keeps_its_journal_too() {
    let mut sandbox = Sandbox::new();
    sandbox.finished(&["old"]);
    sandbox.config.existing = Existing::Replace;
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
            "out_qa_from_query.lock",
            "out_qa_from_query.sources.jsonl"
        ]
    );
}

#[test]
fn a_folder_in_the_place_of_a_file_is_refused() {
    let mut sandbox = Sandbox::new();
    sandbox.config.existing = Existing::Replace;
    fs::create_dir(sandbox.path(".sdgen")).expect("a folder");
    for path in [PARQUET, SOURCES].map(|name| sandbox.path(name)) {
        fs::create_dir(&path).expect("a folder");
        let Err(OpenError::Write(error)) = sandbox.open() else {
            panic!("a folder was to be replaced");
        };
        assert_eq!(error.path, path);
        assert_eq!(error.source.kind(), ErrorKind::IsADirectory);
        fs::remove_dir(&path).expect("empty");
    }
}

#[test]
fn a_file_in_the_place_of_a_folder_is_refused() {
    let mut sandbox = Sandbox::new();
    sandbox.put("file", "");
    sandbox.config.prefix = sandbox.path("file/out");
    assert!(matches!(sandbox.open(), Err(OpenError::Write(_))));
}

/// The part file of CSV.
const CSV_PART: &str = "out_qa_from_query.csv.part";

#[test]
fn after_a_full_disk_all_files_hold_the_same_rows() {
    let mut sandbox = Sandbox::new();
    let mut outputs = sandbox.opened();
    with_plan(full_after(4, CSV_PART), || {
        append(&mut outputs, &["a"]).expect("there is room");
        for texts in [["b", "c"], ["d", "e"]] {
            let error = append(&mut outputs, &texts).expect_err("the disk is full");
            assert_eq!(error.source.kind(), ErrorKind::StorageFull);
        }
    });

    let finished = outputs.finish(true);
    assert_eq!(finished.files.len(), 3);
    assert_eq!(finished.rows, 1);
    assert!(finished.errors.is_empty());
    assert_eq!(sandbox.text(CSV), "text\na\n");
    assert_eq!(sandbox.text(JSONL), "{\"text\":\"a\"}\n");
    // What was paid for is safe all the same, and the next run says so.
    assert_eq!(sandbox.past().expect("a journal").samples(), 5);
    sandbox.config.existing = Existing::Replace;
    assert!(sandbox.opened().kept_journal().is_some());
}

#[test]
fn a_file_that_never_took_a_row_is_not_left() {
    let sandbox = Sandbox::new();
    let mut outputs = sandbox.opened();
    with_plan(full_after(1, CSV_PART), || {
        append(&mut outputs, &["a"]).expect_err("the disk is full");
    });
    assert!(outputs.finish(true).files.is_empty());
    assert_eq!(sandbox.names("."), [".sdgen"]);
}

#[test]
fn a_disk_that_fills_on_the_first_batch_leaves_an_old_incremental_file() {
    let mut sandbox = Sandbox::new();
    sandbox.config.incremental = true;
    sandbox.config.existing = Existing::Replace;
    sandbox.put(JSONL, "old");
    let mut outputs = sandbox.opened();
    with_plan(full_after(1, CSV_PART), || {
        append(&mut outputs, &["a"]).expect_err("the disk is full");
    });
    assert!(outputs.finish(true).files.is_empty());
    assert_eq!(sandbox.text(JSONL), "old");
}

#[test]
fn a_file_that_appears_during_the_run_is_not_replaced() {
    let sandbox = Sandbox::new();
    let mut outputs = sandbox.opened();
    append(&mut outputs, &["a"]).expect("written");
    sandbox.put(CSV, "mine");
    let finished = outputs.finish(true);
    assert_eq!(
        finished.files,
        [JSONL, PARQUET].map(|name| sandbox.path(name))
    );
    assert_eq!(finished.errors[0].source.kind(), ErrorKind::AlreadyExists);
    assert_eq!(finished.stale, [sandbox.path(CSV)]);
    assert_eq!(sandbox.text(CSV), "mine");
}

#[test]
fn sources_of_rows_that_are_in_no_file_are_not_left() {
    let mut sandbox = Sandbox::new();
    sandbox.config.formats = vec![OutputFormat::Csv];
    let mut outputs = sandbox.opened();
    append(&mut outputs, &["a"]).expect("written");
    sandbox.put(CSV, "mine");
    let finished = outputs.finish(true);
    assert_eq!((finished.files, finished.sources), (vec![], None));
    assert!(!sandbox.path(SOURCES).exists());
}

#[cfg(unix)]
#[test]
fn an_incremental_file_that_somebody_removed_is_missed() {
    let mut sandbox = Sandbox::new();
    sandbox.config.incremental = true;
    let mut outputs = sandbox.opened();
    append(&mut outputs, &["a"]).expect("written");
    fs::remove_file(sandbox.path(JSONL)).expect("removed");
    let finished = outputs.finish(true);
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
    sandbox.config.existing = Existing::Replace;
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
    let finished = outputs.finish(true);
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
    drop(outputs.finish(true));
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
