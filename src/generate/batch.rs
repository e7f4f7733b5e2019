//! One batch: ask, parse, validate, and ask again while that may help.

use serde_json::Value;

use crate::format::{FormatHandler, Rejection};
use crate::llm::{ChatRequest, Completion, Disposition, FinishReason, LlmClient, LlmError};
use crate::sample::Sample;
use crate::shutdown::{Shutdown, Urgency};

use super::meter::Meter;
use super::{parse, retry};

/// Times that a client may change how it asks within one batch.
const MOST_ADAPTATIONS: u32 = 8;

/// How a batch ended.
#[derive(Debug)]
pub(super) enum Batch {
    /// The model answered; the answer may be cut, and hold no sample at all.
    Answered {
        samples: Vec<Sample>,
        rejections: Vec<Rejection>,
        is_cut: bool,
    },
    /// A filter of the provider kept the answer back; its reason.
    Blocked(String),
    /// All retries are spent, or none would help; the reason for the books,
    /// and the error if there was one.
    Failed(&'static str, Option<LlmError>),
    /// No request can work.
    Fatal(LlmError),
}

/// What an attempt came to.
enum Attempt {
    Done(Batch),
    /// Another attempt may work: the reason, and the pause the server asks for.
    Retry(Batch, Option<std::time::Duration>),
    /// The client has changed how it asks.
    Again(LlmError),
}

/// Sends batches; borrowed by all that are under way.
pub(super) struct Sender<'a> {
    pub(super) client: &'a dyn LlmClient,
    pub(super) format: &'a dyn FormatHandler,
    pub(super) max_retries: u32,
    pub(super) meter: &'a Meter,
    /// Either of them ends the retries.
    pub(super) draining: [&'a Shutdown; 2],
}

impl Sender<'_> {
    /// Brings one batch to its end. `request` makes the request of an attempt
    /// (from 0).
    pub(super) async fn send(&self, request: impl Fn(u32) -> ChatRequest) -> Batch {
        let mut adaptations = 0;
        let mut retries = 0;
        loop {
            self.meter.request(retries + adaptations > 0);
            let attempt = self.attempt(&request(retries)).await;
            match attempt {
                Attempt::Done(batch) => return batch,
                Attempt::Again(_) if adaptations < MOST_ADAPTATIONS => adaptations += 1,
                Attempt::Again(error) => return Batch::Fatal(error),
                Attempt::Retry(failure, _) if retries == self.max_retries => return failure,
                Attempt::Retry(failure, asked) => {
                    let pause = retry::pause(retries, asked);
                    tracing::debug!("trying again in {:.1} s", pause.as_secs_f64());
                    tokio::select! {
                        biased;
                        () = self.draining[0].reached(Urgency::Drain) => return failure,
                        () = self.draining[1].reached(Urgency::Drain) => return failure,
                        () = tokio::time::sleep(pause) => retries += 1,
                    }
                }
            }
        }
    }

    async fn attempt(&self, request: &ChatRequest) -> Attempt {
        tracing::debug!("asking: {}", request.user);
        match self.client.complete(request).await {
            Ok(completion) => {
                tracing::debug!(
                    "answer: {:?}, {:?}",
                    completion.finish_reason,
                    completion.usage
                );
                self.meter.completion(&completion);
                self.judge(completion)
            }
            Err(error) => {
                self.meter.error(&error);
                let failed = |error: LlmError| Batch::Failed(error.kind(), Some(error));
                match error.disposition() {
                    Disposition::Retry(Some(asked)) if asked > retry::LONGEST_ASKED => {
                        Attempt::Done(Batch::Fatal(LlmError::Quota {
                            message: format!("{error} (try again in {} min)", asked.as_secs() / 60),
                        }))
                    }
                    Disposition::Retry(asked) => Attempt::Retry(failed(error), asked),
                    Disposition::Again => Attempt::Again(error),
                    Disposition::FailBatch => Attempt::Done(failed(error)),
                    Disposition::FailRun => Attempt::Done(Batch::Fatal(error)),
                }
            }
        }
    }

    fn judge(&self, completion: Completion) -> Attempt {
        let unusable = |reason: &'static str| {
            self.meter.unusable(reason);
            Attempt::Retry(Batch::Failed(reason, None), None)
        };
        let is_cut = match completion.finish_reason {
            FinishReason::Stop | FinishReason::Other(_) => false,
            FinishReason::MaxTokens => true,
            FinishReason::Blocked(reason) => return Attempt::Done(Batch::Blocked(reason)),
            FinishReason::PromptBlocked(reason) => {
                return Attempt::Done(Batch::Blocked(format!("prompt: {reason}")));
            }
            FinishReason::Recitation => return Attempt::Done(Batch::Blocked("recitation".into())),
            FinishReason::NoCandidates => return unusable("no answer in the response"),
        };
        match parse::items(&completion.text) {
            Ok(items) => Attempt::Done(self.validate(items, is_cut)),
            // The next attempt would be cut at the same place.
            Err(_) if is_cut => Attempt::Done(self.validate(Vec::new(), is_cut)),
            Err(_) if completion.text.trim().is_empty() => unusable("empty answer"),
            Err(_) => unusable("no JSON objects in the answer"),
        }
    }

    fn validate(&self, items: Vec<Value>, is_cut: bool) -> Batch {
        let mut samples = Vec::with_capacity(items.len());
        let mut rejections = Vec::new();
        for item in items {
            match self.format.validate(item) {
                Ok(sample) => samples.push(sample),
                Err(rejection) => rejections.push(rejection),
            }
        }
        Batch::Answered {
            samples,
            rejections,
            is_cut,
        }
    }
}
