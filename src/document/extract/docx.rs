//! Word documents: headings by style or outline, lists, tables and notes.
//!
//! Running headers and footers, tables of contents, indexes, hidden and deleted
//! text, field codes and comments are not read.

use std::collections::HashMap;

use super::archive::Archive;
use super::prose::Prose;
use super::relations::Relations;
use super::xml::{Element, Node, Nodes};
use super::{Limits, Refusal, Section};

/// Where the text is unless the archive says otherwise.
const MAIN: &str = "word/document.xml";

/// What a paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    #[default]
    Plain,
    /// A heading of this level.
    Heading(usize),
    /// An item in this many lists.
    Item(usize),
    /// A line of a table of contents or an index.
    Entry,
}

/// The text of a document as one section.
pub(super) fn sections(content: Vec<u8>, limits: Limits) -> Result<Vec<Section>, Refusal> {
    let mut archive = Archive::open(content, limits)?;
    let styles = match archive.find("word/styles.xml")? {
        Some(xml) => styles(&xml, limits)?,
        None => HashMap::new(),
    };
    let main = Relations::of(&mut archive, "", limits)?;
    let main = main.of_kind("officeDocument").unwrap_or(MAIN);
    let mut body = Body::new(styles, limits);
    body.read(&archive.part(main)?, limits)?;
    for notes in ["word/footnotes.xml", "word/endnotes.xml"] {
        if let Some(xml) = archive.find(notes)? {
            body.read(&xml, limits)?;
        }
    }
    Ok(vec![body.prose.into_section(None)])
}

/// The styles that mean more than looks, by identifier.
fn styles(xml: &str, limits: Limits) -> Result<HashMap<String, Kind>, Refusal> {
    let mut styles = HashMap::new();
    let mut id = String::new();
    let mut nodes = Nodes::new(xml, limits);
    while let Some(node) = nodes.next()? {
        let Node::Start(element) = node else { continue };
        match element.name() {
            "style" => id = element.attribute("styleId").unwrap_or_default(),
            "name" => {
                let name = element.attribute("val").unwrap_or_default();
                if let Some(kind) = kind_of_style(&name.to_lowercase()) {
                    styles.insert(id.clone(), kind);
                }
            }
            "outlineLvl" => {
                let level = outline_level(&element);
                styles.entry(id.clone()).or_insert(level);
            }
            _ => {}
        }
    }
    Ok(styles)
}

fn kind_of_style(name: &str) -> Option<Kind> {
    if name == "title" {
        return Some(Kind::Heading(1));
    }
    if let Some(level) = name.strip_prefix("heading ") {
        return level.parse().ok().map(Kind::Heading);
    }
    let entries = ["toc ", "index ", "table of figures", "contents heading"];
    if entries.iter().any(|entry| name.starts_with(entry)) {
        return Some(Kind::Entry);
    }
    let is_list = name.starts_with("list bullet") || name.starts_with("list number");
    is_list.then(|| {
        let depth = name.rsplit(' ').next().and_then(|depth| depth.parse().ok());
        Kind::Item(depth.map_or(0, |depth: usize| depth.saturating_sub(1)))
    })
}

/// Levels are counted from 0, and 9 is running text.
fn outline_level(element: &Element) -> Kind {
    match value(element) {
        Some(level @ 0..9) => Kind::Heading(level + 1),
        _ => Kind::Plain,
    }
}

/// Whether an element holds what older programs see, what was moved elsewhere,
/// how the text looked before a change, or how it is spoken.
fn is_not_shown(name: &str) -> bool {
    matches!(
        name,
        "Fallback" | "moveFrom" | "pPrChange" | "rPrChange" | "rt"
    )
}

/// Whether a property that can be switched off is on.
fn is_on(element: &Element) -> bool {
    !matches!(
        element.attribute("val").as_deref(),
        Some("0" | "false" | "off")
    )
}

fn value(element: &Element) -> Option<usize> {
    element.attribute("val")?.parse().ok()
}

/// A document in the making, and where in it the reader is.
struct Body {
    styles: HashMap<String, Kind>,
    prose: Prose,
    kind: Kind,
    /// Whether the paragraph has begun to be written.
    has_begun: bool,
    in_properties: bool,
    run: Run,
}

/// The characters of one look that the reader is in.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    is_hidden: bool,
    in_text: bool,
}

impl Body {
    fn new(styles: HashMap<String, Kind>, limits: Limits) -> Self {
        Self {
            styles,
            prose: Prose::new(limits),
            kind: Kind::Plain,
            has_begun: false,
            in_properties: false,
            run: Run::default(),
        }
    }

    fn read(&mut self, xml: &str, limits: Limits) -> Result<(), Refusal> {
        let mut nodes = Nodes::new(xml, limits);
        while let Some(node) = nodes.next()? {
            match node {
                Node::Start(element) if is_not_shown(element.name()) => nodes.skip()?,
                Node::Start(element) if self.in_properties => self.property(&element),
                Node::Start(element) => self.start(&element)?,
                Node::End(name) => self.end(&name),
                Node::Text(text) if self.is_shown() => {
                    self.begin();
                    self.prose.words(&text)?;
                }
                Node::Text(_) => {}
            }
        }
        self.prose.paragraph();
        Ok(())
    }

    fn property(&mut self, element: &Element) {
        match element.name() {
            "pStyle" => {
                let style = element.attribute("val").unwrap_or_default();
                self.kind = self.styles.get(&style).copied().unwrap_or_default();
            }
            "outlineLvl" if self.kind == Kind::Plain => self.kind = outline_level(element),
            "numId" if matches!(self.kind, Kind::Item(_)) && value(element) == Some(0) => {
                self.kind = Kind::Plain;
            }
            "numId" if self.kind == Kind::Plain && value(element) != Some(0) => {
                self.kind = Kind::Item(0);
            }
            "ilvl" if !matches!(self.kind, Kind::Heading(_)) => {
                self.kind = Kind::Item(value(element).unwrap_or_default());
            }
            _ => {}
        }
    }

    fn is_shown(&self) -> bool {
        self.run.in_text && !self.run.is_hidden && self.kind != Kind::Entry
    }

    fn start(&mut self, element: &Element) -> Result<(), Refusal> {
        match element.name() {
            "p" => {
                self.kind = Kind::Plain;
                self.has_begun = false;
                self.prose.line();
            }
            "pPr" => self.in_properties = true,
            "r" => self.run = Run::default(),
            "vanish" => self.run.is_hidden = is_on(element),
            "t" => self.run.in_text = true,
            "tab" | "ptab" => self.prose.space(),
            "br" | "cr" => self.prose.line(),
            "noBreakHyphen" => self.prose.words("-")?,
            "tbl" => self.prose.open_table(),
            "tr" => self.prose.open_row(),
            "tc" => self.prose.open_cell(),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" => {
                self.prose.end();
                match self.kind {
                    Kind::Item(_) => self.prose.line(),
                    _ => self.prose.paragraph(),
                }
            }
            "pPr" => self.in_properties = false,
            "t" => self.run.in_text = false,
            "tbl" => self.prose.close_table(),
            "tr" => self.prose.close_row(),
            "tc" => self.prose.close_cell(),
            _ => {}
        }
    }

    fn begin(&mut self) {
        if std::mem::replace(&mut self.has_begun, true) {
            return;
        }
        match self.kind {
            Kind::Plain | Kind::Entry => self.prose.paragraph(),
            Kind::Heading(level) => self.prose.heading(level),
            Kind::Item(depth) => self.prose.item(depth),
        }
    }
}
