//! How a run ended, in words and as an exit status.

use serde::Serialize;

use crate::generate::{Books, GenerateError, Outcome, Spent};
use crate::llm::{Disposition, LlmError};
use crate::output::WriteError;
use crate::shutdown::{Shutdown, Signal};

use super::ExitStatus;

/// How a run ended, in words and as an exit status.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Verdict {
    /// The kind of end.
    reason: &'static str,
    /// What went wrong; nothing if the target was reached.
    pub(super) problem: Option<String>,
    /// What to do about it.
    #[serde(skip)]
    pub(super) hint: Option<String>,
    #[serde(rename = "exit_code", serialize_with = "as_code")]
    pub(super) status: ExitStatus,
}

/// Reason, exit status, and what to do before the run is resumed.
pub(super) type Ending = (&'static str, ExitStatus, Option<&'static str>);

impl Verdict {
    pub(super) fn of(
        end: &Result<Outcome, GenerateError>,
        books: &Books,
        shutdown: &Shutdown,
    ) -> Self {
        let (reason, status, advice) = match end {
            Ok(Outcome::Complete) => ("complete", ExitStatus::Success, None),
            Ok(Outcome::Barren) => ("barren", ExitStatus::Short, Some(advice_for_barren(books))),
            Ok(Outcome::Unavailable(error)) => of_unavailable(error),
            Ok(Outcome::Budget(_)) => ("budget", ExitStatus::Short, None),
            Ok(Outcome::Interrupted) => {
                let signal = shutdown.signal().unwrap_or(Signal::Interrupt);
                ("interrupted", ExitStatus::Stopped(signal), None)
            }
            Err(GenerateError::Write(error)) => {
                ("output", ExitStatus::Output, Some(advice_for_output(error)))
            }
            Err(GenerateError::Llm(error)) => of_llm_error(error),
            Err(GenerateError::Passage(_)) => ("documents", ExitStatus::Failure, None),
        };
        let problem = match end {
            Ok(Outcome::Complete) => None,
            Ok(Outcome::Barren) => Some(
                "ended short of the target: the last requests brought no new sample".to_owned(),
            ),
            Ok(Outcome::Unavailable(error)) => Some(format!("ended short of the target: {error}")),
            Ok(Outcome::Budget(spent)) => {
                Some(format!("ended short of the target: {}", told(*spent)))
            }
            Ok(Outcome::Interrupted) => {
                Some("interrupted; what was written is complete".to_owned())
            }
            Err(error) => Some(error.to_string()),
        };
        Self {
            reason,
            hint: hint(
                advice,
                problem.is_some() && books.written + books.unverified() > 0,
            ),
            problem,
            status,
        }
    }
}

/// The advice, and how to go on if there is something to go on with.
fn hint(advice: Option<&str>, can_resume: bool) -> Option<String> {
    const RESUME: &str = "to go on, run the same command plus --resume";
    match (advice, can_resume) {
        (Some(advice), true) => Some(format!("{advice}; {RESUME}")),
        (Some(advice), false) => Some(advice.to_owned()),
        (None, true) => Some(RESUME.to_owned()),
        (None, false) => None,
    }
}

fn told(spent: Spent) -> String {
    match spent {
        Spent::Requests(most) => format!("--max-requests {most} allows no further request"),
        Spent::Cost { most, next } => format!(
            "the next request may cost ${next:.6}, more than --max-cost {most} has left; \
             a smaller --batch-size costs less"
        ),
    }
}

/// What may help if a file could not be written: if it was the journal, what
/// came later is nowhere.
fn advice_for_output(error: &WriteError) -> &'static str {
    match error.path.to_string_lossy().contains(".journal.jsonl") {
        true => "make room; samples that came after that could not be kept",
        false => "make room; all samples that came are in the journal in .sdgen",
    }
}

/// What may help a run that ran dry: it depends on what most was lost to.
fn advice_for_barren(books: &Books) -> &'static str {
    let full = books.of_full_classes();
    let losses = [
        (
            full,
            "the model does not write every class that it is asked for; --balance none takes what it \
             writes, another model may heed more",
        ),
        (
            books.duplicate,
            "a wider query, more topics or documents, another model or a higher --temperature may bring \
             more",
        ),
        (
            books.rejected() - full,
            "see the reasons above; another model, or clearer descriptions of the fields, may help",
        ),
        (
            books.blocked(),
            "the provider's filter kept most back; another query or model may help",
        ),
        (
            books.truncated,
            "the answers were cut; a smaller --batch-size leaves them more room",
        ),
        (
            books.failed(),
            "the model does not answer as asked; another one may help",
        ),
    ];
    let most = losses.into_iter().max_by_key(|(lost, _)| *lost);
    most.map_or("", |(_, advice)| advice)
}

/// The end that `error` would be of a run, whichever it is.
pub(super) fn advice(error: &LlmError) -> Ending {
    match error.disposition() {
        Disposition::FailRun => of_llm_error(error),
        _ => of_unavailable(error),
    }
}

fn of_unavailable(error: &LlmError) -> Ending {
    match error {
        LlmError::PromptTooLong { .. } => (
            "prompt_too_long",
            ExitStatus::Usage,
            Some("use a model with a larger context, or a shorter query"),
        ),
        LlmError::RateLimited { .. } => (
            "rate_limited",
            ExitStatus::Unavailable,
            Some("come back later, or wait longer with --max-wait"),
        ),
        LlmError::Transport { .. } => (
            "unavailable",
            ExitStatus::Unavailable,
            Some("check the address, and that the server is running and reachable"),
        ),
        LlmError::Unreadable { .. } => (
            "unavailable",
            ExitStatus::Unavailable,
            Some("check that the address is that of an API of this provider"),
        ),
        LlmError::TooLarge { .. } => (
            "unavailable",
            ExitStatus::Unavailable,
            Some("check that the address is that of an API; a smaller --batch-size may help"),
        ),
        LlmError::Timeout { .. } => (
            "unavailable",
            ExitStatus::Unavailable,
            Some("a longer --timeout or a smaller --batch-size may help"),
        ),
        _ => (
            "unavailable",
            ExitStatus::Unavailable,
            Some("try again later"),
        ),
    }
}

fn of_llm_error(error: &LlmError) -> Ending {
    match error {
        LlmError::Auth { .. } => (
            "key_refused",
            ExitStatus::Auth,
            Some("check the key, and that it may use this API and model from here"),
        ),
        LlmError::Credits { .. } => (
            "no_credits",
            ExitStatus::Auth,
            Some("add credits to the account of the key, or raise what it may spend"),
        ),
        LlmError::Quota { .. } => (
            "quota_spent",
            ExitStatus::Unavailable,
            Some("wait until it is renewed, or use another key"),
        ),
        LlmError::ModelNotFound { .. } => (
            "model_not_found",
            ExitStatus::Usage,
            Some("choose another --model"),
        ),
        LlmError::BadRequest { .. } => (
            "request_refused",
            ExitStatus::Usage,
            Some("check the model, and that the address is that of an API of this provider"),
        ),
        LlmError::NotRecorded { .. } => (
            "not_recorded",
            ExitStatus::Short,
            Some(
                "use the arguments that the answers were recorded with, or record what is missing \
                 with --cache in place of --replay",
            ),
        ),
        LlmError::Tls { .. } => (
            "tls_refused",
            ExitStatus::Usage,
            Some("check the address; SSL_CERT_FILE names a file of certificates to trust"),
        ),
        _ => ("failed", ExitStatus::Failure, None),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
pub(super) fn as_code<S: serde::Serializer>(
    status: &ExitStatus,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(status.code())
}
