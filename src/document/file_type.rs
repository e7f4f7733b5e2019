//! The types of files, told by their extension, and their way to plain text.
//!
//! Never looks at the content to guess a type.

use std::path::Path;

use html2text::render::TrivialDecorator;

use super::{Refusal, rows};

/// The extensions of all types, for messages.
pub(super) const SUPPORTED: &str = ".txt, .md, .csv, .json, .jsonl, .html, .htm";

/// Columns of text made from HTML: wide enough that no paragraph is wrapped,
/// because a line break inside a sentence would be taken for a border.
const HTML_COLUMNS: usize = 1_000_000;

/// A type of file that text can be read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileType {
    /// Text or Markdown, taken as it is.
    Text,
    Csv,
    Json,
    JsonLines,
    Html,
}

impl FileType {
    /// The type of the file at `path`, by its extension in any case.
    pub(super) fn of(path: &Path) -> Result<Self, Refusal> {
        let Some(extension) = path.extension() else {
            return Err(Refusal::NoExtension);
        };
        let extension = extension.to_string_lossy().to_lowercase();
        match extension.as_str() {
            "txt" | "md" => Ok(Self::Text),
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            "jsonl" => Ok(Self::JsonLines),
            "html" | "htm" => Ok(Self::Html),
            _ => Err(Refusal::UnknownType(extension)),
        }
    }

    /// The readable text in `content`.
    pub(super) fn readable(self, content: String) -> Result<String, Refusal> {
        match self {
            Self::Text => Ok(content),
            Self::Csv => rows::from_csv(&content),
            Self::Json => rows::from_json(&content),
            Self::JsonLines => rows::from_json_lines(&content),
            Self::Html => from_html(&content),
        }
    }
}

/// What a reader of the page sees: no scripts, link targets or decoration.
fn from_html(content: &str) -> Result<String, Refusal> {
    html2text::config::with_decorator(TrivialDecorator::new())
        .no_table_borders()
        .string_from_read(content.as_bytes(), HTML_COLUMNS)
        .map_err(|error| Refusal::Malformed(format!("cannot be read as HTML: {error}")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_known_in_any_case() {
        for (name, file_type) in [
            ("a.txt", FileType::Text),
            ("A.MD", FileType::Text),
            ("a.Csv", FileType::Csv),
            ("a.json", FileType::Json),
            ("a.jsonl", FileType::JsonLines),
            ("a.html", FileType::Html),
            ("a.b.HTM", FileType::Html),
        ] {
            assert_eq!(FileType::of(Path::new(name)).unwrap(), file_type, "{name}");
        }
    }

    #[test]
    fn an_unknown_type_is_named_with_the_known_ones() {
        assert_eq!(
            FileType::of(Path::new("a.PDF")).unwrap_err().to_string(),
            "type `.pdf` is not supported, only .txt, .md, .csv, .json, .jsonl, .html, .htm"
        );
        assert_eq!(
            FileType::of(Path::new("README")).unwrap_err().to_string(),
            "its name has no extension; supported are .txt, .md, .csv, .json, .jsonl, .html, .htm"
        );
    }

    #[test]
    fn html_becomes_what_a_reader_sees() {
        let html = "<html><head><title>t</title><style>p {}</style></head><body>\
            <script>var x;</script><h1>Head</h1><p>One <b>bold</b> <a href='http://x'>link</a>.</p>\
            <hr><ul><li>first<li>second</ul><table><tr><td>1<td>2</table>&lt;&eacute;</body></html>";
        assert_eq!(
            FileType::Html.readable(html.to_owned()).unwrap(),
            "Head\n\nOne bold link.\nfirst\nsecond\n\n1 2\n<é\n"
        );
    }

    #[test]
    fn a_long_html_paragraph_stays_one_line() {
        let sentence = "A sentence of words. ".repeat(500);
        assert_eq!(
            FileType::Html
                .readable(format!("<p>{sentence}</p>"))
                .unwrap()
                .trim(),
            sentence.trim()
        );
    }
}
