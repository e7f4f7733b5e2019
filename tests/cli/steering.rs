//! What each request is asked for: topics, classes, and what is there already.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::fake_gemini::{FakeGemini, KEY, Reply, answer_fully, schema, user_text};
use crate::items;
use crate::run::Ran;
use crate::sandbox::Sandbox;

const PAIRS: &str = "--format pair --no-refine --json --output-format jsonl --concurrency 1";

/// A Gemini that plans four topics and answers everything else fully.
fn planner() -> FakeGemini {
    FakeGemini::with(|request, order| match is_plan(&request.body) {
        true => Reply::Items(vec![
            item("attribute", "tone", &["dry", "warm"]),
            item("topic", "bees", &["honey", "wax"]),
            item("topic", "wasps", &["nests", "stings"]),
            item("topic", "ants", &["hills", "trails"]),
            item("topic", "moths", &["wings", "lamps"]),
        ]),
        false => answer_fully(request, order),
    })
}

fn item(kind: &str, name: &str, values: &[&str]) -> Value {
    json!({"kind": kind, "name": name, "values": values})
}

fn is_plan(body: &Value) -> bool {
    let kind = schema(body).and_then(|it| it.pointer("/properties/samples/items/properties/kind"));
    kind.is_some()
}

fn is_names(body: &Value) -> bool {
    let topic =
        schema(body).and_then(|it| it.pointer("/properties/samples/items/properties/topic"));
    topic.is_some()
}

fn run(sandbox: &Sandbox, fake: &FakeGemini, words: &str) -> Ran {
    let env = [("GOOGLE_API_KEY", KEY)];
    let words = format!("--query insects {words}");
    sandbox.run_in(&env, &words, &["--base-url", &fake.server.url()])
}

/// The user turns of all requests, in order.
fn users(fake: &FakeGemini) -> Vec<String> {
    let requests = fake.server.requests().into_iter();
    requests.map(|request| user_text(&request.body)).collect()
}

/// The values of the lines of user turns that begin so.
fn lines<'a>(users: &'a [String], beginning: &str) -> Vec<&'a str> {
    let lines = users.iter().flat_map(|user| user.lines());
    lines
        .filter_map(|line| line.strip_prefix(beginning))
        .collect()
}

#[test]
fn topics_are_planned_once_and_each_request_has_one() {
    let (sandbox, fake) = (Sandbox::new(), planner());
    let ran = run(
        &sandbox,
        &fake,
        &format!("{PAIRS} --samples 200 --batch-size 25"),
    )
    .exits(0)
    .says("plan: 4 topics with 8 sub-topics");
    let result = ran.json();
    // A plan, four batches, a request for more topics, in vain, four batches.
    assert_eq!(result["traffic"]["requests"], 10);
    assert_eq!(
        result["plan"]["topics"][1],
        json!({"topic": "wasps", "subtopics": ["nests", "stings"]})
    );
    let users = users(&fake);
    assert!(users[0].starts_with("Request: insects\n"), "{}", users[0]);
    let topics = lines(&users, "Write exactly 25 samples about: ");
    assert_eq!(topics[..4].iter().collect::<HashSet<_>>().len(), 4);
    assert_eq!(topics[..4], topics[4..]);
    let parts = lines(&users, "That is, spread over: ");
    assert_eq!(parts.iter().collect::<HashSet<_>>().len(), 4);
    assert_eq!(lines(&users, "- anchor").len(), 4 * 6);
}

#[test]
fn a_small_run_is_planned_by_names_and_each_sample_has_a_topic_of_its_own() {
    let sandbox = Sandbox::new();
    let name = |number| json!({"topic": format!("insect {number}")});
    let fake = FakeGemini::with(move |request, order| match is_names(&request.body) {
        true => Reply::Items((0..8).map(name).collect()),
        false => answer_fully(request, order),
    });
    let words = format!("{PAIRS} --samples 8 --batch-size 4");
    run(&sandbox, &fake, &words)
        .exits(0)
        .says("plan: 8 topics\n");
    let users = users(&fake);
    assert_eq!(users[0], "Request: insects\nList 8 topics.");
    let topics = lines(&users, "Write exactly 4 samples, one about each of: ").join("; ");
    assert_eq!(topics.split("; ").collect::<HashSet<_>>().len(), 8);
}

#[test]
fn words_are_dealt_out_where_no_topics_can_be_had() {
    let sandbox = Sandbox::new();
    let fake = FakeGemini::with(|request, order| match is_names(&request.body) {
        true => Reply::Items(vec![json!({"topic": "bees"}); 8]),
        false => answer_fully(request, order),
    });
    let words = format!("{PAIRS} --samples 8 --batch-size 4");
    run(&sandbox, &fake, &words)
        .exits(0)
        .says("words are dealt out in place of topics")
        .says("7 of 8 topics are none or repeat others");
    let users = users(&fake);
    let words = lines(
        &users,
        "Write exactly 4 samples, each with one of these words in it: ",
    )
    .join(", ");
    assert_eq!(words.split(", ").collect::<HashSet<_>>().len(), 8);
}

#[test]
fn a_plan_is_saved_and_used_again() {
    let (sandbox, fake) = (Sandbox::new(), planner());
    let words = format!("{PAIRS} --samples 10 --batch-size 5 --plan plan.json");
    run(&sandbox, &fake, &words).exits(0);
    let saved: Value = serde_json::from_str(&sandbox.read("plan.json")).unwrap();
    assert_eq!(saved["topics"].as_array().unwrap().len(), 4);
    assert_eq!(saved["attributes"][0]["attribute"], "tone");

    let again = planner();
    run(&sandbox, &again, &format!("{words} --output-prefix again")).exits(0);
    assert_eq!(again.server.requests().len(), 2, "nothing is planned");
    let topics = |fake| lines(&users(fake), "Write exactly 5 samples about: ").join(", ");
    assert!(!topics(&again).is_empty());
    assert!(sandbox.files().contains(&"plan.json".to_owned()));
}

#[test]
fn topics_are_given_by_hand() {
    let (sandbox, fake) = (Sandbox::new(), planner());
    sandbox.write("topics.csv", "topic,weight\nbees,3\n\"wasps, red\",1\n");
    let words = format!("{PAIRS} --samples 40 --batch-size 5 --topics topics.csv");
    run(&sandbox, &fake, &words).exits(0);
    let users = users(&fake);
    let topics = lines(&users, "Write exactly 5 samples about: ");
    let bees = topics.iter().filter(|topic| **topic == "bees").count();
    assert_eq!((topics.len(), bees), (8, 6));
    // A topic that is new has none yet.
    assert_eq!(lines(&users, "This time: ").len(), 6);
}

#[test]
fn a_plan_or_topics_that_cannot_be_used_are_found_before_any_request() {
    let (sandbox, fake) = (Sandbox::new(), planner());
    sandbox.write("bad.csv", "topic,weight\nbees,many\n");
    sandbox.write("empty.txt", "\n# nothing\n");
    sandbox.write("bad.json", "{\"topics\": [{\"name\": \"bees\"}]}");
    for (words, said) in [
        (
            "--topics bad.csv",
            "topics file `bad.csv`: line 2: the weight must be a finite number above 0, and is `many`",
        ),
        (
            "--topics empty.txt",
            "topics file `empty.txt`: it holds no topic",
        ),
        ("--topics none.txt", "topics file `none.txt`: No such file"),
        (
            "--plan bad.json",
            "plan file `bad.json`: unknown field `name`",
        ),
        (
            "--plan no/plan.json",
            "plan file `no/plan.json`: its folder does not exist",
        ),
        ("--no-plan --plan a.json", "cannot be used with"),
    ] {
        let ran = run(&sandbox, &fake, &format!("{PAIRS} {words}")).exits(2);
        ran.says(said);
    }
    assert!(fake.server.requests().is_empty());
}

#[test]
fn the_bare_query_is_sent_on_demand() {
    let (sandbox, fake) = (Sandbox::new(), planner());
    run(&sandbox, &fake, &format!("{PAIRS} --no-plan --samples 5")).exits(0);
    assert_eq!(users(&fake), ["Task: insects\nWrite exactly 5 samples."]);
}

/// A Gemini that heeds the labels it is asked for.
fn obedient() -> FakeGemini {
    FakeGemini::with(|request, order| {
        let users = [user_text(&request.body)];
        let labels = lines(&users, "label of each sample, in this order: ");
        let labels: Vec<i64> = labels[0]
            .split(", ")
            .map(|it| it.parse().unwrap())
            .collect();
        let schema = schema(&request.body);
        let mut items = items::wanted(&users[0], schema, order);
        for (item, label) in items.iter_mut().zip(labels) {
            item["label"] = label.into();
        }
        Reply::Items(items)
    })
}

#[test]
fn classes_are_balanced_or_follow_the_shares_that_are_given() {
    for (balance, counts) in [
        ("", [34, 33, 33]),
        (" --balance label=0.5,0.3,0.2", [50, 30, 20]),
        (" --balance label=1,0,1", [50, 0, 50]),
    ] {
        let (sandbox, fake) = (Sandbox::new(), obedient());
        let words = format!(
            "--format pair-class --no-refine --topics none --json --samples 100 --batch-size 7{balance}"
        );
        let ran = run(&sandbox, &fake, &words).exits(0);
        let rows = sandbox.jsonl("synthetic_data_pair-class_from_query.jsonl");
        let of = |label: i64| rows.iter().filter(|row| row["label"] == label).count();
        assert_eq!([of(0), of(1), of(2)], counts);
        let classes = &ran.json()["balance"]["classes"];
        assert_eq!(
            classes[0],
            json!({"class": "entailment", "samples": counts[0]})
        );
        ran.says(&format!("label entailment {0} {0} %", counts[0]));
    }
}

#[test]
fn classes_come_as_they_like_on_demand() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    let words = "--format pair-class --no-refine --topics none --samples 10 --json --balance none";
    let ran = run(&sandbox, &fake, words).exits(0);
    assert_eq!(ran.json()["balance"], Value::Null);
    assert!(lines(&users(&fake), "label of each").is_empty());
}

#[test]
fn a_balance_that_does_not_fit_the_format_is_refused() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    for (words, said) in [
        (
            "--format pair-class --balance label=1,2",
            "--balance: `label` needs 3 numbers, one for each of entailment, neutral, contradiction",
        ),
        (
            "--format pair-class --balance tone=1,2",
            "--balance: `tone` is no field of `pair-class` with classes",
        ),
        (
            "--format pair-class --balance label=0,0,0",
            "one of the numbers must be above 0",
        ),
        (
            "--format pair-class --balance label=1e308,1e308,1",
            "each number must be from 0 to 1000000000",
        ),
        (
            "--format pair-class --split 1e308,1e308",
            "two or three numbers from 0.000001 to 1000000",
        ),
        (
            "--format pair-class --balance label=a",
            "such as label=0.5,0.3,0.2",
        ),
        (
            "--format qa --balance label=1,1,1",
            "`label` is no field of `qa`",
        ),
    ] {
        run(&sandbox, &fake, words).exits(2).says(said);
    }
    assert!(fake.server.requests().is_empty());
}

#[test]
fn a_model_that_cannot_write_a_class_ends_the_run_with_advice() {
    let fake = FakeGemini::with(|request, order| {
        let mut items = items::wanted(&user_text(&request.body), schema(&request.body), order);
        for item in &mut items {
            item["label"] = 0.into();
        }
        Reply::Items(items)
    });
    let sandbox = Sandbox::new();
    let words = "--format pair-class --no-refine --topics none --samples 30 --json";
    let ran = run(&sandbox, &fake, words).exits(3);
    let classes = &ran.json()["balance"]["classes"];
    assert_eq!(
        [&classes[0]["samples"], &classes[1]["samples"]],
        [&json!(10), &json!(0)]
    );
    ran.says("label: enough of entailment")
        .says("--balance none takes what it writes");
}
