//! What a server says of the type of a document.

use crate::document::FileType;

/// A media type, read as the type of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Of this type, whatever its name is.
    Type(FileType),
    /// Some text. Hosts of source code say no more of tables and Markdown.
    Text,
    /// Nothing that helps.
    Nothing,
    /// Pictures, sound and the like.
    Unreadable,
}

/// What the value of a `content-type` header tells.
pub(super) fn told(content_type: &str) -> Told {
    let media_type = content_type.split(';').next().unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    match media_type.as_str() {
        "text/plain" => Told::Text,
        "text/html" | "application/xhtml+xml" => Told::Type(FileType::Html),
        "text/markdown" | "text/x-markdown" => Told::Type(FileType::Markdown),
        "text/x-rst" => Told::Type(FileType::Text),
        "text/csv" | "application/csv" => Told::Type(FileType::Csv),
        "text/tab-separated-values" => Told::Type(FileType::Tsv),
        "text/xml" | "application/xml" => Told::Type(FileType::Xml),
        "text/rtf" | "application/rtf" => Told::Type(FileType::Rtf),
        "application/json" | "text/json" => Told::Type(FileType::Json),
        "application/jsonl" | "application/x-ndjson" | "application/x-jsonlines" => {
            Told::Type(FileType::JsonLines)
        }
        "application/pdf" | "application/x-pdf" => Told::Type(FileType::Pdf),
        "application/epub+zip" => Told::Type(FileType::Epub),
        "application/vnd.apache.parquet" => Told::Type(FileType::Parquet),
        "application/vnd.ms-excel" => Told::Type(FileType::Xls),
        "application/vnd.oasis.opendocument.text" => Told::Type(FileType::Odt),
        "application/vnd.oasis.opendocument.spreadsheet" => Told::Type(FileType::Ods),
        other => told_by_pattern(other),
    }
}

fn told_by_pattern(media_type: &str) -> Told {
    let office = media_type.strip_prefix("application/vnd.openxmlformats-officedocument.");
    match office {
        Some("wordprocessingml.document") => return Told::Type(FileType::Docx),
        Some("presentationml.presentation") => return Told::Type(FileType::Pptx),
        Some("spreadsheetml.sheet") => return Told::Type(FileType::Xlsx),
        _ => {}
    }
    let is_of = |kind: &str| media_type.starts_with(kind);
    if media_type.ends_with("+json") {
        Told::Type(FileType::Json)
    } else if media_type.ends_with("+xml") {
        Told::Type(FileType::Xml)
    } else if ["image/", "audio/", "video/", "font/"]
        .into_iter()
        .any(is_of)
    {
        Told::Unreadable
    } else {
        Told::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_known_with_parameters_and_in_any_case() {
        for (content_type, expected) in [
            ("text/html; charset=utf-8", Told::Type(FileType::Html)),
            ("Application/PDF", Told::Type(FileType::Pdf)),
            ("application/ld+json", Told::Type(FileType::Json)),
            ("application/rss+xml", Told::Type(FileType::Xml)),
            (
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                Told::Type(FileType::Docx),
            ),
            ("text/plain;charset=us-ascii", Told::Text),
            ("application/octet-stream", Told::Nothing),
            ("", Told::Nothing),
            ("image/svg+xml", Told::Type(FileType::Xml)),
            ("video/mp4", Told::Unreadable),
        ] {
            assert_eq!(told(content_type), expected, "{content_type}");
        }
    }
}
