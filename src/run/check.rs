//! One cheap request, to find out whether a run would work.

use std::time::{Duration, Instant};

use crate::config::Endpoint;
use crate::generate::parse;
use crate::llm::{Answer, ChatRequest, Completion, ItemShape, LlmError, Wanted};
use crate::prompt;
use crate::report;
use crate::sample::{Field, FieldKind};

use super::verdict::advice;
use super::{ExitStatus, RunError, sender};

/// Requests after which a server that takes ever less is given up.
const MOST_REQUESTS: usize = 12;

/// Asks the endpoint for one item, says what works, and returns how it went.
///
/// # Errors
///
/// There is nothing to ask, or stdout cannot be written.
pub async fn check(endpoint: &Endpoint) -> Result<ExitStatus, RunError> {
    let client = sender(&endpoint.provider, 0)?;
    let started = Instant::now();
    let mut left_out = Vec::new();
    let reply = loop {
        match client.complete(&request()).await {
            Err(LlmError::Adapted { feature, .. }) if left_out.len() < MOST_REQUESTS => {
                left_out.push(feature);
            }
            reply => break reply,
        }
    };
    Ok(match reply {
        Ok(completion) => tell(endpoint, &completion, started.elapsed(), &left_out)?,
        Err(error) => failed(&error),
    })
}

/// Prints the models of the endpoint, one a line, and returns how it went.
///
/// # Errors
///
/// There is nothing to ask, or stdout cannot be written.
pub async fn list_models(endpoint: &Endpoint) -> Result<ExitStatus, RunError> {
    let models = match sender(&endpoint.provider, 0)?.models().await {
        Ok(models) => models,
        Err(error) => return Ok(failed(&error)),
    };
    let lines = models.join("\n") + if models.is_empty() { "" } else { "\n" };
    report::print(lines.as_bytes())?;
    Ok(ExitStatus::Success)
}

fn failed(error: &LlmError) -> ExitStatus {
    let (_, status, hint) = advice(error);
    report::print_error(error, hint);
    status
}

fn request() -> ChatRequest {
    let (system, user) = prompt::check();
    ChatRequest {
        system: system.into(),
        user: user.to_owned(),
        attachment: None,
        answer: Answer::Samples(Wanted {
            shape: ItemShape {
                name: "check".to_owned(),
                fields: vec![Field::new("word", FieldKind::String, "any word")],
            }
            .into(),
            count: 1,
            passage: None,
            classes: None,
        }),
        seed: None,
        number: 0,
    }
}

fn tell(
    endpoint: &Endpoint,
    completion: &Completion,
    elapsed: Duration,
    left_out: &[&str],
) -> Result<ExitStatus, RunError> {
    let Endpoint { provider, rates } = endpoint;
    let usage = &completion.usage;
    let cost = match rates {
        Some(rates) => format!("; ${:.6}", rates.samples.cost(usage)),
        None => String::new(),
    };
    let answered_by = match &completion.model {
        Some(name) if name != provider.model() => format!(", answered by {name}"),
        _ => String::new(),
    };
    let is_structured = parse::items(&completion.text)
        .is_ok_and(|items| items.iter().any(|item| item["word"].is_string()));
    let structure = match (is_structured, left_out) {
        (true, []) => "structured output: works".to_owned(),
        (true, left_out) => format!(
            "structured output: works without what the server does not take: {}",
            left_out.join(", ")
        ),
        (false, _) => "structured output: the answer is not what was asked for".to_owned(),
    };
    report::print(
        format!(
            "endpoint: answers in {:.1} s\nkey: accepted, or not needed\nmodel: {}{answered_by}\n\
             {structure}\ntokens: {} in, {} out{cost}\n",
            elapsed.as_secs_f64(),
            provider.model(),
            usage.prompt_tokens,
            usage.completion_tokens,
        )
        .as_bytes(),
    )?;
    if is_structured {
        return Ok(ExitStatus::Success);
    }
    let text: String = completion.text.chars().take(200).collect();
    report::print_error(
        &format!("the answer holds no samples: {text:?}"),
        Some("another model may follow instructions better; runs with this one may bring little"),
    );
    Ok(ExitStatus::Short)
}
