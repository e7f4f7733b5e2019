//! The program from end to end: the real binary against fakes that speak the
//! real wire. One file per feature.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod before;
mod budget;
mod command_line;
mod commands;
mod convert;
#[cfg(unix)]
mod crash;
mod custom_formats;
mod data_sets;
mod dedup;
#[cfg(unix)]
mod disk;
mod documents;
mod examples;
mod fake_gemini;
mod fake_openai;
mod fakes;
mod fatal;
mod formats;
mod gemini;
mod grounding;
mod hostile;
mod items;
mod key;
mod language;
mod locks;
#[cfg(target_os = "linux")]
mod memory;
mod native_pdf;
mod offline;
mod openai;
mod outputs;
mod parts;
mod provenance;
mod python;
mod random;
#[cfg(unix)]
mod readers;
#[cfg(unix)]
mod readme;
mod recorded;
mod repeat;
mod report;
mod resume;
mod run;
mod sandbox;
mod sanity;
mod scale;
#[cfg(target_os = "linux")]
mod screen;
mod server;
mod settings;
#[cfg(unix)]
mod signals;
mod steering;
mod storm;
mod tls;
mod urls;
mod validate;
mod verify;
