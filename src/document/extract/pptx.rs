//! Presentations: a section for each slide, in the order of the talk, with the
//! speaker's notes below it.
//!
//! Hidden slides, slide numbers, dates and footers are not read.

use super::archive::Archive;
use super::prose::Prose;
use super::relations::Relations;
use super::text::rest;
use super::xml::{Node, Nodes};
use super::{Limits, Refusal, Section};

const PRESENTATION: &str = "ppt/presentation.xml";

/// What a shape on a slide is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    /// Text that somebody put there.
    #[default]
    Free,
    Title,
    /// Points, an item each.
    Body,
    /// What every slide shows.
    Furniture,
}

/// The text of each slide.
pub(super) fn sections(content: Vec<u8>, limits: Limits) -> Result<Vec<Section>, Refusal> {
    let mut archive = Archive::open(content, limits)?;
    let relations = Relations::of(&mut archive, PRESENTATION, limits)?;
    let mut sections = Vec::new();
    let mut used = 0;
    for (page, id) in (1..).zip(slide_ids(&archive.part(PRESENTATION)?, limits)?) {
        let Some(part) = relations.part(&id) else {
            continue;
        };
        let section = slide(&mut archive, part, page, rest(limits, used))?;
        used += section.as_ref().map_or(0, |section| section.text.len());
        sections.extend(section);
    }
    Ok(sections)
}

fn slide_ids(xml: &str, limits: Limits) -> Result<Vec<String>, Refusal> {
    let mut ids = Vec::new();
    let mut nodes = Nodes::new(xml, limits);
    while let Some(node) = nodes.next()? {
        if let Node::Start(element) = node
            && element.name() == "sldId"
            && let Some(id) = element.prefixed_attribute("id")
        {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// The text of a slide, unless it is hidden.
fn slide(
    archive: &mut Archive,
    part: &str,
    page: u32,
    limits: Limits,
) -> Result<Option<Section>, Refusal> {
    let xml = archive.part(part)?;
    if is_hidden(&xml, limits)? {
        return Ok(None);
    }
    let mut slide = Slide::new(limits);
    slide.read(&xml, limits)?;
    let relations = Relations::of(archive, part, limits)?;
    if let Some(notes) = relations.of_kind("notesSlide")
        && let Some(xml) = archive.find(notes)?
    {
        slide.is_notes = true;
        slide.read(&xml, limits)?;
    }
    Ok(Some(slide.prose.into_section(Some(page))))
}

/// Whether a slide is left out of the talk.
fn is_hidden(xml: &str, limits: Limits) -> Result<bool, Refusal> {
    let mut nodes = Nodes::new(xml, limits);
    while let Some(node) = nodes.next()? {
        if let Node::Start(slide) = node {
            let show = slide.attribute("show");
            return Ok(matches!(show.as_deref(), Some("0" | "false")));
        }
    }
    Ok(false)
}

/// A slide in the making, and where on it the reader is.
struct Slide {
    prose: Prose,
    place: Place,
    is_notes: bool,
    depth: usize,
    /// Whether the paragraph has begun to be written.
    has_begun: bool,
    in_text: bool,
}

impl Slide {
    fn new(limits: Limits) -> Self {
        Self {
            prose: Prose::new(limits),
            place: Place::Free,
            is_notes: false,
            depth: 0,
            has_begun: false,
            in_text: false,
        }
    }

    fn read(&mut self, xml: &str, limits: Limits) -> Result<(), Refusal> {
        let mut nodes = Nodes::new(xml, limits);
        while let Some(node) = nodes.next()? {
            match node {
                Node::Start(element) => match element.name() {
                    "Fallback" => nodes.skip()?,
                    "ph" => self.place = place(element.attribute("type").as_deref()),
                    "pPr" => {
                        let level = element.attribute("lvl");
                        self.depth = level.and_then(|level| level.parse().ok()).unwrap_or(0);
                    }
                    name => self.start(name),
                },
                Node::End(name) => self.end(&name),
                Node::Text(text) if self.in_text && self.place != Place::Furniture => {
                    self.begin();
                    self.prose.words(&text)?;
                }
                Node::Text(_) => {}
            }
        }
        Ok(())
    }

    fn start(&mut self, name: &str) {
        match name {
            "sp" | "graphicFrame" => {
                self.place = Place::Free;
                self.prose.paragraph();
            }
            "p" => {
                self.depth = 0;
                // A title is one heading, however many lines it has.
                self.has_begun &= self.place == Place::Title;
            }
            "t" => self.in_text = true,
            "br" | "tab" => self.prose.space(),
            "tbl" => self.prose.open_table(),
            "tr" => self.prose.open_row(),
            "tc" => self.prose.open_cell(),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "sp" => {
                self.prose.end();
                self.has_begun = false;
                self.prose.paragraph();
            }
            "p" if self.place == Place::Title => self.prose.space(),
            "p" => self.prose.line(),
            "t" => self.in_text = false,
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
        match self.place {
            Place::Title => self.prose.heading(1),
            Place::Body if !self.is_notes => self.prose.item(self.depth),
            _ => self.prose.line(),
        }
    }
}

/// A placeholder without a type is one for points.
fn place(placeholder: Option<&str>) -> Place {
    match placeholder {
        Some("title" | "ctrTitle") => Place::Title,
        None | Some("body" | "obj") => Place::Body,
        Some("sldNum" | "dt" | "ftr" | "hdr" | "sldImg") => Place::Furniture,
        Some(_) => Place::Free,
    }
}
