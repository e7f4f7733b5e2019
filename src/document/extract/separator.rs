//! What separates the cells of a CSV file, as far as its first line tells.
//!
//! Commas by name, but many a program writes semicolons where a comma stands in
//! numbers.

/// What programs put between cells.
const SEPARATORS: [u8; 4] = *b",;\t|";

/// The separator that a whole first line names, as in `sep=;`, for Excel.
pub(super) fn named(line: &str) -> Option<u8> {
    let line = line.trim_end_matches('\n').trim_matches('"');
    match line.strip_prefix("sep=")?.as_bytes() {
        [separator] if separator.is_ascii() => Some(*separator),
        _ => None,
    }
}

/// The separator that occurs most in a line outside quotation marks. A comma if
/// there is none, or not one of them.
pub(super) fn likeliest(line: &str) -> u8 {
    let count = |separator| {
        let outside = line.split('"').step_by(2);
        let bytes = outside.flat_map(str::bytes);
        bytes.filter(|byte| *byte == separator).count()
    };
    let counts = SEPARATORS.map(|separator| (count(separator), separator));
    let most = counts.iter().map(|(count, _)| *count).max();
    let mut winners = counts.iter().filter(|(count, _)| Some(*count) == most);
    match (winners.next(), winners.next()) {
        (Some((_, separator)), None) => *separator,
        _ => b',',
    }
}

/// Bytes of the first line with its end, if that is there. Line ends between
/// quotation marks end no line.
pub(super) fn line_bytes(text: &str) -> Option<usize> {
    let mut is_quoted = false;
    let end = text.bytes().position(|byte| {
        is_quoted ^= byte == b'"';
        byte == b'\n' && !is_quoted
    })?;
    Some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_that_occurs_most_wins() {
        for (line, expected) in [
            ("name;born in;died in", b';'),
            ("name\tborn in", b'\t'),
            ("name|born in", b'|'),
            ("name;born, baptised;died in", b';'),
            ("\"a;b;c\",d", b','),
            ("\"a \"\"b,c,d,e\"\"\";f;g", b';'),
        ] {
            assert_eq!(likeliest(line), expected, "{line}");
        }
    }

    #[test]
    fn a_line_that_does_not_tell_has_commas() {
        for line in ["", "name", "a;b,c", "a;b|c"] {
            assert_eq!(likeliest(line), b',', "{line}");
        }
    }

    #[test]
    fn a_line_may_name_its_separator() {
        for (line, expected) in [
            ("sep=;\n", Some(b';')),
            ("\"sep=,\"\n", Some(b',')),
            ("sep=\t", Some(b'\t')),
            ("sep=", None),
            ("sep=é", None),
            ("sep=;;", None),
            ("name;sep=;", None),
        ] {
            assert_eq!(named(line), expected, "{line}");
        }
    }

    #[test]
    fn a_line_goes_on_between_quotation_marks() {
        assert_eq!(line_bytes("a;\"b\nc\"\nd\n"), Some(8));
        assert_eq!(line_bytes("a;\"b\n"), None);
    }
}
