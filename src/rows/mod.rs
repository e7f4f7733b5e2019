//! Files of data, JSON Lines, CSV or Parquet, as rows: JSON objects and their
//! places.
//!
//! Holds one row, or one page of each column, whatever the size of the file.
//! Whether a row is a sample is for its format to say.

mod cell;
mod csv;
mod json_lines;
mod parquet;

use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::sample::Field;

/// Bytes of the longest line of JSON or row of CSV.
const MAX_ROW_BYTES: usize = 16 << 20;

/// One row of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Where it stands.
    pub place: Place,
    /// Its values by the names of their columns, in the order of the file.
    pub object: Map<String, Value>,
}

/// A place in a file, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A line of text; that of CSV on which the row begins.
    Line(u64),
    /// A row of Parquet.
    Row(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Row(number) => write!(f, "row {number}"),
        }
    }
}

/// What is wrong with a file of rows, or with one of them.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}`{}: {problem}", .path.display(), .place.map(|place| format!(", {place}")).unwrap_or_default())]
pub struct RowsError {
    /// The file.
    pub path: PathBuf,
    /// Where in it, if that is known.
    pub place: Option<Place>,
    /// What is wrong.
    pub problem: String,
}

/// What is wrong, in a file that its reader does not know by name.
#[derive(Debug)]
struct Problem {
    place: Option<Place>,
    text: String,
    /// Whether it is one of a single row, behind which others can be read.
    is_of_row: bool,
}

impl Problem {
    fn at(place: Place, text: impl Into<String>) -> Self {
        Self {
            place: Some(place),
            text: text.into(),
            is_of_row: false,
        }
    }

    fn of_row(place: Place, text: impl Into<String>) -> Self {
        Self {
            is_of_row: true,
            ..Self::at(place, text)
        }
    }

    fn of_file(text: impl Into<String>) -> Self {
        Self {
            place: None,
            text: text.into(),
            is_of_row: false,
        }
    }
}

fn unreadable(error: &io::Error) -> String {
    format!("cannot be read: {error}")
}

/// The rows of a file, in their order, each as it is or as what is wrong with it.
///
/// An error that is not of one row is the last item. It is one, too, if there are
/// rows and none can be read: that is another type of file.
pub struct Rows {
    path: PathBuf,
    reader: Box<dyn Iterator<Item = Result<Row, Problem>>>,
    is_over: bool,
    good: u64,
    broken: u64,
}

impl Rows {
    /// Opens the file at `path`, whose extension tells its type: `.jsonl` or
    /// `.ndjson`, `.csv`, `.parquet`.
    ///
    /// The cells of CSV are texts: those of columns named as one of `fields`
    /// become values of its type, where they can be read as such.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is of another type.
    pub fn open(path: &Path, fields: &[Field]) -> Result<Self, RowsError> {
        let reader = reader(path, fields).map_err(|problem| in_file(path, problem))?;
        Ok(Self {
            path: path.to_owned(),
            reader,
            is_over: false,
            good: 0,
            broken: 0,
        })
    }

    /// What is wrong with a file that has been read to its end.
    fn problem_at_end(&self) -> Option<Problem> {
        let is_other_type = self.broken > 0 && self.good == 0;
        is_other_type.then(|| Problem::of_file("holds no row that can be read"))
    }
}

impl Iterator for Rows {
    type Item = Result<Result<Row, RowsError>, RowsError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let problem = match self.reader.next() {
            Some(Ok(row)) => {
                self.good += 1;
                return Some(Ok(Ok(row)));
            }
            Some(Err(problem)) if problem.is_of_row => {
                self.broken += 1;
                return Some(Ok(Err(in_file(&self.path, problem))));
            }
            Some(Err(problem)) => Some(problem),
            None => self.problem_at_end(),
        };
        self.is_over = true;
        Some(Err(in_file(&self.path, problem?)))
    }
}

fn reader(
    path: &Path,
    fields: &[Field],
) -> Result<Box<dyn Iterator<Item = Result<Row, Problem>>>, Problem> {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let extension = extension.to_lowercase();
    if !["jsonl", "ndjson", "csv", "parquet"].contains(&&*extension) {
        let expected = "its name must end in .jsonl, .ndjson, .csv or .parquet";
        return Err(Problem::of_file(expected));
    }
    let file = File::open(path).map_err(|error| Problem::of_file(unreadable(&error)))?;
    Ok(match &*extension {
        "csv" => Box::new(csv::CsvRows::new(file, fields)?),
        "parquet" => Box::new(parquet::ParquetRows::new(file)?),
        _ => Box::new(json_lines::JsonLines::new(file)),
    })
}

fn in_file(path: &Path, problem: Problem) -> RowsError {
    RowsError {
        path: path.to_owned(),
        place: problem.place,
        problem: problem.text,
    }
}

#[cfg(test)]
mod tests;
