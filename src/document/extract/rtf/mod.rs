//! Rich Text Format: the words between its control words.
//!
//! Running headers and footers, pictures, fields' codes, tables of contents,
//! indexes, comments, hidden and deleted text are not read. A footnote is in brackets where its number is.

mod document;
mod fonts;
mod tokens;

use self::document::Document;
use self::fonts::Fonts;
use self::tokens::{Token, Tokens};
use super::{Limits, Refusal, Section};

/// The text of a document as one section.
pub(super) fn sections(content: &[u8], limits: Limits) -> Result<Vec<Section>, Refusal> {
    let mut reader = Reader {
        tokens: Tokens::new(content),
        groups: vec![Group::default()],
        fonts: Fonts::default(),
        instruction: String::new(),
        limits,
        document: Document::new(limits),
    };
    while let Some(token) = reader.tokens.next() {
        reader.take(&token)?;
    }
    Ok(vec![reader.document.into_section()?])
}

/// What holds until the group is closed.
#[derive(Clone, Copy)]
struct Group {
    kind: Kind,
    /// Whether its text is hidden or deleted.
    is_invisible: bool,
    /// Characters after `\u` that stand in for it.
    fallback: usize,
    font: Option<i32>,
}

/// What a group is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Note,
    /// The bullet or the number of an item.
    Marker,
    FontTable,
    /// What a field is to show.
    Instruction,
    Hidden,
}

impl Default for Group {
    fn default() -> Self {
        Self {
            kind: Kind::Text,
            is_invisible: false,
            fallback: 1,
            font: None,
        }
    }
}

impl Group {
    fn is_shown(self) -> bool {
        matches!(self.kind, Kind::Text | Kind::Note) && !self.is_invisible
    }
}

struct Reader<'a> {
    tokens: Tokens<'a>,
    groups: Vec<Group>,
    fonts: Fonts,
    /// The instruction of the field that was read last.
    instruction: String,
    limits: Limits,
    document: Document,
}

impl Reader<'_> {
    fn take(&mut self, token: &Token) -> Result<(), Refusal> {
        let group = self.groups.last().copied().unwrap_or_default();
        match *token {
            Token::Open => self.open(group)?,
            Token::Close => self.close()?,
            Token::Optional if self.is_optional() => self.set_kind(Kind::Hidden),
            Token::Optional => {}
            Token::Byte(byte) if group.is_shown() => {
                let encoding = self.fonts.encoding(group.font);
                self.document.byte(byte, encoding)?;
            }
            Token::Byte(byte) if group.kind == Kind::Instruction => {
                self.instruction.push(char::from(byte));
            }
            Token::Byte(byte) => self.unshown(group, byte != b' '),
            Token::Word("bin", Some(length)) => {
                self.tokens.skip_bytes(usize::try_from(length).unwrap_or(0));
            }
            Token::Word(name, number) if self.change_group(name, number) => {}
            Token::Word(name, Some(number)) if group.kind == Kind::FontTable => {
                self.fonts.word(name, number);
            }
            Token::Word("u", Some(unit)) if group.is_shown() => {
                self.document.unit(unit)?;
                self.tokens.skip_characters(group.fallback);
            }
            Token::Word("footnote", _) if group.is_shown() => {
                self.set_kind(Kind::Note);
                self.document.open_note()?;
            }
            Token::Word(name, number) if group.is_shown() => self.document.word(name, number)?,
            Token::Word(name, _) => self.unshown(group, matches!(name, "u" | "bullet")),
        }
        Ok(())
    }

    fn open(&mut self, group: Group) -> Result<(), Refusal> {
        if self.groups.len() > self.limits.depth {
            return Err(Refusal::TooDeep(self.limits.depth));
        }
        let kind = match group.kind {
            Kind::Note => Kind::Text,
            kind => kind,
        };
        self.groups.push(Group { kind, ..group });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Refusal> {
        match self.groups.pop() {
            Some(group) if group.kind == Kind::Note => self.document.close_note(),
            _ => Ok(()),
        }
    }

    /// Whether what follows `\*` is not known here.
    fn is_optional(&self) -> bool {
        let mut ahead = self.tokens;
        !matches!(
            ahead.next(),
            Some(Token::Word("footnote" | "shpinst" | "shptxt", _))
        )
    }

    /// A character in a group that is not shown: what marks an item has some.
    fn unshown(&mut self, group: Group, is_character: bool) {
        if group.kind == Kind::Marker && is_character {
            self.document.is_item();
        }
    }

    /// Takes a word that is about the group, not about the text.
    fn change_group(&mut self, name: &str, number: Option<i32>) -> bool {
        let Some(group) = self.groups.last_mut() else {
            return false;
        };
        let fonts = &mut self.fonts;
        match (name, number) {
            ("uc", Some(count)) => group.fallback = usize::try_from(count).unwrap_or(0),
            ("v" | "deleted", number) => group.is_invisible = number != Some(0),
            ("plain", _) => (group.is_invisible, group.font) = (false, None),
            ("f", font) if group.kind != Kind::FontTable => group.font = font,
            ("ansicpg", Some(number)) => fonts.set_code_page(number),
            ("deff", font) => fonts.set_default(font),
            ("pntext" | "listtext", _) => group.kind = Kind::Marker,
            ("fonttbl", _) => group.kind = Kind::FontTable,
            ("fldinst", _) => {
                group.kind = Kind::Instruction;
                self.instruction.clear();
            }
            ("fldrslt", _) if is_directory(&self.instruction) => group.kind = Kind::Hidden,
            (name, _) if is_hidden(name) => group.kind = Kind::Hidden,
            _ => return false,
        }
        true
    }

    fn set_kind(&mut self, kind: Kind) {
        if let Some(group) = self.groups.last_mut() {
            group.kind = kind;
        }
    }
}

/// Whether a field shows a table of contents or of figures, or an index.
fn is_directory(instruction: &str) -> bool {
    let name = instruction.split_whitespace().next();
    name.is_some_and(|name| {
        ["TOC", "INDEX"]
            .iter()
            .any(|word| name.eq_ignore_ascii_case(word))
    })
}

/// Whether the text of a group is not part of the document's.
fn is_hidden(name: &str) -> bool {
    matches!(
        name,
        "colortbl"
            | "stylesheet"
            | "info"
            | "pict"
            | "object"
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
            | "nonesttables"
            | "shprslt"
            | "tc"
            | "tcn"
            | "xe"
    )
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
    fn each_font_has_its_code_page() {
        let rtf = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}}\
            \'e9{\f1 \'cf\'f0\'e8}\'e9\f1\'cf\plain\'e9}";
        assert_eq!(text(rtf), "éПриéПé");
    }

    #[test]
    fn headings_and_items_are_known_by_their_levels() {
        let rtf = r"{\rtf1{\listtext\tab}\pard\outlinelevel0 Head\par
            {\listtext\'b7\tab}\pard\ilvl0 one\par{\listtext\'b7\tab}\pard\ilvl1 two\par
            {\pntext 1.\tab}\pard three\par\pard text\par}";
        assert_eq!(text(rtf), "# Head\n\n- one\n  - two\n- three\n\ntext");
    }

    #[test]
    fn hidden_text_ends_where_it_is_switched_off() {
        let rtf = r"{\rtf1 a\v b{\f1 c}\v0 d\deleted e\deleted0 f\v g\plain h{\v i}j}";
        assert_eq!(text(rtf), "adfhj");
    }

    #[test]
    fn notes_are_in_brackets_and_boxes_apart() {
        let rtf = r"{\rtf1 text{\super\chftn{\*\footnote\chftn\pard\plain{\tab one}\par{two}\par}}, more\par
            {\shp{\*\shpinst{\sp{\sn fill}{\sv 1}}{\shptxt\pard box\par}}{\shprslt box}}end\par}";
        assert_eq!(text(rtf), "text (one two), more\n\nbox\n\nend");
    }

    #[test]
    fn what_older_programs_see_of_a_table_is_left_out() {
        let rtf = r"{\rtf1\trowd\pard\intbl a\nestcell{\*\nesttableprops\nestrow}{\nonesttables\par}b\cell\row\pard c}";
        assert_eq!(text(rtf), "a | b\n\nc");
    }

    #[test]
    fn tables_of_contents_are_left_out_and_other_fields_are_not() {
        let rtf = r#"{\rtf1 {\field{\*\fldinst{\b  TOC \\o "1-3" }}{\fldrslt {\field{\*\fldinst HYPERLINK "x"}{\fldrslt One\tab 3}}\par
            Two\tab 4\par}}\pard See {\field{\*\fldinst HYPERLINK "TOC"}{\fldrslt the end}}.\par {\field{\fldinst index}{\fldrslt oil, 7}}}"#;
        assert_eq!(text(rtf), "See the end.");
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
