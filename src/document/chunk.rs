//! Documents to passages, cut where a section, a paragraph or a sentence ends.
//!
//! Loses nothing but white space at the borders and passages that are there
//! already, and never joins two documents.

use std::collections::HashSet;
use std::sync::Arc;

use text_splitter::{ChunkConfig, ChunkSizer, TextSplitter};

use super::{Chunk, Corpus, Document};

/// How large passages are, in tokens, as far as that can be told without a
/// model: a quarter of a token for a letter, one for a Chinese, Japanese or
/// Korean character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// The passages of all documents, in order. Those that say the same as an
/// earlier one, but for case, white space and punctuation, are left out.
#[must_use]
pub fn chunk(corpus: &Corpus, size: ChunkSize) -> Vec<Chunk> {
    let size = Quarters::of(size);
    let mut seen = HashSet::new();
    let documents = corpus.documents.iter().enumerate();
    documents
        .flat_map(|(number, document)| match document.pages.is_empty() {
            true => of_text(number, document, size),
            false => of_pages(number, document),
        })
        .filter(|chunk| seen.insert(gist(chunk)))
        .collect()
}

/// The passages of the text of a document.
fn of_text(document: usize, Document { path, text, .. }: &Document, size: Quarters) -> Vec<Chunk> {
    let headings = Headings::of(text);
    let source: Arc<str> = path.to_string_lossy().into();
    let passages = (1..).zip(passages(text, size));
    passages
        .map(|(number, passage)| Chunk {
            document,
            source: Arc::clone(&source),
            number,
            page: None,
            heading: headings.above(offset_in(text, passage)),
            text: Arc::from(passage),
            pdf: None,
        })
        .collect()
}

/// The parts of a document that the model sees itself.
fn of_pages(document: usize, Document { path, pages, .. }: &Document) -> Vec<Chunk> {
    let source: Arc<str> = path.to_string_lossy().into();
    let parts = (1..).zip(pages);
    parts
        .map(|(number, part)| Chunk {
            document,
            source: Arc::clone(&source),
            number,
            page: Some(part.first_page),
            heading: None,
            text: Arc::from(""),
            pdf: Some(part.data.clone()),
        })
        .collect()
}

/// What passages are compared by: their letters and digits, or the bytes of
/// their pages.
fn gist(chunk: &Chunk) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    chunk.pdf.hash(&mut hasher);
    for letter in chunk.text.chars().filter(|c| c.is_alphanumeric()) {
        letter.to_lowercase().for_each(|c| c.hash(&mut hasher));
    }
    hasher.finish()
}

/// Where `part` begins in `text`, of which it is a part.
fn offset_in(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

/// The headings of a text in Markdown, in order.
struct Headings<'a>(Vec<Heading<'a>>);

struct Heading<'a> {
    offset: usize,
    level: usize,
    words: &'a str,
    /// The heading that it stands under.
    parent: Option<usize>,
}

impl<'a> Headings<'a> {
    fn of(text: &'a str) -> Self {
        let mut headings: Vec<Heading<'a>> = Vec::new();
        let (mut offset, mut is_code) = (0, false);
        for line in text.split_inclusive('\n') {
            is_code ^= line.starts_with("```");
            let words = line.trim_start_matches('#');
            let level = line.len() - words.len();
            if (1..=6).contains(&level) && words.starts_with(' ') && !is_code {
                let mut parent = headings.len().checked_sub(1);
                while let Some(above) = parent.filter(|above| headings[*above].level >= level) {
                    parent = headings[above].parent;
                }
                headings.push(Heading {
                    offset,
                    level,
                    words: words.trim(),
                    parent,
                });
            }
            offset += line.len();
        }
        Self(headings)
    }

    /// The headings that stand above `offset`, the highest first, as one line;
    /// nothing if there are none.
    fn above(&self, offset: usize) -> Option<Arc<str>> {
        let next = self.0.partition_point(|heading| heading.offset < offset);
        let mut above = match self.0.get(next) {
            // A passage that begins with a heading has that one itself.
            Some(heading) if heading.offset == offset => heading.parent,
            _ => next.checked_sub(1),
        };
        let mut trail = Vec::new();
        while let Some(heading) = above.map(|above| &self.0[above]) {
            trail.push(heading.words);
            above = heading.parent;
        }
        trail.reverse();
        (!trail.is_empty()).then(|| trail.join(" > ").into())
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
fn quarters(c: char) -> usize {
    // From the radicals to the full-width forms, and the planes of ideographs.
    match c {
        '\u{2e80}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ffef}'
        | '\u{20000}'.. => 4,
        _ => 1,
    }
}

/// The passages of one text, found window by window.
fn passages(text: &str, size: Quarters) -> Vec<&str> {
    let window_chars = size.max.saturating_mul(PASSAGES_PER_WINDOW);
    let mut passages = Vec::new();
    let mut rest = text;
    while let Some((window_end, _)) = rest.char_indices().nth(window_chars) {
        let mut found = split(&rest[..window_end], size);
        // The end of the window is no border: its last passage starts the next.
        let next = match found.pop() {
            Some((start, _)) if !found.is_empty() => start,
            only => {
                found.extend(only);
                window_end
            }
        };
        passages.extend(found.into_iter().map(|(_, passage)| passage));
        rest = &rest[next..];
    }
    passages.extend(last_passages(rest, size));
    passages
}

/// The passages of the last window. One of less than a quarter of the size at
/// the end is too little to ask about, so it is evened out with the one before.
fn last_passages(text: &str, size: Quarters) -> Vec<&str> {
    let mut passages = split(text, size);
    if let [.., (start, _), (tail_start, tail)] = passages[..]
        && Tokens.size(tail) < size.max / 4
    {
        passages.truncate(passages.len() - 2);
        passages.extend(halves(&text[start..tail_start + tail.len()], size));
    }
    passages.into_iter().map(|(_, passage)| passage).collect()
}

/// `text` whole if it fits, else in about equal parts.
fn halves(text: &str, size: Quarters) -> Vec<(usize, &str)> {
    let all = Tokens.size(text);
    if all <= size.max {
        return vec![(0, text)];
    }
    let enough = all.div_ceil(2).min(size.max);
    split_between(text, enough, Quarters { overlap: 0, ..size })
}

/// Passages of `text` and where they start. Past three quarters of the size,
/// the next good border is better than a full passage.
fn split(text: &str, size: Quarters) -> Vec<(usize, &str)> {
    split_between(text, size.max - size.max / 4, size)
}

/// Trimmed passages and where they start, from `enough` to the largest size as
/// borders allow.
fn split_between(text: &str, enough: usize, size: Quarters) -> Vec<(usize, &str)> {
    let overlap = size.overlap.min(enough.saturating_sub(1));
    let config = ChunkConfig::new(enough..=size.max)
        .with_sizer(Tokens)
        .with_overlap(overlap)
        .expect("less than enough");
    TextSplitter::new(config)
        .chunk_indices(text)
        .filter(|(_, passage)| !passage.is_empty())
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn corpus(texts: &[&str]) -> Corpus {
        let documents = texts.iter().map(|text| Document {
            path: "a.txt".into(),
            bytes: 0,
            text: (*text).to_owned(),
            pages: Vec::new(),
        });
        Corpus {
            documents: documents.collect(),
            skipped: Vec::new(),
        }
    }

    /// Passages of at most so many letters, twice the same if need be.
    fn chunks(text: &str, max: usize) -> Vec<String> {
        let max = max.max(1);
        let passages = passages(text, Quarters { max, overlap: 0 });
        passages.into_iter().map(str::to_owned).collect()
    }

    /// A page, in letters.
    const PAGE: usize = 3_000;

    #[test]
    fn boilerplate_is_used_once() {
        let chunks = chunk(
            &corpus(&["Imprint: ACME Ltd.", "A text.", "IMPRINT  acme, ltd"]),
            ChunkSize::default(),
        );
        let texts: Vec<_> = chunks.iter().map(|chunk| &*chunk.text).collect();
        assert_eq!(texts, ["Imprint: ACME Ltd.", "A text."]);
    }

    #[test]
    fn headings_travel_with_their_passages() {
        let body = "This is a sentence of some words. ".repeat(6);
        let text = format!("# One\n\n{body}\n\n## Two\n\n{body}\n\n{body}\n\n# Three\n\n{body}");
        let size = ChunkSize {
            tokens: 60,
            overlap: 0,
        };
        let chunks: Vec<_> = chunk(&corpus(&[&text.replace("some", "other"), &text]), size);
        let told: Vec<_> = chunks
            .iter()
            .map(|chunk| (&chunk.text[..5], chunk.heading.as_deref()))
            .collect();
        let one = [
            ("# One", None),
            ("## Tw", Some("One")),
            ("This ", Some("One > Two")),
            ("# Thr", None),
        ];
        assert_eq!(told[..4], one);
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
        let passages = passages(&text, size);
        for pair in passages.windows(2) {
            let first = pair[1].split_inclusive(". ").next().unwrap();
            assert!(pair[0].contains(first.trim()), "{pair:?}");
        }
        assert!(passages.last().unwrap().contains("number 199."));
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
    fn chunks_know_their_document() {
        let size = ChunkSize {
            tokens: 1,
            overlap: 0,
        };
        let chunks = chunk(&corpus(&["one two", " ", "tree"]), size);
        let texts: Vec<_> = chunks
            .iter()
            .map(|chunk| (chunk.document, &*chunk.text))
            .collect();
        assert_eq!(texts, [(0, "one"), (0, "two"), (2, "tree")]);
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
    }
}
