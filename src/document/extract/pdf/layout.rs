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
        Block::Paragraph { lines, .. } => paragraph(lines.iter().map(Stretch::of)),
        Block::List { items, .. } => joined(items, item),
        Block::Table { rows, .. } if is_table(rows) => joined(rows, |cells| row(cells)),
        Block::Table { rows, .. } => {
            paragraph(rows.iter().filter_map(|cells| Stretch::across(cells)))
        }
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

/// Text on one line, and where it begins and ends.
struct Stretch {
    text: String,
    start: f32,
    end: f32,
}

impl Stretch {
    fn of(line: &Line) -> Self {
        Self {
            text: line_text(line),
            start: line.x,
            end: line.end_x,
        }
    }

    /// The cells of a row as one line.
    fn across(cells: &[Cell]) -> Option<Self> {
        let lines = cells.iter().filter_map(|cell| cell.line.as_ref());
        lines.map(Self::of).reduce(|before, after| Self {
            text: format!("{} {}", before.text, after.text),
            start: before.start.min(after.start),
            end: before.end.max(after.end),
        })
    }
}

/// Lines that run to the right margin are one.
fn paragraph(lines: impl Iterator<Item = Stretch>) -> String {
    let lines: Vec<Stretch> = lines.collect();
    let starts = lines.iter().map(|line| line.start);
    let start = starts.fold(f32::INFINITY, f32::min);
    let end = lines.iter().map(|line| line.end).fold(0.0, f32::max);
    let margin = end - (end - start) * SHORT_LINE;
    let mut text = String::new();
    let mut gap = "";
    for line in &lines {
        lines::push(&mut text, &line.text, gap);
        gap = if line.end < margin { "\n" } else { " " };
    }
    text
}

/// Whether many rows have several cells. Where few have, wide spaces between
/// the words of a justified paragraph were taken for columns.
fn is_table(rows: &[Vec<Cell>]) -> bool {
    let has_columns = |row: &&Vec<Cell>| row.iter().filter(|cell| cell.line.is_some()).count() > 1;
    rows.iter().filter(has_columns).count() * 3 >= rows.len()
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

/// The words of a line.
pub(super) fn line_text(line: &Line) -> String {
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

#[cfg(test)]
mod tests {
    use pdfboss_output::{BBox, Inline};

    use super::*;

    const NOWHERE: BBox = BBox {
        x0: 0.0,
        y0: 0.0,
        x1: 0.0,
        y1: 0.0,
    };

    fn cell((text, x, end_x): (&str, f32, f32)) -> Cell {
        let inline = Inline {
            text: text.to_owned(),
            bold: false,
            italic: false,
            code: false,
        };
        let line = Line {
            inlines: vec![inline],
            y: 0.0,
            x,
            end_x,
            size: 10.0,
        };
        Cell {
            line: (!text.is_empty()).then_some(line),
            colspan: 1,
            rowspan: 1,
        }
    }

    fn table(rows: &[&[(&str, f32, f32)]]) -> String {
        let rows = rows.iter().map(|row| row.iter().copied().map(cell));
        block(&Block::Table {
            rows: rows.map(Iterator::collect).collect(),
            bbox: NOWHERE,
        })
    }

    #[test]
    fn wide_spaces_in_a_paragraph_are_no_columns() {
        let first = ("responsibilities for", 10.0, 40.0);
        assert_eq!(
            table(&[
                &[first, ("the mainten-", 50.0, 95.0)],
                &[("ance of lights", 10.0, 93.0), ("", 0.0, 0.0)],
                &[("along the coast.", 10.0, 40.0)],
                &[("The end.", 10.0, 30.0)],
            ]),
            "responsibilities for the maintenance of lights along the coast.\nThe end."
        );
        let wrapped = [("and shells", 50.0, 95.0)];
        assert_eq!(
            table(&[&[("depth", 10.0, 20.0), ("mud", 50.0, 70.0)], &wrapped]),
            "depth | mud\nand shells"
        );
    }
}
