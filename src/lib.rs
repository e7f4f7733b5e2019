//! Synthetic training data from language models: N different, valid samples of
//! a format, made from a query or from documents.
//!
//! This page is the architecture of the project; it is changed together with
//! what it describes. The library exists for the program `sdgen`, its tests and
//! its examples.
//!
//! # Bird's-eye view
//!
//! ```text
//! argv, SDGEN_*, ┐                           format ──┐
//! file ─ Cli ────┤                           client ──┤
//! .env, env ─────┴ Config::resolve ─ Config ─ source ─┼─ Generator ── loop ─┐
//!                                            outputs ─┘                     │
//!   brief ─ pace ─ prompt ─ complete ─ parse ─ validate ─ dedup ─ verify ─ write ─ book ─ event
//!   end: finish files ─ summary on stderr, paths on stdout ─ exit status
//! ```
//!
//! Nothing flows back but what is still missing. A request is planned from the
//! books ([`generate`]'s ledger), held back by what endpoint, user and budget
//! allow (its pace), sent as a future of the one task that owns everything, and
//! its samples are on disk before the next answer is looked at.
//!
//! The journal ([`output`]) is the one truth of a run. A resumed run replays
//! it, first into the books and fingerprints
//! ([`Progress`](generate::Progress)), then into new files, and goes on: a batch
//! is a number, and what it asks for follows from number and seed. What waits
//! for its second look is in the journal's notes, and in no file.
//!
//! # Code map, top floor first
//!
//! Imports go down this list and never up, except that siblings of one floor
//! may share words.
//!
//! - `main`: arguments, runtime, `signals`, exit code.
//! - [`commands`]: what sdgen does beside a run, such as checking and
//!   converting files.
//! - [`run`]: the composition root. Makes the concrete parts, and turns the end
//!   of a run into a verdict and the manifest.
//! - [`config`]: what is meant, from [`cli`] (what was typed), the environment
//!   and files of settings, of which each fills in what those above it leave
//!   open. [`report`]: what a person sees.
//! - [`insight`]: what a data set is like, counted sample by sample, for the page
//!   that `report` makes of it and the end of a run.
//! - [`generate`]: the heart. Loop (its engine), books, briefs, pace, retries,
//!   budget, parsing of answers, duplicates, second looks. Sees a
//!   [`FormatHandler`](format::FormatHandler), an
//!   [`LlmClient`](llm::LlmClient), [`Outputs`](output::Outputs), plain data.
//! - [`prompt`]: every text that is sent to a model, but for the sentence that
//!   tells a JSON schema to servers that take none, which is with the schemas.
//! - [`format`](mod@format): what a sample looks like; predefined and custom formats,
//!   validation, and what is of no use. [`output`]: the journal and the files.
//! - [`llm`]: Gemini, OpenAI-compatible endpoints, the offline provider, answers
//!   kept in a folder. [`document`]: files and URLs to text, read by processes of
//!   their own, to passages in a file. [`rows`]: files of data, row by row.
//!   [`shape`]: samples as trainers take them. [`sample`]: fields, values,
//!   samples. [`shutdown`]: the wish to stop.
//! - `net`: how an HTTP client is made, and what goes wrong with a connection.
//!   `caught`: parsers that panic, held. `text_file`: small files of the user.
//!
//! # Invariants
//!
//! 1. `generate` names no provider, file type, flag or terminal.
//! 2. Only `run` names concrete clients, and only it sees the whole
//!    [`Config`](config::Config).
//! 3. Only `report` prints; only `main` exits; only `llm` and `fetch` of
//!    `document` touch the network; only `output`, `document`, `rows`, custom
//!    formats, `config` (`.env`, settings, a key, topics, a price table) and
//!    kept answers touch files; only `document` starts processes, and only in
//!    them is a document's content interpreted.
//! 4. `llm` knows fields, not samples; `format` no models; `output` neither.
//! 5. The API key is in one header and nowhere else: no error, log, URL, Debug
//!    output, file or process title. Prompts are logged at `debug` at most.
//! 6. A sample is in the journal before it is in a file, and in a file before
//!    it is counted as written; `requested = written + duplicate + rejected +
//!    blocked + truncated + failed` whenever nothing is under way.
//! 7. No mutable global state, no lock and no spawned task in the loop.
//! 8. One call of a client is at most one HTTP request; who calls decides on
//!    retries.

mod caught;
pub mod cli;
pub mod commands;
pub mod config;
pub mod document;
pub mod format;
pub mod generate;
pub mod insight;
pub mod llm;
mod net;
pub mod output;
pub mod prompt;
pub mod report;
pub mod rows;
pub mod run;
pub mod sample;
pub mod shape;
pub mod shutdown;
mod text_file;
