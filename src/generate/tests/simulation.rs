//! Runs with random plans, random faults, random interrupts and crashes, on
//! virtual time: whatever happens, the books are true and nothing is lost.
//!
//! A thousand seeds by default; `SDGEN_TEST_SCALE` multiplies them. A seed that
//! fails is printed; it belongs into [`ONCE_FAILED`] then.

use std::collections::{BTreeMap, HashSet};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::verify::{QUALITY, is_look};
use super::*;
use crate::shutdown::Signal;

/// Seeds that have found something.
const ONCE_FAILED: [u64; 0] = [];

const SEEDS: u64 = 1_000;

/// What the server did, as far as it came to an end.
#[derive(Debug, Default)]
struct Deeds {
    calls: u64,
    /// Valid samples in whole answers.
    valid: u64,
    invalid: u64,
    errors: BTreeMap<&'static str, u64>,
    in_flight: usize,
    most_in_flight: usize,
}

/// A server that does this and that.
struct Whimsical {
    seed: u64,
    /// Of a hundred requests, those that fail.
    failing: u32,
    /// Different samples that it knows.
    pool: u32,
    deeds: Mutex<Deeds>,
}

/// Counts a request as under way until it ends or is dropped.
struct UnderWay<'a>(&'a Mutex<Deeds>);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.lock().expect("no panic").in_flight -= 1;
    }
}

impl Whimsical {
    fn deeds(&self) -> std::sync::MutexGuard<'_, Deeds> {
        self.deeds.lock().expect("no panic")
    }

    fn items(&self, random: &mut StdRng, count: usize) -> Step {
        let mut items = Vec::new();
        for _ in 0..count {
            if random.random_ratio(1, 20) {
                items.push(json!({"anchor": " "}));
                self.deeds().invalid += 1;
            } else {
                let number = random.random_range(0..self.pool);
                items.push(json!({"anchor": format!("anchor {number}"), "positive": "p"}));
                self.deeds().valid += 1;
            }
        }
        completion(json!({SAMPLES: items}).to_string(), FinishReason::Stop)
    }

    /// What it thinks of samples, as far as it says so.
    fn verdicts(random: &mut StdRng, asked: usize) -> Step {
        let judged = random.random_range(0..=asked);
        let items: Vec<_> = (1..=judged)
            .map(|number| json!({"number": number, "quality": random.random_range(1..=6)}))
            .collect();
        completion(json!({SAMPLES: items}).to_string(), FinishReason::Stop)
    }

    fn step(&self, random: &mut StdRng, request: &ChatRequest) -> Step {
        let asked = wanted(request);
        if !random.random_ratio(self.failing, 100) {
            if is_look(request) {
                return Self::verdicts(random, asked);
            }
            let odd = random.random_range(0..20);
            return match odd {
                0 => self.items(random, asked.saturating_sub(1)),
                1 => self.items(random, asked + 2),
                2 => completion("", FinishReason::MaxTokens),
                3 => completion("", FinishReason::Blocked("SAFETY".into())),
                4 => completion("what?", FinishReason::Stop),
                _ => self.items(random, asked),
            };
        }
        let retry_after = random
            .random_bool(0.3)
            .then(|| Duration::from_millis(random.random_range(0..90_000)));
        let message = "not now".to_owned();
        let error = match random.random_range(0..6) {
            0..2 => LlmError::RateLimited {
                message,
                retry_after,
            },
            2 => LlmError::Server {
                status: 503,
                message,
                retry_after,
            },
            3 => LlmError::Server {
                status: 500,
                message,
                retry_after: None,
            },
            4 => LlmError::Timeout {
                after: Duration::from_secs(60),
            },
            _ => LlmError::Unreadable { message },
        };
        *self.deeds().errors.entry(error.kind()).or_default() += 1;
        Step::Error(error)
    }
}

#[async_trait]
impl LlmClient for Whimsical {
    fn model(&self) -> &'static str {
        "whimsical"
    }

    async fn complete(&self, request: &ChatRequest) -> Result<Completion, LlmError> {
        let call = {
            let mut deeds = self.deeds();
            deeds.calls += 1;
            deeds.in_flight += 1;
            deeds.most_in_flight = deeds.most_in_flight.max(deeds.in_flight);
            deeds.calls
        };
        let _under_way = UnderWay(&self.deeds);
        let mut random = StdRng::seed_from_u64(self.seed.wrapping_mul(1_000_003) ^ call);
        let latency = Duration::from_millis(random.random_range(1..5_000));
        tokio::time::sleep(latency).await;
        match self.step(&mut random, request) {
            Step::Answer(completion) => Ok(completion),
            Step::Error(error) => Err(error),
            Step::Hang => unreachable!("none hangs"),
        }
    }
}

/// Tells the seed if the test fails.
struct Seed(u64);

impl Drop for Seed {
    #[expect(clippy::print_stderr, reason = "a test talks to its reader")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the seed is {}", self.0);
        }
    }
}

#[test]
fn whatever_happens_the_books_are_true_and_nothing_is_lost() {
    let scale = std::env::var("SDGEN_TEST_SCALE").ok();
    let scale = scale.map_or(1, |scale| scale.parse().expect("a whole number"));
    for seed in ONCE_FAILED.into_iter().chain(0..SEEDS * scale) {
        let _told = Seed(seed);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build();
        runtime.expect("a runtime").block_on(live(seed));
    }
}

/// One dataset, from its first part to its last.
async fn live(seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    let samples = random.random_range(1..80);
    let server = Whimsical {
        seed,
        failing: random.random_range(0..60),
        pool: random.random_range(20..400),
        deeds: Mutex::default(),
    };
    let mut bench = Bench::new(samples);
    bench.options.batch_size = random.random_range(1..12);
    bench.options.max_retries = random.random_range(0..4);
    bench.options.limits = Limits::at_once(random.random_range(1..16));
    bench.options.verify = random.random_bool(0.3).then_some(QUALITY);
    bench.options.limits.requests_per_minute =
        random.random_bool(0.2).then(|| random.random_range(1..60));

    let parts = random.random_range(0..4);
    let mut crashes = 0;
    for _ in 0..parts {
        crashes += u64::from(disturbed(&bench, &server, &mut random).await);
    }
    let (run, lines) = bench.resume(&server).await;
    check(&bench, &server, &run, &lines, crashes);
}

/// A part of the run that is interrupted, or crashes; returns whether it did
/// that.
async fn disturbed(bench: &Bench, server: &Whimsical, random: &mut StdRng) -> bool {
    let (switch, shutdown) = stop_switch();
    let mut events = 0;
    let interrupt_at = random.random_range(1..10);
    let is_urgent = random.random_bool(0.5);
    let (progress, outputs) = bench.resumed();
    let run = bench.go(
        server,
        &shutdown,
        progress,
        outputs,
        on_news(|| {
            events += 1;
            if events == interrupt_at {
                switch.signal(Signal::Interrupt);
                if is_urgent {
                    switch.signal(Signal::Interrupt);
                }
            }
        }),
    );
    let life = Duration::from_millis(random.random_range(1..60_000));
    tokio::time::timeout(life, run).await.is_err()
}

fn check(bench: &Bench, server: &Whimsical, run: &Run, lines: &[String], crashes: u64) {
    let deeds = server.deeds();
    let Run { books, traffic, .. } = run;
    let unique: HashSet<_> = lines.iter().collect();
    assert_eq!(unique.len(), lines.len(), "no sample is there twice");
    assert!(lines.len() <= bench.options.samples);
    let is_complete = matches!(run.end, Ok(Outcome::Complete));
    assert_eq!(is_complete, lines.len() == bench.options.samples, "{run:?}");
    assert!(deeds.most_in_flight <= bench.options.limits.concurrency);

    // Every sample that came is accounted for.
    let surplus = books.rejected.get("surplus").copied().unwrap_or_default();
    let reasons = books.rejected.iter();
    let dropped = reasons.filter(|(reason, _)| reason.starts_with("verify: "));
    let dropped: u64 = dropped.map(|(_, count)| count).sum();
    let taken = books.written + surplus + dropped + books.unverified();
    assert_eq!(deeds.valid, taken + books.duplicate);
    assert_eq!(deeds.invalid, books.rejected() - surplus - dropped);
    if let Some(tally) = &run.verified {
        assert!(tally.all.asked >= books.written + dropped);
        assert_eq!(tally.all.dropped, dropped);
    }
    let failed: u64 = deeds.errors.values().sum();
    let unusable = traffic.errors.get("no JSON objects in the answer");
    let told: u64 = traffic.errors.values().sum();
    // What came in after the last record of a part that crashed is not known.
    let known = told - unusable.copied().unwrap_or_default();
    if crashes == 0 {
        assert_eq!(traffic.requests, deeds.calls);
        assert_eq!(known, failed);
    } else {
        assert!(traffic.requests <= deeds.calls);
        assert!(known <= failed);
    }
}
