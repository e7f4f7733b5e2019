//! Endpoints that complain, fail, and come back.

use super::*;
use crate::llm::RateWindow;

fn rate_limited(retry_after: Option<u64>) -> Step {
    Step::Error(LlmError::RateLimited {
        message: "slow down".into(),
        retry_after: retry_after.map(Duration::from_secs),
    })
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_a_minute_is_probed_gently_and_forgotten_at_once() {
    let started = Instant::now();
    let calls = Mutex::new(Vec::new());
    let mut client = Scripted::new(|call, request| {
        let second = started.elapsed().as_secs();
        calls.lock().expect("no panic").push(second);
        match second {
            10..70 => server_error(),
            _ => faultless(call, request),
        }
    });
    client.latency = Duration::from_millis(500);
    let mut bench = Bench::new(4_000);
    bench.options.limits.concurrency = 8;
    let (run, _) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)), "{run:?}");
    let calls = calls.lock().expect("no panic");
    let within = |seconds: std::ops::Range<u64>| {
        let calls = calls.iter().filter(|second| seconds.contains(second));
        calls.count()
    };
    // Sixteen a second at full speed.
    assert!(within(5..10) >= 5 * 15, "{}", within(5..10));
    assert!(within(20..70) <= 50, "{}", within(20..70));
    assert!(within(75..80) >= 5 * 12, "{}", within(75..80));
    // The batches of the outage are not lost by it.
    assert!(run.books.failed() <= 40, "{:?}", run.books.failed);
}

#[tokio::test(start_paused = true)]
async fn an_outage_without_end_ends_the_run_after_the_longest_wait() {
    let client = Scripted::new(|call, request| match call {
        0..5 => faultless(call, request),
        _ => server_error(),
    });
    let mut bench = Bench::new(1_000);
    bench.options.limits.max_wait = Duration::from_secs(120);
    let started = Instant::now();
    let (run, lines) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Unavailable(_))));
    assert_eq!(lines.len(), 50);
    let seconds = started.elapsed().as_secs();
    assert!((119..=121).contains(&seconds), "{seconds} s");
    assert!(client.calls() <= 5 + 50 + 120, "{} calls", client.calls());
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_never_answered_is_given_up_soon() {
    let client = Scripted::new(|_, _| server_error());
    let started = Instant::now();
    let (run, _) = Bench::new(1_000).run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Unavailable(_))));
    assert!(client.calls() <= 2 * 3, "{} calls", client.calls());
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_key_is_told_twice_at_most() {
    let mut client = Scripted::new(|_, _| {
        Step::Error(LlmError::Auth {
            status: 403,
            message: "no".into(),
        })
    });
    client.latency = Duration::from_millis(100);
    let (run, _) = Bench::new(1_000).run(&client).await;
    assert!(matches!(run.end, Err(GenerateError::Llm(_))));
    assert_eq!(client.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn complaints_cost_no_retries() {
    let client = Scripted::new(|call, request| match call {
        1..30 => rate_limited(None),
        _ => faultless(call, request),
    });
    let mut bench = Bench::new(20);
    bench.options.max_retries = 0;
    bench.options.limits.concurrency = 1;
    let (run, _) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)), "{run:?}");
    assert_eq!(run.books.requested, 20);
    assert_eq!(run.traffic.errors["rate limited"], 29);
}

#[tokio::test(start_paused = true)]
async fn complaints_without_end_end_the_run() {
    let client = Scripted::new(|call, request| match call {
        0 => faultless(call, request),
        _ => rate_limited(Some(45)),
    });
    let started = Instant::now();
    let (run, _) = Bench::new(1_000).run(&client).await;
    assert!(matches!(
        run.end,
        Ok(Outcome::Unavailable(LlmError::RateLimited { .. }))
    ));
    // Thirteen pauses of 45 s; a fourteenth would be too long.
    assert_eq!(started.elapsed().as_secs(), 13 * 45);
    // Everybody waits as long as one is told to.
    assert!(client.calls() <= 1 + 4 * 14, "{} calls", client.calls());
}

#[tokio::test(start_paused = true)]
async fn those_who_watch_learn_what_is_under_way_and_when_it_goes_on() {
    let mut client = Scripted::new(|call, request| match call {
        1 => rate_limited(Some(45)),
        3 => Step::Error(LlmError::Server {
            status: 503,
            message: "overloaded".into(),
            retry_after: Some(Duration::from_secs(20)),
        }),
        _ => faultless(call, request),
    });
    client.latency = Duration::from_millis(500);
    let mut bench = Bench::new(40);
    bench.options.limits.concurrency = 1;
    bench.options.batch_size = 10;
    let mut seen = Vec::new();
    let (_switch, shutdown) = stop_switch();
    let watch = |event: Event<'_>| {
        if let Event::Waiting(flight) = event {
            seen.push(flight);
        }
    };
    let (run, _) = bench.run_until(&client, &shutdown, watch).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)), "{run:?}");
    let flight = |under_way, pause| Flight {
        under_way,
        limit: 1,
        pause,
    };
    let pause = |seconds, is_for_failures| {
        Some(Pause {
            left: Duration::from_secs(seconds),
            is_for_failures,
        })
    };
    assert_eq!(seen[0], flight(1, None));
    assert!(seen.contains(&flight(0, pause(45, false))), "{seen:?}");
    assert!(seen.contains(&flight(0, pause(20, true))), "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn a_limit_in_headers_that_is_used_up_for_hours_ends_the_run() {
    let client = Scripted::new(|call, request| {
        let Step::Answer(mut completion) = faultless(call, request) else {
            unreachable!("it is faultless");
        };
        completion.limits.requests = Some(RateWindow {
            limit: Some(50),
            remaining: 0,
            reset: Some(Duration::from_secs(3 * 3600)),
        });
        Step::Answer(completion)
    });
    let (run, lines) = Bench::new(1_000).run(&client).await;
    assert!(matches!(
        run.end,
        Ok(Outcome::Unavailable(LlmError::RateLimited { .. }))
    ));
    assert_eq!((client.calls(), lines.len()), (2, 20));
}

#[tokio::test(start_paused = true)]
async fn a_fixed_rate_is_used_and_hardly_exceeded() {
    // Fifty a second, and not one more at once; measured after ten seconds.
    const WARM_UP: Duration = Duration::from_secs(10);
    let started = Instant::now();
    let bucket = Mutex::new((1.0_f64, started));
    let refused = AtomicUsize::new(0);
    let mut client = Scripted::new(|call, request| {
        let mut bucket = bucket.lock().expect("no panic");
        let now = Instant::now();
        let filled = bucket.0 + now.duration_since(bucket.1).as_secs_f64() * 50.0;
        *bucket = (filled.min(10.0), now);
        if bucket.0 >= 1.0 {
            bucket.0 -= 1.0;
            return faultless(call, request);
        }
        if started.elapsed() > WARM_UP {
            refused.fetch_add(1, Ordering::Relaxed);
        }
        rate_limited(None)
    });
    client.latency = Duration::from_millis(200);
    let mut bench = Bench::new(20_000);
    bench.options.limits.concurrency = 512;
    let mut warm = 0;
    let (_switch, shutdown) = stop_switch();
    let (run, _) = bench
        .run_until(&client, &shutdown, |event| {
            if let Event::Settled { books, .. } = event
                && started.elapsed() <= WARM_UP
            {
                warm = books.written;
            }
        })
        .await;
    assert!(matches!(run.end, Ok(Outcome::Complete)), "{run:?}");
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let answers = (run.books.written - warm) as f64 / 10.0;
    let seconds = started.elapsed().as_secs_f64() - WARM_UP.as_secs_f64();
    let goodput = answers / seconds;
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let refused = refused.into_inner() as f64;
    let share = refused / (answers + refused);
    assert!(goodput >= 45.0, "{goodput} a second");
    assert!(share < 0.05, "{share}");
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_fails_for_good_is_left_to_others() {
    // One passage of three breaks the server; the others do for all samples.
    let client = Scripted::new(|call, request| match request.user.contains("poison") {
        true => server_error(),
        false => faultless(call, request),
    });
    let mut bench = Bench::new(60);
    bench.source = documents(&["a", "poison", "c"]);
    let (run, lines) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)), "{run:?}");
    assert_eq!(lines.len(), 60);
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_sent_than_are_paid_for() {
    let client = Scripted::new(faultless);
    let mut bench = Bench::new(1_000);
    bench.options.budget.requests = Some(7);
    let (run, lines) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Budget(Spent::Requests(7)))));
    assert_eq!((client.calls(), lines.len()), (7, 70));
    // The next part of the run may send as many again.
    let (run, lines) = bench.resume(&client).await;
    assert_eq!((run.traffic.requests, run.part.traffic.requests), (14, 7));
    assert_eq!(lines.len(), 140);
}

#[tokio::test(start_paused = true)]
async fn no_more_is_spent_than_the_budget_allows() {
    // Each answer costs a dollar and ten cents.
    let price = crate::llm::Price {
        input: 11_000.0,
        cached_input: 11_000.0,
        output: 0.0,
        date: "2026-11-22".to_owned(),
    };
    let mut client = Scripted::new(faultless);
    client.latency = Duration::from_secs(1);
    let mut bench = Bench::new(1_000);
    let rates = Rates {
        samples: price.clone(),
        verify: price.clone(),
    };
    bench.options.budget.cost = Some((13.5, rates));
    let (run, _) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Budget(Spent::Cost { .. }))));
    let cost = price.cost(&run.traffic.usage);
    assert!((12.0..=13.5).contains(&cost), "{cost}");
}
