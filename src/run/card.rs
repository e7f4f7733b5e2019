//! The card of a folder for the Hub: what its data set is.

use std::fmt::Write as _;

use serde_json::json;

use crate::config::{Config, Input};
use crate::format::FormatHandler as _;
use crate::generate::{Books, Run};
use crate::output::{self, Place, WriteError};
use crate::sample::{Field, FieldKind, Limit};

use super::identity::prompts;

/// Writes the card of what `run` made by `config`, and says how it gets to the
/// Hub.
///
/// # Errors
///
/// It cannot be written.
pub(super) fn write(config: &Config, run: &Run) -> Result<(), WriteError> {
    let folder = Place::hub_folder(&config.output, config.format.name());
    output::write_text(&folder.join("README.md"), &card(config, run))?;
    tracing::info!(
        "to upload it: hf upload USER/NAME {} . --repo-type dataset",
        folder.display()
    );
    Ok(())
}

/// The card of what `run` made by `config`.
pub(super) fn card(config: &Config, run: &Run) -> String {
    let parts = config.output.split.as_ref();
    let parts = parts.map_or(&["train"][..], |split| split.names());
    let format = config.format.name();
    let fields = config.options.fields(&config.format);
    let mut card = String::from("---\n");
    if let Some(tag) = config.options.language.as_deref().filter(|it| is_tag(it)) {
        let _ = writeln!(card, "language:\n- {}", json!(tag));
    }
    card.push_str("license: other\nannotations_creators:\n- machine-generated\n");
    let _ = writeln!(card, "size_categories:\n- {}", size(run.books.written));
    if let Some(task) = task(format) {
        let _ = writeln!(card, "task_categories:\n- {task}");
    }
    card.push_str("tags:\n- synthetic\n- sdgen\nconfigs:\n- config_name: default\n  data_files:\n");
    for part in parts {
        let _ = writeln!(card, "  - split: {part}\n    path: data/{part}-*");
    }
    if config.output.conversion.is_none() && !config.output.with_metadata {
        card.push_str("dataset_info:\n  features:\n");
        for field in &fields {
            card.push_str(&feature(field));
        }
    }
    card.push_str("---\n\n");
    card.push_str(&body(config, run));
    card
}

fn body(config: &Config, run: &Run) -> String {
    let Books {
        requested,
        written,
        duplicate,
        truncated,
        ..
    } = run.books;
    let books = &run.books;
    let cost = match &config.rates {
        Some(rates) => format!(
            " and cost about ${:.4} at prices of {}",
            rates.cost(&run.traffic),
            rates.samples.date
        ),
        None => String::new(),
    };
    format!(
        "# {format}, {written} samples\n\n\
         {description}\n\n\
         {writer} sdgen {version}; no person has checked it.\n\n\
         - {source}\n\
         - of {requested} samples asked for {written} were written, {duplicate} were duplicates, \
         {rejected} rejected, {blocked} blocked, {truncated} cut off, {failed} never came\n\
         - it took {requests} requests, {input} tokens in and {output} out{cost}\n\
         - prompts: SHA-256 {prompts}\n\n\
         ```python\nfrom datasets import load_dataset\n\ndata = load_dataset(\"PATH\")\n```\n",
        format = config.format.name(),
        description = in_markdown(config.format.description().trim()),
        writer = match config.provider.is_offline() {
            true => "Made up, without a language model, by".to_owned(),
            false => format!(
                "Written by a language model ({}), whose provider's terms say what may be done with \
                 it, and collected with",
                in_markdown(config.provider.model())
            ),
        },
        version = env!("CARGO_PKG_VERSION"),
        source = source(config),
        rejected = books.rejected(),
        blocked = books.blocked(),
        failed = books.failed(),
        prompts = prompts(&config.format),
        requests = run.traffic.requests,
        input = run.traffic.usage.prompt_tokens,
        output = run.traffic.usage.completion_tokens,
    )
}

fn source(config: &Config) -> String {
    match &config.input {
        Input::Query(query) => format!("made from the query: {}", in_markdown(query)),
        Input::Documents(documents) => {
            let names = documents.paths.iter().filter_map(|path| path.file_name());
            let names = names.map(|name| in_markdown(&name.to_string_lossy()));
            format!(
                "made from documents: {}",
                names.collect::<Vec<_>>().join(", ")
            )
        }
    }
}

/// `text` on one line, without what Markdown or HTML would read into it.
fn in_markdown(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut safe = String::with_capacity(text.len());
    for character in text.chars().filter(|character| !character.is_control()) {
        if "\\`*_{}[]<>()#!|~".contains(character) {
            safe.push('\\');
        }
        safe.push(character);
    }
    safe
}

fn feature(field: &Field) -> String {
    let name = json!(field.name);
    match (&field.limit, field.kind) {
        (Limit::Labels(labels), _) => {
            let mut text =
                format!("  - name: {name}\n    dtype:\n      class_label:\n        names:\n");
            for (number, label) in labels.iter().enumerate() {
                let _ = writeln!(text, "          '{number}': {}", json!(label));
            }
            text
        }
        (_, FieldKind::List) => format!("  - name: {name}\n    list: string\n"),
        (_, FieldKind::Messages) => format!(
            "  - name: {name}\n    list:\n    - name: role\n      dtype: string\n    - name: \
             content\n      dtype: string\n"
        ),
        (_, kind) => {
            let dtype = match kind {
                FieldKind::Integer => "int64",
                FieldKind::Float => "float64",
                FieldKind::Boolean => "bool",
                _ => "string",
            };
            format!("  - name: {name}\n    dtype: {dtype}\n")
        }
    }
}

/// Whether `language` is a tag such as `de` or `pt-BR`, which the Hub takes.
fn is_tag(language: &str) -> bool {
    let (main, rest) = language.split_once('-').unwrap_or((language, ""));
    matches!(main.len(), 2 | 3)
        && main.chars().all(|character| character.is_ascii_lowercase())
        && rest
            .chars()
            .all(|character| character.is_ascii_alphanumeric())
}

/// The Hub's word for so many samples.
fn size(samples: u64) -> &'static str {
    match samples {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        100_000..1_000_000 => "100K<n<1M",
        _ => "1M<n<10M",
    }
}

/// The Hub's word for what samples of `format` are for.
fn task(format: &str) -> Option<&'static str> {
    Some(match format {
        "pair" | "pair-score" | "triplet" => "sentence-similarity",
        "pair-class" | "classification" => "text-classification",
        "qa" => "question-answering",
        "summarisation" => "summarization",
        "retrieval" => "text-retrieval",
        "instruction" | "chat" | "preference" | "reasoning" => "text-generation",
        _ => return None,
    })
}
