//! A client whose answers are kept in a folder, so that none is paid for twice.

mod answers;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Answer, ChatRequest, Completion, LlmClient, LlmError, Sampling};
use crate::sample::Field;

use answers::Answers;
pub use answers::RecordError;

/// A client whose answers are kept in a folder, a file for each.
///
/// What is kept is found by a digest of all that the model reads, of how it is
/// to answer, and of the number of the batch; a request that comes several
/// times has several answers. Address and key do not matter.
pub struct Recorded {
    /// Who answers what is not there; nobody if it is an error.
    client: Option<Box<dyn LlmClient>>,
    model: String,
    sampling: Sampling,
    answers: Answers,
    asked: Mutex<HashMap<String, Asked>>,
}

/// Which answers to a request were given.
#[derive(Debug, Default)]
struct Asked {
    next: u64,
    /// Those before that were not given after all.
    open: Vec<u64>,
}

impl Recorded {
    /// `client`, whose answers are kept in `folder` and given from there.
    ///
    /// # Errors
    ///
    /// The folder can be neither used nor made.
    pub fn keeping(
        client: Box<dyn LlmClient>,
        sampling: Sampling,
        folder: PathBuf,
    ) -> Result<Self, RecordError> {
        let model = client.model().to_owned();
        let answers = Answers::keep(folder)?;
        Ok(Self::new(Some(client), model, sampling, answers))
    }

    /// Answers of `model` from `folder`, and nothing else.
    ///
    /// # Errors
    ///
    /// There is no such folder.
    pub fn replaying(
        model: String,
        sampling: Sampling,
        folder: PathBuf,
    ) -> Result<Self, RecordError> {
        Ok(Self::new(None, model, sampling, Answers::of(folder)?))
    }

    fn new(
        client: Option<Box<dyn LlmClient>>,
        model: String,
        sampling: Sampling,
        answers: Answers,
    ) -> Self {
        Self {
            client,
            model,
            sampling,
            answers,
            asked: Mutex::default(),
        }
    }

    fn digest(&self, request: &ChatRequest) -> String {
        let ChatRequest {
            system,
            user,
            attachment,
            answer,
            number,
            seed: _,
        } = request;
        let (format, fields, count) = match answer {
            Answer::Text => ("", Vec::new(), 0),
            Answer::Samples(wanted) => {
                let fields = wanted.shape.fields.iter().map(told).collect();
                (wanted.shape.name.as_str(), fields, wanted.count)
            }
        };
        let Sampling {
            temperature,
            top_p,
            top_k,
        } = self.sampling;
        let attachment = attachment.as_ref().map(|it| hex(&Sha256::digest(&it.data)));
        let said = json!([
            self.model,
            temperature,
            top_p,
            top_k,
            &**system,
            user,
            attachment,
            format,
            fields,
            count,
            number,
        ]);
        hex(&Sha256::digest(said.to_string()))
    }

    /// Changes what is known of `digest`.
    fn update<T>(&self, digest: &str, change: impl FnOnce(&mut Asked) -> T) -> T {
        // Nothing that can panic is done while it is locked.
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        change(asked.entry(digest.to_owned()).or_default())
    }

    async fn answer(&self, name: &str, request: &ChatRequest) -> Result<Completion, LlmError> {
        let not_recorded = |problem: String| LlmError::NotRecorded { problem };
        let problem = match self.answers.read(name) {
            Ok(Some(completion)) => return Ok(completion),
            Ok(None) => format!("`{}` does not exist", self.answers.path(name).display()),
            Err(problem) => format!("`{}`: {problem}", self.answers.path(name).display()),
        };
        let client = self.client.as_ref().ok_or(not_recorded(problem))?;
        let completion = client.complete(request).await?;
        if let Err(error) = self.answers.write(name, &completion) {
            tracing::warn!("an answer is not kept: {error}");
        }
        Ok(completion)
    }
}

#[async_trait]
impl LlmClient for Recorded {
    fn model(&self) -> &str {
        &self.model
    }

    async fn models(&self) -> Result<Vec<String>, LlmError> {
        match &self.client {
            Some(client) => client.models().await,
            None => Ok(Vec::new()),
        }
    }

    async fn complete(&self, request: &ChatRequest) -> Result<Completion, LlmError> {
        let digest = self.digest(request);
        let turn = self.update(&digest, |asked| {
            asked.open.pop().unwrap_or_else(|| {
                asked.next += 1;
                asked.next - 1
            })
        });
        let answer = self.answer(&format!("{digest}-{turn}"), request).await;
        if answer.is_err() {
            self.update(&digest, |asked| asked.open.push(turn));
        }
        answer
    }
}

/// What a schema tells of a field.
fn told(field: &Field) -> Value {
    let Field {
        name,
        kind,
        required,
        description,
        ..
    } = field;
    json!([name, kind.name(), required, description, field.limits()])
}

fn hex(digest: &[u8]) -> String {
    let digits = digest.iter().take(16).map(|byte| format!("{byte:02x}"));
    digits.collect()
}
