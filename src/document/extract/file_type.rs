//! The types of files: told by their extension, checked by their first bytes.

use std::path::Path;

use super::Refusal;

/// The extensions of all types, for messages.
pub(in crate::document) const SUPPORTED: &str =
    ".txt, .md, .rst, .html, .htm, .xhtml, .xml, .csv, .tsv, .json, .jsonl, .ndjson";

/// A type of file that text can be read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileType {
    /// Text or reStructuredText, taken as it is.
    Text,
    /// Markdown, taken as it is.
    Markdown,
    /// HTML or XHTML.
    Html,
    /// XML of any vocabulary.
    Xml,
    /// Cells between commas.
    Csv,
    /// Cells between tabs.
    Tsv,
    /// One JSON value.
    Json,
    /// A JSON value a line.
    JsonLines,
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
        match extension.as_str() {
            "txt" | "rst" => Ok(Self::Text),
            "md" => Ok(Self::Markdown),
            "html" | "htm" | "xhtml" => Ok(Self::Html),
            "xml" => Ok(Self::Xml),
            "csv" => Ok(Self::Csv),
            "tsv" => Ok(Self::Tsv),
            "json" => Ok(Self::Json),
            "jsonl" | "ndjson" => Ok(Self::JsonLines),
            _ => Err(Refusal::UnknownType(extension)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_known_in_any_case() {
        for (name, file_type) in [
            ("a.txt", FileType::Text),
            ("a.rst", FileType::Text),
            ("A.MD", FileType::Markdown),
            ("a.Csv", FileType::Csv),
            ("a.tsv", FileType::Tsv),
            ("a.json", FileType::Json),
            ("a.jsonl", FileType::JsonLines),
            ("a.ndjson", FileType::JsonLines),
            ("a.html", FileType::Html),
            ("a.b.HTM", FileType::Html),
            ("a.xhtml", FileType::Html),
            ("a.xml", FileType::Xml),
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
}
