//! How evenly samples are spread over classes, and whether as was asked for.

use std::collections::BTreeMap;

use statrs::function::gamma::checked_gamma_ur;

use crate::format::{Classes, Format, FormatHandler as _};

use super::Run;

/// Samples that each class must be expected to have for the test to hold
/// (Cochran 1954).
const LEAST_EXPECTED: f64 = 5.0;

/// The shares of the classes of a column that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    column: String,
    /// By the value that stands for the class in the data.
    by_class: BTreeMap<String, f64>,
}

impl Shares {
    /// What all `runs` were asked for; `None` if that is not known, or is not the
    /// same. Their `format` tells the classes.
    #[must_use]
    pub fn of(runs: &[Run], format: Option<&Format>) -> Option<Self> {
        let mut told = runs.iter().map(|run| run.settings["balance"].as_str());
        let first = told.next()??;
        match told.all(|other| other == Some(first)) {
            true => Self::read(first, format?),
            false => None,
        }
    }

    /// What a journal says, such as `label=1,1,2`.
    fn read(told: &str, format: &Format) -> Option<Self> {
        let (column, shares) = told.split_once('=')?;
        let classes = Classes::named(format.fields(), column)?;
        let shares = shares.split(',').map(str::parse);
        let shares: Vec<f64> = shares.collect::<Result<_, _>>().ok()?;
        (shares.len() == classes.len()).then(|| Self {
            column: column.to_owned(),
            by_class: (0..)
                .map(|class| classes.value(class))
                .zip(shares)
                .collect(),
        })
    }
}

/// The classes of a column.
#[derive(Debug)]
pub struct Balance {
    /// The samples of each class, and the share that it was to have, or an even
    /// one, by the value in the data.
    pub classes: BTreeMap<String, (u64, f64)>,
    /// Whether the shares were asked for.
    pub is_asked: bool,
}

/// How well samples fit the shares of their classes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fit {
    /// As Pearson's chi-square test of goodness of fit tells.
    Tested {
        /// The statistic.
        chi_square: f64,
        /// Degrees of freedom.
        degrees: u32,
        /// How likely so high a statistic is if samples are drawn with these
        /// shares.
        p_value: f64,
        /// How far the samples are off, whatever their number: Cohen's w, small
        /// from 0.1 on, large from 0.5 on.
        effect: f64,
    },
    /// Samples are too few for the test.
    TooFew,
    /// There are samples of a class that was to have none.
    Unwanted,
}

impl Balance {
    /// That of the column called `name`, which has so many `samples` of each
    /// class.
    #[must_use]
    pub fn new(name: &str, samples: &BTreeMap<String, u64>, shares: Option<&Shares>) -> Self {
        let asked = shares.filter(|shares| shares.column == name);
        let share = match asked {
            Some(_) => 0.0,
            None => 1.0,
        };
        let counted = samples.iter();
        let mut classes: BTreeMap<_, _> = counted
            .map(|(class, samples)| (class.clone(), (*samples, share)))
            .collect();
        for (class, share) in asked.iter().flat_map(|shares| &shares.by_class) {
            classes.entry(class.clone()).or_default().1 = *share;
        }
        Self {
            classes,
            is_asked: asked.is_some(),
        }
    }

    /// The part of the samples that each class was to have, by the value in the
    /// data.
    fn expected(&self) -> impl Iterator<Item = (u64, f64)> {
        let all: f64 = self.classes.values().map(|(_, share)| share).sum();
        let classes = self.classes.values();
        classes.map(move |(samples, share)| (*samples, share / all))
    }

    fn samples(&self) -> f64 {
        float(self.classes.values().map(|(samples, _)| samples).sum())
    }

    /// Normalised entropy: 1 if all classes have as many samples, 0 if one has
    /// all. `None` of a single class.
    #[must_use]
    pub fn evenness(&self) -> Option<f64> {
        let parts = self
            .classes
            .values()
            .map(|(samples, _)| float(*samples) / self.samples());
        let entropy: f64 = parts
            .filter(|part| *part > 0.0)
            .map(|part| -part * part.ln())
            .sum();
        let classes = float(self.classes.len() as u64);
        (classes > 1.0).then(|| entropy / classes.ln())
    }

    /// How well the samples fit the shares; `None` if there is one class.
    #[must_use]
    pub fn fit(&self) -> Option<Fit> {
        let all = self.samples();
        if self
            .expected()
            .any(|(samples, part)| samples > 0 && part == 0.0)
        {
            return Some(Fit::Unwanted);
        }
        let wanted = || self.expected().filter(|(_, part)| *part > 0.0);
        let classes = u32::try_from(wanted().count()).ok()?;
        let degrees = classes.checked_sub(1).filter(|degrees| *degrees > 0)?;
        if wanted().any(|(_, part)| part * all < LEAST_EXPECTED) {
            return Some(Fit::TooFew);
        }
        let deviations = wanted().map(|(samples, part)| {
            let expected = part * all;
            (float(samples) - expected).powi(2) / expected
        });
        let chi_square: f64 = deviations.sum();
        Some(Fit::Tested {
            chi_square,
            degrees,
            p_value: p_value(chi_square, degrees),
            effect: (chi_square / all).sqrt(),
        })
    }
}

/// The upper tail of the chi-square distribution.
fn p_value(chi_square: f64, degrees: u32) -> f64 {
    // The function is not defined at zero, where nothing is left out.
    checked_gamma_ur(f64::from(degrees) / 2.0, chi_square / 2.0).unwrap_or(1.0)
}

#[expect(clippy::cast_precision_loss, reason = "a count of samples")]
fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::format::predefined;

    fn balance(samples: [u64; 3], shares: Option<&str>) -> Balance {
        let run = Run {
            settings: json!({"balance": shares}),
            ..Run::default()
        };
        let shares = Shares::of(&[run], predefined("pair-class").as_ref());
        let classes = ["0", "1", "2"].map(str::to_owned).into_iter().zip(samples);
        let classes = classes.filter(|(_, samples)| *samples > 0).collect();
        Balance::new("label", &classes, shares.as_ref())
    }

    fn tested(balance: &Balance) -> [f64; 4] {
        match balance.fit() {
            Some(Fit::Tested {
                chi_square,
                degrees,
                p_value,
                effect,
            }) => [chi_square, degrees.into(), p_value, effect],
            other => panic!("{other:?}"),
        }
    }

    fn assert_near(found: [f64; 4], expected: [f64; 4]) {
        let mut pairs = found.iter().zip(expected);
        assert!(pairs.all(|(a, b)| (a - b).abs() < 5e-5), "{found:?}");
    }

    #[test]
    fn the_test_is_that_of_pearson() {
        // With two degrees of freedom, p is exp(-chi_square / 2).
        let asked = balance([50, 30, 20], Some("label=2,1,1"));
        assert!(asked.is_asked);
        assert_near(tested(&asked), [2.0, 2.0, 0.367_879, 0.141_421]);
        let even = balance([50, 30, 20], None);
        assert!(!even.is_asked);
        assert_near(tested(&even), [14.0, 2.0, 0.000_912, 0.374_166]);
        assert_near(tested(&balance([20; 3], None)), [0.0, 2.0, 1.0, 0.0]);
    }

    #[test]
    fn a_class_without_samples_counts_if_it_was_asked_for() {
        let fit = |samples, shares| balance(samples, shares).fit();
        assert_eq!(fit([3, 4, 5], None), Some(Fit::TooFew));
        assert_eq!(fit([50, 0, 0], None), None);
        assert_eq!(fit([50, 0, 1], Some("label=1,1,0")), Some(Fit::Unwanted));
        let missing = balance([30, 30, 0], Some("label=1,1,1"));
        assert_near(tested(&missing), [30.0, 2.0, 0.0, 0.5_f64.sqrt()]);
        assert!(
            missing
                .evenness()
                .is_some_and(|it| (it - 0.630_930).abs() < 1e-6)
        );
        let whole = balance([30, 30, 30], None).evenness();
        assert!(whole.is_some_and(|it| (it - 1.0).abs() < 1e-9));
    }
}
