//! Runs whose files have another shape than their samples.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::{CSV, JSONL, SOURCES, Sandbox};
use crate::output::faults::{full_after, with_plan};
use crate::output::testing::{claim, text_fields, text_sample};
use crate::output::{Finished, Outputs};
use crate::sample::Field;
use crate::shape::{Conversion, Shape, Unfit};

fn fields() -> Arc<[Field]> {
    text_fields(&["context", "question", "answer"])
}

/// Appends a sample that fits for each of `contexts`, and one that does not.
fn append(outputs: &mut Outputs, contexts: &[&str]) -> bool {
    let fit = contexts
        .iter()
        .map(|context| text_sample(&[context, "?", "b"]));
    let samples: Vec<_> = fit.chain([text_sample(&["a", "?", "b"])]).collect();
    outputs.append(&samples, None, &json!({})).is_ok()
}

#[track_caller]
fn assert_rows(sandbox: &Sandbox, finished: &Finished, rows: u64, not_converted: u64) {
    let reason = Unfit::AnswerNotInContext.to_string();
    let expected = BTreeMap::from([(reason, not_converted)]);
    assert_eq!((finished.rows, &finished.not_converted), (rows, &expected));
    for (name, heading) in [(JSONL, 0), (CSV, 1), (SOURCES, 0)] {
        let lines = sandbox.text(name).lines().count() as u64;
        assert_eq!(lines, rows + heading, "{name}");
    }
}

#[test]
fn what_does_not_fit_is_counted_truly_after_a_full_disk_and_when_resumed() {
    let mut sandbox = Sandbox::new();
    let conversion = Conversion::new(&fields(), Shape::Squad).expect("qa has it");
    sandbox.config.conversion = Some(conversion);
    let place = claim(&sandbox.config, "qa").expect("nobody has it");
    let mut outputs = place.begin(&fields(), &json!({})).expect("begun");
    let plan = full_after(400, "out_qa_from_query.csv.part");
    with_plan(plan, || {
        assert!(append(&mut outputs, &["a b"]));
        assert!(!append(&mut outputs, &["b".repeat(400).as_str(), "b"]));
    });
    assert_rows(&sandbox, &outputs.finish(true), 1, 1);

    let place = claim(&sandbox.config, "qa").expect("nobody has it");
    let past = place.past().expect("readable").expect("a journal");
    assert_eq!(past.samples(), 5);
    let mut outputs = place.resume(&fields(), &past).expect("resumed");
    assert!(append(&mut outputs, &[]));
    assert_rows(&sandbox, &outputs.finish(true), 3, 3);

    let past = sandbox.past().expect("a journal");
    assert_rows(&sandbox, &past.finished().expect("complete"), 3, 3);
    sandbox.config.conversion = None;
    assert!(sandbox.past().expect("a journal").finished().is_none());
}
