//! Columns of a file that its format does not have.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::format::{Format, FormatHandler as _};
use crate::report;

/// Columns of a file that are told.
const MOST: usize = 20;

/// Columns of a file that are no fields of the format; the first of many.
#[derive(Debug, Default, Serialize)]
pub(super) struct OtherColumns(BTreeSet<String>);

impl OtherColumns {
    /// Tells those of a row of the file at `path` that are new.
    pub(super) fn see(&mut self, path: &Path, row: &Map<String, Value>, format: &Format) {
        for column in row.keys() {
            let is_field = format.fields().iter().any(|field| field.name == *column);
            if !is_field && !self.0.contains(column) && self.0.len() < MOST {
                let (file, format) = (path.display(), format.name());
                report::say(&format!("{file}: note: {format} has no field `{column}`"));
                self.0.insert(column.clone());
            }
        }
    }
}
