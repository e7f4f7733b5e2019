//! A provider without a model: made-up data, no network.
