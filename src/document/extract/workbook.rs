//! Excel workbooks, new and old, cell by cell.
//!
//! Formulas are read as the value they had when the workbook was saved. Hidden
//! sheets and comments are not read.

use std::io::{Cursor, Read, Seek};
use std::time::Duration;

use arrow::temporal_conversions::timestamp_s_to_datetime;
use calamine::{
    Data, DataRef, ExcelDateTime, Reader, SheetVisible, Xls, XlsError, Xlsx, XlsxError,
};

use super::archive::Archive;
use super::caught::caught;
use super::sheet::Sheet;
use super::text::rest;
use super::{Limits, Refusal, Section};

const WHAT: &str = "workbook";

/// The day of 1970-01-01, counted as workbooks do.
const UNIX_EPOCH_DAY: f64 = 25_569.0;

const DAY_SECONDS: f64 = 86_400.0;

/// The rows of each sheet of an `.xlsx` file as a section.
pub(super) fn xlsx_sections(content: Vec<u8>, limits: Limits) -> Result<Vec<Section>, Refusal> {
    // The reader unpacks without limits, so everything is unpacked before.
    let content = Archive::open(content, limits)?.into_checked()?;
    caught(WHAT, || {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(content)).map_err(|error| xlsx(&error))?;
        let mut sections = Vec::new();
        let mut used = 0;
        for name in shown_sheets(&book) {
            let section = xlsx_sheet(&mut book, &name, rest(limits, used))?;
            used += section.as_ref().map_or(0, |section| section.text.len());
            sections.extend(section);
        }
        Ok(sections)
    })
}

/// The names of the sheets that a person sees.
fn shown_sheets<S: Read + Seek, R: Reader<S>>(book: &R) -> Vec<String> {
    let sheets = book.sheets_metadata().iter();
    let sheets = sheets.filter(|sheet| sheet.visible == SheetVisible::Visible);
    sheets.map(|sheet| sheet.name.clone()).collect()
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
        for name in shown_sheets(&book) {
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
        DataRef::Float(number) => shown_number(*number),
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
        Data::Float(number) => shown_number(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(value) => value.to_string(),
        Data::DateTime(time) => shown_time(time),
        Data::Error(_) | Data::Empty => String::new(),
    }
}

/// A number with the fifteen digits that a spreadsheet shows of it.
fn shown_number(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

/// A day, a time of the day, both, or hours, minutes and seconds.
fn shown_time(time: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    let clock = format!("{hour:02}:{minute:02}:{second:02}");
    match time.as_f64() {
        days if time.is_duration() => shown_duration(days),
        days if days < 0.0 => shown_early_day(days).unwrap_or_default(),
        ..1.0 => clock,
        days if days.fract() == 0.0 => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {clock}"),
    }
}

/// A day before 1900, which Excel does not know and other programs write.
fn shown_early_day(days: f64) -> Option<String> {
    let seconds = (UNIX_EPOCH_DAY - days) * DAY_SECONDS;
    let seconds = Duration::try_from_secs_f64(seconds.round()).ok()?.as_secs();
    let time = timestamp_s_to_datetime(-i64::try_from(seconds).ok()?)?.to_string();
    Some(time.trim_end_matches(" 00:00:00").to_owned())
}

fn shown_duration(days: f64) -> String {
    let sign = if days < 0.0 { "-" } else { "" };
    let seconds = Duration::try_from_secs_f64((days.abs() * DAY_SECONDS).round());
    let seconds = seconds.unwrap_or_default().as_secs();
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("{sign}{hours:02}:{minutes:02}:{:02}", seconds % 60)
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

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType::{DateTime, TimeDelta};

    use super::*;

    #[test]
    fn times_are_shown_as_a_person_writes_them() {
        for (days, kind, expected) in [
            (4_339.336_805_555_556, DateTime, "1911-11-17 08:05:00"),
            (45_351.0, DateTime, "2024-02-29"),
            (0.604_166_666_666_667, DateTime, "14:30:00"),
            (-4_674.0, DateTime, "1887-03-14"),
            (-4_673.5, DateTime, "1887-03-14 12:00:00"),
            (-1e300, DateTime, ""),
            (1.510_532_407_407_41, TimeDelta, "36:15:10"),
            (-0.25, TimeDelta, "-06:00:00"),
        ] {
            let shown = shown_time(&ExcelDateTime::new(days, kind, false));
            assert_eq!(shown, expected, "{days}");
        }
    }

    #[test]
    fn numbers_are_shown_without_the_noise_of_their_last_bits() {
        for (number, expected) in [
            (0.1 + 0.2, "0.3"),
            (1_227.5, "1227.5"),
            (123_456_789_012.0, "123456789012"),
            (-1e-7, "-0.0000001"),
        ] {
            assert_eq!(shown_number(number), expected);
        }
    }
}
