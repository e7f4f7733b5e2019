//! Makes a data set of another shape or type from a file of samples.

use std::path::Path;

use indicatif::HumanCount;

use super::columns::OtherColumns;
use super::faults::{Fault, Faults};
use super::{CommandError, no_rows};
use crate::cli::Convert;
use crate::config;
use crate::format::{Format, FormatHandler as _};
use crate::output::{Converted, Existing, WriteError};
use crate::report;
use crate::rows::{Row, Rows};
use crate::run::ExitStatus;
use crate::shape::Conversion;
use crate::shutdown::Shutdown;

/// Rows of a file, and what became of them.
#[derive(Default)]
struct Count {
    rows: u64,
    /// Those that are samples of the format.
    samples: u64,
    /// Those that could not be converted.
    not_converted: Faults,
}

/// Converts the file that `arguments` name, and prints the path of what it
/// became.
///
/// # Errors
///
/// The format has no such shape, no row is a sample, a file cannot be read or
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
    let is_whole = count.not_converted.rows() == 0;
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
        count.rows += 1;
        let fault = match row? {
            Ok(row) => {
                other_columns.see(path, &row.object, format);
                count.convert(row, converted, format)?
            }
            Err(error) => Some(Fault::broken(error)),
        };
        if let Some(fault) = fault {
            count.not_converted.add(path, fault);
        }
    }
    match count {
        Count { rows: 0, .. } => Err(no_rows(path).into()),
        Count { samples: 0, .. } => Err(CommandError::NoSamples(path.to_owned())),
        count => Ok(count),
    }
}

impl Count {
    /// Converts `row`, or says why it cannot be.
    fn convert(
        &mut self,
        row: Row,
        converted: &mut Converted,
        format: &Format,
    ) -> Result<Option<Fault>, WriteError> {
        let Row { place, object } = row;
        let problem = match format.validate(object.into()) {
            Ok(sample) => {
                self.samples += 1;
                let unfit = converted.add(&sample)?.err();
                unfit.map(|unfit| unfit.to_string())
            }
            Err(rejection) => Some(rejection.to_string()),
        };
        Ok(problem.map(|problem| Fault::at(place, problem)))
    }

    fn tell(&self, path: &Path, shape: &str) {
        self.not_converted.tell(path, "converted");
        let converted = self.rows - self.not_converted.rows();
        let (converted, rows) = (HumanCount(converted), HumanCount(self.rows));
        report::say(&format!(
            "{}: {converted} of {rows} rows are in {shape} now",
            path.display()
        ));
    }
}
