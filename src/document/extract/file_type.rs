//! The types of files: told by their extension, checked by their first bytes.

use std::io::Cursor;
use std::path::Path;

use serde::{Deserialize, Serialize};
use zip::ZipArchive;

use super::Refusal;

/// The extensions of all types, for messages.
pub(in crate::document) const SUPPORTED: &str = ".pdf, .docx, .pptx, .xlsx, .xls, .odt, .ods, \
     .epub, .rtf, .html, .htm, .xhtml, .xml, .txt, .md, .rst, .csv, .tsv, .json, .jsonl, .ndjson, \
     .parquet";

/// A type of file that text can be read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileType {
    /// Text or reStructuredText, taken as it is.
    Text,
    /// Markdown, taken as it is.
    Markdown,
    /// HTML or XHTML.
    Html,
    /// XML of any vocabulary.
    Xml,
    /// Cells between commas, or what the first line has instead.
    Csv,
    /// Cells between tabs.
    Tsv,
    /// One JSON value.
    Json,
    /// A JSON value a line.
    JsonLines,
    /// Portable Document Format.
    Pdf,
    /// Word document.
    Docx,
    /// `PowerPoint` presentation.
    Pptx,
    /// Excel workbook.
    Xlsx,
    /// Excel workbook of 1997 to 2003.
    Xls,
    /// `OpenDocument` text.
    Odt,
    /// `OpenDocument` spreadsheet.
    Ods,
    /// Electronic book.
    Epub,
    /// Rich Text Format.
    Rtf,
    /// Apache Parquet.
    Parquet,
}

impl FileType {
    /// The type of the file at `path`, by its extension in any case.
    ///
    /// # Errors
    ///
    /// It has no extension, or one of no supported type.
    pub fn of(path: &Path) -> Result<Self, Refusal> {
        let Some(extension) = path.extension() else {
            return Err(Refusal::NoExtension);
        };
        let extension = extension.to_string_lossy().to_lowercase();
        Ok(match extension.as_str() {
            "txt" | "rst" => Self::Text,
            "md" => Self::Markdown,
            "html" | "htm" | "xhtml" => Self::Html,
            "xml" => Self::Xml,
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            "json" => Self::Json,
            "jsonl" | "ndjson" => Self::JsonLines,
            "pdf" => Self::Pdf,
            "docx" => Self::Docx,
            "pptx" => Self::Pptx,
            "xlsx" => Self::Xlsx,
            "xls" => Self::Xls,
            "odt" => Self::Odt,
            "ods" => Self::Ods,
            "epub" => Self::Epub,
            "rtf" => Self::Rtf,
            "parquet" => Self::Parquet,
            _ => return Err(Refusal::UnknownType(extension)),
        })
    }

    /// Whether a file that begins with `start` is read as it comes. All others
    /// are told by all of their bytes.
    pub(super) fn is_stream(self, start: &[u8]) -> Result<bool, Refusal> {
        if is_zip(start) || is_compound(start) {
            return Ok(false);
        }
        match marked(start) {
            Found::Other(what) => Err(Refusal::InTruth(what)),
            Found::Nothing | Found::Type(Self::Html) => Ok(matches!(
                self,
                Self::Text | Self::Markdown | Self::Csv | Self::Tsv | Self::JsonLines
            )),
            _ => Ok(false),
        }
    }

    /// The type of a file without a name that begins with `start`: a page, or
    /// a text, which [`confirmed`](Self::confirmed) will correct.
    pub(in crate::document) fn of_unnamed(start: &[u8]) -> Self {
        match is_html(start) {
            true => Self::Html,
            false => Self::Text,
        }
    }

    /// Whether it is text that is told from others by its name alone.
    pub(in crate::document) fn is_plain(self) -> bool {
        matches!(
            self,
            Self::Text | Self::Markdown | Self::Csv | Self::Tsv | Self::Json | Self::JsonLines
        )
    }

    /// The type that `content` is of, whatever the file is called.
    pub(super) fn confirmed(self, content: &[u8]) -> Result<Self, Refusal> {
        if content.is_empty() {
            return Err(Refusal::Blank);
        }
        match self.found(content) {
            Found::Type(Self::Html) if self.is_text() => Ok(self),
            Found::Type(file_type) => Ok(file_type),
            Found::Encrypted => Err(Refusal::Encrypted),
            Found::Other(what) => Err(Refusal::InTruth(what)),
            Found::OpenDocument => Err(Refusal::InTruth("an OpenDocument file of another type")),
            Found::Nothing if self == Self::Pdf && is_pdf_after_junk(content) => Ok(self),
            Found::Nothing if self.is_text() => Ok(self),
            Found::Nothing => Err(Refusal::NotOfType(self.name())),
        }
    }

    /// A type that the bytes only allow for is the one that is named.
    fn found(self, content: &[u8]) -> Found {
        match found(content) {
            Found::OpenDocument if matches!(self, Self::Odt | Self::Ods) => Found::Type(self),
            found => found,
        }
    }

    fn is_text(self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::Markdown
                | Self::Html
                | Self::Xml
                | Self::Csv
                | Self::Tsv
                | Self::Json
                | Self::JsonLines
        )
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "Markdown",
            Self::Html => "HTML",
            Self::Xml => "XML",
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            Self::Json => "JSON",
            Self::JsonLines => "JSON Lines",
            Self::Pdf => "PDF",
            Self::Docx => "Word",
            Self::Pptx => "PowerPoint",
            Self::Xlsx | Self::Xls => "Excel",
            Self::Odt | Self::Ods => "OpenDocument",
            Self::Epub => "EPUB",
            Self::Rtf => "RTF",
            Self::Parquet => "Parquet",
        }
    }
}

/// What the bytes of a file say about its type.
enum Found {
    Type(FileType),
    /// An Office document behind a password.
    Encrypted,
    /// An `OpenDocument` file of an unknown type.
    OpenDocument,
    /// Something that text is not read from.
    Other(&'static str),
    Nothing,
}

fn found(content: &[u8]) -> Found {
    if is_zip(content) {
        zipped(content)
    } else if is_compound(content) {
        compound(content)
    } else {
        marked(content)
    }
}

fn is_zip(start: &[u8]) -> bool {
    matches!(start, [b'P', b'K', 3 | 5, 4 | 6, ..])
}

fn is_compound(start: &[u8]) -> bool {
    start.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])
}

/// What the first bytes alone say.
fn marked(start: &[u8]) -> Found {
    match start {
        [b'%', b'P', b'D', b'F', b'-', ..] => Found::Type(FileType::Pdf),
        [b'P', b'A', b'R', b'1', ..] => Found::Type(FileType::Parquet),
        [b'{', b'\\', b'r', b't', b'f', ..] => Found::Type(FileType::Rtf),
        [0x89, b'P', b'N', b'G', ..] | [0xFF, 0xD8, 0xFF, ..] | [b'G', b'I', b'F', b'8', ..] => {
            Found::Other("an image")
        }
        [0x1F, 0x8B, 8, ..] => Found::Other("a gzip archive; unpack it"),
        _ if is_html(start) => Found::Type(FileType::Html),
        _ => Found::Nothing,
    }
}

/// The type of a zip archive, by the parts that only that type has.
fn zipped(content: &[u8]) -> Found {
    let Ok(archive) = ZipArchive::new(Cursor::new(content)) else {
        return Found::Other("a damaged zip archive");
    };
    for (name, file_type) in [
        ("word/", FileType::Docx),
        ("ppt/", FileType::Pptx),
        ("xl/", FileType::Xlsx),
    ] {
        if archive
            .file_names()
            .flatten()
            .any(|other| other.starts_with(name))
        {
            return Found::Type(file_type);
        }
    }
    if archive.index_for_name("META-INF/container.xml").is_some() {
        return Found::Type(FileType::Epub);
    }
    // The type of an OpenDocument file stands unpacked at its start.
    let start = &content[..content.len().min(200)];
    match archive.index_for_name("content.xml") {
        Some(_) if holds(start, b"opendocument.text") => Found::Type(FileType::Odt),
        Some(_) if holds(start, b"opendocument.spreadsheet") => Found::Type(FileType::Ods),
        Some(_) => Found::OpenDocument,
        None => Found::Other("a zip archive; unpack it"),
    }
}

/// The type of a file of the old Office, by the names of its streams.
fn compound(content: &[u8]) -> Found {
    let has = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        holds(content, &name)
    };
    if has("EncryptedPackage") {
        Found::Encrypted
    } else if has("WordDocument") {
        Found::Other("an old Word file; save it as .docx")
    } else if has("PowerPoint Document") {
        Found::Other("an old PowerPoint file; save it as .pptx")
    } else if has("Workbook") || has("Book") {
        Found::Type(FileType::Xls)
    } else {
        Found::Other("a file of an unknown program")
    }
}

fn holds(content: &[u8], part: &[u8]) -> bool {
    content.windows(part.len()).any(|window| window == part)
}

/// Some mailers and servers put lines before a PDF file; readers allow for
/// 1,024 bytes of it.
fn is_pdf_after_junk(content: &[u8]) -> bool {
    holds(&content[..content.len().min(1024)], b"%PDF-")
}

fn is_html(content: &[u8]) -> bool {
    let start = content.trim_ascii_start();
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    let start = start[..start.len().min(14)].to_ascii_lowercase();
    start.starts_with(b"<!doctype html") || start.starts_with(b"<html")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn confirmed(file_type: FileType, content: &[u8]) -> Result<FileType, String> {
        file_type
            .confirmed(content)
            .map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn extensions_are_known_in_any_case() {
        for (name, file_type) in [
            ("a.txt", FileType::Text),
            ("a.rst", FileType::Text),
            ("A.MD", FileType::Markdown),
            ("a.Csv", FileType::Csv),
            ("a.ndjson", FileType::JsonLines),
            ("a.b.HTM", FileType::Html),
            ("a.PDF", FileType::Pdf),
        ] {
            assert_eq!(FileType::of(Path::new(name)).unwrap(), file_type, "{name}");
        }
    }

    #[test]
    fn every_extension_in_messages_is_known() {
        for extension in SUPPORTED.split(", ") {
            let name = format!("a{extension}");
            assert!(FileType::of(Path::new(&name)).is_ok(), "{name}");
        }
    }

    #[test]
    fn an_unknown_type_is_named_with_the_known_ones() {
        assert_eq!(
            FileType::of(Path::new("a.MP4")).unwrap_err().to_string(),
            format!("type `.mp4` is not supported, only {SUPPORTED}")
        );
        assert_eq!(
            FileType::of(Path::new("README")).unwrap_err().to_string(),
            format!("its name has no extension; supported are {SUPPORTED}")
        );
    }

    #[test]
    fn the_content_outranks_the_name() {
        for (named, content, expected) in [
            (FileType::Docx, &b"%PDF-1.4"[..], FileType::Pdf),
            (FileType::Text, b"{\\rtf1 a}", FileType::Rtf),
            (FileType::Xls, b" <HTML><table>", FileType::Html),
            (FileType::Text, b"<html>", FileType::Text),
            (FileType::Pdf, b"\n\n%PDF-1.4", FileType::Pdf),
            (FileType::Csv, b"PK,a\n", FileType::Csv),
        ] {
            assert_eq!(confirmed(named, content), Ok(expected));
        }
    }

    #[test]
    fn text_is_known_by_its_first_bytes() {
        for (named, start, expected) in [
            (FileType::Text, &b"a"[..], Ok(true)),
            (FileType::Csv, b"PK,a\n", Ok(true)),
            (FileType::Markdown, b"<html>", Ok(true)),
            (FileType::Json, b"[", Ok(false)),
            (FileType::Html, b"<html>", Ok(false)),
            (FileType::Text, b"%PDF-1.4", Ok(false)),
            (FileType::Text, b"PK\x03\x04", Ok(false)),
            (
                FileType::Csv,
                b"\x1F\x8B\x08",
                Err("in truth a gzip archive; unpack it".to_owned()),
            ),
        ] {
            let is_stream = named.is_stream(start);
            assert_eq!(is_stream.map_err(|refusal| refusal.to_string()), expected);
        }
    }

    #[test]
    fn what_is_something_else_is_refused() {
        for (named, content, expected) in [
            (
                FileType::Docx,
                &b"text"[..],
                "no Word file, whatever its name says",
            ),
            (
                FileType::Xls,
                b"text",
                "no Excel file, whatever its name says",
            ),
            (FileType::Pdf, b"", "holds no text"),
            (FileType::Json, b"", "holds no text"),
            (FileType::Pdf, b"\x89PNG\r\n", "in truth an image"),
            (
                FileType::Docx,
                b"PK\x03\x04",
                "in truth a damaged zip archive",
            ),
        ] {
            assert_eq!(confirmed(named, content), Err(expected.to_owned()));
        }
    }
}
