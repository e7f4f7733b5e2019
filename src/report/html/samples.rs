//! Samples to look at, and items that were not taken.

use maud::{Markup, html};

use crate::insight::{Card, Column, Run, Statistics};

use super::columns::NAME_BYTES;
use super::text::{count, html_bytes, shown};

/// Bytes of a sample, and of an item that was not taken.
const SAMPLE_BYTES: usize = 5_000;
const REJECT_BYTES: usize = 1_500;

pub(super) fn section(statistics: &Statistics) -> Markup {
    let (shown, columns) = (statistics.shown(), statistics.columns());
    let some = shown.some();
    html! {
        section aria-labelledby="samples" {
            h2 id="samples" { "Samples" }
            p id="filter" class="filter" hidden {
                label for="wanted" { "Show those with" } " "
                input id="wanted" type="search" autocomplete="off" spellcheck="false"; " "
                output id="shown" for="wanted" {}
            }
            h3 {
                @if shown.has_all() { "All " (some.len()) } @else { (some.len()) " chosen at random" }
            }
            (cards(&some, &columns))
            @if !shown.has_all() {
                h3 { "The shortest" }
                (cards(&shown.shortest().iter().collect::<Vec<_>>(), &columns))
                h3 { "The longest" }
                (cards(&shown.longest().iter().collect::<Vec<_>>(), &columns))
            }
        }
    }
}

fn cards(cards: &[&Card], columns: &[&Column]) -> Markup {
    html! {
        div class="cards" {
            @for card in cards {
                article class="sample" {
                    h4 { "Sample " (count(card.number)) " " span class="note" { (count(card.words)) " words" } }
                    dl { (values(card, columns)) }
                }
            }
        }
    }
}

/// The values of a sample; those that come last have the room that is left.
fn values(card: &Card, columns: &[&Column]) -> Markup {
    let mut left = SAMPLE_BYTES;
    let values = card.values.iter().map(|(column, text)| {
        let text = shown(text, left);
        left = left.saturating_sub(html_bytes(&text));
        (shown(&columns[*column].name, NAME_BYTES), text)
    });
    html! {
        @for (name, text) in values { dt { bdi { (name) } } dd dir="auto" { (text) } }
    }
}

pub(super) fn rejects(run: &Run) -> Markup {
    let rejects = run.rejects.examples();
    html! {
        @if !rejects.is_empty() {
            section {
                h2 { "Not taken: " bdi { (shown(&run.name, 200)) } }
                p { "Some of the items that came and were not taken, and why." }
                div class="cards" {
                    @for reject in rejects {
                        article {
                            h3 { bdi { (shown(&reject.reason, 200)) } }
                            pre dir="auto" { (shown(&told(&reject.item), REJECT_BYTES)) }
                        }
                    }
                }
            }
        }
    }
}

fn told(item: &serde_json::Value) -> String {
    match item {
        serde_json::Value::String(text) => text.clone(),
        item => format!("{item:#}"),
    }
}
