//! A sheet as text: rows of `column: value` lines under the name of the sheet.

use super::rows::{Rows, column};
use super::text::Text;
use super::{Limits, Refusal, Section};

/// Most columns of the programs that write spreadsheets.
pub(super) const COLUMNS: usize = 16_384;

/// A sheet in the making, row by row.
pub(super) struct Sheet {
    name: String,
    /// The first row of two cells or more names the columns.
    columns: Option<Vec<String>>,
    has_data: bool,
    rows: Rows<Text>,
    /// The cells of the row that is being read.
    cells: Vec<(usize, String)>,
    /// Bytes that these cells may still have: many can refer to one long text.
    rest_bytes: usize,
    limits: Limits,
}

impl Sheet {
    pub(super) fn new(name: &str, limits: Limits) -> Self {
        Self {
            name: name.trim().to_owned(),
            columns: None,
            has_data: false,
            rows: Rows::new(Text::new(limits)),
            cells: Vec::new(),
            rest_bytes: limits.text_bytes,
            limits,
        }
    }

    /// Adds a cell to the row, unless it is empty; columns are counted from 0.
    pub(super) fn cell(&mut self, column: usize, shown: &str) -> Result<(), Refusal> {
        let shown = shown.trim();
        if shown.is_empty() || column >= COLUMNS {
            return Ok(());
        }
        let refused = Refusal::TooMuchText(self.limits.text_bytes);
        self.rest_bytes = self.rest_bytes.checked_sub(shown.len()).ok_or(refused)?;
        self.cells.push((column, shown.to_owned()));
        Ok(())
    }

    /// Ends a row that is there so many `times`.
    pub(super) fn end_row(&mut self, times: usize) -> Result<(), Refusal> {
        let cells = std::mem::take(&mut self.cells);
        self.rest_bytes = self.limits.text_bytes;
        match cells.is_empty() {
            true => Ok(()),
            false => (0..times).try_for_each(|_| self.row(&cells)),
        }
    }

    fn row(&mut self, cells: &[(usize, String)]) -> Result<(), Refusal> {
        match (&self.columns, cells) {
            (_, []) => return Ok(()),
            (Some(columns), cells) => {
                self.has_data = true;
                for (index, value) in cells {
                    self.rows.cell(&column(columns, *index), value)?;
                }
            }
            // A title, or a sheet of one column.
            (None, [(_, only)]) => self.rows.plain(only)?,
            (None, cells) => self.columns = Some(named(cells)),
        }
        self.rows.end_row();
        Ok(())
    }

    /// The sheet, unless it is empty.
    pub(super) fn into_section(mut self) -> Result<Option<Section>, Refusal> {
        self.end_row(1)?;
        if !self.has_data
            && let Some(columns) = self.columns.take()
        {
            self.rows.plain(columns.join(" | ").trim())?;
        }
        let text = self.rows.into_inner().into_string();
        if text.is_empty() {
            return Ok(None);
        }
        let text = match self.name.is_empty() {
            true => text,
            false => format!("# {}\n\n{text}", self.name),
        };
        Ok(Some(Section::of(text)))
    }
}

fn named(cells: &[(usize, String)]) -> Vec<String> {
    let last = cells.iter().map(|(index, _)| *index).max().unwrap_or(0);
    let mut columns = vec![String::new(); last + 1];
    for (index, name) in cells {
        columns[*index].clone_from(name);
    }
    columns
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn text(rows: &[&[&str]]) -> Option<String> {
        let mut sheet = Sheet::new("Name", Limits::default());
        for row in rows {
            for (column, cell) in row.iter().enumerate() {
                sheet.cell(column, cell).unwrap();
            }
            sheet.end_row(1).unwrap();
        }
        sheet.into_section().unwrap().map(|section| section.text)
    }

    #[test]
    fn rows_name_their_columns_below_a_title() {
        assert_eq!(
            text(&[&["Title"], &[], &["a", "", "c"], &["1", "2", "3"], &["4"]]).unwrap(),
            "# Name\n\nTitle\n\na: 1\ncolumn 2: 2\nc: 3\n\na: 4"
        );
    }

    #[test]
    fn a_long_text_in_many_cells_of_a_row_is_refused() {
        let limits = Limits {
            text_bytes: 1_000,
            ..Limits::default()
        };
        let mut sheet = Sheet::new("Name", limits);
        let text = "a".repeat(400);
        assert!(
            sheet
                .cell(0, &text)
                .and_then(|()| sheet.cell(1, &text))
                .is_ok()
        );
        assert!(matches!(
            sheet.cell(2, &text),
            Err(Refusal::TooMuchText(1_000))
        ));
    }

    #[test]
    fn a_single_row_is_kept() {
        assert_eq!(text(&[&["a", "b"]]).unwrap(), "# Name\n\na | b");
        assert_eq!(text(&[&["a"], &["b"]]).unwrap(), "# Name\n\na\n\nb");
        assert_eq!(text(&[]), None);
    }
}
