//! Excel workbooks, new and old, cell by cell.
//!
//! Formulas are read as the value they had when the workbook was saved.

use std::io::Cursor;

use calamine::{Data, DataRef, ExcelDateTime, Reader, Xls, XlsError, Xlsx, XlsxError};

use super::archive::Archive;
use super::caught::caught;
use super::sheet::Sheet;
use super::text::rest;
use super::{Limits, Refusal, Section};

const WHAT: &str = "workbook";

/// The rows of each sheet of an `.xlsx` file as a section.
pub(super) fn xlsx_sections(content: Vec<u8>, limits: Limits) -> Result<Vec<Section>, Refusal> {
    // The reader unpacks without limits, so everything is unpacked before.
    let content = Archive::open(content, limits)?.into_checked()?;
    caught(WHAT, || {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(content)).map_err(|error| xlsx(&error))?;
        let mut sections = Vec::new();
        let mut used = 0;
        for name in book.sheet_names() {
            let section = xlsx_sheet(&mut book, &name, rest(limits, used))?;
            used += section.as_ref().map_or(0, |section| section.text.len());
            sections.extend(section);
        }
        Ok(sections)
    })
}

fn xlsx_sheet(
    book: &mut Xlsx<Cursor<Vec<u8>>>,
    name: &str,
    limits: Limits,
) -> Result<Option<Section>, Refusal> {
    let mut cells = match book.worksheet_cells_reader(name) {
        Ok(cells) => cells,
        // A chart or a macro sheet has no cells.
        Err(XlsxError::WorksheetNotFound(_) | XlsxError::NotAWorksheet(_)) => return Ok(None),
        Err(error) => return Err(xlsx(&error)),
    };
    let mut sheet = Lines::new(name, limits);
    while let Some(cell) = cells.next_cell().map_err(|error| xlsx(&error))? {
        sheet.cell(cell.get_position(), &shown(cell.get_value()))?;
    }
    sheet.sheet.into_section()
}

/// The rows of each sheet of an `.xls` file as a section.
pub(super) fn xls_sections(content: Vec<u8>, limits: Limits) -> Result<Vec<Section>, Refusal> {
    caught(WHAT, || {
        let mut book: Xls<_> = Xls::new(Cursor::new(content)).map_err(|error| xls(&error))?;
        let mut sections = Vec::new();
        let mut used = 0;
        for name in book.sheet_names() {
            let Ok(range) = book.worksheet_range(&name) else {
                continue;
            };
            let mut sheet = Lines::new(&name, rest(limits, used));
            for (row, column, value) in range.used_cells() {
                let (row, column) = (u32::try_from(row), u32::try_from(column));
                let position = (row.unwrap_or(u32::MAX), column.unwrap_or(u32::MAX));
                sheet.cell(position, &shown_data(value))?;
            }
            let section = sheet.sheet.into_section()?;
            used += section.as_ref().map_or(0, |section| section.text.len());
            sections.extend(section);
        }
        Ok(sections)
    })
}

/// Cells put together to rows.
struct Lines {
    sheet: Sheet,
    number: u32,
}

impl Lines {
    fn new(name: &str, limits: Limits) -> Self {
        Self {
            sheet: Sheet::new(name, limits),
            number: 0,
        }
    }

    fn cell(&mut self, (row, column): (u32, u32), shown: &str) -> Result<(), Refusal> {
        if row != self.number {
            self.sheet.end_row(1)?;
            self.number = row;
        }
        self.sheet.cell(column as usize, shown)
    }
}

fn shown(value: &DataRef) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(time) => shown_time(time),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

fn shown_data(value: &Data) -> String {
    match value {
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(value) => value.to_string(),
        Data::DateTime(time) => shown_time(time),
        Data::Error(_) | Data::Empty => String::new(),
    }
}

/// A day, or a day and its time; a duration in days as it is stored.
fn shown_time(time: &ExcelDateTime) -> String {
    if !time.is_datetime() {
        return time.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    match (hour, minute, second) {
        (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
    }
}

fn xlsx(error: &XlsxError) -> Refusal {
    match error {
        XlsxError::Password => Refusal::Encrypted,
        error => Refusal::Malformed(format!("cannot be read as a workbook: {error}")),
    }
}

fn xls(error: &XlsError) -> Refusal {
    match error {
        XlsError::Password => Refusal::Encrypted,
        error => Refusal::Malformed(format!("cannot be read as a workbook: {error}")),
    }
}
