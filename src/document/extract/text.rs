//! Text that is put together piece by piece and can't outgrow its limit.

use super::{Limits, Refusal, Section};

/// What text is appended to.
pub(super) trait Append {
    /// Appends `piece`.
    ///
    /// # Errors
    ///
    /// There is too much text, or nobody wants it.
    fn push(&mut self, piece: &str) -> Result<(), Refusal>;
}

/// A growing text that is held whole.
#[derive(Debug)]
pub(super) struct Text {
    text: String,
    limit: usize,
}

impl Text {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            text: String::new(),
            limit: limits.text_bytes,
        }
    }

    pub(super) fn into_string(self) -> String {
        self.text
    }

    pub(super) fn into_sections(self) -> Vec<Section> {
        let Self { text, .. } = self;
        vec![Section::of(text)]
    }
}

impl Append for Text {
    fn push(&mut self, piece: &str) -> Result<(), Refusal> {
        if piece.len() > self.limit - self.text.len() {
            return Err(Refusal::TooMuchText(self.limit));
        }
        self.text.push_str(piece);
        Ok(())
    }
}

/// The bytes that may still be added to sections of `used` bytes.
pub(super) fn rest(limits: Limits, used: usize) -> Limits {
    Limits {
        text_bytes: limits.text_bytes.saturating_sub(used),
        ..limits
    }
}
