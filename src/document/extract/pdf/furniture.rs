//! Running headers and footers: what stands at the top or the bottom of most
//! pages is not part of the text.

use std::collections::HashMap;

/// Fewest pages that show what runs.
const LEAST_PAGES: usize = 3;

/// Lines at each end of a page that may run.
const LINES: usize = 2;

/// Longest line that may run; longer ones are text.
const LINE_BYTES: usize = 120;

/// Removes the lines that most pages have at the same end, numbers aside.
pub(super) fn remove(pages: &mut [String]) {
    if pages.len() < LEAST_PAGES {
        return;
    }
    for _ in 0..LINES {
        let top = running(pages, first_line);
        let bottom = running(pages, last_line);
        if top.is_none() && bottom.is_none() {
            return;
        }
        for page in &mut *pages {
            cut(page, first_line, top.as_deref());
            cut(page, last_line, bottom.as_deref());
        }
    }
}

fn first_line(page: &str) -> &str {
    page.trim_start().lines().next().unwrap_or_default()
}

fn last_line(page: &str) -> &str {
    page.trim_end().lines().next_back().unwrap_or_default()
}

/// The pattern of the lines that more than half of the pages have at an end.
/// A heading is none, even if every page starts with its number.
fn running(pages: &[String], line: fn(&str) -> &str) -> Option<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for page in pages {
        *counts.entry(pattern(line(page))).or_default() += 1;
    }
    let (pattern, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    let may_run = !pattern.is_empty() && pattern.len() <= LINE_BYTES && !pattern.starts_with('#');
    (may_run && count * 2 > pages.len()).then_some(pattern)
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

fn cut(page: &mut String, line: fn(&str) -> &str, running: Option<&str>) {
    let found = line(page);
    if Some(pattern(found).as_str()) != running {
        return;
    }
    let start = found.as_ptr().addr() - page.as_ptr().addr();
    page.replace_range(start..start + found.len(), "");
    *page = page.trim().to_owned();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn removed(pages: &[&str]) -> Vec<String> {
        let mut pages: Vec<String> = pages.iter().map(|page| (*page).to_owned()).collect();
        remove(&mut pages);
        pages
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
    fn what_few_pages_have_stays() {
        let pages = ["Same\n\na", "Same\n\nb"];
        assert_eq!(removed(&pages), pages);
        let pages = ["# Part 1\na", "# Part 2\nb", "# Part 3\nc"];
        assert_eq!(removed(&pages), pages);
        let pages = ["Same\na", "Same\nb", "x\nc", "y\nd"];
        assert_eq!(removed(&pages), pages);
    }
}
