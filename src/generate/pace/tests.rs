//! The pace against servers that are simulated in steps of virtual time.

use std::collections::BTreeMap;

use super::*;

const LIMITS: Limits = Limits {
    concurrency: 512,
    requests_per_minute: None,
    tokens_per_minute: None,
    max_wait: Limits::MAX_WAIT,
};

const MAX_RETRIES: u32 = 5;

fn pace(limits: Limits) -> (Pace, Instant) {
    // Any instant will do; a runtime is not needed for one.
    let start = Instant::from_std(std::time::Instant::now());
    (Pace::new(limits, MAX_RETRIES, start), start)
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A server with a bucket that is filled `rate` times a second and holds
/// `burst`; all that goes beyond is refused at once.
struct Server {
    rate: f64,
    burst: f64,
    latency: Duration,
}

/// What a client got from a server.
#[derive(Debug, Default, Clone, Copy)]
struct Got {
    answers: u32,
    refusals: u32,
}

impl Server {
    /// What a client with more than enough to ask gets in the `seconds` after
    /// a number of them to warm up.
    fn asked_by(&self, pace: &mut Pace, start: Instant, warm_up: u64, seconds: u64) -> Got {
        const STEP: Duration = millis(1);
        const REFUSAL: Duration = millis(20);
        let (mut tokens, mut got) = (self.burst, Got::default());
        let mut under_way: BTreeMap<Instant, Vec<(Ticket, bool)>> = BTreeMap::new();
        let mut count = 0;
        let mut now = start;
        while now < start + Duration::from_secs(warm_up + seconds) {
            now += STEP;
            tokens = (tokens + self.rate * STEP.as_secs_f64()).min(self.burst);
            while let Some(entry) = under_way.first_entry().filter(|entry| *entry.key() <= now) {
                for (ticket, is_good) in entry.remove() {
                    if now > start + Duration::from_secs(warm_up) {
                        got.answers += u32::from(is_good);
                        got.refusals += u32::from(!is_good);
                    }
                    match is_good {
                        true => {
                            pace.answered(now, ticket, 0, RateLimits::default());
                        }
                        false => pace.throttled(now, ticket, None),
                    }
                    count -= 1;
                }
            }
            while pace.permit(now, count, 0, false) == Permit::Go {
                let is_good = tokens >= 1.0;
                tokens -= f64::from(u8::from(is_good));
                let end = now + if is_good { self.latency } else { REFUSAL };
                let ticket = pace.sent(now, count, 0, false);
                under_way.entry(end).or_default().push((ticket, is_good));
                count += 1;
            }
        }
        got
    }
}

#[test]
fn a_rate_limit_is_found_and_kept_to() {
    for latency in [2, 200, 2_000] {
        for burst in [1.0, 10.0, 50.0] {
            let server = Server {
                rate: 50.0,
                burst,
                latency: millis(latency),
            };
            let (mut pace, start) = pace(LIMITS);
            let Got { answers, refusals } = server.asked_by(&mut pace, start, 30, 120);
            let goodput = f64::from(answers) / (120.0 * 50.0);
            let refused = f64::from(refusals) / f64::from(answers + refusals);
            assert!(goodput >= 0.9, "{latency} ms, burst {burst}: {goodput}");
            assert!(refused < 0.05, "{latency} ms, burst {burst}: {refused}");
        }
    }
}

#[test]
fn before_the_first_answer_there_are_two_and_then_as_many_as_allowed() {
    let (mut pace, now) = pace(LIMITS);
    let ticket = pace.sent(now, 0, 0, false);
    assert_eq!(pace.permit(now, 1, 0, false), Permit::Go);
    assert_eq!(pace.permit(now, 2, 0, false), Permit::AfterAnother);
    pace.answered(now + millis(5), ticket, 0, RateLimits::default());
    assert_eq!(pace.permit(now, 511, 0, false), Permit::Go);
    assert_eq!(pace.permit(now, 512, 0, false), Permit::AfterAnother);
}

#[test]
fn a_burst_of_complaints_cuts_the_window_once() {
    let (mut pace, start) = pace(LIMITS);
    let first = pace.sent(start, 0, 0, false);
    pace.answered(start + millis(10), first, 0, RateLimits::default());
    let burst: Vec<_> = (0..100)
        .map(|number| pace.sent(start, number, 0, false))
        .collect();
    for ticket in burst {
        pace.throttled(start + millis(20), ticket, None);
    }
    assert_eq!(pace.window.size(), 85);
}

/// An endpoint that answered once, and then failed until it was down.
fn outage() -> (Pace, Instant) {
    let (mut pace, now) = pace(LIMITS);
    let ticket = pace.sent(now, 0, 0, false);
    pace.answered(now, ticket, 0, RateLimits::default());
    for _ in 0..8 {
        let ticket = pace.sent(now, 0, 0, false);
        pace.failed(now, ticket);
    }
    assert!(pace.is_down());
    (pace, now)
}

#[test]
fn an_outage_is_probed_once_a_second_and_over_with_the_first_answer() {
    let (mut pace, start) = outage();
    let mut probes = 0;
    for millisecond in 0..60_000 {
        let now = start + millis(millisecond);
        if pace.permit(now, 0, 0, false) == Permit::Go {
            let ticket = pace.sent(now, 0, 0, false);
            pace.failed(now, ticket);
            probes += 1;
        }
    }
    assert_eq!(probes, 59);
    let now = start + millis(60_000);
    let ticket = pace.sent(now, 0, 0, false);
    assert!(pace.answered(now, ticket, 0, RateLimits::default()));
    assert_eq!(pace.permit(now, 400, 0, false), Permit::Go);
    assert_eq!(pace.trouble_since(), None);
}

#[test]
fn retries_are_paid_from_what_answers_bring() {
    let (mut pace, now) = pace(LIMITS);
    let paid = |pace: &mut Pace| {
        (0..1_000)
            .take_while(|_| {
                let may_go = pace.permit(now, 0, 0, true) == Permit::Go;
                if may_go {
                    pace.sent(now, 0, 0, true);
                }
                may_go
            })
            .count()
    };
    assert_eq!(paid(&mut pace), 50);
    for _ in 0..20 {
        let ticket = pace.sent(now, 0, 0, false);
        pace.answered(now, ticket, 0, RateLimits::default());
    }
    assert_eq!(paid(&mut pace), 10);
    assert_eq!(pace.permit(now, 0, 0, false), Permit::Go);
}

#[test]
fn a_pause_that_the_server_asks_for_holds_everything() {
    let (mut pace, now) = pace(LIMITS);
    let ticket = pace.sent(now, 0, 0, false);
    pace.throttled(now, ticket, Some(Duration::from_secs(45)));
    pace.throttled(now, ticket, Some(Duration::from_secs(2)));
    let end = now + Duration::from_secs(45);
    assert_eq!(pace.permit(now, 0, 0, false), Permit::At(end));
    assert!(pace.is_held(now) && !pace.is_held(end));
    assert_eq!(pace.permit(end, 0, 0, false), Permit::Go);
}

#[test]
fn no_minute_holds_more_than_the_users_limit() {
    let (mut pace, start) = pace(Limits {
        requests_per_minute: Some(15),
        ..LIMITS
    });
    let mut sent = Vec::new();
    for second in 0..300 {
        let now = start + Duration::from_secs(second);
        while pace.permit(now, 0, 0, false) == Permit::Go {
            pace.sent(now, 0, 0, false);
            sent.push(second);
        }
    }
    assert_eq!(sent.len(), 75);
    assert!(sent.windows(16).all(|minute| minute[15] - minute[0] >= 60));
}

#[test]
fn tokens_are_reserved_and_corrected() {
    let (mut pace, now) = pace(Limits {
        tokens_per_minute: Some(1_000),
        ..LIMITS
    });
    let minute = now + Duration::from_secs(60);
    let ticket = pace.sent(now, 0, 800, false);
    assert_eq!(pace.permit(now, 1, 800, false), Permit::At(minute));
    pace.answered(now, ticket, 100, RateLimits::default());
    assert_eq!(pace.permit(now, 0, 800, false), Permit::Go);
    // What is beyond the limit by itself waits for an empty minute only.
    assert_eq!(pace.permit(now, 0, 2_000, false), Permit::At(minute));
    assert_eq!(pace.permit(minute, 0, 2_000, false), Permit::Go);
}

#[test]
fn what_the_headers_leave_is_not_exceeded() {
    let (mut pace, now) = pace(LIMITS);
    let told = |remaining| RateLimits {
        requests: Some(RateWindow {
            limit: Some(100),
            remaining,
            reset: Some(Duration::from_secs(6)),
        }),
        ..RateLimits::default()
    };
    let ticket = pace.sent(now, 0, 0, false);
    pace.answered(now, ticket, 0, told(2));
    for _ in 0..2 {
        assert_eq!(pace.permit(now, 0, 0, false), Permit::Go);
        pace.sent(now, 0, 0, false);
    }
    let reset = now + Duration::from_secs(6);
    assert_eq!(pace.permit(now, 2, 0, false), Permit::At(reset));
    assert_eq!(pace.permit(reset, 2, 0, false), Permit::Go);
    pace.sent(reset, 0, 0, false);
    assert_eq!(pace.permit(reset, 2, 0, false), Permit::Go);
}

#[test]
fn an_outage_says_nothing_of_how_much_is_too_much() {
    let (mut pace, start) = pace(LIMITS);
    let answer = |pace: &mut Pace, now, ticket| {
        pace.answered(now, ticket, 0, RateLimits::default());
    };
    let first = pace.sent(start, 0, 0, false);
    answer(&mut pace, start + millis(10), first);
    let flight: Vec<_> = (0..50)
        .map(|number| pace.sent(start + millis(20), number, 0, false))
        .collect();
    // One is refused, another is answered that went out before, and then every
    // probe is refused.
    pace.overloaded(start + millis(320), flight[0], None);
    answer(&mut pace, start + millis(330), flight[1]);
    for second in 1..20 {
        let now = start + Duration::from_secs(second);
        let probe = pace.sent(now, 0, 0, false);
        pace.overloaded(now + millis(300), probe, None);
    }
    assert_eq!(pace.window.size(), 43);
}
