//! What is the same in all requests with one kind of material.

use std::sync::Arc;

use crate::document::Chunk;
use crate::format::FormatHandler;
use crate::llm::{Attachment, ItemShape};
use crate::prompt::{self, Material};
use crate::sample::Field;

use super::super::brief::Brief;

/// The constant part of a request, and the shape of the items that it wants.
pub(super) struct Instruction {
    pub(super) system: Arc<str>,
    pub(super) shape: Arc<ItemShape>,
    pub(super) material: Material,
    /// The field that the passage fills instead of the model.
    pub(super) filled: Option<&'static str>,
}

impl Instruction {
    pub(super) fn new(
        format: &dyn FormatHandler,
        material: Material,
        filled: Option<&'static str>,
        language: Option<&str>,
    ) -> Self {
        let is_written = |field: &&Field| filled != Some(&field.name);
        Self {
            system: prompt::system(format, material, filled, language).into(),
            material,
            shape: Arc::new(ItemShape {
                name: format.name().to_owned(),
                fields: format.fields().iter().filter(is_written).cloned().collect(),
            }),
            filled,
        }
    }
}

/// The passage of a request whose text is known.
pub(super) fn text_of(brief: &Brief) -> Option<&Chunk> {
    brief.passage.as_ref().filter(|chunk| chunk.pdf.is_none())
}

/// What is sent along with a passage: its pages, if the model is to see them.
pub(super) fn attachment(chunk: &Chunk) -> Option<Attachment> {
    chunk.pdf.clone().map(|data| Attachment {
        mime_type: "application/pdf",
        data,
    })
}
