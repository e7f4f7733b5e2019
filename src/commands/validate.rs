//! Checks files: whether each row is a sample, of use, and no duplicate.
//!
//! A row is judged as an item of an answer is, but for the passage that it may
//! come from, which is not known.

use std::path::{Path, PathBuf};

use indicatif::HumanCount;
use serde::Serialize;
use serde_json::{Map, Value};

use super::columns::OtherColumns;
use super::faults::{Fault, Faults};
use super::{CommandError, no_rows};
use crate::cli::Validate;
use crate::config;
use crate::format::{Format, FormatHandler as _, sanity};
use crate::generate::dedup::{Dedup, Duplicates, Novelty};
use crate::report;
use crate::rows::{Row, Rows, RowsError};
use crate::run::ExitStatus;

/// How rows are checked.
struct Checks {
    format: Format,
    sanity: bool,
    duplicates: Duplicates,
    /// The field that no model wrote.
    filled: Option<&'static str>,
}

/// What came of all files.
#[derive(Serialize)]
struct Findings<'a> {
    format: &'a str,
    valid: bool,
    files: Vec<InFile>,
}

/// What is in one file.
#[derive(Serialize)]
struct InFile {
    file: PathBuf,
    rows: u64,
    valid: u64,
    /// Rows that are not.
    invalid: Faults,
    /// Columns that are no fields of the format; the first of many.
    other_columns: OtherColumns,
}

/// Checks the files that `arguments` name, and tells what breaks.
///
/// # Errors
///
/// The format cannot be used, or a file cannot be read.
pub(super) fn validate(arguments: &Validate) -> Result<ExitStatus, CommandError> {
    let checks = Checks::new(arguments)?;
    let mut files = Vec::new();
    for path in &arguments.files {
        let found = checks.file(path)?;
        found.tell(checks.format.name());
        files.push(found);
    }
    let valid = files.iter().all(|found| found.valid == found.rows);
    if arguments.json {
        let format = checks.format.name();
        let findings = Findings {
            format,
            valid,
            files,
        };
        report::print_json(&findings).map_err(CommandError::Stdout)?;
    }
    Ok(match valid {
        true => ExitStatus::Success,
        false => ExitStatus::Short,
    })
}

impl Checks {
    fn new(arguments: &Validate) -> Result<Self, CommandError> {
        let format = config::format(&arguments.format, &arguments.labels)?;
        let context = format.grounding().map(|grounding| grounding.context);
        if arguments.from_documents && context.is_none() {
            tracing::warn!("--from-documents has an effect with formats that have a context only");
        }
        Ok(Self {
            sanity: !arguments.no_sanity,
            duplicates: config::duplicates(arguments.dedup, arguments.near_threshold),
            filled: context.filter(|_| arguments.from_documents),
            format,
        })
    }

    /// Checks the rows of the file at `path`.
    fn file(&self, path: &Path) -> Result<InFile, RowsError> {
        let fields = self.format.fields();
        let filled = fields
            .iter()
            .position(|field| self.filled == Some(&field.name));
        let mut dedup = Dedup::new(self.duplicates, 0, filled);
        let mut found = InFile::new(path);
        for row in Rows::open(path, fields)? {
            let fault = match row? {
                Ok(Row { place, object }) => {
                    found.other_columns.see(path, &object, &self.format);
                    let reason = self.fault(object, &mut dedup);
                    reason.map(|reason| Fault::at(place, reason))
                }
                Err(error) => Some(Fault::broken(error)),
            };
            found.add(fault);
        }
        match found.rows {
            0 => Err(no_rows(path)),
            _ => Ok(found),
        }
    }

    /// Why the row `object` is not valid, if it is not.
    fn fault(&self, object: Map<String, Value>, dedup: &mut Dedup) -> Option<String> {
        let sample = match self.format.validate(object.into()) {
            Ok(sample) => sample,
            Err(rejection) => return Some(rejection.to_string()),
        };
        if self.sanity
            && let Err(rejection) = sanity::check(&self.format, &sample, self.filled)
        {
            return Some(rejection.to_string());
        }
        match dedup.novelty(&sample.values) {
            Novelty::New => None,
            Novelty::Exact => Some("duplicate".to_owned()),
            Novelty::Near { .. } => Some("near duplicate".to_owned()),
        }
    }
}

impl InFile {
    fn new(path: &Path) -> Self {
        Self {
            file: path.to_owned(),
            rows: 0,
            valid: 0,
            invalid: Faults::default(),
            other_columns: OtherColumns::default(),
        }
    }

    /// Counts a row, and tells its `fault`, if it has one.
    fn add(&mut self, fault: Option<Fault>) {
        self.rows += 1;
        match fault {
            None => self.valid += 1,
            Some(fault) => self.invalid.add(&self.file, fault),
        }
    }

    fn tell(&self, format: &str) {
        self.invalid.tell(&self.file, "valid");
        let (rows, valid) = (HumanCount(self.rows), HumanCount(self.valid));
        report::say(&format!(
            "{}: {valid} of {rows} rows are valid {format} samples",
            self.file.display()
        ));
    }
}
