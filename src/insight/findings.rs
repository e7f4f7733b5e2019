//! What a person should look at.

use super::{Balance, Column, Fit, Kind, Run, Shares, Statistics};

/// Parts of the samples from which on something stands out.
const REPEATED: f64 = 0.02;
const MISSING: f64 = 0.05;
const OPENING: f64 = 0.2;
const PHRASE: f64 = 0.1;

/// A class with less than this part of an even share is rare.
const RARE_CLASS: f64 = 0.5;

/// A test that says that classes are not as they were asked for, and how far
/// they must be off.
const SIGNIFICANT: f64 = 0.01;
const SMALL_EFFECT: f64 = 0.1;

/// Samples from which on a part of them says something.
const FEW: u64 = 20;

/// What stands out in the data and in the `runs` that made them, which were to
/// have classes in these `shares`, a sentence each.
#[must_use]
pub fn findings(statistics: &Statistics, runs: &[Run], shares: Option<&Shares>) -> Vec<String> {
    let mut findings: Vec<String> = runs.iter().filter_map(of_run).collect();
    let written: Option<u64> = runs
        .iter()
        .map(|run| run.account.samples.as_ref().map(|books| books.written))
        .sum();
    let samples = statistics.samples();
    let has_parts = runs.iter().any(|run| !run.parts.is_empty());
    let differs = |written: &u64| match has_parts {
        true => *written < samples,
        false => *written != samples,
    };
    if let Some(written) = written.filter(|written| !runs.is_empty() && differs(written)) {
        findings.push(format!(
            "The run wrote {written} samples, and there are {samples} now: the data were changed \
             since, or are not all of it."
        ));
    }
    findings.extend(of_repetitions(statistics));
    for column in statistics
        .columns()
        .into_iter()
        .filter(|column| !column.is_origin())
    {
        findings.extend(of_column(column, samples));
        findings.extend(of_classes(column, shares));
    }
    findings
}

fn of_run(run: &Run) -> Option<String> {
    match &run.account.end {
        None => Some(format!("The run {} has not ended.", run.name)),
        Some(end) => {
            let problem = end.problem.as_ref()?;
            Some(format!(
                "The run {} did not reach its target: {problem}.",
                run.name
            ))
        }
    }
}

fn of_repetitions(statistics: &Statistics) -> Option<String> {
    let repetitions = statistics.repetitions();
    let repeated = part(repetitions.exact + repetitions.near, repetitions.compared)?;
    (repeated > REPEATED).then(|| {
        format!(
            "{} of the samples repeat an earlier one: {} are the same, {} similar.",
            percent(repeated),
            repetitions.exact,
            repetitions.near
        )
    })
}

fn of_column(column: &Column, samples: u64) -> Vec<String> {
    let name = &column.name;
    let mut findings = Vec::new();
    let missing = part(samples - column.filled, samples).unwrap_or_default();
    if missing > MISSING {
        findings.push(format!(
            "{} of the samples have no {name}.",
            percent(missing)
        ));
    }
    if samples < FEW {
        return findings;
    }
    match column.kind() {
        Kind::Classes(classes) => {
            let rarest = classes.iter().min_by_key(|(_, count)| **count);
            findings.extend(rarest.and_then(|(class, count)| {
                rare(name, class, part(*count, column.filled)?, classes.len())
            }));
        }
        Kind::Texts(texts) => {
            let opening = texts.openings(1).first().copied();
            findings.extend(opening.and_then(|(words, count)| {
                let part = part(count, column.filled)?;
                (part > OPENING)
                    .then(|| format!("{} of {name} begin with “{words}”.", percent(part)))
            }));
            let phrase = texts.phrases(1).first().copied();
            findings.extend(phrase.and_then(|(words, count)| {
                let part = part(count, column.filled)?;
                (part > PHRASE).then(|| format!("{} of {name} have “{words}”.", percent(part)))
            }));
        }
        Kind::Empty | Kind::Numbers(_) => {}
    }
    findings
}

/// Whether the classes of `column` are not in the `shares` that were asked for.
fn of_classes(column: &Column, shares: Option<&Shares>) -> Option<String> {
    let Kind::Classes(classes) = column.kind() else {
        return None;
    };
    let (name, balance) = (&column.name, Balance::new(&column.name, classes, shares));
    match balance.fit().filter(|_| balance.is_asked)? {
        Fit::Tested {
            p_value, effect, ..
        } if p_value < SIGNIFICANT && effect >= SMALL_EFFECT => Some(format!(
            "The shares of {name} are far from those that were asked for."
        )),
        Fit::Unwanted => Some(format!(
            "There are samples of a {name} of which none was asked for."
        )),
        Fit::Tested { .. } | Fit::TooFew => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "few classes")]
fn rare(name: &str, class: &str, part: f64, classes: usize) -> Option<String> {
    (part * (classes as f64) < RARE_CLASS).then(|| {
        format!(
            "Only {} of the samples have the {name} “{class}”, of {classes} in all.",
            percent(part)
        )
    })
}

#[expect(clippy::cast_precision_loss, reason = "a part of samples")]
fn part(count: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| count as f64 / all as f64)
}

fn percent(part: f64) -> String {
    format!("{:.1} %", part * 100.0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::insight::Comparison;

    #[test]
    fn what_stands_out_is_told_and_nothing_else() {
        let mut statistics = Statistics::new(&[], Comparison::default());
        for number in 0..40_u32 {
            let question = match number % 2 {
                0 => format!("What is the number {} of tower {number}?", number * 7),
                _ => format!("w{number} x{number} y{number}"),
            };
            let label = if number == 3 {
                "rare"
            } else {
                ["a", "b"][(number % 2) as usize]
            };
            let sample = json!({"question": question, "label": label, "hint": null});
            statistics.take(sample.as_object().expect("an object"));
        }
        assert_eq!(
            findings(&statistics, &[], None),
            [
                "50.0 % of question begin with “what is the”.",
                "Only 2.5 % of the samples have the label “rare”, of 3 in all.",
                "100.0 % of the samples have no hint.",
            ]
        );
    }
}
