//! Electronic books: a section for each chapter, in reading order.
//!
//! Tables of contents are not read.

use std::collections::HashMap;

use super::archive::{Archive, resolve};
use super::text::rest;
use super::xml::{Element, Node, Nodes};
use super::{Limits, Refusal, Section, html};

/// The text of each chapter.
pub(super) fn sections(content: Vec<u8>, limits: Limits) -> Result<Vec<Section>, Refusal> {
    let mut archive = Archive::open(content, limits)?;
    let package = package(&archive.part("META-INF/container.xml")?, limits)?;
    let folder = package.rsplit_once('/').map_or("", |(folder, _)| folder);
    let chapters = chapters(&archive.part(&package)?, folder, limits)?;
    if let Some(encryption) = archive.find("META-INF/encryption.xml")?
        && chapters
            .iter()
            .any(|chapter| encryption.contains(chapter.as_str()))
    {
        return Err(Refusal::Encrypted);
    }
    let mut sections = Vec::new();
    let mut used = 0;
    for chapter in chapters {
        let Some(page) = archive.find(&chapter)? else {
            continue;
        };
        let section = html::section(&page, rest(limits, used))?;
        used += section.text.len();
        if !section.text.trim().is_empty() {
            sections.push(section);
        }
    }
    Ok(sections)
}

/// The part that says what the book is made of.
fn package(xml: &str, limits: Limits) -> Result<String, Refusal> {
    let mut nodes = Nodes::new(xml, limits);
    while let Some(node) = nodes.next()? {
        if let Node::Start(element) = node
            && element.name() == "rootfile"
            && let Some(path) = element.attribute("full-path")
        {
            return Ok(resolve("", &path));
        }
    }
    Err(Refusal::Malformed("its container names no book".to_owned()))
}

/// The parts that are to be read one after the other.
fn chapters(xml: &str, folder: &str, limits: Limits) -> Result<Vec<String>, Refusal> {
    let mut items = HashMap::new();
    let mut chapters = Vec::new();
    let mut nodes = Nodes::new(xml, limits);
    while let Some(node) = nodes.next()? {
        let Node::Start(element) = node else { continue };
        match element.name() {
            "item" => {
                if let Some(id) = element.attribute("id")
                    && let Some(part) = chapter(&element, folder)
                {
                    items.insert(id, part);
                }
            }
            "itemref" => {
                let item = element.attribute("idref").and_then(|id| items.remove(&id));
                chapters.extend(item);
            }
            _ => {}
        }
    }
    Ok(chapters)
}

/// The part of an item that is a chapter, not a picture or a table of contents.
fn chapter(item: &Element, folder: &str) -> Option<String> {
    let kind = item.attribute("media-type")?;
    let properties = item.attribute("properties").unwrap_or_default();
    let is_contents = properties.split_whitespace().any(|word| word == "nav");
    (kind.contains("html") && !is_contents)
        .then(|| item.attribute("href"))
        .flatten()
        .map(|target| resolve(folder, &unescaped(&target)))
}

/// A path without percent signs and without the place in the page.
fn unescaped(target: &str) -> String {
    let target = target.split('#').next().unwrap_or_default();
    let mut bytes = Vec::new();
    let mut rest = target.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).and_then(|hex| str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let byte = byte.filter(|_| *first == b'%');
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_unescaped() {
        assert_eq!(unescaped("a%20b%C3%A9.xhtml#top"), "a bé.xhtml");
        assert_eq!(unescaped("100%.x%2"), "100%.x%2");
    }
}
