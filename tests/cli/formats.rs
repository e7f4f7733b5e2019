//! The predefined formats, as they are asked for and written.

use std::collections::BTreeMap;

use crate::sandbox::Sandbox;

const OFFLINE: &str = "--provider offline --seed 7 --query moons --output-format jsonl";
const CLASSIFIED: &str = "--format classification --samples 10";

/// The predefined formats, and their columns.
pub(crate) const FORMATS: [(&str, &[&str]); 12] = [
    ("pair-class", &["premise", "hypothesis", "label"]),
    ("pair-score", &["sentence1", "sentence2", "score"]),
    ("pair", &["anchor", "positive"]),
    ("triplet", &["anchor", "positive", "negative"]),
    ("qa", &["context", "question", "answer"]),
    ("instruction", &["instruction", "input", "output"]),
    ("chat", &["messages"]),
    ("classification", &["text", "label"]),
    ("preference", &["prompt", "chosen", "rejected"]),
    ("summarisation", &["document", "summary"]),
    ("retrieval", &["query", "positive", "negatives"]),
    ("reasoning", &["question", "reasoning", "answer"]),
];

/// The arguments that choose the format `name`.
pub(crate) fn chosen(name: &str) -> String {
    match name {
        "classification" => format!("--format {name} --labels news,advert,other"),
        _ => format!("--format {name}"),
    }
}

#[test]
fn labels_are_asked_for_before_anything_is_sent() {
    let sandbox = Sandbox::new();
    for (words, said) in [
        (CLASSIFIED, "--format classification needs its classes"),
        (
            "--format qa --labels a,b",
            "--labels names the classes of --format classification only",
        ),
        (
            &format!("{CLASSIFIED} --labels spam"),
            "--labels: 1 given, expected 2 to 50",
        ),
        (
            &format!("{CLASSIFIED} --labels a,b, --yes"),
            "--labels: one is blank",
        ),
        (
            &format!("{CLASSIFIED} --labels spam,ham,SPAM"),
            "--labels: `spam` and `SPAM` are the same",
        ),
        (
            &format!("{CLASSIFIED} --labels spam,ham --balance label=1"),
            "--balance: `label` needs 2 numbers, one for each of spam, ham",
        ),
    ] {
        let words = format!("{OFFLINE} {words}");
        sandbox.run(&words, &[]).exits(2).says(said);
    }
    assert!(sandbox.files().is_empty());
}

#[test]
fn classes_come_out_as_they_are_named_and_even_or_in_shares() {
    for (balance, counts) in [("", [4, 3, 3]), ("--balance label=3,0,2", [6, 0, 4])] {
        let sandbox = Sandbox::new();
        let words = format!("{OFFLINE} {CLASSIFIED} {balance}");
        let labels = ["--labels", "Advert, news item,other"];
        sandbox.run(&words, &labels).exits(0);
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        for row in sandbox.jsonl("synthetic_data_classification_from_query.jsonl") {
            *found
                .entry(row["label"].as_str().unwrap().to_owned())
                .or_default() += 1;
        }
        let names = ["Advert", "news item", "other"].map(str::to_owned);
        let wanted = names
            .into_iter()
            .zip(counts)
            .filter(|(_, count)| *count > 0);
        assert_eq!(found, wanted.collect(), "{balance}");
    }
}

#[test]
fn a_run_of_other_labels_is_not_resumed() {
    let sandbox = Sandbox::new();
    let words = format!("{OFFLINE} {CLASSIFIED}");
    sandbox.run(&words, &["--labels", "a,b"]).exits(0);
    let resumed = |labels| sandbox.run(&words, &["--resume", "--labels", labels]);
    resumed("a,b").exits(0);
    resumed("a,c")
        .exits(2)
        .says("its labels was `a,b`, and now is `a,c`");
}

#[test]
fn conversations_come_back_as_examples_from_every_file() {
    let sandbox = Sandbox::new();
    let words = "--provider offline --query q --format chat --samples 8 --seed";
    sandbox
        .run(&format!("{words} 1 --output-prefix all"), &[])
        .exits(0);
    for extension in ["jsonl", "csv", "parquet"] {
        let examples = format!("--overwrite --examples all_chat_from_query.{extension}");
        let words = format!("{words} 2 {examples}");
        sandbox.run(&words, &[]).exits(0).says("examples: 8");
    }
    sandbox.write(
        "bad.jsonl",
        r#"{"messages": [{"role": "user", "content": "Why?"}]}"#,
    );
    sandbox
        .run(&format!("{words} 3 --overwrite --examples bad.jsonl"), &[])
        .exits(2)
        .says("line 1: messages: not user and assistant in turn");
}

#[test]
fn a_document_that_is_summarised_is_the_passage() {
    let sandbox = Sandbox::new();
    let passage = "The lamp of Skerryvore was lit in 1844. It burned whale oil for decades. Its \
        tower is 48 metres high and stands on a reef. Keepers lived there until 1954.";
    sandbox.write("a.txt", passage);
    let words = "--provider offline --format summarisation --documents a.txt --samples 2";
    sandbox.run(words, &["--output-format", "jsonl"]).exits(0);
    for row in sandbox.jsonl("synthetic_data_summarisation_from_docs.jsonl") {
        assert_eq!(row["document"], passage);
    }
    sandbox
        .run(words, &["--keep-ungrounded", "--overwrite"])
        .exits(0)
        .says("and with summarisation beside --free-context");
    let row = &sandbox.jsonl("synthetic_data_summarisation_from_docs.jsonl")[0];
    assert_eq!(row.as_object().unwrap().len(), 2);
}
