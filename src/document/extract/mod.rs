//! The bytes of a file to the readable text in it, for every type of file.
//!
//! Pure: opens no file, writes none, follows no link and asks no network.
//! Text, Markdown, CSV, TSV and JSON Lines are read as they come, at any size,
//! with a few MiB in memory. All else is read whole, and whatever the bytes
//! are, time and memory stay within [`Limits`], with two exceptions that only a
//! process of its own can bound: a parser of PDF files that loops, and one that
//! overflows the stack.

mod archive;
mod caught;
mod decode;
mod docx;
mod encoding;
mod epub;
mod file_type;
mod html;
mod json;
mod json_lines;
mod json_rows;
mod odf;
mod parquet;
mod pdf;
mod pieces;
mod pptx;
mod prose;
mod relations;
mod rows;
mod rtf;
mod separated;
mod separator;
mod sheet;
mod stream;
mod text;
mod workbook;
mod xml;

use std::io::{Cursor, Read};

pub use file_type::FileType;
pub(super) use file_type::SUPPORTED;
pub use pdf::{Part, PartLimits, PdfEngine};
use pieces::{PIECE_BYTES, Pieces};
use stream::{TextStream, WINDOW_BYTES};
use text::Append;

use super::Refusal;

/// A stretch of a document's text that belongs together in the source: a page
/// of a PDF, a slide, a sheet, a piece of a long text, or the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Readable text with `\n` line ends.
    pub text: String,
    /// Its number from 1, where the source has pages or slides.
    pub page: Option<u32>,
    /// Whether it goes on right where the section before it ended, without a
    /// blank line between them.
    pub continues: bool,
}

impl Section {
    /// A section that begins anew and is on no page.
    fn of(text: String) -> Self {
        Self {
            text,
            page: None,
            continues: false,
        }
    }
}

/// What one file may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest file that is read whole.
    pub file_bytes: u64,
    /// Longest cell of a table in CSV or TSV, and longest line of JSON Lines.
    pub record_bytes: usize,
    /// Most text that is taken from a file that is read whole, most bytes of
    /// one packed part, and most bytes that a table in CSV or TSV may have
    /// beyond `ratio`.
    pub text_bytes: usize,
    /// Most that packed data may grow by unpacking, and a table by the names
    /// of its columns. Office documents stay below 30; a run of zeros reaches
    /// 1,000.
    pub ratio: usize,
    /// Deepest nesting of XML.
    pub depth: usize,
    /// Most entries of an archive.
    pub entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 256 << 20,
            record_bytes: 16 << 20,
            text_bytes: 200 << 20,
            ratio: 100,
            depth: 256,
            entries: 10_000,
        }
    }
}

/// First bytes of a file that tell whether it is read as it comes.
const START_BYTES: u64 = 1024;

/// Gives the readable text of a file to `sink`, section by section; may be
/// blank, or nothing.
///
/// # Errors
///
/// The bytes can't be read, are not of the type, damaged beyond reading, or
/// cost more than `limits` allow; or `sink` refuses a section. Sections may
/// have been given to it before.
pub fn extract(
    file_type: FileType,
    content: &mut dyn Read,
    pdf_engine: PdfEngine,
    limits: Limits,
    sink: &mut dyn FnMut(Section) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut start = Vec::new();
    read(content, START_BYTES, &mut start)?;
    let mut file_type = file_type;
    if !file_type.is_stream(&start)? {
        read_rest(content, limits, &mut start)?;
        file_type = file_type.confirmed(&start)?;
    }
    let stream = |start| TextStream::new(Cursor::new(start).chain(content), WINDOW_BYTES);
    let pieces = Pieces::new(sink, PIECE_BYTES);
    let sections = match file_type {
        FileType::Text | FileType::Markdown => return plain(stream(start), pieces),
        FileType::Csv => return separated::csv(stream(start), limits, pieces),
        FileType::Tsv => return separated::tsv(stream(start), limits, pieces),
        FileType::JsonLines => return json_lines::pass_on(stream(start), limits, pieces),
        FileType::Html => html::sections(&decode::declared(start, decode::html_charset)?, limits),
        FileType::Xml => xml::sections(&decode::declared(start, decode::xml_charset)?, limits),
        FileType::Json => json::sections(&decode::text(start)?, limits),
        FileType::Docx => docx::sections(start, limits),
        FileType::Pptx => pptx::sections(start, limits),
        FileType::Xlsx => workbook::xlsx_sections(start, limits),
        FileType::Xls => workbook::xls_sections(start, limits),
        FileType::Odt => odf::text_sections(start, limits),
        FileType::Ods => odf::sheet_sections(start, limits),
        FileType::Epub => epub::sections(start, limits),
        FileType::Rtf => rtf::sections(&start, limits),
        FileType::Parquet => parquet::sections(start, limits),
        FileType::Pdf => pdf::sections(start, pdf_engine, limits),
    }?;
    sections.into_iter().try_for_each(sink)
}

/// The pages of a PDF file in parts; `None` if the bytes are of another type.
///
/// # Errors
///
/// It is damaged beyond reading, behind a password, or costs more than
/// `limits` allow.
pub fn pdf_parts(
    file_type: FileType,
    content: &[u8],
    limits: PartLimits,
) -> Result<Option<Vec<Part>>, Refusal> {
    match file_type.confirmed(content) {
        Ok(FileType::Pdf) => pdf::parts(content, limits).map(Some),
        _ => Ok(None),
    }
}

/// Appends at most `bytes` of `content` to `start`.
fn read(content: &mut dyn Read, bytes: u64, start: &mut Vec<u8>) -> Result<(), Refusal> {
    let read = content.take(bytes).read_to_end(start);
    read.map(drop).map_err(Refusal::Unreadable)
}

/// Appends all that is left of `content` to `start`, unless that is too much.
fn read_rest(content: &mut dyn Read, limits: Limits, start: &mut Vec<u8>) -> Result<(), Refusal> {
    read(content, limits.file_bytes, start)?;
    match start.len() as u64 > limits.file_bytes {
        true => Err(Refusal::TooLarge(limits.file_bytes)),
        false => Ok(()),
    }
}

/// Passes on a text that is taken as it is.
fn plain(mut text: TextStream, mut pieces: Pieces) -> Result<(), Refusal> {
    while let Some(window) = text.next()? {
        pieces.push(&window)?;
    }
    pieces.finish()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests;
