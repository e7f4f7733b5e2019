//! What the samples of a run are like, in a few lines.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::iter::zip;

use console::measure_text_width;
use indicatif::HumanCount;

use crate::insight::{Column, Glance, Reservoir};
use crate::sample::{Field, FieldKind, Limit};

use super::page::{Layout, padded};
use super::summary::printable;

/// Fields that are told of.
const MOST_FIELDS: usize = 6;

/// Classes of a field that have a bar.
const MOST_CLASSES: usize = 6;

/// Openings of a field, and the least share of the texts that one has.
const MOST_OPENINGS: usize = 3;
const LEAST_SHARE: f64 = 0.02;

/// Columns of a name, of a bar, and of a histogram.
const NAME: usize = 14;
const BAR: usize = 30;
const BINS: u16 = 20;

/// Writes what the samples are like.
pub(super) fn write(text: &mut String, glance: &Glance, fields: &[Field], layout: Layout) {
    let columns = zip(fields, glance.columns());
    let filled = columns.filter(|(_, column)| column.filled > 0 && !column.is_origin());
    for (field, column) in filled.take(MOST_FIELDS) {
        let name = padded(&layout.shortened(&printable(&field.name), NAME), NAME);
        let start = format!("  {name}  ");
        match (classes(field, column), column.numbers()) {
            (Some(classes), _) => balance(text, &start, &classes, column.filled, layout),
            (None, Some(numbers)) if field.kind != FieldKind::String => {
                let line = histogram(numbers, &field.limit, layout);
                let _ = writeln!(text, "{start}{line}");
            }
            (None, _) => {
                let line = wording(column, layout.width.saturating_sub(NAME + 4));
                let _ = writeln!(text, "{start}{line}");
            }
        }
    }
}

/// The classes of `field` by name, and the samples of each, in their order.
fn classes(field: &Field, column: &Column) -> Option<Vec<(String, u64)>> {
    let counts = column.classes()?;
    let declared: Vec<(String, String)> = match (&field.limit, field.kind) {
        (_, FieldKind::List) => return None,
        (Limit::Labels(names), _) => {
            let numbers = (0..names.len()).map(|number| number.to_string());
            zip(numbers, names.iter().cloned()).collect()
        }
        (Limit::Choices(choices), _) => zip(choices.clone(), choices.clone()).collect(),
        (Limit::Numbers(numbers), _) => {
            let numbers = numbers.iter().map(ToString::to_string);
            numbers.map(|number| (number.clone(), number)).collect()
        }
        (_, FieldKind::Boolean) => ["true", "false"]
            .map(|it| (it.to_owned(), it.to_owned()))
            .into(),
        _ => return None,
    };
    Some(named(declared, counts))
}

fn named(declared: Vec<(String, String)>, counts: &BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let samples = |value: &String| counts.get(value).copied().unwrap_or_default();
    let classes = declared.into_iter();
    let mut classes: Vec<_> = classes
        .map(|(value, name)| (name, samples(&value)))
        .collect();
    if classes.len() > MOST_CLASSES {
        classes.sort_by_key(|(_, samples)| std::cmp::Reverse(*samples));
        let others = classes.split_off(MOST_CLASSES - 1);
        let samples = others.iter().map(|(_, samples)| samples).sum();
        classes.push((format!("{} others", others.len()), samples));
    }
    classes
}

fn balance(text: &mut String, start: &str, classes: &[(String, u64)], filled: u64, layout: Layout) {
    let names: Vec<_> = classes.iter().map(|(name, _)| printable(name)).collect();
    let most = layout.width.saturating_sub(NAME + 22 + BAR).max(10);
    let widths = names.iter().map(|name| measure_text_width(name));
    let width = widths.max().unwrap_or_default().min(most);
    let mut start = start.to_owned();
    for (name, (_, samples)) in zip(names, classes) {
        let name = padded(&layout.shortened(&name, width), width);
        let share = part(*samples, filled);
        let samples = HumanCount(*samples).to_string();
        let bar = layout.bar(share, BAR);
        let line = format!("{start}{name} {samples:>9} {:>4.0} %  {bar}", 100.0 * share);
        let _ = writeln!(text, "{}", line.trim_end());
        start = " ".repeat(NAME + 4);
    }
}

fn histogram(numbers: &Reservoir<f64>, limit: &Limit, layout: Layout) -> String {
    let mut sorted = numbers.chosen().to_vec();
    sorted.sort_by(f64::total_cmp);
    let (least, most) = match limit {
        Limit::Range(least, most) if least.is_finite() && most.is_finite() => (*least, *most),
        _ => (sorted[0], sorted[sorted.len() - 1]),
    };
    let mut bins = [0; BINS as usize];
    for number in &sorted {
        bins[bin((number - least) / (most - least))] += 1;
    }
    let median = sorted[(sorted.len() - 1) / 2];
    let columns = layout.columns(&bins);
    let [least, median, most] = [least, median, most].map(rounded);
    format!("{least} |{columns}| {most}  median {median}")
}

/// The bin of a number at `place` between the least, 0, and the most, 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "held between 0 and the number of bins"
)]
fn bin(place: f64) -> usize {
    let bins = f64::from(BINS);
    (place * bins).clamp(0.0, bins - 1.0) as usize
}

/// Two digits after the point at most.
fn rounded(number: f64) -> String {
    ((number * 100.0).round() / 100.0).to_string()
}

/// How long the texts of a column are, and how they begin, as far as that fits
/// into a number of `columns`.
fn wording(column: &Column, columns: usize) -> String {
    let lengths = &column.texts.lengths;
    let [median, most] = [0.5, 0.95].map(|part| HumanCount(lengths.quantile(part)));
    let mut line = format!("words p50 {median}, p95 {most}");
    let openings = column.texts.openings(MOST_OPENINGS);
    let openings = openings
        .into_iter()
        .map(|(opening, count)| (opening, part(count, column.filled)))
        .filter(|(_, share)| *share >= LEAST_SHARE);
    for (index, (opening, share)) in openings.enumerate() {
        let separator = if index == 0 { "; " } else { ", " };
        let opening = printable(opening);
        let opening = format!("{separator}\"{opening}\" {:.0} %", 100.0 * share);
        if measure_text_width(&line) + measure_text_width(&opening) > columns {
            break;
        }
        line.push_str(&opening);
    }
    line
}

#[expect(clippy::cast_precision_loss, reason = "to be rounded")]
fn part(count: u64, all: u64) -> f64 {
    count as f64 / all.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, Value};

    fn glance(fields: &[Field], samples: impl Iterator<Item = Vec<Value>>) -> Glance {
        let mut glance = Glance::new(fields);
        samples.for_each(|values| glance.take(&Sample { values }));
        glance
    }

    fn field(name: &str, kind: FieldKind, limit: Limit) -> Field {
        Field {
            limit,
            ..Field::new(name, kind, name)
        }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn balance_scores_lengths_and_openings_are_told() {
        let labels = names(&["entailment", "neutral", "contradiction", "never"]);
        let fields = [
            Field::new("question", FieldKind::String, "q"),
            field("label", FieldKind::Integer, Limit::Labels(labels)),
            field("score", FieldKind::Float, Limit::Range(0.0, 1.0)),
            Field::new("_grounded", FieldKind::Boolean, "g"),
        ];
        let samples = (0..12).map(|number| {
            let question = match number % 3 {
                0 => "Who lit the lamp of the tower?".to_owned(),
                _ => format!("What is the height of tower number {number}?"),
            };
            vec![
                Value::String(question),
                Value::Integer(i64::from(number % 4 == 0)),
                Value::Float(f64::from(number) / 12.0),
                Value::Boolean(true),
            ]
        });
        let glance = glance(&fields, samples);
        let mut text = String::new();
        for is_utf8 in [true, false] {
            let layout = Layout { width: 80, is_utf8 };
            write(&mut text, &glance, &fields, layout);
        }
        assert!(text.lines().all(|line| measure_text_width(line) <= 80));
        insta::assert_snapshot!(text, @r#"
          question        words p50 8, p95 8; "what is the" 67 %, "who lit the" 33 %
          label           entailment            9   75 %  ███████████████████████
                          neutral               3   25 %  ████████
                          contradiction         0    0 %
                          never                 0    0 %
          score           0 |██ █ ██ █ ██ █ ██ █ | 1  median 0.42
          question        words p50 8, p95 8; "what is the" 67 %, "who lit the" 33 %
          label           entailment            9   75 %  #######################
                          neutral               3   25 %  ########
                          contradiction         0    0 %
                          never                 0    0 %
          score           0 |## # ## # ## # ## # | 1  median 0.42
        "#);
    }

    #[test]
    fn of_many_classes_the_most_frequent_are_told() {
        let moods: Vec<_> = (0..20).map(|number| format!("mood {number}")).collect();
        let fields = [field("mood", FieldKind::String, Limit::Choices(moods))];
        // The first one twenty times, the second one nineteen times, and so on.
        let samples = (0..20).flat_map(|number| {
            std::iter::repeat_n(vec![Value::String(format!("mood {number}"))], 20 - number)
        });
        let mut text = String::new();
        let layout = Layout {
            width: 80,
            is_utf8: false,
        };
        write(&mut text, &glance(&fields, samples), &fields, layout);
        insta::assert_snapshot!(text, @r"
          mood            mood 0           20   10 %  ###
                          mood 1           19    9 %  ###
                          mood 2           18    9 %  ###
                          mood 3           17    8 %  ##
                          mood 4           16    8 %  ##
                          15 others       120   57 %  #################
        ");
    }

    #[test]
    fn one_number_makes_a_histogram_too() {
        let fields = [Field::new("age", FieldKind::Integer, "age")];
        let glance = glance(&fields, std::iter::once(vec![Value::Integer(35)]));
        let mut text = String::new();
        let layout = Layout {
            width: 80,
            is_utf8: false,
        };
        write(&mut text, &glance, &fields, layout);
        assert_eq!(
            text,
            "  age             35 |#                   | 35  median 35\n"
        );
    }
}
