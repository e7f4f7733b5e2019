use serde_json::json;

use super::*;
use crate::sample::FieldKind;

fn fields(sample: &Value) -> Vec<Field> {
    let values = sample.as_object().expect("an object").iter();
    let kind = |value: &Value| match value {
        Value::String(_) => FieldKind::String,
        _ => FieldKind::List,
    };
    values
        .map(|(name, value)| Field::new(name, kind(value), "a value"))
        .collect()
}

/// `sample` as it is in `shape`, or why it is not.
fn shaped(sample: &Value, shape: Shape) -> Result<Value, Unfit> {
    let conversion = Conversion::new(&fields(sample), shape).expect("a conversion");
    let object = conversion.convert(sample.as_object().expect("an object"))?;
    let keys: Vec<_> = object.keys().map(String::as_str).collect();
    let columns: Vec<_> = shape.columns().iter().map(|(name, _)| *name).collect();
    assert_eq!(keys, columns);
    Ok(object.into())
}

#[test]
fn a_format_has_these_shapes() {
    let list = || json!([]);
    for (sample, shapes) in [
        (
            json!({"context": "", "question": "", "answer": ""}),
            "messages sharegpt alpaca prompt-completion squad beir",
        ),
        (
            json!({"anchor": "", "positive": ""}),
            "messages sharegpt alpaca prompt-completion beir",
        ),
        (
            json!({"anchor": "", "positive": "", "negative": ""}),
            "preference beir",
        ),
        (
            json!({"instruction": "", "input": "", "output": ""}),
            "messages sharegpt alpaca prompt-completion",
        ),
        (json!({"messages": list()}), "messages sharegpt"),
        (
            json!({"text": "", "label": ""}),
            "messages sharegpt alpaca prompt-completion",
        ),
        (
            json!({"prompt": "", "chosen": "", "rejected": ""}),
            "messages sharegpt alpaca prompt-completion preference",
        ),
        (
            json!({"document": "", "summary": ""}),
            "messages sharegpt alpaca prompt-completion",
        ),
        (
            json!({"query": "", "positive": "", "negatives": list()}),
            "beir",
        ),
        (
            json!({"question": "", "reasoning": "", "answer": ""}),
            "messages sharegpt alpaca prompt-completion",
        ),
        (json!({"sentence1": "", "sentence2": "", "score": ""}), ""),
        (json!({"anchor": "", "positive": list()}), ""),
    ] {
        let fields = fields(&sample);
        let shapes_of = Shape::ALL.map(|shape| Conversion::new(&fields, shape).ok());
        let names = shapes_of.iter().flatten().map(|it| it.shape().name());
        assert_eq!(names.collect::<Vec<_>>().join(" "), shapes, "{sample}");
    }
}

#[test]
fn a_shape_that_a_format_does_not_have_is_answered_with_those_it_has() {
    let problem = |sample, shape| {
        let problem = Conversion::new(&fields(&sample), shape).expect_err("none");
        problem.to_string()
    };
    assert_eq!(
        problem(
            json!({"anchor": "", "positive": "", "negative": ""}),
            Shape::Squad
        ),
        "squad cannot be made of this format, but preference, beir can"
    );
    assert_eq!(
        problem(json!({"premise": "", "hypothesis": ""}), Shape::Alpaca),
        "no shape but native can be made of this format, so not alpaca"
    );
}

#[test]
fn an_exchange_is_had_in_four_shapes() {
    let qa = json!({"context": "It has 3 moons.", "question": "How many?", "answer": "3"});
    let prompt = "It has 3 moons.\n\nHow many?";
    for (shape, expected) in [
        (
            Shape::Messages,
            json!({"messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": "3"}]}),
        ),
        (
            Shape::ShareGpt,
            json!({"conversations": [{"from": "human", "value": prompt}, {"from": "gpt", "value": "3"}]}),
        ),
        (
            Shape::Alpaca,
            json!({"instruction": "How many?", "input": "It has 3 moons.", "output": "3"}),
        ),
        (
            Shape::PromptCompletion,
            json!({"prompt": prompt, "completion": "3"}),
        ),
    ] {
        assert_eq!(shaped(&qa, shape), Ok(expected));
    }
    for (sample, prompt, completion) in [
        (
            json!({"instruction": "Sing.", "input": "", "output": "La"}),
            "Sing.",
            "La",
        ),
        (
            json!({"instruction": "Count.", "input": "1, 2", "output": "2"}),
            "Count.\n\n1, 2",
            "2",
        ),
        (
            json!({"question": "Why?", "reasoning": "If", "answer": "So"}),
            "Why?",
            "If\n\nSo",
        ),
        (
            json!({"prompt": "p", "chosen": "c", "rejected": "r"}),
            "p",
            "c",
        ),
    ] {
        let expected = json!({"prompt": prompt, "completion": completion});
        assert_eq!(shaped(&sample, Shape::PromptCompletion), Ok(expected));
    }
}

#[test]
fn a_conversation_keeps_its_turns() {
    let messages = json!([
        {"role": "system", "content": "s"},
        {"role": "user", "content": "u"},
        {"role": "assistant", "content": "a"},
    ]);
    let chat = json!({ "messages": messages });
    assert_eq!(shaped(&chat, Shape::Messages), Ok(chat.clone()));
    let turns = [("system", "s"), ("human", "u"), ("gpt", "a")];
    let turns = turns.map(|(from, value)| json!({"from": from, "value": value}));
    let expected = json!({ "conversations": turns });
    assert_eq!(shaped(&chat, Shape::ShareGpt), Ok(expected));
    let broken = json!({"messages": [{"role": "user"}]});
    let unfit = Unfit::WrongType("messages");
    assert_eq!(shaped(&broken, Shape::Messages), Err(unfit));
}

#[test]
fn a_span_begins_at_a_number_of_characters() {
    let qa = |answer| json!({"context": "𝔸🙂é 12 и 12", "question": "?", "answer": answer});
    let squad = shaped(&qa(" 12\n"), Shape::Squad).expect("it is there");
    let answers = json!({"text": ["12"], "answer_start": [4]});
    assert_eq!(squad["answers"], answers);
    assert_eq!(squad["id"].as_str().map(str::len), Some(24));
    let other = shaped(&qa("и"), Shape::Squad).expect("it is there");
    assert_ne!(squad["id"], other["id"]);
    for answer in ["", "13", "É"] {
        let unfit = Err(Unfit::AnswerNotInContext);
        assert_eq!(shaped(&qa(answer), Shape::Squad), unfit);
    }
}

#[test]
fn a_worse_answer_and_texts_that_do_not_belong_are_kept() {
    let triplet = json!({"anchor": "a", "positive": "p", "negative": "n"});
    let preference = json!({"prompt": "a", "chosen": "p", "rejected": "n"});
    assert_eq!(shaped(&triplet, Shape::Preference), Ok(preference));
    let relevance = json!({"query": "a", "positive": "p", "negatives": ["n"]});
    assert_eq!(shaped(&triplet, Shape::Beir), Ok(relevance.clone()));
    assert_eq!(shaped(&relevance, Shape::Beir), Ok(relevance.clone()));
}
