//! What decides the data of a run: only a run of the same can be resumed.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::config::{Config, Input};
use crate::document::{Corpus, PdfReading, Skipped};
use crate::format::{CLASSIFICATION, Format, FormatHandler as _};
use crate::generate::dedup::Threshold;
use crate::generate::{Examples, Planning};
use crate::prompt::{self, Material, Wish};
use crate::sample::Limit;

/// What decides the data of a run; the header of its journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(super) struct Identity {
    format: String,
    /// The classes that the user named.
    labels: Option<String>,
    /// Digest of the format's fields and what is said of them.
    definition: String,
    query: Option<String>,
    pub(super) documents: Option<Vec<Document>>,
    chunk_size: Option<usize>,
    chunk_overlap: Option<usize>,
    native_pdf: Option<bool>,
    pdf_engine: Option<String>,
    provider: String,
    model: String,
    temperature: Option<f64>,
    top_p: Option<f64>,
    top_k: Option<u32>,
    refine: bool,
    /// Where the topics come from, with the digest of those that are given.
    plan: String,
    /// The part of the samples that each class is to have.
    balance: Option<String>,
    free_context: bool,
    keep_ungrounded: bool,
    /// Digest of the examples.
    examples: Option<String>,
    language: Option<String>,
    sanity: bool,
    dedup: String,
    near_threshold: Option<f64>,
    verify: bool,
    verify_model: Option<String>,
    verify_action: Option<String>,
    min_quality: Option<u8>,
    /// Digest of the rubric.
    rubric: Option<String>,
    /// Digest of every text that is sent to the model.
    prompts: String,
    pub(super) seed: u64,
    /// Whether the user chose the seed.
    seed_given: bool,
}

/// A document that samples are made from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Document {
    /// As far as it is Unicode.
    path: String,
    bytes: u64,
    /// Digest of its text, or of its pages if the model sees them.
    text_sha256: String,
}

impl PartialEq for Document {
    /// Wherever it lies.
    fn eq(&self, other: &Self) -> bool {
        self.text_sha256 == other.text_sha256
    }
}

/// Why a run cannot be resumed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the run to be resumed is another one: {difference}")]
pub struct AnotherRun {
    difference: String,
    /// Whether the documents are other ones.
    pub(super) is_of_documents: bool,
}

impl Identity {
    pub(super) fn new(config: &Config, corpus: Option<&Corpus>) -> Self {
        let sampling = config.provider.sampling();
        let how = match &config.input {
            Input::Query(_) => None,
            Input::Documents(documents) => Some(documents.how),
        };
        let chunk_size = how.map(|how| how.chunk_size);
        let verify = config.options.verify.as_ref();
        Self {
            format: config.format.name().to_owned(),
            labels: labels(&config.format),
            definition: definition(&config.format),
            query: match &config.input {
                Input::Query(query) => Some(query.clone()),
                Input::Documents(_) => None,
            },
            documents: corpus.map(documents),
            chunk_size: chunk_size.map(|size| size.tokens),
            chunk_overlap: chunk_size.map(|size| size.overlap),
            native_pdf: how.map(|how| how.pdf == PdfReading::Pages),
            pdf_engine: how.and_then(|how| match how.pdf {
                PdfReading::Text(engine) => Some(engine.name().to_owned()),
                PdfReading::Pages => None,
            }),
            provider: config.provider.name().to_owned(),
            model: config.provider.model().to_owned(),
            temperature: sampling.temperature,
            top_p: sampling.top_p,
            top_k: sampling.top_k,
            refine: config.options.refine,
            plan: planning(&config.options.planning),
            balance: config.options.balance.as_ref().map(ToString::to_string),
            free_context: config.options.free_context,
            keep_ungrounded: config.options.keep_ungrounded,
            examples: config.options.examples.as_deref().map(examples),
            language: config.options.language.clone(),
            sanity: config.options.sanity,
            dedup: config.options.duplicates.name().to_owned(),
            near_threshold: config.options.duplicates.threshold().map(Threshold::get),
            verify: verify.is_some(),
            verify_model: config.verifier.as_ref().map(|it| it.model().to_owned()),
            verify_action: verify.map(|it| it.action.name().to_owned()),
            min_quality: verify.map(|it| it.min_quality),
            rubric: verify
                .and_then(|it| it.rubric.as_ref())
                .map(|it| digest([it])),
            prompts: prompts(&config.format),
            seed: config.options.seed,
            seed_given: config.seed_given,
        }
    }

    /// The identity of the run in a journal, which begins with `header`, if it
    /// is this one; the seed is that of the journal unless the user chose it, and
    /// the names of the documents are. `skipped` are files that could not be read
    /// now.
    ///
    /// # Errors
    ///
    /// Something that decides the data differs; the first of it is named.
    pub(super) fn resumed(
        mut self,
        header: &Value,
        skipped: &[Skipped],
    ) -> Result<Self, AnotherRun> {
        let unlike = |is_of_documents, difference| {
            Err(AnotherRun {
                difference,
                is_of_documents,
            })
        };
        let Ok(past) = Self::deserialize(header) else {
            return unlike(false, "it was begun by another version of sdgen".to_owned());
        };
        if !self.seed_given {
            self.seed = past.seed;
        }
        let reads_alike = |it: &Self| (it.native_pdf, it.pdf_engine.clone());
        if reads_alike(&self) == reads_alike(&past)
            && let (Some(now), Some(past)) = (&self.documents, &past.documents)
            && let Some(difference) = changed_document(now, past, skipped)
        {
            return unlike(true, difference);
        }
        if let Some(difference) = self.difference(&past) {
            return unlike(false, difference);
        }
        self.documents = past.documents;
        Ok(self)
    }

    /// The names of the documents.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let documents = self.documents.iter().flatten();
        documents.map(|document| document.path.as_str())
    }

    /// The first difference from `past`, in words, apart from the documents.
    fn difference(&self, past: &Self) -> Option<String> {
        let (now, past) = [self, past]
            .map(|it| serde_json::to_value(it).expect("plain data"))
            .into();
        let (now, past): (Value, Value) = (now, past);
        let names = now.as_object().into_iter().flatten();
        let (name, now, past) = names
            .map(|(name, now)| (name.as_str(), now, &past[name]))
            .find(|(name, now, past)| now != past && *name != "documents")?;
        Some(match name {
            "definition" => "the definition of the format has changed".to_owned(),
            "prompts" => "its prompts are those of another version of sdgen".to_owned(),
            "seed_given" | "seed" => format!("its --seed was {}", given(past)),
            "refine" | "sanity" => match past {
                Value::Bool(true) => format!("it was begun without --no-{name}"),
                _ => format!("it was begun with --no-{name}"),
            },
            "examples" | "rubric" => match (past, now) {
                (Value::Null, _) => format!("it was begun without --{name}"),
                (_, Value::Null) => format!("it was begun with --{name}"),
                _ if name == "examples" => "its --examples were other ones".to_owned(),
                _ => "its --rubric was another one".to_owned(),
            },
            _ => {
                let name = name.replace('_', "-");
                format!("its {name} was {}, and now is {}", given(past), given(now))
            }
        })
    }
}

/// A value as a user may have given it.
fn given(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(false) => "not given".to_owned(),
        Value::Bool(true) => "given".to_owned(),
        Value::String(text) => format!("`{text}`"),
        other => other.to_string(),
    }
}

/// The first document that was changed, came or went, in words.
fn changed_document(now: &[Document], past: &[Document], skipped: &[Skipped]) -> Option<String> {
    let first = now.iter().zip(past).take_while(|(now, past)| now == past);
    let first = first.count();
    let has = |documents: &[Document], path: &str| documents.iter().any(|it| it.path == path);
    match (now.get(first), past.get(first)) {
        (None, None) => None,
        (Some(now), Some(past)) if now.path == past.path => {
            Some(format!("document `{}` has changed", now.path))
        }
        (_, Some(gone)) if !has(now, &gone.path) => {
            let is_it = |file: &&Skipped| file.path.to_string_lossy() == gone.path;
            Some(match skipped.iter().find(is_it) {
                Some(file) => format!("document `{}` cannot be read: {}", gone.path, file.reason),
                None => format!("document `{}` is gone", gone.path),
            })
        }
        (Some(new), _) if !has(past, &new.path) => {
            Some(format!("document `{}` was not there", new.path))
        }
        (Some(document), _) | (None, Some(document)) => {
            Some(format!("document `{}` had another place", document.path))
        }
    }
}

fn documents(corpus: &Corpus) -> Vec<Document> {
    let documents = corpus.documents.iter();
    documents
        .map(|document| Document {
            path: document.path.display().to_string(),
            bytes: document.bytes,
            text_sha256: hex(&document.sha256),
        })
        .collect()
}

fn planning(planning: &Planning) -> String {
    match planning {
        Planning::None => "none".to_owned(),
        Planning::BuiltIn => "built in".to_owned(),
        Planning::Asked(_) => "asked for".to_owned(),
        Planning::Given(plan) => {
            let json = serde_json::to_string(plan).expect("plain data");
            format!("given ({})", &digest([json])[..8])
        }
    }
}

/// The classes of the label of `format`, if the user named them.
fn labels(format: &Format) -> Option<String> {
    let mut fields = format.fields().iter().map(|field| &field.limit);
    fields.find_map(|limit| match limit {
        Limit::Choices(labels) if format.name() == CLASSIFICATION => Some(labels.join(",")),
        _ => None,
    })
}

fn definition(format: &Format) -> String {
    let fields = format.fields().iter().map(|field| format!("{field:?}"));
    let texts = [format.description(), format.guidance()].map(str::to_owned);
    digest(fields.chain(texts))
}

fn examples(examples: &Examples) -> String {
    let samples = examples.samples().iter();
    digest(samples.map(|sample| format!("{sample:?}")))
}

pub(super) fn prompts(format: &Format) -> String {
    let (system, user) = prompt::refinement(format, "", Some(""));
    let plan = prompt::planning(format, "", 1, &[]);
    let topics = prompt::topics("", 1, &[]);
    let wish = Wish {
        count: 1,
        topic: Some(""),
        parts: &["-".to_owned()],
        words: &["-"],
        language: Some(""),
        angle: "-",
        classes: ("", &[String::new()]),
        made: &[""],
    };
    let of_several = Wish {
        count: 2,
        topic: None,
        ..wish
    };
    let of_words = Wish {
        parts: &[],
        ..of_several
    };
    let fixed = [
        prompt::system(format, Material::Query, None, None),
        prompt::system(format, Material::Query, None, Some("")),
        prompt::system(format, Material::Passage, None, None),
        prompt::system(format, Material::Passage, Some(""), None),
        prompt::system(format, Material::Pages, None, None),
        prompt::with_examples(&[""], Material::Query, String::new()),
        prompt::with_examples(&[""], Material::Passage, String::new()),
        prompt::with_examples(&[""], Material::Pages, String::new()),
        prompt::from_query("", wish),
        prompt::from_query("", of_several),
        prompt::from_query("", of_words),
        prompt::from_pages(wish),
        prompt::from_passage("", Some(""), wish),
        system,
        user,
        prompt::verify::system(format, &[], None),
        plan.0,
        plan.1,
        topics.0,
        topics.1,
    ];
    let angles = [
        &prompt::VOICES[..],
        &prompt::WORDS[..],
        &prompt::MANNERS[..],
    ];
    digest(
        fixed
            .into_iter()
            .chain(angles.map(|words| words.join("\n"))),
    )
}

/// Hexadecimal digits of the SHA-256 of texts, each ended by a NUL.
fn digest<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text.as_ref());
        digest.update([0]);
    }
    hex(&digest.finalize())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let mut digits = String::new();
    for byte in bytes {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(documents: &[(&str, &str)]) -> Vec<Document> {
        let document = |(path, text_sha256): &(&str, &str)| Document {
            path: (*path).to_owned(),
            bytes: 1,
            text_sha256: (*text_sha256).to_owned(),
        };
        documents.iter().map(document).collect()
    }

    #[test]
    fn the_document_that_differs_is_named() {
        let past = documents(&[("a", "1"), ("b", "2")]);
        for (now, told) in [
            (&[("a", "1"), ("b", "2")][..], None),
            (&[("x/a", "1"), ("x/b", "2")], None),
            (&[("a", "1"), ("b", "3")], Some("document `b` has changed")),
            (&[("b", "2"), ("c", "1")], Some("document `a` is gone")),
            (&[("a", "1")], Some("document `b` is gone")),
            (
                &[("a", "1"), ("b", "2"), ("c", "3")],
                Some("document `c` was not there"),
            ),
        ] {
            let told_now = changed_document(&documents(now), &past, &[]);
            assert_eq!(told_now.as_deref(), told);
        }
    }
}
