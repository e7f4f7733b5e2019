//! Bytes of a file to the readable text in it, for every type of file.
//!
//! Pure: opens no file, writes none, follows no link and asks no network.
//! Whatever the bytes are, time and memory stay within [`Limits`], with two
//! exceptions that only a process of its own can bound: a parser of PDF files
//! that loops, and one that overflows the stack.

mod archive;
mod caught;
mod decode;
mod docx;
mod epub;
mod file_type;
mod html;
mod json;
mod odf;
mod parquet;
mod pdf;
mod pptx;
mod prose;
mod relations;
mod rows;
mod rtf;
mod sheet;
mod text;
mod workbook;
mod xml;

pub use file_type::FileType;
pub(super) use file_type::SUPPORTED;
pub use pdf::{Part, PartLimits, PdfEngine};

use super::Refusal;

/// A stretch of a document's text that belongs together in the source: a page
/// of a PDF, a slide, a sheet, or the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Readable text with `\n` line ends.
    pub text: String,
    /// Its number from 1, where the source has pages or slides.
    pub page: Option<u32>,
}

/// What one file may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most text that is taken from a file, and most bytes of one packed part.
    pub text_bytes: usize,
    /// Most that packed data may grow by unpacking. Office documents stay
    /// below 30; a run of zeros reaches 1,000.
    pub ratio: usize,
    /// Deepest nesting of XML.
    pub depth: usize,
    /// Most entries of an archive.
    pub entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text_bytes: 200 << 20,
            ratio: 100,
            depth: 256,
            entries: 10_000,
        }
    }
}

/// The readable text in the bytes of a file; may be blank.
///
/// # Errors
///
/// The bytes are not of the type, damaged beyond reading, or cost more than
/// `limits` allow.
pub fn extract(
    file_type: FileType,
    content: Vec<u8>,
    pdf_engine: PdfEngine,
    limits: Limits,
) -> Result<Vec<Section>, Refusal> {
    match file_type.confirmed(&content)? {
        FileType::Text | FileType::Markdown => whole(decode::text(content)?, limits),
        FileType::Html => html::sections(&decode::declared(content, decode::html_charset)?, limits),
        FileType::Xml => xml::sections(&decode::declared(content, decode::xml_charset)?, limits),
        FileType::Csv => rows::from_separated(&decode::text(content)?, b',', limits),
        FileType::Tsv => rows::from_separated(&decode::text(content)?, b'\t', limits),
        FileType::Json => json::sections(&decode::text(content)?, limits),
        FileType::JsonLines => json::line_sections(&decode::text(content)?, limits),
        FileType::Docx => docx::sections(content, limits),
        FileType::Pptx => pptx::sections(content, limits),
        FileType::Xlsx => workbook::xlsx_sections(content, limits),
        FileType::Xls => workbook::xls_sections(content, limits),
        FileType::Odt => odf::text_sections(content, limits),
        FileType::Ods => odf::sheet_sections(content, limits),
        FileType::Epub => epub::sections(content, limits),
        FileType::Rtf => rtf::sections(&content, limits),
        FileType::Parquet => parquet::sections(content, limits),
        FileType::Pdf => pdf::sections(content, pdf_engine, limits),
    }
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

/// One section for a text that is taken as it is.
fn whole(text: String, limits: Limits) -> Result<Vec<Section>, Refusal> {
    if text.len() > limits.text_bytes {
        return Err(Refusal::TooMuchText(limits.text_bytes));
    }
    Ok(vec![Section { text, page: None }])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests;
