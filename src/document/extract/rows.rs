//! Tables as text that reads well: one `column: value` a line, a blank line
//! between rows.
//!
//! Values are never cut, reordered or retyped; only empty ones are left out.

use super::text::Text;
use super::{Limits, Refusal, Section};

/// The rows of a table whose first line names the columns.
pub(super) fn from_separated(
    content: &str,
    delimiter: u8,
    limits: Limits,
) -> Result<Vec<Section>, Refusal> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(content.as_bytes());
    let columns = reader.headers().map_err(malformed)?.clone();
    let columns: Vec<&str> = columns.iter().collect();
    let mut rows = Rows::new(limits);
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(malformed)? {
        for (index, cell) in record.iter().enumerate() {
            rows.cell(&column(&columns, index), cell)?;
        }
        rows.end_row();
    }
    Ok(rows.into_sections())
}

/// The name of the column at `index`, or its number.
pub(super) fn column(columns: &[impl AsRef<str>], index: usize) -> String {
    match columns.get(index).map(|column| column.as_ref().trim()) {
        Some("") | None => format!("column {}", index + 1),
        Some(column) => column.to_owned(),
    }
}

/// Rows in the making.
pub(super) struct Rows {
    text: Text,
    /// What goes before the next cell.
    gap: &'static str,
}

impl Rows {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            text: Text::new(limits),
            gap: "",
        }
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
        if self.text.len() > 0 {
            self.gap = "\n\n";
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text.into_string()
    }

    pub(super) fn into_sections(self) -> Vec<Section> {
        self.text.into_sections()
    }

    fn line(&mut self, pieces: &[&str]) -> Result<(), Refusal> {
        self.text.push(self.gap)?;
        self.gap = "\n";
        pieces.iter().try_for_each(|piece| self.text.push(piece))
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature of `Result::map_err`"
)]
fn malformed(error: csv::Error) -> Refusal {
    Refusal::Malformed(format!("invalid CSV: {error}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn csv(content: &str, delimiter: u8) -> String {
        let sections = from_separated(content, delimiter, Limits::default()).unwrap();
        sections[0].text.clone()
    }

    #[test]
    fn csv_rows_name_their_columns() {
        let content = "city, country,\n\"Bern, the capital\",Switzerland,x\nOslo,,,extra\n\n";
        assert_eq!(
            csv(content, b','),
            "city: Bern, the capital\ncountry: Switzerland\ncolumn 3: x\n\n\
             city: Oslo\ncolumn 4: extra"
        );
    }

    #[test]
    fn tabs_separate_too() {
        assert_eq!(csv("a\tb\n1\t2, 3\n", b'\t'), "a: 1\nb: 2, 3");
    }

    #[test]
    fn a_csv_file_of_column_names_alone_holds_no_text() {
        assert_eq!(csv("a,b\n", b','), "");
    }

    #[test]
    fn a_long_column_name_is_not_repeated_without_end() {
        let content = format!("{}\n{}", "a".repeat(1_000_000), "1\n".repeat(1_000));
        let refused = from_separated(&content, b',', Limits::default());
        assert!(matches!(refused, Err(Refusal::TooMuchText(_))));
    }
}
