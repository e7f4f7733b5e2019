//! The text of an RTF document in the making.

use encoding_rs::{Encoding, WINDOWS_1252};

use super::super::prose::Prose;
use super::super::{Limits, Refusal, Section};

/// Level of the outline that is running text.
const NO_HEADING: usize = 9;

/// The text in the making, and where in it the reader is.
pub(super) struct Document {
    prose: Prose,
    /// Bytes of text that are not decoded yet, and their encoding.
    bytes: Vec<u8>,
    encoding: &'static Encoding,
    /// The first half of a character that takes two units of UTF-16.
    half: Option<u16>,
    paragraph: Paragraph,
    note: Note,
    in_table: bool,
    in_cell: bool,
}

/// What the paragraph is.
#[derive(Clone, Copy)]
struct Paragraph {
    has_begun: bool,
    is_item: bool,
    /// Lists around its own.
    depth: usize,
    /// Level of the outline, from 0.
    outline: usize,
}

impl Default for Paragraph {
    fn default() -> Self {
        Self {
            has_begun: false,
            is_item: false,
            depth: 0,
            outline: NO_HEADING,
        }
    }
}

/// A footnote, where the reader is in one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Note {
    None,
    Empty,
    Text,
    /// What follows starts a word.
    Gap,
}

impl Document {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            prose: Prose::new(limits),
            bytes: Vec::new(),
            encoding: WINDOWS_1252,
            half: None,
            paragraph: Paragraph::default(),
            note: Note::None,
            in_table: false,
            in_cell: false,
        }
    }

    pub(super) fn into_section(mut self) -> Result<Section, Refusal> {
        self.flush()?;
        Ok(self.prose.into_section(None))
    }

    pub(super) fn byte(&mut self, byte: u8, encoding: &'static Encoding) -> Result<(), Refusal> {
        if self.encoding != encoding {
            self.flush()?;
            self.encoding = encoding;
        }
        self.bytes.push(byte);
        Ok(())
    }

    /// Writes the bytes that were held back.
    fn flush(&mut self) -> Result<(), Refusal> {
        let bytes = std::mem::take(&mut self.bytes);
        if bytes.is_empty() {
            return Ok(());
        }
        let (text, _) = self.encoding.decode_without_bom_handling(&bytes);
        self.words(&text)
    }

    fn words(&mut self, text: &str) -> Result<(), Refusal> {
        if self.note != Note::None {
            return self.note_words(text);
        }
        if !text.trim().is_empty() {
            self.begin();
        }
        self.prose.words(text)
    }

    /// Starts the paragraph with its first word.
    fn begin(&mut self) {
        if self.in_table && !self.in_cell {
            self.prose.close_table();
            self.in_table = false;
        }
        if std::mem::replace(&mut self.paragraph.has_begun, true) {
            return;
        }
        match self.paragraph {
            Paragraph {
                is_item: true,
                depth,
                ..
            } => self.prose.item(depth),
            Paragraph {
                outline: level @ ..NO_HEADING,
                ..
            } => self.prose.heading(level + 1),
            _ => self.prose.paragraph(),
        }
    }

    fn end_paragraph(&mut self) {
        self.prose.end();
        match std::mem::take(&mut self.paragraph.is_item) {
            true => self.prose.line(),
            false => self.prose.paragraph(),
        }
        self.paragraph.has_begun = false;
    }

    fn note_words(&mut self, text: &str) -> Result<(), Refusal> {
        let text = match self.note {
            Note::Empty => text.trim_start(),
            _ => text,
        };
        if text.is_empty() {
            return Ok(());
        }
        if self.note == Note::Gap {
            self.prose.space();
        }
        self.note = Note::Text;
        self.prose.words(text)
    }

    pub(super) fn open_note(&mut self) -> Result<(), Refusal> {
        self.flush()?;
        self.words(" (")?;
        self.note = Note::Empty;
        Ok(())
    }

    pub(super) fn close_note(&mut self) -> Result<(), Refusal> {
        self.flush()?;
        self.note = Note::None;
        self.words(")")
    }

    /// A unit of UTF-16, which may be said as a negative number.
    pub(super) fn unit(&mut self, unit: i32) -> Result<(), Refusal> {
        self.flush()?;
        let unit = u16::try_from(unit & 0xFFFF).unwrap_or_default();
        let units = [self.half.take().unwrap_or(unit), unit];
        let units = if units[0] == units[1] {
            &units[1..]
        } else {
            &units[..]
        };
        if matches!(unit, 0xD800..0xDC00) {
            self.half = Some(unit);
            return Ok(());
        }
        let text: String = char::decode_utf16(units.iter().copied())
            .flatten()
            .collect();
        self.words(&text)
    }

    /// The paragraph is an item of a list.
    pub(super) fn is_item(&mut self) {
        self.paragraph.is_item = true;
    }

    pub(super) fn word(&mut self, name: &str, number: Option<i32>) -> Result<(), Refusal> {
        self.flush()?;
        match name {
            _ if self.note != Note::None => return self.note_word(name),
            "par" | "sect" | "page" | "column" | "shptxt" => self.end_paragraph(),
            "line" | "softline" => self.prose.line(),
            "tab" | "emspace" | "enspace" => self.prose.space(),
            "ilvl" => self.paragraph.depth = level(number).unwrap_or(0),
            "outlinelevel" => self.paragraph.outline = level(number).unwrap_or(NO_HEADING),
            "pard" => {
                (self.paragraph.depth, self.paragraph.outline) = (0, NO_HEADING);
                self.in_cell = false;
            }
            _ => self.table_word(name)?,
        }
        Ok(())
    }

    /// A note is part of a line, so that nothing in it ends one.
    fn note_word(&mut self, name: &str) -> Result<(), Refusal> {
        match name {
            "par" | "line" | "tab" | "emspace" | "enspace" if self.note == Note::Text => {
                self.note = Note::Gap;
                Ok(())
            }
            _ => self.words(character(name)),
        }
    }

    fn table_word(&mut self, name: &str) -> Result<(), Refusal> {
        match name {
            "trowd" if !self.in_table => {
                self.prose.open_table();
                self.in_table = true;
            }
            "intbl" if self.in_table => self.open_cell(),
            "cell" | "nestcell" => {
                self.open_cell();
                self.prose.close_cell();
                self.prose.open_cell();
                self.paragraph.has_begun = false;
            }
            "row" => {
                self.prose.close_row();
                self.in_cell = false;
                self.paragraph.has_begun = false;
            }
            _ => self.words(character(name))?,
        }
        Ok(())
    }

    fn open_cell(&mut self) {
        if self.in_table && !std::mem::replace(&mut self.in_cell, true) && !self.prose.is_in_cell()
        {
            self.prose.open_cell();
        }
    }
}

fn level(number: Option<i32>) -> Option<usize> {
    usize::try_from(number?).ok()
}

/// The character that a control word stands for; none for most.
fn character(name: &str) -> &'static str {
    match name {
        "lquote" => "‘",
        "rquote" => "’",
        "ldblquote" => "“",
        "rdblquote" => "”",
        "endash" => "–",
        "emdash" => "—",
        "bullet" => "•",
        _ => "",
    }
}
