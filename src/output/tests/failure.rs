//! A disk that fails at any operation costs no sample and no older file.

use std::io;

use super::crash::{Case, Contents, Life, check_recovery, contents, is_tested, undisturbed};
use super::{CSV, Sandbox, append};
use crate::output::faults::{Operation, full_after, with_plan};

/// No space left, an input/output error, and a quota that is used up, as Linux
/// numbers them.
#[cfg(target_os = "linux")]
const CODES: [i32; 3] = [28, 5, 122];
#[cfg(not(target_os = "linux"))]
const CODES: [i32; 3] = [28, 5, 69];

/// How long a disk fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lasting {
    /// At one operation.
    Once,
    /// At one operation, and at whatever needs room after it.
    FromThenOn,
}

/// Lets the operation `number` of a run fail.
fn check_failure(case: Case, number: usize, lasting: Lasting, expected: &Contents) {
    let sandbox = case.sandbox();
    let older = contents(&sandbox);
    let code = CODES[number % CODES.len()];
    let mut fails_at = number;
    let fail = move |operation: &Operation| {
        if operation.number == number && operation.bytes > 1 {
            // The other half of the write fails.
            fails_at += 1;
            return Ok(operation.bytes / 2);
        }
        let needs_room = ["write", "create", "create folder", "probe"];
        let fails_later = lasting == Lasting::FromThenOn
            && operation.number > fails_at
            && needs_room.contains(&&*operation.name);
        match operation.number == fails_at || fails_later {
            true => Err(io::Error::from_raw_os_error(code)),
            false => Ok(operation.bytes),
        }
    };
    let (life, log) = with_plan(fail, || Life::of(&sandbox));

    let folder = sandbox.folder.path().display().to_string();
    let what_failed = io::Error::from_raw_os_error(code).to_string();
    for error in &life.errors {
        assert!(
            error.contains(&folder) && error.contains(&what_failed),
            "{error}"
        );
    }
    let rows = life.finished.as_ref().map_or(0, |finished| finished.rows);
    for (index, content) in contents(&sandbox).iter().enumerate() {
        // The older file with the sources may be gone; none is better than a wrong one.
        let may_be_gone = index == 3 && content.is_none();
        assert!(
            may_be_gone || *content == older[index] || content.as_deref().map(n_rows) == Some(rows),
            "{case:?} {number}: {rows} rows, {content:?}"
        );
    }
    let past = sandbox.past().filter(is_tested);
    let is_complete = past.is_some_and(|past| past.is_complete());
    let Operation { name, file, .. } = &log[number];
    // A journal that was only not synced is written.
    let may_be = life.errors.is_empty() || name == "sync" && file.contains(".journal.");
    assert!(may_be || !is_complete, "{case:?} {name} {file}");
    check_recovery(&sandbox, expected);
}

/// Samples in the text of a file.
fn n_rows(content: &str) -> u64 {
    content.matches("batch ").count() as u64
}

fn check_failures(lasting: Lasting) {
    for case in Case::all() {
        let (expected, log) = undisturbed(case);
        for number in 0..log.len() {
            check_failure(case, number, lasting, &expected);
        }
    }
}

#[test]
fn a_disk_that_fails_once_costs_nothing_that_resuming_does_not_bring_back() {
    check_failures(Lasting::Once);
}

#[test]
fn a_disk_that_is_full_costs_nothing_that_resuming_does_not_bring_back() {
    check_failures(Lasting::FromThenOn);
}

/// Checks that a batch on which the journal fails as `plan` says is nowhere,
/// and in nobody's way.
fn check_refused(plan: impl FnMut(&Operation) -> io::Result<usize> + 'static) {
    let sandbox = Sandbox::new();
    let mut outputs = sandbox.opened();
    with_plan(plan, || {
        append(&mut outputs, &["a"]).expect_err("refused");
    });
    append(&mut outputs, &["b"]).expect("written");
    assert!(outputs.finish(true).errors.is_empty());
    assert_eq!(sandbox.text(CSV), "text\nb\n");
    let past = sandbox.past().expect("a journal");
    assert_eq!((past.samples(), past.damaged()), (1, 0));
    assert!(past.is_complete());
}

#[test]
fn a_batch_that_the_journal_could_not_take_is_nowhere() {
    for refused in ["write", "sync", "rename"] {
        check_refused(move |operation| match operation.name == refused {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => Ok(operation.bytes),
        });
    }
}

#[test]
fn half_a_line_of_the_journal_is_cut_off_at_once_or_before_the_next() {
    for cut_works in [true, false] {
        let mut full = full_after(10, "out_qa_from_query.journal.jsonl.part");
        check_refused(move |operation| match &*operation.name {
            "cut" if !cut_works => Err(io::ErrorKind::StorageFull.into()),
            _ => full(operation),
        });
    }
}

#[test]
fn bytes_are_safe_before_they_get_a_name_and_the_name_is_right_after() {
    for case in Case::all() {
        let (_, log) = undisturbed(case);
        for (index, naming) in log.iter().enumerate() {
            // A journal that is kept was safe, or is not known to have been.
            if !["rename", "link"].contains(&&*naming.name) || naming.file.contains(".journal.1.") {
                continue;
            }
            let part = format!("{}.part", naming.file);
            let last = log[..index]
                .iter()
                .rfind(|operation| operation.file == part);
            let last = last.map(|operation| &*operation.name);
            assert_eq!(last, Some("sync"), "{case:?} {naming:?}");
            assert_eq!(log[index + 1].name, "sync folder", "{naming:?}");
        }
        let last_of = |file: &str| log.iter().rfind(|operation| operation.file == file);
        let journals = log.iter().filter(|op| op.file.contains(".journal.jsonl"));
        for file in journals.map(|op| &op.file) {
            assert_ne!(
                last_of(file).expect("it is there").name,
                "write",
                "{case:?}"
            );
        }
    }
}

#[test]
fn new_folders_are_made_safe() {
    let mut sandbox = Sandbox::new();
    sandbox.config.prefix = sandbox.path("new/folder/out");
    let ((), log) = with_plan(|operation| Ok(operation.bytes), || drop(sandbox.place()));
    let root = sandbox
        .folder
        .path()
        .file_name()
        .expect("a name")
        .to_string_lossy();
    let synced = log.iter().filter(|op| op.name == "sync folder");
    let synced: Vec<_> = synced.map(|op| &*op.file).collect();
    assert_eq!(synced, ["folder", "new", &*root]);
}
