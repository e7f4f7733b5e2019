//! Tables of cells between commas, tabs and the like, cell by cell.
//!
//! Holds one cell and the names of the columns, whatever the size of the table.

use std::ops::Range;

use super::pieces::Pieces;
use super::rows::{Rows, column};
use super::stream::TextStream;
use super::{Limits, Refusal, separator};

/// Most bytes of the first line, which names the columns.
const HEADER_BYTES: usize = 1 << 20;

/// Passes on the rows of a table whose first line names the columns and tells
/// what separates them.
pub(super) fn csv(text: TextStream, limits: Limits, pieces: Pieces) -> Result<(), Refusal> {
    pass_on(Cells::of_csv(text, limits)?, limits, pieces)
}

/// Passes on the rows of a table of tabs whose first line names the columns.
pub(super) fn tsv(text: TextStream, limits: Limits, pieces: Pieces) -> Result<(), Refusal> {
    pass_on(Cells::new(text, b'\t', limits), limits, pieces)
}

fn pass_on(mut cells: Cells, limits: Limits, pieces: Pieces) -> Result<(), Refusal> {
    let columns = columns(&mut cells)?;
    let mut rows = Rows::new(pieces);
    let (mut index, mut names_bytes) = (0, 0_u64);
    while let Some(Cell { value, ends_row }) = cells.next()? {
        if !value.is_empty() {
            let name = column(&columns, index);
            names_bytes += name.len() as u64;
            rows.cell(&name, value)?;
        }
        index += 1;
        if ends_row {
            rows.end_row();
            index = 0;
            check_growth(names_bytes, cells.bytes, limits)?;
        }
    }
    rows.into_inner().finish()
}

fn columns(cells: &mut Cells) -> Result<Vec<String>, Refusal> {
    let mut columns = Vec::new();
    let mut rest_bytes = HEADER_BYTES;
    while let Some(Cell { value, ends_row }) = cells.next()? {
        let Some(rest) = rest_bytes.checked_sub(value.len() + 1) else {
            return Err(Refusal::Malformed(format!(
                "its first line, which names the columns, is longer than {} MiB",
                HEADER_BYTES >> 20
            )));
        };
        rest_bytes = rest;
        columns.push(value.to_owned());
        if ends_row {
            break;
        }
    }
    Ok(columns)
}

/// Refuses a table that the repeated names of its columns blow up.
fn check_growth(names_bytes: u64, read_bytes: u64, limits: Limits) -> Result<(), Refusal> {
    let fair = read_bytes.saturating_mul(limits.ratio as u64);
    match names_bytes > fair.max(limits.text_bytes as u64) {
        true => Err(Refusal::Malformed(format!(
            "the names of its columns, which each row repeats, make it more than {} times as \
             large; shorten them",
            limits.ratio
        ))),
        false => Ok(()),
    }
}

/// A cell of a table.
struct Cell<'a> {
    value: &'a str,
    ends_row: bool,
}

/// The cells of a table in their order.
struct Cells<'a> {
    text: TextStream<'a>,
    window: String,
    /// Bytes of the window that were parsed.
    parsed: usize,
    parser: csv_core::Reader,
    /// Starts with what was read of the next cell.
    cell: Vec<u8>,
    longest: usize,
    /// Bytes of the table that were read.
    bytes: u64,
}

impl<'a> Cells<'a> {
    fn new(text: TextStream<'a>, separator: u8, limits: Limits) -> Self {
        Self {
            text,
            window: String::new(),
            parsed: 0,
            parser: parser(separator),
            cell: vec![0; 1024],
            longest: limits.record_bytes,
            bytes: 0,
        }
    }

    /// The cells of a table whose first line tells what separates them.
    fn of_csv(text: TextStream<'a>, limits: Limits) -> Result<Self, Refusal> {
        let mut cells = Self::new(text, b',', limits);
        let line = cells.first_line()?;
        let first = &cells.window[line.clone()];
        if let Some(separator) = separator::named(first) {
            cells.parser = parser(separator);
            cells.parser.set_line(line.start as u64 + 2);
            cells.parsed = line.end;
        } else {
            cells.parser = parser(separator::likeliest(first));
        }
        Ok(cells)
    }

    /// Where the first line that is not empty is in the window, or as much of
    /// it as may be the names of the columns.
    fn first_line(&mut self) -> Result<Range<usize>, Refusal> {
        loop {
            let start = self.window.len() - self.window.trim_start_matches('\n').len();
            if let Some(bytes) = separator::line_bytes(&self.window[start..]) {
                return Ok(start..start + bytes);
            }
            let next = match self.window.len() < HEADER_BYTES {
                true => self.text.next()?,
                false => None,
            };
            let Some(window) = next else {
                return Ok(start..self.window.len());
            };
            self.bytes += window.len() as u64;
            self.window.push_str(&window);
        }
    }

    /// The next cell, `None` at the end.
    fn next(&mut self) -> Result<Option<Cell<'_>>, Refusal> {
        use csv_core::ReadFieldResult::{End, Field, InputEmpty, OutputFull};
        let line = self.parser.line();
        let mut length = 0;
        loop {
            self.fill()?;
            let input = &self.window.as_bytes()[self.parsed..];
            let (result, read, written) = self.parser.read_field(input, &mut self.cell[length..]);
            self.parsed += read;
            length += written;
            match result {
                InputEmpty => {}
                OutputFull => self.grow(line)?,
                Field { record_end } => {
                    let value = str::from_utf8(&self.cell[..length]);
                    return Ok(Some(Cell {
                        value: value.expect("cells are cut at ASCII"),
                        ends_row: record_end,
                    }));
                }
                End => return Ok(None),
            }
        }
    }

    /// Reads on if all is parsed; the window is empty at the end.
    fn fill(&mut self) -> Result<(), Refusal> {
        while self.parsed == self.window.len()
            && let Some(window) = self.text.next()?
        {
            self.bytes += window.len() as u64;
            self.window = window;
            self.parsed = 0;
        }
        Ok(())
    }

    /// Makes room for more of the cell that begins at `line`.
    fn grow(&mut self, line: u64) -> Result<(), Refusal> {
        if self.cell.len() >= self.longest {
            return Err(Refusal::Malformed(format!(
                "invalid CSV: the cell that begins at line {line} is longer than {} MiB; is a \
                 quotation mark left open?",
                self.longest >> 20
            )));
        }
        self.cell.resize(self.cell.len() * 2, 0);
        Ok(())
    }
}

fn parser(separator: u8) -> csv_core::Reader {
    csv_core::ReaderBuilder::new().delimiter(separator).build()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::super::pieces::tests::passed_on;
    use super::*;
    use proptest::prelude::*;

    fn read(content: &str) -> String {
        refused_or_read(content, Limits::default()).unwrap()
    }

    fn refused_or_read(content: &str, limits: Limits) -> Result<String, Refusal> {
        let text = TextStream::new(content.as_bytes(), 1 << 20);
        passed_on(1 << 20, |pieces| csv(text, limits, pieces))
    }

    #[test]
    fn csv_rows_name_their_columns() {
        let content = "city, country,\n\"Bern, the capital\",Switzerland,x\nOslo,,,extra\n\n";
        assert_eq!(
            read(content),
            "city: Bern, the capital\ncountry: Switzerland\ncolumn 3: x\n\n\
             city: Oslo\ncolumn 4: extra"
        );
    }

    #[test]
    fn tabs_alone_separate_in_tsv() {
        let text = TextStream::new("a;b;c\td\n1\t2, 3\n".as_bytes(), 1 << 20);
        let read = passed_on(1 << 20, |pieces| tsv(text, Limits::default(), pieces));
        assert_eq!(read.unwrap(), "a;b;c: 1\nd: 2, 3");
    }

    #[test]
    fn the_first_line_tells_what_separates_cells() {
        for content in [
            "\u{feff}name;\"height; in m\"\r\nPharos;\"103,5\"\r\n",
            "\n\nname\t\"height; in m\"\nPharos\t103,5",
            "name|\"height; in m\"\nPharos|103,5",
            "sep=|\r\nname|\"height; in m\"\r\nPharos|103,5",
            "\u{feff}\"sep=;\"\nname;\"height; in m\"\nPharos;103,5",
        ] {
            assert_eq!(
                read(content),
                "name: Pharos\nheight; in m: 103,5",
                "{content}"
            );
        }
    }

    #[test]
    fn a_line_that_names_the_separator_alone_holds_no_text() {
        assert_eq!(read("sep=;\r\n"), "");
    }

    #[test]
    fn a_csv_file_of_column_names_alone_holds_no_text() {
        assert_eq!(read("a,b\n"), "");
    }

    fn refusal(content: &str) -> String {
        let limits = Limits {
            text_bytes: 10_000,
            record_bytes: 1 << 20,
            ..Limits::default()
        };
        refused_or_read(content, limits).unwrap_err().to_string()
    }

    #[test]
    fn a_long_column_name_is_not_repeated_without_end() {
        let content = format!("{}\n{}", "a".repeat(10_000), "1\n".repeat(1_000));
        assert_eq!(
            refusal(&content),
            "the names of its columns, which each row repeats, make it more than 100 times as \
             large; shorten them"
        );
    }

    #[test]
    fn columns_beyond_all_measure_are_refused() {
        assert_eq!(
            refusal(&",".repeat(2 << 20)),
            "its first line, which names the columns, is longer than 1 MiB"
        );
    }

    #[test]
    fn a_quotation_mark_that_is_left_open_is_refused_with_its_place() {
        for start in ["a\n1\n", "\nsep=;\n"] {
            let content = format!("{start}\"{}", "open\n".repeat(1 << 20));
            assert_eq!(
                refusal(&content),
                "invalid CSV: the cell that begins at line 3 is longer than 1 MiB; is a quotation \
                 mark left open?"
            );
        }
    }

    proptest! {
        #[test]
        fn windows_and_pieces_of_any_size_give_the_same(
            content in "(sep=;\r?\n)?[ab,;\"\r\né ]{0,80}",
            window_bytes in 0_usize..20,
            piece_bytes in 0_usize..20,
        ) {
            let read = |window_bytes, piece_bytes| {
                let text = TextStream::new(content.as_bytes(), window_bytes);
                passed_on(piece_bytes, |pieces| csv(text, Limits::default(), pieces))
                    .map_err(|refusal| refusal.to_string())
            };
            prop_assert_eq!(read(window_bytes, piece_bytes), read(1_000, 1_000));
        }
    }
}
