//! PDF files: the text of each page, by one of two engines.
//!
//! Reads no pictures: a scan without a layer of text is refused as one. Hostile
//! files can make the second engine loop or overflow the stack; only a process
//! of its own bounds that.

mod furniture;
mod layout;
mod lines;
mod margins;
mod parts;
mod pictures;
mod spans;

use pdf_extract::{Error, OutputError, PlainTextOutput};
use pdfboss_core::Document;
use serde::{Deserialize, Serialize};

pub(super) use parts::parts;
pub use parts::{Part, PartLimits};

use super::caught::caught;
use super::{Limits, Refusal, Section};

/// Letters and digits of an average page below which a file is a scan: a page
/// number or a stamp is not its text.
const LEAST_CHARS: usize = 10;

/// What reads PDF files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum PdfEngine {
    /// `pdfboss`, and where it fails or finds no text, `pdf-extract`.
    #[default]
    Auto,
    /// `pdfboss`.
    Pdfboss,
    /// `pdf-extract`.
    PdfExtract,
}

impl PdfEngine {
    /// The word for it on the command line and in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Pdfboss => "pdfboss",
            Self::PdfExtract => "pdf-extract",
        }
    }
}

/// The text of each page that has some.
pub(super) fn sections(
    content: Vec<u8>,
    engine: PdfEngine,
    limits: Limits,
) -> Result<Vec<Section>, Refusal> {
    let pages = match engine {
        PdfEngine::Pdfboss => by_pdfboss(content),
        PdfEngine::PdfExtract => by_pdf_extract(&content),
        PdfEngine::Auto => by_either(&content),
    }?;
    let mut pages = readable(pages)?;
    if pages.iter().map(String::len).sum::<usize>() > limits.text_bytes {
        return Err(Refusal::TooMuchText(limits.text_bytes));
    }
    furniture::remove(&mut pages);
    let sections = (1..).zip(pages).map(|(page, text)| Section {
        page: Some(page),
        ..Section::of(text)
    });
    Ok(sections
        .filter(|section| !section.text.trim().is_empty())
        .collect())
}

/// The first engine's words, or the second's where those are none. If both
/// fail, the first says why: it fails less often on sound files.
fn by_either(content: &[u8]) -> Result<Vec<String>, Refusal> {
    match by_pdfboss(content.to_vec()).and_then(readable) {
        Err(Refusal::Encrypted) => Err(Refusal::Encrypted),
        Err(refusal) => match by_pdf_extract(content).and_then(readable) {
            Ok(pages) => Ok(pages),
            Err(_) => Err(refusal),
        },
        pages => pages,
    }
}

/// The pages, unless they have hardly any text.
fn readable(pages: Vec<String>) -> Result<Vec<String>, Refusal> {
    let chars = pages.iter().flat_map(|page| page.chars());
    let least = pages.len() * LEAST_CHARS;
    match chars
        .filter(|char| char.is_alphanumeric())
        .take(least)
        .count()
        < least
    {
        true => Err(Refusal::Scanned),
        false if pages.is_empty() => Err(Refusal::Malformed("a PDF without pages".to_owned())),
        false => Ok(pages),
    }
}

fn by_pdfboss(content: Vec<u8>) -> Result<Vec<String>, Refusal> {
    caught("PDF", || {
        let document = Document::load(content).map_err(|error| boss(&error))?;
        let pages = spans::layouts(&document).map_err(|error| boss(&error))?;
        Ok(pages.iter().map(layout::text).collect())
    })
}

fn boss(error: &pdfboss_core::Error) -> Refusal {
    match error {
        pdfboss_core::Error::Encrypted => Refusal::Encrypted,
        error => Refusal::Malformed(format!("cannot be read as PDF: {error}")),
    }
}

/// A page that fails is left out, unless all of them do.
fn by_pdf_extract(content: &[u8]) -> Result<Vec<String>, Refusal> {
    let document = caught("PDF", || parts::open(content))?;
    let mut refusal = None;
    let numbers = caught("PDF", || Ok(document.get_pages()))?;
    let pages: Vec<String> = numbers
        .into_keys()
        .map(|number| {
            let page = caught("PDF", || page_by_pdf_extract(&document, number));
            page.map_err(|error| refusal.get_or_insert(error))
                .unwrap_or_default()
        })
        .collect();
    match refusal {
        Some(refusal) if pages.iter().all(|page| page.trim().is_empty()) => Err(refusal),
        _ => Ok(pages),
    }
}

fn page_by_pdf_extract(document: &pdf_extract::Document, number: u32) -> Result<String, Refusal> {
    let mut text = String::new();
    let mut output = PlainTextOutput::new(&mut text);
    pdf_extract::output_doc_page(document, &mut output, number).map_err(|error| match error {
        OutputError::PdfError(error) => unreadable(&error),
        error => Refusal::Malformed(format!("cannot be read as PDF: {error}")),
    })?;
    Ok(layout::plain(&text))
}

fn unreadable(error: &Error) -> Refusal {
    match error {
        Error::Decryption(_) | Error::InvalidPassword => Refusal::Encrypted,
        error => Refusal::Malformed(format!("cannot be read as PDF: {error}")),
    }
}
