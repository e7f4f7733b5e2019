//! A report for the person who decides whether the data is any good: one HTML
//! file that needs nothing else.
//!
//! Everything that a model or a file says is a stranger's: it is escaped by
//! `maud`, and the policy of the page lets only its own script run and nothing
//! be loaded.

mod balance;
mod chart;
mod columns;
mod made;
mod run;
mod samples;
mod text;
mod time;
mod together;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::insight::{Run, Shares, Statistics, findings};
use crate::sample::Field;

use text::{count, dollars, part, percent, shown};

/// What a page says of its maker.
pub const GENERATOR: &str = "sdgen, data report";

/// Findings that are told, and runs.
const MOST_FINDINGS: usize = 30;
const MOST_RUNS: usize = 3;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// What a report is about.
#[derive(Debug)]
pub struct Page<'a> {
    /// The files that were read.
    pub files: &'a [String],
    /// What is in them.
    pub statistics: &'a Statistics,
    /// The runs that made them, if they are known.
    pub runs: &'a [Run],
    /// The fields of their format, as far as it is known.
    pub fields: &'a [Field],
    /// The shares of the classes that were asked for, if they are known.
    pub shares: Option<&'a Shares>,
    /// What is to be told of rows that could not be read.
    pub broken: &'a [String],
    /// What is to be known of how they were read.
    pub notes: &'a [String],
}

impl Page<'_> {
    /// The page, less than 1 MB of HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let policy = format!(
            "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
            hash(STYLE),
            hash(SCRIPT)
        );
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="generator" content=(GENERATOR);
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="referrer" content="no-referrer";
                    title { "Report on " (self.name()) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header { (self.head()) }
                    main {
                        @for run in self.told_runs() { (run::section(run)) }
                        (columns::section(self.statistics, self.fields, self.shares))
                        (together::section(self.statistics))
                        (self.repetitions())
                        (samples::section(self.statistics))
                        @for run in self.told_runs() { (samples::rejects(run)) }
                        @for run in self.told_runs() { (made::section(run)) }
                    }
                    footer { (self.foot()) }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        page.into_string()
    }

    fn told_runs(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().take(MOST_RUNS)
    }

    /// Whether the numbers of a run are not those of what was read.
    fn is_of_parts(&self) -> bool {
        self.runs.iter().any(|run| !run.parts.is_empty())
    }

    fn name(&self) -> String {
        let name = self.files.first().map_or("no file", String::as_str);
        match self.files.len() {
            0 | 1 => shown(name, 300),
            more => format!("{} and {} more", shown(name, 300), more - 1),
        }
    }

    fn head(&self) -> Markup {
        let mut findings = findings(self.statistics, self.runs, self.shares);
        findings.splice(0..0, self.broken.iter().cloned());
        html! {
            p class="kind" { "Data report" }
            h1 { (self.name()) }
            p class="verdict" { (self.verdict()) }
            (self.tiles())
            section aria-labelledby="findings" {
                h2 id="findings" {
                    @match findings.len() {
                        0 => "Nothing stands out",
                        1 => "One thing to look at",
                        more => { (more) " things to look at" }
                    }
                }
                @if findings.is_empty() {
                    p { "Few repetitions, no column with many gaps, no class that is rare, no wording that many samples share." }
                } @else {
                    ul class="findings" { @for finding in findings.iter().take(MOST_FINDINGS) { li { bdi { (shown(finding, 500)) } } } }
                }
            }
        }
    }

    /// How it ended, in a sentence.
    fn verdict(&self) -> String {
        let samples = count(self.statistics.samples());
        let books = self.runs.iter().map(|run| run.account.samples.as_ref());
        let written: Option<u64> = books.map(|books| books.map(|books| books.written)).sum();
        let wanted = self.runs.iter().map(|run| run.account.samples_wanted).sum();
        match written {
            _ if self.runs.is_empty() => {
                format!("{samples} samples; nothing is known of the run that made them.")
            }
            None => format!("{samples} samples so far, of {} wanted.", count(wanted)),
            Some(written) if self.is_of_parts() => format!(
                "{samples} samples of a run that was split: it wrote {} of {} samples.",
                count(written),
                count(wanted)
            ),
            Some(written) if written >= wanted => {
                format!(
                    "{} of {} samples: the target was reached.",
                    count(written),
                    count(wanted)
                )
            }
            Some(written) => {
                format!(
                    "{} of {} samples: short of the target.",
                    count(written),
                    count(wanted)
                )
            }
        }
    }

    fn tiles(&self) -> Markup {
        let repetitions = self.statistics.repetitions();
        let repeated = part(repetitions.exact + repetitions.near, repetitions.compared);
        let costs = self.runs.iter().map(|run| run.account.cost.as_ref());
        let cost: Option<f64> = costs.map(|cost| cost.map(|cost| cost.usd)).sum();
        let cost = cost.filter(|_| !self.runs.is_empty());
        html! {
            dl class="tiles" {
                div { dt { "Samples" } dd { (count(self.statistics.samples())) } }
                div { dt { "Columns" } dd { (self.statistics.columns().len()) } }
                div { dt { "Repetitions" } dd { (percent(repeated)) } }
                @if let Some(cost) = cost {
                    div { dt { @if self.is_of_parts() { "Cost of the whole run" } @else { "Cost" } } dd { (dollars(cost)) } }
                }
            }
        }
    }

    fn repetitions(&self) -> Markup {
        let repetitions = self.statistics.repetitions();
        let comparison = self.statistics.comparison();
        let rows = [
            ("The same as an earlier one", repetitions.exact),
            ("Similar to an earlier one", repetitions.near),
        ];
        html! {
            section aria-labelledby="repetitions" {
                h2 id="repetitions" { "Repetitions" }
                p {
                    "Two samples are the same if their values are, but for case, white space and the form of characters; similar if "
                    (percent(comparison.threshold.get())) " of their runs of words are estimated to be the same."
                    @if let Some(filled) = &comparison.filled {
                        " The column " bdi { (shown(filled, 60)) } " is the passage that a sample was made from, and does not count for that."
                    }
                }
                table {
                    thead { tr { th scope="col" { "Samples" } th scope="col" class="number" { "Count" } th scope="col" class="number" { "Part" } } }
                    tbody {
                        @for (what, number) in rows {
                            tr { th scope="row" { (what) } td class="number" { (count(number)) } td class="number" { (percent(part(number, repetitions.compared))) } }
                        }
                    }
                }
                @if repetitions.compared < self.statistics.samples() {
                    p class="note" { "Of the first " (count(repetitions.compared)) " samples, which were compared." }
                }
            }
        }
    }

    fn foot(&self) -> Markup {
        html! {
            h2 { "About this report" }
            ul {
                @for file in self.files.iter().take(20) { li { "Read: " bdi { (shown(file, 300)) } } }
                @if self.files.len() > 20 { li { "and " (self.files.len() - 20) " more files" } }
                @for note in self.notes.iter().take(20) { li { bdi { (shown(note, 500)) } } }
                @if self.runs.len() > MOST_RUNS {
                    li { "Further runs are counted and not shown: " (self.runs.len() - MOST_RUNS) "." }
                }
                @if self.statistics.omits_columns() {
                    li { "Further columns were left out." }
                }
                li { "Words are runs of letters and digits; of scripts without spaces, each character is one." }
                li { "Characters that turn the direction of writing, and control characters, are shown as \u{fffd}." }
                li { "Made by sdgen " (env!("CARGO_PKG_VERSION")) ", without any model: it counts words and judges no meaning." }
            }
        }
    }
}

/// How the policy of a page names a script or style that it lets in.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}
