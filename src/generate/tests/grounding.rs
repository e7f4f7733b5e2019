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
    bench.plan.free_context = true;
    let (run, _) = bench.run(&client).await;
    assert!(matches!(run.end, Ok(Outcome::Complete)));
    let rejected = |reason: &str| run.books.rejected.get(reason).copied();
    assert_eq!(rejected("answer: not in the text"), Some(2));
    assert_eq!(rejected("context: not in the text"), Some(2));
}
