//! `--resume`: the same command once more goes on where the last one ended,
//! however it ended.

use std::fs;
use std::process::Child;
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::data_sets::DataSets;
use crate::fake_gemini::{FakeGemini, Reply, answer_by_prompt, answer_fully, number_of_prompt};
use crate::run::Ran;
use crate::sandbox::Sandbox;
use crate::scale::scaled;
use crate::server::Delivery;
#[cfg(unix)]
use crate::signals::{next_line, signal};

/// Four batches of five samples, one after the other.
const WORDS: &str = "--query q --format pair --samples 20 --batch-size 5 --no-refine --topics none \
    --concurrency 1 --seed 7 --json";
const BASE: &str = "synthetic_data_pair_from_query";
const JOURNAL: &str = ".sdgen/synthetic_data_pair_from_query.journal.jsonl";
const LOCK: &str = ".sdgen/synthetic_data_pair_from_query.lock";

/// A fake whose answers depend on the prompt only.
fn faithful() -> FakeGemini {
    FakeGemini::with(|request, _| answer_by_prompt(request))
}

/// The same, but request number `odd` (from 0) gets `reply`.
fn faithful_but(odd: usize, reply: Reply) -> FakeGemini {
    FakeGemini::with(move |request, order| match order == odd {
        true => reply.clone(),
        false => answer_by_prompt(request),
    })
}

/// The same, but each answer waits for one of the permits.
fn faithful_gated(permits: usize) -> (FakeGemini, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(permits));
    let held = Arc::clone(&gate);
    let fake = FakeGemini::with(move |request, _| {
        Reply::Gated(Arc::clone(&held), Box::new(answer_by_prompt(request)))
    });
    (fake, gate)
}

fn run(sandbox: &Sandbox, fake: &FakeGemini, words: &str) -> Ran {
    let output = sandbox.gemini_process(fake, words).output();
    output.unwrap().into()
}

fn resume(sandbox: &Sandbox, fake: &FakeGemini, words: &str) -> Ran {
    run(sandbox, fake, &format!("{words} --resume"))
}

fn start(sandbox: &Sandbox, fake: &FakeGemini, words: &str) -> Child {
    sandbox.gemini_process(fake, words).spawn().unwrap()
}

/// The files of a run that nothing disturbed.
fn undisturbed(words: &str) -> DataSets {
    let sandbox = Sandbox::new();
    run(&sandbox, &faithful(), words).exits(0);
    DataSets::read(&sandbox, BASE)
}

fn data(sandbox: &Sandbox) -> DataSets {
    DataSets::read(sandbox, BASE)
}

/// A run that was killed when two of its answers were on disk.
fn killed(words: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let (fake, _gate) = faithful_gated(2);
    let mut child = start(&sandbox, &fake, words);
    fake.server.wait_for_requests(3);
    child.kill().unwrap();
    child.wait().unwrap();
    sandbox
}

/// Name, content and time of a file.
type FileState = (String, Vec<u8>, SystemTime);

/// That of everything below the working folder, but for the lock.
fn state(sandbox: &Sandbox) -> Vec<FileState> {
    let files = sandbox.files().into_iter();
    files
        .filter(|name| name != LOCK)
        .map(|name| {
            let path = sandbox.path(&name);
            let changed = path.metadata().unwrap().modified().unwrap();
            (name, fs::read(path).unwrap(), changed)
        })
        .collect()
}

/// Asserts that nothing was sent and nothing on disk has changed since
/// `before`.
#[track_caller]
fn nothing_happened(fake: &FakeGemini, sandbox: &Sandbox, before: &[FileState]) {
    assert!(fake.server.requests().is_empty());
    assert!(state(sandbox) == before, "{:?}", sandbox.files());
}

#[test]
fn a_killed_run_goes_on_after_its_last_batch() {
    for extra in ["", " --incremental-save"] {
        let words = format!("{WORDS}{extra}");
        let sandbox = killed(&words);
        let fake = faithful();
        let result = resume(&sandbox, &fake, &words)
            .exits(0)
            .says("resuming: 10 of 20 samples are there")
            .json();
        assert_eq!(fake.server.requests().len(), 2);
        assert_eq!(data(&sandbox), undisturbed(&words));
        assert_eq!(result["samples"]["written"], 20);
        assert_eq!(result["samples"]["requested"], 20);
        assert_eq!(result["part"]["number"], 2);
        assert_eq!(result["part"]["written"], 10);
        assert_eq!(result["part"]["traffic"]["requests"], 2);
        // Nobody could write down the one that was under way.
        assert_eq!(result["traffic"]["requests"], 4);
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_goes_on() {
    for (signals, came) in [(1, 3), (2, 2)] {
        let sandbox = Sandbox::new();
        let (fake, gate) = faithful_gated(2);
        let mut child = start(&sandbox, &fake, WORDS);
        fake.server.wait_for_requests(3);
        for _ in 0..signals {
            signal(&child, "-INT");
            next_line(&mut child);
        }
        gate.add_permits(10);
        let first = Ran::from(child.wait_with_output().unwrap())
            .exits(130)
            .says("plus --resume")
            .json();
        assert_eq!(first["samples"]["written"], 5 * came);
        assert_eq!(data(&sandbox).rows().len(), 5 * came);

        let result = resume(&sandbox, &fake, WORDS).exits(0).json();
        assert_eq!(data(&sandbox), undisturbed(WORDS));
        let sent = fake.server.requests().len();
        assert_eq!(sent, 3 + 4 - came);
        assert_eq!(result["traffic"]["requests"], sent);
        assert_eq!(result["samples"]["written"], 20);
        assert_eq!(result["samples"]["requested"], 5 * sent);
    }
}

#[test]
fn a_budget_of_one_request_makes_a_part_of_each_batch() {
    let (sandbox, fake) = (Sandbox::new(), faithful());
    let words = format!("{WORDS} --max-requests 1");
    let mut sums = [0; 3];
    for part in 1..=4_u64 {
        let code = if part == 4 { 0 } else { 3 };
        let result = resume(&sandbox, &fake, &words).exits(code).json();
        assert_eq!(result["part"]["number"], part);
        assert_eq!(result["part"]["written"], 5);
        assert_eq!(result["part"]["traffic"]["requests"], 1);
        assert_eq!(result["samples"]["written"], 5 * part);
        let whole = [&result["traffic"], &result["part"]["traffic"]].map(|traffic| {
            ["requests", "prompt_tokens", "completion_tokens"]
                .map(|name| traffic[name].as_u64().unwrap())
        });
        for (sum, part) in sums.iter_mut().zip(whole[1]) {
            *sum += part;
        }
        assert_eq!(whole[0], sums);
    }
    assert_eq!(fake.server.requests().len(), 4);
    assert_eq!(data(&sandbox), undisturbed(WORDS));
}

#[test]
fn a_run_whose_quota_was_spent_goes_on_when_it_is_renewed() {
    let (sandbox, fake) = (Sandbox::new(), faithful_but(2, Reply::DailyQuota));
    run(&sandbox, &fake, WORDS).exits(5).says("plus --resume");
    assert_eq!(data(&sandbox).rows().len(), 10);
    let result = resume(&sandbox, &fake, WORDS).exits(0).json();
    assert_eq!(data(&sandbox), undisturbed(WORDS));
    assert_eq!(result["traffic"]["requests"], 5);
    assert_eq!(result["traffic"]["errors"], json!({ "quota spent": 1 }));
    assert_eq!(result["samples"]["failed"], json!({ "quota spent": 5 }));
}

#[test]
fn a_run_from_documents_goes_on() {
    let text = |name: &str| {
        let sentence =
            |number| format!("The {name} of the year {number} was better than any before. ");
        (1900..2000).map(sentence).collect::<String>()
    };
    let prepared = || {
        let sandbox = Sandbox::new();
        sandbox.write("docs/a.txt", text("wine"));
        sandbox.write("docs/b.txt", text("corn"));
        sandbox
    };
    let base = "synthetic_data_pair_from_docs";
    let words = WORDS.replace("--query q --format", "--documents docs --format");
    let whole = prepared();
    run(&whole, &faithful(), &words).exits(0);

    let (sandbox, fake) = (prepared(), faithful());
    run(&sandbox, &fake, &format!("{words} --max-requests 2")).exits(3);
    let unlike = [
        (
            "docs/a.txt",
            Some("Other text."),
            "`docs/a.txt` has changed",
        ),
        (
            "docs/c.txt",
            Some("A new one."),
            "document `docs/c.txt` was not there",
        ),
        ("docs/b.txt", None, "document `docs/b.txt` is gone"),
    ];
    for (name, content, said) in unlike {
        let before = fs::read(sandbox.path(name)).ok();
        match content {
            Some(content) => sandbox.write(name, content),
            None => sandbox.path(name),
        };
        if content.is_none() {
            fs::remove_file(sandbox.path(name)).unwrap();
        }
        resume(&sandbox, &fake, &words).exits(2).says(said);
        match before {
            Some(before) => drop(sandbox.write(name, before)),
            None => fs::remove_file(sandbox.path(name)).unwrap(),
        }
    }
    assert_eq!(fake.server.requests().len(), 2);
    // Where they lie is nobody's business.
    fs::rename(sandbox.path("docs"), sandbox.path("moved")).unwrap();
    let moved = words.replace("--documents docs", "--documents moved");
    resume(&sandbox, &fake, &moved).exits(0);
    assert_eq!(DataSets::read(&sandbox, base), DataSets::read(&whole, base));
}

#[test]
fn a_query_is_refined_once_for_all_parts() {
    let words = WORDS.replace("--no-refine ", "");
    let sandbox = killed(&words);
    let fake = faithful();
    let result = resume(&sandbox, &fake, &words).exits(0).json();
    assert_eq!(fake.server.requests().len(), 3);
    assert!(result["refined_query"].is_string(), "{result}");
    assert_eq!(data(&sandbox), undisturbed(&words));
}

#[test]
fn another_run_is_refused_by_name() {
    let sandbox = killed(WORDS);
    let fake = faithful();
    sandbox.write(
        "pair.json",
        r#"{"fields": {"anchor": {"type": "string", "description": "d"},
            "positive": {"type": "string", "description": "e"}}}"#,
    );
    let before = state(&sandbox);
    for (old, new, said) in [
        (
            "--query q",
            "--query other",
            "its query was `q`, and now is `other`",
        ),
        ("--seed 7", "--seed 8", "its --seed was 7"),
        ("--no-refine", "", "it was begun with --no-refine"),
        (
            "--json",
            "--json --model gemini-2.5-flash",
            "its model was `gemini-3.5-flash-lite`",
        ),
        (
            "--json",
            "--json --temperature 1",
            "its temperature was not given, and now is 1.0",
        ),
        (
            "--json",
            "--json --top-p 0.5",
            "its top-p was not given, and now is 0.5",
        ),
        (
            "--json",
            "--json --top-k 5",
            "its top-k was not given, and now is 5",
        ),
        (
            "--json",
            "--json --dedup exact",
            "its dedup was `near`, and now is `exact`",
        ),
        (
            "--json",
            "--json --near-threshold 0.9",
            "its near-threshold was 0.8, and now is 0.9",
        ),
        (
            "--json",
            "--json --provider offline",
            "its provider was `gemini`",
        ),
        (
            "--format pair",
            "--custom-format-file pair.json",
            "the definition of the format",
        ),
        (
            "--samples 20",
            "--samples 9",
            "--samples 9 is fewer than the 10",
        ),
    ] {
        let ran = resume(&sandbox, &fake, &WORDS.replace(old, new))
            .exits(2)
            .says(said);
        assert_eq!(ran.stdout, "", "{new}");
        nothing_happened(&fake, &sandbox, &before);
    }
}

#[test]
fn how_it_is_asked_for_may_change() {
    let sandbox = killed(WORDS);
    let fake = faithful();
    let words = "--query q --format pair --samples 40 --batch-size 10 --no-refine --topics none --concurrency 2 \
        --seed 7 --max-retries 1 --output-format jsonl --json";
    let result = resume(&sandbox, &fake, words).exits(0).json();
    assert_eq!(sandbox.jsonl(&format!("{BASE}.jsonl")).len(), 40);
    assert_eq!(fake.server.requests().len(), 3);
    assert_eq!(result["seed"], 7);
}

#[test]
fn a_finished_run_may_grow() {
    let (sandbox, fake) = (Sandbox::new(), faithful());
    run(&sandbox, &fake, WORDS).exits(0);
    let before = data(&sandbox);
    let words = WORDS.replace("--samples 20", "--samples 30");
    resume(&sandbox, &fake, &words).exits(0);
    let after = data(&sandbox);
    assert!(after.jsonl.starts_with(&before.jsonl));
    assert_eq!(after, undisturbed(&words));
    assert_eq!(fake.server.requests().len(), 6);
}

#[test]
fn a_finished_run_is_left_as_it_is() {
    let sandbox = Sandbox::new();
    run(&sandbox, &faithful(), WORDS).exits(0);
    let (fake, before) = (faithful(), state(&sandbox));
    for extra in ["", "--overwrite"] {
        let ran = resume(&sandbox, &fake, &format!("{WORDS} {extra}")).exits(0);
        let files = ["jsonl", "csv", "parquet"].map(|end| format!("{BASE}.{end}"));
        assert_eq!(ran.json()["files"], json!(files));
        assert_eq!(ran.json()["samples"]["written"], 20);
        nothing_happened(&fake, &sandbox, &before);
    }
}

#[test]
fn a_finished_file_that_was_edited_is_not_replaced() {
    let sandbox = Sandbox::new();
    run(&sandbox, &faithful(), WORDS).exits(0);
    let csv = format!("{BASE}.csv");
    // As long as it was.
    sandbox.write(&csv, sandbox.read(&csv).replace("anchor", "ANCHOR"));
    let (fake, before) = (faithful(), state(&sandbox));
    for words in [
        WORDS.to_owned(),
        WORDS.replace("--samples 20", "--samples 30"),
    ] {
        resume(&sandbox, &fake, &words)
            .exits(2)
            .says(&format!("`{csv}` was changed since it was finished"));
        nothing_happened(&fake, &sandbox, &before);
    }
}

#[test]
fn files_that_were_deleted_are_made_again_without_a_request() {
    let sandbox = Sandbox::new();
    run(&sandbox, &faithful(), WORDS).exits(0);
    let (fake, before) = (faithful(), data(&sandbox));
    for deleted in [
        &["csv"][..],
        &["jsonl", "parquet"],
        &["jsonl", "csv", "parquet"],
    ] {
        for end in deleted {
            fs::remove_file(sandbox.path(&format!("{BASE}.{end}"))).unwrap();
        }
        resume(&sandbox, &fake, WORDS).exits(0);
        assert_eq!(data(&sandbox), before);
    }
    assert!(fake.server.requests().is_empty());
}

#[test]
fn without_anything_to_resume_a_run_begins() {
    let (sandbox, fake) = (Sandbox::new(), faithful());
    let result = resume(&sandbox, &fake, WORDS).exits(0).json();
    assert_eq!(result["part"]["number"], 1);
    assert_eq!(data(&sandbox), undisturbed(WORDS));
}

#[test]
fn resume_and_overwrite_go_on_if_they_can_and_begin_if_not() {
    let both = format!("{WORDS} --overwrite");
    let (sandbox, fake) = (killed(WORDS), faithful());
    resume(&sandbox, &fake, &both).exits(0);
    assert_eq!(fake.server.requests().len(), 2);
    assert_eq!(data(&sandbox), undisturbed(WORDS));

    let (sandbox, fake) = (Sandbox::new(), faithful());
    sandbox.write(&format!("{BASE}.csv"), "mine");
    resume(&sandbox, &fake, WORDS).exits(2).says("--overwrite");
    assert!(fake.server.requests().is_empty());
    resume(&sandbox, &fake, &both).exits(0);
    assert_eq!(data(&sandbox), undisturbed(WORDS));
}

#[test]
fn an_unfinished_run_is_neither_continued_nor_replaced_unasked() {
    for extra in ["", " --incremental-save"] {
        let words = format!("{WORDS}{extra}");
        let sandbox = killed(&words);
        let (fake, before) = (faithful(), state(&sandbox));
        run(&sandbox, &fake, &words)
            .exits(2)
            .says("10 samples")
            .says("--resume")
            .says("--overwrite");
        nothing_happened(&fake, &sandbox, &before);
    }
}

#[test]
fn the_offline_provider_makes_the_same_rows_in_parts() {
    let words = "--provider offline --query q --format qa --samples 60 --batch-size 5 --concurrency 1 --json";
    let base = "synthetic_data_qa_from_query";
    for seed in [&[][..], &["--seed", "7"]] {
        let sandbox = Sandbox::new();
        let parts = [(3, "5"), (3, "4"), (0, "9")].map(|(code, most)| {
            let resume = ["--resume", "--max-requests", most];
            let ran = sandbox.run(words, &[&resume, seed].concat()).exits(code);
            ran.json()["seed"].to_string()
        });
        assert_eq!(parts, [(); 3].map(|()| parts[0].clone()));
        let whole = Sandbox::new();
        whole.run(words, &["--seed", &parts[0]]).exits(0);
        assert_eq!(DataSets::read(&sandbox, base), DataSets::read(&whole, base));
    }
}

/// What a run makes of the `journal` of one that was killed.
fn resumed_from(journal: &[u8]) -> (Sandbox, FakeGemini, Ran) {
    let (sandbox, fake) = (Sandbox::new(), faithful());
    sandbox.write(JOURNAL, journal);
    let ran = resume(&sandbox, &fake, WORDS).exits(0);
    ran.json();
    (sandbox, fake, ran)
}

#[test]
fn a_journal_that_is_torn_is_resumed_after_its_last_whole_line() {
    let journal = killed(WORDS).read(JOURNAL).into_bytes();
    let expected = undisturbed(WORDS);
    let ends: Vec<_> = (0..journal.len())
        .filter(|at| journal[*at] == b'\n')
        .collect();
    assert_eq!(ends.len(), 3);
    let mut lengths: Vec<_> = ends
        .iter()
        .flat_map(|end| [*end, end + 1, end + 2])
        .collect();
    let between = scaled(6);
    lengths.extend((0..between).map(|index| journal.len() * index / between));
    for length in lengths
        .into_iter()
        .filter(|length| *length <= journal.len())
    {
        let whole_lines = ends.iter().filter(|end| **end < length).count();
        let (sandbox, fake, _) = resumed_from(&journal[..length]);
        assert_eq!(data(&sandbox), expected, "cut to {length} bytes");
        // What was torn is gone: nothing of the journal is left out now.
        fs::remove_file(sandbox.path(&format!("{BASE}.csv"))).unwrap();
        let again = resume(&sandbox, &fake, WORDS).exits(0);
        assert!(!again.stderr.contains("damaged"), "cut to {length} bytes");
        assert_eq!(data(&sandbox), expected, "cut to {length} bytes");
        let missing = 4 - whole_lines.saturating_sub(1);
        assert_eq!(
            fake.server.requests().len(),
            missing,
            "cut to {length} bytes"
        );
    }
}

#[test]
fn a_changed_byte_costs_the_samples_of_its_line_which_are_asked_for_again() {
    let journal = killed(WORDS).read(JOURNAL).into_bytes();
    let expected = undisturbed(WORDS);
    let header = journal.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let changes = scaled(6);
    for index in 0..changes {
        let at = header + (journal.len() - header) * index / changes;
        let at = at - usize::from(journal[at] == b'\n');
        let mut journal = journal.clone();
        // Most of these leave the JSON as valid as it was.
        journal[at] ^= 1;
        let (sandbox, fake, _) = resumed_from(&journal);
        assert_eq!(data(&sandbox).rows(), expected.rows(), "byte {at} changed");
        assert_eq!(fake.server.requests().len(), 3, "byte {at} changed");
    }
}

#[cfg(unix)]
#[test]
fn a_batch_that_was_never_answered_is_asked_for_again_and_no_other() {
    let words = WORDS.replace("--concurrency 1", "--concurrency 4");
    let sandbox = Sandbox::new();
    let hanging = FakeGemini::with(|request, order| match order {
        1 => Reply::Wire(Delivery::Hang),
        _ => answer_by_prompt(request),
    });
    let mut child = start(&sandbox, &hanging, &words);
    hanging.server.wait_for_requests(4);
    // Only when it is stopped is it certain that the others were taken in.
    signal(&child, "-INT");
    next_line(&mut child);
    signal(&child, "-INT");
    let first = Ran::from(child.wait_with_output().unwrap())
        .exits(130)
        .json();
    let fake = faithful();
    let result = resume(&sandbox, &fake, &words).exits(0).json();
    let prompts = |fake: &FakeGemini| -> Vec<usize> {
        fake.server
            .requests()
            .iter()
            .map(number_of_prompt)
            .collect()
    };
    let missing = prompts(&hanging)[1];
    assert!(prompts(&fake).contains(&missing));
    assert_eq!(
        first["samples"]["written"].as_u64().unwrap() + 5 * fake.server.requests().len() as u64,
        20
    );
    assert_eq!(result["samples"]["duplicate"], 0);
    assert_eq!(data(&sandbox).rows(), undisturbed(WORDS).rows());
}

#[test]
fn a_sample_of_an_earlier_part_is_a_duplicate() {
    let sandbox = Sandbox::new();
    // The first request and the third get the same answer.
    let fake = FakeGemini::with(|request, order| answer_fully(request, [0, 1, 0][order.min(2)]));
    run(&sandbox, &fake, &format!("{WORDS} --max-requests 2")).exits(3);
    let words = format!("{WORDS} --max-requests 1");
    let result = resume(&sandbox, &fake, &words).exits(3).json();
    assert_eq!(result["samples"]["duplicate"], 5);
    assert_eq!(result["samples"]["written"], 10);
    resume(&sandbox, &faithful(), WORDS).exits(0);
    let data = data(&sandbox);
    let mut rows = data.rows();
    rows.dedup();
    assert_eq!(rows.len(), 20);
}

#[test]
fn every_part_leaves_a_manifest_of_the_whole() {
    let sandbox = killed(WORDS);
    let printed = resume(&sandbox, &faithful(), WORDS).exits(0).json();
    let manifest: Value =
        serde_json::from_str(&sandbox.read(&format!(".sdgen/{BASE}.run.json"))).unwrap();
    assert_eq!(printed, manifest);
}
