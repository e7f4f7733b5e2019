//! Interrupted runs. The signals are sent when a request has come, not when
//! time has passed.

use std::fs::File;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use crate::fake_gemini::{self, FakeGemini, Reply, answer_fully};
use crate::run::Ran;
use crate::sandbox::Sandbox;
use crate::server::Delivery;

const DATA: &str = "synthetic_data_pair_from_query.jsonl";

fn start(sandbox: &Sandbox, fake: &FakeGemini) -> Child {
    let words = "--query q --format pair --samples 100 --batch-size 10 --no-refine --topics none --concurrency 1 --json";
    sandbox
        .process()
        .env("GOOGLE_API_KEY", fake_gemini::KEY)
        .args(["--base-url", &fake.server.url()])
        .args(words.split(' '))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("/bin/kill")
        .args([name, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

/// The next line that `child` prints on stderr.
pub(crate) fn next_line(child: &mut Child) -> String {
    use std::io::Read as _;
    let mut line = Vec::new();
    let mut byte = [0];
    let stderr = child.stderr.as_mut().unwrap();
    while stderr.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
        line.push(byte[0]);
    }
    String::from_utf8(line).unwrap()
}

#[test]
fn the_first_signal_takes_in_what_is_under_way() {
    for (name, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let (fake, gate) = FakeGemini::gated(1);
        let sandbox = Sandbox::new();
        let mut child = start(&sandbox, &fake);
        fake.server.wait_for_requests(2);
        signal(&child, name);
        assert!(next_line(&mut child).contains("interrupt again"));
        gate.add_permits(1);
        let ran = Ran::from(child.wait_with_output().unwrap()).exits(code);
        assert_eq!(ran.json()["samples"]["written"], 20);
        assert_eq!(sandbox.jsonl(DATA).len(), 20);
        assert_eq!(fake.server.requests().len(), 2);
    }
}

#[test]
fn the_second_signal_drops_what_is_under_way() {
    let fake = FakeGemini::with(|request, order| match order {
        0 => answer_fully(request, order),
        _ => Reply::Wire(Delivery::Hang),
    });
    let sandbox = Sandbox::new();
    let mut child = start(&sandbox, &fake);
    fake.server.wait_for_requests(2);
    signal(&child, "-INT");
    next_line(&mut child);
    signal(&child, "-INT");
    let ran = Ran::from(child.wait_with_output().unwrap()).exits(130);
    assert_eq!(ran.json()["samples"]["failed"]["cancelled"], 10);
    assert_eq!(sandbox.jsonl(DATA).len(), 10);
}

#[test]
fn an_interrupted_conversion_leaves_nothing() {
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let sandbox = Sandbox::new();
        let pipe = sandbox.path("in.jsonl");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        let mut child = sandbox
            .process()
            .args(["convert", "in.jsonl", "out.jsonl", "--format", "pair"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It waits here until the file is opened to be read.
        let mut rows = File::create(&pipe).unwrap();
        signal(&child, name);
        assert!(next_line(&mut child).contains("interrupt again"));
        writeln!(rows, r#"{{"anchor": "a", "positive": "b"}}"#).unwrap();
        drop(rows);
        let ran = Ran::from(child.wait_with_output().unwrap()).exits(code);
        assert!(ran.stdout.is_empty());
        ran.says("no file was made");
        // The pipe is no file.
        assert!(sandbox.files().is_empty());
    }
}
