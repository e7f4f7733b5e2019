//! One cheap request, to find out whether a run would work.

use std::io;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::config::Endpoint;
use crate::generate::parse;
use crate::llm::{Answer, ChatRequest, Completion, ItemShape, LlmError, Usage, Wanted};
use crate::prompt;
use crate::report;
use crate::sample::{Field, FieldKind};

use super::clients::sender;
use super::manifest::Cost;
use super::verdict::{advice, as_code};
use super::{ExitStatus, RunError};

/// Requests after which a server that takes ever less is given up.
const MOST_REQUESTS: usize = 12;

/// What a check found; one JSON object with `--json`.
#[derive(Debug, Default, Serialize)]
pub struct Findings {
    /// Null if the settings name nothing that can be asked.
    provider: Option<&'static str>,
    model: Option<String>,
    ok: bool,
    #[serde(rename = "exit_code", serialize_with = "as_code")]
    status: ExitStatus,
    /// What went wrong.
    problem: Option<String>,
    /// What to do about it.
    hint: Option<&'static str>,
    #[serde(flatten)]
    reply: Option<Reply>,
    /// The models of the endpoint, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    models: Option<Vec<String>>,
}

/// What the endpoint answered.
#[derive(Debug, Serialize)]
struct Reply {
    seconds: f64,
    /// The model that answered, as the endpoint names it.
    answered_by: Option<String>,
    structured_output: bool,
    /// What the server does not take.
    left_out: Vec<&'static str>,
    usage: Usage,
    cost: Option<Cost>,
}

/// Asks the endpoint for one item, and says what works.
///
/// # Errors
///
/// There is nothing to ask.
pub async fn check(endpoint: &Endpoint) -> Result<Findings, RunError> {
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
    let findings = Findings::of(endpoint);
    Ok(match reply {
        Ok(completion) => {
            let reply = Reply::new(endpoint, &completion, started.elapsed(), left_out);
            findings.answered(reply, &completion.text)
        }
        Err(error) => findings.failed(&error),
    })
}

/// Asks the endpoint for its models.
///
/// # Errors
///
/// There is nothing to ask.
pub async fn list_models(endpoint: &Endpoint) -> Result<Findings, RunError> {
    let models = sender(&endpoint.provider, 0)?.models().await;
    let findings = Findings::of(endpoint);
    Ok(match models {
        Ok(models) => Findings {
            models: Some(models),
            ..findings
        },
        Err(error) => findings.failed(&error),
    })
}

impl Findings {
    /// That nothing was asked because of `error`.
    #[must_use]
    pub fn not_begun(error: &RunError) -> Self {
        Self::default().with_problem(error.to_string(), error.hint(), error.status())
    }

    /// Prints what works on stdout, as JSON if `as_json`, and what does not on
    /// stderr, and returns how it went.
    ///
    /// # Errors
    ///
    /// stdout cannot be written.
    pub fn tell(&self, as_json: bool) -> io::Result<ExitStatus> {
        match as_json {
            true => report::print_json(self)?,
            false => report::print(self.text().as_bytes())?,
        }
        if let Some(problem) = &self.problem {
            report::print_error(problem, self.hint);
        }
        Ok(self.status)
    }

    fn of(endpoint: &Endpoint) -> Self {
        Self {
            provider: Some(endpoint.provider.name()),
            model: Some(endpoint.provider.model().to_owned()),
            ok: true,
            ..Self::default()
        }
    }

    fn answered(self, reply: Reply, text: &str) -> Self {
        let is_structured = reply.structured_output;
        let findings = Self {
            reply: Some(reply),
            ..self
        };
        if is_structured {
            return findings;
        }
        let text: String = text.chars().take(200).collect();
        let hint =
            "another model may follow instructions better; runs with this one may bring little";
        findings.with_problem(
            format!("the answer holds no samples: {text:?}"),
            Some(hint),
            ExitStatus::Short,
        )
    }

    fn failed(self, error: &LlmError) -> Self {
        let (_, status, hint) = advice(error);
        self.with_problem(error.to_string(), hint, status)
    }

    fn with_problem(self, problem: String, hint: Option<&'static str>, status: ExitStatus) -> Self {
        Self {
            ok: false,
            status,
            problem: Some(problem),
            hint,
            ..self
        }
    }

    fn text(&self) -> String {
        let models = self.models.iter().flatten().map(String::as_str);
        let mut text: String = models.flat_map(|model| [model, "\n"]).collect();
        if let (Some(reply), Some(model)) = (&self.reply, &self.model) {
            text += &reply.text(model);
        }
        text
    }
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

impl Reply {
    fn new(
        endpoint: &Endpoint,
        completion: &Completion,
        elapsed: Duration,
        left_out: Vec<&'static str>,
    ) -> Self {
        Self {
            seconds: elapsed.as_secs_f64(),
            answered_by: completion.model.clone(),
            structured_output: parse::items(&completion.text)
                .is_ok_and(|items| items.iter().any(|item| item["word"].is_string())),
            left_out,
            usage: completion.usage,
            cost: endpoint.rates.as_ref().map(|rates| Cost {
                usd: rates.samples.cost(&completion.usage),
                prices_of: rates.samples.date.clone(),
            }),
        }
    }

    /// What to tell of an answer that `model` was asked for.
    fn text(&self, model: &str) -> String {
        let answered_by = match &self.answered_by {
            Some(name) if name != model => format!(", answered by {name}"),
            _ => String::new(),
        };
        let structure = match (self.structured_output, &*self.left_out) {
            (true, []) => "works".to_owned(),
            (true, left_out) => format!(
                "works without what the server does not take: {}",
                left_out.join(", ")
            ),
            (false, _) => "the answer is not what was asked for".to_owned(),
        };
        let cost = match &self.cost {
            Some(cost) => format!("; ${:.6}", cost.usd),
            None => String::new(),
        };
        format!(
            "endpoint: answers in {:.1} s\nkey: accepted, or not needed\nmodel: {model}{answered_by}\n\
             structured output: {structure}\ntokens: {} in, {} out{cost}\n",
            self.seconds, self.usage.prompt_tokens, self.usage.completion_tokens,
        )
    }
}
