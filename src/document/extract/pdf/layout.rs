//! The layout of a page as readable text.

use pdfboss_output::{Block, Cell, Line, ListItem, Marker, PageLayout, Role};

use super::lines;

/// A line that ends this part of the paragraph's width before its end was
/// ended on purpose.
const SHORT_LINE: f32 = 0.25;

/// The text of a page, a blank line between its blocks.
pub(super) fn text(page: &PageLayout) -> String {
    let blocks = page.blocks.iter().map(block);
    let blocks: Vec<String> = blocks.filter(|block| !block.trim().is_empty()).collect();
    blocks.join("\n\n")
}

/// The text of a page that has no layout but blank lines.
pub(super) fn plain(text: &str) -> String {
    let mut blocks = vec![String::new()];
    for line in text.lines() {
        match (line.trim(), blocks.last_mut()) {
            ("", Some(block)) if !block.is_empty() => blocks.push(String::new()),
            (line, Some(block)) => lines::push(block, line, "\n"),
            (_, None) => {}
        }
    }
    clean(blocks.join("\n\n").trim())
}

fn block(block: &Block) -> String {
    clean(&match block {
        Block::Heading { level, lines, .. } => heading(*level, lines),
        Block::Paragraph {
            role: Role::PageHeader | Role::PageFooter,
            ..
        } => String::new(),
        Block::Paragraph { lines, .. } => paragraph(lines),
        Block::List { items, .. } => joined(items, item),
        Block::Table { rows, .. } => joined(rows, |cells| row(cells)),
    })
}

fn joined<T>(parts: &[T], text: impl Fn(&T) -> String) -> String {
    parts.iter().map(text).collect::<Vec<_>>().join("\n")
}

fn heading(level: u8, lines: &[Line]) -> String {
    let text = unwrapped(lines);
    match text.is_empty() {
        true => text,
        false => format!("{} {text}", "#".repeat(usize::from(level.clamp(1, 6)))),
    }
}

/// Lines that run to the right margin are one.
fn paragraph(lines: &[Line]) -> String {
    let start = lines
        .iter()
        .map(|line| line.x)
        .fold(f32::INFINITY, f32::min);
    let end = lines.iter().map(|line| line.end_x).fold(0.0, f32::max);
    let margin = end - (end - start) * SHORT_LINE;
    let mut text = String::new();
    let mut gap = "";
    for line in lines {
        lines::push(&mut text, &line_text(line), gap);
        gap = if line.end_x < margin { "\n" } else { " " };
    }
    text
}

fn unwrapped(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        lines::push(&mut text, &line_text(line), " ");
    }
    text
}

fn item(item: &ListItem) -> String {
    let mut text = String::new();
    for (index, line) in item.lines.iter().enumerate() {
        let line = line_text(line);
        let marker = if index == 0 { item.marker_len } else { 0 };
        let rest = line
            .char_indices()
            .nth(marker)
            .map_or("", |(place, _)| &line[place..]);
        lines::push(&mut text, rest, " ");
    }
    match item.marker {
        Marker::Bullet => format!("- {text}"),
        Marker::Number(number) => format!("{number}. {text}"),
    }
}

fn row(cells: &[Cell]) -> String {
    let cells = cells.iter().map(|cell| cell.line.as_ref().map(line_text));
    let cells = cells.map(|cell| cell.unwrap_or_default().trim().to_owned());
    let row = cells.collect::<Vec<_>>().join(" | ");
    row.trim_end_matches([' ', '|']).to_owned()
}

fn line_text(line: &Line) -> String {
    let pieces = line.inlines.iter().map(|inline| inline.text.as_str());
    pieces.collect()
}

/// Without characters that are no text: a font without names for its glyphs
/// gives control characters.
fn clean(text: &str) -> String {
    let is_text = |char: &char| !(char.is_control() && *char != '\n') && *char != '\u{AD}';
    text.chars()
        .map(|char| if char == '\t' { ' ' } else { char })
        .filter(is_text)
        .collect()
}
