//! Topics, classes, and knowing when there is no more to come, with a model
//! whose answers depend on what it is asked.

use std::collections::{HashMap, HashSet};

use super::*;
use crate::format::FormatHandler as _;

/// A plan of `count` topics from number `first` on, as a model writes it.
fn plan(first: usize, count: usize) -> Step {
    let topics = (first..first + count)
        .map(|it| json!({"kind": "topic", "name": format!("topic {it}"), "values": ["a", "b"]}));
    let tones = json!({"kind": "attribute", "name": "tone", "values": ["dry", "warm"]});
    let items: Vec<_> = topics.chain([tones]).collect();
    completion(json!({SAMPLES: items}).to_string(), FinishReason::Stop)
}

fn is_plan(request: &ChatRequest) -> bool {
    matches!(&request.answer, Answer::Samples(wanted) if wanted.shape.name == "plan")
}

/// The topic of a request.
fn topic(user: &str) -> &str {
    let mut topics = user
        .lines()
        .filter_map(|line| Some(line.split_once(" samples about: ")?.1));
    topics.next_back().expect("a topic")
}

fn planned(samples: usize) -> Bench {
    let mut bench = Bench::new(samples);
    bench.options.planning = Planning::Asked(Detail::Full);
    bench.options.limits.concurrency = 1;
    bench
}

/// Balanced samples of `format` in these shares.
fn balanced(format: &str, samples: usize, shares: &[f64]) -> Bench {
    let mut bench = Bench::new(samples);
    bench.format = predefined(format).expect("listed");
    bench.options.balance = Some(Balance {
        classes: bench.format.classes().expect("classes"),
        shares: shares.to_vec(),
    });
    bench
}

/// The labels that a request asks for, in order.
fn labels(user: &str) -> Vec<u64> {
    let line = user
        .lines()
        .find_map(|it| it.strip_prefix("label of each sample, in this order: "));
    let labels = line.expect("labels").split(", ");
    labels
        .map(|label| label.parse().expect("a number"))
        .collect()
}

fn pair_classes(call: usize, labels: &[u64]) -> Step {
    let items = labels.iter().enumerate().map(|(item, label)| {
        json!({"premise": format!("premise {call} {item}"), "hypothesis": "h", "label": label})
    });
    let items: Vec<_> = items.collect();
    completion(json!({SAMPLES: items}).to_string(), FinishReason::Stop)
}

fn counts(run: &Run) -> Vec<u64> {
    let balance = run.balance.as_ref().expect("balanced");
    balance.classes.iter().map(|it| it.samples).collect()
}

#[tokio::test(start_paused = true)]
async fn each_request_has_a_topic_and_none_comes_twice_before_all_came() {
    let client = Scripted::new(|call, request| match is_plan(request) {
        true => plan(0, 6),
        false => faultless(call, request),
    });
    let (run, _) = planned(60).run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    assert_eq!(run.traffic.requests, 7, "one for the plan, six for samples");
    let users = client.users();
    let topics: HashSet<&str> = users[1..].iter().map(|user| topic(user)).collect();
    assert_eq!(topics.len(), 6);
    assert!(users[1].contains("\nThat is, spread over: a; b\n"));
    assert!(users[1].contains("This time: tone: "));
    assert_eq!(run.plan.expect("a plan").topics.len(), 6);
}

#[tokio::test(start_paused = true)]
async fn without_a_plan_every_request_is_the_same() {
    let client = Scripted::new(faultless);
    let mut bench = Bench::new(40);
    bench.options.planning = Planning::None;
    bench.run(&client).await;
    let users: HashSet<String> = client.users().into_iter().collect();
    assert_eq!(
        users,
        HashSet::from(["Task: q\nWrite exactly 10 samples.".to_owned()])
    );
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_cannot_be_had_is_replaced_by_words() {
    let few = r#"[{"kind": "topic", "name": "all", "values": []}]"#;
    for answer in ["no idea", "[]", few] {
        let client = Scripted::new(|call, request| match is_plan(request) {
            true => completion(answer, FinishReason::Stop),
            false => faultless(call, request),
        });
        let (run, _) = planned(30).run(&client).await;
        assert!(matches!(run.end, Ok(Outcome::Complete)));
        let users = client.users();
        let dealt = users[2..].iter().flat_map(|user| {
            let (_, words) = user
                .split_once(", each with one of these words in it: ")
                .expect("words");
            words.split(", ")
        });
        assert_eq!(dealt.collect::<HashSet<_>>().len(), 30);
        assert_eq!(run.traffic.requests, 5);
    }
}

#[tokio::test(start_paused = true)]
async fn a_model_that_makes_no_plan_is_asked_for_names_of_topics() {
    let client = Scripted::new(|call, request| match (is_plan(request), call) {
        (true, 0) => completion("no idea", FinishReason::Stop),
        (true, _) => {
            let Answer::Samples(wanted) = &request.answer else {
                unreachable!("it is a plan");
            };
            assert_eq!(wanted.shape.fields.len(), 1);
            let names = (0..wanted.count).map(|it| json!({"topic": format!("topic {call}-{it}")}));
            let names = json!({SAMPLES: names.collect::<Vec<_>>()});
            completion(names.to_string(), FinishReason::Stop)
        }
        _ => faultless(call, request),
    });
    let (run, _) = planned(200).run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    let users = client.users();
    let batches: Vec<_> = users.iter().filter(|it| it.starts_with("Task: ")).collect();
    let told = batches.iter().map(|user| {
        let mut lines = user.lines();
        let (_, topics) = lines
            .find_map(|line| line.split_once(", spread over: "))
            .expect("topics");
        topics.split("; ").collect::<Vec<_>>()
    });
    let told: Vec<_> = told.collect();
    assert_eq!(told.len(), 20);
    assert!(told.iter().all(|topics| topics.len() == 8));
    let topics: HashSet<&str> = told.concat().into_iter().collect();
    assert_eq!(topics.len(), 48, "sixteen more after each eight batches");
}

#[tokio::test(start_paused = true)]
async fn each_sample_has_one_of_the_topics_if_names_are_all_there_is() {
    let client = Scripted::new(|call, request| match is_plan(request) {
        true => {
            let names = (0..8).map(|it| json!({"topic": format!("snake_{it}")}));
            let names = json!({SAMPLES: names.collect::<Vec<_>>()});
            completion(names.to_string(), FinishReason::Stop)
        }
        false => faultless(call, request),
    });
    let mut bench = planned(8);
    bench.options.planning = Planning::Asked(Detail::Names);
    bench.options.batch_size = 4;
    let (run, _) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    let users = client.users();
    assert_eq!(users[0], "Request: q\nList 8 topics.");
    let told = users[1..].iter().flat_map(|user| {
        let (_, topics) = user.split_once(", one about each of: ").expect("topics");
        topics.split("; ")
    });
    let told: Vec<_> = told.collect();
    assert_eq!(told.len(), 8);
    let told: HashSet<_> = told.into_iter().collect();
    assert_eq!(told.len(), 8);
    assert!(told.contains("snake 3"));
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_is_used_up_grows() {
    let client = Scripted::new(|call, request| match is_plan(request) {
        true => plan(call * 10, 4),
        false => faultless(call, request),
    });
    let (run, _) = planned(150).run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    let users = client.users();
    let plans = users.iter().filter(|user| user.starts_with("Request: q"));
    let plans: Vec<_> = plans.collect();
    assert!(plans.len() >= 3, "{}", plans.len());
    assert!(plans[1].contains("topic 0; topic 1; topic 2; topic 3"));
    let batches = users.iter().filter(|user| user.starts_with("Task: "));
    let mut times = HashMap::new();
    for user in batches {
        *times.entry(topic(user)).or_insert(0) += 1;
    }
    assert!(times.values().all(|times| *times <= 2), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn what_was_made_in_a_cell_is_told_when_its_turn_comes_again() {
    let client = Scripted::new(|call, request| match is_plan(request) {
        true if call == 0 => plan(0, 4),
        true => completion("no more", FinishReason::Stop),
        false => faultless(call, request),
    });
    let mut bench = planned(60);
    bench.options.tells_made = true;
    bench.run(&client).await;
    let users = client.users();
    let batches = users.iter().filter(|user| user.starts_with("Task: "));
    let batches: Vec<_> = batches.collect();
    assert!(
        batches[..4]
            .iter()
            .all(|user| !user.contains("those that begin so"))
    );
    assert!(batches[4].contains("nothing like those that begin so:\n- anchor "));
    let first = client
        .users()
        .iter()
        .position(|user| topic_is(user, topic(batches[4])));
    let last = first.expect("the topic came before") * 1000 + 9;
    assert!(
        batches[4]
            .lines()
            .any(|line| line == format!("- anchor {last}")),
        "{}",
        batches[4]
    );
}

fn topic_is(user: &str, name: &str) -> bool {
    user.starts_with("Task: ") && topic(user) == name
}

#[tokio::test(start_paused = true)]
async fn a_topic_that_gives_nothing_is_left_alone() {
    let client = Scripted::new(|call, request| match is_plan(request) {
        true if call == 0 => plan(0, 4),
        true => completion("no more", FinishReason::Stop),
        false if topic(&request.user) == "topic 1" => pairs(0, 1),
        false => faultless(call, request),
    });
    let (run, _) = planned(200).run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    let users = client.users();
    let dry = users.iter().filter(|user| topic_is(user, "topic 1"));
    // One of them may bring the only sample that it has.
    assert!(dry.count() <= 3);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_only_repeats_itself_ends_the_run_within_a_bound() {
    for topics in [4, 30] {
        let client = Scripted::new(|call, request| match is_plan(request) {
            true => plan(call * 100, topics),
            false => pairs(0, 10),
        });
        let (run, _) = planned(10_000).run(&client).await;
        assert!(matches!(run.end, Ok(Outcome::Barren)));
        assert_eq!(run.books.written, 10);
        // Five fruitless answers, another plan, five more.
        assert!(client.calls() <= 1 + 1 + 5 + 1 + 5, "{}", client.calls());
    }
}

#[tokio::test(start_paused = true)]
async fn more_topics_end_a_drought() {
    let client = Scripted::new(|call, request| match is_plan(request) {
        true => plan(call * 100, 5),
        false if topic(&request.user).len() < "topic 100".len() => pairs(0, 10),
        false => faultless(call, request),
    });
    let (run, _) = planned(50).run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    assert_eq!(run.plan.expect("a plan").topics.len(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_resumed_run_follows_the_plan_that_it_had() {
    let bench = planned(100);
    let script = |call: usize, request: &ChatRequest| match is_plan(request) {
        true => plan(call * 100, 12),
        false if call == 4 => Step::Error(LlmError::Quota {
            message: "daily".into(),
        }),
        false => faultless(call, request),
    };
    let first = Scripted::new(script);
    bench.run(&first).await;
    let second = Scripted::new(|call, request| script(call + 100, request));
    let (run, _) = bench.resume(&second).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    assert_eq!(run.plan.expect("a plan").topics.len(), 12);
    let users = [first.users(), second.users()].concat();
    assert_eq!(
        users
            .iter()
            .filter(|user| user.starts_with("Request"))
            .count(),
        1
    );
    let topics = users.iter().filter(|user| user.starts_with("Task"));
    let topics: HashSet<&str> = topics.map(|user| topic(user)).collect();
    assert_eq!(topics.len(), 10, "the one that failed came again");
}

#[tokio::test(start_paused = true)]
async fn classes_come_out_exact() {
    // A model that heeds what it is asked for, and one that does as it likes.
    for obeys in [true, false] {
        for (shares, wanted) in [
            ([1.0, 1.0, 1.0], [34, 33, 33]),
            ([5.0, 3.0, 2.0], [50, 30, 20]),
        ] {
            let client = Scripted::new(move |call, request| {
                let asked = labels(&request.user);
                let unruly: Vec<u64> = (0..asked.len() as u64).map(|it| it % 7 % 3).collect();
                pair_classes(call, if obeys { &asked } else { &unruly })
            });
            let (run, lines) = balanced("pair-class", 100, &shares).run(&client).await;
            assert!(matches!(run.end, Ok(Outcome::Complete)));
            assert_eq!(counts(&run), wanted);
            let of = |label: u64| {
                let ending = format!(":{label}}}");
                lines.iter().filter(|it| it.ends_with(&ending)).count() as u64
            };
            assert_eq!([of(0), of(1), of(2)], wanted);
            let mut reasons = run.books.rejected.keys();
            assert_eq!(
                reasons.any(|it| it.starts_with("label: enough of ")),
                !obeys
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_model_that_cannot_write_a_class_ends_the_run() {
    let client = Scripted::new(|call, request| {
        let asked = labels(&request.user);
        pair_classes(call, &vec![0; asked.len()])
    });
    let (run, _) = balanced("pair-class", 60, &[1.0; 3]).run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Barren)));
    assert_eq!(counts(&run), [20, 0, 0]);
    assert!(client.calls() <= 2 + 5 + 4, "{}", client.calls());
}

#[tokio::test(start_paused = true)]
async fn classes_are_asked_for_in_shares_and_mixed() {
    let client = Scripted::new(|call, request| pair_classes(call, &labels(&request.user)));
    balanced("pair-class", 60, &[1.0; 3]).run(&client).await;
    let orders: HashSet<Vec<u64>> = client.users().iter().map(|user| labels(user)).collect();
    assert!(orders.len() >= 5, "{orders:?}");
    for order in orders {
        let count = |label| order.iter().filter(|it| **it == label).count();
        assert!(
            (0..3).all(|label| (3..=4).contains(&count(label))),
            "{order:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn classes_stay_balanced_over_a_resumption() {
    let bench = balanced("pair-class", 99, &[1.0; 3]);
    let first = Scripted::new(|call, request| match call {
        0..5 => pair_classes(call, &vec![2; labels(&request.user).len()]),
        _ => Step::Error(LlmError::Quota {
            message: "daily".into(),
        }),
    });
    let (run, _) = bench.run(&first).await;
    assert_eq!(counts(&run), [0, 0, 33]);
    let second = Scripted::new(|call, request| pair_classes(call + 9, &labels(&request.user)));
    let (run, _) = bench.resume(&second).await;
    assert_eq!(counts(&run), [33, 33, 33]);
    let asked = second.users().into_iter().flat_map(|user| labels(&user));
    assert_eq!(asked.filter(|label| *label == 2).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn scores_are_spread_over_the_range() {
    let client = Scripted::new(|call, request| {
        let marker = "score of each sample, in this order: ";
        let line = request.user.lines().find_map(|it| it.strip_prefix(marker));
        let bands = line.expect("bands").split(", ");
        let items: Vec<_> = bands
            .enumerate()
            .map(|(item, band)| {
                let (from, _) = band.split_once(" to ").expect("a band");
                let score: f64 = from.parse().expect("a number");
                json!({"sentence1": format!("{call} {item}"), "sentence2": "s", "score": score})
            })
            .collect();
        completion(json!({SAMPLES: items}).to_string(), FinishReason::Stop)
    });
    let (run, _) = balanced("pair-score", 50, &[1.0; 5]).run(&client).await;
    assert_eq!(counts(&run), [10; 5]);
}
