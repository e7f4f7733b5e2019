//! A collection for information retrieval, as BEIR has it: documents, queries,
//! and which of them belong together.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::file::Older;
use super::jsonl::JsonlWriter;
use super::{RowWriter as _, WriteError, disk, left};

/// The files of a collection, in the order they get their names.
pub(super) const FILES: [&str; 3] = ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"];

/// A collection while it is written.
pub(super) struct Beir {
    corpus: Texts,
    queries: Texts,
    qrels: JsonlWriter,
    /// What is in `qrels`: numbers of queries and documents.
    known: HashSet<(usize, usize)>,
}

impl Beir {
    /// A collection without anything in `folder`.
    pub(super) fn create(folder: &Path, older: Older) -> Result<Self, WriteError> {
        let [corpus, queries, qrels] = FILES.map(|name| folder.join(name));
        disk::create_folders(&folder.join("qrels"))?;
        let mut qrels = lines(&qrels, older)?;
        qrels.write_line("query-id\tcorpus-id\tscore")?;
        Ok(Self {
            corpus: Texts::new(lines(&corpus, older)?),
            queries: Texts::new(lines(&queries, older)?),
            qrels,
            known: HashSet::new(),
        })
    }

    /// Adds a query, the document that belongs to it, and others that do not.
    pub(super) fn add(&mut self, object: &Map<String, Value>) -> Result<(), WriteError> {
        let text = |name| object.get(name).and_then(Value::as_str).unwrap_or_default();
        let query = self.queries.number(
            text("query"),
            |number, text| json!({ "_id": format!("q{number}"), "text": text }),
        )?;
        let document =
            |number, text: &str| json!({ "_id": format!("d{number}"), "title": "", "text": text });
        let positive = self.corpus.number(text("positive"), document)?;
        let negatives = object.get("negatives").and_then(Value::as_array);
        for negative in negatives.into_iter().flatten().filter_map(Value::as_str) {
            self.corpus.number(negative, document)?;
        }
        match self.known.insert((query, positive)) {
            true => self.qrels.write_line(&format!("q{query}\td{positive}\t1")),
            false => Ok(()),
        }
    }

    /// Gives the files their names.
    pub(super) fn finish(self) -> Result<Vec<PathBuf>, WriteError> {
        let all = [self.corpus.lines, self.queries.lines, self.qrels];
        let files = all.map(|lines| Box::new(lines).finish().map(|file| file.path));
        files.into_iter().collect()
    }

    /// Removes the files.
    pub(super) fn discard(self) -> Result<(), WriteError> {
        let mut all = [self.corpus.lines, self.queries.lines, self.qrels].into_iter();
        all.try_for_each(|lines| Box::new(lines).discard())
    }
}

fn lines(target: &Path, older: Older) -> Result<JsonlWriter, WriteError> {
    Ok(JsonlWriter::new(left::create(target, older)?))
}

/// Texts, each of which is written once, and their numbers from 1.
struct Texts {
    lines: JsonlWriter,
    /// By the first half of their SHA-256.
    numbers: HashMap<[u8; 16], usize>,
}

impl Texts {
    fn new(lines: JsonlWriter) -> Self {
        Self {
            lines,
            numbers: HashMap::new(),
        }
    }

    /// The number of `text`, written as `line` has it if it is new.
    fn number(
        &mut self,
        text: &str,
        line: impl Fn(usize, &str) -> Value,
    ) -> Result<usize, WriteError> {
        let digest: [u8; 32] = Sha256::digest(text).into();
        let (half, _) = digest.split_at(16);
        let next = self.numbers.len() + 1;
        let number = *self
            .numbers
            .entry(half.try_into().expect("16 bytes"))
            .or_insert(next);
        if number == next {
            self.lines.write_line(&line(number, text).to_string())?;
        }
        Ok(number)
    }
}
