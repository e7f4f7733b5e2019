//! `OpenDocument` texts and spreadsheets.
//!
//! Running headers and footers, tables of contents, indexes, comments, deleted
//! text, and hidden text, sheets and rows are not read; rows that only a filter
//! hides are.

use std::collections::HashSet;

use super::archive::Archive;
use super::prose::Prose;
use super::sheet::{COLUMNS, Sheet};
use super::text::rest;
use super::xml::{Element, Node, Nodes};
use super::{Limits, Refusal, Section};

/// Most rows of the programs that write spreadsheets.
const ROWS: usize = 1_048_576;

/// The text of a document as one section.
pub(super) fn text_sections(content: Vec<u8>, limits: Limits) -> Result<Vec<Section>, Refusal> {
    let xml = main_part(content, limits)?;
    let mut nodes = Nodes::new(&xml, limits);
    let mut document = Document {
        prose: Prose::new(limits),
        lists: 0,
        open: 0,
        note_paragraphs: None,
    };
    let mut hidden = HashSet::new();
    while let Some(node) = nodes.next()? {
        match node {
            Node::Start(element) if element.name() == "automatic-styles" => {
                hidden = hidden_styles(&mut nodes)?;
            }
            Node::Start(element) if is_not_shown(&element, &hidden) => nodes.skip()?,
            Node::Start(element) => document.start(&element)?,
            Node::End(name) => document.end(&name),
            Node::Text(text) if document.open > 0 => document.prose.words(&text)?,
            Node::Text(_) => {}
        }
    }
    Ok(vec![document.prose.into_section(None)])
}

/// The rows of each sheet as a section.
pub(super) fn sheet_sections(content: Vec<u8>, limits: Limits) -> Result<Vec<Section>, Refusal> {
    let xml = main_part(content, limits)?;
    let mut nodes = Nodes::new(&xml, limits);
    let mut hidden = HashSet::new();
    let mut sections = Vec::new();
    let mut used = 0;
    while let Some(node) = nodes.next()? {
        let Node::Start(element) = node else { continue };
        match element.name() {
            "automatic-styles" => hidden = hidden_styles(&mut nodes)?,
            "table" if has_style(&element, &hidden) => nodes.skip()?,
            "table" => {
                let name = element.attribute("name").unwrap_or_default();
                let sheet = sheet(&name, &mut nodes, rest(limits, used))?;
                used += sheet.as_ref().map_or(0, |section| section.text.len());
                sections.extend(sheet);
            }
            _ => {}
        }
    }
    Ok(sections)
}

/// The styles, of those whose start was read, of what is not shown.
fn hidden_styles(nodes: &mut Nodes) -> Result<HashSet<String>, Refusal> {
    let mut hidden = HashSet::new();
    let mut name = String::new();
    while let Some(node) = nodes.next()? {
        match node {
            Node::Start(element) if element.name() == "style" => {
                name = element.attribute("name").unwrap_or_default();
            }
            Node::Start(element)
                if matches!(element.name(), "text-properties" | "table-properties")
                    && matches!(
                        element.attribute("display").as_deref(),
                        Some("none" | "false")
                    ) =>
            {
                hidden.insert(name.clone());
            }
            Node::End(name) if name == "automatic-styles" => break,
            _ => {}
        }
    }
    Ok(hidden)
}

fn has_style(element: &Element, styles: &HashSet<String>) -> bool {
    !styles.is_empty()
        && element
            .attribute("style-name")
            .is_some_and(|style| styles.contains(&style))
}

/// Whether an element of a text is not part of what is read.
fn is_not_shown(element: &Element, hidden: &HashSet<String>) -> bool {
    match element.name() {
        "annotation" | "tracked-changes" | "note-citation" | "title" | "desc" | "ruby-text"
        | "table-of-content" | "illustration-index" | "table-index" | "alphabetical-index" => true,
        "p" | "h" | "span" => has_style(element, hidden),
        _ => false,
    }
}

fn main_part(content: Vec<u8>, limits: Limits) -> Result<String, Refusal> {
    let mut archive = Archive::open(content, limits)?;
    let manifest = archive.find("META-INF/manifest.xml")?.unwrap_or_default();
    if manifest.contains("encryption-data") {
        return Err(Refusal::Encrypted);
    }
    archive.part("content.xml")
}

/// A text document in the making, and where in it the reader is.
struct Document {
    prose: Prose,
    lists: usize,
    /// Paragraphs and headings that are open.
    open: usize,
    /// Paragraphs of the note that is open.
    note_paragraphs: Option<usize>,
}

impl Document {
    fn start(&mut self, element: &Element) -> Result<(), Refusal> {
        match element.name() {
            "h" => {
                self.open += 1;
                self.prose.heading(number(element, "outline-level").max(1));
            }
            "p" => {
                self.open += 1;
                self.gap();
                self.note_paragraphs = self.note_paragraphs.map(|count| count + 1);
            }
            "s" | "tab" => self.prose.space(),
            "line-break" => self.prose.line(),
            "note-body" => {
                self.prose.words(" (")?;
                self.note_paragraphs = Some(0);
            }
            "list" => {
                self.lists += 1;
                self.gap();
            }
            "list-item" | "list-header" => self.prose.item(self.lists.saturating_sub(1)),
            "table" => self.prose.open_table(),
            "table-row" => self.prose.open_row(),
            "table-cell" => self.prose.open_cell(),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) {
        match name {
            "h" => {
                self.open = self.open.saturating_sub(1);
                self.prose.end();
                self.prose.paragraph();
            }
            "p" => {
                self.open = self.open.saturating_sub(1);
                if self.note_paragraphs.is_none() {
                    self.gap();
                }
            }
            "note-body" => {
                self.note_paragraphs = None;
                // The limit was asked for what is in the brackets.
                let _ = self.prose.words(")");
            }
            "list" => {
                self.lists = self.lists.saturating_sub(1);
                self.gap();
            }
            "list-item" | "list-header" => self.prose.end(),
            "table" => self.prose.close_table(),
            "table-row" => self.prose.close_row(),
            "table-cell" => self.prose.close_cell(),
            _ => {}
        }
    }

    /// Paragraphs stand apart, but not in a list, nor in a footnote.
    fn gap(&mut self) {
        match (&mut self.note_paragraphs, self.lists) {
            (Some(0), _) => {}
            (Some(_), _) => self.prose.space(),
            (None, 0) => self.prose.paragraph(),
            (None, _) => self.prose.line(),
        }
    }
}

fn number(element: &Element, name: &str) -> usize {
    let value = element.attribute(name);
    value.and_then(|value| value.parse().ok()).unwrap_or(0)
}

/// A cell that is being read.
#[derive(Default)]
struct Cell {
    times: usize,
    value: String,
    shown: String,
}

/// The table whose start was read.
fn sheet(name: &str, nodes: &mut Nodes, limits: Limits) -> Result<Option<Section>, Refusal> {
    let mut sheet = Sheet::new(name, limits);
    let mut column = 0;
    let mut times = 1;
    let mut cell = Cell::default();
    while let Some(node) = nodes.next()? {
        match node {
            Node::Start(element) => match element.name() {
                "annotation" | "shapes" => nodes.skip()?,
                "table-row" if is_collapsed(&element) => nodes.skip()?,
                "table-row" => {
                    times = number(&element, "number-rows-repeated").clamp(1, ROWS);
                    column = 0;
                }
                "table-cell" | "covered-table-cell" => cell = new_cell(&element),
                "p" if !cell.shown.is_empty() => cell.shown.push(' '),
                "s" => cell.shown.push(' '),
                _ => {}
            },
            Node::Text(text) => cell.shown.push_str(&text),
            Node::End(name) => match name.as_str() {
                "table-cell" | "covered-table-cell" => {
                    column = add(&mut sheet, column, &std::mem::take(&mut cell))?;
                }
                "table-row" => sheet.end_row(times)?,
                "table" => break,
                _ => {}
            },
        }
    }
    sheet.into_section()
}

/// Whether a row is hidden, alone or with its group.
fn is_collapsed(row: &Element) -> bool {
    row.attribute("visibility").as_deref() == Some("collapse")
}

fn new_cell(element: &Element) -> Cell {
    let values = [
        "value",
        "date-value",
        "time-value",
        "boolean-value",
        "string-value",
    ];
    let value = values.iter().find_map(|name| element.attribute(name));
    Cell {
        times: number(element, "number-columns-repeated").clamp(1, COLUMNS),
        value: value.unwrap_or_default(),
        shown: String::new(),
    }
}

/// Adds a cell as often as it is repeated and returns the next column.
fn add(sheet: &mut Sheet, column: usize, cell: &Cell) -> Result<usize, Refusal> {
    let is_shown = !cell.shown.trim().is_empty();
    let shown = if is_shown { &cell.shown } else { &cell.value };
    let next = (column + cell.times).min(COLUMNS);
    (column..next).try_for_each(|column| sheet.cell(column, shown))?;
    Ok(next)
}
