//! What columns have in common: the words of pairs, and of answers and their
//! contexts.

use maud::{Markup, html};

use crate::insight::{Answers, Overlap, Portions, Relation, Statistics};

use super::chart;
use super::text::{count, part, percent};

pub(super) fn section(statistics: &Statistics) -> Markup {
    let (answers, overlaps) = (statistics.answers(), statistics.overlaps());
    let overlaps: Vec<_> = overlaps.collect();
    html! {
        @if answers.count() > 0 || !overlaps.is_empty() {
            section aria-labelledby="together" {
                h2 id="together" { "Columns together" }
                @if answers.count() > 0 { (found(answers)) }
                @for overlap in overlaps { (shared(overlap)) }
            }
        }
    }
}

fn found(answers: &Answers) -> Markup {
    let all = answers.count();
    let rows = [
        ("Word for word", answers.verbatim),
        ("In other words, or not", answers.others.count()),
    ];
    html! {
        h3 { "Answers in their contexts" }
        table {
            caption { "Answers that are found in the context, but for case, punctuation and the form of characters" }
            thead { tr { th scope="col" { "Found" } th scope="col" class="number" { "Answers" } th scope="col" class="number" { "Part" } th scope="col" class="bar" { span class="hidden" { "As a bar" } } } }
            tbody {
                @for (name, number) in rows {
                    @let share = part(number, all);
                    tr { th scope="row" { (name) } td class="number" { (count(number)) } td class="number" { (percent(share)) } td class="bar" { (chart::meter(share)) } }
                }
            }
        }
        @if answers.others.count() > 0 {
            p { "Of the words of those that are not found word for word, the context has " (spread(&answers.others)) "." }
        }
        p class="note" { "Extractive question answering needs answers that are found word for word. One in other words, or a yes or no, may be right all the same; one with few words of its context may be made up." }
    }
}

fn shared(overlap: &Overlap) -> Markup {
    let [first, second] = overlap.columns;
    html! {
        h3 { "Words that " (first) " and " (second) " share" }
        p { "Of the different words of the shorter text, the other has " (spread(&overlap.portions)) ". " (meaning(overlap.relation)) }
        (chart::histogram("Pairs by the part of the words that they share", &overlap.portions.twentieths(), ["0 %", "100 %"]))
    }
}

fn spread(portions: &Portions) -> String {
    let [lower, median, upper] =
        [0.25, 0.5, 0.75].map(|part| format!("{:.0} %", portions.quantile(part) * 100.0));
    format!(
        "{} on the average (quartiles {lower}, {median} and {upper})",
        percent(portions.mean())
    )
}

/// What a high or a low number says of texts in this `relation`.
fn meaning(relation: Relation) -> &'static str {
    match relation {
        Relation::Positive => {
            "High: it is enough to match words, and a model may learn no more than that; low: it takes the meaning to see that they belong together."
        }
        Relation::Negative => {
            "High: hard negatives, which only the meaning tells apart; low, and lower than that of the positives: easy ones, which teach little."
        }
        Relation::Hypothesis => {
            "High: the hypothesis is made of words of the premise, so that a single word decides on the label; low: it is in words of its own, or about something else."
        }
        Relation::Scored => {
            "It should be spread: high or low throughout, the pairs are all near in wording or all far."
        }
        Relation::Worse => {
            "High: the responses differ in little but the flaw; low: they are told apart by topic or style as well."
        }
    }
}
