//! The sentences of a passage, word for word.
//!
//! A modest splitter for prose, lists and tables of any script. Every slice it
//! gives is a slice of the passage and holds at least one letter or digit.

use std::ops::Range;

/// A text together with where its sentences are.
#[derive(Debug)]
pub(super) struct Passage<'a> {
    text: &'a str,
    sentences: Vec<Range<usize>>,
}

/// Characters after which a sentence is cut even where it does not end.
const LONGEST_SENTENCE_CHARS: usize = 400;

/// Words whose full stop does not end a sentence, without it.
const ABBREVIATIONS: &[&str] = &[
    "al", "approx", "bzw", "ca", "capt", "cf", "co", "dr", "e.g", "ed", "etc", "fig", "gen", "i.e",
    "inc", "jr", "ltd", "mr", "mrs", "ms", "mt", "no", "nos", "nr", "p", "pp", "prof", "rev",
    "sec", "sr", "st", "vol", "vs", "z.b",
];

impl<'a> Passage<'a> {
    /// Splits `text`; a text without letters and digits has no sentences.
    pub(super) fn new(text: &'a str) -> Self {
        let sentences = blocks(text)
            .into_iter()
            .flat_map(|block| sentence_ends(text, block))
            .flat_map(|sentence| cut_long(text, sentence))
            .filter_map(|sentence| trimmed(text, sentence))
            .collect();
        Self { text, sentences }
    }

    /// How many sentences there are.
    pub(super) fn len(&self) -> usize {
        self.sentences.len()
    }

    /// The sentence at `index`.
    pub(super) fn sentence(&self, index: usize) -> &'a str {
        &self.text[self.sentences[index].clone()]
    }

    /// From the first to the last of `sentences`, with all that is between.
    pub(super) fn stretch(&self, sentences: Range<usize>) -> &'a str {
        let start = self.sentences[sentences.start].start;
        &self.text[start..self.sentences[sentences.end - 1].end]
    }
}

/// Paragraphs, list items, headings and table rows.
fn blocks(text: &str) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    let mut flows = false;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let body = line.trim();
        let marker = marker_bytes(body);
        match blocks.last_mut() {
            Some(block) if flows && marker == 0 => block.end = end,
            _ => blocks.push(start + line.len() - line.trim_start().len() + marker..end),
        }
        flows = !body.is_empty() && !body.starts_with(['#', '|']);
        start = end;
    }
    blocks.retain(|block| block.start < block.end);
    blocks
}

/// Length of the bullet, number, heading or table mark that opens `line`.
fn marker_bytes(line: &str) -> usize {
    let body = line.trim_start_matches(['#', '|', '>', '-', '*', '+', '•', '–']);
    if body.len() < line.len() && (body.starts_with(' ') || line.starts_with(['#', '|', '•'])) {
        return line.len() - body.len();
    }
    let body = line.trim_start_matches(|c: char| c.is_ascii_digit());
    match body.strip_prefix(['.', ')']) {
        Some(rest) if body.len() < line.len() && rest.starts_with(' ') => line.len() - rest.len(),
        _ => 0,
    }
}

fn sentence_ends(text: &str, block: Range<usize>) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = block.start;
    let mut chars = text[block.clone()].char_indices().peekable();
    while let Some((index, mark)) = chars.next() {
        if !matches!(mark, '.' | '!' | '?' | '…' | '。' | '！' | '？') {
            continue;
        }
        while chars.next_if(|(_, next)| closes(*next)).is_some() {}
        let end = chars
            .peek()
            .map_or(block.end, |(next, _)| block.start + next);
        let before = &text[start..block.start + index];
        if ends_here(before, mark, &text[end..block.end]) {
            sentences.push(start..end);
            start = end;
        }
    }
    sentences.push(start..block.end);
    sentences
}

/// Whether `c` belongs to the mark before it.
fn closes(c: char) -> bool {
    matches!(
        c,
        '.' | '!' | '?' | '"' | '\'' | ')' | ']' | '”' | '’' | '»' | '」' | '』' | '）'
    )
}

fn ends_here(before: &str, mark: char, after: &str) -> bool {
    if matches!(mark, '。' | '！' | '？') {
        return true;
    }
    let follows_on = after.trim_start().starts_with(char::is_lowercase);
    let spaced = after.is_empty() || after.starts_with(char::is_whitespace);
    spaced && !follows_on && !(mark == '.' && is_abbreviation(before))
}

/// Whether the last word of `before` is an abbreviation or an initial.
fn is_abbreviation(before: &str) -> bool {
    let word = before
        .rsplit(|c: char| c.is_whitespace() || c == '(')
        .next();
    let word = word.unwrap_or_default();
    let is_initial = word.len() == 1 && word.starts_with(|c: char| c.is_ascii_uppercase());
    is_initial || ABBREVIATIONS.contains(&word.to_lowercase().as_str())
}

/// `sentence` in pieces of a bearable length, cut between words if it has any.
fn cut_long(text: &str, sentence: Range<usize>) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = sentence.start;
    while let Some((limit, _)) = text[start..sentence.end]
        .char_indices()
        .nth(LONGEST_SENTENCE_CHARS)
    {
        let piece = &text[start..start + limit];
        let length = piece.rfind(char::is_whitespace).filter(|&space| space > 0);
        let end = start + length.unwrap_or(limit);
        pieces.push(start..end);
        start = end;
    }
    pieces.push(start..sentence.end);
    pieces
}

/// `sentence` without space and table borders around it; `None` if it is bare.
fn trimmed(text: &str, sentence: Range<usize>) -> Option<Range<usize>> {
    let piece = &text[sentence.clone()];
    if !piece.contains(char::is_alphanumeric) {
        return None;
    }
    let is_edge = |c: char| c.is_whitespace() || c == '|' || c == '\0';
    let start = sentence.end - piece.trim_start_matches(is_edge).len();
    let end = sentence.start + piece.trim_end_matches(is_edge).len();
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(text: &str) -> Vec<&str> {
        let passage = Passage::new(text);
        (0..passage.len())
            .map(|index| passage.sentence(index))
            .collect()
    }

    #[test]
    fn prose_is_split_at_its_full_stops() {
        assert_eq!(
            sentences("Dr. A. Roy paid 3.5 euros. Did she? \"Yes!\" It rained, e.g. in Bonn."),
            [
                "Dr. A. Roy paid 3.5 euros.",
                "Did she?",
                "\"Yes!\"",
                "It rained, e.g. in Bonn."
            ]
        );
    }

    #[test]
    fn lists_headings_and_tables_are_split_by_line() {
        assert_eq!(
            sentences(
                "# Fruit\nApples are\ngreen.\n- a pear\n* a plum\n2. a fig\n| a | b |\n|---|---|\n"
            ),
            [
                "Fruit",
                "Apples are\ngreen.",
                "a pear",
                "a plum",
                "a fig",
                "a | b"
            ]
        );
    }

    #[test]
    fn a_script_without_spaces_is_split_too() {
        assert_eq!(
            sentences("今日は晴れ。明日は雨！"),
            ["今日は晴れ。", "明日は雨！"]
        );
    }

    #[test]
    fn an_endless_line_is_cut_between_words() {
        let line = "word ".repeat(1000);
        assert!(
            sentences(&line)
                .iter()
                .all(|piece| piece.ends_with("word") && piece.len() <= 400)
        );
    }

    #[test]
    fn a_text_without_words_has_no_sentences() {
        assert!(
            ["", "...", "|---|", "\n\n- \n", "?!"]
                .iter()
                .all(|text| sentences(text).is_empty())
        );
    }
}
