//! What is in a page and is not for its readers, or not for its sentences.

use html5ever::tokenizer::Tag;

/// Whether a tag starts an element whose content is not shown.
pub(super) fn is_hidden(tag: &Tag) -> bool {
    is_not_shown(&tag.name) || is_switched_off(tag)
}

fn is_not_shown(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "template"
            | "noscript"
            | "svg"
            | "iframe"
            | "noembed"
            | "noframes"
            | "object"
            | "audio"
            | "video"
            | "canvas"
            | "annotation"
    )
}

/// Whether the page says that an element is hidden, one that must be closed.
fn is_switched_off(tag: &Tag) -> bool {
    let must_be_closed = matches!(
        &*tag.name,
        "div" | "span" | "section" | "aside" | "nav" | "form" | "dialog" | "table" | "ul" | "ol"
    );
    must_be_closed
        && (attribute(tag, "hidden").is_some()
            || attribute(tag, "style").is_some_and(|style| {
                let style = style.replace(char::is_whitespace, "");
                style.to_ascii_lowercase().contains("display:none")
            }))
}

/// Whether the text belongs to no sentence: the number of a note, or how the
/// characters before it are spoken.
#[derive(Debug, Default)]
pub(super) struct Aside {
    in_superscript: bool,
    /// Whether a link to a place in a page is open, and what it has so far.
    link: Option<Link>,
    in_ruby_text: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Link {
    Empty,
    Named,
}

impl Aside {
    pub(super) fn open(&mut self, tag: &Tag) {
        match &*tag.name {
            "sup" => self.in_superscript = true,
            "a" => self.link = points_into_a_page(tag).then_some(Link::Empty),
            "rt" | "rp" => self.in_ruby_text = true,
            _ => {}
        }
    }

    pub(super) fn close(&mut self, name: &str) {
        match name {
            "sup" => self.in_superscript = false,
            "a" => self.link = None,
            "rt" | "rp" | "ruby" => self.in_ruby_text = false,
            _ => {}
        }
    }

    pub(super) fn holds(&mut self, text: &str) -> bool {
        if self.in_ruby_text || (self.in_superscript && self.link == Some(Link::Empty)) {
            return true;
        }
        if let Some(link) = &mut self.link
            && !text.trim().is_empty()
        {
            *link = Link::Named;
        }
        false
    }
}

fn points_into_a_page(tag: &Tag) -> bool {
    attribute(tag, "href").is_some_and(|target| target.contains('#'))
}

fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    let mut attributes = tag.attrs.iter();
    let attribute = attributes.find(|attribute| &*attribute.name.local == name)?;
    Some(&attribute.value)
}
