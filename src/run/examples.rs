//! The examples of a run, and what is said of them.

use std::path::Path;

use crate::config::{Config, Input};
use crate::format::FormatHandler as _;
use crate::generate::Examples;
use crate::rows::{Place, Row, Rows, RowsError};
use crate::sample::Sample;

/// Most examples that are taken.
const MOST_TAKEN: usize = 10_000;

/// The examples in the file at `path`, or what is wrong with it.
pub(super) fn load(path: &Path, config: &Config) -> Result<Examples, RowsError> {
    let error = |place: Option<Place>, problem: String| RowsError {
        path: path.to_owned(),
        place,
        problem,
    };
    let format = &config.format;
    let mut taken = Spread::new(MOST_TAKEN);
    for row in Rows::open(path, format.fields())? {
        let Row { place, object } = row??;
        let sample = format.validate(object.into());
        taken.add(sample.map_err(|rejection| error(Some(place), rejection.to_string()))?);
    }
    let Spread { kept, seen, .. } = taken;
    if seen == 0 {
        return Err(error(None, "holds no rows".to_owned()));
    }
    let is_thinned = kept.len() < seen;
    let from_passages = matches!(config.input, Input::Documents(_)) && !config.options.free_context;
    let filled = format.grounding().map(|grounding| grounding.context);
    let examples = Examples::new(kept, format.fields(), filled.filter(|_| from_passages));
    let (count, shown) = (examples.samples().len(), examples.shown());
    if shown == 0 {
        return Err(error(None, "no row is short enough to be shown".to_owned()));
    }
    if is_thinned {
        tracing::warn!("--examples: {count} of {seen} rows are taken, spread evenly");
    }
    if shown < count {
        let long = count - shown;
        tracing::warn!("--examples: {long} of {count} samples are too long to be shown");
    }
    tracing::info!("examples: {count}");
    Ok(examples)
}

/// Samples out of many, at even distances, without knowing how many come.
struct Spread {
    kept: Vec<Sample>,
    most: usize,
    seen: usize,
    /// One in so many is kept.
    step: usize,
}

impl Spread {
    fn new(most: usize) -> Self {
        Self {
            kept: Vec::new(),
            most,
            seen: 0,
            step: 1,
        }
    }

    fn add(&mut self, sample: Sample) {
        if self.seen.is_multiple_of(self.step) {
            self.kept.push(sample);
        }
        self.seen += 1;
        if self.kept.len() > self.most {
            let mut is_even = false;
            self.kept.retain(|_| {
                is_even = !is_even;
                is_even
            });
            self.step *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Value;

    #[test]
    fn of_too_many_an_evenly_spread_part_is_kept() {
        let mut spread = Spread::new(4);
        for number in 0..11 {
            let values = vec![Value::Integer(number)];
            spread.add(Sample { values });
        }
        let numbers = spread.kept.iter().map(|sample| &sample.values[0]);
        let expected = [0, 4, 8].map(Value::Integer);
        assert!(numbers.eq(&expected), "{:?}", spread.kept);
        assert_eq!(spread.seen, 11);
    }
}
