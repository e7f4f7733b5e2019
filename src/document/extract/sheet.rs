//! A sheet as text: rows of `column: value` lines under the name of the sheet.

use super::rows::{Rows, column};
use super::{Limits, Refusal, Section};

/// A sheet in the making, row by row.
pub(super) struct Sheet {
    name: String,
    /// The first row of two cells or more names the columns.
    columns: Option<Vec<String>>,
    has_data: bool,
    rows: Rows,
}

impl Sheet {
    pub(super) fn new(name: &str, limits: Limits) -> Self {
        Self {
            name: name.trim().to_owned(),
            columns: None,
            has_data: false,
            rows: Rows::new(limits),
        }
    }

    /// Adds a row by its cells that are not empty, with their column from 0.
    pub(super) fn row(&mut self, cells: &[(usize, String)]) -> Result<(), Refusal> {
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
        if !self.has_data
            && let Some(columns) = self.columns.take()
        {
            self.rows.plain(columns.join(" | ").trim())?;
        }
        let text = self.rows.into_text();
        if text.is_empty() {
            return Ok(None);
        }
        let text = match self.name.is_empty() {
            true => text,
            false => format!("# {}\n\n{text}", self.name),
        };
        Ok(Some(Section { text, page: None }))
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
            let cells = row.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
            let cells = cells.map(|(index, cell)| (index, (*cell).to_owned()));
            sheet.row(&cells.collect::<Vec<_>>()).unwrap();
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
    fn a_single_row_is_kept() {
        assert_eq!(text(&[&["a", "b"]]).unwrap(), "# Name\n\na | b");
        assert_eq!(text(&[&["a"], &["b"]]).unwrap(), "# Name\n\na\n\nb");
        assert_eq!(text(&[]), None);
    }
}
