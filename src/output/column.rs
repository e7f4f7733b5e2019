//! The columns of the data files: names and types.

use arrow::datatypes::{DataType, Field as ArrowField, Fields};
use serde_json::Value;

use super::huggingface;
use crate::sample::{Field, FieldKind};
use crate::shape::{Kind, MESSAGE};

/// A column of the data files.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) data_type: DataType,
    /// What `datasets` is told of it; without, it finds out itself.
    pub(super) feature: Option<Value>,
}

impl Column {
    /// The column for the values of `field`.
    pub(super) fn of_field(field: &Field) -> Self {
        Self {
            name: field.name.clone(),
            data_type: of_field_kind(field.kind),
            feature: Some(huggingface::feature(field)),
        }
    }

    /// The column for values of `kind`.
    pub(super) fn of_kind(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            data_type: of_kind(kind),
            feature: None,
        }
    }
}

fn of_field_kind(kind: FieldKind) -> DataType {
    match kind {
        FieldKind::String => DataType::Utf8,
        FieldKind::Integer => DataType::Int64,
        FieldKind::Float => DataType::Float64,
        FieldKind::Boolean => DataType::Boolean,
        FieldKind::List => of_kind(Kind::List(&Kind::Text)),
        FieldKind::Messages => of_kind(Kind::List(MESSAGE)),
    }
}

fn of_kind(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::Utf8,
        Kind::Integer => DataType::Int64,
        // The Parquet format gives the items of a list this name.
        Kind::List(item) => DataType::List(optional("element", of_kind(*item)).into()),
        Kind::Object(parts) => {
            let parts = parts.iter();
            let parts = parts.map(|(name, kind)| optional(name, of_kind(*kind)));
            DataType::Struct(parts.collect::<Fields>())
        }
    }
}

/// A column or a part of one that may be null: `datasets` drops class labels
/// from columns that may not.
pub(super) fn optional(name: &str, data_type: DataType) -> ArrowField {
    ArrowField::new(name, data_type, true)
}
