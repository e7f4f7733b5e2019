//! Documents to passages, cut where a paragraph or a sentence ends.
//!
//! Loses nothing but white space at the borders, and never joins two
//! documents.

use std::sync::Arc;

use text_splitter::{ChunkConfig, TextSplitter};

use super::{Chunk, Corpus, Document};

/// Most characters of a chunk unless the user says otherwise: some 700 tokens
/// of English, a page of text. Enough for a handful of different questions,
/// little enough that they are about the passage and that a small context
/// holds it.
pub const DEFAULT_CHUNK_CHARS: usize = 3_000;

/// Chunks worth of text that the splitter sees at once: it looks through all
/// remaining borders for every chunk, and would take hours for a large file.
const CHUNKS_PER_WINDOW: usize = 16;

/// The passages of all documents, in order, of at most `max_chars` characters.
///
/// A `max_chars` of zero counts as one.
#[must_use]
pub fn chunk(corpus: &Corpus, max_chars: usize) -> Vec<Chunk> {
    let max_chars = max_chars.max(1);
    let documents = corpus.documents.iter().enumerate();
    documents
        .flat_map(|(document, Document { text, .. })| {
            let passages = passages(text, max_chars).into_iter();
            passages.map(move |passage| Chunk {
                document,
                text: Arc::from(passage),
            })
        })
        .collect()
}

/// The passages of one text, found window by window.
fn passages(text: &str, max_chars: usize) -> Vec<&str> {
    let window_chars = max_chars.saturating_mul(CHUNKS_PER_WINDOW);
    let mut passages = Vec::new();
    let mut rest = text;
    while let Some((window_end, _)) = rest.char_indices().nth(window_chars) {
        let mut found = split(&rest[..window_end], max_chars);
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
    passages.extend(last_passages(rest, max_chars));
    passages
}

/// The passages of the last window. One of less than a quarter of a chunk at
/// the end is too little to ask about, so it is evened out with the one before.
fn last_passages(text: &str, max_chars: usize) -> Vec<&str> {
    let mut passages = split(text, max_chars);
    if let [.., (start, _), (tail_start, tail)] = passages[..]
        && tail.chars().count() < max_chars / 4
    {
        passages.truncate(passages.len() - 2);
        passages.extend(halves(&text[start..tail_start + tail.len()], max_chars));
    }
    passages.into_iter().map(|(_, passage)| passage).collect()
}

/// `text` whole if it fits, else in about equal parts.
fn halves(text: &str, max_chars: usize) -> Vec<(usize, &str)> {
    let chars = text.chars().count();
    if chars <= max_chars {
        return vec![(0, text)];
    }
    split_between(text, chars.div_ceil(2).min(max_chars), max_chars)
}

/// Passages of `text` and where they start. Past three quarters of a chunk,
/// the next good border is better than a full chunk.
fn split(text: &str, max_chars: usize) -> Vec<(usize, &str)> {
    split_between(text, max_chars - max_chars / 4, max_chars)
}

/// Trimmed passages and where they start, from `enough` to `max` characters
/// as borders allow.
fn split_between(text: &str, enough: usize, max: usize) -> Vec<(usize, &str)> {
    TextSplitter::new(ChunkConfig::new(enough..=max))
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
        });
        Corpus {
            documents: documents.collect(),
            skipped: Vec::new(),
        }
    }

    fn chunks(text: &str, max_chars: usize) -> Vec<String> {
        chunk(&corpus(&[text]), max_chars)
            .iter()
            .map(|chunk| chunk.text.to_string())
            .collect()
    }

    fn lengths(text: &str, max_chars: usize) -> Vec<usize> {
        chunks(text, max_chars)
            .iter()
            .map(|chunk| chunk.chars().count())
            .collect()
    }

    #[test]
    fn chunks_know_their_document() {
        let chunks = chunk(&corpus(&["one two", " ", "three"]), 5);
        let texts: Vec<_> = chunks
            .iter()
            .map(|chunk| (chunk.document, &*chunk.text))
            .collect();
        assert_eq!(texts, [(0, "one"), (0, "two"), (2, "three")]);
    }

    #[test]
    fn a_text_that_fits_is_one_trimmed_chunk() {
        assert_eq!(
            chunks("\n Title\n\nA text. \n", DEFAULT_CHUNK_CHARS),
            ["Title\n\nA text."]
        );
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
        let chunks = chunks(
            &format!("# One\n\n{body}\n\n# Two\n\n{body}"),
            DEFAULT_CHUNK_CHARS,
        );
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
        let chunks = chunks(&text, 3_000);
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
