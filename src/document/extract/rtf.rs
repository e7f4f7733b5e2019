//! Rich Text Format: the words between its control words.
//!
//! Running headers and footers, pictures, fields' codes and deleted text are
//! not read. Headings look like paragraphs: only a style's looks tell them.

use encoding_rs::{Encoding, WINDOWS_1252};

use super::prose::Prose;
use super::{Limits, Refusal, Section};

/// The text of a document as one section.
pub(super) fn sections(content: &[u8], limits: Limits) -> Result<Vec<Section>, Refusal> {
    let mut reader = Reader {
        rest: content,
        groups: vec![Group::default()],
        limits,
        document: Document::new(limits),
    };
    while let Some(token) = reader.token() {
        reader.take(&token)?;
    }
    reader.document.flush()?;
    Ok(vec![reader.document.prose.into_section(None)])
}

/// A piece of the source.
enum Token<'a> {
    Open,
    Close,
    /// A control word and its number.
    Word(&'a str, Option<i32>),
    /// `\*`: the group is not for readers that do not know it.
    Optional,
    /// A byte of text.
    Byte(u8),
}

/// What holds until the group is closed.
#[derive(Clone, Copy)]
struct Group {
    /// Whether its text is not shown.
    is_hidden: bool,
    /// Characters after `\u` that stand in for it.
    fallback: usize,
}

impl Default for Group {
    fn default() -> Self {
        Self {
            is_hidden: false,
            fallback: 1,
        }
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    groups: Vec<Group>,
    limits: Limits,
    document: Document,
}

impl<'a> Reader<'a> {
    fn token(&mut self) -> Option<Token<'a>> {
        loop {
            let (&first, rest) = self.rest.split_first()?;
            self.rest = rest;
            return Some(match first {
                b'{' => Token::Open,
                b'}' => Token::Close,
                b'\r' | b'\n' => continue,
                b'\\' => self.control()?,
                byte => Token::Byte(byte),
            });
        }
    }

    /// What follows a backslash.
    fn control(&mut self) -> Option<Token<'a>> {
        let (&first, rest) = self.rest.split_first()?;
        if first.is_ascii_alphabetic() {
            return Some(self.word());
        }
        self.rest = rest;
        Some(match first {
            b'\'' => self.hex_byte(),
            b'*' => Token::Optional,
            b'~' => Token::Byte(b' '),
            b'_' => Token::Byte(b'-'),
            b'\r' | b'\n' => Token::Word("par", None),
            b'-' => Token::Word("optional hyphen", None),
            other => Token::Byte(other),
        })
    }

    fn word(&mut self) -> Token<'a> {
        let name = self.leading(u8::is_ascii_alphabetic);
        let (sign, digits) = match self.rest {
            [b'-', after @ ..] => (-1, after),
            digits => (1, digits),
        };
        let mut number = None;
        if digits.first().is_some_and(u8::is_ascii_digit) {
            self.rest = digits;
            let digits = self.leading(u8::is_ascii_digit);
            number = digits.parse().ok().map(|number: i32| sign * number);
        }
        if let [b' ', after @ ..] = self.rest {
            self.rest = after;
        }
        Token::Word(name, number)
    }

    fn leading(&mut self, is_part: fn(&u8) -> bool) -> &'a str {
        let length = self.rest.iter().take_while(|byte| is_part(byte)).count();
        let (leading, rest) = self.rest.split_at(length);
        self.rest = rest;
        str::from_utf8(leading).unwrap_or_default()
    }

    fn hex_byte(&mut self) -> Token<'a> {
        let hex = self.rest.get(..2).and_then(|hex| str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                self.rest = &self.rest[2..];
                Token::Byte(byte)
            }
            None => Token::Byte(b'?'),
        }
    }

    fn take(&mut self, token: &Token) -> Result<(), Refusal> {
        let group = self.groups.last().copied().unwrap_or_default();
        match *token {
            Token::Open => {
                if self.groups.len() > self.limits.depth {
                    return Err(Refusal::TooDeep(self.limits.depth));
                }
                self.groups.push(group);
            }
            Token::Close => {
                self.groups.pop();
            }
            Token::Optional | Token::Word("v" | "deleted", None) => self.hide(),
            Token::Word("bin", Some(length)) => {
                let length = usize::try_from(length).unwrap_or(0).min(self.rest.len());
                self.rest = &self.rest[length..];
            }
            Token::Word("uc", Some(count)) => {
                if let Some(group) = self.groups.last_mut() {
                    group.fallback = usize::try_from(count).unwrap_or(0);
                }
            }
            Token::Word("pntext" | "listtext", _) => {
                self.document.item();
                self.hide();
            }
            Token::Word(name, _) if is_hidden(name) => self.hide(),
            _ if group.is_hidden => {}
            Token::Word("u", Some(unit)) => {
                self.document.unit(unit)?;
                self.skip(group.fallback);
            }
            Token::Word(name, number) => self.document.word(name, number)?,
            Token::Byte(byte) => self.document.byte(byte),
        }
        Ok(())
    }

    fn hide(&mut self) {
        if let Some(group) = self.groups.last_mut() {
            group.is_hidden = true;
        }
    }

    /// Passes over `characters`, but not out of the group.
    fn skip(&mut self, characters: usize) {
        for _ in 0..characters {
            let before = self.rest;
            if !matches!(self.token(), Some(Token::Byte(_))) {
                self.rest = before;
                return;
            }
        }
    }
}

/// Whether the text of a group is not part of the document's.
fn is_hidden(name: &str) -> bool {
    matches!(
        name,
        "fonttbl"
            | "colortbl"
            | "stylesheet"
            | "info"
            | "pict"
            | "object"
            | "fldinst"
            | "header"
            | "headerl"
            | "headerr"
            | "headerf"
            | "footer"
            | "footerl"
            | "footerr"
            | "footerf"
            | "listtable"
            | "listoverridetable"
            | "rsidtbl"
            | "themedata"
            | "datastore"
            | "colorschememapping"
            | "latentstyles"
            | "xmlnstbl"
            | "annotation"
            | "atnid"
            | "atnauthor"
            | "generator"
            | "filetbl"
            | "revtbl"
            | "nonshppict"
            | "sp"
            | "pgdsctbl"
    )
}

/// The text in the making.
struct Document {
    prose: Prose,
    encoding: &'static Encoding,
    /// Bytes of text that are not decoded yet.
    bytes: Vec<u8>,
    /// The first half of a character that takes two units of UTF-16.
    half: Option<u16>,
    in_table: bool,
    in_cell: bool,
}

impl Document {
    fn new(limits: Limits) -> Self {
        Self {
            prose: Prose::new(limits),
            encoding: WINDOWS_1252,
            bytes: Vec::new(),
            half: None,
            in_table: false,
            in_cell: false,
        }
    }

    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
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
        if !text.trim().is_empty() && self.in_table && !self.in_cell {
            self.prose.close_table();
            self.in_table = false;
        }
        self.prose.words(text)
    }

    /// A unit of UTF-16, which may be said as a negative number.
    fn unit(&mut self, unit: i32) -> Result<(), Refusal> {
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

    fn item(&mut self) {
        self.prose.item(0);
    }

    fn word(&mut self, name: &str, number: Option<i32>) -> Result<(), Refusal> {
        self.flush()?;
        match name {
            "ansicpg" => {
                self.encoding = number.and_then(code_page).unwrap_or(self.encoding);
            }
            "par" | "sect" | "page" | "column" => {
                self.prose.end();
                self.prose.paragraph();
            }
            "line" | "softline" => self.prose.line(),
            "tab" | "emspace" | "enspace" => self.prose.space(),
            "trowd" if !self.in_table => {
                self.prose.open_table();
                self.in_table = true;
            }
            "intbl" if self.in_table => self.open_cell(),
            "pard" => self.in_cell = false,
            "cell" | "nestcell" => {
                self.open_cell();
                self.prose.close_cell();
                self.prose.open_cell();
            }
            "row" => {
                self.prose.close_row();
                self.in_cell = false;
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn text(rtf: &str) -> String {
        sections(rtf.as_bytes(), Limits::default()).unwrap()[0]
            .text
            .clone()
    }

    #[test]
    fn control_words_are_not_text() {
        let rtf = r"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\*\generator x;}\b Bold\b0  and \'e9\par next\line line}";
        assert_eq!(text(rtf), "Bold and é\n\nnext\nline");
    }

    #[test]
    fn unicode_is_read_without_what_stands_in_for_it() {
        assert_eq!(
            text(r"{\rtf1 a\u233?b\uc2\u8211--c\u-10179??\u-8704??}"),
            "aéb–c😀"
        );
    }

    #[test]
    fn code_pages_are_honoured() {
        assert_eq!(text(r"{\rtf1\ansicpg1251 \'cf\'f0\'e8}"), "При");
        assert_eq!(text(r"{\rtf1\ansicpg932 \'93\'fa}"), "日");
    }

    #[test]
    fn binary_data_is_passed_over() {
        assert_eq!(text("{\\rtf1 a{\\pict\\bin5 }}}}}x}b}"), "ab");
        assert_eq!(text("{\\rtf1 a\\bin99999999 b"), "a");
    }

    #[test]
    fn deep_groups_are_refused() {
        let refused = sections("{".repeat(100_000).as_bytes(), Limits::default());
        assert!(matches!(refused, Err(Refusal::TooDeep(256))));
    }
}
