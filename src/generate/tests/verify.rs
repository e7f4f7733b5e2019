//! Second looks: what they keep, what they cost, and that nothing is lost
//! before them.

use serde_json::Value as Json;

use super::*;
use crate::generate::verify::{Action, Counts};
use crate::shutdown::Signal;

pub(super) const QUALITY: Verify = Verify {
    action: Action::Drop,
    min_quality: 3,
    rubric: None,
};

pub(super) fn is_look(request: &ChatRequest) -> bool {
    matches!(&request.answer, Answer::Samples(wanted) if wanted.shape.name == "verdict")
}

/// The samples that a look is for.
fn shown(request: &ChatRequest) -> Vec<Json> {
    let lines = request.user.lines();
    lines
        .map(|line| serde_json::from_str::<Json>(line).expect("JSON")["item"].clone())
        .collect()
}

/// The answer to a look that finds `found` of each sample in the field `name`.
fn verdicts(request: &ChatRequest, name: &str, found: impl Fn(&Json) -> Json) -> Step {
    let numbered = shown(request).into_iter().zip(1..);
    let items: Vec<Json> = numbered
        .map(|(item, number)| json!({"number": number, name: found(&item)}))
        .collect();
    completion(json!({SAMPLES: items}).to_string(), FinishReason::Stop)
}

fn all_good(request: &ChatRequest) -> Step {
    verdicts(request, "quality", |_| 5.into())
}

/// A model whose samples are all good to it.
fn content(call: usize, request: &ChatRequest) -> Step {
    match is_look(request) {
        true => all_good(request),
        false => faultless(call, request),
    }
}

fn verified(samples: usize) -> Bench {
    let mut bench = Bench::new(samples);
    bench.options.verify = Some(QUALITY);
    bench
}

fn counts(run: &Run) -> Counts {
    run.verified.as_ref().expect("verified").all
}

/// Samples with a label each, and how a look labels them.
fn labelled(samples: usize, action: Action) -> Bench {
    let mut bench = verified(samples);
    bench.format = predefined("pair-class").expect("listed");
    bench.options.verify = Some(Verify { action, ..QUALITY });
    bench.options.limits = Limits::at_once(1);
    bench
}

/// Pairs that are all called neutral, of which every second one is no.
fn misjudged(call: usize, request: &ChatRequest) -> Step {
    if is_look(request) {
        return verdicts(request, "label", |item| {
            let premise = item["premise"].as_str().expect("a text");
            u8::from(!premise.ends_with(['1', '3', '5', '7', '9'])).into()
        });
    }
    let items: Vec<_> = (0..wanted(request))
        .map(|it| json!({"premise": format!("premise {call} {it}"), "hypothesis": "h", "label": 1}))
        .collect();
    completion(json!({SAMPLES: items}).to_string(), FinishReason::Stop)
}

#[tokio::test(start_paused = true)]
async fn what_is_judged_poor_is_dropped_and_made_up_for() {
    let client = Scripted::new(|call, request| match is_look(request) {
        true => verdicts(request, "quality", |item| {
            let is_poor = item["anchor"].as_str().expect("a text").ends_with('3');
            if is_poor { 2.into() } else { 4.into() }
        }),
        false => faultless(call, request),
    });
    let (run, lines) = verified(40).run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    assert_eq!(lines.len(), 40);
    assert!(lines.iter().all(|line| !line.contains("3\",")), "{lines:?}");
    let dropped = run.books.rejected["verify: quality 2"];
    assert!(dropped >= 4, "{dropped}");
    let counts = counts(&run);
    assert_eq!((counts.dropped, counts.unjudged), (dropped, 0));
    assert_eq!(counts.agreed + counts.dropped, counts.asked);
}

#[tokio::test(start_paused = true)]
async fn what_has_another_label_is_dropped_or_relabelled() {
    let bench = labelled(20, Action::Drop);
    let (run, lines) = bench.run(&Scripted::new(misjudged)).await;
    assert!(lines.iter().all(|line| line.contains("\"label\":1")));
    let tally = run.verified.expect("verified");
    assert_eq!(tally.labels["neutral"].agreed, tally.all.agreed);
    let reason = "verify: neutral judged entailment";
    assert_eq!(run.books.rejected[reason], tally.all.dropped);

    let bench = labelled(20, Action::Relabel);
    let (run, lines) = bench.run(&Scripted::new(misjudged)).await;
    let relabelled = lines.iter().filter(|line| line.contains("\"label\":0"));
    assert_eq!((relabelled.count(), lines.len()), (10, 20));
    assert_eq!(counts(&run).relabelled, 10);
    assert_eq!(run.books.requested, 20);
}

#[tokio::test(start_paused = true)]
async fn a_class_does_not_overflow_by_relabelling() {
    let mut bench = labelled(10, Action::Relabel);
    bench.options.balance = Some(Balance {
        classes: bench.format.classes().expect("classes"),
        shares: vec![0.2, 0.8, 0.0],
    });
    let (run, _) = bench.run(&Scripted::new(misjudged)).await;
    let balance = run.balance.expect("balanced");
    let written: Vec<_> = balance.classes.iter().map(|it| it.samples).collect();
    assert_eq!(written, [2, 8, 0]);
    assert!(run.books.rejected["label: enough of entailment"] > 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_the_same_after_relabelling_is_a_duplicate() {
    let mut bench = labelled(2, Action::Relabel);
    bench.options.duplicates = Duplicates::Exact;
    let client = Scripted::new(|_, request| {
        if is_look(request) {
            return verdicts(request, "label", |_| 0.into());
        }
        let items = [0, 1].map(|it| json!({"premise": "p", "hypothesis": "h", "label": it}));
        completion(json!({SAMPLES: items}).to_string(), FinishReason::Stop)
    });
    let (run, lines) = bench.run(&client).await;
    assert_eq!(
        lines,
        ["{\"premise\":\"p\",\"hypothesis\":\"h\",\"label\":0}"]
    );
    assert!(matches!(run.end, Ok(Outcome::Barren)));
    // So it is for the run that goes on.
    let (_, lines) = bench.resume(&client).await;
    assert_eq!(lines.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_judged_is_looked_at_once_more_and_kept() {
    let client = Scripted::new(|call, request| match is_look(request) {
        true => completion(
            "{\"samples\":[{\"number\":1,\"quality\":5}]}",
            FinishReason::Stop,
        ),
        false => faultless(call, request),
    });
    let (run, lines) = verified(4).run(&client).await;
    assert_eq!((lines.len(), client.calls()), (4, 3));
    let requests = client.requests.lock().expect("no panic");
    let looked_at: Vec<_> = requests[1..].iter().map(|it| shown(it).len()).collect();
    assert_eq!(looked_at, [4, 3]);
    assert_eq!((counts(&run).agreed, counts(&run).unjudged), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn looks_that_always_fail_keep_the_samples() {
    let client = Scripted::new(|call, request| match is_look(request) {
        true => completion("", FinishReason::Blocked("SAFETY".into())),
        false => faultless(call, request),
    });
    let (run, lines) = verified(10).run(&client).await;
    assert_eq!((lines.len(), counts(&run).unjudged), (10, 10));
}

#[tokio::test(start_paused = true)]
async fn a_look_is_retried_as_a_batch_is() {
    let client = Scripted::new(|call, request| match call {
        1 | 2 => server_error(),
        _ => content(call, request),
    });
    let (run, lines) = verified(10).run(&client).await;
    assert_eq!((lines.len(), client.calls()), (10, 4));
    assert_eq!((run.traffic.retries, run.traffic.verify.requests), (2, 3));
    assert_eq!(counts(&run).agreed, 10);
}

#[tokio::test(start_paused = true)]
async fn samples_that_wait_for_a_look_survive_a_crash_and_are_not_asked_for_again() {
    let bench = verified(20);
    let hanging = Scripted::new(|call, request| match is_look(request) {
        true => Step::Hang,
        false => faultless(call, request),
    });
    let (_switch, shutdown) = stop_switch();
    let (progress, outputs) = bench.resumed();
    let run = bench.go(&hanging, &shutdown, progress, outputs, |_| ());
    let life = Duration::from_secs(5);
    assert!(tokio::time::timeout(life, run).await.is_err());

    let client = Scripted::new(content);
    let (run, lines) = bench.resume(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    assert_eq!((lines.len(), run.books.requested), (20, 20));
    let requests = client.requests.lock().expect("no panic");
    assert!(requests.iter().all(is_look), "nothing is written again");
    assert_eq!(requests.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn samples_that_wait_for_a_look_are_booked_as_such_until_they_had_it() {
    let bench = verified(20);
    let (switch, shutdown) = stop_switch();
    let client = Scripted::new(|call, request| match is_look(request) {
        true => {
            switch.signal(Signal::Interrupt);
            Step::Hang
        }
        false => pairs(call * 1000, wanted(request) - 1),
    });
    let (first, lines) = bench.run_until(&client, &shutdown, |_| ()).await;
    assert!(matches!(first.end, Ok(Outcome::Interrupted)));
    assert!(lines.is_empty());
    assert_eq!(first.books.unverified(), 18);
    assert_eq!((first.books.requested, first.books.failed()), (20, 20));

    let (run, lines) = bench.resume(&Scripted::new(content)).await;
    assert_eq!(lines.len(), 20);
    assert_eq!((run.books.unverified(), run.books.failed()), (0, 2));
    assert_eq!(run.books.requested, 22);
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_look_is_known_to_duplicates() {
    let mut bench = verified(20);
    bench.options.limits = Limits::at_once(2);
    let client = Scripted::new(|call, request| match (call, is_look(request)) {
        (_, true) => all_good(request),
        (0 | 1, _) => pairs(0, wanted(request)),
        _ => faultless(call, request),
    });
    let (run, lines) = bench.run(&client).await;
    assert_eq!((lines.len(), run.books.duplicate), (20, 10));
    assert_eq!(counts(&run).asked, 20);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_brings_nothing_more_waits_for_its_looks() {
    // What takes two looks, and then nothing while the first is under way.
    let mut client = Scripted::new(|call, request| match is_look(request) {
        true => all_good(request),
        false if call == 2 => pairs(0, 15),
        false => pairs(0, 0),
    });
    client.latency = Duration::from_secs(1);
    let mut bench = verified(20);
    bench.options.limits = Limits::at_once(8);
    let (run, lines) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Barren)));
    assert_eq!((lines.len(), run.books.unverified()), (15, 0));
}

#[tokio::test(start_paused = true)]
async fn requests_that_are_used_up_leave_samples_for_the_next_part() {
    let mut bench = verified(10);
    bench.options.budget.requests = Some(1);
    let (run, _) = bench.run(&Scripted::new(content)).await;
    assert!(matches!(run.end, Ok(Outcome::Budget(_))));
    assert_eq!((run.books.written, run.books.unverified()), (0, 10));
    let (run, _) = bench.resume(&Scripted::new(content)).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    assert_eq!(run.traffic.requests, 2);
}

#[tokio::test(start_paused = true)]
async fn second_looks_have_a_price_of_their_own_and_are_within_the_budget() {
    let price = |dollars| crate::llm::Price {
        input: dollars,
        cached_input: dollars,
        output: 0.0,
        date: "2026-11-22".to_owned(),
    };
    // An answer costs ten cents, and a look at it a dollar.
    let rates = Rates {
        samples: price(1_000.0),
        verify: price(10_000.0),
    };
    let mut client = Scripted::new(content);
    client.latency = Duration::from_secs(1);
    let mut bench = verified(1_000);
    bench.options.budget.cost = Some((30.0, rates.clone()));
    let (run, _) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Budget(Spent::Cost { .. }))));
    assert_eq!(run.books.unverified(), 0, "what is written is verified");
    let Traffic {
        requests,
        usage,
        verify,
        ..
    } = &run.traffic;
    assert_eq!(2 * verify.requests, *requests);
    assert_eq!(usage.prompt_tokens, verify.usage.prompt_tokens);
    let cost = rates.cost(&run.traffic);
    assert!((22.0..=30.0).contains(&cost), "{cost}");
}
