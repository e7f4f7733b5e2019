//! The report on files of data, and on the runs that made them.

use std::io;
use std::path::{Path, PathBuf};

use crate::format::{Format, FormatHandler, classification, predefined};
use crate::generate::dedup::Threshold;
use crate::insight::{Comparison, Run, Shares, Statistics};
use crate::output::{WriteError, write_text};
use crate::report::html::Page;
use crate::rows::{Rows, RowsError};

use super::data_files::DataFiles;

/// Broken rows of a file that are told one by one.
const MOST_TOLD: usize = 5;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file of data cannot be read.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A folder is none of those that a run makes for the Hub.
    #[error("`{}` is a folder without data/*.parquet", .0.display())]
    Folder(PathBuf),
    /// What a run left beside its files cannot be read.
    #[error("cannot read what the run of `{}` left in .sdgen: {source}", .path.display())]
    Beside {
        /// The file of data.
        path: PathBuf,
        /// What the operating system said, or what is no JSON.
        source: io::Error,
    },
    /// The report cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl ReportError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Rows(_) => {
                "the report reads JSONL, CSV and Parquet files; mend the file or leave it out"
            }
            Self::Folder(_) => "name the files in it",
            Self::Beside { .. } => "move the data file elsewhere to have a report on it alone",
            Self::Write(_) => "`sdgen report FILE --output HTML` writes it elsewhere",
        }
    }
}

/// The path of the report on the file or folder at `path`, beside it.
#[must_use]
pub fn default_path(path: &Path) -> PathBuf {
    match path.file_name() {
        // A dot in the name of a folder begins no extension.
        Some(name) if path.is_dir() => {
            path.with_file_name(format!("{}.report.html", name.to_string_lossy()))
        }
        _ => path.with_extension("report.html"),
    }
}

/// Writes the report on `files`, or folders for the Hub, which are read one
/// after the other, to `target`; what is to be told of rows that could not be
/// read. Without a `format` it is what the run says, or what is found.
///
/// Files that differ only in their extension hold the same data; the first of
/// them is read. Parts of a run are not read beside the whole.
///
/// # Errors
///
/// A file cannot be read, or the report not be written.
pub fn write_report(
    files: &[PathBuf],
    format: Option<&Format>,
    target: &Path,
) -> Result<Vec<String>, ReportError> {
    let DataFiles { files, runs, notes } = DataFiles::find(files)?;
    let format = format.cloned().or_else(|| known_format(&runs));
    let fields = format.as_ref().map_or(&[][..], |format| format.fields());
    let names: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
    let mut statistics = Statistics::new(&names, comparison(&runs, format.as_ref()));
    let mut broken = Vec::new();
    for file in &files {
        let mut rows = BrokenRows::default();
        for row in Rows::open(file, fields)? {
            match row? {
                Ok(row) => statistics.take(&row.object),
                Err(error) => rows.add(&error),
            }
        }
        broken.extend(rows.told(file));
    }
    let shares = Shares::of(&runs, format.as_ref());
    let page = Page {
        files: &files
            .iter()
            .map(|file| file.display().to_string())
            .collect::<Vec<_>>(),
        statistics: &statistics,
        runs: &runs,
        fields,
        shares: shares.as_ref(),
        broken: &broken,
        notes: &notes,
    };
    write_text(target, &page.render())?;
    Ok(broken)
}

/// Rows of a file that cannot be read, and what is wrong with the first ones.
#[derive(Default)]
struct BrokenRows {
    count: u64,
    first: Vec<String>,
}

impl BrokenRows {
    fn add(&mut self, error: &RowsError) {
        self.count += 1;
        if self.first.len() < MOST_TOLD {
            let place = error.place.map(|place| format!("{place}: "));
            self.first.push(place.unwrap_or_default() + &error.problem);
        }
    }

    /// A sentence about those in the file at `path`; `None` if there are none.
    fn told(mut self, path: &Path) -> Option<String> {
        let rows = match self.count {
            0 => return None,
            1 => "one row cannot be read and is".to_owned(),
            count => format!("{count} rows cannot be read and are"),
        };
        let more = self.count - self.first.len() as u64;
        if more > 0 {
            self.first.push(format!("and {more} more"));
        }
        let first = self.first.join("; ");
        Some(format!("{}: {rows} left out: {first}", path.display()))
    }
}

/// The predefined format of all `runs`, if it is one.
fn known_format(runs: &[Run]) -> Option<Format> {
    let (first, others) = runs.split_first()?;
    let name = &first.account.format;
    let labels = &first.settings["labels"];
    let is_same = |run: &Run| run.account.format == *name && run.settings["labels"] == *labels;
    if !others.iter().all(is_same) {
        return None;
    }
    match labels.as_str() {
        Some(labels) => {
            classification(&labels.split(',').map(str::to_owned).collect::<Vec<_>>()).ok()
        }
        None => predefined(name),
    }
}

/// How the samples of `runs` were compared when they were made.
fn comparison(runs: &[Run], format: Option<&Format>) -> Comparison {
    let Some(settings) = runs.first().map(|run| &run.settings) else {
        return Comparison::default();
    };
    let threshold = settings["near_threshold"].as_f64().and_then(Threshold::new);
    let is_filled = settings["documents"].is_array() && settings["free_context"] == false;
    let grounding = format
        .and_then(FormatHandler::grounding)
        .filter(|_| is_filled);
    Comparison {
        threshold: threshold.unwrap_or_default(),
        filled: grounding.map(|grounding| grounding.context.to_owned()),
    }
}
