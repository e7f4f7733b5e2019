//! Running headers and footers: what stands at the top or the bottom of most
//! pages is not part of the text.

use std::collections::HashMap;

/// Fewest pages that show what runs.
pub(super) const LEAST_PAGES: usize = 3;

/// Lines at each end of a page that may run.
const LINES: usize = 2;

/// Longest line that may run; longer ones are text.
const LINE_BYTES: usize = 120;

/// Most words of a page number without letters, as in `5 / 12`.
const WORDS: usize = 3;

/// Share of the text, one part in so many, that may run. Forms and records are
/// the same on every page but for their numbers, and are no furniture.
const PART: usize = 4;

/// Removes the lines that most pages have at the same end, numbers aside, unless
/// that would be much of the text.
pub(super) fn remove(pages: &mut [String]) {
    if pages.len() < LEAST_PAGES {
        return;
    }
    let mut rest = pages.to_vec();
    remove_lines(&mut rest);
    let [before, after] = [&*pages, &rest].map(bytes);
    if (before - after) * PART <= before {
        pages.clone_from_slice(&rest);
    }
}

fn bytes(pages: &[String]) -> usize {
    pages.iter().map(|page| page.trim().len()).sum()
}

fn remove_lines(pages: &mut [String]) {
    for _ in 0..LINES {
        let top = Running::at(pages, first_line);
        let bottom = Running::at(pages, last_line);
        for (index, page) in pages.iter_mut().enumerate() {
            cut(page, first_line, |line| top.runs(index, line));
            cut(page, last_line, |line| bottom.runs(index, line));
        }
    }
}

/// What the lines at one place of most pages have in common.
pub(super) struct Running {
    pattern: Option<String>,
    /// How far the page number in the line is ahead of the page.
    offset: Option<usize>,
}

impl Running {
    /// What runs among `lines`, which are those of some of the `pages`, each
    /// with the index of its page.
    pub(super) fn of<'a>(
        pages: usize,
        lines: impl Iterator<Item = (usize, &'a str)> + Clone,
    ) -> Self {
        let lines = lines.filter(|(_, line)| may_run(line));
        let patterns = lines.clone().map(|(_, line)| pattern(line));
        let offsets = lines.filter_map(|(index, line)| page_offset(index, line));
        Self {
            pattern: most(pages, patterns),
            offset: most(pages, offsets),
        }
    }

    fn at(pages: &[String], line: fn(&str) -> &str) -> Self {
        let lines = pages.iter().map(|page| line(page));
        Self::of(pages.len(), lines.enumerate())
    }

    pub(super) fn runs(&self, index: usize, line: &str) -> bool {
        let offset = page_offset(index, line);
        let is_numbered = offset.is_some() && offset == self.offset;
        may_run(line) && (is_numbered || self.pattern.as_ref() == Some(&pattern(line)))
    }
}

/// Whether a line can be furniture. A heading is none, even if every page
/// starts with one, nor is a row of numbers.
fn may_run(line: &str) -> bool {
    let is_row = !line.contains(char::is_alphabetic) && line.split_whitespace().count() > WORDS;
    !line.is_empty() && line.len() <= LINE_BYTES && !line.starts_with('#') && !is_row
}

fn first_line(page: &str) -> &str {
    page.trim_start().lines().next().unwrap_or_default()
}

fn last_line(page: &str) -> &str {
    page.trim_end().lines().next_back().unwrap_or_default()
}

/// What more than half of `pages` have.
fn most<T: Eq + std::hash::Hash>(pages: usize, found: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: HashMap<T, usize> = HashMap::new();
    for value in found {
        *counts.entry(value).or_default() += 1;
    }
    let (value, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (count * 2 > pages).then_some(value)
}

/// The number at an end of the line less the index of its page, modulo.
fn page_offset(index: usize, line: &str) -> Option<usize> {
    let mut words = line.split_whitespace();
    let number = words.next_back().and_then(|word| word.parse().ok());
    let number: usize = number.or_else(|| words.next()?.parse().ok())?;
    Some(number.wrapping_sub(index))
}

/// A line with every number as a zero.
fn pattern(line: &str) -> String {
    let mut pattern = String::new();
    for char in line.trim().chars() {
        match char.is_ascii_digit() {
            true if pattern.ends_with('0') => {}
            true => pattern.push('0'),
            false => pattern.push(char),
        }
    }
    pattern
}

fn cut(page: &mut String, line: fn(&str) -> &str, runs: impl Fn(&str) -> bool) {
    let found = line(page);
    if !runs(found) {
        return;
    }
    let start = found.as_ptr().addr() - page.as_ptr().addr();
    page.replace_range(start..start + found.len(), "");
    *page = page.trim().to_owned();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(pages: &[&str]) -> Vec<String> {
        pages.iter().map(|page| (*page).to_owned()).collect()
    }

    /// Without the lines that run, however much that is.
    fn removed(pages: &[&str]) -> Vec<String> {
        let mut pages = owned(pages);
        remove_lines(&mut pages);
        pages
    }

    #[test]
    fn records_that_differ_in_their_numbers_stay() {
        let record =
            |number: usize| format!("Patient {number}\nWeight: 6{number} kg\nRoom: {number}");
        let mut pages: Vec<_> = (1..6).map(record).collect();
        remove(&mut pages);
        assert_eq!(pages, (1..6).map(record).collect::<Vec<_>>());
        let text = "A paragraph of words that are different on every page of the report.";
        let page = |name: &str| format!("Report\n{text} {name}.");
        let mut pages: Vec<_> = ["one", "two", "three"].into_iter().map(page).collect();
        remove(&mut pages);
        assert!(
            pages.iter().all(|page| page.starts_with("A paragraph")),
            "{pages:?}"
        );
    }

    #[test]
    fn what_runs_on_most_pages_is_cut() {
        assert_eq!(
            removed(&[
                "Report\n\nOne.\n\nPage 1\nDraft",
                "Report\nTwo.\nPage 2\nDraft",
                "Three.\nPage 10"
            ]),
            ["One.", "Two.", "Three."]
        );
    }

    #[test]
    fn headers_of_chapters_are_known_by_the_page_number() {
        assert_eq!(
            removed(&[
                "Chapter 1: Start 7\na",
                "8 Book\nb",
                "Chapter 2: End 9\nc",
                "In 1911\nd"
            ]),
            ["a", "b", "c", "In 1911\nd"]
        );
    }

    #[test]
    fn what_few_pages_have_stays() {
        let mut pages = owned(&["Same\n\na", "Same\n\nb"]);
        remove(&mut pages);
        assert_eq!(pages, ["Same\n\na", "Same\n\nb"]);
        let pages = ["# Part 1\na", "# Part 2\nb", "# Part 3\nc"];
        assert_eq!(removed(&pages), pages);
        let pages = ["Same\na", "Same\nb", "x\nc", "y\nd"];
        assert_eq!(removed(&pages), pages);
    }

    #[test]
    fn page_numbers_are_cut_and_rows_of_numbers_stay() {
        assert_eq!(
            removed(&[
                "1 2.5 30 4\n1 / 3",
                "5 6.5 70 8\n2 / 3",
                "9 1.5 20 3\n3 / 3"
            ]),
            ["1 2.5 30 4", "5 6.5 70 8", "9 1.5 20 3"]
        );
    }
}
