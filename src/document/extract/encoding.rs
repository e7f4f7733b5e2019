//! Which encoding bytes are in: by their byte order mark, by NULs where UTF-16
//! has them, by being UTF-8, and last the likeliest legacy encoding.
//!
//! Never guesses at binary data.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::Refusal;

/// Bytes that tell the encoding: enough for a page of any script.
const SAMPLE_BYTES: usize = 64 << 10;

/// The encoding of a text that begins with `start`, and how many bytes its
/// byte order mark has; `None` if it is neither marked nor UTF-16.
pub(super) fn marked(start: &[u8]) -> Result<Option<(&'static Encoding, usize)>, Refusal> {
    match Encoding::for_bom(start) {
        Some(marked) => Ok(Some(marked)),
        None if start.contains(&0) => {
            let pairs = &start[..start.len() & !1];
            Ok(Some((utf16_without_mark(pairs)?, 0)))
        }
        None => Ok(None),
    }
}

/// The encoding of a long text of which `window` is a part that is not ASCII.
pub(super) fn unmarked(window: &[u8]) -> Result<&'static Encoding, Refusal> {
    match is_utf8(window) {
        true => Ok(UTF_8),
        false => legacy(window),
    }
}

/// Whether there are ten characters of UTF-8 that take several bytes for each
/// invalid sequence; no other encoding has that by chance. The sequence at the
/// end does not count, since it may go on after the window.
fn is_utf8(window: &[u8]) -> bool {
    let (mut valid, mut invalid) = (0, 0);
    let mut chunks = window.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        invalid += usize::from(chunks.peek().is_some());
    }
    valid > 0 && invalid * 10 <= valid
}

/// UTF-16 of a mostly Latin text has a NUL in every second byte.
pub(super) fn utf16_without_mark(bytes: &[u8]) -> Result<&'static Encoding, Refusal> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let pairs = &pairs[..pairs.len().min(SAMPLE_BYTES)];
    let most = |nuls: usize| nuls * 10 >= pairs.len() * 4;
    let high = pairs.iter().filter(|pair| pair[0] == 0).count();
    let low = pairs.iter().filter(|pair| pair[1] == 0).count();
    match (odd.is_empty(), high, low) {
        (true, 0, low) if most(low) => Ok(UTF_16LE),
        (true, high, 0) if most(high) => Ok(UTF_16BE),
        _ => Err(Refusal::Binary),
    }
}

/// The likeliest encoding of bytes that are not Unicode.
pub(super) fn legacy(bytes: &[u8]) -> Result<&'static Encoding, Refusal> {
    if is_binary(controls(bytes), bytes.len() as u64) {
        return Err(Refusal::Binary);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    Ok(detector.guess(None, Utf8Detection::Deny))
}

/// How many control characters that no text has are in ASCII or what extends
/// it.
pub(super) fn controls(bytes: &[u8]) -> u64 {
    let is_control = |byte: &&u8| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127);
    bytes.iter().filter(is_control).count() as u64
}

/// Whether these are more than one character in two hundred.
pub(super) fn is_binary(controls: u64, characters: u64) -> bool {
    controls * 200 > characters
}
