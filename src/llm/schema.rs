//! The shape of an item as JSON Schema.
