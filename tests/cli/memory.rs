//! What a large run has in memory at most, finished files included.
//!
//! 20,000 samples by default; a million with `SDGEN_TEST_SCALE=50`, see
//! [`scale`](crate::scale).

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

use crate::fake_gemini::FakeGemini;
use crate::run::Ran;
use crate::sandbox::Sandbox;
use crate::scale::scaled;

/// Without any sample, a debug build included.
const BASE_KIB: u64 = 48 * 1024;
/// A fingerprint in a hash table that was grown by doubling, and some room.
const BYTES_OF_EXACT: u64 = 56;
/// The same, a signature, and its places in the tables.
const BYTES_OF_NEAR: u64 = 184;

/// A stream that takes nothing more, and its other end.
fn full_stream() -> (UnixStream, UnixStream) {
    let (end, mut full) = UnixStream::pair().unwrap();
    full.set_nonblocking(true).unwrap();
    while full.write(&[b' '; 4096]).is_ok() {}
    while full.write(b" ").is_ok() {}
    full.set_nonblocking(false).unwrap();
    (end, full)
}

/// Most memory that `command` ever had, in KiB, and how it ended. It prints its
/// account when its files are finished, and then hangs at a full stdout.
fn peak_of(mut command: Command) -> (u64, Ran) {
    let (mut end, full) = full_stream();
    let mut child = command.stdout(OwnedFd::from(full)).spawn().unwrap();
    // The command has the other end open, too.
    command.stdout(Stdio::null());
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("tokens") {
        assert_ne!(stderr.read_line(&mut said).unwrap(), 0, "{said}");
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.unwrap().trim().strip_suffix(" kB").unwrap().parse();
    let mut printed = String::new();
    end.read_to_string(&mut printed).unwrap();
    stderr.read_to_string(&mut said).unwrap();
    let ran = Ran {
        code: child.wait().unwrap().code().unwrap_or(-1),
        stdout: printed.trim_start().to_owned(),
        stderr: said,
    };
    (peak.unwrap(), ran)
}

/// Says something to whoever runs the tests with `--nocapture`.
#[expect(clippy::print_stdout, reason = "the number is worth knowing")]
fn say(what: &str) {
    println!("{what}");
}

#[test]
fn memory_does_not_grow_with_the_data() {
    takes_no_more_than(BYTES_OF_EXACT, "--dedup exact");
}

#[test]
fn near_duplicates_take_a_signature_a_sample() {
    takes_no_more_than(BYTES_OF_NEAR, "--dedup near");
}

fn takes_no_more_than(bytes_per_sample: u64, flags: &str) {
    const BATCH: usize = 250;
    let samples = scaled(20_000);
    let half = samples / BATCH / 2;
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let words = format!(
        "--query q --format pair --samples {samples} --batch-size {BATCH} --no-refine --topics none \
         --concurrency 4 --json {flags}"
    );
    let most = BASE_KIB + samples as u64 * bytes_per_sample / 1024;
    for (extra, code) in [
        (format!("--max-requests {half}"), 3),
        ("--resume".to_owned(), 0),
    ] {
        let command = sandbox.gemini_process(&fake, &format!("{words} {extra}"));
        let (peak, ran) = peak_of(command);
        let result = ran.exits(code).json();
        let written = &result["samples"]["written"];
        say(&format!("{peak} KiB for {written} samples"));
        assert!(peak <= most, "{extra}: {peak} KiB, not {most}");
    }
}
