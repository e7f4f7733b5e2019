//! The last screen of a run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use console::measure_text_width;
use indicatif::HumanCount;

use crate::generate::verify::{Counts, Tally};
use crate::generate::{Books, Looks, Rates, Run, Traffic};
use crate::sample::{Field, Sample, Value};

use super::next;
use super::page::{Layout, padded};

/// Fields of a sample that the preview shows.
const MOST_FIELDS: usize = 3;

/// Columns of a field's name, at most.
const NAME: usize = 14;

/// Reasons of one kind of loss that are told.
const MOST_REASONS: usize = 6;

/// What the last screen says.
#[derive(Debug)]
pub struct Summary<'a> {
    /// Name of the format.
    pub format: &'a str,
    /// Samples wanted.
    pub target: usize,
    /// What wrote them: a model, or nothing.
    pub writer: String,
    /// What was done.
    pub run: &'a Run,
    /// What the tokens of the models cost, if that is known.
    pub rates: Option<&'a Rates>,
    /// Whether somebody wants money for them.
    pub is_billed: bool,
    /// How long it took.
    pub elapsed: Duration,
    /// The file with examples of what was not taken, if there is one.
    pub rejects: Option<&'a Path>,
    /// Written samples that are in the journal only, by reason.
    pub not_converted: &'a BTreeMap<String, u64>,
    /// The files of the samples.
    pub files: &'a [PathBuf],
    /// The page about the samples, if one was made.
    pub page: Option<&'a Path>,
}

impl Summary<'_> {
    /// Writes what became of every sample that was asked for, and what it took.
    pub(super) fn write_account(&self, text: &mut String, layout: Layout) {
        let mut lines = String::new();
        self.account(&mut lines);
        for line in lines.lines() {
            let indent = line.len() - line.trim_start().len();
            text.push_str(&layout.wrapped(line, indent + 4));
        }
    }

    /// Writes what the files are called, and how to load them.
    pub(super) fn write_files(&self, text: &mut String, layout: Layout) {
        if !self.files.is_empty() {
            let names = printable(&next::names(self.files));
            text.push_str(&layout.wrapped(&format!("files   {names}"), 8));
        }
        if let Some(page) = self.page {
            let page = printable(&page.display().to_string());
            text.push_str(&layout.wrapped(&format!("report  {page}"), 8));
        }
        if let Some(command) = next::command(self.files) {
            // In one line, to be copied.
            let _ = writeln!(text, "load    {command}");
        }
    }

    fn account(&self, text: &mut String) {
        let Self {
            format,
            target,
            writer,
            run,
            elapsed,
            ..
        } = self;
        let books = &run.books;
        let seconds = elapsed.as_secs_f64();
        let target = HumanCount(*target as u64);
        let _ = writeln!(
            text,
            "{format}: {} of {target} samples written in {seconds:.1} s, {writer}",
            HumanCount(books.written)
        );
        write_books(text, books);
        write_losses(text, books);
        write_not_converted(text, self.not_converted);
        if let Some(tally) = &run.verified {
            write_verified(text, tally);
        }
        write_made(text, run);
        self.write_traffic(text, &run.traffic);
        if run.part.number > 1 {
            let _ = writeln!(
                text,
                "  of that in part {}, just now: {} samples written",
                run.part.number,
                HumanCount(run.part.written)
            );
            self.write_traffic(text, &run.part.traffic);
        }
        if self.is_billed && self.rates.is_none() && run.traffic.sent() > 0 {
            text.push_str("  cost unknown: no price of this model is known, --prices takes one\n");
        }
        if let Some(rejects) = self.rejects {
            let path = printable(&rejects.display().to_string());
            let _ = writeln!(text, "  examples of what was not taken: {path}");
        }
    }

    fn write_traffic(&self, text: &mut String, traffic: &Traffic) {
        let _ = write!(text, "  requests {}", HumanCount(traffic.requests));
        if traffic.retries > 0 {
            let _ = write!(text, ", {} of them retries", HumanCount(traffic.retries));
        }
        if traffic.recorded > 0 {
            let recorded = HumanCount(traffic.recorded);
            let _ = write!(text, ", {recorded} of them answered from the cache");
        }
        if !traffic.errors.is_empty() {
            let _ = write!(text, " ({})", listed(&traffic.errors));
        }
        let Looks {
            requests: looks,
            usage: look_usage,
        } = &traffic.verify;
        if *looks > 0 {
            let _ = write!(text, ", {} of them to verify", HumanCount(*looks));
        }
        if traffic.unanswered() > 0 {
            let dropped = HumanCount(traffic.unanswered());
            let _ = write!(text, ", {dropped} dropped unanswered at unknown cost");
        }
        let usage = &traffic.usage;
        let _ = write!(
            text,
            "; tokens {}{} in, {}{} out",
            HumanCount(usage.prompt_tokens),
            part(usage.cached_tokens, "cached"),
            HumanCount(usage.completion_tokens),
            part(usage.thought_tokens, "thoughts"),
        );
        if *looks > 0 {
            let _ = write!(
                text,
                ", and to verify {} in, {} out",
                HumanCount(look_usage.prompt_tokens),
                HumanCount(look_usage.completion_tokens),
            );
        }
        if let Some(rates) = self.rates {
            let cost = rates.cost(traffic);
            let _ = write!(text, "; ${cost:.4} at prices of {}", rates.samples.date);
        }
        text.push('\n');
    }
}

/// What became of the samples that were asked for, without what none came to.
fn write_books(text: &mut String, books: &Books) {
    let (requested, written) = (HumanCount(books.requested), HumanCount(books.written));
    let _ = write!(text, "  requested {requested} = {written} written");
    for (count, what) in [
        (books.duplicate, "duplicate"),
        (books.rejected(), "rejected"),
        (books.blocked(), "blocked"),
        (books.truncated, "truncated"),
        (books.failed(), "failed"),
    ] {
        if count > 0 {
            let _ = write!(text, " + {} {what}", HumanCount(count));
        }
    }
    text.push('\n');
}

/// Why samples were lost, and what is to be said of the others.
fn write_losses(text: &mut String, books: &Books) {
    if books.near_duplicate > 0 {
        let _ = writeln!(
            text,
            "  of the duplicates {} are near ones (--dedup exact keeps them)",
            HumanCount(books.near_duplicate)
        );
    }
    for (name, reasons) in [
        ("rejected", &books.rejected),
        ("blocked", &books.blocked),
        ("failed", &books.failed),
    ] {
        if !reasons.is_empty() {
            let _ = writeln!(text, "  {name}: {}", most_frequent(reasons));
        }
    }
    if books.ungrounded > 0 {
        let _ = writeln!(
            text,
            "  {} of the written are not grounded in their text",
            HumanCount(books.ungrounded)
        );
    }
    if books.unasked > 0 {
        let _ = writeln!(
            text,
            "  {} of the requested came unasked",
            HumanCount(books.unasked)
        );
    }
}

/// What is written to the journal, and could not be to the files.
fn write_not_converted(text: &mut String, not_converted: &BTreeMap<String, u64>) {
    if !not_converted.is_empty() {
        let samples = HumanCount(not_converted.values().sum());
        let reasons = listed(not_converted);
        let _ = writeln!(
            text,
            "  {samples} of the written are not converted, and in the journal only: {reasons}"
        );
    }
}

/// What second looks came to, in all and by label.
fn write_verified(text: &mut String, tally: &Tally) {
    let asked = HumanCount(tally.all.asked);
    let _ = writeln!(text, "  verified {asked}: {}", fates(&tally.all));
    for (label, counts) in &tally.labels {
        let asked = HumanCount(counts.asked);
        let label = printable(label);
        let _ = writeln!(text, "    {label} {asked}: {}", fates(counts));
    }
}

/// `8 agreed, 2 dropped`.
fn fates(counts: &Counts) -> String {
    let others = [
        (counts.dropped, "dropped"),
        (counts.relabelled, "relabelled"),
        (counts.unjudged, "not judged"),
    ];
    let others = others.into_iter().filter(|(count, _)| *count > 0);
    let fates = std::iter::once((counts.agreed, "agreed")).chain(others);
    let fates = fates.map(|(count, fate)| format!("{} {fate}", HumanCount(count)));
    fates.collect::<Vec<_>>().join(", ")
}

/// What the samples are of, and made from.
fn write_made(text: &mut String, run: &Run) {
    if let Some(plan) = run.plan.as_ref().filter(|plan| !plan.topics.is_empty()) {
        let _ = writeln!(text, "  {}", plan.told());
    }
    if let Some(coverage) = &run.coverage {
        let by_document = coverage.by_document();
        let _ = writeln!(
            text,
            "  passages {}, used {}; documents {}, used {}",
            HumanCount(coverage.passages() as u64),
            HumanCount(coverage.used() as u64),
            by_document.len(),
            by_document.iter().filter(|it| **it > 0).count()
        );
    }
}

/// ` (3 of them cached)`, or nothing.
fn part(tokens: u64, what: &str) -> String {
    match tokens {
        0 => String::new(),
        tokens => format!(" ({} of them {what})", HumanCount(tokens)),
    }
}

/// `reason 3, other reason 1`, the most frequent first.
#[must_use]
pub fn listed(reasons: &BTreeMap<String, u64>) -> String {
    let mut reasons: Vec<_> = reasons.iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    counted(
        reasons
            .into_iter()
            .map(|(reason, count)| (reason.as_str(), *count)),
    )
}

/// The same, with the rare ones of many put together.
fn most_frequent(reasons: &BTreeMap<String, u64>) -> String {
    let mut reasons: Vec<_> = reasons
        .iter()
        .map(|(name, count)| (name.as_str(), *count))
        .collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let others = reasons.split_off(reasons.len().min(MOST_REASONS));
    let others = others.iter().map(|(_, count)| count).sum();
    let others = (others > 0).then_some(("other reasons", others));
    counted(reasons.into_iter().chain(others))
}

/// `name 3, other name 1`.
fn counted<'a>(counts: impl Iterator<Item = (&'a str, u64)>) -> String {
    let counts = counts.map(|(name, count)| format!("{} {}", printable(name), HumanCount(count)));
    counts.collect::<Vec<_>>().join(", ")
}

/// Some `samples`, each as lines of a field and its value.
pub(super) fn preview(text: &mut String, samples: &[Sample], fields: &[Field], layout: Layout) {
    let shown = &fields[..fields.len().min(MOST_FIELDS)];
    let names: Vec<_> = shown
        .iter()
        .map(|field| layout.shortened(&printable(&field.name), NAME))
        .collect();
    let widths = names.iter().map(|name| measure_text_width(name));
    let width = widths.max().unwrap_or_default();
    for (number, sample) in (1..).zip(samples) {
        let mut start = format!("sample {number}");
        for (name, value) in names.iter().zip(&sample.values) {
            let value = match value {
                Value::String(value) => printable(value),
                other => printable(&serde_json::to_string(other).expect("a plain value")),
            };
            let value = layout.rest(&value, start.len() + width + 4);
            let _ = writeln!(text, "{start}  {}  {value}", padded(name, width));
            start = " ".repeat(start.len());
        }
        if let Some(more @ 1..) = fields.len().checked_sub(shown.len()) {
            let _ = writeln!(text, "{start}  and {more} more fields");
        }
    }
}

/// `text` without what could move a terminal's cursor.
pub(super) fn printable(text: &str) -> String {
    let moves = |c: char| {
        // Line ends and marks that turn the direction of writing.
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars()
        .map(|c| if moves(c) { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{Outcome, Part};
    use crate::llm::{Price, Usage};
    use crate::sample::FieldKind;

    const LAYOUT: Layout = Layout {
        width: 80,
        is_utf8: true,
    };

    fn run(part: Part) -> Run {
        let count = |reason: &str, count| BTreeMap::from([(reason.to_owned(), count)]);
        let books = Books {
            requested: 1_206,
            unasked: 2,
            written: 1_000,
            ungrounded: 7,
            duplicate: 100,
            near_duplicate: 60,
            rejected: count("answer: blank", 50),
            blocked: count("SAFETY", 25),
            truncated: 20,
            failed: BTreeMap::from([("not delivered".into(), 1), ("timeout".into(), 10)]),
        };
        let traffic = Traffic {
            requests: 52,
            retries: 2,
            ended: 52,
            errors: count("timeout", 3),
            usage: Usage {
                prompt_tokens: 20_000,
                cached_tokens: 0,
                completion_tokens: 90_000,
                thought_tokens: 1_500,
            },
            ..Traffic::default()
        };
        Run {
            books,
            traffic,
            part,
            refined_query: None,
            plan: None,
            balance: None,
            verified: None,
            coverage: None,
            end: Ok(Outcome::Complete),
        }
    }

    fn summary(run: &Run, rates: Option<&Rates>, layout: Layout) -> String {
        let summary = Summary {
            format: "qa",
            target: 1_000,
            writer: "by a-model".into(),
            run,
            rates,
            is_billed: true,
            elapsed: Duration::from_millis(12_340),
            rejects: Some(Path::new(".sdgen/out.rejects.jsonl")),
            not_converted: &BTreeMap::new(),
            files: &["out.jsonl", "out.parquet"].map(PathBuf::from),
            page: Some(Path::new("out.report.html")),
        };
        let mut text = String::new();
        summary.write_account(&mut text, layout);
        summary.write_files(&mut text, layout);
        text
    }

    #[test]
    fn the_summary_accounts_for_every_sample() {
        let part = Part {
            number: 1,
            written: 1_000,
            traffic: Traffic::default(),
        };
        insta::assert_snapshot!(summary(&run(part), None, LAYOUT));
    }

    #[test]
    fn the_summary_tells_the_parts_of_a_run_and_their_cost() {
        let part = Part {
            number: 3,
            written: 12,
            traffic: Traffic {
                requests: 2,
                ended: 2,
                usage: Usage {
                    prompt_tokens: 1_000,
                    completion_tokens: 2_000,
                    ..Usage::default()
                },
                ..Traffic::default()
            },
        };
        let price = Price {
            input: 0.3,
            cached_input: 0.03,
            output: 2.5,
            date: "2026-11-12".to_owned(),
        };
        let rates = Rates {
            verify: price.clone(),
            samples: price,
        };
        insta::assert_snapshot!(summary(&run(part), Some(&rates), LAYOUT));
    }

    #[test]
    fn the_summary_tells_what_second_looks_came_to_and_took() {
        let counts = |asked, agreed, dropped, unjudged| Counts {
            asked,
            agreed,
            dropped,
            unjudged,
            relabelled: 0,
        };
        let labels = [
            ("neutral", counts(900, 850, 40, 10)),
            ("entailment", counts(300, 300, 0, 0)),
        ];
        let tally = Tally {
            all: counts(1_200, 1_150, 40, 10),
            labels: labels.map(|(label, it)| (label.to_owned(), it)).into(),
        };
        let mut text = String::new();
        write_verified(&mut text, &tally);
        let part = Part {
            number: 1,
            written: 1_000,
            traffic: Traffic::default(),
        };
        let mut run = run(part);
        run.traffic.verify = Looks {
            requests: 12,
            usage: Usage {
                prompt_tokens: 5_000,
                completion_tokens: 300,
                ..Usage::default()
            },
        };
        run.verified = Some(tally);
        let told = summary(
            &run,
            None,
            Layout {
                width: 500,
                ..LAYOUT
            },
        );
        assert!(told.contains(&text), "{told}");
        let requests = told.lines().find(|line| line.starts_with("  requests"));
        text.push_str(requests.expect("they are told"));
        insta::assert_snapshot!(text, @r"
        verified 1,200: 1,150 agreed, 40 dropped, 10 not judged
          entailment 300: 300 agreed
          neutral 900: 850 agreed, 40 dropped, 10 not judged
        requests 52, 2 of them retries (timeout 3), 12 of them to verify; tokens 20,000 in, 90,000 (1,500 of them thoughts) out, and to verify 5,000 in, 300 out
        ");
    }

    #[test]
    fn what_no_sample_came_to_is_not_told() {
        let mut text = String::new();
        let books = Books {
            requested: 1_000_100,
            written: 1_000_000,
            truncated: 100,
            ..Books::default()
        };
        write_books(&mut text, &books);
        let told = "  requested 1,000,100 = 1,000,000 written + 100 truncated\n";
        assert_eq!(text, told);
    }

    #[test]
    fn rare_reasons_are_put_together_and_none_is_lost() {
        let reasons = (1..=9).map(|count| (format!("reason {count}"), count));
        assert_eq!(
            most_frequent(&reasons.collect()),
            "reason 9 9, reason 8 8, reason 7 7, reason 6 6, reason 5 5, reason 4 4, other reasons 6"
        );
    }

    #[test]
    fn a_preview_moves_no_cursor() {
        let fields = [
            Field::new("text", FieldKind::String, "text"),
            Field::new("n", FieldKind::Integer, "n"),
        ];
        let sample = Sample {
            values: vec![
                Value::String("a\u{1b}[2Jb\u{202e}c".into()),
                Value::Integer(3),
            ],
        };
        let mut text = String::new();
        preview(&mut text, &[sample], &fields, LAYOUT);
        assert_eq!(text, "sample 1  text  a [2Jb c\n          n     3\n");
    }
}
