//! `--verify`: a second look at each sample, by the model or another one.

use std::sync::Mutex;

use serde_json::{Value, json};

use crate::fake_gemini::{self, FakeGemini, Reply, answer_fully, schema, user_text};
use crate::fake_openai::{self, Behaviour, FakeOpenAi};
use crate::formats::{FORMATS, chosen};
use crate::run::Ran;
use crate::sandbox::Sandbox;
use crate::server::{Delivery, RecordedRequest};

const ALWAYS: &str = "--no-refine --topics none --balance none --samples 6 --concurrency 1 \
    --output-format jsonl --json --verify";

/// The field that a look finds; `None` if the request is for samples.
fn found_field(body: &Value) -> Option<&'static str> {
    let item = schema(body)?.pointer("/properties/samples/items/properties")?;
    item.get("number")?;
    ["answer", "label", "score", "nearer", "better", "quality"]
        .into_iter()
        .find(|name| item.get(name).is_some())
}

/// The items that a look is for.
fn shown(user: &str) -> Vec<Value> {
    let lines = user.lines().map(serde_json::from_str::<Value>);
    lines.map(|line| line.unwrap()["item"].clone()).collect()
}

/// What is answered if `found` is found in each item of a look.
fn found_in(user: &str, name: &str, found: impl Fn(&Value) -> Value) -> Vec<Value> {
    let items = shown(user).into_iter().zip(1..);
    items
        .map(|(item, number)| json!({"number": number, name: found(&item)}))
        .collect()
}

/// A Gemini that writes anything, and finds `found` when it looks.
fn gemini(found: impl Fn(&Value) -> Value + Send + Sync + 'static) -> FakeGemini {
    FakeGemini::with(move |request, order| match found_field(&request.body) {
        Some(name) => Reply::Items(found_in(&user_text(&request.body), name, &found)),
        None => answer_fully(request, order),
    })
}

fn looks(fake: &FakeGemini) -> Vec<RecordedRequest> {
    let requests = fake.server.requests().into_iter();
    let looks = requests.filter(|request| found_field(&request.body).is_some());
    looks.collect()
}

fn verified(sandbox: &Sandbox, fake: &FakeGemini, words: &str) -> Ran {
    sandbox.gemini(fake, &format!("{ALWAYS} {words}"))
}

/// How many samples met each fate, in the manifest.
fn tally(result: &Value) -> [u64; 5] {
    let names = ["asked", "agreed", "dropped", "relabelled", "unjudged"];
    names.map(|name| result["verified"][name].as_u64().unwrap())
}

#[test]
fn what_agrees_is_kept_in_every_format() {
    for (format, _) in FORMATS {
        let written = Mutex::new(Vec::<Value>::new());
        let fake = FakeGemini::with(move |request, order| {
            let mut written = written.lock().unwrap();
            let Some(name) = found_field(&request.body) else {
                let items = fake_gemini::asked_items(request, order);
                written.extend(items.clone());
                return Reply::Items(items);
            };
            let user = user_text(&request.body);
            let found = found_in(&user, name, |item| match name {
                "answer" => item["context"].clone(),
                "quality" => json!(4),
                "nearer" => {
                    let is_first = |it: &Value| it["positive"] == item["text 1"];
                    json!(if written.iter().any(is_first) { 1 } else { 2 })
                }
                "better" => {
                    let is_first = |it: &Value| it["chosen"] == item["text 1"];
                    json!(if written.iter().any(is_first) { 1 } else { 2 })
                }
                name => {
                    let is_it = |it: &&Value| {
                        let shown = item.as_object().unwrap();
                        shown.iter().all(|(key, value)| it[key] == *value)
                    };
                    written.iter().find(is_it).unwrap()[name].clone()
                }
            });
            Reply::Items(found)
        });
        let sandbox = Sandbox::new();
        let ran = verified(&sandbox, &fake, &chosen(format)).exits(0);
        let result = ran.says("verified 6: 6 agreed").json();
        assert_eq!(tally(&result), [6, 6, 0, 0, 0], "{format}");
        assert_eq!(result["traffic"]["verify"]["requests"], 1);
        let look = &looks(&fake)[0];
        let found = found_field(&look.body).unwrap();
        for item in shown(&user_text(&look.body)) {
            assert!(
                [found, "chosen"]
                    .iter()
                    .all(|name| item.get(name).is_none()),
                "{item}"
            );
        }
    }
}

#[test]
fn what_differs_is_dropped_told_and_kept_as_an_example() {
    let (sandbox, fake) = (Sandbox::new(), gemini(|_| json!(0)));
    let ran = verified(&sandbox, &fake, "--format pair-class").exits(0);
    let result = ran.json();
    let [asked, agreed, dropped, ..] = tally(&result);
    assert_eq!((agreed, asked), (6, 6 + dropped));
    assert!(dropped >= 6, "{result}");
    let of_neutral = &result["verified"]["labels"]["neutral"];
    let reason = "verify: neutral judged entailment";
    assert_eq!(of_neutral["dropped"], result["samples"]["rejected"][reason]);
    assert!(ran.stderr.contains("    neutral "), "{}", ran.stderr);
    let examples = sandbox.jsonl(".sdgen/synthetic_data_pair-class_from_query.rejects.jsonl");
    let example = examples.iter().find(|it| it["reason"] == reason).unwrap();
    assert_eq!(example["item"]["label"], 1);
    let lines = sandbox.jsonl("synthetic_data_pair-class_from_query.jsonl");
    assert!(lines.iter().all(|line| line["label"] == 0));
}

#[test]
fn what_differs_is_relabelled_on_demand() {
    let (sandbox, fake) = (Sandbox::new(), gemini(|_| json!(2)));
    let words = "--format pair-class --verify-action relabel";
    let result = verified(&sandbox, &fake, words).exits(0).json();
    let lines = sandbox.jsonl("synthetic_data_pair-class_from_query.jsonl");
    assert_eq!(lines.len(), 6);
    assert!(lines.iter().all(|line| line["label"] == 2));
    assert_eq!(tally(&result), [6, 2, 0, 4, 0]);
}

#[test]
fn what_is_not_judged_is_kept() {
    let fake = FakeGemini::with(|request, order| match found_field(&request.body) {
        Some(_) => Reply::Text("they are all fine".to_owned(), "STOP"),
        None => answer_fully(request, order),
    });
    let sandbox = Sandbox::new();
    let result = verified(&sandbox, &fake, "--format pair").exits(0).json();
    assert_eq!(tally(&result), [6, 0, 0, 0, 6]);
    assert_eq!(looks(&fake).len(), 2);
}

#[test]
fn quality_is_judged_by_a_rubric() {
    let sandbox = Sandbox::new();
    sandbox.write("rubric.txt", "\u{feff}Good pairs rhyme.\n");
    let fake = gemini(|item| {
        let is_odd = item["anchor"].as_str().unwrap().len() % 2;
        json!(4 + is_odd)
    });
    let words = "--format pair --rubric rubric.txt --min-quality 5";
    let result = verified(&sandbox, &fake, words).exits(0).json();
    assert_eq!(
        result["samples"]["rejected"]["verify: quality 4"],
        tally(&result)[2]
    );
    let system = fake_gemini::system_text(&looks(&fake)[0].body);
    assert!(system.contains("rubric:\nGood pairs rhyme.\n"), "{system}");
}

#[test]
fn flags_that_do_not_fit_are_found_before_any_request() {
    let (sandbox, fake) = (Sandbox::new(), gemini(|_| json!(5)));
    sandbox.write("blank.txt", " \n");
    sandbox.write("long.txt", "ä".repeat(4_001));
    for (words, said) in [
        (
            "--format qa --verify-action relabel",
            "`qa`, whose second look finds neither a label nor a score",
        ),
        (
            "--format pair-class --min-quality 3",
            "--min-quality does not fit `pair-class`, whose second look finds no quality",
        ),
        (
            "--format triplet --rubric long.txt",
            "--rubric does not fit",
        ),
        (
            "--format pair --rubric none.txt",
            "rubric file `none.txt`: No such file",
        ),
        ("--format pair --rubric blank.txt", "it is blank"),
        (
            "--format pair --rubric long.txt",
            "rubric file `long.txt`: it has 4001 characters, and may have 4000",
        ),
        (
            "--format pair --max-cost 1 --verify-model gemini-3.5-unheard-of",
            "none is known for model `gemini-3.5-unheard-of`",
        ),
    ] {
        verified(&sandbox, &fake, words).exits(2).says(said);
    }
    let ran = sandbox.gemini(&fake, "--format pair --verify-model m");
    ran.exits(2).says("--verify");
    assert!(fake.server.requests().is_empty());
}

#[test]
fn another_model_may_look_and_has_a_price_of_its_own() {
    let sandbox = Sandbox::new();
    let fake = gemini(|_| json!(5));
    sandbox.write(
        "prices.json",
        r#"{"date": "2026-11-12", "prices": [
            {"model": "gemini-3.5-flash-lite", "input": 0, "output": 0},
            {"model": "gemini-2.5-pro", "input": 1000, "output": 0}]}"#,
    );
    let words = "--format pair --verify-model gemini-2.5-pro --prices prices.json --max-cost 5";
    let ran = verified(&sandbox, &fake, words).exits(0);
    let result = ran.json();
    assert_eq!(result["verify_model"], "gemini-2.5-pro");
    assert_eq!(
        result["traffic"]["models"],
        json!(["gemini-3.5-flash-lite"])
    );
    let tokens = result["traffic"]["verify"]["prompt_tokens"]
        .as_f64()
        .unwrap();
    let cost = result["cost"]["usd"].as_f64().unwrap();
    assert!(
        tokens > 0.0 && (cost - tokens / 1000.0).abs() < 1e-9,
        "{result}"
    );
    let [write, look] = &fake.server.requests()[..] else {
        panic!("two requests");
    };
    assert!(write.path.contains("gemini-3.5-flash-lite"));
    assert!(look.path.contains("gemini-2.5-pro"));
    assert_eq!(look.body["generationConfig"]["temperature"], 0.0);
    assert_eq!(look.body["generationConfig"].get("topP"), None);
    assert_eq!(look.header("x-goog-api-key"), Some(fake_gemini::KEY));
    for file in sandbox.files() {
        assert!(!sandbox.read(&file).contains(fake_gemini::KEY), "{file}");
    }
    assert!(!ran.stderr.contains(fake_gemini::KEY));
}

#[test]
fn a_model_that_heeds_no_temperature_is_sent_none() {
    let (sandbox, fake) = (Sandbox::new(), gemini(|_| json!(5)));
    let words = "--format pair --temperature 1 --top-k 3";
    verified(&sandbox, &fake, words).exits(0);
    let look = &looks(&fake)[0];
    for name in ["temperature", "topP", "topK"] {
        assert_eq!(look.body["generationConfig"].get(name), None, "{name}");
    }
}

#[test]
fn an_openai_endpoint_looks_at_temperature_zero() {
    let fake = FakeOpenAi::with(Behaviour::OpenAi, |request, order| {
        let user = fake_openai::text_of("user", &request.body);
        match user.starts_with("{\"number\":1") {
            true => fake_openai::Reply::Items(found_in(&user, "quality", |_| json!(5))),
            false => fake_openai::answer_fully(request, order),
        }
    });
    let sandbox = Sandbox::new();
    let words = format!("{ALWAYS} --format pair --verify-model judge");
    let result = sandbox.openai(&fake, &words).exits(0).json();
    assert_eq!(tally(&result), [6, 6, 0, 0, 0]);
    let requests = fake.server.requests();
    let look = &requests.last().unwrap().body;
    assert_eq!(
        (&look["model"], &look["temperature"]),
        (&json!("judge"), &json!(0.0))
    );
    assert_eq!(look.get("top_p"), None);
    assert_eq!(requests[0].body["model"], "m");
}

#[test]
fn what_waits_for_its_look_when_requests_are_used_up_is_not_asked_for_again() {
    let (sandbox, fake) = (Sandbox::new(), gemini(|_| json!(5)));
    let words = "--format pair --max-requests 1";
    let ran = verified(&sandbox, &fake, words).exits(3);
    let result = ran.says("plus --resume").says("not verified yet 6").json();
    assert_eq!(result["samples"]["written"], 0);
    // It is there, and is not begun anew by accident.
    verified(&sandbox, &fake, words)
        .exits(2)
        .says("6 samples in");
    let result = verified(&sandbox, &fake, &format!("{words} --resume"))
        .exits(0)
        .json();
    assert_eq!(result["samples"]["requested"], 6);
    assert_eq!(result["samples"]["failed"], json!({}));
    assert_eq!(fake.server.requests().len(), 2);
}

#[test]
fn what_waits_for_its_look_at_a_crash_is_not_asked_for_again() {
    let fake = FakeGemini::with(|request, order| match found_field(&request.body) {
        Some(_) if order == 1 => Reply::Wire(Delivery::Hang),
        Some(name) => Reply::Items(found_in(&user_text(&request.body), name, |_| json!(5))),
        None => answer_fully(request, order),
    });
    let sandbox = Sandbox::new();
    let words = format!("{ALWAYS} --format pair --query q");
    let mut process = sandbox.gemini_process(&fake, &words).spawn().unwrap();
    fake.server.wait_for_requests(2);
    process.kill().unwrap();
    assert!(!process.wait().unwrap().success());
    let ran = verified(&sandbox, &fake, "--format pair --resume").exits(0);
    let result = ran.json();
    let samples = &result["samples"];
    assert_eq!(
        (&samples["requested"], &samples["written"]),
        (&json!(6), &json!(6))
    );
    let requests = fake.server.requests().len();
    assert_eq!(requests, 3, "one answer, and two looks at it");
}

#[test]
fn a_run_is_resumed_with_the_same_look_only() {
    let (sandbox, fake) = (Sandbox::new(), gemini(|_| json!(5)));
    verified(&sandbox, &fake, "--format pair").exits(0);
    let unlike = |words: &str, said: &str| {
        let words = format!("--format pair --resume {words}");
        verified(&sandbox, &fake, &words).exits(2).says(said);
    };
    sandbox.write("rubric.txt", "Good pairs rhyme.");
    unlike("--rubric rubric.txt", "it was begun without --rubric");
    unlike("--min-quality 4", "its min-quality was 3, and now is 4");
    unlike(
        "--verify-model gemini-2.5-pro",
        "its verify-model was `gemini-3.5-flash-lite`",
    );
    let words = ALWAYS.replace("--verify", "--format pair --resume");
    let ran = sandbox.gemini(&fake, &words).exits(2);
    ran.says("its verify was given, and now is not given");
}
