//! Parts of a data set, and the folder for the Hub.

use std::collections::HashSet;

use crate::data_sets::DataSets;
use crate::sandbox::Sandbox;

const WORDS: &str = "--provider offline --query moons --format pair-class --seed 3";
const BASE: &str = "synthetic_data_pair-class_from_query";

fn premises(sandbox: &Sandbox, part: &str) -> Vec<String> {
    let rows = sandbox.jsonl(&format!("{BASE}.{part}jsonl"));
    let premises = rows.iter().map(|row| row["premise"].as_str().unwrap());
    premises.map(str::to_lowercase).collect()
}

#[test]
fn no_premise_is_in_two_parts_and_every_sample_is_in_one() {
    let sandbox = Sandbox::new();
    let words = format!("{WORDS} --split 0.8,0.1,0.1 --output-format jsonl,csv,parquet");
    let ran = sandbox.run(&format!("{words} --samples 400"), &[]).exits(0);
    assert_eq!(ran.stdout.lines().count(), 12);
    let parts = ["train.", "validation.", "test."].map(|part| premises(&sandbox, part));
    let sets = parts.clone().map(HashSet::from_iter);
    let [train, validation, test]: [HashSet<String>; 3] = sets;
    assert!(train.is_disjoint(&validation) && train.is_disjoint(&test));
    assert!(validation.is_disjoint(&test));
    let mut all = parts.concat();
    let mut whole = premises(&sandbox, "");
    all.sort();
    whole.sort();
    assert_eq!(all, whole);
    assert!((280..360).contains(&parts[0].len()), "{}", parts[0].len());
    for part in ["train", "validation", "test"] {
        DataSets::read(&sandbox, &format!("{BASE}.{part}")).rows();
    }

    // What is missing is made again, without a request.
    std::fs::remove_file(sandbox.path(&format!("{BASE}.test.csv"))).unwrap();
    let again = format!("{words} --samples 400 --resume");
    sandbox.run(&again, &[]).exits(0);
    assert_eq!(
        DataSets::n_rows(&sandbox, &format!("{BASE}.test.csv")),
        parts[2].len()
    );
    let parts_left = sandbox.files().into_iter();
    assert_eq!(parts_left.filter(|file| file.contains(".part")).count(), 0);

    // More samples: what was in a part stays in it.
    sandbox
        .run(&format!("{words} --samples 500 --resume"), &[])
        .exits(0);
    let now: HashSet<_> = premises(&sandbox, "train.").into_iter().collect();
    assert!(train.is_subset(&now) && now.len() > train.len());
    assert_eq!(premises(&sandbox, "").len(), 500);
}

#[test]
fn a_folder_for_the_hub_has_parts_and_a_card() {
    let sandbox = Sandbox::new();
    let words = format!("{WORDS} --samples 50 --output-format hf --split 0.8,0.2 --language de");
    let ran = sandbox.run(&words, &[]).exits(0);
    let ran = ran.says(&format!("hf upload USER/NAME {BASE} . --repo-type dataset"));
    for file in ["train-00000-of-00001", "test-00000-of-00001"] {
        let path = format!("{BASE}/data/{file}.parquet");
        assert!(ran.stdout.contains(&path), "{}", ran.stdout);
        assert!(DataSets::n_rows(&sandbox, &path) > 0);
    }
    let card = sandbox.read(&format!("{BASE}/README.md"));
    for line in [
        "- \"de\"",
        "  - split: test",
        "          '1': \"neutral\"",
        "- made from the query: moons",
        "of 50 samples asked for 50 were written",
    ] {
        assert!(card.contains(line), "no `{line}` in: {card}");
    }
    sandbox.run(&words, &[]).exits(2).says("exists already");
    sandbox.run(&format!("{words} --overwrite"), &[]).exits(0);
}

#[test]
fn what_a_query_says_is_text_on_the_card() {
    let sandbox = Sandbox::new();
    let query = "<script>x</script>\n---\n# [a](b)";
    let words = "--provider offline --format pair --samples 5 --output-format hf";
    sandbox.run(words, &["--query", query]).exits(0);
    let card = sandbox.read("synthetic_data_pair_from_query/README.md");
    let said = r"made from the query: \<script\>x\</script\> --- \# \[a\]\(b\)";
    assert!(card.contains(said), "{card}");
}
