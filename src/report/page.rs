//! A page of text for a terminal: its width, its signs, its lines.

use std::ffi::OsString;

use console::{Term, measure_text_width, pad_str, truncate_str};

/// Columns of a page, at most, and if nobody knows better.
const WIDEST: usize = 100;
const USUAL: usize = 80;

/// Columns that are left to the text of a line, however narrow the page.
const LEAST: usize = 20;

/// What a page may look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) width: usize,
    /// Whether there are signs beyond ASCII.
    pub(super) is_utf8: bool,
}

impl Layout {
    /// That of stderr.
    pub(super) fn of_stderr() -> Self {
        let width = Term::stderr().size_checked();
        Self {
            width: width.map_or(USUAL, |(_, width)| usize::from(width).min(WIDEST)),
            is_utf8: is_utf8(|name| std::env::var_os(name)),
        }
    }

    /// `text` in as many lines as it takes, broken at spaces; all but the first
    /// are indented by `indent` columns.
    pub(super) fn wrapped(self, text: &str, indent: usize) -> String {
        let start = text.len() - text.trim_start().len();
        let (mut lines, mut line) = (String::new(), text[..start].to_owned());
        for word in text[start..].split(' ') {
            let columns = measure_text_width(&line) + 1 + measure_text_width(word);
            if line.trim_start().is_empty() {
                // The first word of a line is there whatever its length.
            } else if columns > self.width {
                lines = lines + &line + "\n";
                line = " ".repeat(indent);
            } else {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines + &line + "\n"
    }

    /// As much of `text` as fits into `columns`.
    pub(super) fn shortened(self, text: &str, columns: usize) -> String {
        let end = if self.is_utf8 { "…" } else { "..." };
        truncate_str(text, columns, end).into_owned()
    }

    /// As much of `text` as fits behind `indent` columns.
    pub(super) fn rest(self, text: &str, indent: usize) -> String {
        self.shortened(text, self.width.saturating_sub(indent).max(LEAST))
    }

    /// A bar of `share`, 0 to 1, of `columns`.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "columns of a terminal"
    )]
    pub(super) fn bar(self, share: f64, columns: usize) -> String {
        let sign = if self.is_utf8 { "█" } else { "#" };
        sign.repeat((share * columns as f64).round() as usize)
    }

    /// A column for each of `counts`, as high as it is beside the highest.
    pub(super) fn columns(self, counts: &[u64]) -> String {
        let signs: &[char] = match self.is_utf8 {
            true => &[' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
            false => &[' ', '.', ':', '-', '=', '+', '*', '#'],
        };
        let highest = counts.iter().copied().max().unwrap_or_default().max(1);
        let steps = signs.len() as u64 - 1;
        let height = |count: &u64| usize::try_from((count * steps).div_ceil(highest));
        let sign = |count| signs[height(count).unwrap_or_default()];
        counts.iter().map(sign).collect()
    }
}

/// `text` in exactly so many `columns`.
pub(super) fn padded(text: &str, columns: usize) -> String {
    pad_str(text, columns, console::Alignment::Left, Some("")).into_owned()
}

/// Whether the locale has UTF-8: the first of the variables that is set decides
/// (`man 7 locale`).
fn is_utf8(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let values = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().map(variable);
    let locale = values.flatten().find(|value| !value.is_empty());
    locale.is_some_and(|locale| {
        let locale = locale.to_string_lossy().to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NARROW: Layout = Layout {
        width: 20,
        is_utf8: true,
    };

    #[test]
    fn long_lines_are_broken_at_spaces_and_keep_their_indentation() {
        assert_eq!(
            NARROW.wrapped("  requested 12 = 10 written + 2 duplicate", 4),
            "  requested 12 = 10\n    written + 2\n    duplicate\n"
        );
        assert_eq!(NARROW.wrapped("a  b", 4), "a  b\n");
        let path = "a/path/that/is/longer/than/a/line";
        assert_eq!(
            NARROW.wrapped(&format!("in {path}"), 2),
            format!("in\n  {path}\n")
        );
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(NARROW.shortened("灯台の光", 5), "灯台…");
    }

    #[test]
    fn columns_are_as_high_as_they_count_and_never_vanish() {
        let ascii = Layout {
            is_utf8: false,
            ..NARROW
        };
        assert_eq!(NARROW.columns(&[0, 1, 50, 100]), " ▁▄█");
        assert_eq!(ascii.columns(&[0, 1, 50, 100]), " .=#");
        assert_eq!(
            (NARROW.bar(0.5, 4), ascii.bar(1.0, 3)),
            ("██".into(), "###".into())
        );
    }

    #[test]
    fn the_first_variable_that_is_set_tells_the_locale() {
        let of = |set: &[(&str, &str)]| {
            is_utf8(|name| {
                let found = set.iter().find(|(set, _)| *set == name);
                found.map(|(_, value)| value.into())
            })
        };
        assert!(of(&[("LANG", "de_DE.utf8")]));
        assert!(of(&[("LC_ALL", ""), ("LANG", "C.UTF-8")]));
        assert!(!of(&[("LC_ALL", "C"), ("LANG", "C.UTF-8")]));
        assert!(!of(&[]));
    }
}
