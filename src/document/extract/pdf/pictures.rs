//! The pictures that one page of a PDF file draws.
//!
//! Many programs give all pages one list of all pictures of the file; a page
//! with the whole list would be as large as the file.

use std::collections::HashSet;

use pdf_extract::{Dictionary, Document, Object, ObjectId};

/// `resources` of `page` without the pictures that it does not draw, as far as
/// that can be told.
pub(super) fn needed(document: &Document, page: ObjectId, resources: &Dictionary) -> Dictionary {
    let mut needed = resources.clone();
    if let Ok(listed) = resources.get_deref(b"XObject", document)
        && let Ok(listed) = listed.as_dict()
        && let Some(drawn) = drawn(document, page, listed)
    {
        needed.set("XObject", drawn);
    }
    needed
}

/// Those of the pictures `listed` that `page` draws; `None` if it may draw any.
fn drawn(document: &Document, page: ObjectId, listed: &Dictionary) -> Option<Dictionary> {
    let content = content(document, page)?;
    let names = names(&content)?;
    let drawn: Dictionary = listed
        .iter()
        .filter(|(name, _)| names.contains(name.as_slice()))
        .map(|(name, picture)| (name.clone(), picture.clone()))
        .collect();
    let mut pictures = drawn.iter().map(|(_, picture)| picture);
    (!pictures.any(|picture| borrows(document, picture))).then_some(drawn)
}

/// Whether a picture is itself drawn with the resources of its page.
fn borrows(document: &Document, picture: &Object) -> bool {
    let picture = document.dereference(picture);
    let Ok(picture) = picture.and_then(|(_, picture)| picture.as_stream()) else {
        return false;
    };
    let subtype = picture.dict.get(b"Subtype").and_then(Object::as_name);
    subtype.is_ok_and(|subtype| subtype == b"Form") && !picture.dict.has(b"Resources")
}

/// The operators that draw `page`; `None` if some of them cannot be unpacked.
fn content(document: &Document, page: ObjectId) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    for id in document.get_page_contents(page) {
        let stream = document.get_object(id).and_then(Object::as_stream).ok()?;
        content.extend(stream.decompressed_content().ok()?);
        content.push(b'\n');
    }
    Some(content)
}

/// All names in `content`; `None` if one is written in an unusual way.
fn names(content: &[u8]) -> Option<HashSet<&[u8]>> {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"\0()<>[]{}/%".contains(byte);
    let mut names = HashSet::new();
    for rest in content.split(|byte| *byte == b'/').skip(1) {
        let end = rest.iter().position(is_end).unwrap_or(rest.len());
        let name = &rest[..end];
        if name.contains(&b'#') {
            return None;
        }
        names.insert(name);
    }
    Some(names)
}
