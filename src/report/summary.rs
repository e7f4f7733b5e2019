//! The last screen of a run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use indicatif::HumanCount;

use crate::generate::verify::{Counts, Tally};
use crate::generate::{Books, Looks, Rates, Run, Traffic};
use crate::sample::{Field, Sample, Value};

/// Characters of a value that the preview shows.
const SHOWN: usize = 160;

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
}

impl Summary<'_> {
    pub(super) fn write(&self, text: &mut String) {
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
        let _ = writeln!(
            text,
            "  requested {} = {} written + {} duplicate + {} rejected + {} blocked + {} truncated + {} failed",
            HumanCount(books.requested),
            HumanCount(books.written),
            HumanCount(books.duplicate),
            HumanCount(books.rejected()),
            HumanCount(books.blocked()),
            HumanCount(books.truncated),
            HumanCount(books.failed()),
        );
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
        if self.is_billed && self.rates.is_none() {
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
            let _ = writeln!(text, "  {name}: {}", listed(reasons));
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
    if let Some(balance) = &run.balance {
        let classes = balance.classes.iter();
        let classes = classes.map(|it| (it.class.as_str(), it.samples));
        let _ = writeln!(
            text,
            "  {}: {}",
            printable(&balance.field),
            counted(classes)
        );
    }
    if let Some(plan) = run.plan.as_ref().filter(|plan| !plan.topics.is_empty()) {
        let topics = HumanCount(plan.topics.len() as u64);
        let _ = writeln!(
            text,
            "  topics {topics}, with {} sub-topics",
            plan.subtopics()
        );
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

/// `name 3, other name 1`.
fn counted<'a>(counts: impl Iterator<Item = (&'a str, u64)>) -> String {
    let counts = counts.map(|(name, count)| format!("{} {}", printable(name), HumanCount(count)));
    counts.collect::<Vec<_>>().join(", ")
}

/// A sample as `field  value` lines.
pub(super) fn preview(text: &mut String, number: usize, sample: &Sample, fields: &[Field]) {
    let _ = writeln!(text, "sample {number}");
    let width = fields
        .iter()
        .map(|field| field.name.chars().count())
        .max()
        .unwrap_or_default();
    for (field, value) in fields.iter().zip(&sample.values) {
        let value = match value {
            Value::String(value) => shortened(value),
            other => shortened(&serde_json::to_string(other).expect("a plain value")),
        };
        let _ = writeln!(text, "  {:width$}  {value}", printable(&field.name));
    }
}

fn shortened(value: &str) -> String {
    let mut shown: String = printable(value).chars().take(SHOWN).collect();
    if value.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
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
    use crate::generate::{ByClass, OfClass, Outcome, Part};
    use crate::llm::{Price, Usage};
    use crate::sample::FieldKind;

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
            balance: Some(ByClass {
                field: "label".to_owned(),
                classes: [("yes", 600), ("no", 400)].map(of_class).to_vec(),
            }),
            verified: None,
            coverage: None,
            end: Ok(Outcome::Complete),
        }
    }

    fn of_class((class, samples): (&str, u64)) -> OfClass {
        OfClass {
            class: class.to_owned(),
            samples,
        }
    }

    fn summary(run: &Run, rates: Option<&Rates>) -> String {
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
        };
        let mut text = String::new();
        summary.write(&mut text);
        text
    }

    #[test]
    fn the_summary_accounts_for_every_sample() {
        let part = Part {
            number: 1,
            written: 1_000,
            traffic: Traffic::default(),
        };
        insta::assert_snapshot!(summary(&run(part), None));
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
        insta::assert_snapshot!(summary(&run(part), Some(&rates)));
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
        let told = summary(&run, None);
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
        preview(&mut text, 1, &sample, &fields);
        assert_eq!(text, "sample 1\n  text  a [2Jb c\n  n     3\n");
    }
}
