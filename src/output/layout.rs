//! What the rows of the data files are: the fields of a format as they are, or
//! in another shape, and where they come from.

use std::borrow::Cow;

use serde_json::{Map, Value as Json, json};

use super::column::Column;
use super::{Origin, Row, SourceKind};
use crate::sample::{Field, Value};
use crate::shape::{Conversion, Unfit};

/// The columns of the data files, and how samples come to be rows of them.
#[derive(Debug, Clone)]
pub struct Layout {
    fields: Vec<Field>,
    columns: Vec<Column>,
    conversion: Option<Conversion>,
    /// If rows tell their origin, what that is like.
    source: Option<SourceKind>,
}

impl Layout {
    /// Rows of samples with `fields`, converted if that is wanted, with columns
    /// that tell their origin if what it is like is said.
    #[must_use]
    pub fn new(
        fields: &[Field],
        conversion: Option<Conversion>,
        source: Option<SourceKind>,
    ) -> Self {
        let mut columns: Vec<_> = match conversion {
            None => fields.iter().map(Column::of_field).collect(),
            Some(conversion) => {
                let columns = conversion.shape().columns().iter();
                let columns = columns.map(|(name, kind)| Column::of_kind(name, *kind));
                columns.chain(marks(fields).map(Column::of_field)).collect()
            }
        };
        let origin = source.map(Origin::fields).unwrap_or_default();
        columns.extend(origin.iter().map(Column::of_field));
        Self {
            fields: fields.to_vec(),
            columns,
            conversion,
            source,
        }
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// `row` of a sample as it is in the files.
    ///
    /// # Errors
    ///
    /// It cannot be converted.
    pub fn row<'r, 'a>(&self, row: &'r Row<'a>) -> Result<Cow<'r, Row<'a>>, Unfit> {
        if self.conversion.is_none() && self.source.is_none() {
            return Ok(Cow::Borrowed(row));
        }
        let sample = object(row, &self.fields);
        let mut object = match self.conversion {
            None => sample,
            Some(conversion) => {
                let mut object = conversion.convert(&sample)?;
                let marks = marks(&self.fields).map(|mark| &mark.name);
                object.extend(marks.map(|mark| (mark.clone(), sample[mark].clone())));
                object
            }
        };
        if let Some(source) = self.source {
            let mut values = row
                .origin
                .map_or(Vec::new(), |origin| origin.values(source));
            let fields = Origin::fields(source);
            values.resize(fields.len(), Value::Null);
            let names = fields.into_iter().map(|field| field.name);
            let values = values.iter().map(|value| json!(value));
            object.extend(names.zip(values));
        }
        Ok(Cow::Owned(Row {
            sample: row.sample,
            json: serde_json::to_string(&object).expect("plain data"),
            object: Some(object),
            origin: row.origin,
        }))
    }
}

/// The fields that say something about a sample and are no part of it.
fn marks(fields: &[Field]) -> impl Iterator<Item = &Field> {
    fields.iter().filter(|field| field.name.starts_with('_'))
}

fn object(row: &Row<'_>, fields: &[Field]) -> Map<String, Json> {
    match serde_json::to_value(row.sample.named(fields)) {
        Ok(Json::Object(object)) => object,
        _ => unreachable!("a sample is an object, and nothing in it can fail"),
    }
}
