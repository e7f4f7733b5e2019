//! The headings of a text in Markdown, as far as it was read.

use std::collections::VecDeque;
use std::sync::Arc;

/// Longest line that can be a heading, in bytes.
const MAX_LINE: usize = 1_000;

/// Headings of a document that is read from beginning to end.
#[derive(Debug, Default)]
pub(super) struct Headings {
    /// The line without an end, unless it is too long for a heading.
    line: String,
    is_long: bool,
    /// Where that line begins.
    start: usize,
    is_code: bool,
    /// The headings above that line, with their levels, the highest first.
    open: Vec<(usize, String)>,
    /// Those that were read and not passed yet.
    next: VecDeque<Heading>,
    /// The last that was passed, with what it stands under.
    passed: Option<Arc<str>>,
}

#[derive(Debug)]
struct Heading {
    offset: usize,
    /// The headings that it stands under, as one line.
    above: Option<Arc<str>>,
    /// The same with itself.
    trail: Option<Arc<str>>,
}

impl Headings {
    /// Reads further text, which begins at `offset`.
    pub(super) fn read(&mut self, text: &str, mut offset: usize) {
        for part in text.split_inclusive('\n') {
            if self.line.is_empty() && !self.is_long {
                self.start = offset;
            }
            offset += part.len();
            self.is_long |= self.line.len() + part.len() > MAX_LINE;
            match self.is_long {
                true => self.line.clear(),
                false => self.line.push_str(part),
            }
            if part.ends_with('\n') {
                let line = std::mem::take(&mut self.line);
                self.read_line(&line);
                self.is_long = false;
            }
        }
    }

    fn read_line(&mut self, line: &str) {
        self.is_code ^= line.starts_with("```");
        let words = line.trim_start_matches('#');
        let level = line.len() - words.len();
        let is_heading = (1..=6).contains(&level) && words.starts_with(' ');
        if !is_heading || self.is_code {
            return;
        }
        self.open.retain(|(above, _)| *above < level);
        let above = self.trail();
        self.open.push((level, words.trim().to_owned()));
        self.next.push_back(Heading {
            offset: self.start,
            above,
            trail: self.trail(),
        });
    }

    fn trail(&self) -> Option<Arc<str>> {
        let words: Vec<_> = self.open.iter().map(|(_, words)| words.as_str()).collect();
        (!words.is_empty()).then(|| words.join(" > ").into())
    }

    /// The headings that stand above `offset`, which only grows, the highest
    /// first, as one line; nothing if there are none. What begins with a heading
    /// has that one itself.
    pub(super) fn above(&mut self, offset: usize) -> Option<Arc<str>> {
        let is_passed = |heading: &Heading| heading.offset < offset;
        while self.next.front().is_some_and(is_passed) {
            self.passed = self.next.pop_front().and_then(|heading| heading.trail);
        }
        match self.next.front() {
            Some(heading) if heading.offset == offset => heading.above.clone(),
            _ => self.passed.clone(),
        }
    }
}
