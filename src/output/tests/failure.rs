//! A disk that fails at any operation costs no sample and no older file.

use std::io;

use super::crash::{Case, Life, check_recovery, contents, undisturbed};
use crate::output::faults::{Operation, with_plan};

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
fn check_failure(case: Case, number: usize, lasting: Lasting, expected: &[Option<String>; 3]) {
    let sandbox = case.sandbox();
    let older = contents(&sandbox);
    let code = CODES[number % CODES.len()];
    let fail = move |operation: &Operation| {
        let needs_room = ["write", "create", "create folder", "probe"];
        let fails_later = lasting == Lasting::FromThenOn
            && operation.number > number
            && needs_room.contains(&&*operation.name);
        match operation.number == number || fails_later {
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
        assert!(
            *content == older[index] || content.as_deref().map(n_rows) == Some(rows),
            "{case:?} {:?}: {rows} rows, {content:?}",
            log[number]
        );
    }
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

#[test]
fn bytes_are_safe_before_they_get_a_name_and_the_name_is_right_after() {
    for case in Case::all() {
        let (_, log) = undisturbed(case);
        let is = |name: &'static str, file: String| {
            move |operation: &&Operation| operation.name == name && operation.file == file
        };
        for (index, naming) in log.iter().enumerate() {
            // A journal that is kept was safe, or is not known to have been.
            if !["rename", "link"].contains(&&*naming.name) || naming.file.contains(".journal.1.") {
                continue;
            }
            let part = format!("{}.part", naming.file);
            let earlier = || log[..index].iter().rev();
            let n_since_sync = earlier().position(|op| is("sync", part.clone())(&op));
            let n_since_write = earlier().position(|op| is("write", part.clone())(&op));
            assert!(n_since_sync < n_since_write, "{case:?} {naming:?}");
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
    let mut sandbox = super::Sandbox::new();
    sandbox.config.prefix = sandbox.path("new/folder/out");
    let (_, log) = with_plan(|operation| Ok(operation.bytes), || drop(sandbox.place()));
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
