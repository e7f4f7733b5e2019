//! Tables as text that reads well: one `column: value` a line, a blank line
//! between rows.
//!
//! Values are never cut, reordered or retyped; only empty ones are left out.

use std::borrow::Cow;

use super::Refusal;
use super::text::Append;

/// The name of the column at `index`, or its number.
pub(super) fn column(columns: &[String], index: usize) -> Cow<'_, str> {
    match columns.get(index).map(|column| column.trim()) {
        Some("") | None => Cow::Owned(format!("column {}", index + 1)),
        Some(column) => Cow::Borrowed(column),
    }
}

/// Rows in the making.
pub(super) struct Rows<T> {
    text: T,
    /// What goes before the next cell.
    gap: &'static str,
}

impl<T: Append> Rows<T> {
    /// Rows that are appended to `text`.
    pub(super) fn new(text: T) -> Self {
        Self { text, gap: "" }
    }

    /// A cell with its column, unless it is empty.
    pub(super) fn cell(&mut self, column: &str, value: &str) -> Result<(), Refusal> {
        let value = value.trim();
        if value.is_empty() {
            return Ok(());
        }
        self.line(&[column, ": ", value])
    }

    /// A row that is no table's.
    pub(super) fn plain(&mut self, value: &str) -> Result<(), Refusal> {
        match value.trim().is_empty() {
            true => Ok(()),
            false => self.line(&[value]),
        }
    }

    pub(super) fn end_row(&mut self) {
        if !self.gap.is_empty() {
            self.gap = "\n\n";
        }
    }

    /// What the rows were appended to.
    pub(super) fn into_inner(self) -> T {
        self.text
    }

    fn line(&mut self, pieces: &[&str]) -> Result<(), Refusal> {
        self.text.push(self.gap)?;
        self.gap = "\n";
        pieces.iter().try_for_each(|piece| self.text.push(piece))
    }
}
