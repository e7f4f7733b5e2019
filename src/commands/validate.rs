//! Checks files: whether each row is a sample, of use, and no duplicate.
//!
//! A row is judged as an item of an answer is, but for the passage that it may
//! come from, which is not known.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use indicatif::HumanCount;
use serde::Serialize;
use serde_json::{Map, Value};

use super::columns::OtherColumns;
use super::{CommandError, no_rows};
use crate::cli::Validate;
use crate::config;
use crate::format::{Format, FormatHandler as _, sanity};
use crate::generate::dedup::{Dedup, Duplicates, Novelty};
use crate::report;
use crate::rows::{Place, Row, Rows, RowsError};
use crate::run::ExitStatus;

/// Rows of a file that are told one by one.
const MOST_TOLD: u64 = 20;

/// How rows are checked.
struct Checks {
    format: Format,
    sanity: bool,
    duplicates: Duplicates,
    /// The field that no model wrote.
    filled: Option<&'static str>,
}

/// The reason of rows that cannot be read.
const BROKEN: &str = "broken row";

/// Why a row is not valid.
struct Fault {
    /// In one of few words.
    reason: String,
    /// In particular.
    told: String,
}

impl Fault {
    fn of(reason: String) -> Self {
        Self {
            told: reason.clone(),
            reason,
        }
    }

    fn broken(told: String) -> Self {
        Self {
            reason: BROKEN.to_owned(),
            told,
        }
    }
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
    /// Rows that are not, by reason.
    invalid: BTreeMap<String, u64>,
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
        let mut rows = Rows::open(path, fields)?;
        while let Some(row) = rows.next() {
            let (place, fault) = match row {
                Ok(Row { place, object }) => {
                    found.other_columns.see(path, &object, &self.format);
                    (Some(place), self.fault(object, &mut dedup).map(Fault::of))
                }
                Err(error) if rows.goes_on() => (error.place, Some(Fault::broken(error.problem))),
                Err(error) => return Err(error),
            };
            found.add(place, fault);
        }
        match found.invalid.get(BROKEN) {
            _ if found.rows == 0 => Err(no_rows(path)),
            Some(broken) if *broken == found.rows => Err(RowsError {
                path: path.to_owned(),
                place: None,
                problem: "holds no row that can be read".to_owned(),
            }),
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
            invalid: BTreeMap::new(),
            other_columns: OtherColumns::default(),
        }
    }

    /// Counts the row at `place`, and tells its `fault`, if it has one.
    fn add(&mut self, place: Option<Place>, fault: Option<Fault>) {
        self.rows += 1;
        let Some(Fault { reason, told }) = fault else {
            self.valid += 1;
            return;
        };
        if self.rows - self.valid <= MOST_TOLD {
            let place = place.map(|place| format!(" {place}:")).unwrap_or_default();
            report::say(&format!("{}:{place} {told}", self.file.display()));
        }
        *self.invalid.entry(reason).or_default() += 1;
    }

    fn tell(&self, format: &str) {
        let file = self.file.display();
        let (rows, valid) = (HumanCount(self.rows), HumanCount(self.valid));
        let not_told = (self.rows - self.valid).saturating_sub(MOST_TOLD);
        if not_told > 0 {
            report::say(&format!("{file}: and {} more", HumanCount(not_told)));
        }
        if !self.invalid.is_empty() {
            let reasons = report::listed(&self.invalid);
            report::say(&format!("{file}: not valid: {reasons}"));
        }
        report::say(&format!(
            "{file}: {valid} of {rows} rows are valid {format} samples"
        ));
    }
}
