//! Rows turned into Arrow columns, a bounded number at a time.
//!
//! Knows nothing of files.

use std::io;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, ListBuilder, RecordBatch,
    StringBuilder, StructBuilder,
};
use arrow::datatypes::{DataType, Field as ArrowField, Fields, Schema, SchemaRef};
use arrow::error::ArrowError;

use crate::sample::{Field, FieldKind, Message, Sample, Value};

/// Rows in memory before they are handed on; more gain no time.
const MAX_ROWS: usize = 1024;

/// Bytes of text in memory before they are handed on, for rows that are long.
const MAX_TEXT_BYTES: usize = 4 * 1024 * 1024;

/// Rows that wait to become a [`RecordBatch`].
pub(super) struct Columns {
    schema: SchemaRef,
    builders: Vec<Column>,
    n_rows: usize,
    text_bytes: usize,
}

impl Columns {
    /// No rows of `fields`.
    ///
    /// Every column may be null: `datasets` drops class labels from columns
    /// that may not.
    pub(super) fn new(fields: &[Field]) -> Self {
        let schema = fields
            .iter()
            .map(|field| ArrowField::new(&field.name, data_type(field.kind), true))
            .collect::<Vec<_>>();
        Self {
            schema: Arc::new(Schema::new(schema)),
            builders: fields.iter().map(|field| Column::of(field.kind)).collect(),
            n_rows: 0,
            text_bytes: 0,
        }
    }

    /// Names and types of the columns.
    pub(super) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Adds a row.
    pub(super) fn push(&mut self, sample: &Sample) -> io::Result<()> {
        for (column, value) in self.builders.iter_mut().zip(&sample.values) {
            column.push(value)?;
            self.text_bytes += text_bytes(value);
        }
        self.n_rows += 1;
        Ok(())
    }

    /// Whether the rows should be [taken](Self::take) now.
    pub(super) fn are_full(&self) -> bool {
        self.n_rows >= MAX_ROWS || self.text_bytes >= MAX_TEXT_BYTES
    }

    /// The rows so far; none remain.
    pub(super) fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        self.n_rows = 0;
        self.text_bytes = 0;
        let arrays = self.builders.iter_mut().map(Column::take).collect();
        RecordBatch::try_new(self.schema(), arrays)
    }
}

fn text_bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::List(texts) => texts.iter().map(String::len).sum(),
        Value::Messages(messages) => messages.iter().map(|it| it.content.len()).sum(),
        Value::Null | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) => 0,
    }
}

/// The items of a list, by the name that the Parquet format gives them.
fn item(data_type: DataType) -> Arc<ArrowField> {
    Arc::new(ArrowField::new("element", data_type, true))
}

/// The parts of a message.
fn message() -> Fields {
    let parts = ["role", "content"];
    parts
        .map(|name| ArrowField::new(name, DataType::Utf8, true))
        .into_iter()
        .collect()
}

fn data_type(kind: FieldKind) -> DataType {
    match kind {
        FieldKind::String => DataType::Utf8,
        FieldKind::Integer => DataType::Int64,
        FieldKind::Float => DataType::Float64,
        FieldKind::Boolean => DataType::Boolean,
        FieldKind::List => DataType::List(item(DataType::Utf8)),
        FieldKind::Messages => DataType::List(item(DataType::Struct(message()))),
    }
}

enum Column {
    String(StringBuilder),
    Integer(Int64Builder),
    Float(Float64Builder),
    Boolean(BooleanBuilder),
    List(ListBuilder<StringBuilder>),
    Messages(ListBuilder<StructBuilder>),
}

impl Column {
    fn of(kind: FieldKind) -> Self {
        match kind {
            FieldKind::String => Self::String(StringBuilder::new()),
            FieldKind::Integer => Self::Integer(Int64Builder::new()),
            FieldKind::Float => Self::Float(Float64Builder::new()),
            FieldKind::Boolean => Self::Boolean(BooleanBuilder::new()),
            FieldKind::List => {
                let field = item(data_type(FieldKind::String));
                Self::List(ListBuilder::new(StringBuilder::new()).with_field(field))
            }
            FieldKind::Messages => {
                let field = item(DataType::Struct(message()));
                let messages = StructBuilder::from_fields(message(), 0);
                Self::Messages(ListBuilder::new(messages).with_field(field))
            }
        }
    }

    fn push(&mut self, value: &Value) -> io::Result<()> {
        match (self, value) {
            (Self::String(column), Value::String(text)) => column.append_value(text),
            (Self::String(column), Value::Null) => column.append_null(),
            (Self::Integer(column), Value::Integer(number)) => column.append_value(*number),
            (Self::Integer(column), Value::Null) => column.append_null(),
            (Self::Float(column), Value::Float(number)) => column.append_value(*number),
            (Self::Float(column), Value::Null) => column.append_null(),
            (Self::Boolean(column), Value::Boolean(truth)) => column.append_value(*truth),
            (Self::Boolean(column), Value::Null) => column.append_null(),
            (Self::List(column), Value::List(texts)) => column.append_value(texts.iter().map(Some)),
            (Self::List(column), Value::Null) => column.append_null(),
            (Self::Messages(column), Value::Messages(messages)) => append(column, messages),
            (Self::Messages(column), Value::Null) => column.append_null(),
            _ => {
                return Err(io::Error::other(
                    "a value is of another type than its field",
                ));
            }
        }
        Ok(())
    }

    fn take(&mut self) -> ArrayRef {
        match self {
            Self::String(column) => Arc::new(column.finish()),
            Self::Integer(column) => Arc::new(column.finish()),
            Self::Float(column) => Arc::new(column.finish()),
            Self::Boolean(column) => Arc::new(column.finish()),
            Self::List(column) => Arc::new(column.finish()),
            Self::Messages(column) => Arc::new(column.finish()),
        }
    }
}

fn append(column: &mut ListBuilder<StructBuilder>, messages: &[Message]) {
    let parts = column.values();
    for message in messages {
        let texts = [message.role.name(), &message.content];
        for (index, text) in texts.into_iter().enumerate() {
            let part = parts.field_builder::<StringBuilder>(index);
            part.expect("all parts are texts").append_value(text);
        }
        parts.append(true);
    }
    column.append(true);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::{all_kinds, bare_sample, text_fields, text_sample};

    #[test]
    fn columns_are_full_after_many_rows_or_much_text() {
        let mut columns = Columns::new(&text_fields(&["text"]));
        let rows = (1..2000).find(|_| {
            columns.push(&text_sample(&["a"])).expect("a text");
            columns.are_full()
        });
        assert_eq!(rows, Some(1024));
        assert_eq!(
            columns.take().expect("columns of a length").num_rows(),
            1024
        );
        assert!(!columns.are_full());

        let long_text = "a".repeat(3 * 1024 * 1024);
        columns.push(&text_sample(&[&long_text])).expect("a text");
        assert!(!columns.are_full());
        columns.push(&text_sample(&[&long_text])).expect("a text");
        assert!(columns.are_full());
    }

    #[test]
    fn a_column_without_values_keeps_its_type() {
        let mut columns = Columns::new(&all_kinds());
        columns.push(&bare_sample("a")).expect("only nulls");
        let batch = columns.take().expect("columns of a length");
        assert_eq!(batch.column(1).data_type(), &DataType::Int64);
        assert_eq!(batch.column(1).null_count(), 1);
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        let mut columns = Columns::new(&text_fields(&["text"]));
        let sample = Sample {
            values: vec![Value::Integer(1)],
        };
        assert!(columns.push(&sample).is_err());
    }
}
