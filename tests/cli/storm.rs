//! Everything goes wrong, all the time.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::fake_gemini::{FakeGemini, Reply, answer_fully, asked_items, number_of_prompt};
use crate::random::Random;
use crate::sandbox::Sandbox;
use crate::scale::scaled;
use crate::server::{Delivery, RecordedRequest};

const DATA: &str = "synthetic_data_pair_from_query.jsonl";
const SAMPLES: usize = 50;
const BATCH: usize = 5;

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Throttled,
    Overloaded,
    InternalError,
    Reset,
    Hang,
    Truncated,
    NoJson,
    WrongShape,
    Empty,
    Safety,
    Drip,
    Good,
}

/// Faults, and how many of a hundred requests meet each.
const FAULTS: [(Fate, usize); 11] = [
    (Fate::Throttled, 20),
    (Fate::Overloaded, 10),
    (Fate::InternalError, 5),
    (Fate::Reset, 3),
    (Fate::Hang, 2),
    (Fate::Truncated, 3),
    (Fate::NoJson, 5),
    (Fate::WrongShape, 5),
    (Fate::Empty, 2),
    (Fate::Safety, 1),
    (Fate::Drip, 1),
];

impl Fate {
    /// The next fate that `random` decides on.
    fn next(random: &mut Random) -> Self {
        let mut number = random.below(100);
        for (fate, share) in FAULTS {
            match number.checked_sub(share) {
                Some(rest) => number = rest,
                None => return fate,
            }
        }
        Self::Good
    }

    fn reply(self, request: &RecordedRequest, order: usize) -> Reply {
        let good = || Box::new(answer_fully(request, order));
        match self {
            Self::Throttled => Reply::MinuteQuota("0s"),
            Self::Overloaded => Reply::Overloaded,
            Self::InternalError => Reply::InternalError,
            Self::Reset => Reply::Wire(Delivery::Reset),
            Self::Hang => Reply::Wire(Delivery::Hang),
            Self::Truncated => Reply::Half(good()),
            Self::NoJson => Reply::Text("I would rather not.".into(), "STOP"),
            Self::WrongShape => Reply::Items(vec![json!({ "anchor": 7 }); BATCH]),
            Self::Empty => Reply::EmptyStop,
            Self::Safety => Reply::Safety,
            Self::Drip => Reply::Drip(good()),
            Self::Good => *good(),
        }
    }

    /// The error that the program should count.
    fn error(self) -> Option<&'static str> {
        Some(match self {
            Self::Throttled => "rate limited",
            Self::Overloaded | Self::InternalError => "server error",
            Self::Reset | Self::Truncated => "connection failed",
            Self::Hang | Self::Drip => "timeout",
            Self::NoJson => "no JSON objects in the answer",
            Self::Empty => "empty answer",
            Self::WrongShape | Self::Safety | Self::Good => return None,
        })
    }
}

/// The fates of all requests so far.
struct Storm {
    random: Random,
    fates: Vec<Fate>,
    /// How often each prompt came.
    times: HashMap<usize, u32>,
}

impl Storm {
    /// Attempts of a batch that anything may become of. The pauses after them
    /// double, and would decide how long the test takes.
    const MOST_FATES: u32 = 3;

    fn fate_of(&mut self, request: &RecordedRequest) -> Fate {
        let times = self.times.entry(number_of_prompt(request)).or_default();
        *times += 1;
        let fate = match *times <= Self::MOST_FATES {
            true => Fate::next(&mut self.random),
            false => Fate::Good,
        };
        self.fates.push(fate);
        fate
    }
}

/// What the server did, by its own account.
#[derive(Default)]
struct Tally {
    requests: u64,
    good: u64,
    /// All items of whole answers.
    items: HashSet<String>,
    /// Items without a valid value.
    malformed: u64,
    /// By the name that the program has for them.
    errors: BTreeMap<&'static str, u64>,
}

impl Tally {
    fn of(fake_gemini: &FakeGemini, fates: &[Fate]) -> Self {
        let mut tally = Self::default();
        for request in fake_gemini.server.requests() {
            tally.requests += 1;
            let fate = fates[request.order];
            if let Some(error) = fate.error() {
                *tally.errors.entry(error).or_default() += 1;
            }
            match fate {
                Fate::WrongShape => tally.malformed += BATCH as u64,
                Fate::Good => {
                    tally.good += 1;
                    let items = asked_items(&request, request.order);
                    tally.items.extend(items.iter().map(Value::to_string));
                }
                _ => {}
            }
        }
        tally
    }
}

/// Asserts that the program and the server tell the same; returns requests and
/// good answers.
fn check_storm(seed: u64) -> [u64; 2] {
    let sandbox = Sandbox::new();
    let storm = Arc::new(Mutex::new(Storm {
        random: Random::new(seed),
        fates: Vec::new(),
        times: HashMap::new(),
    }));
    let brewing = Arc::clone(&storm);
    let fake = FakeGemini::with(move |request, order| {
        let fate = brewing.lock().unwrap().fate_of(request);
        fate.reply(request, order)
    });
    let words = format!(
        "--format pair --samples {SAMPLES} --batch-size {BATCH} --no-refine --topics none --concurrency 64 \
         --timeout 3 --json --output-format jsonl"
    );
    let result = sandbox.gemini(&fake, &words).exits(0).json();
    let Tally {
        requests,
        good,
        items,
        malformed,
        errors,
    } = Tally::of(&fake, &storm.lock().unwrap().fates);
    let (samples, traffic) = (&result["samples"], &result["traffic"]);
    let number = |counts: &Value, name: &str| counts[name].as_u64().unwrap_or_default();
    assert_eq!(number(samples, "written"), SAMPLES as u64, "seed {seed}");

    // What was under way when the target was reached, only the server knows.
    let dropped = number(traffic, "requests") - number(traffic, "ended");
    let cancelled = number(&samples["failed"], "cancelled");
    assert!(
        cancelled <= dropped * BATCH as u64,
        "seed {seed}: {samples} {traffic}"
    );
    let is_told = |told: u64, known: u64, most_lost: u64| {
        (known.saturating_sub(most_lost)..=known).contains(&told)
    };
    assert!(
        number(traffic, "requests").abs_diff(requests) <= dropped,
        "seed {seed}: {traffic}"
    );
    let told = traffic["errors"].as_object().unwrap();
    assert!(
        told.keys().all(|kind| errors.contains_key(&**kind)),
        "seed {seed}: {traffic}, {errors:?}"
    );
    for (kind, known) in errors {
        let told = number(&traffic["errors"], kind);
        assert!(
            is_told(told, known, dropped),
            "seed {seed}: {kind} {told}, {known}"
        );
    }

    let rows: Vec<_> = sandbox.jsonl(DATA).iter().map(Value::to_string).collect();
    let unique: HashSet<_> = rows.iter().cloned().collect();
    assert_eq!(
        (rows.len(), unique.len()),
        (SAMPLES, SAMPLES),
        "seed {seed}"
    );
    assert!(unique.is_subset(&items), "seed {seed}");
    assert_eq!(number(samples, "duplicate"), 0, "seed {seed}");
    let taken = number(samples, "written") + number(&samples["rejected"], "surplus");
    assert!(
        is_told(taken, items.len() as u64, cancelled),
        "seed {seed}: {samples}"
    );
    let rejected = number(&samples["rejected"], "anchor: wrong type");
    assert!(
        is_told(rejected, malformed, cancelled),
        "seed {seed}: {samples}"
    );
    [requests, good]
}

#[test]
fn a_storm_of_faults_costs_no_sample_and_few_requests() {
    // A server that refuses a third of what comes, however little that is, is
    // asked about once a second in the end. So there are many short runs, which
    // wait beside each other.
    const AT_ONCE: usize = 16;
    let seeds: Vec<_> = (0..scaled(AT_ONCE) as u64).collect();
    let [mut requests, mut good] = [0, 0];
    for seeds in seeds.chunks(AT_ONCE) {
        std::thread::scope(|scope| {
            let start = |seed: &u64| {
                let seed = *seed;
                scope.spawn(move || check_storm(seed))
            };
            let runs: Vec<_> = seeds.iter().map(start).collect();
            for run in runs {
                let run = run.join().unwrap();
                requests += run[0];
                good += run[1];
            }
        });
    }
    assert!(good >= 150, "{good} good answers");
    assert!(
        requests * 10 <= good * 24,
        "{requests} requests for {good} good answers"
    );
}
