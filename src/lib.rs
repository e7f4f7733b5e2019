//! Synthetic training data from language models.

pub mod document;
pub mod format;
pub mod llm;
pub mod output;
pub mod sample;
pub mod shutdown;
