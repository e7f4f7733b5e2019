//! XML: its nodes one by one for the readers of the formats that are made of
//! it, and the text of any other.
//!
//! Knows five entities and the character references; a document type
//! declaration is passed over, so that it can define and fetch nothing.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::prose::Prose;
use super::{Limits, Refusal, Section};

/// A part of a document. An empty element has a start and an end.
pub(super) enum Node<'a> {
    Start(Element<'a>),
    End(String),
    Text(Cow<'a, str>),
}

/// The start of an element.
pub(super) struct Element<'a>(BytesStart<'a>);

impl Element<'_> {
    /// Its name without prefix.
    pub(super) fn name(&self) -> &str {
        local(self.0.name().into_inner())
    }

    /// The value of the attribute of that name, whatever its prefix.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        self.value(|key| local(key) == name)
    }

    /// The value of the attribute of that name that has a prefix.
    pub(super) fn prefixed_attribute(&self, name: &str) -> Option<String> {
        self.value(|key| key != name && local(key) == name)
    }

    fn value(&self, is_meant: impl Fn(&str) -> bool) -> Option<String> {
        let mut attributes = self.0.attributes();
        let attribute = attributes
            .with_checks(false)
            .flatten()
            .find(|attribute| is_meant(attribute.key.into_inner()))?;
        Some(match quick_xml::escape::unescape(&attribute.value) {
            Ok(value) => value.into_owned(),
            Err(_) => attribute.value.into_owned(),
        })
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// The nodes of a document in their order.
pub(super) struct Nodes<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
    limit: usize,
}

impl<'a> Nodes<'a> {
    pub(super) fn new(content: &'a str, limits: Limits) -> Self {
        let mut reader = Reader::from_str(content);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        Self {
            reader,
            depth: 0,
            limit: limits.depth,
        }
    }

    /// The next node, `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Node<'a>>, Refusal> {
        loop {
            let event = self.reader.read_event().map_err(|error| {
                let place = self.reader.error_position();
                Refusal::Malformed(format!("invalid XML at byte {place}: {error}"))
            })?;
            return Ok(Some(match event {
                Event::Start(start) | Event::Empty(start) => {
                    self.depth += 1;
                    if self.depth > self.limit {
                        return Err(Refusal::TooDeep(self.limit));
                    }
                    Node::Start(Element(start))
                }
                Event::End(end) => {
                    self.depth -= 1;
                    Node::End(local(end.name().into_inner()).to_owned())
                }
                Event::Text(text) => Node::Text(text.into_inner()),
                Event::CData(text) => Node::Text(text.into_inner()),
                Event::GeneralRef(reference) => Node::Text(resolved(&reference)),
                Event::Eof if self.depth > 0 => {
                    return Err(Refusal::Malformed(
                        "invalid XML: it ends too early".to_owned(),
                    ));
                }
                Event::Eof => return Ok(None),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => continue,
            }));
        }
    }

    /// Passes over the element that started last.
    pub(super) fn skip(&mut self) -> Result<(), Refusal> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside && self.next()?.is_some() {}
        Ok(())
    }
}

/// What a reference stands for; an entity that XML does not know stands for
/// itself.
fn resolved(reference: &BytesRef) -> Cow<'static, str> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Cow::Owned(character.to_string());
    }
    match resolve_xml_entity(reference) {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(format!("&{};", &**reference)),
    }
}

/// The text of a document, a line for each element that stands beside another.
pub(super) fn sections(content: &str, limits: Limits) -> Result<Vec<Section>, Refusal> {
    let mut nodes = Nodes::new(content, limits);
    let mut prose = Prose::new(limits);
    let mut after_element = false;
    while let Some(node) = nodes.next()? {
        match node {
            Node::Start(_) => {
                if after_element {
                    prose.line();
                }
                after_element = false;
            }
            Node::End(_) => after_element = true,
            Node::Text(text) => {
                after_element &= text.trim().is_empty();
                prose.words(&text)?;
            }
        }
    }
    Ok(vec![prose.into_section(None)])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn text(xml: &str) -> String {
        sections(xml, Limits::default()).unwrap()[0].text.clone()
    }

    fn refusal(xml: &str) -> String {
        sections(xml, Limits::default()).unwrap_err().to_string()
    }

    #[test]
    fn elements_beside_each_other_are_lines() {
        let xml = "<?xml version='1.0'?><!-- no --><r><a x='no'>1 &lt; 2</a><b>t&#233;xt</b>\n\
            <p>Some <i>inline</i> text</p><![CDATA[<raw>]]></r>";
        assert_eq!(text(xml), "1 < 2\ntéxt\nSome inline text<raw>");
    }

    #[test]
    fn entities_are_not_expanded() {
        let laughs: Vec<String> = (1..10)
            .map(|level| {
                format!(
                    "<!ENTITY l{level} '{}'>",
                    format!("&l{};", level - 1).repeat(10)
                )
            })
            .collect();
        let xml = format!(
            "<!DOCTYPE r [<!ENTITY l0 'ha'>{}]><r>&l9; &amp;</r>",
            laughs.concat()
        );
        assert_eq!(text(&xml), "&l9; &");
        let xml = "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><r>&x;</r>";
        assert_eq!(text(xml), "&x;");
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert_eq!(
            refusal(&"<a>".repeat(100_000)),
            "nested deeper than 256 levels"
        );
    }

    #[test]
    fn what_is_not_well_formed_is_refused_with_its_place() {
        assert_eq!(
            refusal("<a><b></a>").split(':').next(),
            Some("invalid XML at byte 6")
        );
        assert_eq!(refusal("<a>"), "invalid XML: it ends too early");
    }
}
