//! Where samples come from.
//!
//! One origin for each batch; takes no notice of what the names mean.

use serde::{Deserialize, Serialize};

use super::SourceKind;
use crate::sample::{Field, FieldKind, Value};

/// Where the samples of one batch come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Number of the passage in the document, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chunk: Option<u32>,
    /// The page that the passage begins on, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// The model that wrote them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Number of the batch in the run, from 1.
    pub request: u64,
}

impl Origin {
    /// The columns of an origin; a query has no passages.
    #[must_use]
    pub fn fields(source: SourceKind) -> Vec<Field> {
        let column = |name, kind, description| Field {
            required: false,
            ..Field::new(name, kind, description)
        };
        let mut fields = Vec::new();
        if source == SourceKind::Docs {
            fields.extend([
                column("_source", FieldKind::String, "the document"),
                column("_chunk", FieldKind::Integer, "number of the passage"),
                column("_page", FieldKind::Integer, "page of the passage"),
            ]);
        }
        fields.extend([
            column("_model", FieldKind::String, "the model"),
            column("_request", FieldKind::Integer, "number of the batch"),
        ]);
        fields
    }

    /// The values of [`fields`](Self::fields).
    pub(super) fn values(&self, source: SourceKind) -> Vec<Value> {
        let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::String);
        let number =
            |number: Option<u32>| number.map_or(Value::Null, |it| Value::Integer(it.into()));
        let mut values = Vec::new();
        if source == SourceKind::Docs {
            values.extend([text(&self.source), number(self.chunk), number(self.page)]);
        }
        let request = i64::try_from(self.request);
        values.extend([
            text(&self.model),
            Value::Integer(request.expect("nobody counts that far")),
        ]);
        values
    }
}
