//! Objects of the shapes, made of samples.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::view::View;
use super::{Shape, Unfit};

type Object = Map<String, Value>;

/// The object of `shape` that `sample` is, if it is seen as `view`.
pub(super) fn convert(shape: Shape, view: View, sample: &Object) -> Result<Object, Unfit> {
    let object = match view {
        View::Exchange {
            prompt,
            instruction,
            input,
            answer,
        } => {
            let (prompt, answer) = (joined(sample, prompt)?, joined(sample, answer)?);
            match shape {
                Shape::Alpaca => json!({
                    "instruction": text(sample, instruction)?,
                    "input": input.map_or(Ok(""), |input| text(sample, input))?,
                    "output": answer,
                }),
                Shape::PromptCompletion => json!({ "prompt": prompt, "completion": answer }),
                shape => turns(shape, &[("user", &prompt), ("assistant", &answer)]),
            }
        }
        View::Turns(name) => turns(shape, &messages(sample, name)?),
        View::Preference([prompt, chosen, rejected]) => json!({
            "prompt": text(sample, prompt)?,
            "chosen": text(sample, chosen)?,
            "rejected": text(sample, rejected)?,
        }),
        View::Span([context, question, answer]) => squad(
            text(sample, context)?,
            text(sample, question)?,
            text(sample, answer)?,
        )?,
        View::Relevance(query, positive, negatives) => json!({
            "query": text(sample, query)?,
            "positive": text(sample, positive)?,
            "negatives": negatives.map_or(Ok(Vec::new()), |name| texts(sample, name))?,
        }),
    };
    match object {
        Value::Object(object) => Ok(object),
        _ => unreachable!("each of them is an object"),
    }
}

fn text<'a>(sample: &'a Object, name: &'static str) -> Result<&'a str, Unfit> {
    match sample.get(name) {
        Some(Value::String(text)) => Ok(text),
        Some(Value::Null) => Ok(""),
        _ => Err(Unfit::WrongType(name)),
    }
}

/// The texts in a list, or the one that is no list.
fn texts<'a>(sample: &'a Object, name: &'static str) -> Result<Vec<&'a str>, Unfit> {
    match sample.get(name) {
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().ok_or(Unfit::WrongType(name)))
            .collect(),
        _ => Ok(vec![text(sample, name)?]),
    }
}

/// The texts of the fields `names` as paragraphs.
fn joined(sample: &Object, names: &[&'static str]) -> Result<String, Unfit> {
    let texts = names.iter().map(|name| text(sample, name));
    let mut texts = texts.collect::<Result<Vec<_>, _>>()?;
    texts.retain(|text| !text.is_empty());
    Ok(texts.join("\n\n"))
}

/// Role and content of each message.
fn messages<'a>(sample: &'a Object, name: &'static str) -> Result<Vec<(&'a str, &'a str)>, Unfit> {
    let messages = sample.get(name).and_then(Value::as_array);
    let messages = messages.ok_or(Unfit::WrongType(name))?.iter();
    let message =
        |message: &'a Value| Some((message["role"].as_str()?, message["content"].as_str()?));
    messages
        .map(|it| message(it).ok_or(Unfit::WrongType(name)))
        .collect()
}

/// Turns with the words of `shape` for who speaks.
fn turns(shape: Shape, messages: &[(&str, &str)]) -> Value {
    let is_sharegpt = shape == Shape::ShareGpt;
    let turn = |(role, content): &(&str, &str)| match *role {
        "user" if is_sharegpt => json!({ "from": "human", "value": content }),
        "assistant" if is_sharegpt => json!({ "from": "gpt", "value": content }),
        role if is_sharegpt => json!({ "from": role, "value": content }),
        role => json!({ "role": role, "content": content }),
    };
    let turns: Vec<_> = messages.iter().map(turn).collect();
    match is_sharegpt {
        true => json!({ "conversations": turns }),
        false => json!({ "messages": turns }),
    }
}

/// The answer with its place in the context, in characters.
fn squad(context: &str, question: &str, answer: &str) -> Result<Value, Unfit> {
    let answer = answer.trim();
    let start = context.find(answer).filter(|_| !answer.is_empty());
    let start = start.ok_or(Unfit::AnswerNotInContext)?;
    Ok(json!({
        "id": id(&[context, question, answer]),
        "title": "",
        "context": context,
        "question": question,
        "answers": { "text": [answer], "answer_start": [context[..start].chars().count()] },
    }))
}

/// 24 hexadecimal digits that stand for `texts`.
fn id(texts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    }
    let digest: [u8; 32] = digest.finalize().into();
    let (part, _) = digest.split_at(12);
    part.iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}
