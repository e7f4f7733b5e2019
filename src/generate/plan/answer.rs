//! A plan that the model makes: what it is asked, and what it answers.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::parse;
use super::{Attribute, Plan, Topic};
use crate::format::FormatHandler;
use crate::llm::{Answer, ChatRequest, Completion, ItemShape, Wanted};
use crate::prompt;
use crate::sample::{Field, FieldKind, Length, Limit};

/// Most topics that are taken from one answer, several times what is asked for.
const MOST_PLANNED: usize = 64;

/// A model that repeats itself in one of so many topics does not know what they
/// are for. Small models do so in every second, and what is left is of no use.
const REPETITIVE: usize = 4;

/// Fewest values of an attribute that says something.
const FEWEST_VALUES: usize = 2;

/// How much a plan is to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Topics, their parts, and attributes.
    Full,
    /// The names of topics.
    Names,
}

/// The request for a plan of so many `topics` beside those that are `known`.
pub(in super::super) fn request(
    format: &dyn FormatHandler,
    query: &str,
    (topics, detail): (usize, Detail),
    known: &[&str],
    seed: Option<u64>,
) -> ChatRequest {
    let ((system, user), fields, attributes) = match detail {
        Detail::Full => {
            let prompt = prompt::planning(format, query, topics, known);
            (prompt, fields(), prompt::PLANNED_ATTRIBUTES)
        }
        Detail::Names => (prompt::topics(query, topics, known), vec![topic()], 0),
    };
    let shape = ItemShape {
        name: "plan".to_owned(),
        fields,
    };
    ChatRequest {
        system: system.into(),
        user,
        attachment: None,
        answer: Answer::Samples(Wanted {
            shape: Arc::new(shape),
            count: topics + attributes,
            passage: None,
            classes: None,
        }),
        seed,
        number: 0,
    }
}

fn topic() -> Field {
    Field {
        length: Length::up_to(60),
        ..Field::new("topic", FieldKind::String, "its name")
    }
}

fn fields() -> Vec<Field> {
    let kinds = ["topic", "attribute"].map(str::to_owned);
    vec![
        Field {
            limit: Limit::Choices(kinds.to_vec()),
            ..Field::new("kind", FieldKind::String, "what it is")
        },
        Field {
            length: Length::up_to(60),
            ..Field::new("name", FieldKind::String, "its name")
        },
        Field {
            length: Length::up_to(6),
            ..Field::new("values", FieldKind::List, "its sub-topics or choices")
        },
    ]
}

/// The plan in an answer, or what is wrong with it.
pub(in super::super) fn read(completion: &Completion) -> Result<Plan, String> {
    if let Some(refusal) = completion.finish_reason.refusal() {
        return Err(refusal);
    }
    let items = parse::items(&completion.text).map_err(|_| "no JSON objects in the answer")?;
    let mut plan = Plan::default();
    for item in items {
        if let Value::Object(item) = item {
            take(&mut plan, &item);
        }
    }
    let named = plan.topics.len();
    plan.clean();
    let left_out = named - plan.topics.len();
    plan.topics.truncate(MOST_PLANNED);
    match plan.topics.len() {
        0 => Err("no topics in the answer".to_owned()),
        _ if left_out * REPETITIVE >= named => Err(format!(
            "{left_out} of {named} topics are none or repeat others"
        )),
        _ => Ok(plan),
    }
}

fn take(plan: &mut Plan, item: &Map<String, Value>) {
    let Some(name) = ["name", "topic", "title"]
        .iter()
        .find_map(|key| item.get(*key)?.as_str())
    else {
        return;
    };
    let is_attribute = item.get("kind").and_then(Value::as_str) == Some("attribute");
    let values = ["values", "subtopics", "sub_topics"];
    let values = values.iter().find_map(|key| item.get(*key));
    let values = values.map(texts).unwrap_or_default();
    match is_attribute {
        true if values.len() < FEWEST_VALUES => {}
        true => plan.attributes.push(Attribute {
            attribute: name.to_owned(),
            values,
        }),
        false => plan.topics.push(Topic::new(spaced(name), values)),
    }
}

/// `name` with spaces, if a model wrote it like a variable.
fn spaced(name: &str) -> String {
    match name.contains(char::is_whitespace) {
        true => name.to_owned(),
        false => name.replace('_', " "),
    }
}

/// A list of texts, or a text with marks between them.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => text.split([';', '\n']).map(str::to_owned).collect(),
        Value::Array(values) => {
            let texts = values.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::{FinishReason, RateLimits, Usage};

    fn plan(text: &str, finish_reason: FinishReason) -> Result<Plan, String> {
        read(&Completion {
            text: text.to_owned(),
            finish_reason,
            usage: Usage::default(),
            model: None,
            limits: RateLimits::default(),
            is_recorded: false,
        })
    }

    #[test]
    fn topics_and_attributes_are_read_in_every_shape() {
        let text = r#"```json
            {"samples": [
                {"kind": "topic", "name": "wild_bees", "values": ["honey", " wax ", "honey", ""]},
                {"topic": "Wasps", "subtopics": "nests; stings"},
                {"kind": "attribute", "name": "tone", "values": ["dry", "warm"]},
                {"kind": "attribute", "name": "useless", "values": ["one"]},
                {"kind": "topic", "values": []}
            ]}```"#;
        let plan = plan(text, FinishReason::Stop).expect("a plan");
        let topic = |name: &str, parts: [&str; 2]| {
            Topic::new(name.to_owned(), parts.map(str::to_owned).to_vec())
        };
        assert_eq!(
            plan.topics,
            [
                topic("wild bees", ["honey", "wax"]),
                topic("Wasps", ["nests", "stings"])
            ]
        );
        assert_eq!(plan.attributes.len(), 1);
        assert_eq!(plan.attributes[0].values, ["dry", "warm"]);
    }

    #[test]
    fn a_cut_plan_is_used_as_far_as_it_goes() {
        let text = r#"{"samples": [{"kind": "topic", "name": "Bees", "values": ["a"]}, {"kind"#;
        let plan = plan(text, FinishReason::MaxTokens).expect("a plan");
        assert_eq!(plan.topics.len(), 1);
    }

    #[test]
    fn topics_that_repeat_each_other_are_no_plan() {
        let answer = |names: &[&str]| {
            let topics = names.iter().map(|name| serde_json::json!({"topic": name}));
            plan(
                &Value::Array(topics.collect()).to_string(),
                FinishReason::Stop,
            )
        };
        assert!(answer(&["a", "b", "c", "d", "a"]).is_ok());
        let problem = answer(&["a", "b", "c", "a"]).expect_err("a repetition");
        assert_eq!(problem, "1 of 4 topics are none or repeat others");
    }

    #[test]
    fn an_answer_without_topics_is_no_plan() {
        let attribute = r#"{"kind":"attribute","name":"tone","values":["a","b"]}"#;
        for (text, problem) in [
            ("Sure! Bees, wasps.", "no JSON objects in the answer"),
            (attribute, "no topics in the answer"),
        ] {
            assert_eq!(plan(text, FinishReason::Stop), Err(problem.to_owned()));
        }
        assert_eq!(
            plan("", FinishReason::Blocked("SAFETY".to_owned())),
            Err("blocked (SAFETY)".to_owned())
        );
    }
}
