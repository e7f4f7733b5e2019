//! Bytes to text: UTF-8, and UTF-16 that says so in a byte order mark.
//!
//! Guesses no other encoding: a wrong guess would train a model on mojibake.

use super::Refusal;

/// The text in `bytes`, without byte order mark and with `\n` line ends.
pub(super) fn text(bytes: Vec<u8>) -> Result<String, Refusal> {
    let text = unicode(bytes)?;
    if text.contains('\0') {
        return Err(Refusal::Binary);
    }
    if text.contains('\r') {
        return Ok(text.replace("\r\n", "\n").replace('\r', "\n"));
    }
    Ok(text)
}

fn unicode(bytes: Vec<u8>) -> Result<String, Refusal> {
    match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest.to_vec()),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, Refusal> {
    String::from_utf8(bytes).map_err(|error| {
        if error.as_bytes().contains(&0) {
            Refusal::Binary
        } else {
            Refusal::NotUnicode
        }
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Refusal> {
    let (pairs, []) = bytes.as_chunks::<2>() else {
        return Err(Refusal::NotUnicode);
    };
    char::decode_utf16(pairs.iter().copied().map(unit))
        .collect::<Result<_, _>>()
        .map_err(|_| Refusal::NotUnicode)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> Result<String, String> {
        text(bytes.to_vec()).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn a_byte_order_mark_is_not_part_of_the_text() {
        assert_eq!(decoded(b"\xEF\xBB\xBFhi").as_deref(), Ok("hi"));
    }

    #[test]
    fn utf16_is_read_in_both_byte_orders() {
        assert_eq!(
            decoded(b"\xFF\xFEh\0\x3D\xD8\x00\xDE").as_deref(),
            Ok("h\u{1F600}")
        );
        assert_eq!(decoded(b"\xFE\xFF\0h\0i").as_deref(), Ok("hi"));
    }

    #[test]
    fn broken_utf16_is_refused() {
        for bytes in [&b"\xFF\xFEh\0i"[..], b"\xFF\xFE\x3D\xD8"] {
            assert_eq!(decoded(bytes), Err("not UTF-8 text".to_owned()));
        }
    }

    #[test]
    fn other_encodings_are_refused() {
        assert_eq!(decoded(b"caf\xE9"), Err("not UTF-8 text".to_owned()));
    }

    #[test]
    fn nul_characters_mean_binary_data() {
        for bytes in [&b"a\0b"[..], b"\x89PNG\0", b"\xFF\xFE\0\0"] {
            assert_eq!(decoded(bytes), Err("binary data, not text".to_owned()));
        }
    }

    #[test]
    fn every_line_end_becomes_a_line_feed() {
        assert_eq!(decoded(b"a\r\nb\rc\n").as_deref(), Ok("a\nb\nc\n"));
    }
}
