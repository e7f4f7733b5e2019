//! Makes a data set of another shape or type from a file of samples.

use std::collections::BTreeMap;
use std::path::Path;

use indicatif::HumanCount;

use super::columns::OtherColumns;
use super::{CommandError, no_rows};
use crate::cli::Convert;
use crate::config;
use crate::format::{Format, FormatHandler as _};
use crate::output::{Converted, Existing};
use crate::report;
use crate::rows::{Row, Rows, RowsError};
use crate::run::ExitStatus;
use crate::shape::Conversion;
use crate::shutdown::Shutdown;

/// Rows of a file, and what became of them.
#[derive(Default)]
struct Count {
    rows: u64,
    /// Those that could not be converted, by reason.
    not_converted: BTreeMap<String, u64>,
}

/// Converts the file that `arguments` name, and prints the path of what it
/// became.
///
/// # Errors
///
/// The format has no such shape, a row is no sample, a file cannot be read or
/// written, or a signal came. There is no new file.
pub(super) fn convert(
    arguments: &Convert,
    shutdown: &Shutdown,
) -> Result<ExitStatus, CommandError> {
    let Convert {
        input,
        output,
        overwrite,
        ..
    } = arguments;
    let format = config::format(&arguments.format, &arguments.labels)?;
    let shape = arguments.shape.shape();
    let conversion = shape.map(|shape| Conversion::new(format.fields(), shape));
    let conversion = conversion.transpose()?;
    if is_same(input, output) {
        return Err(CommandError::SameFile(output.clone()));
    }
    let rows = Rows::open(input, format.fields())?;
    let existing = match overwrite {
        true => Existing::Replace,
        false => Existing::Refuse,
    };
    let mut converted = Converted::create(output, format.fields(), conversion, existing)?;
    let count = match fill(&mut converted, input, rows, &format, shutdown) {
        Ok(count) => count,
        Err(error) => {
            // Why it is not wanted is told.
            converted.discard().ok();
            return Err(error);
        }
    };
    let files = converted.finish()?;
    let is_whole = count.not_converted.is_empty();
    count.tell(
        input,
        arguments.shape.shape().map_or("native", |it| it.name()),
    );
    report::print_paths(&files).map_err(CommandError::Stdout)?;
    Ok(match is_whole {
        true => ExitStatus::Success,
        false => ExitStatus::Short,
    })
}

/// Whether both paths lead to one file, which would be lost where rows do not
/// fit.
fn is_same(input: &Path, output: &Path) -> bool {
    let found = [input, output].map(|path| path.canonicalize().ok());
    found[0].is_some() && found[0] == found[1]
}

/// Converts the `rows` of the file at `path`.
fn fill(
    converted: &mut Converted,
    path: &Path,
    rows: Rows,
    format: &Format,
    shutdown: &Shutdown,
) -> Result<Count, CommandError> {
    let mut count = Count::default();
    let mut other_columns = OtherColumns::default();
    for row in rows {
        if let Some(signal) = shutdown.signal() {
            return Err(CommandError::Stopped(signal));
        }
        let Row { place, object } = row?;
        count.rows += 1;
        other_columns.see(path, &object, format);
        let sample = format.validate(object.into());
        let sample = sample.map_err(|rejection| {
            CommandError::Sample(RowsError {
                path: path.to_owned(),
                place: Some(place),
                problem: rejection.to_string(),
            })
        })?;
        if let Err(unfit) = converted.add(&sample)? {
            *count.not_converted.entry(unfit.to_string()).or_default() += 1;
        }
    }
    match count.rows {
        0 => Err(no_rows(path).into()),
        _ => Ok(count),
    }
}

impl Count {
    fn tell(&self, path: &Path, shape: &str) {
        let file = path.display();
        if !self.not_converted.is_empty() {
            let reasons = report::listed(&self.not_converted);
            report::say(&format!("{file}: not converted: {reasons}"));
        }
        let converted = self.rows - self.not_converted.values().sum::<u64>();
        let (converted, rows) = (HumanCount(converted), HumanCount(self.rows));
        report::say(&format!(
            "{file}: {converted} of {rows} rows are in {shape} now"
        ));
    }
}
