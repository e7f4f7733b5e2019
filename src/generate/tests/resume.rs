//! Runs that go on where they stopped.

use super::*;
use crate::shutdown::Signal;

/// As many pairs as the request wants, the same for the same request.
fn faithful(_: usize, request: &ChatRequest) -> Step {
    let asked = crc32fast::hash(request.user.as_bytes());
    let items: Vec<_> = (0..wanted(request))
        .map(|item| json!({"anchor": format!("{asked} {item}"), "positive": "p"}))
        .collect();
    completion(json!({SAMPLES: items}).to_string(), FinishReason::Stop)
}

/// A run that is interrupted after some settled batches.
async fn interrupted(bench: &Bench, client: &dyn LlmClient, after: usize) -> Run {
    let (switch, shutdown) = stop_switch();
    let mut settled = 0;
    let (run, _) = bench
        .run_until(
            client,
            &shutdown,
            on_news(|| {
                settled += 1;
                if settled == after {
                    switch.signal(Signal::Interrupt);
                    switch.signal(Signal::Interrupt);
                }
            }),
        )
        .await;
    assert!(matches!(run.end, Ok(Outcome::Interrupted)));
    run
}

#[tokio::test(start_paused = true)]
async fn a_resumed_run_makes_what_an_undisturbed_one_makes() {
    let mut client = Scripted::new(faithful);
    client.latency = Duration::from_secs(1);
    let (run, mut expected) = Bench::new(200).run(&client).await;
    let undisturbed = client.calls();
    assert_eq!(run.books.requested, 200);

    let bench = Bench::new(200);
    let client = Scripted::new(faithful);
    interrupted(&bench, &client, 7).await;
    let (run, mut lines) = bench.resume(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    // What was under way is asked for again, and no more.
    assert!(client.calls() <= undisturbed + 4, "{}", client.calls());
    expected.sort();
    lines.sort();
    assert_eq!(lines, expected);
}

#[tokio::test(start_paused = true)]
async fn the_books_of_all_parts_are_one() {
    let bench = Bench::new(200);
    let mut client = Scripted::new(|call, request| match call % 5 {
        3 => server_error(),
        4 => completion("", FinishReason::Blocked("SAFETY".into())),
        _ => pairs(call * 5, wanted(request)),
    });
    client.latency = Duration::from_secs(1);
    let first = interrupted(&bench, &client, 9).await;
    let (run, lines) = bench.resume(&client).await;
    assert_eq!(lines.len(), 200);
    assert_eq!(run.part.number, 2);
    assert_eq!(run.part.written + first.books.written, 200);
    assert_eq!(run.traffic.requests, client.calls() as u64);
    let mut sum = first.traffic;
    sum += run.part.traffic;
    assert_eq!(sum, run.traffic);
    assert!(run.books.blocked["SAFETY"] > first.books.blocked["SAFETY"]);
    assert!(run.books.duplicate >= first.books.duplicate);
}

#[tokio::test(start_paused = true)]
async fn near_duplicates_of_an_earlier_part_are_found() {
    let words: Vec<_> = (0..50).map(|word| word.to_string()).collect();
    let text = |last: &str| format!("{} {last}", words.join(" "));
    let answer = |last: &str| {
        let item = json!({"anchor": text(last), "positive": format!("so {}", text(last))});
        completion(json!({SAMPLES: [item]}).to_string(), FinishReason::Stop)
    };
    let bench = Bench::new(2);
    let (run, _) = bench.run(&Scripted::new(|_, _| answer("by day"))).await;
    assert_eq!((run.books.written, run.books.near_duplicate), (1, 0));
    let resumed = Scripted::new(|_, _| answer("by night"));
    let (run, lines) = bench.resume(&resumed).await;
    assert_eq!(lines.len(), 1);
    assert_eq!(run.books.near_duplicate, resumed.calls() as u64);
    assert_eq!(run.books.duplicate, run.books.near_duplicate + 5);
}

#[tokio::test(start_paused = true)]
async fn a_finished_run_can_be_enlarged() {
    let client = Scripted::new(faultless);
    let mut bench = Bench::new(30);
    let (_, first) = bench.run(&client).await;
    bench.options.samples = 50;
    let (run, lines) = bench.resume(&client).await;
    assert_eq!(lines[..30], first);
    assert_eq!((lines.len(), run.part.written), (50, 20));
    assert_eq!(client.calls(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_barren_run_gets_another_chance() {
    let client = Scripted::new(|_, _| pairs(0, 10));
    let bench = Bench::new(20);
    let (run, _) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Barren)));
    let client = Scripted::new(|call, request| pairs(10 + call * 10, wanted(request)));
    let (run, _) = bench.resume(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    assert_eq!(run.part.written, 10);
}

#[tokio::test(start_paused = true)]
async fn the_query_is_refined_in_the_first_part_only() {
    let client = Scripted::new(|call, request| match &request.answer {
        Answer::Text => completion("a better query", FinishReason::Stop),
        Answer::Samples(_) => faultless(call, request),
    });
    let mut bench = Bench::new(100);
    bench.options.refine = true;
    interrupted(&bench, &client, 3).await;
    let before = client.calls();
    let (run, _) = bench.resume(&client).await;
    assert_eq!(run.refined_query.as_deref(), Some("a better query"));
    let users = client.users();
    assert!(
        users[before..]
            .iter()
            .all(|user| user.starts_with("Task: a better query\n"))
    );
}

#[tokio::test(start_paused = true)]
async fn the_grace_for_what_is_under_way_is_bounded() {
    let (switch, shutdown) = stop_switch();
    let client = Scripted::new(|call, request| match call {
        0 => faultless(call, request),
        _ => Step::Hang,
    });
    let started = Instant::now();
    let bench = Bench::new(1_000);
    let (run, _) = bench
        .run_until(
            &client,
            &shutdown,
            on_news(|| switch.signal(Signal::Terminate)),
        )
        .await;
    assert!(matches!(run.end, Ok(Outcome::Interrupted)));
    assert_eq!(started.elapsed(), bench.options.grace);
    assert_eq!(run.traffic.unanswered(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_journal_is_safe_within_a_second_while_nothing_comes() {
    let mut client = Scripted::new(|call, request| match call {
        0..4 => faultless(call, request),
        _ => Step::Hang,
    });
    client.latency = Duration::from_millis(100);
    let bench = Bench::new(1_000);
    let (_switch, shutdown) = stop_switch();
    for (milliseconds, is_safe) in [(900, false), (1_100, true)] {
        client.calls.store(0, Ordering::Relaxed);
        let (progress, mut outputs) = bench.resumed();
        let generator = Generator {
            format: &bench.format,
            client: &client,
            verifier: &client,
            options: &bench.options,
            shutdown: &shutdown,
        };
        let run = generator.run(bench.source.clone(), progress, &mut outputs, |_| ());
        let life = Duration::from_millis(milliseconds);
        assert!(tokio::time::timeout(life, run).await.is_err());
        assert_eq!(outputs.is_synced(), is_safe, "after {milliseconds} ms");
    }
}
