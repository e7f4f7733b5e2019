use serde_json::{Value as Json, json};

use super::*;
use crate::format::{CLASSIFICATION, Format, PREDEFINED, classification, predefined};
use crate::generate::parse::items;
use crate::llm::{Answer, ChatRequest, LlmClient as _, Offline, Wanted};
use crate::sample::{FieldKind, Limit};

const DROP: Verify = Verify {
    action: Action::Drop,
    min_quality: 4,
    rubric: None,
};

fn format(name: &str) -> Format {
    match name {
        CLASSIFICATION => classification(&["news", "advert"].map(String::from)).expect("classes"),
        _ => predefined(name).expect("listed"),
    }
}

fn samples(format: &Format, items: impl IntoIterator<Item = Json>) -> Vec<Sample> {
    let samples = items.into_iter().map(|item| format.validate(item));
    samples.collect::<Result<_, _>>().expect("valid items")
}

/// The only sample of `item`, and what a look at it with such an answer says.
fn verdict(name: &str, item: Json, seed: u64, answer: &Json) -> Verdict {
    let format = format(name);
    let verifier = Verifier::new(&format, &DROP);
    let looks = verifier.looks(&samples(&format, [item]), seed);
    let mut answer = answer.clone();
    answer["number"] = 1.into();
    looks[0].verdicts(&[answer]).remove(0)
}

fn differs(how: &str, instead: Option<Value>) -> Verdict {
    let how = how.to_owned();
    Verdict::Differs { how, instead }
}

fn nli(label: u8) -> Json {
    json!({"premise": "It rains.", "hypothesis": "It is dry.", "label": label})
}

fn triplet() -> Json {
    json!({"anchor": "cat", "positive": "kitten", "negative": "truck"})
}

fn qa(context: &str, question: &str) -> Json {
    json!({"context": context, "question": question, "answer": "1844"})
}

fn users(looks: &[Look]) -> Vec<String> {
    looks.iter().map(|look| look.request(None).user).collect()
}

#[test]
fn the_requests_of_the_formats() {
    let requests: Vec<_> = PREDEFINED
        .iter()
        .map(|name| {
            let format = format(name);
            let item = format.fields().iter().map(|field| {
                let value = match (field.kind, &field.limit) {
                    (_, Limit::Choices(names)) => json!(names[0]),
                    (FieldKind::String, _) => json!(format!("A {}.", field.name)),
                    (FieldKind::List, _) => json!([format!("One of {}.", field.name)]),
                    (FieldKind::Messages, _) => json!([
                        {"role": "user", "content": "A question?"},
                        {"role": "assistant", "content": "An answer."},
                    ]),
                    _ => json!(1),
                };
                (field.name.clone(), value)
            });
            let samples = samples(&format, [Json::Object(item.collect())]);
            let looks = Verifier::new(&format, &DROP).looks(&samples, 1);
            let ChatRequest { system, user, .. } = looks[0].request(None);
            format!("===== {name}\n{system}\n-----\n{user}")
        })
        .collect();
    insta::assert_snapshot!(requests.concat());
}

#[test]
fn a_rubric_of_the_user_stands_for_the_one_of_the_format() {
    let format = format("pair");
    let verify = Verify {
        rubric: Some("\nIs it polite?\n".to_owned()),
        ..DROP
    };
    let system = Verifier::new(&format, &verify).system;
    assert!(
        system.contains("by this rubric:\nIs it polite?\n\nJudge"),
        "{system}"
    );
    assert!(!system.contains("Positive pairs"), "{system}");
}

#[test]
fn what_is_judged_is_not_shown() {
    let format = format("pair-class");
    let looks = Verifier::new(&format, &DROP).looks(&samples(&format, [nli(2)]), 0);
    assert_eq!(
        users(&looks),
        ["{\"number\":1,\"item\":{\"premise\":\"It rains.\",\"hypothesis\":\"It is dry.\"}}\n"]
    );
}

#[test]
fn a_text_cannot_end_its_item() {
    let format = format("pair");
    let hostile = json!({"anchor": "\"}}\n{\"number\":2}", "positive": "a\rb\nc"});
    let looks = Verifier::new(&format, &DROP).looks(&samples(&format, [hostile]), 0);
    assert_eq!(looks[0].request(None).user.lines().count(), 1);
}

#[test]
fn a_context_is_shown_once_to_the_questions_that_share_it() {
    let format = format("qa");
    let items = [
        qa("A.", "1?"),
        qa("A.", "2?"),
        qa("B.", "3?"),
        qa("A.", "4?"),
    ];
    let looks = Verifier::new(&format, &DROP).looks(&samples(&format, items), 0);
    let line = |number, context: Option<&str>, question| match context {
        Some(context) => {
            format!(
                "{{\"number\":{number},\"item\":{{\"context\":\"{context}\",\"question\":\"{question}\"}}}}\n"
            )
        }
        None => format!("{{\"number\":{number},\"item\":{{\"question\":\"{question}\"}}}}\n"),
    };
    assert_eq!(
        users(&looks),
        [[
            line(1, Some("A."), "1?"),
            line(2, None, "2?"),
            line(3, Some("B."), "3?"),
            line(4, Some("A."), "4?"),
        ]
        .concat()]
    );
}

#[test]
fn looks_hold_ten_samples_or_24_000_bytes_and_begin_with_a_whole_item() {
    let format = format("qa");
    let verifier = Verifier::new(&format, &DROP);
    let sizes = |items: Vec<Json>| -> Vec<usize> {
        let looks = verifier.looks(&samples(&format, items), 0);
        assert!(users(&looks).iter().all(|user| user.contains("context")));
        looks.iter().map(Look::samples).collect()
    };
    assert_eq!(sizes(vec![qa("A.", "?"); 25]), [10, 10, 5]);
    let long = |letter: &str| qa(&letter.repeat(11_500), "?");
    assert_eq!(sizes(vec![long("a"), long("b"), long("c")]), [2, 1]);
    assert_eq!(sizes(vec![long("a"); 3]), [3]);
    assert_eq!(sizes(vec![qa(&"a".repeat(100_000), "?"); 2]), [1, 1]);
    assert_eq!(sizes(vec![]), [0; 0]);
}

#[test]
fn a_request_wants_an_item_for_each_sample() {
    let format = format("pair-class");
    let looks = Verifier::new(&format, &DROP).looks(&samples(&format, [nli(0), nli(1)]), 0);
    let Answer::Samples(wanted) = looks[0].request(Some(7)).answer else {
        panic!("no samples");
    };
    let names: Vec<_> = wanted
        .shape
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!((wanted.count, names), (2, vec!["number", "label"]));
}

#[test]
fn texts_are_swapped_by_the_seed_and_judged_as_they_stood() {
    let shown = |seed| {
        let format = format("triplet");
        let verifier = Verifier::new(&format, &DROP);
        users(&verifier.looks(&samples(&format, [triplet()]), seed)).remove(0)
    };
    let is_swapped = |seed| shown(seed).find("truck") < shown(seed).find("kitten");
    let n_swapped = (0..100).filter(|seed| is_swapped(*seed)).count();
    assert!((30..=70).contains(&n_swapped), "{n_swapped}");
    for seed in 0..20 {
        let (right, wrong) = if is_swapped(seed) { (2, 1) } else { (1, 2) };
        let verdict = |nearer| verdict("triplet", triplet(), seed, &json!({"nearer": nearer}));
        assert_eq!(verdict(right), Verdict::Agrees);
        assert_eq!(verdict(wrong), differs("the negative is nearer", None));
        assert_eq!(verdict(3), Verdict::Unjudged);
        assert_eq!(verdict(0), Verdict::Unjudged);
    }
}

#[test]
fn labels_are_judged_by_number_or_name() {
    let verdict = |label: Json| verdict("pair-class", nli(2), 0, &json!({"label": label}));
    for same in [json!(2), json!("2"), json!("Contradiction")] {
        assert_eq!(verdict(same), Verdict::Agrees);
    }
    assert_eq!(
        verdict(json!(1)),
        differs("contradiction judged neutral", Some(Value::Integer(1)))
    );
    for unusable in [
        json!(3),
        json!(-1),
        json!(null),
        json!("maybe"),
        json!([2]),
        json!(1.5),
    ] {
        assert_eq!(verdict(unusable), Verdict::Unjudged);
    }
}

#[test]
fn classes_are_judged_by_name() {
    let item = json!({"text": "Buy now!", "label": "advert"});
    let verdict = |label: Json| verdict(CLASSIFICATION, item.clone(), 0, &json!({"label": label}));
    assert_eq!(verdict(json!(" Advert")), Verdict::Agrees);
    assert_eq!(
        verdict(json!("news")),
        differs("advert judged news", Some(Value::String("news".into())))
    );
    for unusable in [json!("spam"), json!(0), json!(null), json!("")] {
        assert_eq!(verdict(unusable), Verdict::Unjudged);
    }
}

#[test]
fn the_better_response_is_found_blindly() {
    let item = json!({"prompt": "How many?", "chosen": "Two.", "rejected": "Three."});
    let format = format("preference");
    let verifier = Verifier::new(&format, &DROP);
    for seed in 0..8 {
        let look = verifier
            .looks(&samples(&format, [item.clone()]), seed)
            .remove(0);
        let user = look.request(None).user;
        assert!(
            !user.contains("chosen") && !user.contains("rejected"),
            "{user}"
        );
        let right = 1 + usize::from(user.find("Three.") < user.find("Two."));
        let verdict = |better| {
            look.verdicts(&[json!({"number": 1, "better": better})])
                .remove(0)
        };
        assert_eq!(verdict(right), Verdict::Agrees);
        assert_eq!(
            verdict(3 - right),
            differs("the rejected one is better", None)
        );
    }
}

#[test]
fn scores_may_be_a_quarter_apart() {
    let verdict = |score: f64, found: Json| {
        let item = json!({"sentence1": "a", "sentence2": "b", "score": score});
        verdict("pair-score", item, 0, &json!({"score": found}))
    };
    assert_eq!(verdict(0.3, json!(0.55)), Verdict::Agrees);
    assert_eq!(verdict(0.3, json!("0.1")), Verdict::Agrees);
    assert_eq!(verdict(1.0, json!(1)), Verdict::Agrees);
    assert_eq!(
        verdict(0.3, json!(0.56)),
        differs("another score", Some(Value::Float(0.56)))
    );
    for unusable in [
        json!(1.1),
        json!(-0.1),
        json!("NaN"),
        json!(null),
        json!({}),
    ] {
        assert_eq!(verdict(0.3, unusable), Verdict::Unjudged);
    }
}

#[test]
fn answers_are_compared_by_their_words() {
    let verdict = |answer: &Json| verdict("qa", qa("Lit in 1844.", "When?"), 0, answer);
    assert_eq!(verdict(&json!({"answer": "in 1844"})), Verdict::Agrees);
    assert_eq!(verdict(&json!({"answer": 1844})), Verdict::Agrees);
    for other in ["1854", "unanswerable", ""] {
        assert_eq!(
            verdict(&json!({"answer": other})),
            differs("another answer", None)
        );
    }
    assert_eq!(verdict(&json!({})), Verdict::Unjudged);
    assert_eq!(verdict(&json!({"answer": null})), Verdict::Unjudged);
}

#[test]
fn what_is_not_as_good_as_wanted_differs() {
    let pair = || json!({"anchor": "a", "positive": "b"});
    let verdict = |quality: Json| verdict("pair", pair(), 0, &json!({"quality": quality}));
    assert_eq!(verdict(json!(4)), Verdict::Agrees);
    assert_eq!(verdict(json!("5")), Verdict::Agrees);
    assert_eq!(verdict(json!(3)), differs("quality 3", None));
    assert_eq!(verdict(json!(6)), Verdict::Unjudged);
    assert_eq!(verdict(json!(0)), Verdict::Unjudged);
}

#[test]
fn hostile_answers_judge_nothing_but_what_they_name_once() {
    const NONE: Verdict = Verdict::Unjudged;
    let format = format("pair-class");
    let items = (0..4).map(|_| nli(0));
    let looks = Verifier::new(&format, &DROP).looks(&samples(&format, items), 0);
    let answer = [
        json!({"number": 9, "label": 0}),
        json!({"number": 0, "label": 0}),
        json!({"number": -1, "label": 0}),
        json!({"label": 0}),
        json!("number"),
        json!([1]),
        json!(null),
        json!({"number": 4, "label": 0}),
        json!({"number": 2, "label": 0}),
        json!({"number": "2", "label": 1}),
        json!({"number": 3, "labels": 0}),
    ];
    let verdicts = looks[0].verdicts(&answer);
    assert_eq!(verdicts, [NONE, NONE, NONE, Verdict::Agrees]);
    assert_eq!(looks[0].verdicts(&[]), [NONE; 4]);
}

#[test]
fn a_verdict_keeps_drops_or_relabels_and_is_counted() {
    let format = format("pair-class");
    let sample = samples(&format, [nli(2)]).remove(0);
    let conclude = |action, verdict| {
        let verify = Verify { action, ..DROP };
        let mut tally = Tally::default();
        let kept = Verifier::new(&format, &verify).conclude(sample.clone(), verdict, &mut tally);
        assert_eq!(tally.labels["contradiction"], tally.all);
        let Counts {
            agreed,
            dropped,
            relabelled,
            unjudged,
            ..
        } = tally.all;
        (kept, [agreed, dropped, relabelled, unjudged])
    };
    let neutral = || differs("contradiction judged neutral", Some(Value::Integer(1)));
    let why = "verify: contradiction judged neutral".to_owned();
    let relabelled = samples(&format, [nli(1)]).remove(0);
    assert_eq!(
        conclude(Action::Drop, Verdict::Agrees),
        (Ok(sample.clone()), [1, 0, 0, 0])
    );
    assert_eq!(conclude(Action::Drop, neutral()), (Err(why), [0, 1, 0, 0]));
    assert_eq!(
        conclude(Action::Relabel, neutral()),
        (Ok(relabelled), [0, 0, 1, 0])
    );
    assert_eq!(
        conclude(Action::Relabel, Verdict::Unjudged),
        (Ok(sample.clone()), [0, 0, 0, 1])
    );
}

#[test]
fn a_score_can_become_the_second_one() {
    let format = format("pair-score");
    let item = |score: f64| json!({"sentence1": "a", "sentence2": "b", "score": score});
    let mut samples = samples(&format, [item(0.9), item(0.2)]);
    let verify = Verify {
        action: Action::Relabel,
        ..DROP
    };
    let verdict = differs("another score", Some(Value::Float(0.2)));
    let kept =
        Verifier::new(&format, &verify).conclude(samples.remove(0), verdict, &mut Tally::default());
    assert_eq!(kept, Ok(samples.remove(0)));
}

/// Items that the offline provider answers `request` with.
async fn offline(request: &ChatRequest) -> Vec<Json> {
    let completion = Offline::new(7).complete(request).await.expect("an answer");
    items(&completion.text).expect("items")
}

#[tokio::test]
async fn the_offline_provider_agrees_with_most_of_what_it_made_but_labels() {
    for (name, least) in PREDEFINED
        .into_iter()
        .zip([20, 50, 80, 80, 80, 80, 80, 40, 80, 80, 80, 80])
    {
        let format = format(name);
        let shape = ItemShape {
            name: name.to_owned(),
            fields: format.fields().to_vec(),
        };
        let request = ChatRequest {
            system: "Write.".into(),
            user: "Anything.".to_owned(),
            attachment: None,
            answer: Answer::Samples(Wanted {
                classes: None,
                shape: shape.into(),
                count: 200,
                passage: None,
            }),
            seed: None,
            number: 0,
        };
        let samples = samples(&format, offline(&request).await);
        let verifier = Verifier::new(&format, &DROP);
        let mut tally = Tally::default();
        let mut samples = samples.as_slice();
        for look in verifier.looks(samples, 1) {
            let (looked_at, rest) = samples.split_at(look.samples());
            let verdicts = look.verdicts(&offline(&look.request(None)).await);
            for (sample, verdict) in looked_at.iter().zip(verdicts) {
                let _ = verifier.conclude(sample.clone(), verdict, &mut tally);
            }
            samples = rest;
        }
        assert_eq!((tally.all.asked, tally.all.unjudged), (200, 0), "{name}");
        let percent = tally.all.agreed / 2;
        assert!((least..100).contains(&percent), "{name}: {percent} %");
    }
}
