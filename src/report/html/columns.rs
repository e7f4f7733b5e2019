//! What is in each column.

use maud::{Markup, html};

use crate::insight::{Column, Histogram, Kind, Reservoir, Shares, Statistics, Texts};
use crate::sample::Field;

use super::text::{count, part, percent, shown};
use super::{balance, chart};

/// Bytes of a column's name.
pub(super) const NAME_BYTES: usize = 60;

/// Columns of texts whose wording is told, and how much of it.
const MOST_DETAILED: usize = 8;
const MOST_PHRASES: usize = 20;

/// Columns of a histogram, at most.
const BINS: u16 = 30;

pub(super) fn section(
    statistics: &Statistics,
    fields: &[Field],
    shares: Option<&Shares>,
) -> Markup {
    let columns = statistics.columns();
    let texts = columns.iter().filter_map(|column| match column.kind() {
        Kind::Texts(texts) if !column.is_origin() => Some((*column, texts)),
        _ => None,
    });
    html! {
        section aria-labelledby="columns" {
            h2 id="columns" { "Columns" }
            (overview(&columns, statistics.samples()))
            @for column in &columns {
                @match column.kind() {
                    Kind::Classes(classes) => (balance::of(column, classes, fields, shares)),
                    Kind::Numbers(numbers) if !column.is_origin() => (numbers_of(column, numbers)),
                    _ => {},
                }
            }
            @for (column, texts) in texts.take(MOST_DETAILED) { (wording(column, texts)) }
        }
    }
}

fn overview(columns: &[&Column], samples: u64) -> Markup {
    let cut = columns.iter().find_map(|column| column.texts.variety.cut());
    let lengths = |column: &Column| {
        [0.0, 0.05, 0.5, 0.95, 1.0].map(|part| count(column.texts.lengths.quantile(part)))
    };
    let has_words =
        |column: &Column| !column.is_origin() && matches!(column.kind(), Kind::Texts(_));
    html! {
        div class="wide" tabindex="0" role="region" aria-label="Columns" {
            table {
                caption { "Lengths in words, and how much of the wording differs" }
                thead { tr {
                    th scope="col" { "Column" } th scope="col" { "Holds" } th scope="col" class="number" { "Filled" }
                    @for head in ["Least", "5 %", "Median", "95 %", "Most"] { th scope="col" class="number" { (head) } }
                    th scope="col" class="number" { "distinct-1" } th scope="col" class="number" { "distinct-2" }
                } }
                tbody {
                    @for column in columns {
                        tr {
                            th scope="row" { (name(column)) }
                            td { (held(column)) }
                            td class="number" { (percent(part(column.filled, samples))) }
                            @if has_words(column) {
                                @for length in lengths(column) { td class="number" { (length) } }
                                td class="number" { (measure(column.texts.variety.of_words())) }
                                td class="number" { (measure(column.texts.variety.of_pairs())) }
                            } @else { td colspan="7" {} }
                        }
                    }
                }
            }
        }
        p class="note" {
            "5 % of the texts are no longer than the second length, 95 % no longer than the fourth. distinct-1 and distinct-2 are the parts of all words, and of all pairs of words, that are different ones; they fall with the amount of text"
            @if let Some(words) = cut { ", so that they are of the first " (count(words)) " words where there are more" }
            "."
        }
    }
}

pub(super) fn name(column: &Column) -> Markup {
    html! { bdi { (shown(&column.name, NAME_BYTES)) } }
}

fn held(column: &Column) -> String {
    match column.kind() {
        Kind::Empty => "nothing".to_owned(),
        Kind::Classes(classes) if classes.len() == 1 => "one value".to_owned(),
        Kind::Classes(classes) => format!("{} classes", classes.len()),
        Kind::Numbers(_) => "numbers".to_owned(),
        Kind::Texts(_) => "texts".to_owned(),
    }
}

fn measure(part: Option<f64>) -> String {
    part.map_or_else(|| "–".to_owned(), |part| format!("{part:.2}"))
}

fn numbers_of(column: &Column, numbers: &Reservoir<f64>) -> Markup {
    let chosen = numbers.chosen();
    let least = chosen.iter().copied().fold(f64::INFINITY, f64::min);
    let most = chosen.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // From end to end, also where the difference is no number any more.
    let place = |number: f64| (number / 2.0 - least / 2.0) / (most / 2.0 - least / 2.0);
    let counts = bins(chosen.iter().map(|number| (place(*number), 1)));
    html! {
        h3 { "Numbers in " (name(column)) }
        (chart::histogram("Samples by number", &counts, [&least.to_string(), &most.to_string()]))
        @if !numbers.has_all() { p class="note" { "Of " (count(chosen.len() as u64)) " numbers chosen at random." } }
    }
}

/// How many there are in each of some equal parts, of what is at places from 0
/// to 1.
fn bins(places: impl Iterator<Item = (f64, u64)>) -> Vec<u64> {
    let mut bins = vec![0; BINS.into()];
    for (place, count) in places {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small number"
        )]
        let bin = (place * f64::from(BINS)) as usize;
        bins[bin.min(usize::from(BINS) - 1)] += count;
    }
    bins
}

fn wording(column: &Column, texts: &Texts) -> Markup {
    html! {
        h3 { "Wording of " (name(column)) }
        (lengths(&texts.lengths))
        div class="columns" {
            (frequent("Openings", &texts.openings(MOST_PHRASES), column.filled, texts.openings.missed()))
            (frequent("Repeated phrases", &texts.phrases(MOST_PHRASES), column.filled, texts.phrases.missed()))
        }
    }
}

fn lengths(lengths: &Histogram) -> Markup {
    let (least, most) = (lengths.quantile(0.0), lengths.quantile(1.0));
    // As many whole words in each column, or some would stand out.
    let width = (most - least + 1).div_ceil(BINS.into());
    let column = |number: u64| {
        let within = |(length, _): &(u64, u64)| (length - least) / width == number;
        lengths.iter().filter(within).map(|(_, texts)| texts).sum()
    };
    let counts: Vec<_> = (0..=(most - least) / width).map(column).collect();
    let words = |number: u64| match number {
        1 => "1 word".to_owned(),
        number => format!("{} words", count(number)),
    };
    html! {
        @if most > least { (chart::histogram("Texts by their length", &counts, [&words(least), &words(most)])) }
    }
}

fn frequent(title: &str, texts: &[(&str, u64)], all: u64, missed: u64) -> Markup {
    html! {
        div {
            @if texts.is_empty() {
                p class="note" { (title) ": none occurs in two texts." }
            } @else {
                table {
                    caption { (title) }
                    thead { tr { th scope="col" { "Words" } th scope="col" class="number" { "Texts" } th scope="col" class="number" { "Part" } } }
                    tbody {
                        @for (text, number) in texts {
                            tr {
                                th scope="row" { bdi { (shown(text, 200)) } }
                                td class="number" { @if missed > 0 { "≥ " } (count(*number)) }
                                td class="number" { (percent(part(*number, all))) }
                            }
                        }
                    }
                }
                @if missed > 0 { p class="note" { "There are too many to count all: a count may be too low by up to " (count(missed)) "." } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_everything_from_end_to_end() {
        let counts = bins([(0.0, 1), (0.5, 2), (1.0, 3), (f64::NAN, 4)].into_iter());
        assert_eq!((counts[0], counts[15], counts[29]), (5, 2, 3));
    }
}
