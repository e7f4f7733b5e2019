//! How samples are spread over the classes of a column.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::insight::{Balance, Column, Fit, Shares};
use crate::sample::{Field, Limit};

use super::chart;
use super::columns::name;
use super::text::{count, part, percent, shown};

/// Bytes of a class.
const CLASS_BYTES: usize = 120;

/// What is taken for chance.
const CHANCE: f64 = 0.01;

pub(super) fn of(
    column: &Column,
    classes: &BTreeMap<String, u64>,
    fields: &[Field],
    shares: Option<&Shares>,
) -> Markup {
    let field = fields.iter().find(|field| field.name == column.name);
    let balance = Balance::new(
        &column.name,
        classes,
        shares.filter(|_| !column.is_origin()),
    );
    let all: f64 = balance.classes.values().map(|(_, share)| share).sum();
    html! {
        h3 { "Balance of " (name(column)) }
        table {
            caption { "Samples of each class" }
            thead { tr { th scope="col" { "Class" } th scope="col" class="number" { "Samples" } th scope="col" class="number" { "Part" } @if balance.is_asked { th scope="col" class="number" { "Asked for" } } th scope="col" class="bar" { span class="hidden" { "As a bar" } } } }
            tbody {
                @for (class, (samples, asked)) in &balance.classes {
                    @let share = part(*samples, column.filled);
                    tr {
                        th scope="row" { bdi { (shown(&class_name(class, field), CLASS_BYTES)) } }
                        td class="number" { (count(*samples)) }
                        td class="number" { (percent(share)) }
                        @if balance.is_asked { td class="number" { (percent(asked / all)) } }
                        td class="bar" { (chart::meter(share)) }
                    }
                }
            }
        }
        @if !column.is_origin() { (measures(&balance)) }
    }
}

/// A class with the meaning of its number.
fn class_name(class: &str, field: Option<&Field>) -> String {
    let label = match field.map(|field| &field.limit) {
        Some(Limit::Labels(labels)) => class
            .parse()
            .ok()
            .and_then(|class: usize| labels.get(class)),
        _ => None,
    };
    label.map_or_else(|| class.to_owned(), |label| format!("{class} = {label}"))
}

/// What the balance comes to.
fn measures(balance: &Balance) -> Markup {
    html! {
        @if let Some(evenness) = balance.evenness() {
            p { "Normalised entropy: " (format!("{evenness:.3}")) ", where 1 is an even spread, and 0 one class that has all." }
        }
        @if let Some(fit) = balance.fit() { p { (told(fit, balance.is_asked)) } }
    }
}

fn told(fit: Fit, is_asked: bool) -> String {
    let shares = match is_asked {
        true => "the shares that were asked for",
        false => "even shares, since none are known that were asked for",
    };
    let (chi_square, degrees, p_value) = match fit {
        Fit::Tested {
            chi_square,
            degrees,
            p_value,
            ..
        } => (chi_square, degrees, p_value),
        Fit::TooFew => return "There are too few samples for a test of the shares: fewer than five are to be expected of a class.".to_owned(),
        Fit::Unwanted => return "There are samples of a class of which none was asked for.".to_owned(),
    };
    let p_value_told = match p_value < 0.001 {
        true => "p < 0.001".to_owned(),
        false => format!("p = {p_value:.3}"),
    };
    let unit = if degrees == 1 { "degree" } else { "degrees" };
    let meaning = match p_value < CHANCE {
        true => "more than chance would bring about",
        false => "no more than chance may bring about",
    };
    format!(
        "Chi-square test against {shares}: \u{3c7}² = {chi_square:.2}, {degrees} {unit} of \
         freedom, {p_value_told}; the samples are off by {meaning}."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_is_told_with_what_it_means() {
        let fit = |p_value| Fit::Tested {
            chi_square: 9.5,
            degrees: 1,
            p_value,
            effect: 0.2,
        };
        assert_eq!(
            told(fit(0.5), true),
            "Chi-square test against the shares that were asked for: χ² = 9.50, 1 degree of \
             freedom, p = 0.500; the samples are off by no more than chance may bring about."
        );
        assert!(
            told(fit(0.000_2), false)
                .ends_with("p < 0.001; the samples are off by more than chance would bring about.")
        );
    }
}
