//! The program from end to end: the real binary against fakes that speak the
//! real wire. One file per feature.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod budget;
mod command_line;
mod commands;
mod crash;
mod custom_formats;
mod data_sets;
mod dedup;
mod disk;
mod documents;
mod examples;
mod fake_gemini;
mod fake_openai;
mod fakes;
mod fatal;
mod gemini;
mod grounding;
mod hostile;
mod items;
mod key;
mod language;
mod locks;
mod memory;
mod native_pdf;
mod offline;
mod openai;
mod outputs;
mod provenance;
mod random;
mod readers;
mod readme;
mod report;
mod resume;
mod run;
mod sandbox;
mod sanity;
mod scale;
mod server;
mod signals;
mod steering;
mod storm;
mod tls;
mod urls;
mod verify;
