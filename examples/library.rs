//! Generates ten samples from a Rust program, offline, into a folder for
//! temporary files.
//!
//!     cargo run --example library

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::time::Duration;

use sdgen::format::{FormatHandler as _, predefined};
use sdgen::generate::dedup::{Duplicates, Threshold};
use sdgen::generate::{Budget, Event, Generator, Limits, Options, Planning, Progress, Source};
use sdgen::llm::Offline;
use sdgen::output::{Existing, OutputConfig, OutputFormat, Place, SourceKind};
use sdgen::shutdown::stop_switch;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let format = predefined("qa").ok_or("no such format")?;
    let options = Options {
        samples: 10,
        batch_size: 5,
        max_retries: 0,
        seed: 1,
        seed_requests: true,
        refine: false,
        planning: Planning::BuiltIn,
        tells_made: false,
        balance: None,
        free_context: false,
        keep_ungrounded: false,
        examples: None,
        language: None,
        sanity: true,
        duplicates: Duplicates::Near(Threshold::default()),
        verify: None,
        limits: Limits::at_once(2),
        budget: Budget::default(),
        grace: Duration::from_secs(8),
    };
    let folder = std::env::temp_dir().join("sdgen-example");
    let place = Place::claim(
        &OutputConfig {
            prefix: folder.join("library"),
            formats: vec![OutputFormat::Jsonl],
            source: SourceKind::Query,
            incremental: false,
            with_metadata: false,
            conversion: None,
            existing: Existing::Replace,
            split: None,
            hub_folder: false,
        },
        format.name(),
    )?;
    let mut outputs = place.begin(format.fields(), &"whatever tells this run from others")?;
    let client = Offline::new(options.seed);
    let (_switch, shutdown) = stop_switch();
    let generator = Generator {
        format: &format,
        client: &client,
        verifier: &client,
        options: &options,
        shutdown: &shutdown,
    };
    let source = Source::Query("facts about lighthouses".to_owned());
    let progress = Progress::new(&format, &options, &source);
    let run = generator
        .run(source, progress, &mut outputs, |event| {
            if let Event::Settled { books, .. } = event {
                println!("{} of {} samples", books.written, options.samples);
            }
        })
        .await;
    println!("{:?}: {:?}", run.end?, outputs.finish(true).files);
    Ok(())
}
