//! Samples from documents, and the text they are about.

use super::*;

const PASSAGE: &str = "The lighthouse of Skerryvore was lit in 1844, after six years of work.";

fn bench() -> Bench {
    let mut bench = Bench::new(2);
    bench.format = predefined("qa").expect("listed");
    bench.source = documents(&[PASSAGE]);
    bench
}

/// The text of an answer with these items.
fn items(items: &serde_json::Value) -> Step {
    completion(json!({SAMPLES: items}).to_string(), FinishReason::Stop)
}

#[tokio::test(start_paused = true)]
async fn the_context_is_the_passage_word_for_word() {
    let client = Scripted::new(|call, _| {
        items(&json!([
            {"question": format!("When, {call}?"), "answer": "1844"},
            {"context": "of its own", "question": format!("How long, {call}?"), "answer": "six years"},
        ]))
    });
    let (run, lines) = bench().run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    for line in lines {
        let sample: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(sample["context"], PASSAGE);
    }
    let requests = client.requests.lock().expect("no panic");
    let Answer::Samples(wanted) = &requests[0].answer else {
        panic!("samples are wanted");
    };
    let fields: Vec<_> = wanted
        .shape
        .fields
        .iter()
        .map(|field| &field.name)
        .collect();
    assert_eq!(fields, ["question", "answer"]);
    assert!(
        requests[0]
            .system
            .contains("The context of every sample is the passage")
    );
}

/// Two samples of the passage and two of another world, one of which the model
/// repeats.
fn mixed(call: usize, _: &ChatRequest) -> Step {
    items(&json!([
        {"question": format!("When, {call}?"), "answer": "in 1844"},
        {"question": format!("How long, {call}?"), "answer": "for ten winters"},
        {"question": "By whom?", "answer": "by Queen Victoria"},
    ]))
}

#[tokio::test(start_paused = true)]
async fn an_answer_must_be_covered_by_the_passage_that_is_its_context() {
    let (run, lines) = bench().run(&Scripted::new(mixed)).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    assert!(lines.iter().all(|line| line.contains("in 1844")));
    let rejected = run.books.rejected.get("answer: not in the text");
    assert_eq!(rejected.copied(), Some(4));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_grounded_may_be_kept_and_is_marked() {
    let mut bench = bench();
    bench.options.keep_ungrounded = true;
    bench.options.samples = 5;
    bench.options.batch_size = 3;
    let (run, lines) = bench.run(&Scripted::new(mixed)).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    let mark = |line: &String| {
        let sample: serde_json::Value = serde_json::from_str(line).expect("JSON");
        (
            sample["answer"].as_str().expect("a text").to_owned(),
            sample["_grounded"].as_bool().expect("a mark"),
        )
    };
    let mut marks: Vec<_> = lines.iter().map(mark).collect();
    marks.sort();
    let marks: Vec<_> = marks.iter().map(|(answer, is)| (&**answer, *is)).collect();
    assert_eq!(
        marks,
        [
            ("by Queen Victoria", false),
            ("for ten winters", false),
            ("for ten winters", false),
            ("in 1844", true),
            ("in 1844", true),
        ]
    );
    assert_eq!((run.books.ungrounded, run.books.duplicate), (3, 1));
    assert_eq!(run.books.rejected(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_mark_makes_no_other_sample_of_one_that_was_there() {
    // The second passage does not hold the context that the model copied.
    let client = Scripted::new(|_, _| {
        items(&json!([{"context": PASSAGE, "question": "When?", "answer": "1844"}]))
    });
    let mut bench = bench();
    bench.source = documents(&[PASSAGE, "Bell Rock is the oldest lighthouse in the sea."]);
    (bench.options.free_context, bench.options.keep_ungrounded) = (true, true);
    let (run, lines) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Barren)));
    assert_eq!((lines.len(), run.books.written), (1, 1));

    let (resumed, lines) = bench.resume(&client).await;
    assert!(matches!(resumed.end, Ok(Outcome::Barren)));
    assert_eq!((lines.len(), resumed.books.written), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn the_origin_of_a_sample_is_its_passage_and_the_model_that_answered() {
    let client = Scripted::new(|call, _| {
        items(&json!([{"question": format!("When, {call}?"), "answer": "1844"}]))
    });
    let mut bench = bench();
    bench.options.batch_size = 1;
    bench.run(&client).await;
    let sources = bench
        .folder
        .path()
        .join(".sdgen/data_pair_from_query.sources.jsonl");
    let origin = r#""source":"a.txt","chunk":1,"page":9,"model":"scripted-001""#;
    assert_eq!(
        std::fs::read_to_string(sources).expect("a finished file"),
        format!("{{\"row\":1,{origin},\"request\":1}}\n{{\"row\":2,{origin},\"request\":2}}\n")
    );
}

#[tokio::test(start_paused = true)]
async fn a_context_of_the_model_must_come_from_the_passage() {
    let client = Scripted::new(|call, _| {
        let context = &PASSAGE[..45];
        items(&json!([
            {"context": context, "question": format!("When, {call}?"), "answer": "in 1844"},
            {"context": context, "question": "How long?", "answer": "for ten winters"},
            {"context": "The tower of Babel was never finished.", "question": "Why?", "answer": "Babel"},
        ]))
    });
    let mut bench = bench();
    bench.options.free_context = true;
    let (run, _) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    let rejected = |reason: &str| run.books.rejected.get(reason).copied();
    assert_eq!(rejected("answer: not in the text"), Some(2));
    assert_eq!(rejected("context: not in the text"), Some(2));
}

#[tokio::test(start_paused = true)]
async fn a_copy_of_an_example_is_not_written_whatever_its_context_and_mark() {
    let mut bench = bench();
    bench.options.keep_ungrounded = true;
    let texts = ["another context", "By whom?", "by Queen Victoria"];
    let values = texts.map(|text| crate::sample::Value::String(text.into()));
    let example = Sample {
        values: values.to_vec(),
    };
    let examples = Examples::new(vec![example], bench.format.fields(), Some("context"));
    bench.options.examples = Some(Arc::new(examples));
    let (run, lines) = bench.run(&Scripted::new(mixed)).await;
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| !line.contains("Victoria")));
    assert_eq!(run.books.rejected.get("copied example"), Some(&1));
}
