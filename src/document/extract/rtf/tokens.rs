//! RTF cut into control words, braces and bytes of text.
//!
//! Knows no control word but those that are written as signs.

/// A piece of the source.
pub(super) enum Token<'a> {
    Open,
    Close,
    /// A control word and its number.
    Word(&'a str, Option<i32>),
    /// `\*`: readers that do not know the group's word pass over it.
    Optional,
    /// A byte of text.
    Byte(u8),
}

/// The tokens of a source, in their order.
#[derive(Clone, Copy)]
pub(super) struct Tokens<'a> {
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    /// Passes over bytes that are no RTF.
    pub(super) fn skip_bytes(&mut self, length: usize) {
        self.rest = &self.rest[length.min(self.rest.len())..];
    }

    /// Passes over characters, but not out of the group.
    pub(super) fn skip_characters(&mut self, characters: usize) {
        for _ in 0..characters {
            let before = *self;
            if !matches!(self.next(), Some(Token::Byte(_))) {
                *self = before;
                return;
            }
        }
    }

    pub(super) fn next(&mut self) -> Option<Token<'a>> {
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
}
