//! The program from end to end: the real binary against fakes that speak the
//! real wire. One file per feature.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![allow(dead_code, reason = "not every helper has a user in every commit")]

mod fake_gemini;
mod fake_openai;
mod fakes;
mod items;
mod sandbox;
mod server;
