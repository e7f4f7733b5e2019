//! Text of any length, decoded window by window.
//!
//! Holds no more than a window. A text that fits into one is decoded whole, and
//! strictly; of a longer one, single invalid bytes cost no more than
//! themselves.

use std::io::Read;
use std::mem;

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

use super::{Refusal, decode, encoding};

/// Bytes that are decoded at once, and that tell the encoding.
pub(super) const WINDOW_BYTES: usize = 1 << 20;

/// Characters of a text, one of which may be invalid.
const CHARACTERS_PER_INVALID: u64 = 1_000;

/// Most bytes of a character in UTF-8.
const CHARACTER_BYTES: usize = 4;

/// A text that is read as it comes, with `\n` line ends.
pub(super) struct TextStream<'a> {
    content: Box<dyn Read + 'a>,
    window_bytes: usize,
    /// Read and not yet decoded.
    bytes: Vec<u8>,
    place: Place,
    /// `None` while all bytes were ASCII.
    decoder: Option<Decoder>,
    /// Whether the last line end was a carriage return, which a line feed may
    /// belong to.
    ends_in_return: bool,
    characters: u64,
    invalid: u64,
    controls: u64,
}

enum Place {
    Start,
    Middle,
    End,
}

impl<'a> TextStream<'a> {
    /// The text in `content`, by windows of at least four bytes.
    pub(super) fn new(content: impl Read + 'a, window_bytes: usize) -> Self {
        Self {
            content: Box::new(content),
            window_bytes: window_bytes.max(CHARACTER_BYTES),
            bytes: Vec::new(),
            place: Place::Start,
            decoder: None,
            ends_in_return: false,
            characters: 0,
            invalid: 0,
            controls: 0,
        }
    }

    /// The text of the next window, which may be empty; `None` at the end.
    ///
    /// # Errors
    ///
    /// It can't be read, or is no text.
    pub(super) fn next(&mut self) -> Result<Option<String>, Refusal> {
        if matches!(self.place, Place::End) {
            return Ok(None);
        }
        let is_last = self.fill()?;
        let is_first = matches!(self.place, Place::Start);
        self.place = match is_last {
            true => Place::End,
            false => Place::Middle,
        };
        let text = match (is_first, is_last) {
            (true, true) => decode::text(mem::take(&mut self.bytes)),
            (true, false) => self.first_window(),
            (false, _) => self.window(is_last),
        };
        text.map(Some)
    }

    /// Reads another window; whether it was the last one.
    fn fill(&mut self) -> Result<bool, Refusal> {
        let window_bytes = self.window_bytes;
        let mut window = (&mut self.content).take(window_bytes as u64);
        let read = window.read_to_end(&mut self.bytes);
        Ok(read.map_err(Refusal::Unreadable)? < window_bytes)
    }

    fn first_window(&mut self) -> Result<String, Refusal> {
        if let Some((encoding, mark_bytes)) = encoding::marked(&self.bytes)? {
            self.bytes.drain(..mark_bytes);
            self.decoder = Some(encoding.new_decoder_without_bom_handling());
        }
        self.window(false)
    }

    fn window(&mut self, is_last: bool) -> Result<String, Refusal> {
        if self.decoder.is_none() {
            let ascii = Encoding::ascii_valid_up_to(&self.bytes);
            let rest = self.bytes.len() - ascii;
            if rest == 0 || (rest < CHARACTER_BYTES && !is_last) {
                return self.ascii(ascii);
            }
            let encoding = encoding::unmarked(&self.bytes)?;
            self.decoder = Some(encoding.new_decoder_without_bom_handling());
        }
        let text = self.decoded(is_last);
        self.check(&text)?;
        Ok(self.clean(text))
    }

    /// So many bytes as they are. What is left is too little to tell its
    /// encoding by.
    fn ascii(&mut self, bytes: usize) -> Result<String, Refusal> {
        let rest = self.bytes.split_off(bytes);
        let ascii = mem::replace(&mut self.bytes, rest);
        let text = String::from_utf8(ascii).expect("ASCII is UTF-8");
        self.check(&text)?;
        Ok(self.clean(text))
    }

    fn decoded(&mut self, is_last: bool) -> String {
        let mut text = String::new();
        let Some(decoder) = &mut self.decoder else {
            return text;
        };
        let mut rest = &self.bytes[..];
        loop {
            let enough = decoder.max_utf8_buffer_length_without_replacement(rest.len());
            text.reserve(enough.unwrap_or(rest.len()));
            let (result, read) =
                decoder.decode_to_string_without_replacement(rest, &mut text, is_last);
            rest = &rest[read..];
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    self.invalid += 1;
                    text.push(char::REPLACEMENT_CHARACTER);
                }
            }
        }
        self.bytes.clear();
        text
    }

    /// Refuses what is no text, or too little of it.
    fn check(&mut self, text: &str) -> Result<(), Refusal> {
        if text.contains('\0') {
            return Err(Refusal::Binary);
        }
        self.characters += text.chars().count() as u64;
        if self.invalid * CHARACTERS_PER_INVALID > self.characters {
            return Err(Refusal::UnknownEncoding);
        }
        let is_legacy = |decoder: &Decoder| decoder.encoding().output_encoding() != UTF_8;
        if self.decoder.as_ref().is_some_and(is_legacy) {
            self.controls += encoding::controls(text.as_bytes());
            if encoding::is_binary(self.controls, self.characters) {
                return Err(Refusal::Binary);
            }
        }
        Ok(())
    }

    fn clean(&mut self, mut text: String) -> String {
        if text.is_empty() {
            return text;
        }
        let is_cut = mem::replace(&mut self.ends_in_return, text.ends_with('\r'));
        if is_cut && text.starts_with('\n') {
            text.remove(0);
        }
        decode::clean(text)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use proptest::prelude::*;

    /// The text of all windows.
    fn read(content: impl Read, window_bytes: usize) -> Result<String, String> {
        let mut text = TextStream::new(content, window_bytes);
        let mut all = String::new();
        while let Some(window) = text.next().map_err(|refusal| refusal.to_string())? {
            all.push_str(&window);
        }
        Ok(all)
    }

    fn whole(bytes: &[u8]) -> Result<String, String> {
        decode::text(bytes.to_vec()).map_err(|refusal| refusal.to_string())
    }

    /// Gives a byte at a time.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().min(1);
            self.0.read(&mut buffer[..most])
        }
    }

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn nothing_is_lost_at_the_borders_of_windows() {
        let text = "\u{FEFF}a\r\nb\r\r\n\u{AD}ç\r\n€\u{1F600}\u{c}\r\n\r";
        let expected = "a\nb\n\nç\n€\u{1F600}\n\n\n";
        for bytes in [
            text.as_bytes().to_vec(),
            utf16(text, u16::to_le_bytes),
            utf16(text, u16::to_be_bytes),
        ] {
            for window_bytes in 0..bytes.len() + 2 {
                let read = read(Drops(&bytes), window_bytes);
                assert_eq!(read.as_deref(), Ok(expected), "{window_bytes}");
            }
        }
    }

    #[test]
    fn utf16_without_a_mark_is_known_by_its_first_window() {
        let text = "hi \u{1F600} ".repeat(10);
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let bytes = utf16(&text, to_bytes);
            assert_eq!(read(&bytes[..], 7), Ok(text.clone()));
        }
    }

    #[test]
    fn the_first_window_that_is_not_ascii_tells_the_encoding() {
        let ascii = "Some words.\r\n".repeat(20);
        let russian = "Съешь же ещё этих мягких французских булок. ";
        let (legacy, _, _) = encoding_rs::WINDOWS_1251.encode(russian);
        for later in [russian.as_bytes(), &legacy] {
            let bytes = [ascii.as_bytes(), later, later].concat();
            let read = read(&bytes[..], 64).unwrap_or_default();
            assert_eq!(read, ascii.replace('\r', "") + russian + russian);
        }
        let bytes = [ascii.as_bytes(), b"caf\xE9"].concat();
        assert!(read(&bytes[..], 64).is_ok_and(|text| text.ends_with("café")));
    }

    /// 12,000 characters, of which 4,000 take two bytes.
    fn accented() -> String {
        "déjà v".repeat(2_000)
    }

    #[test]
    fn single_invalid_bytes_of_a_long_text_are_replaced() {
        let text = accented();
        for place in [3, 8_000, 15_999] {
            let mut bytes = text.as_bytes().to_vec();
            bytes.splice(place..place, *b"\xFF");
            let read = read(&bytes[..], 4_000).unwrap_or_default();
            assert_eq!(read.matches('\u{FFFD}').count(), 1, "{place}");
            assert_eq!(read.replace('\u{FFFD}', "").len(), text.len(), "{place}");
        }
    }

    #[test]
    fn more_than_one_invalid_character_in_a_thousand_is_refused() {
        let bytes = [accented().as_bytes(), &[0xFF; 20]].concat();
        let refused = Err("in no known text encoding".to_owned());
        assert_eq!(read(&bytes[..], 1_000), refused);
        assert!(read(&bytes[..bytes.len() - 8], 1_000).is_ok());
    }

    #[test]
    fn a_text_of_one_window_is_read_strictly() {
        let bytes = utf16("\u{FEFF}torn", u16::to_le_bytes);
        let torn = &bytes[..bytes.len() - 1];
        assert_eq!(read(torn, 100), whole(torn));
        assert!(whole(torn).is_err());
    }

    #[test]
    fn binary_data_is_refused_wherever_it_comes() {
        let legacy = b"Le caf\xE9 est ouvert apr\xE8s l'\xE9t\xE9. ".repeat(20);
        for (start, late) in [
            ("text ".repeat(20).as_bytes(), &b"\0"[..]),
            (accented().as_bytes(), b"\0"),
            (&legacy, &[1; 20]),
        ] {
            assert!(read(start, 64).is_ok());
            let bytes = [start, late].concat();
            let refused = Err("binary data, not text".to_owned());
            assert_eq!(read(&bytes[..], 64), refused);
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_refused() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("no disk"))
            }
        }
        let refused = Err("cannot be read: no disk".to_owned());
        assert_eq!(read((&b"text"[..]).chain(Broken), 4), refused);
    }

    proptest! {
        #[test]
        fn windows_of_any_size_give_what_the_whole_gives(
            text in "(\\PC|[\\r\\n\u{c}\u{AD}\u{FEFF}a-z]){0,200}",
            window_bytes in 0_usize..100,
        ) {
            let marked = format!("\u{FEFF}{text}");
            for bytes in [
                text.clone().into_bytes(),
                utf16(&marked, u16::to_le_bytes),
                utf16(&marked, u16::to_be_bytes),
            ] {
                prop_assert_eq!(read(&bytes[..], window_bytes), whole(&bytes));
            }
        }

        #[test]
        fn no_bytes_make_it_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            ascii in 0_usize..40,
            window_bytes in 0_usize..100,
        ) {
            let bytes = ["a".repeat(ascii).into_bytes(), bytes].concat();
            if let Ok(text) = read(&bytes[..], window_bytes) {
                prop_assert!(!text.contains(['\0', '\r']));
            }
        }
    }
}
