//! What became of what a run asked for, how it grew, and what it took.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::generate::verify::Counts;
use crate::generate::{Books, Traffic};
use crate::insight::Run;

use super::text::{count, dollars, part, percent, seconds, shown};
use super::{chart, time};

/// Reasons that are told, the most frequent first.
const MOST_REASONS: usize = 30;

pub(super) fn section(run: &Run) -> Markup {
    let account = &run.account;
    html! {
        section {
            h2 { "What became of the samples: " bdi { (shown(&run.name, 200)) } }
            @if !run.parts.is_empty() {
                p { "What was read is a part of its samples: " (run.parts.join(", ")) ". The numbers of a run, here and below, are those of the whole run." }
            }
            @match &account.samples {
                Some(books) => (funnel(books)),
                None => p { "The run has not ended, so its books are not closed." },
            }
            @if let Some(tally) = &account.verified { (verified(&tally.all)) }
            (growth(run))
            (time::charts(run))
            @if let Some(traffic) = &account.traffic { (spent(run, traffic)) }
        }
    }
}

/// Losses by reason, from what was asked for to what was written.
fn funnel(books: &Books) -> Markup {
    let near = (books.near_duplicate > 0).then_some((
        "of them similar, not the same".to_owned(),
        books.near_duplicate,
    ));
    let groups = [
        ("Duplicate", books.duplicate, near.into_iter().collect()),
        ("Rejected", books.rejected(), reasons(&books.rejected)),
        (
            "Blocked by the provider",
            books.blocked(),
            reasons(&books.blocked),
        ),
        ("Cut off", books.truncated, Vec::new()),
        ("Failed", books.failed(), reasons(&books.failed)),
    ];
    html! {
        table class="funnel" {
            caption { "Every sample that was asked for" }
            thead { tr { th scope="col" { "Samples" } th scope="col" class="number" { "Count" } th scope="col" class="number" { "Part" } th scope="col" class="bar" { span class="hidden" { "As a bar" } } } }
            tbody {
                (row("all", "Requested", books.requested, books.requested))
                @for (name, lost, reasons) in groups {
                    (row("lost", &format!("− {name}"), lost, books.requested))
                    @for (reason, count) in reasons { (row("reason", &reason, count, books.requested)) }
                }
                (row("all", "= Written", books.written, books.requested))
                @if books.ungrounded > 0 { (row("reason", "of them not in the text", books.ungrounded, books.requested)) }
            }
        }
    }
}

fn row(class: &str, name: &str, number: u64, all: u64) -> Markup {
    let share = part(number, all);
    html! {
        tr class=(class) {
            th scope="row" { bdi { (shown(name, 200)) } }
            td class="number" { (count(number)) }
            td class="number" { (percent(share)) }
            td class="bar" { (chart::meter(share)) }
        }
    }
}

/// The most frequent reasons, and the sum of the others.
fn reasons(counts: &BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut reasons: Vec<_> = counts
        .iter()
        .map(|(reason, count)| (reason.clone(), *count))
        .collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let others: u64 = reasons
        .iter()
        .skip(MOST_REASONS)
        .map(|(_, count)| count)
        .sum();
    reasons.truncate(MOST_REASONS);
    if others > 0 {
        reasons.push(("other reasons".to_owned(), others));
    }
    reasons
}

fn verified(counts: &Counts) -> Markup {
    let rows = [
        ("Judged as they were", counts.agreed),
        ("Judged otherwise and rejected", counts.dropped),
        ("Judged otherwise and relabelled", counts.relabelled),
        ("Kept without a judgement", counts.unjudged),
    ];
    html! {
        table {
            caption { "Second looks at " (count(counts.asked)) " samples" }
            thead { tr { th scope="col" { "Samples" } th scope="col" class="number" { "Count" } th scope="col" class="number" { "Part" } th scope="col" class="bar" { span class="hidden" { "As a bar" } } } }
            tbody { @for (name, number) in rows { (row("", name, number, counts.asked)) } }
        }
    }
}

fn growth(run: &Run) -> Markup {
    let points = run.growth.points();
    let (requests, written) = points.last().copied().unwrap_or_default();
    html! {
        @if requests > 1 && written > 0 {
            h3 { "Growth" }
            p { "Samples written by the requests that it took. Where the line gets flat, further requests bring little that is new; the thin line is an even growth." }
            (chart::line("Unique samples against requests", &points, ["requests", "samples"]))
        }
    }
}

fn spent(run: &Run, traffic: &Traffic) -> Markup {
    let account = &run.account;
    let answer_ms = run.pace.answer_ms();
    let are_timed = !answer_ms.is_empty() && !account.offline;
    let times = [
        ("Half of the answers took at most", 0.5),
        ("Nine of ten took at most", 0.9),
    ];
    let usage = &traffic.usage;
    let written = account.samples.as_ref().map_or(0, |books| books.written);
    let errors = traffic.errors.iter().take(MOST_REASONS);
    let rows = [
        ("Requests", traffic.requests),
        ("of them retries", traffic.retries),
        ("of them second looks", traffic.verify.requests),
        ("dropped without an answer", traffic.unanswered()),
        ("Tokens in", usage.prompt_tokens),
        ("of them cached", usage.cached_tokens),
        ("Tokens out", usage.completion_tokens),
        ("of them thoughts", usage.thought_tokens),
        (
            "Tokens in, second looks",
            traffic.verify.usage.prompt_tokens,
        ),
        (
            "Tokens out, second looks",
            traffic.verify.usage.completion_tokens,
        ),
    ];
    html! {
        h3 { "Requests, tokens and cost" }
        table {
            caption { "The whole run" }
            thead { tr { th scope="col" { "What" } th scope="col" class="number" { "Count" } } }
            tbody {
                @for (name, number) in rows {
                    @if number > 0 { tr { th scope="row" { (name) } td class="number" { (count(number)) } } }
                }
                @for (error, number) in errors {
                    tr { th scope="row" { "Error: " bdi { (shown(error, 200)) } } td class="number" { (count(*number)) } }
                }
                @if are_timed {
                    @for (name, part) in times {
                        tr { th scope="row" { (name) } td class="number" { (seconds(answer_ms.quantile(part))) } }
                    }
                }
                @if let Some(cost) = &account.cost {
                    tr { th scope="row" { "Cost, at prices of " (shown(&cost.prices_of, 40)) } td class="number" { (dollars(cost.usd)) } }
                    @if written > 0 {
                        tr { th scope="row" { "Cost of 1,000 samples" } td class="number" { (dollars(cost.usd * 1000.0 * part(1, written))) } }
                    }
                }
            }
        }
        @if account.cost.is_none() && !account.offline { p class="note" { "What it cost is not known: the model has no known price." } }
        @if let Some(seconds) = account.seconds {
            p class="note" {
                @if account.part.as_ref().is_some_and(|part| part.number > 1) { "The last part of the run took " } @else { "The run took " }
                (format!("{seconds:.1}")) " s."
            }
        }
    }
}
