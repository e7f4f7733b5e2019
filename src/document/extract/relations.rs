//! Which part of an Office document means which other one.

use std::collections::HashMap;

use super::archive::{Archive, resolve};
use super::xml::{Node, Nodes};
use super::{Limits, Refusal};

/// The parts that one part refers to.
pub(super) struct Relations {
    /// By identifier: the last word of its kind, and the name of the part.
    parts: HashMap<String, (String, String)>,
}

impl Relations {
    /// What `part` refers to; nothing if the archive does not say.
    pub(super) fn of(archive: &mut Archive, part: &str, limits: Limits) -> Result<Self, Refusal> {
        let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
        let mut parts = HashMap::new();
        if let Some(xml) = archive.find(&resolve(folder, &format!("_rels/{name}.rels")))? {
            let mut nodes = Nodes::new(&xml, limits);
            while let Some(node) = nodes.next()? {
                let Node::Start(element) = node else { continue };
                if let Some(id) = element.attribute("Id")
                    && let Some(target) = element.attribute("Target")
                {
                    let kind = element.attribute("Type").unwrap_or_default();
                    let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                    parts.insert(id, (kind, resolve(folder, &target)));
                }
            }
        }
        Ok(Self { parts })
    }

    /// The part of that identifier.
    pub(super) fn part(&self, id: &str) -> Option<&str> {
        self.parts.get(id).map(|(_, part)| part.as_str())
    }

    /// A part of that kind, such as `notesSlide`.
    pub(super) fn of_kind(&self, kind: &str) -> Option<&str> {
        let mut parts = self.parts.values();
        let (_, part) = parts.find(|(other, _)| other == kind)?;
        Some(part)
    }
}
