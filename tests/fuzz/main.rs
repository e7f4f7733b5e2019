//! Mutations of a corpus against everything that reads what others wrote: the
//! answers of models, custom formats, journals.
//!
//! 512 cases a target by default; `SDGEN_TEST_SCALE` multiplies them. What
//! fails is shrunk, printed, and kept by proptest beside this file.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::FileFailurePersistence;
use sdgen::format::{FormatHandler as _, load_custom, predefined};
use sdgen::generate::parse;
use sdgen::output::{Existing, OutputConfig, OutputFormat, Place, SourceKind};
use sdgen::sample::Sample;

/// The files of a folder of the corpus, by name.
fn corpus(folder: &str) -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    let mut paths: Vec<PathBuf> = fs::read_dir(root.join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    paths
        .into_iter()
        .map(|path| (name(&path), fs::read(&path).unwrap()))
        .collect()
}

/// A change of some bytes.
#[derive(Debug, Clone)]
enum Edit {
    Replace(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
    Cut(Index),
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let end = bytes.len();
        match self {
            Self::Replace(at, byte) if end > 0 => bytes[at.index(end)] = *byte,
            Self::Insert(at, new) => {
                let at = at.index(end + 1);
                bytes.splice(at..at, new.iter().copied());
            }
            Self::Remove(at, length) => {
                let at = at.index(end + 1);
                bytes.drain(at..end.min(at + length));
            }
            Self::Repeat(at, length) => {
                let at = at.index(end + 1);
                let part = bytes[at..end.min(at + length)].to_vec();
                bytes.splice(at..at, part);
            }
            Self::Cut(at) => bytes.truncate(at.index(end + 1)),
            Self::Replace(..) => {}
        }
    }
}

fn edits() -> impl Strategy<Value = Edit> {
    const WORDS: [&str; 12] = [
        "\"", "\\", "\\u", "{", "}", "[", "]", ",", "null", "1e999", "\n", "```",
    ];
    let words = prop::sample::select(&WORDS[..]).prop_map(|word| word.as_bytes().to_vec());
    let bytes = prop::collection::vec(any::<u8>(), 1..4);
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Edit::Replace(at, byte)),
        (any::<Index>(), prop_oneof![words, bytes]).prop_map(|(at, new)| Edit::Insert(at, new)),
        (any::<Index>(), 1..40_usize).prop_map(|(at, length)| Edit::Remove(at, length)),
        (any::<Index>(), 1..400_usize).prop_map(|(at, length)| Edit::Repeat(at, length)),
        any::<Index>().prop_map(Edit::Cut),
    ]
}

/// A file of the corpus with a few changes.
fn mutated(folder: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let files: Vec<_> = corpus(folder).into_iter().map(|(_, bytes)| bytes).collect();
    let edits = prop::collection::vec(edits(), 0..6);
    (prop::sample::select(files), edits).prop_map(|(mut bytes, edits)| {
        for edit in edits {
            edit.apply(&mut bytes);
        }
        bytes
    })
}

fn config() -> ProptestConfig {
    let scale = std::env::var("SDGEN_TEST_SCALE").ok();
    let scale: u32 = scale.map_or(1, |scale| scale.parse().expect("a whole number"));
    ProptestConfig {
        cases: 512 * scale,
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    }
}

#[test]
fn the_corpus_of_answers_is_read_as_ever() {
    let mut told = String::new();
    for (name, bytes) in corpus("answers") {
        let items = parse::items(&String::from_utf8_lossy(&bytes));
        let items = items.map_or_else(
            |_| "nothing".to_owned(),
            |items| serde_json::Value::from(items).to_string(),
        );
        let _ = writeln!(told, "{name}: {items}");
    }
    insta::assert_snapshot!(told);
}

#[test]
fn the_corpus_of_formats_is_read_as_ever() {
    let mut told = String::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus/formats");
    for (name, _) in corpus("formats") {
        let read = load_custom(&folder.join(format!("{name}.json")));
        let read = read.map_or_else(|error| error.to_string(), |it| it.name().to_owned());
        let _ = writeln!(told, "{name}: {read}");
    }
    let told = told.replace(&format!("{}/", folder.display()), "");
    insta::assert_snapshot!(told);
}

/// The texts of what is read from `journal`; `None` if it is refused.
fn replayed(journal: &[u8]) -> Option<Vec<Sample>> {
    let folder = tempfile::tempdir().unwrap();
    let config = OutputConfig {
        prefix: folder.path().join("out"),
        formats: vec![OutputFormat::Jsonl],
        source: SourceKind::Query,
        incremental: false,
        with_metadata: false,
        conversion: None,
        existing: Existing::Refuse,
        split: None,
        hub_folder: false,
    };
    let side = folder.path().join(".sdgen");
    fs::create_dir(&side).unwrap();
    fs::write(side.join("out_pair_from_query.journal.jsonl"), journal).unwrap();
    let format = predefined("pair").unwrap();
    let past = Place::claim(&config, "pair").unwrap().past().ok()??;
    let mut all = Vec::new();
    past.replay(format.fields(), |_, samples| all.extend(samples))
        .ok()?;
    Some(all)
}

fn distinct(samples: Vec<Sample>) -> HashSet<String> {
    samples
        .into_iter()
        .map(|sample| format!("{sample:?}"))
        .collect()
}

#[test]
fn the_corpus_of_journals_is_read_as_ever() {
    let told: Vec<_> = corpus("journals")
        .into_iter()
        .map(|(name, bytes)| (name, replayed(&bytes).map(|samples| samples.len())))
        .collect();
    let told: Vec<_> = told.iter().map(|(name, n)| (name.as_str(), *n)).collect();
    assert_eq!(
        told,
        [
            ("damaged", Some(8)),
            ("empty", None),
            ("header", Some(0)),
            ("headless", None),
            ("killed", Some(8)),
            ("lossy", None),
            ("torn", Some(12)),
            ("whole", Some(12)),
            ("zeros", Some(12)),
        ]
    );
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_answer_makes_the_parser_panic(bytes in mutated("answers")) {
        if let Ok(items) = parse::items(&String::from_utf8_lossy(&bytes)) {
            let format = predefined("pair").unwrap();
            for item in items {
                let _ = format.validate(item);
            }
        }
    }

    #[test]
    fn no_format_makes_the_loader_panic(bytes in mutated("formats")) {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        if let Ok(format) = load_custom(file.path()) {
            prop_assert!(!format.fields().is_empty());
        }
    }

    #[test]
    fn no_journal_yields_what_was_never_written(bytes in mutated("journals")) {
        let written = distinct(replayed(&corpus("journals").pop().unwrap().1).unwrap());
        if let Some(samples) = replayed(&bytes) {
            prop_assert!(distinct(samples).is_subset(&written));
        }
    }
}
