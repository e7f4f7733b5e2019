//! A journal that was torn, damaged or made up yields what was written, and
//! nothing else.

use std::fs;

use proptest::prelude::*;
use serde_json::json;

use super::{CSV, Existing, JOURNAL, OpenError, Sandbox, append};
use crate::output::testing::{HARD_TEXTS, text_fields};
use crate::sample::{Sample, Value};

const BATCHES: [[&str; 2]; 4] = [["a", "b"], ["c", "d"], ["e", "f"], ["g", "h"]];

/// The texts of the samples that are read from a journal of `bytes`, and how
/// many lines are damaged; `None` if there is no past in it.
fn read(sandbox: &Sandbox, bytes: &[u8]) -> Option<(Vec<String>, u64)> {
    let place = sandbox.place();
    fs::write(sandbox.path(JOURNAL), bytes).expect("written");
    let past = place.past().ok().flatten()?;
    let mut texts = Vec::new();
    let replayed = past.replay(&text_fields(&["text"]), |_, samples| {
        texts.extend(samples.iter().map(text));
    });
    replayed.expect("only text samples were written");
    assert_eq!(past.samples(), texts.len() as u64);
    Some((texts, past.damaged()))
}

fn text(sample: &Sample) -> String {
    match &sample.values[..] {
        [Value::String(text)] => text.clone(),
        other => panic!("a text was written, not {other:?}"),
    }
}

/// The journal of a run with `batches` that was killed.
fn written<const N: usize>(sandbox: &Sandbox, batches: &[[&str; N]]) -> Vec<u8> {
    let mut outputs = sandbox.opened();
    for batch in batches {
        append(&mut outputs, batch).expect("written");
    }
    fs::read(sandbox.path(JOURNAL)).expect("a journal")
}

/// Where the lines of `journal` begin, and its length.
fn line_starts(journal: &[u8]) -> Vec<usize> {
    let ends = journal.iter().enumerate();
    let ends = ends
        .filter(|(_, byte)| **byte == b'\n')
        .map(|(index, _)| index + 1);
    std::iter::once(0).chain(ends).collect()
}

#[test]
fn a_journal_that_is_torn_anywhere_is_resumed_after_its_last_whole_line() {
    let sandbox = Sandbox::new();
    let journal = written(&sandbox, &BATCHES);
    let starts = line_starts(&journal);
    for length in starts[3]..=journal.len() {
        fs::write(sandbox.path(JOURNAL), &journal[..length]).expect("written");
        let mut outputs = sandbox.resume().expect("nothing in the way");
        let n_whole = starts.iter().filter(|start| **start <= length).count() - 2;
        let left = fs::read(sandbox.path(JOURNAL)).expect("a journal");
        assert_eq!(left, journal[..starts[n_whole + 1]]);
        for batch in &BATCHES[n_whole..] {
            append(&mut outputs, batch).expect("written");
        }
        drop(outputs);
        assert_eq!(fs::read(sandbox.path(JOURNAL)).expect("a journal"), journal);
    }
    let finished = sandbox.resume().expect("nothing in the way").finish(true);
    assert_eq!(finished.rows, 8);
    assert_eq!(sandbox.text(CSV), "text\na\nb\nc\nd\ne\nf\ng\nh\n");
}

#[test]
fn samples_that_are_in_no_file_yet_are_not_forgotten() {
    let mut sandbox = Sandbox::new();
    let mut outputs = sandbox.opened();
    outputs.keep(3, &json!({"candidates": 3})).expect("written");
    let line = r#"{"request":{"candidates":3},"kept":3,"samples":[]"#;
    assert_eq!(sandbox.journal()[1], line);
    drop(outputs);
    let refused = sandbox.open().err();
    let is_refused = matches!(refused, Some(OpenError::Unfinished { samples: 3, .. }));
    assert!(is_refused, "{refused:?}");
    let past = sandbox.past().expect("an earlier run");
    let mut notes = Vec::new();
    let replayed = past.replay(&text_fields(&["text"]), |note, samples| {
        notes.push((note, samples.len()));
    });
    replayed.expect("readable");
    assert_eq!(notes, [(json!({"candidates": 3}), 0)]);

    sandbox.config.existing = Existing::Replace;
    let outputs = sandbox.opened();
    let kept = outputs.kept_journal().expect("set aside");
    assert!(kept.ends_with("out_qa_from_query.journal.1.jsonl"));
}

#[test]
fn a_byte_that_changed_costs_its_line_and_no_other() {
    let sandbox = Sandbox::new();
    let journal = written(&sandbox, &BATCHES);
    let starts = line_starts(&journal);
    for index in starts[2]..starts[3] - 1 {
        let mut changed = journal.clone();
        changed[index] ^= 1;
        let (texts, damaged) = read(&sandbox, &changed).expect("a past");
        assert_eq!(texts, ["a", "b", "e", "f", "g", "h"]);
        assert_eq!(damaged, 1);
    }
}

/// Something that happens to a file.
#[derive(Debug, Clone)]
enum Mishap {
    Change(u8),
    Insert(Vec<u8>),
    Remove(usize),
    Repeat(usize),
}

fn mishap() -> impl Strategy<Value = Mishap> {
    prop_oneof![
        (1..=u8::MAX).prop_map(Mishap::Change),
        prop::collection::vec(any::<u8>(), 1..9).prop_map(Mishap::Insert),
        Just(Mishap::Insert(b"\n".to_vec())),
        (1..300_usize).prop_map(Mishap::Remove),
        (1..300_usize).prop_map(Mishap::Repeat),
    ]
}

impl Mishap {
    fn happen(self, bytes: &mut Vec<u8>, place: prop::sample::Index) {
        if bytes.is_empty() {
            return;
        }
        let start = place.index(bytes.len());
        let end = |length: usize| bytes.len().min(start + length);
        match self {
            Self::Change(bits) => bytes[start] ^= bits,
            Self::Insert(new) => drop(bytes.splice(start..start, new)),
            Self::Remove(length) => drop(bytes.drain(start..end(length))),
            Self::Repeat(length) => {
                let again = bytes[start..end(length)].to_vec();
                bytes.splice(start..start, again);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_no_journal_holds_no_samples(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        prop_assert_eq!(read(&Sandbox::new(), &bytes), None);
    }

    #[test]
    fn no_mishap_makes_samples_up(
        mishaps in prop::collection::vec((mishap(), any::<prop::sample::Index>()), 1..6),
    ) {
        let sandbox = Sandbox::new();
        let mut journal = written(&sandbox, &HARD_TEXTS.map(|text| [text]));
        for (mishap, place) in mishaps {
            mishap.happen(&mut journal, place);
        }
        for text in read(&sandbox, &journal).unwrap_or_default().0 {
            prop_assert!(HARD_TEXTS.contains(&&*text));
        }
    }
}
