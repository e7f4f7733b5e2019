//! Runs from their start to every kind of end.

use super::*;
use crate::shutdown::Signal;

#[tokio::test(start_paused = true)]
async fn a_faultless_model_is_asked_once_per_batch() {
    let client = Scripted::new(faultless);
    let (run, _) = Bench::new(35).run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    assert_eq!((run.books.requested, run.books.written), (35, 35));
    assert_eq!(
        (client.calls(), run.traffic.requests, run.traffic.retries),
        (4, 4, 0)
    );
    assert_eq!(run.traffic.usage.prompt_tokens, 400);
}

#[tokio::test(start_paused = true)]
async fn duplicates_are_replaced_until_the_target_is_reached() {
    // Every answer repeats half of the one before.
    let client = Scripted::new(|call, request| pairs(call * 5, wanted(request)));
    let (run, lines) = Bench::new(60).run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    assert_eq!(run.books.written, 60);
    assert!(run.books.duplicate > 0);
    let unique: std::collections::HashSet<_> = lines.iter().collect();
    assert_eq!(unique.len(), 60);
}

/// Pairs of which each is made twice, the second time with another last word.
fn nearly_the_same_twice(call: usize, request: &ChatRequest) -> Step {
    let item = |number: usize| {
        let words = (0..30).map(|word| (number / 2 * 30 + word).to_string());
        let words = words.collect::<Vec<_>>().join(" ");
        json!({"anchor": format!("{words} x{number}"), "positive": words})
    };
    let first = call * 1000;
    let items: Vec<_> = (first..first + wanted(request)).map(item).collect();
    completion(json!({SAMPLES: items}).to_string(), FinishReason::Stop)
}

#[tokio::test(start_paused = true)]
async fn near_duplicates_are_replaced_and_counted_apart() {
    let client = Scripted::new(nearly_the_same_twice);
    let (run, lines) = Bench::new(30).run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    assert!(lines.iter().all(|line| !line.contains("1\",\"positive")));
    assert!(run.books.duplicate >= 25, "{:?}", run.books);
    assert_eq!(run.books.near_duplicate, run.books.duplicate);
}

#[tokio::test(start_paused = true)]
async fn near_duplicates_are_kept_if_the_user_wants_them() {
    let client = Scripted::new(nearly_the_same_twice);
    let mut bench = Bench::new(30);
    bench.options.duplicates = Duplicates::Exact;
    let (run, _) = bench.run(&client).await;
    assert_eq!((run.books.requested, run.books.duplicate), (30, 0));
}

#[tokio::test(start_paused = true)]
async fn a_model_that_repeats_itself_makes_the_run_barren() {
    let client = Scripted::new(|_, _| pairs(0, 10));
    let (run, _) = Bench::new(100).run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Barren)));
    assert_eq!(run.books.written, 10);
    assert!(client.calls() <= 1 + 5 + 4, "{} calls", client.calls());
}

#[tokio::test(start_paused = true)]
async fn no_more_than_the_target_is_written() {
    let client = Scripted::new(|call, _| pairs(call * 100, 25));
    let (run, lines) = Bench::new(12).run(&client).await;
    assert_eq!(lines.len(), 12);
    assert!(run.books.unasked > 0);
    assert!(run.books.rejected["surplus"] > 0);
}

#[tokio::test(start_paused = true)]
async fn requests_are_under_way_beside_each_other() {
    let mut client = Scripted::new(faultless);
    client.latency = Duration::from_secs(2);
    let started = Instant::now();
    let (run, _) = Bench::new(400).run(&client).await;
    assert_eq!(run.books.written, 400);
    assert_eq!(client.most_in_flight.load(Ordering::Relaxed), 4);
    // 40 requests of 2 s each, 2 at a time at first, and then 4.
    assert_eq!(started.elapsed().as_secs(), 22);
}

#[tokio::test(start_paused = true)]
async fn a_passing_error_is_retried_and_counted() {
    let client = Scripted::new(|call, request| match call {
        0 => server_error(),
        _ => faultless(call, request),
    });
    let (run, _) = Bench::new(10).run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    assert_eq!((run.traffic.requests, run.traffic.retries), (2, 1));
    assert_eq!(run.traffic.errors["server error"], 1);
    assert_eq!(run.books.requested, 10);
}

#[tokio::test(start_paused = true)]
async fn http_and_parse_failures_share_one_retry_budget() {
    let client = Scripted::new(|call, _| match call % 2 {
        0 => server_error(),
        _ => completion("no JSON here", FinishReason::Stop),
    });
    let mut bench = Bench::new(10);
    bench.options.limits.concurrency = 1;
    let (run, _) = bench.run(&client).await;
    assert_eq!(run.books.written, 0);
    // Five batches make a run barren; each gets one attempt and two retries.
    assert_eq!(client.calls(), 15);
}

#[tokio::test(start_paused = true)]
async fn a_dead_endpoint_is_told_from_a_barren_model() {
    let client = Scripted::new(|_, _| server_error());
    let (run, _) = Bench::new(100).run(&client).await;
    assert!(matches!(
        run.end,
        Ok(Outcome::Unavailable(LlmError::Server { status: 503, .. }))
    ));
}

#[tokio::test(start_paused = true)]
async fn the_server_decides_on_the_pause() {
    let mut client = Scripted::new(|call, request| match call {
        0 => Step::Error(LlmError::RateLimited {
            message: "slow down".into(),
            retry_after: Some(Duration::from_secs(45)),
        }),
        _ => faultless(call, request),
    });
    client.latency = Duration::from_millis(1_500);
    let started = Instant::now();
    let bench = Bench::new(10);
    let (run, _) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    assert_eq!(started.elapsed().as_secs(), 48);
    // The journal tells when the batch ended, and how long its answer took.
    let mut times = Vec::new();
    let past = bench.place().past().expect("readable").expect("a journal");
    let fields = bench.options.fields(&bench.format);
    past.replay(&fields, |note, _| {
        let batch = &note["batch"];
        times.push((batch["seconds"].clone(), batch["answer_ms"].clone()));
    })
    .expect("readable");
    assert_eq!(times, [(json!(48), json!([1_500]))]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_of_hours_ends_the_run() {
    let client = Scripted::new(|_, _| {
        Step::Error(LlmError::RateLimited {
            message: "tomorrow".into(),
            retry_after: Some(Duration::from_secs(20 * 3600)),
        })
    });
    let (run, _) = Bench::new(10).run(&client).await;
    assert!(matches!(
        run.end,
        Ok(Outcome::Unavailable(LlmError::RateLimited { .. }))
    ));
    assert_eq!(client.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_fatal_error_ends_the_run_and_keeps_what_came() {
    let client = Scripted::new(|call, request| match call {
        0..3 => faultless(call, request),
        _ => Step::Error(LlmError::Quota {
            message: "daily".into(),
        }),
    });
    let (run, lines) = Bench::new(1000).run(&client).await;
    assert!(matches!(
        run.end,
        Err(GenerateError::Llm(LlmError::Quota { .. }))
    ));
    assert_eq!(lines.len(), 30);
    assert_eq!(run.traffic.retries, 0);
    assert!(client.calls() <= 3 + 4, "{} calls", client.calls());
}

#[tokio::test(start_paused = true)]
async fn a_cut_answer_keeps_its_whole_items() {
    let client = Scripted::new(|call, request| match call {
        0 => completion(
            r#"{"samples": [{"anchor": "a", "positive": "b"}, {"anchor": "cut"#,
            FinishReason::MaxTokens,
        ),
        1 => completion("", FinishReason::MaxTokens),
        _ => faultless(call, request),
    });
    let mut bench = Bench::new(20);
    bench.options.limits.concurrency = 1;
    let (run, _) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    assert_eq!(run.traffic.retries, 0);
    // An answer that is cut early is no reason yet for smaller batches.
    assert_eq!(run.books.truncated, 9 + 10);
}

#[tokio::test(start_paused = true)]
async fn blocked_answers_are_counted_and_not_repeated() {
    let client = Scripted::new(|call, request| match call {
        0 => completion("", FinishReason::Blocked("SAFETY".into())),
        1 => completion("", FinishReason::PromptBlocked("OTHER".into())),
        2 => completion("", FinishReason::Recitation),
        _ => faultless(call, request),
    });
    let mut bench = Bench::new(10);
    bench.options.limits.concurrency = 1;
    let (run, _) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    let reasons: Vec<_> = run.books.blocked.keys().map(String::as_str).collect();
    assert_eq!(reasons, ["SAFETY", "prompt: OTHER", "recitation"]);
    let users = client.users();
    assert_ne!(users[0], users[1]);
}

#[tokio::test(start_paused = true)]
async fn invalid_items_are_rejected_with_their_reason() {
    let client = Scripted::new(|call, request| match call {
        0 => completion(
            r#"[{"anchor": "a", "positive": "b"}, {"anchor": "a"}, "text", {"anchor": " ", "positive": 1}]"#,
            FinishReason::Stop,
        ),
        _ => faultless(call, request),
    });
    let (run, _) = Bench::new(10).run(&client).await;
    let reasons: Vec<_> = run
        .books
        .rejected
        .iter()
        .map(|(reason, count)| (reason.as_str(), *count))
        .collect();
    let surplus = ("surplus", 1);
    assert_eq!(
        reasons,
        [
            ("anchor: blank", 1),
            ("not an object", 1),
            ("positive: missing", 1),
            surplus
        ]
    );
    assert_eq!(run.books.failed["not delivered"], 6);
}

#[tokio::test(start_paused = true)]
async fn a_changed_way_of_asking_costs_no_retry() {
    let client = Scripted::new(|call, request| match call {
        0..3 => Step::Error(LlmError::Adapted {
            feature: "a schema",
            message: "no".into(),
        }),
        _ => faultless(call, request),
    });
    let mut bench = Bench::new(10);
    bench.options.max_retries = 0;
    let started = Instant::now();
    let (run, _) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_changes_for_ever_is_stopped() {
    let client = Scripted::new(|_, _| {
        Step::Error(LlmError::Adapted {
            feature: "a schema",
            message: "no".into(),
        })
    });
    let (run, _) = Bench::new(10).run(&client).await;
    assert!(run.end.is_err());
}

#[tokio::test(start_paused = true)]
async fn the_first_interrupt_keeps_what_is_in_flight() {
    let (switch, shutdown) = stop_switch();
    let mut client = Scripted::new(faultless);
    client.latency = Duration::from_secs(1);
    let mut settled = 0;
    let (run, lines) = Bench::new(1000)
        .run_until(
            &client,
            &shutdown,
            on_news(|| {
                settled += 1;
                if settled == 1 {
                    switch.signal(Signal::Interrupt);
                }
            }),
        )
        .await;
    assert!(matches!(run.end, Ok(Outcome::Interrupted)));
    assert_eq!((client.calls(), lines.len()), (2, 20));
}

#[tokio::test(start_paused = true)]
async fn the_second_interrupt_drops_what_is_in_flight() {
    let (switch, shutdown) = stop_switch();
    let mut client = Scripted::new(|call, request| match call {
        0 => faultless(call, request),
        _ => Step::Hang,
    });
    client.latency = Duration::from_secs(1);
    let (run, lines) = Bench::new(1000)
        .run_until(
            &client,
            &shutdown,
            on_news(|| {
                switch.signal(Signal::Interrupt);
                switch.signal(Signal::Interrupt);
            }),
        )
        .await;
    assert!(matches!(run.end, Ok(Outcome::Interrupted)));
    assert_eq!(lines.len(), 10);
    assert_eq!(run.books.failed["cancelled"], 10);
    assert_eq!((run.traffic.requests, run.traffic.unanswered()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_cuts_the_pause_before_a_retry() {
    let (switch, shutdown) = stop_switch();
    let client = Scripted::new(|call, request| match call {
        0 => faultless(call, request),
        _ => Step::Error(LlmError::RateLimited {
            message: "slow down".into(),
            retry_after: Some(Duration::from_secs(300)),
        }),
    });
    let started = Instant::now();
    let (run, _) = Bench::new(1000)
        .run_until(
            &client,
            &shutdown,
            on_news(|| {
                switch.signal(Signal::Terminate);
            }),
        )
        .await;
    assert!(matches!(run.end, Ok(Outcome::Interrupted)));
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_query_is_refined_once_and_used() {
    let client = Scripted::new(|call, request| match &request.answer {
        Answer::Text => completion(" a better query ", FinishReason::Stop),
        Answer::Samples(_) => faultless(call, request),
    });
    let mut bench = Bench::new(20);
    bench.options.refine = true;
    let (run, _) = bench.run(&client).await;
    assert_eq!(run.refined_query.as_deref(), Some("a better query"));
    assert_eq!(run.traffic.requests, 3);
    assert!(client.users()[1].starts_with("Task: a better query\n"));
}

#[tokio::test(start_paused = true)]
async fn a_failed_refinement_leaves_the_query_as_it_is() {
    let client = Scripted::new(|call, request| match &request.answer {
        Answer::Text => server_error(),
        Answer::Samples(_) => faultless(call, request),
    });
    let mut bench = Bench::new(10);
    bench.options.refine = true;
    let (run, _) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    assert_eq!((run.refined_query, client.calls()), (None, 3 + 1));
    assert!(client.users()[3].starts_with("Task: q\n"));
}

#[tokio::test(start_paused = true)]
async fn a_refinement_that_is_about_something_else_is_not_used() {
    for (answer, is_used) in [
        ("Harbour lights, foghorns and their keepers.", true),
        ("I am ready to help. What is your order?", false),
    ] {
        let client = Scripted::new(|call, request| match &request.answer {
            Answer::Text => completion(answer, FinishReason::Stop),
            Answer::Samples(_) => faultless(call, request),
        });
        let mut bench = Bench::new(10);
        bench.source = Source::Query("lights of a harbour".into());
        bench.options.refine = true;
        let (run, _) = bench.run(&client).await;
        let query = if is_used {
            answer
        } else {
            "lights of a harbour"
        };
        assert!(client.users()[1].starts_with(&format!("Task: {query}\n")));
        assert_eq!(run.refined_query.is_some(), is_used);
    }
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_refinement_is_kept() {
    let (switch, shutdown) = stop_switch();
    let mut client = Scripted::new(|_, _| {
        switch.signal(Signal::Interrupt);
        completion("a better query", FinishReason::Stop)
    });
    client.latency = Duration::from_secs(1);
    let mut bench = Bench::new(10);
    bench.options.refine = true;
    let (run, _) = bench.run_until(&client, &shutdown, |_| ()).await;
    assert!(matches!(run.end, Ok(Outcome::Interrupted)));
    assert_eq!(run.refined_query.as_deref(), Some("a better query"));
    assert_eq!(client.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_is_found_by_the_refinement() {
    let client = Scripted::new(|_, _| {
        Step::Error(LlmError::Auth {
            status: 403,
            message: "no".into(),
        })
    });
    let mut bench = Bench::new(10);
    bench.options.refine = true;
    let (run, _) = bench.run(&client).await;
    assert!(matches!(
        run.end,
        Err(GenerateError::Llm(LlmError::Auth { .. }))
    ));
    assert_eq!(client.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn every_passage_is_used() {
    let client = Scripted::new(faultless);
    let passages: Vec<_> = (0..7)
        .map(|number| format!("passage number {number};"))
        .collect();
    let mut bench = Bench::new(20);
    bench.source = documents(&passages);
    let (run, _) = bench.run(&client).await;
    assert_eq!(run.books.written, 20);
    let users = client.users();
    for passage in passages {
        assert!(
            users.iter().any(|user| user.contains(&passage)),
            "{passage:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn each_request_has_a_seed_of_its_own_when_seeded() {
    let client = Scripted::new(faultless);
    let mut bench = Bench::new(40);
    bench.options.seed_requests = true;
    bench.run(&client).await;
    let seeds: std::collections::HashSet<_> = client
        .requests
        .lock()
        .expect("no panic")
        .iter()
        .map(|request| request.seed)
        .collect();
    assert_eq!(seeds.len(), 4);
    assert!(!seeds.contains(&None));
}
