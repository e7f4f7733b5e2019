//! What a run was made from, and what it takes to make it again.

use maud::{Markup, html};
use serde_json::Value;

use crate::insight::{Account, Document, Run};

use super::text::{count, part, percent, shown};

/// Documents that are listed.
const MOST_DOCUMENTS: usize = 100;

/// Bytes of a value.
const VALUE_BYTES: usize = 1_000;

pub(super) fn section(run: &Run) -> Markup {
    let account = &run.account;
    html! {
        section {
            h2 { "How it was made: " bdi { (shown(&run.name, 200)) } }
            @if let Some(documents) = &account.documents { (of_documents(account, documents)) }
            h3 { "To make it again" }
            p { "The same version, model, seed and settings ask for the same again; what a model answers is its own affair. Keys are recorded nowhere." }
            table {
                caption { "What decided the run" }
                thead { tr { th scope="col" { "Setting" } th scope="col" { "Value" } } }
                tbody {
                    @for (name, value) in told(account).into_iter().chain(settings(&run.settings)) {
                        tr { th scope="row" { (shown(&name, 60)) } td class="value" dir="auto" { (shown(&value, VALUE_BYTES)) } }
                    }
                }
            }
        }
    }
}

/// What the manifest tells.
fn told(account: &Account) -> Vec<(String, String)> {
    let verifier = account.verify_model.clone();
    let models = account.traffic.as_ref().map(|traffic| {
        traffic
            .models
            .iter()
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
    });
    [
        ("sdgen", Some(account.sdgen_version.clone())),
        ("began", Some(account.started.clone())),
        ("ended", account.finished.clone()),
        ("end", account.end.as_ref().map(|end| end.reason.clone())),
        ("samples wanted", Some(account.samples_wanted.to_string())),
        ("provider", Some(account.provider.clone())),
        ("model", Some(account.model.clone())),
        (
            "served as",
            models.filter(|models| *models != account.model),
        ),
        ("model of second looks", verifier),
        ("format", Some(account.format.clone())),
        ("query", account.query.clone()),
        ("refined query", account.refined_query.clone()),
        ("language", account.language.clone()),
        ("seed", Some(account.seed.to_string())),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value.filter(|value| !value.is_empty())?)))
    .collect()
}

/// What the journal tells beyond that.
fn settings(settings: &Value) -> Vec<(String, String)> {
    const TOLD: [&str; 8] = [
        "provider",
        "model",
        "verify_model",
        "format",
        "query",
        "language",
        "seed",
        "documents",
    ];
    let Some(settings) = settings.as_object() else {
        return Vec::new();
    };
    let further = settings
        .iter()
        .filter(|(name, _)| !TOLD.contains(&name.as_str()));
    let values = further.filter_map(|(name, value)| {
        let value = match value {
            Value::Null => return None,
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        let name = match name.as_str() {
            "prompts" | "definition" | "examples" | "rubric" => format!("{name}, SHA-256"),
            name => name.replace('_', " "),
        };
        Some((name, value))
    });
    values.take(60).collect()
}

fn of_documents(account: &Account, documents: &[Document]) -> Markup {
    let idle = documents
        .iter()
        .filter(|document| document.samples == 0)
        .count();
    html! {
        h3 { "Documents" }
        @if let Some(passages) = &account.passages {
            p {
                (count(passages.used)) " of " (count(passages.all)) " passages gave samples (" (percent(part(passages.used, passages.all))) ")"
                @if passages.repeated > 0 { "; " (count(passages.repeated)) " more repeat others and were left out" }
                ". " (idle) " of " (documents.len()) " documents gave none."
            }
        }
        table {
            caption { "What each document gave" }
            thead { tr { th scope="col" { "Document" } th scope="col" class="number" { "Passages" } th scope="col" class="number" { "Samples" } } }
            tbody {
                @for document in documents.iter().take(MOST_DOCUMENTS) {
                    tr {
                        th scope="row" { bdi { (shown(&document.path, 200)) } }
                        td class="number" { (count(document.passages)) }
                        td class="number" { (count(document.samples)) }
                    }
                }
            }
        }
        @if documents.len() > MOST_DOCUMENTS { p class="note" { "and " (documents.len() - MOST_DOCUMENTS) " more; the manifest names all" } }
        @if !account.skipped.is_empty() {
            p { (account.skipped.len()) " files could not be used:" }
            ul {
                @for skipped in account.skipped.iter().take(MOST_DOCUMENTS) {
                    li { bdi { (shown(&skipped.path, 200)) } ": " bdi { (shown(&skipped.reason, 200)) } }
                }
            }
        }
    }
}
