//! Several programs that want the same outputs.

use std::process::Child;
use std::sync::{Arc, mpsc};

use tokio::sync::Semaphore;

use crate::fake_gemini::{FakeGemini, Reply, answer_fully};
use crate::run::Ran;
use crate::sandbox::Sandbox;
use crate::scale::scaled;

const WORDS: &str =
    "--query q --format pair --samples 20 --no-refine --topics none --concurrency 1";

/// A fake that answers at once, but for the first request, which waits for a
/// permit: whoever gets past a lock is soon done.
fn first_gated() -> (FakeGemini, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let fake = FakeGemini::with(move |request, order| {
        let reply = answer_fully(request, order);
        match order {
            0 => Reply::Gated(Arc::clone(&held), Box::new(reply)),
            _ => reply,
        }
    });
    (fake, gate)
}

/// Waits for `children` beside each other; process id and end, as they come.
fn ends(children: Vec<Child>) -> mpsc::Receiver<(u32, Ran)> {
    let (sender, ends) = mpsc::channel();
    for child in children {
        let sender = sender.clone();
        std::thread::spawn(move || {
            let id = child.id();
            let ran = child.wait_with_output().unwrap().into();
            sender.send((id, ran)).unwrap();
        });
    }
    ends
}

fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .or_else(|_| std::fs::read_to_string("/etc/hostname"));
    name.map_or("this host".to_owned(), |name| name.trim_end().to_owned())
}

/// Starts so many programs at once on one output.
fn check_contest(contestants: usize) {
    let sandbox = Sandbox::new();
    let (fake, gate) = first_gated();
    let start = |_| sandbox.gemini_process(&fake, WORDS).spawn().unwrap();
    let children: Vec<_> = (0..contestants).map(start).collect();
    let all: Vec<_> = children.iter().map(Child::id).collect();
    let ends = ends(children);
    fake.server.wait_for_requests(1);

    let losers: Vec<_> = ends.iter().take(contestants - 1).collect();
    let is_winner = |id: &&u32| !losers.iter().any(|(loser, _)| loser == *id);
    let winner = *all.iter().find(is_winner).unwrap();
    let name = format!("process {winner} on {}", host());
    for (_, ran) in losers {
        // It may have lost to one that had no time to leave its name.
        let is_early = ran.stderr.contains("in use by another run");
        ran.exits(7).says(if is_early {
            "in use by another run"
        } else {
            &name
        });
    }
    assert_eq!(fake.server.requests().len(), 1);

    gate.add_permits(1);
    let (id, ran) = ends.recv().unwrap();
    assert_eq!(id, winner);
    ran.exits(0);
    assert_eq!(
        sandbox.jsonl("synthetic_data_pair_from_query.jsonl").len(),
        20
    );
    assert_eq!(fake.server.requests().len(), 1);
}

#[test]
fn of_all_that_want_an_output_one_gets_it_and_the_others_send_nothing() {
    for _ in 0..scaled(1) {
        for contestants in [2, 4, 8] {
            check_contest(contestants);
        }
    }
}

#[test]
fn the_lock_of_a_killed_run_is_free() {
    let sandbox = Sandbox::new();
    let (fake, _gate) = first_gated();
    let run = |words: &str| -> Ran {
        let output = sandbox.gemini_process(&fake, words).output();
        output.unwrap().into()
    };
    let mut holder = sandbox.gemini_process(&fake, WORDS).spawn().unwrap();
    fake.server.wait_for_requests(1);
    let name = format!("process {} on {}", holder.id(), host());
    for extra in [
        "",
        "--overwrite",
        "--resume",
        "--provider offline --overwrite",
    ] {
        run(&format!("{WORDS} {extra}")).exits(7).says(&name);
    }
    // Other names are free.
    run(&format!("{WORDS} --provider offline --output-prefix other")).exits(0);
    holder.kill().unwrap();
    holder.wait().unwrap();
    run(WORDS).exits(0);
    assert_eq!(fake.server.requests().len(), 2);
}
