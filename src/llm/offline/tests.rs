//! The provider as its callers see it: requests in, items out.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::{ProptestConfig, Strategy, any, proptest};
use serde_json::Value;

use super::items::items;
use super::*;
use crate::format::{FormatHandler, load_custom};
use crate::llm::{Wanted, WantedClasses};
use crate::sample::{ClassValue, Field, Limit};

const PASSAGE: &str = "The Eiffel Tower is a wrought-iron tower in Paris. It was built in 1889 for \
    the World's Fair, and many artists protested against it. Gustave Eiffel kept a small office at \
    the top. Today about seven million people visit it every year! Who would tear it down now?\n\n\
    - The tower is repainted every seven years.\n- Its height changes with the temperature.\n";

fn field(name: &str, kind: FieldKind, limit: Limit) -> Field {
    Field {
        limit,
        ..Field::new(name, kind, "")
    }
}

fn texts(names: &[&str]) -> Vec<Field> {
    names
        .iter()
        .map(|name| field(name, FieldKind::String, Limit::None))
        .collect()
}

/// The predefined formats: names of the fields, the number last.
fn predefined() -> [Vec<Field>; 5] {
    let labels = ["entailment", "neutral", "contradiction"]
        .map(str::to_owned)
        .to_vec();
    let mut class_pair = texts(&["premise", "hypothesis"]);
    class_pair.push(field("label", FieldKind::Integer, Limit::Labels(labels)));
    let mut score_pair = texts(&["sentence1", "sentence2"]);
    score_pair.push(field("score", FieldKind::Float, Limit::Range(0.0, 1.0)));
    [
        class_pair,
        score_pair,
        texts(&["anchor", "positive"]),
        texts(&["anchor", "positive", "negative"]),
        texts(&["context", "question", "answer"]),
    ]
}

fn wanted(fields: Vec<Field>, count: usize, passage: Option<&str>) -> Wanted {
    let name = "format".to_owned();
    Wanted {
        shape: Arc::new(ItemShape { name, fields }),
        count,
        passage: passage.map(Arc::from),
        classes: None,
    }
}

fn made(fields: Vec<Field>, count: usize, passage: Option<&str>) -> Vec<Value> {
    items(
        &wanted(fields, count, passage),
        &mut StdRng::seed_from_u64(7),
    )
}

fn request(user: &str, seed: Option<u64>) -> ChatRequest {
    let wanted = wanted(texts(&["context", "question", "answer"]), 3, None);
    ChatRequest {
        system: "system".into(),
        user: user.into(),
        attachment: None,
        answer: Answer::Samples(wanted),
        seed,
        number: 0,
    }
}

async fn answer(client_seed: u64, user: &str, seed: Option<u64>) -> String {
    let completion = Offline::new(client_seed)
        .complete(&request(user, seed))
        .await;
    completion.expect("offline never fails").text
}

fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} in {item}"))
}

/// Whether `value` is one that `field` takes.
fn fits(value: &Value, field: &Field) -> bool {
    let is_number = |number: f64| match &field.limit {
        Limit::None => true,
        Limit::Range(least, most) => (*least..=*most).contains(&number),
        Limit::Labels(labels) => (0..labels.len()).any(|i| value.as_u64() == u64::try_from(i).ok()),
        Limit::Numbers(numbers) => numbers.iter().any(|it| value.as_i64() == Some(*it)),
        Limit::Choices(_) => false,
    };
    match (field.kind, value) {
        (_, Value::Null) => !field.required,
        (FieldKind::String, Value::String(text)) => !text.trim().is_empty() && !text.contains('{'),
        (FieldKind::Integer, Value::Number(n)) => n.is_i64() && n.as_f64().is_some_and(is_number),
        (FieldKind::Float, Value::Number(n)) => n.is_f64() && n.as_f64().is_some_and(is_number),
        (FieldKind::Boolean, Value::Bool(_)) => true,
        (FieldKind::List, Value::Array(items)) => items.iter().all(Value::is_string),
        _ => false,
    }
}

fn assert_fits(item: &Value, fields: &[Field]) {
    let object = item.as_object().expect("an object");
    assert_eq!(object.len(), fields.len(), "{item}");
    for field in fields {
        assert!(fits(&item[&field.name], field), "{}: {item}", field.name);
    }
}

#[tokio::test]
async fn the_same_request_gets_the_same_answer() {
    assert_eq!(
        answer(1, "batch 1", Some(5)).await,
        answer(1, "batch 1", Some(5)).await
    );
    assert_eq!(
        answer(1, "batch 1", None).await,
        answer(1, "batch 1", None).await
    );
}

#[tokio::test]
async fn another_seed_or_text_gets_another_answer() {
    let answers = [
        answer(1, "batch 1", Some(5)).await,
        answer(2, "batch 1", Some(5)).await,
        answer(1, "batch 2", Some(5)).await,
        answer(1, "batch 1", Some(6)).await,
        answer(1, "batch 1", None).await,
    ];
    assert_eq!(answers.iter().collect::<HashSet<_>>().len(), answers.len());
}

#[tokio::test]
async fn an_answer_is_free_and_holds_a_list_of_samples() {
    let completion = Offline::new(1)
        .complete(&request("q", None))
        .await
        .expect("never fails");
    assert_eq!(completion.finish_reason, FinishReason::Stop);
    assert_eq!(completion.usage, Usage::default());
    assert_eq!(completion.model.as_deref(), Some("offline"));
    let answer: Value = serde_json::from_str(&completion.text).expect("JSON");
    assert_eq!(answer[SAMPLES_KEY].as_array().map(Vec::len), Some(3));
}

#[test]
fn items_of_every_predefined_format_fit_it() {
    for fields in predefined() {
        for passage in [None, Some(PASSAGE)] {
            let items = made(fields.clone(), 60, passage);
            assert!(items.len() > 20, "{} of {fields:?}", items.len());
            for item in &items {
                assert_fits(item, &fields);
            }
        }
    }
}

#[test]
fn twenty_thousand_samples_hold_few_duplicates() {
    let [_, _, pair, _, qa] = predefined();
    for fields in [pair, qa] {
        let items = made(fields, 20_000, None);
        let distinct: HashSet<String> = items.iter().map(Value::to_string).collect();
        assert!(
            distinct.len() > 19_800,
            "{} of {}",
            distinct.len(),
            items[0]
        );
    }
}

#[test]
fn an_answer_occurs_in_its_context() {
    for passage in [None, Some(PASSAGE)] {
        for item in made(texts(&["context", "question", "answer"]), 2000, passage) {
            assert!(
                text(&item, "context").contains(text(&item, "answer")),
                "{item}"
            );
            assert!(text(&item, "question").ends_with('?'), "{item}");
            assert!(
                passage.is_none_or(|passage| passage.contains(text(&item, "context"))),
                "{item}"
            );
        }
    }
}

#[test]
fn labels_come_in_equal_shares() {
    let [class_pair, ..] = predefined();
    let mut counts = HashMap::new();
    for item in made(class_pair, 30, None) {
        *counts.entry(item["label"].as_u64()).or_insert(0) += 1;
    }
    assert_eq!(
        counts,
        HashMap::from([(Some(0), 10), (Some(1), 10), (Some(2), 10)])
    );
}

#[test]
fn a_hypothesis_is_never_its_premise() {
    let [class_pair, ..] = predefined();
    for passage in [None, Some(PASSAGE)] {
        for item in made(class_pair.clone(), 300, passage) {
            assert_ne!(text(&item, "premise"), text(&item, "hypothesis"));
        }
    }
}

#[test]
fn in_a_passage_only_a_contradiction_denies_the_premise() {
    let [class_pair, ..] = predefined();
    for item in made(class_pair, 60, Some(PASSAGE)) {
        let denies = text(&item, "hypothesis").starts_with("It is not ");
        assert_eq!(denies, item["label"] == 2, "{item}");
    }
}

#[test]
fn scores_spread_from_zero_to_one_in_hundredths() {
    let [_, score_pair, ..] = predefined();
    let scores: Vec<f64> = made(score_pair, 1000, None)
        .iter()
        .filter_map(|item| item["score"].as_f64())
        .collect();
    for tenth in [0.0, 0.2, 0.4, 0.6, 0.8] {
        assert!(
            scores
                .iter()
                .any(|score| (tenth..=tenth + 0.2).contains(score))
        );
    }
    assert!(
        scores
            .iter()
            .all(|score| ((score * 100.0).round() - score * 100.0).abs() < 1e-9)
    );
}

#[test]
fn sentences_that_mean_the_same_are_worded_differently() {
    for item in made(texts(&["anchor", "positive", "negative"]), 2000, None) {
        assert_ne!(text(&item, "anchor"), text(&item, "positive"));
        assert_ne!(text(&item, "positive"), text(&item, "negative"));
        assert_ne!(text(&item, "anchor"), text(&item, "negative"));
    }
}

#[test]
fn limits_and_plausible_ranges_are_respected() {
    let labels = Limit::Labels(vec!["a".to_owned(), "b".to_owned()]);
    let fields = vec![
        field("kind", FieldKind::Integer, labels.clone()),
        field("grade", FieldKind::String, labels),
        field("score", FieldKind::Integer, Limit::Range(-3.0, -1.0)),
        field("weight", FieldKind::Float, Limit::Range(0.001, 0.002)),
        field("age", FieldKind::Integer, Limit::None),
    ];
    for item in made(fields, 300, None) {
        assert!(matches!(item["kind"].as_i64(), Some(0 | 1)), "{item}");
        assert!(matches!(text(&item, "grade"), "a" | "b"), "{item}");
        assert!(matches!(item["score"].as_i64(), Some(-3..=-1)), "{item}");
        assert!(
            item["weight"]
                .as_f64()
                .is_some_and(|w| (0.001..=0.002).contains(&w)),
            "{item}"
        );
        assert!(matches!(item["age"].as_i64(), Some(18..=90)), "{item}");
    }
}

#[test]
fn absurd_numbers_in_a_definition_do_no_harm() {
    let endless = format!("From 1 to {}.", "9".repeat(400));
    for kind in [FieldKind::String, FieldKind::Integer, FieldKind::Float] {
        let described = Field::new("price", kind, endless.clone());
        let example = Some(f64::MAX.into());
        let fields = vec![
            described,
            Field {
                example,
                ..Field::new("x", kind, "")
            },
        ];
        for item in made(fields.clone(), 20, None) {
            assert_fits(&item, &fields);
        }
    }
}

#[test]
fn about_a_fifth_of_optional_values_is_left_out() {
    let fields = vec![Field {
        required: false,
        ..field("note", FieldKind::String, Limit::None)
    }];
    let empty = made(fields, 1000, None)
        .iter()
        .filter(|item| item["note"].is_null())
        .count();
    assert!((150..250).contains(&empty), "{empty}");
}

/// Items whose `field` is to be each of `values`.
fn made_as(
    fields: Vec<Field>,
    field: &str,
    values: &[ClassValue],
    passage: Option<&str>,
) -> Vec<Value> {
    let classes = WantedClasses {
        field: field.to_owned(),
        values: values.to_vec(),
    };
    let wanted = Wanted {
        classes: Some(classes),
        ..wanted(fields, values.len(), passage)
    };
    items(&wanted, &mut StdRng::seed_from_u64(7))
}

/// How many of `items` are of each of `classes`.
fn counted(items: &[Value], field: &str, classes: &[ClassValue]) -> Vec<usize> {
    let of = |class: &ClassValue| {
        items
            .iter()
            .filter(|item| class.holds(&item[field]))
            .count()
    };
    classes.iter().map(of).collect()
}

#[test]
fn class_pairs_have_the_labels_that_are_wanted() {
    let [class_pair, ..] = predefined();
    let labels = [2, 0, 0, 2, 1, 0].map(ClassValue::Integer);
    for passage in [None, Some(PASSAGE)] {
        let items = made_as(class_pair.clone(), "label", &labels, passage);
        let classes = [0, 1, 2].map(ClassValue::Integer);
        assert_eq!(counted(&items, "label", &classes), [3, 1, 2], "{passage:?}");
    }
    let denials = made_as(class_pair, "label", &labels[..1], Some(PASSAGE));
    assert!(text(&denials[0], "hypothesis").starts_with("It is not "));
}

#[test]
fn scores_are_in_the_bands_that_are_wanted() {
    let [_, score_pair, ..] = predefined();
    let bands = [0.0..0.2, 0.2..0.4, 0.4..0.6, 0.6..0.8, 0.8..f64::INFINITY].map(ClassValue::Band);
    for passage in [None, Some(PASSAGE)] {
        let items = made_as(score_pair.clone(), "score", &bands, passage);
        assert_eq!(counted(&items, "score", &bands), [1; 5], "{passage:?}");
    }
}

#[test]
fn a_passage_gives_no_item_of_a_class_that_it_does_not_have() {
    let [class_pair, ..] = predefined();
    let labels = [0, 1, 2].map(ClassValue::Integer);
    let alone = "The lamp burned whale oil until 1901.";
    let items = made_as(class_pair, "label", &labels, Some(alone));
    assert_eq!(counted(&items, "label", &labels), [1, 0, 1]);
}

#[test]
fn the_other_fields_of_an_item_agree_with_its_class() {
    let letters = ["A", "B", "C", "D"].map(|letter| ClassValue::Text(letter.to_owned()));
    let classes: Vec<_> = letters.iter().cycle().take(40).cloned().collect();
    for passage in [None, Some(PASSAGE)] {
        let items = made_as(
            format_fields("multiple_choice"),
            "answer",
            &classes,
            passage,
        );
        assert_eq!(counted(&items, "answer", &letters), [10; 4]);
        for item in items {
            let right = format!("option_{}", text(&item, "answer").to_lowercase());
            assert!(
                text(&item, "context").contains(text(&item, &right)),
                "{item}"
            );
        }
    }
}

#[test]
fn a_field_is_what_is_wanted_even_if_nothing_leads_to_it() {
    let stars = Limit::Numbers(vec![1, 2]);
    let fields = vec![
        field("name", FieldKind::String, Limit::None),
        field("stars", FieldKind::Integer, stars),
    ];
    let classes = [7, 7, 2].map(ClassValue::Integer);
    let items = made_as(fields, "stars", &classes, None);
    assert_eq!(counted(&items, "stars", &classes), [2, 2, 1]);
}

fn format_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("formats");
    let files = std::fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("readable").path()).collect();
    files.sort();
    files
}

/// The fields that a custom format file defines.
fn defined(file: &Path) -> Vec<Field> {
    let format = load_custom(file).expect("a custom format");
    format.fields().to_vec()
}

fn format_fields(format: &str) -> Vec<Field> {
    defined(&Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("formats/{format}.json")))
}

fn made_of(format: &str, count: usize) -> Vec<Value> {
    made(format_fields(format), count, None)
}

#[test]
fn every_format_file_can_be_filled() {
    let files = format_files();
    assert!(files.len() >= 10);
    for file in files {
        let fields = defined(&file);
        for field in &fields {
            let example = field.example.as_ref().expect("an example");
            assert!(fits(example, field), "{}: {}", file.display(), field.name);
        }
        for passage in [None, Some(PASSAGE)] {
            let items = made(fields.clone(), 200, passage);
            assert!(items.len() >= 5, "{}", file.display());
            for item in &items {
                assert_fits(item, &fields);
            }
        }
    }
}

#[test]
fn a_summary_of_a_passage_is_part_of_its_document() {
    let fields = texts(&["document", "summary"]);
    for item in made(fields, 40, Some(PASSAGE)) {
        assert!(
            text(&item, "document").contains(text(&item, "summary")),
            "{item}"
        );
    }
}

#[test]
fn a_rejected_answer_is_a_sentence_of_its_own() {
    for item in made_of("preference", 100) {
        assert_ne!(text(&item, "chosen"), text(&item, "rejected"));
        assert!(text(&item, "rejected").ends_with('.'), "{item}");
    }
}

#[test]
fn stars_and_sentiment_agree() {
    for item in made_of("sentiment_review", 300) {
        let expected = match item["rating"].as_u64() {
            Some(1 | 2) => "negative",
            Some(3) => "neutral",
            _ => "positive",
        };
        assert_eq!(text(&item, "sentiment"), expected, "{item}");
    }
}

#[test]
fn the_right_option_is_an_answer_in_the_context() {
    for item in made_of("multiple_choice", 300) {
        let name = format!("option_{}", text(&item, "answer").to_lowercase());
        assert!(
            text(&item, "context").contains(text(&item, &name)),
            "{item}"
        );
        let options =
            ["option_a", "option_b", "option_c", "option_d"].map(|name| text(&item, name));
        assert_eq!(HashSet::from(options).len(), 4, "{item}");
    }
}

#[test]
fn limits_of_all_sorts_are_heeded() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("limits.json");
    let definition = json!({"fields": {
        "anchor": {"type": "string", "description": "text", "min_length": 30, "max_length": 60},
        "positive": {"type": "string", "description": "title", "max_length": 12},
        "tone": {"type": "string", "description": "tone", "enum": ["Plain", "Formal"]},
        "code": {"type": "string", "description": "code", "pattern": "^[A-Z]{2}-[0-9]+$", "max_length": 6},
        "size": {"type": "integer", "description": "size", "enum": [3, 5, 8]},
        "age": {"type": "integer", "description": "age", "minimum": 95},
        "year": {"type": "integer", "description": "year", "maximum": -5},
        "share": {"type": "float", "description": "share", "minimum": 0.25, "maximum": 0.26},
        "tags": {"type": "list", "description": "tags", "min_length": 2, "max_length": 3},
        "none": {"type": "list", "description": "tags", "max_length": 0},
        "kinds": {"type": "list", "description": "kinds", "enum": ["a", "b"], "min_length": 1},
    }});
    std::fs::write(&path, definition.to_string()).expect("written");
    let format = load_custom(&path).expect("a format");
    assert!(Offline::check(format.fields()).is_ok());
    for passage in [None, Some(PASSAGE)] {
        for item in made(format.fields().to_vec(), 100, passage) {
            assert_eq!(format.validate(item.clone()).err(), None, "{item}");
        }
    }
}

#[test]
fn a_predefined_format_with_limits_is_made_as_a_custom_one() {
    let mut fields = texts(&["anchor", "positive"]);
    fields[0].limit = Limit::Choices(vec!["only".into()]);
    for item in made(fields, 10, None) {
        assert_eq!(text(&item, "anchor"), "only");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_passage_is_too_strange(passage in any::<String>(), seed in any::<u64>()) {
        for fields in predefined() {
            check_passage(&passage, fields, seed);
        }
        check_passage(&passage, texts(&["title", "text", "name", "chosen", "option_a"]), seed);
    }

    #[test]
    fn no_mixture_of_scripts_and_marks_is_too_strange(
        pieces in proptest::collection::vec(
            proptest::sample::select(vec![
                "word", " ", ". ", "\n", "- ", "|", "1. ", "1889", "Dr.", "東京は", "。", "…", "é",
                "\u{300}", "“", "?", "The", " is a ", "\r\n", "\t", "İ", "ß", "#", "\u{0}", "🦀",
            ]),
            0..60,
        ).prop_map(|pieces| pieces.concat()),
        seed in any::<u64>(),
    ) {
        for fields in predefined() {
            check_passage(&pieces, fields, seed);
        }
    }

    #[test]
    fn no_field_is_too_strange(
        name in any::<String>(),
        description in any::<String>(),
        limits in any::<(f64, f64)>(),
        seed in any::<u64>(),
    ) {
        for kind in [FieldKind::String, FieldKind::Integer, FieldKind::Float, FieldKind::Boolean, FieldKind::List, FieldKind::Messages] {
            let limit = Limit::Range(limits.0.min(limits.1), limits.0.max(limits.1));
            let field = Field { limit, ..Field::new(name.clone(), kind, description.clone()) };
            let wanted = wanted(vec![field], 4, None);
            items(&wanted, &mut StdRng::seed_from_u64(seed));
        }
    }
}

fn check_passage(passage: &str, fields: Vec<Field>, seed: u64) {
    let wanted = wanted(fields, 8, Some(passage));
    for item in items(&wanted, &mut StdRng::seed_from_u64(seed)) {
        let mut strings = item
            .as_object()
            .expect("an object")
            .values()
            .filter_map(Value::as_str);
        assert!(strings.all(|text| !text.trim().is_empty()), "{item}");
        if let (Some(context), Some(answer)) = (item["context"].as_str(), item["answer"].as_str()) {
            assert!(context.contains(answer), "{item}");
            assert!(passage.contains(context), "{item}");
        }
    }
}
