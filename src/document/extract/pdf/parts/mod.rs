//! A PDF file cut into files of a few pages each.
//!
//! A part looks like the pages that it is made of. It has what they show and no
//! more: outlines, links to other parts, threads and tags stay behind.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use bytes::Bytes;
use pdf_extract::xref::{Xref, XrefType};
use pdf_extract::{Dictionary, Document, Object, ObjectId};

use super::super::Refusal;
use super::super::caught::caught;
use super::{pictures, unreadable};

/// Some pages of a PDF file, as a file of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The number of its first page in the whole file, from 1.
    pub first_page: u32,
    /// How many pages it has; at least one.
    pub pages: u32,
    /// The file.
    pub data: Bytes,
}

/// How large parts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartLimits {
    /// Most pages of a part; at least one.
    pub pages: usize,
    /// Most bytes of a part.
    pub bytes: usize,
    /// Most bytes of all parts together: what pages share is in every part.
    pub all_bytes: usize,
}

impl Default for PartLimits {
    /// Enough pages for questions about what they have in common. In base64,
    /// 14 MiB stay below the 20 MB that Gemini takes with a request.
    fn default() -> Self {
        Self {
            pages: 8,
            bytes: 14 << 20,
            all_bytes: 200 << 20,
        }
    }
}

/// What a page shows, and how.
const SHOWN: [&[u8]; 4] = [b"Contents", b"Annots", b"Group", b"UserUnit"];

/// What a page has from those above it in the tree, if not itself.
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];

/// Deepest tree of pages.
const MAX_DEPTH: usize = 256;

/// The pages of the PDF file in `content`, in parts.
///
/// # Errors
///
/// It is damaged beyond reading, behind a password, or has a page that alone
/// is larger than a part may be.
pub(in super::super) fn parts(content: &[u8], limits: PartLimits) -> Result<Vec<Part>, Refusal> {
    caught("PDF", || {
        let source = Source::open(content)?;
        let mut parts = Parts {
            source: &source,
            limits,
            done: Vec::new(),
            bytes: 0,
        };
        for start in (0..source.pages.len()).step_by(limits.pages) {
            parts.cut(start..source.pages.len().min(start + limits.pages))?;
        }
        Ok(parts.done)
    })
}

/// The document behind `content`, decrypted if that takes no password.
pub(super) fn open(content: &[u8]) -> Result<Document, Refusal> {
    let mut document = Document::load_mem(content).map_err(|error| unreadable(&error))?;
    // It stays there if the password is not empty, or nothing could be read.
    if document.trailer.has(b"Encrypt") {
        document.decrypt("").map_err(|_| Refusal::Encrypted)?;
    }
    Ok(document)
}

/// A file to be cut.
struct Source {
    document: Document,
    pages: Vec<ObjectId>,
    /// The same, to look one up.
    page_ids: HashSet<ObjectId>,
}

impl Source {
    fn open(content: &[u8]) -> Result<Self, Refusal> {
        let document = open(content)?;
        let pages: Vec<_> = document.page_iter().collect();
        if pages.is_empty() {
            return Err(Refusal::Malformed("a PDF without pages".to_owned()));
        }
        Ok(Self {
            page_ids: pages.iter().copied().collect(),
            document,
            pages,
        })
    }

    /// What a page shows, with what it has from above, without its place.
    fn page(&self, id: ObjectId) -> Result<Dictionary, Refusal> {
        let page = self.document.get_dictionary(id);
        let page = page.map_err(|error| unreadable(&error))?;
        let own = SHOWN.map(|key| (key, page.get(key).ok()));
        let inherited = INHERITED.map(|key| (key, self.inherited(page, key)));
        let entries = own.into_iter().chain(inherited);
        let mut page: Dictionary = entries
            .filter_map(|(key, value)| Some((key, value?.clone())))
            .collect();
        if let Ok(resources) = page.get_deref(b"Resources", &self.document)
            && let Ok(resources) = resources.as_dict()
        {
            let needed = pictures::needed(&self.document, id, resources);
            page.set("Resources", needed);
        }
        Ok(page)
    }

    fn inherited<'a>(&'a self, page: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
        let above = |node: &&'a Dictionary| {
            let parent = node.get_deref(b"Parent", &self.document);
            parent.and_then(Object::as_dict).ok()
        };
        std::iter::successors(Some(page), above)
            .take(MAX_DEPTH)
            .find_map(|node| node.get(key).ok())
    }

    /// What `id` stands for, if a part may have it: no page, since those of
    /// the part are there already, and no node of the tree, which leads to all.
    fn object(&self, id: ObjectId) -> Option<&Object> {
        let object = self.document.objects.get(&id)?;
        let is_node = object
            .as_dict()
            .is_ok_and(|dictionary| dictionary.has_type(b"Pages"));
        (!is_node && !self.page_ids.contains(&id)).then_some(object)
    }
}

/// The parts so far.
struct Parts<'a> {
    source: &'a Source,
    limits: PartLimits,
    done: Vec<Part>,
    bytes: usize,
}

impl Parts<'_> {
    /// Adds these pages as one part, or as several if that is too large.
    fn cut(&mut self, pages: Range<usize>) -> Result<(), Refusal> {
        let data = Copy::of(self.source).file(&self.source.pages[pages.clone()])?;
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        if data.len() <= self.limits.bytes {
            self.bytes += data.len();
            if self.bytes > self.limits.all_bytes {
                return Err(Refusal::LargeParts(self.limits.all_bytes));
            }
            self.done.push(Part {
                first_page: number(pages.start + 1),
                pages: number(pages.len()),
                data: data.into(),
            });
            return Ok(());
        }
        if pages.len() == 1 {
            return Err(Refusal::LargePage {
                page: number(pages.end),
                bytes: self.limits.bytes,
            });
        }
        let middle = pages.start + pages.len() / 2;
        self.cut(pages.start..middle)?;
        self.cut(middle..pages.end)
    }
}

/// A part in the making: what its pages need, under new numbers.
struct Copy<'a> {
    source: &'a Source,
    part: Document,
    /// The new numbers of what is needed.
    ids: HashMap<ObjectId, ObjectId>,
    /// What is needed and not there yet, by its old number.
    missing: Vec<ObjectId>,
}

impl<'a> Copy<'a> {
    fn of(source: &'a Source) -> Self {
        let mut part = Document::with_version(source.document.version.as_str());
        part.reference_table = Xref::new(0, XrefType::CrossReferenceTable);
        Self {
            source,
            part,
            ids: HashMap::new(),
            missing: Vec::new(),
        }
    }

    /// The bytes of a file of these pages.
    fn file(mut self, pages: &[ObjectId]) -> Result<Vec<u8>, Refusal> {
        let tree = self.part.new_object_id();
        let mut kids = Vec::new();
        for page in pages {
            let id = self.part.new_object_id();
            self.ids.insert(*page, id);
            kids.push(Object::Reference(id));
        }
        for (page, kid) in pages.iter().zip(&kids) {
            let mut page = self.source.page(*page)?;
            self.translate_all(&mut page);
            page.set("Type", name("Page"));
            page.set("Parent", tree);
            self.part
                .objects
                .insert(kid.as_reference().unwrap_or(tree), page.into());
        }
        let count = i64::try_from(kids.len()).unwrap_or(i64::MAX);
        let node = [
            ("Type", name("Pages")),
            ("Kids", kids.into()),
            ("Count", count.into()),
        ];
        self.part
            .objects
            .insert(tree, Dictionary::from_iter(node).into());
        self.add_catalog(tree);
        self.add_missing();
        let mut bytes = Vec::new();
        let saved = self.part.save_to(&mut bytes);
        saved.map_err(|error| Refusal::Malformed(format!("cannot be cut: {error}")))?;
        Ok(bytes)
    }

    fn add_catalog(&mut self, tree: ObjectId) {
        let mut catalog =
            Dictionary::from_iter([("Type", name("Catalog")), ("Pages", tree.into())]);
        // Which layers are hidden.
        let layers = self.source.document.catalog();
        if let Ok(layers) = layers.and_then(|catalog| catalog.get(b"OCProperties")) {
            let mut layers = layers.clone();
            self.translate(&mut layers);
            catalog.set("OCProperties", layers);
        }
        let catalog = self.part.add_object(catalog);
        self.part.trailer.set("Root", catalog);
    }

    fn add_missing(&mut self) {
        while let Some(old) = self.missing.pop() {
            let Some(object) = self.source.object(old) else {
                continue;
            };
            let mut object = object.clone();
            self.translate(&mut object);
            if let Object::Stream(stream) = &mut object {
                let length = i64::try_from(stream.content.len()).unwrap_or(i64::MAX);
                stream.dict.set("Length", length);
            }
            self.part.objects.insert(self.ids[&old], object);
        }
    }

    /// Gives all that `object` refers to its new number.
    fn translate(&mut self, object: &mut Object) {
        match object {
            Object::Reference(id) => *object = self.translated(*id),
            Object::Array(objects) => objects.iter_mut().for_each(|object| self.translate(object)),
            Object::Dictionary(dictionary) => self.translate_all(dictionary),
            Object::Stream(stream) => self.translate_all(&mut stream.dict),
            _ => {}
        }
    }

    fn translate_all(&mut self, dictionary: &mut Dictionary) {
        for (_, object) in dictionary.iter_mut() {
            self.translate(object);
        }
    }

    /// A reference in the part for one in the source; null if it leads out of
    /// the part.
    fn translated(&mut self, old: ObjectId) -> Object {
        if let Some(new) = self.ids.get(&old) {
            return Object::Reference(*new);
        }
        if self.source.object(old).is_none() {
            return Object::Null;
        }
        let new = self.part.new_object_id();
        self.ids.insert(old, new);
        self.missing.push(old);
        Object::Reference(new)
    }
}

fn name(name: &str) -> Object {
    Object::Name(name.as_bytes().to_vec())
}

#[cfg(test)]
mod tests;
