//! The encodings of the fonts of a document.

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};

/// The encodings of text.
pub(super) struct Fonts {
    of_document: &'static Encoding,
    default: Option<i32>,
    by_number: HashMap<i32, &'static Encoding>,
    /// The one that the font table is at.
    current: i32,
}

impl Default for Fonts {
    fn default() -> Self {
        Self {
            of_document: WINDOWS_1252,
            default: None,
            by_number: HashMap::new(),
            current: 0,
        }
    }
}

impl Fonts {
    /// The document says which code page its text is in.
    pub(super) fn set_code_page(&mut self, number: i32) {
        self.of_document = code_page(number).unwrap_or(self.of_document);
    }

    pub(super) fn set_default(&mut self, font: Option<i32>) {
        self.default = font;
    }

    /// The encoding of text in `font`.
    pub(super) fn encoding(&self, font: Option<i32>) -> &'static Encoding {
        let font = font.or(self.default);
        let encoding = font.and_then(|font| self.by_number.get(&font));
        encoding.unwrap_or(&self.of_document)
    }

    /// Takes a word of the font table.
    pub(super) fn word(&mut self, name: &str, number: i32) {
        match name {
            "f" => self.current = number,
            "fcharset" => {
                if let Some(encoding) = of_character_set(number) {
                    self.by_number.insert(self.current, encoding);
                }
            }
            _ => {}
        }
    }
}

/// The encoding that Windows counts as `number`.
fn code_page(number: i32) -> Option<&'static Encoding> {
    let label = match number {
        866 => "ibm866",
        932 => "shift_jis",
        936 => "gbk",
        949 => "euc-kr",
        950 => "big5",
        10_000 => "macintosh",
        65_001 => "utf-8",
        number => return Encoding::for_label(format!("windows-{number}").as_bytes()),
    };
    Encoding::for_label(label.as_bytes())
}

/// The encoding of the fonts of a Windows character set; `None` for the
/// document's own.
fn of_character_set(number: i32) -> Option<&'static Encoding> {
    code_page(match number {
        0 => 1252,
        77 => 10_000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}
