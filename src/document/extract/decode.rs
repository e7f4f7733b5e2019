//! All bytes of a file to text: what a byte order mark or the document itself
//! declares, then UTF-8, UTF-16 without a mark, and last the likeliest legacy
//! encoding.
//!
//! Forgives no invalid byte.

use encoding_rs::{Encoding, UTF_8};

use super::{Refusal, encoding};

/// Bytes in which HTML and XML declare their encoding (1,024 in the HTML
/// standard).
const DECLARATION_BYTES: usize = 1024;

/// The text in `bytes`, without byte order mark, soft hyphens and page breaks,
/// and with `\n` line ends.
pub(super) fn text(bytes: Vec<u8>) -> Result<String, Refusal> {
    declared(bytes, |_| None)
}

/// Like [`text`], of a document that may declare its encoding.
pub(super) fn declared(
    bytes: Vec<u8>,
    declaration: fn(&str) -> Option<&str>,
) -> Result<String, Refusal> {
    let text = decoded(bytes, declaration)?;
    if text.contains('\0') {
        return Err(Refusal::Binary);
    }
    Ok(clean(text))
}

/// The encoding in `<meta charset=…>` or its older spelling.
pub(super) fn html_charset(start: &str) -> Option<&str> {
    after(start, "charset")
}

/// The encoding in `<?xml version=… encoding=…?>`, or what HTML calls it.
pub(super) fn xml_charset(start: &str) -> Option<&str> {
    let declaration = start.trim_start().strip_prefix("<?xml")?;
    after(&declaration[..declaration.find("?>")?], "encoding")
}

/// The word after `name` and an equals sign, quoted or not.
fn after<'a>(start: &'a str, name: &str) -> Option<&'a str> {
    let place = start.to_ascii_lowercase().find(name)?;
    let value = start[place + name.len()..].trim_start().strip_prefix('=')?;
    let value = value.trim_start().trim_start_matches(['"', '\'']);
    value
        .split(|character: char| !(character.is_ascii_alphanumeric() || "-_:".contains(character)))
        .next()
}

fn decoded(bytes: Vec<u8>, declaration: fn(&str) -> Option<&str>) -> Result<String, Refusal> {
    if let Some((encoding, mark_bytes)) = Encoding::for_bom(&bytes) {
        return decode_with(encoding, &bytes[mark_bytes..]);
    }
    if let Some(encoding) = declared_encoding(&bytes, declaration)
        && let Ok(text) = decode_with(encoding, &bytes)
    {
        return Ok(text);
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => return Ok(text),
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    };
    let encoding = match bytes.contains(&0) {
        true => encoding::utf16_without_mark(&bytes)?,
        false => encoding::legacy(&bytes)?,
    };
    decode_with(encoding, &bytes)
}

/// What the first bytes declare. UTF-16 can't be read as ASCII, so that a
/// declaration of it that was read is wrong.
fn declared_encoding(
    bytes: &[u8],
    declaration: fn(&str) -> Option<&str>,
) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(DECLARATION_BYTES)];
    let start: String = start.iter().map(|byte| char::from(byte & 0x7F)).collect();
    let encoding = Encoding::for_label(declaration(&start)?.as_bytes())?;
    Some(match encoding.output_encoding() == encoding {
        true => encoding,
        false => UTF_8,
    })
}

fn decode_with(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, Refusal> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(std::borrow::Cow::into_owned)
        .ok_or(Refusal::UnknownEncoding)
}

/// Line ends of one kind; a page break is one, a soft hyphen is nothing.
pub(super) fn clean(text: String) -> String {
    let mut text = text;
    if text.contains('\r') {
        text = text.replace("\r\n", "\n").replace('\r', "\n");
    }
    if text.contains('\u{c}') {
        text = text.replace('\u{c}', "\n");
    }
    for invisible in ['\u{AD}', '\u{FEFF}'] {
        if text.contains(invisible) {
            text = text.replace(invisible, "");
        }
    }
    text
}

#[cfg(test)]
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
    fn utf16_without_a_mark_is_known_by_its_nuls() {
        assert_eq!(decoded(b"h\0i\0\x13\x20").as_deref(), Ok("hi\u{2013}"));
        assert_eq!(decoded(b"\0h\0i").as_deref(), Ok("hi"));
    }

    #[test]
    fn broken_utf16_is_refused() {
        for bytes in [&b"\xFF\xFEh\0i"[..], b"\xFF\xFE\x3D\xD8"] {
            assert_eq!(decoded(bytes), Err("in no known text encoding".to_owned()));
        }
    }

    #[test]
    fn legacy_encodings_are_found_out() {
        let french = b"Le caf\xE9 est ouvert apr\xE8s l'\xE9t\xE9, d\xE9j\xE0 \xE0 No\xEBl.";
        assert_eq!(
            decoded(french).as_deref(),
            Ok("Le café est ouvert après l'été, déjà à Noël.")
        );
        let (russian, _, _) = encoding_rs::WINDOWS_1251.encode("Съешь же ещё этих мягких булок.");
        assert_eq!(
            decoded(&russian).as_deref(),
            Ok("Съешь же ещё этих мягких булок.")
        );
        let (japanese, _, _) = encoding_rs::SHIFT_JIS.encode("長い文章です。短い文章もあります。");
        assert_eq!(
            decoded(&japanese).as_deref(),
            Ok("長い文章です。短い文章もあります。")
        );
    }

    #[test]
    fn a_declared_encoding_is_honoured() {
        let greek = b"<meta charset=iso-8859-7>\xE1";
        assert_eq!(
            declared(greek.to_vec(), html_charset).ok().as_deref(),
            Some("<meta charset=iso-8859-7>α")
        );
        let xml = b"<?xml version='1.0' encoding='ISO-8859-2'?>\xB1";
        assert_eq!(
            declared(xml.to_vec(), xml_charset).ok().as_deref(),
            Some("<?xml version='1.0' encoding='ISO-8859-2'?>ą")
        );
    }

    #[test]
    fn a_wrong_declaration_does_no_harm() {
        for label in ["utf-16", "nonsense", "us-ascii\u{7F}", ""] {
            let html = format!("<meta charset=\"{label}\">é");
            let text = declared(html.clone().into_bytes(), html_charset).ok();
            assert!(
                text.is_some_and(|text| text.starts_with("<meta")),
                "{label}"
            );
        }
    }

    #[test]
    fn binary_data_is_refused() {
        for bytes in [
            &b"a\0b"[..],
            b"\x89PNG\0",
            b"\xFF\xFE\0\0",
            b"\x1F\x8B\x08\x08\x01\x02\x90\x91",
        ] {
            assert_eq!(decoded(bytes), Err("binary data, not text".to_owned()));
        }
    }

    #[test]
    fn every_line_end_becomes_a_line_feed() {
        assert_eq!(decoded(b"a\r\nb\rc\n\x0Cd").as_deref(), Ok("a\nb\nc\n\nd"));
    }

    #[test]
    fn soft_hyphens_are_dropped() {
        assert_eq!(decoded("hy\u{AD}phen".as_bytes()).as_deref(), Ok("hyphen"));
    }
}
