//! Running headers and footers by their place: what most pages have at the
//! same height of their upper or lower margin, numbers aside.
//!
//! How they look does not matter: large type makes a line a heading, and no
//! heading of the text is taken for furniture.

use std::collections::HashMap;

use pdfboss_core::Rect;
use pdfboss_output::{Block, Line, PageLayout};

use super::furniture::{LEAST_PAGES, Running};
use super::layout::line_text;

/// Height of a margin in points: an inch, as most programs set it.
const MARGIN: f32 = 72.0;

/// Most of a small page that is margin.
const PART: f32 = 0.125;

/// A height in a margin.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    /// Whole points, as bits, below the upper edge.
    Top(u32),
    /// Whole points, as bits, above the lower edge.
    Bottom(u32),
}

impl Place {
    fn of(line: &Line, size: Rect) -> Option<Self> {
        let (bottom, top) = (size.y0.min(size.y1), size.y0.max(size.y1));
        let margin = MARGIN.min((top - bottom) * PART);
        let points = |distance: f32| distance.round().max(0.0).to_bits();
        match (top - line.y, line.y - bottom) {
            (below, _) if below <= margin => Some(Self::Top(points(below))),
            (_, above) if above <= margin => Some(Self::Bottom(points(above))),
            _ => None,
        }
    }
}

/// Removes the lines that run in the margins of pages of these sizes.
pub(super) fn remove(pages: &mut [PageLayout], sizes: &[Rect]) {
    if pages.len() < LEAST_PAGES {
        return;
    }
    let margins = pages.iter().zip(sizes);
    let margins: Vec<_> = margins
        .map(|(page, size)| margins_of(page, *size))
        .collect();
    let running = running(&margins);
    for (index, (page, size)) in pages.iter_mut().zip(sizes).enumerate() {
        let runs = |line: &Line| {
            let place = Place::of(line, *size);
            let running = place.and_then(|place| Some((running.get(&place)?, place)));
            running.is_some_and(|(running, place)| running.runs(index, &margins[index][&place]))
        };
        page.blocks.iter_mut().for_each(|block| cut(block, runs));
    }
}

/// The text at each place in the margins of a page.
fn margins_of(page: &PageLayout, size: Rect) -> HashMap<Place, String> {
    let mut margins: HashMap<Place, String> = HashMap::new();
    for line in page.blocks.iter().flat_map(lines) {
        let Some(place) = Place::of(line, size) else {
            continue;
        };
        let text = margins.entry(place).or_default();
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(line_text(line).trim());
    }
    margins
}

/// What runs at each place where most pages have text.
fn running(pages: &[HashMap<Place, String>]) -> HashMap<Place, Running> {
    let mut by_place: HashMap<Place, Vec<(usize, &str)>> = HashMap::new();
    for (index, margins) in pages.iter().enumerate() {
        for (place, text) in margins {
            by_place.entry(*place).or_default().push((index, text));
        }
    }
    by_place
        .into_iter()
        .filter(|(_, texts)| texts.len() * 2 > pages.len())
        .map(|(place, texts)| (place, Running::of(pages.len(), texts.into_iter())))
        .collect()
}

fn lines(block: &Block) -> Vec<&Line> {
    match block {
        Block::Heading { lines, .. } | Block::Paragraph { lines, .. } => lines.iter().collect(),
        Block::List { items, .. } => items.iter().flat_map(|item| &item.lines).collect(),
        Block::Table { rows, .. } => {
            let cells = rows.iter().flatten();
            cells.filter_map(|cell| cell.line.as_ref()).collect()
        }
    }
}

/// Removes the lines of a block that run; of a list, whole items.
fn cut(block: &mut Block, runs: impl Fn(&Line) -> bool) {
    match block {
        Block::Heading { lines, .. } | Block::Paragraph { lines, .. } => {
            lines.retain(|line| !runs(line));
        }
        Block::List { items, .. } => items.retain(|item| !item.lines.iter().all(&runs)),
        Block::Table { rows, .. } => {
            for cell in rows.iter_mut().flatten() {
                cell.line.take_if(|line| runs(line));
            }
        }
    }
}
