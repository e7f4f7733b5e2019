//! What a server is known to refuse, and what is sent instead; how much room
//! the thoughts and samples of its model need.
//!
//! State of one client. What is sent only ever shrinks, but for that room,
//! which grows until it is refused; so there are few changes.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::Value;

use crate::llm::failure::Failure;
use crate::llm::{Answer, ChatRequest, Completion, FinishReason, Wanted};

/// How the shape of an answer is asked for, from the best way to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rung {
    /// `json_schema`, strict.
    Schema,
    /// `json_object` with the schema beside it, as llama.cpp's servers know it.
    ObjectWithSchema,
    /// `json_object`; the schema is told in words.
    Object,
    /// In words only.
    Words,
}

const LADDER: [Rung; 4] = [
    Rung::Schema,
    Rung::ObjectWithSchema,
    Rung::Object,
    Rung::Words,
];

/// Parameters that some servers or models refuse.
const PARAMETERS: [&str; 5] = [MAX_TOKENS, "temperature", "top_p", "top_k", "seed"];
const MAX_TOKENS: &str = "max_tokens";

/// Where the cap on output tokens may stand.
const CAPS: [&str; 2] = [MAX_TOKENS, "max_completion_tokens"];

/// A cap below this is no limit of a model, but another number in a message.
const LEAST_CAP: usize = 256;

/// Room for thoughts, once a model needs some; it doubles from there.
const FIRST_ROOM: usize = 8192;

/// The same for a sample that is longer than most.
const FIRST_ROOM_OF_ONE: usize = 4096;

/// More than this is no use.
const MOST_ROOM: usize = 65_536;

/// What an answer that was cut had no room for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Need {
    /// The first word after the thoughts.
    Thoughts,
    /// The only sample that was asked for.
    OneSample,
}

impl Need {
    /// That of `completion`, the answer to `request`; `None` if fewer samples
    /// at once will do.
    pub(super) fn of(completion: &Completion, request: &ChatRequest) -> Option<Self> {
        let is_cut = completion.finish_reason == FinishReason::MaxTokens;
        match &request.answer {
            _ if completion.is_all_thoughts() => Some(Self::Thoughts),
            Answer::Samples(Wanted { count: 1, .. }) if is_cut => Some(Self::OneSample),
            _ => None,
        }
    }
}

/// What is known of a server.
#[derive(Debug)]
pub(super) struct Dialect {
    rung: AtomicUsize,
    refused: [AtomicBool; PARAMETERS.len()],
    /// Whether it refused a schema that says how many items are wanted.
    refused_counts: AtomicBool,
    /// Whether it refused one that says that texts are not empty.
    refused_lengths: AtomicBool,
    /// The largest cap on output tokens that it takes.
    largest_cap: AtomicUsize,
    /// Output tokens that are there for thoughts and long samples.
    room: AtomicUsize,
    /// The most of them that it has not refused.
    most_room: AtomicUsize,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            rung: AtomicUsize::default(),
            refused: Default::default(),
            refused_counts: AtomicBool::default(),
            refused_lengths: AtomicBool::default(),
            largest_cap: AtomicUsize::new(usize::MAX),
            room: AtomicUsize::default(),
            most_room: AtomicUsize::new(MOST_ROOM),
        }
    }
}

/// How one request is put.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    rung: usize,
    refused: [bool; PARAMETERS.len()],
    refused_counts: bool,
    refused_lengths: bool,
    largest_cap: usize,
    room: usize,
}

impl Dialect {
    /// That of `OpenAI` itself, whose strict schemas know no lengths of texts.
    pub(super) fn of_openai() -> Self {
        Self {
            refused_lengths: true.into(),
            ..Self::default()
        }
    }

    /// How to put the next request.
    pub(super) fn manner(&self) -> Manner {
        Manner {
            rung: self.rung.load(Ordering::Relaxed),
            refused: std::array::from_fn(|index| self.refused[index].load(Ordering::Relaxed)),
            refused_counts: self.refused_counts.load(Ordering::Relaxed),
            refused_lengths: self.refused_lengths.load(Ordering::Relaxed),
            largest_cap: self.largest_cap.load(Ordering::Relaxed),
            room: self.room.load(Ordering::Relaxed),
        }
    }

    /// What a refused `body` is asked without from now on, if that is at fault.
    ///
    /// Judged by what the body itself held: a request of the time before a
    /// change is told to come again and changes nothing; one without the
    /// feature never is.
    pub(super) fn adapt(
        &self,
        failure: &Failure,
        body: &Value,
        manner: Manner,
    ) -> Option<&'static str> {
        let blamed = match failure.status() {
            400 | 422 => {
                if let Some(cap) = smaller_cap(failure, body) {
                    self.largest_cap.fetch_min(cap, Ordering::Relaxed);
                    return Some("as many output tokens");
                }
                blamed_parameter(failure, body)
            }
            500 | 501 => None,
            _ => return None,
        };
        if let Some(index) = blamed {
            self.refused[index].store(true, Ordering::Relaxed);
            return Some(PARAMETERS[index]);
        }
        let words = ["response_format", "json_object", "schema", "grammar"];
        let is_about_format = words.into_iter().any(|word| failure.says(word));
        if !is_about_format || body.get("response_format").is_none() {
            return None;
        }
        if failure.says("minlength") && manner.fills() {
            self.refused_lengths.store(true, Ordering::Relaxed);
            return Some("lengths of texts in the schema");
        }
        let blames_counts = ["minitems", "maxitems"].iter().any(|it| failure.says(it));
        if blames_counts && manner.counts() {
            self.refused_counts.store(true, Ordering::Relaxed);
            return Some("a number of items in the schema");
        }
        Some(self.step(manner))
    }

    /// After an answer to `body`, put in `manner`, that was too short by what it
    /// would have `need`ed: leaves more room, unless the server takes no more.
    ///
    /// Judged by what was sent: of several under way one changes something.
    pub(super) fn make_room(&self, need: Need, body: &Value, manner: Manner) {
        let (first, problem) = match need {
            Need::Thoughts => (FIRST_ROOM, "the model spent a whole answer on thoughts"),
            Need::OneSample => (FIRST_ROOM_OF_ONE, "a sample was longer than a whole answer"),
        };
        let room = (manner.room * 2).max(first);
        let is_capped_by_us = sent_cap(body).is_some_and(|cap| cap < manner.largest_cap);
        if !is_capped_by_us || room > self.most_room.load(Ordering::Relaxed) {
            return;
        }
        let grown =
            self.room
                .compare_exchange(manner.room, room, Ordering::Relaxed, Ordering::Relaxed);
        if grown.is_ok() {
            tracing::warn!("{problem}; from now on there is room for {room} tokens more");
        }
    }

    /// What is asked without from now on if the context of the model has no
    /// place for the room that `manner` left for thoughts.
    pub(super) fn take_room_back(&self, failure: &Failure, manner: Manner) -> Option<&'static str> {
        let blames_answer = failure.says("max_tokens") || failure.says("completion");
        if manner.room == 0 || !blames_answer {
            return None;
        }
        let less = if manner.room > FIRST_ROOM {
            manner.room / 2
        } else {
            0
        };
        self.most_room.fetch_min(less, Ordering::Relaxed);
        self.room.fetch_min(less, Ordering::Relaxed);
        Some("as much room for thoughts")
    }

    /// Leaves the rung of `manner`, unless another request has done that.
    fn step(&self, manner: Manner) -> &'static str {
        let next = manner.rung + 1;
        // An error says that the rung was left already, which is as good.
        let _ = self
            .rung
            .compare_exchange(manner.rung, next, Ordering::Relaxed, Ordering::Relaxed);
        match manner.rung() {
            Rung::Schema => "a strict JSON schema",
            Rung::ObjectWithSchema => "a JSON schema",
            Rung::Object | Rung::Words => "JSON mode",
        }
    }
}

#[cfg(test)]
impl Manner {
    /// That of a server that has refused counts, lengths, and what is better
    /// than `rung`.
    pub(super) fn bare(rung: Rung) -> Self {
        let rung = LADDER.iter().position(|it| *it == rung);
        Self {
            rung: rung.expect("on the ladder"),
            refused_counts: true,
            refused_lengths: true,
            ..Dialect::default().manner()
        }
    }
}

impl Manner {
    /// How the shape is asked for.
    pub(super) fn rung(self) -> Rung {
        LADDER.get(self.rung).copied().unwrap_or(Rung::Words)
    }

    /// Whether the schema says how many items are wanted.
    pub(super) fn counts(self) -> bool {
        !self.refused_counts
    }

    /// Whether the schema says that texts are not empty.
    pub(super) fn fills(self) -> bool {
        !self.refused_lengths
    }

    /// `tokens` of an answer with room for thoughts, as far as the server is
    /// known to take it.
    pub(super) fn cap(self, tokens: usize) -> usize {
        tokens.saturating_add(self.room).min(self.largest_cap)
    }

    /// Whether `parameter` may be sent.
    pub(super) fn takes(self, parameter: &str) -> bool {
        let mut known = PARAMETERS.iter().zip(self.refused);
        !known.any(|(name, refused)| refused && *name == parameter)
    }
}

/// The cap that the failure names as the most that is possible; `None` if the
/// cap of `body` is not what it is about.
fn smaller_cap(failure: &Failure, body: &Value) -> Option<usize> {
    let sent = sent_cap(body)?;
    if !CAPS.iter().any(|cap| failure.blames(cap)) {
        return None;
    }
    let numbers = failure
        .message()
        .split(|character: char| !character.is_ascii_digit());
    numbers
        .filter_map(|digits| digits.parse().ok())
        .filter(|number| (LEAST_CAP..sent).contains(number))
        .max()
}

/// The cap on output tokens that `body` has.
fn sent_cap(body: &Value) -> Option<usize> {
    let sent = CAPS.iter().find_map(|cap| body.get(cap)?.as_u64())?;
    Some(usize::try_from(sent).unwrap_or(usize::MAX))
}

/// Index of the parameter that is in `body` and that the failure blames.
fn blamed_parameter(failure: &Failure, body: &Value) -> Option<usize> {
    PARAMETERS.iter().position(|&parameter| {
        let is_blamed = match parameter {
            MAX_TOKENS => failure.says(MAX_TOKENS) && failure.says("max_completion_tokens"),
            _ => failure.blames(parameter),
        };
        is_blamed && body.get(parameter).is_some()
    })
}
