//! The terminal that progress is drawn on, which a person may make narrower.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use console::{Term, measure_text_width};
use indicatif::TermLike;

/// stderr, and how long the line on it is.
///
/// A terminal that is made narrower breaks the line that it shows into several,
/// of which the cursor is in the last; all of them are to be cleared.
#[derive(Debug)]
pub(super) struct Terminal {
    term: Term,
    shown: AtomicUsize,
}

impl Default for Terminal {
    fn default() -> Self {
        Self {
            term: Term::buffered_stderr(),
            shown: AtomicUsize::new(0),
        }
    }
}

/// Rows above the cursor that a line of `shown` columns takes.
fn rows_above(shown: usize, width: u16) -> usize {
    shown.saturating_sub(1) / usize::from(width.max(1))
}

impl TermLike for Terminal {
    fn width(&self) -> u16 {
        self.term.size().1
    }

    fn height(&self) -> u16 {
        self.term.size().0
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_up(n)
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_down(n)
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_right(n)
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_left(n)
    }

    fn write_line(&self, line: &str) -> io::Result<()> {
        self.term.write_line(line)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        // What follows the line are spaces, to the end of the row.
        let text = text.trim_end_matches(' ');
        if !text.is_empty() {
            self.shown
                .store(measure_text_width(text), Ordering::Relaxed);
        }
        self.term.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        let shown = self.shown.swap(0, Ordering::Relaxed);
        self.term.clear_line()?;
        match rows_above(shown, self.width()) {
            0 => Ok(()),
            rows => self.term.clear_last_lines(rows),
        }
    }

    fn flush(&self) -> io::Result<()> {
        self.term.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_when_the_terminal_becomes_narrower() {
        let rows = [80, 79, 60, 40, 20, 0].map(|width| rows_above(79, width));
        assert_eq!(rows, [0, 0, 1, 1, 3, 78]);
    }
}
