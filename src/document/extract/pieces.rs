//! Text that is passed on in pieces, so that no more than one is in memory.
//!
//! A piece ends with a paragraph where it can, else with a line, else with a
//! character.

use super::text::Append;
use super::{Refusal, Section};

/// Most bytes of a piece.
pub(super) const PIECE_BYTES: usize = 256 << 10;

/// What passes sections on.
pub(super) type Sink<'a> = &'a mut dyn FnMut(Section) -> Result<(), Refusal>;

/// A text of any length in the making.
pub(super) struct Pieces<'a> {
    sink: Sink<'a>,
    piece_bytes: usize,
    /// The next piece.
    text: String,
    /// Whether it goes on where the one before it ended.
    continues: bool,
}

impl<'a> Pieces<'a> {
    /// Passes pieces of at most so many bytes, and of a character, on to
    /// `sink`.
    pub(super) fn new(sink: Sink<'a>, piece_bytes: usize) -> Self {
        Self {
            sink,
            piece_bytes: piece_bytes.max(char::MAX.len_utf8()),
            text: String::new(),
            continues: false,
        }
    }

    /// Passes on what is left.
    pub(super) fn finish(mut self) -> Result<(), Refusal> {
        match self.text.is_empty() {
            true => Ok(()),
            false => self.pass_on(self.text.len(), 0),
        }
    }

    /// Passes on what is before the last good border.
    fn cut(&mut self) -> Result<(), Refusal> {
        match (self.text.rfind("\n\n"), self.text.rfind('\n')) {
            (Some(end), _) if end > 0 => self.pass_on(end, 2),
            (_, Some(end)) => self.pass_on(end + 1, 0),
            (_, None) => self.pass_on(self.text.len(), 0),
        }
    }

    /// Passes on so many bytes, and drops the `gap` after them.
    fn pass_on(&mut self, bytes: usize, gap: usize) -> Result<(), Refusal> {
        let rest = self.text.split_off(bytes + gap);
        let mut text = std::mem::replace(&mut self.text, rest);
        text.truncate(bytes);
        let continues = std::mem::replace(&mut self.continues, gap == 0);
        (self.sink)(Section {
            text,
            page: None,
            continues,
        })
    }
}

impl Append for Pieces<'_> {
    fn push(&mut self, text: &str) -> Result<(), Refusal> {
        let mut rest = text;
        while self.text.len() + rest.len() > self.piece_bytes {
            let mut fitting = self.piece_bytes - self.text.len();
            while !rest.is_char_boundary(fitting) {
                fitting -= 1;
            }
            let (fits, after) = rest.split_at(fitting);
            self.text.push_str(fits);
            self.cut()?;
            rest = after;
        }
        self.text.push_str(rest);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The text that `write` passes on in pieces of at most so many bytes.
    pub(in super::super) fn passed_on(
        piece_bytes: usize,
        write: impl FnOnce(Pieces) -> Result<(), Refusal>,
    ) -> Result<String, Refusal> {
        let mut joined = String::new();
        let mut is_first = true;
        let mut sink = |section: Section| {
            assert!(!section.text.is_empty() && section.text.len() <= piece_bytes.max(4));
            assert!(!(is_first && section.continues));
            if !(is_first || section.continues) {
                joined.push_str("\n\n");
            }
            is_first = false;
            joined.push_str(&section.text);
            Ok(())
        };
        write(Pieces::new(&mut sink, piece_bytes)).map(|()| joined)
    }

    fn cut(texts: &[&str], piece_bytes: usize) -> Vec<(String, bool)> {
        let mut all = Vec::new();
        let mut sink = |Section {
                            text, continues, ..
                        }| {
            all.push((text, continues));
            Ok(())
        };
        let mut pieces = Pieces::new(&mut sink, piece_bytes);
        for text in texts {
            pieces.push(text).unwrap();
        }
        pieces.finish().unwrap();
        all
    }

    fn pieces(pieces: &[(&str, bool)]) -> Vec<(String, bool)> {
        let owned = |(text, continues): &(&str, bool)| ((*text).to_owned(), *continues);
        pieces.iter().map(owned).collect()
    }

    #[test]
    fn pieces_end_with_a_paragraph_a_line_or_a_character() {
        assert_eq!(
            cut(&["one\ntwo\n\nthree\n", "four"], 14),
            pieces(&[("one\ntwo", false), ("three\nfour", false)])
        );
        assert_eq!(
            cut(&["one\ntwo", "\nthree"], 10),
            pieces(&[("one\ntwo\n", false), ("three", true)])
        );
        assert_eq!(cut(&["éééé"], 5), pieces(&[("éé", false), ("éé", true)]));
    }

    #[test]
    fn a_text_that_fits_is_one_piece_and_no_text_is_none() {
        assert_eq!(
            cut(&["one\n\n", "two"], 8),
            pieces(&[("one\n\ntwo", false)])
        );
        assert_eq!(cut(&["", ""], 8), []);
    }

    #[test]
    fn a_refusal_of_the_sink_ends_the_text() {
        let mut sink = |_| Err(Refusal::Blank);
        let mut pieces = Pieces::new(&mut sink, 4);
        assert!(matches!(pieces.push("12345"), Err(Refusal::Blank)));
    }

    proptest! {
        #[test]
        fn pieces_lose_nothing(
            texts in prop::collection::vec("(\\PC|[\\n\\n\\na-c]){0,30}", 0..6),
            piece_bytes in 0_usize..40,
        ) {
            let joined = passed_on(piece_bytes, |mut pieces| {
                texts.iter().try_for_each(|text| pieces.push(text))?;
                pieces.finish()
            });
            prop_assert_eq!(joined.unwrap(), texts.concat());
        }
    }
}
