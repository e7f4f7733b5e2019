//! The text of a document to passages, cut where a section, a paragraph or a
//! sentence ends.
//!
//! Takes the text piece by piece and holds some passages of it at most. Loses
//! nothing but white space at the borders.

use std::collections::VecDeque;
use std::iter;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use text_splitter::{ChunkConfig, ChunkSizer, TextSplitter};

use super::headings::Headings;
use super::{Section, overlap};

/// How large passages are, in tokens, as far as that can be told without a
/// model: a quarter of a token for a letter, one for a Chinese, Japanese or
/// Korean character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkSize {
    /// Most tokens of a passage; at least one.
    pub tokens: usize,
    /// Most tokens that a passage repeats of the one before it; fewer than it
    /// has.
    pub overlap: usize,
}

impl Default for ChunkSize {
    /// A page of text. Enough for a handful of different questions, little
    /// enough that they are about the passage and that a small context holds
    /// it.
    fn default() -> Self {
        Self {
            tokens: 750,
            overlap: 0,
        }
    }
}

/// Passages worth of text that the splitter sees at once: it looks through all
/// remaining borders for every passage, and would take hours for a large file.
const PASSAGES_PER_WINDOW: usize = 16;

/// A passage of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passage<'a> {
    /// The headings that it stands under, as one line.
    pub(super) heading: Option<Arc<str>>,
    /// The page that it begins on.
    pub(super) page: Option<u32>,
    /// Its text, trimmed; never empty.
    pub(super) text: &'a str,
}

/// Cuts the text of one document.
#[derive(Debug)]
pub(super) struct Chunker {
    size: Quarters,
    /// The last passage, which the next may repeat, and what is not cut yet.
    text: String,
    /// Where the text begins in the document.
    offset: usize,
    /// Where the last passage begins in the text; where the rest does if it has
    /// nothing to repeat.
    last: usize,
    /// Where the rest of the text begins, which is not cut yet.
    rest: usize,
    headings: Headings,
    pages: Pages,
}

impl Chunker {
    pub(super) fn new(size: ChunkSize) -> Self {
        Self {
            size: Quarters::of(size),
            text: String::new(),
            offset: 0,
            last: 0,
            rest: 0,
            headings: Headings::default(),
            pages: Pages::default(),
        }
    }

    /// Takes a further section of the document, and gives the passages that are
    /// complete.
    pub(super) fn push<E>(
        &mut self,
        section: Section,
        mut give: impl FnMut(Passage<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Section {
            text,
            page,
            continues,
        } = section;
        if !continues {
            if text.trim().is_empty() {
                return Ok(());
            }
            self.text.truncate(self.text.trim_end().len());
            if !self.text.is_empty() {
                self.append("\n\n");
            }
        }
        self.pages.begin(self.offset + self.text.len(), page);
        self.append(&text);
        let window_chars = self.size.max.saturating_mul(PASSAGES_PER_WINDOW);
        while let Some((length, _)) = self.rest().char_indices().nth(window_chars) {
            let mut found = split(&self.rest()[..length], self.size.new_text());
            // The end of the window is no border: its last passage starts the next.
            let next = match found.pop() {
                Some(next) if !found.is_empty() => next.start,
                only => {
                    found.extend(only);
                    length
                }
            };
            for passage in found {
                give(self.passage(passage))?;
            }
            self.rest += next;
            if next == length {
                // The gap is too long to repeat anything before it.
                self.last = self.rest;
            }
        }
        self.text.drain(..self.last);
        self.offset += self.last;
        self.rest -= self.last;
        self.last = 0;
        Ok(())
    }

    fn append(&mut self, text: &str) {
        let offset = self.offset + self.text.len();
        self.headings.read(text, offset);
        self.text.push_str(text);
    }

    /// Gives the passages of the rest.
    pub(super) fn finish<E>(
        mut self,
        mut give: impl FnMut(Passage<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for passage in self.last_passages() {
            give(self.passage(passage))?;
        }
        Ok(())
    }

    fn rest(&self) -> &str {
        &self.text[self.rest..]
    }

    /// A passage of the rest, with what it repeats of the one before.
    fn passage(&mut self, Range { start, end }: Range<usize>) -> Passage<'_> {
        let (start, end) = (self.rest + start, self.rest + end);
        self.last = self.repeated(start);
        let at = self.offset + self.last;
        Passage {
            heading: self.headings.above(at),
            page: self.pages.at(at),
            text: &self.text[self.last..end],
        }
    }

    /// Where a passage begins whose own text begins at `start`.
    fn repeated(&self, start: usize) -> usize {
        self.last + overlap::start(&self.text[self.last..start], self.size.overlap)
    }

    /// The passages of the rest: one if it fits with what it repeats.
    fn last_passages(&self) -> Vec<Range<usize>> {
        let own = self.rest().trim();
        let start = self.rest().len() - self.rest().trim_start().len();
        let end = start + own.len();
        let begin = self.repeated(self.rest + start);
        let whole = &self.text[begin..self.rest + end];
        let new_text = self.size.new_text();
        match Tokens.size(own) > new_text && Tokens.size(whole) <= self.size.max {
            true => iter::once(start..end).collect(),
            false => last_passages(self.rest(), new_text),
        }
    }
}

/// Where pages begin, from the one that was asked for last.
#[derive(Debug, Default)]
struct Pages {
    next: VecDeque<(usize, Option<u32>)>,
    current: Option<u32>,
}

impl Pages {
    fn begin(&mut self, offset: usize, page: Option<u32>) {
        let last = self.next.back().map_or(self.current, |(_, page)| *page);
        if page != last {
            self.next.push_back((offset, page));
        }
    }

    /// The page at `offset`, which only grows.
    fn at(&mut self, offset: usize) -> Option<u32> {
        while self.next.front().is_some_and(|(begin, _)| *begin <= offset) {
            self.current = self.next.pop_front().and_then(|(_, page)| page);
        }
        self.current
    }
}

/// Sizes in quarters of a token.
#[derive(Debug, Clone, Copy)]
struct Quarters {
    max: usize,
    overlap: usize,
}

impl Quarters {
    fn of(size: ChunkSize) -> Self {
        let max = size.tokens.max(1).saturating_mul(4);
        Self {
            max,
            overlap: size.overlap.saturating_mul(4).min(max / 2),
        }
    }

    /// Most of a passage without what it repeats.
    fn new_text(self) -> usize {
        self.max - self.overlap
    }
}

/// Measures in quarters of a token.
struct Tokens;

impl ChunkSizer for Tokens {
    fn size(&self, text: &str) -> usize {
        match text.is_ascii() {
            true => text.len(),
            false => text.chars().map(quarters).sum(),
        }
    }
}

/// Quarters of a token that a character takes.
pub(super) fn quarters(c: char) -> usize {
    match is_ideographic(c) {
        true => 4,
        false => 1,
    }
}

/// Whether a character is worth a word: from the radicals to the full-width
/// forms, and the planes of ideographs.
pub(super) fn is_ideographic(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..)
}

/// The passages of what is left of a document. One of less than a quarter of the
/// size at the end is too little to ask about, so it is evened out with the one
/// before.
fn last_passages(text: &str, most: usize) -> Vec<Range<usize>> {
    let mut passages = split(text, most);
    if let [.., Range { start, .. }, ref tail] = passages[..]
        && Tokens.size(&text[tail.clone()]) < most / 4
    {
        let end = tail.end;
        passages.truncate(passages.len() - 2);
        let halves = halves(&text[start..end], most).into_iter();
        passages.extend(halves.map(|half| start + half.start..start + half.end));
    }
    passages
}

/// `text` whole if it fits, else in about equal parts.
fn halves(text: &str, most: usize) -> Vec<Range<usize>> {
    let all = Tokens.size(text);
    match all <= most {
        true => iter::once(0..text.len()).collect(),
        false => split_between(text, all.div_ceil(2).min(most), most),
    }
}

/// Passages of `text`. Past three quarters of the size, the next good border is
/// better than a full passage.
fn split(text: &str, most: usize) -> Vec<Range<usize>> {
    split_between(text, most - most / 4, most)
}

/// Trimmed passages from `enough` to `most` quarters as borders allow.
fn split_between(text: &str, enough: usize, most: usize) -> Vec<Range<usize>> {
    let config = ChunkConfig::new(enough..=most).with_sizer(Tokens);
    TextSplitter::new(config)
        .chunk_indices(text)
        .filter(|(_, passage)| !passage.is_empty())
        .map(|(at, passage)| at..at + passage.len())
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Passages of a document of these pieces, with headings and pages.
    fn passages(
        pieces: &[(&str, Option<u32>, bool)],
        size: Quarters,
    ) -> Vec<(Option<String>, Option<u32>, String)> {
        let mut passages = Vec::new();
        let mut give = |passage: Passage<'_>| {
            let heading = passage.heading.map(|heading| heading.to_string());
            passages.push((heading, passage.page, passage.text.to_owned()));
            Ok::<(), ()>(())
        };
        let mut chunker = Chunker {
            size,
            ..Chunker::new(ChunkSize::default())
        };
        for (text, page, continues) in pieces {
            let section = Section {
                text: (*text).to_owned(),
                page: *page,
                continues: *continues,
            };
            chunker.push(section, &mut give).unwrap();
        }
        chunker.finish(&mut give).unwrap();
        passages
    }

    fn texts(text: &str, size: Quarters) -> Vec<String> {
        let passages = passages(&[(text, None, false)], size).into_iter();
        passages.map(|(_, _, text)| text).collect()
    }

    /// Passages of at most so many letters.
    fn chunks(text: &str, max: usize) -> Vec<String> {
        let max = max.max(1);
        texts(text, Quarters { max, overlap: 0 })
    }

    /// A page, in letters.
    const PAGE: usize = 3_000;

    #[test]
    fn headings_travel_with_their_passages() {
        let body = "This is a sentence of some words. ".repeat(6);
        let text = format!("# One\n\n{body}\n\n## Two\n\n{body}\n\n{body}\n\n# Three\n\n{body}");
        let size = Quarters {
            max: 240,
            overlap: 0,
        };
        let (text, rest) = text.split_at(text.len() / 2 + 3);
        let passages = passages(&[(text, None, false), (rest, None, true)], size);
        let told: Vec<_> = passages
            .iter()
            .map(|(heading, _, text)| (&text[..5], heading.as_deref()))
            .collect();
        let expected = [
            ("# One", None),
            ("## Tw", Some("One")),
            ("This ", Some("One > Two")),
            ("# Thr", None),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn passages_know_the_page_that_they_begin_on() {
        let page = "This is a sentence of some words. ".repeat(3);
        let size = Quarters {
            max: 110,
            overlap: 0,
        };
        let pieces = [1, 2, 3].map(|number| (page.as_str(), Some(number), false));
        let pages: Vec<_> = passages(&pieces, size)
            .into_iter()
            .map(|(_, page, _)| page)
            .collect();
        assert_eq!(pages, [Some(1), Some(2), Some(3)]);
    }

    #[test]
    fn sections_stand_apart_unless_they_continue() {
        let size = Quarters::of(ChunkSize::default());
        let pieces = [
            ("one \n", None, false),
            (" \n", None, false),
            ("two", None, false),
            (" th", None, true),
            ("ree", None, true),
        ];
        assert_eq!(passages(&pieces, size)[0].2, "one\n\ntwo three");
    }

    #[test]
    fn passages_overlap_if_that_is_wanted() {
        let sentences: Vec<_> = (0..200)
            .map(|number| format!("This is sentence number {number}. "))
            .collect();
        let text = sentences.concat();
        let size = Quarters {
            max: 400,
            overlap: 100,
        };
        let passages = texts(&text, size);
        for pair in passages.windows(2) {
            let first = pair[1].split_inclusive(". ").next().unwrap();
            assert!(pair[0].contains(first.trim()), "{pair:?}");
        }
        assert!(passages.last().unwrap().contains("number 199."));
    }

    #[test]
    fn a_paragraph_that_is_too_long_to_repeat_is_repeated_in_part() {
        let text = "It is one. It is two. It is three.\n\nIt is four. It is five. It is six.";
        let size = Quarters {
            max: 50,
            overlap: 13,
        };
        assert_eq!(
            texts(text, size),
            [
                "It is one. It is two. It is three.",
                "is three.\n\nIt is four. It is five. It is six."
            ]
        );
        let size = Quarters {
            max: 57,
            overlap: 22,
        };
        assert_eq!(
            texts(text, size),
            [
                "It is one. It is two. It is three.",
                "It is three.\n\nIt is four. It is five. It is six."
            ]
        );
    }

    #[test]
    fn a_text_that_fits_is_whole_as_it_repeats_nothing() {
        let text = "A sentence of words. ".repeat(9);
        let size = Quarters {
            max: 190,
            overlap: 90,
        };
        assert_eq!(texts(&text, size), [text.trim()]);
    }

    #[test]
    fn a_long_gap_is_not_repeated() {
        let text = format!("one{}two", " ".repeat(5_000));
        let size = Quarters {
            max: 10,
            overlap: 5,
        };
        assert_eq!(texts(&text, size), ["one", "two"]);
    }

    #[test]
    fn a_chinese_character_takes_as_much_as_four_letters() {
        assert_eq!(Tokens.size("word"), 4);
        assert_eq!(Tokens.size("字é"), 5);
    }

    fn lengths(text: &str, max_chars: usize) -> Vec<usize> {
        chunks(text, max_chars)
            .iter()
            .map(|chunk| chunk.chars().count())
            .collect()
    }

    #[test]
    fn a_text_that_fits_is_one_trimmed_chunk() {
        assert_eq!(chunks("\n Title\n\nA text. \n", PAGE), ["Title\n\nA text."]);
    }

    #[test]
    fn chunks_end_with_paragraphs_where_they_can() {
        let paragraph = "A sentence of words. ".repeat(9);
        let text = format!("{paragraph}\n\n{paragraph}\n\n{paragraph}");
        let paragraph = paragraph.trim();
        assert_eq!(chunks(&text, 200), [paragraph, paragraph, paragraph]);
    }

    #[test]
    fn a_long_gap_loses_nothing() {
        let text = format!("one{}two", " ".repeat(5_000));
        assert_eq!(chunks(&text, 10), ["one", "two"]);
    }

    #[test]
    fn chunks_end_with_sentences_inside_a_long_paragraph() {
        for chunk in chunks(&"A sentence of words. ".repeat(1000), 300) {
            assert!(
                chunk.starts_with('A') && chunk.ends_with("words."),
                "{chunk}"
            );
        }
    }

    #[test]
    fn a_heading_stays_with_its_text() {
        let body = "This is a sentence of some words. ".repeat(86);
        let chunks = chunks(&format!("# One\n\n{body}\n\n# Two\n\n{body}"), PAGE);
        let starts: Vec<_> = chunks.iter().map(|chunk| &chunk[..5]).collect();
        assert_eq!(starts, ["# One", "# Two"]);
    }

    #[test]
    fn a_crumb_at_the_end_is_evened_out() {
        let sentences = "A sentence of words. ".repeat(9);
        assert_eq!(lengths(&sentences, 200), [188]);
        let sentences = "A sentence of words. ".repeat(10);
        assert_eq!(lengths(&sentences, 200), [125, 83]);
    }

    #[test]
    fn text_without_spaces_is_cut_at_sentences() {
        let text = "長い文章です。".repeat(1_000);
        let chunks = chunks(&text, PAGE);
        assert!(chunks.iter().all(|chunk| chunk.ends_with('。')));
        assert_eq!(chunks.concat(), text);
    }

    #[test]
    fn one_huge_line_is_cut_into_full_chunks() {
        let text = "a".repeat(100_000);
        let lengths = lengths(&text, 3_000);
        assert!(
            lengths
                .iter()
                .all(|length| (1_000..=3_000).contains(length))
        );
        assert_eq!(lengths.iter().sum::<usize>(), 100_000);
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        })]
        #[test]
        fn nothing_but_white_space_is_lost(text in "(\\PC|[ \n.。a-c]){0,400}", max in 0_usize..90) {
            let chunks = chunks(&text, max);
            let visible = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(visible(&chunks.concat()), visible(&text));
            for chunk in &chunks {
                prop_assert!(!chunk.is_empty() && chunk.trim() == chunk);
                prop_assert!(chunk.chars().count() <= max.max(1));
            }
        }

        #[test]
        fn each_passage_begins_with_the_end_of_the_one_before(
            gaps in prop::collection::vec(prop::sample::select(vec![" ", ". ", "\n", ".\n\n"]), 0..400),
        ) {
            let words = (0..).zip(&gaps).map(|(number, gap)| format!("{number}{gap}"));
            let text = words.collect::<Vec<_>>().concat();
            let size = Quarters { max: 40, overlap: 15 };
            let mut told = 0;
            for passage in texts(&text, size) {
                prop_assert!(Tokens.size(&passage) <= size.max);
                let numbers = passage.split(|c: char| !c.is_ascii_digit()).filter(|word| !word.is_empty());
                let numbers: Vec<usize> = numbers.map(|word| word.parse().unwrap()).collect();
                let expected: Vec<usize> = (numbers[0]..).take(numbers.len()).collect();
                prop_assert_eq!(&numbers, &expected);
                prop_assert!(numbers[0] < told || told == 0);
                prop_assert!(numbers[0] + numbers.len() > told);
                told = numbers[0] + numbers.len();
            }
            prop_assert_eq!(told, gaps.len());
        }

        #[test]
        fn it_does_not_matter_how_a_text_comes(text in "([ \n.#a-c]){0,900}", cuts in prop::collection::vec(0_usize..900, 0..9)) {
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let pieces: Vec<_> = cuts
                .windows(2)
                .map(|cut| (&text[cut[0]..cut[1]], None, true))
                .collect();
            let size = Quarters { max: 20, overlap: 5 };
            prop_assert_eq!(passages(&pieces, size), passages(&[(&text, None, true)], size));
        }
    }
}
