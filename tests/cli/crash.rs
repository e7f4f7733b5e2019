//! Runs that are killed, at every system call and at random, and resumed.
//!
//! At the default scale only some of the system calls are tried: see
//! [`scale`](crate::scale).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use crate::data_sets::DataSets;
use crate::fake_gemini::{FakeGemini, Reply, answer_by_prompt};
use crate::random::Random;
use crate::run::Ran;
use crate::sandbox::Sandbox;
use crate::scale::scaled;
use crate::server::{Deed, Delivery};

const BASE: &str = "synthetic_data_pair_from_query";
const SOURCES: &str = ".sdgen/synthetic_data_pair_from_query.sources.jsonl";
const JOURNAL: &str = ".sdgen/synthetic_data_pair_from_query.journal.jsonl";

/// The system calls that change a file or open one.
const SYSTEM_CALLS: &str = "write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,\
    openat,ftruncate,mkdir,mkdirat,unlink,unlinkat,link,linkat";

/// What a run does after another one that was killed.
const RESUME: &str = "--resume";

/// `program` as it is, run by strace with `arguments`; `None` without strace.
fn traced(program: &Command, arguments: &[&str]) -> Option<Command> {
    let strace = ["/usr/bin/strace", "/bin/strace", "/usr/local/bin/strace"]
        .into_iter()
        .find(|path| fs::exists(path).is_ok_and(|exists| exists))?;
    let mut command = Command::new(strace);
    command
        .arg("-qq")
        .args(arguments)
        .arg(program.get_program())
        .args(program.get_args())
        .current_dir(program.get_current_dir()?)
        .env_clear()
        .stdin(Stdio::null());
    for (name, value) in program.get_envs() {
        command.env(name, value?);
    }
    Some(command)
}

/// Whether there is a strace here, and it may trace.
fn can_trace() -> bool {
    let mut program = Command::new("/bin/true");
    program.current_dir("/");
    let traced = traced(
        &program,
        &["-o", "/dev/null", "-e", "inject=openat:signal=CONT:when=1"],
    );
    let ran = traced.map(|mut command| command.output());
    matches!(ran, Some(Ok(output)) if output.status.success())
}

/// A place to kill a program at: the system call of this name with this number
/// (from 1).
#[derive(Debug, Clone)]
struct Point {
    call: String,
    number: usize,
}

/// The system calls of `program` that have to do with its files, in order.
fn points(program: &Command) -> Vec<Point> {
    let log = tempfile::NamedTempFile::new().unwrap();
    let (calls, path) = (
        format!("trace={SYSTEM_CALLS}"),
        log.path().to_str().unwrap(),
    );
    let ran = traced(program, &["-y", "-o", path, "-e", &calls])
        .unwrap()
        .output();
    assert!(ran.unwrap().status.success());
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let log = fs::read_to_string(log.path()).unwrap();
    let mut points = Vec::new();
    for line in log.lines() {
        let Some((call, arguments)) = line.split_once('(') else {
            continue;
        };
        let number = numbers.entry(call.to_owned()).or_default();
        *number += 1;
        if arguments.contains(".sdgen") || arguments.contains(BASE) {
            points.push(Point {
                call: call.to_owned(),
                number: *number,
            });
        }
    }
    points
}

/// Runs `program` until it is killed at `point`; whether it came to that.
fn killed_at(program: &Command, point: &Point) -> bool {
    let Point { call, number } = point;
    let (trace, inject) = (
        format!("trace={call}"),
        format!("inject={call}:signal=KILL:when={number}"),
    );
    let arguments = ["-o", "/dev/null", "-e", &trace, "-e", &inject];
    let status = traced(program, &arguments)
        .unwrap()
        .output()
        .unwrap()
        .status;
    let is_killed = status.signal() == Some(9) || status.code() == Some(128 + 9);
    assert!(is_killed || status.success(), "{point:?}: {status}");
    is_killed
}

/// Says something to whoever runs the tests with `--nocapture`.
#[expect(
    clippy::print_stdout,
    reason = "a proof that was not made is no success"
)]
fn say(what: &str) {
    println!("{what}");
}

/// Asserts that what has a final name is whole, whatever happened.
#[track_caller]
fn final_names_are_whole(sandbox: &Sandbox, point: &Point) {
    let rows: BTreeMap<_, _> = ["jsonl", "csv", "parquet"]
        .into_iter()
        .map(|end| (end, format!("{BASE}.{end}")))
        .filter(|(_, name)| sandbox.path(name).exists())
        .map(|(end, name)| (end, DataSets::n_rows(sandbox, &name)))
        .collect();
    let are_batches = rows.values().all(|rows| [5, 10, 15, 20].contains(rows));
    assert!(are_batches, "{point:?}: {rows:?}");
    if !rows.is_empty() {
        assert!(sandbox.jsonl(SOURCES).len() >= 5, "{point:?}");
    }
}

/// Kills a run at many places, resumes it, and compares its files with those
/// of a run that nothing disturbed. `before` is done first, if it is anything.
fn check_kills(before: Option<&str>, words: &str) {
    if !can_trace() {
        say("not checked: there is no strace, or it may not trace");
        return;
    }
    let fake = FakeGemini::with(|request, _| answer_by_prompt(request));
    let always = "--query q --format pair --samples 20 --batch-size 5 --no-refine --topics none --concurrency 1 --seed 7";
    let run = |sandbox: &Sandbox, words: &str| -> Ran {
        let words = format!("{always} {words}");
        let output = sandbox.gemini_process(&fake, &words).output();
        output.unwrap().into()
    };
    let prepared = || {
        let sandbox = Sandbox::new();
        if let Some(before) = before {
            run(&sandbox, before).exits(3);
        }
        sandbox
    };
    let program = |sandbox: &Sandbox| sandbox.gemini_process(&fake, &format!("{always} {words}"));

    let undisturbed = prepared();
    let points = points(&program(&undisturbed));
    let expected = DataSets::read(&undisturbed, BASE);
    assert_eq!(expected.rows().len(), 20);
    assert!(points.len() > 30, "{points:?}");
    let tried = scaled(24).min(points.len());
    let mut kills = 0;
    for index in 0..tried {
        let point = &points[points.len() * index / tried];
        let sandbox = prepared();
        let requests = fake.server.requests().len();
        kills += usize::from(killed_at(&program(&sandbox), point));
        final_names_are_whole(&sandbox, point);
        let ran = run(&sandbox, &format!("{words} {RESUME}"));
        assert_eq!(ran.code, 0, "{point:?}: {}", ran.stderr);
        assert_eq!(DataSets::read(&sandbox, BASE), expected, "{point:?}");
        assert_eq!(
            sandbox.read(SOURCES),
            undisturbed.read(SOURCES),
            "{point:?}"
        );
        let sent = fake.server.requests().len() - requests;
        assert!(sent <= 4 + 1, "{point:?}: {sent} requests");
    }
    say(&format!(
        "killed at {kills} of {} system calls",
        points.len()
    ));
    // The number of a system call may differ a bit from run to run.
    assert!(kills * 10 >= tried * 8, "{kills} of {tried}");
}

#[test]
fn a_run_that_is_killed_at_any_system_call_is_resumed_to_the_same_files() {
    check_kills(None, "");
}

#[test]
fn an_incremental_run_that_is_killed_at_any_system_call_is_resumed_to_the_same_files() {
    check_kills(None, "--incremental-save");
}

#[test]
fn a_resumed_run_that_is_killed_at_any_system_call_is_resumed_to_the_same_files() {
    check_kills(Some("--max-requests 2"), RESUME);
}

/// A process that can be killed while another thread waits for its end.
#[derive(Clone, Default)]
struct Victim(Arc<Mutex<Option<Child>>>);

impl Victim {
    fn kill(&self) {
        if let Some(child) = &mut *self.0.lock().unwrap() {
            child.kill().unwrap();
        }
    }

    /// Runs `command` to its end, whatever brings it about.
    fn run(&self, mut command: Command) -> Ran {
        let (mut stdout, mut stderr) = {
            // Nobody kills it before it is known.
            let mut victim = self.0.lock().unwrap();
            let mut child = command.spawn().unwrap();
            let pipes = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
            *victim = Some(child);
            pipes
        };
        let mut ran = Ran {
            code: 0,
            stdout: String::new(),
            stderr: String::new(),
        };
        // The pipes are closed when it ends.
        stdout.read_to_string(&mut ran.stdout).unwrap();
        stderr.read_to_string(&mut ran.stderr).unwrap();
        let mut child = self.0.lock().unwrap().take().unwrap();
        ran.code = child.wait().unwrap().code().unwrap_or(-1);
        ran
    }
}

/// Which request is the death of the program, and when.
#[derive(Debug, Clone, Copy)]
struct Doom {
    order: usize,
    is_answered: bool,
}

/// A fake that kills `victim` when the request of `doom` comes, or when its
/// answer is sent.
fn deadly(victim: &Victim, doom: &Arc<Mutex<Option<Doom>>>) -> FakeGemini {
    let (victim, doom) = (victim.clone(), Arc::clone(doom));
    FakeGemini::with(move |request, order| {
        let reply = answer_by_prompt(request);
        match doom.lock().unwrap().filter(|doom| doom.order == order) {
            Some(Doom {
                is_answered: true, ..
            }) => {
                let victim = victim.clone();
                Reply::Then(Box::new(reply), Deed::new(move || victim.kill()))
            }
            Some(_) => {
                victim.kill();
                Reply::Wire(Delivery::Reset)
            }
            None => reply,
        }
    })
}

/// The samples of all whole lines of a journal, as they are in a JSONL file.
fn journaled(sandbox: &Sandbox) -> Vec<String> {
    let text = fs::read_to_string(sandbox.path(JOURNAL)).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let samples = whole.lines().flat_map(|line| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        record["samples"].as_array().cloned().unwrap_or_default()
    });
    samples.map(|sample| sample.to_string()).collect()
}

#[test]
fn a_run_that_is_killed_again_and_again_loses_and_repeats_nothing() {
    const CONCURRENCY: usize = 4;
    const BATCHES: usize = 24;
    let words = "--query q --format pair --samples 120 --batch-size 5 --no-refine --topics none --concurrency 4 \
        --seed 7 --json";
    let undisturbed = Sandbox::new();
    let faithful = FakeGemini::with(|request, _| answer_by_prompt(request));
    Victim::default()
        .run(undisturbed.gemini_process(&faithful, words))
        .exits(0);
    let undisturbed = DataSets::read(&undisturbed, BASE);

    for seed in 0..scaled(12) {
        let mut random = Random::new(seed as u64);
        let (victim, doom) = (Victim::default(), Arc::default());
        let (sandbox, fake) = (Sandbox::new(), deadly(&victim, &doom));
        let (mut kills, most) = (0, 1 + random.below(5));
        let result = loop {
            let sent = fake.server.requests().len();
            *doom.lock().unwrap() = (kills < most).then(|| Doom {
                order: sent + random.below(10),
                is_answered: random.below(2) == 1,
            });
            let command = sandbox.gemini_process(&fake, &format!("{words} {RESUME}"));
            let ran = victim.run(command);
            if ran.code >= 0 {
                break ran.exits(0).json();
            }
            kills += 1;
            let journaled = journaled(&sandbox);
            let known: HashSet<_> = journaled.iter().collect();
            assert_eq!(known.len(), journaled.len(), "seed {seed}: repeated");
        };
        let data = DataSets::read(&sandbox, BASE);
        let journaled: HashSet<_> = journaled(&sandbox).into_iter().collect();
        let rows: HashSet<_> = data.jsonl.lines().map(str::to_owned).collect();
        assert_eq!(data.rows(), undisturbed.rows(), "seed {seed}");
        assert_eq!(rows, journaled, "seed {seed}");
        let sent = fake.server.requests().len();
        assert!(
            sent <= BATCHES + kills * CONCURRENCY,
            "seed {seed}: {sent} requests, {kills} kills"
        );
        assert_eq!(result["samples"]["written"], 120, "seed {seed}");
        assert_eq!(result["samples"]["duplicate"], 0, "seed {seed}");
    }
}
