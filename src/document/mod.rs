//! Files to read into passages.
