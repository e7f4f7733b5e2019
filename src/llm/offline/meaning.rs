//! What a field of a custom format is about, as its words tell.

use super::description::{is_numeric, normalised};
use super::phrases::{INTENTS, MOODS};
use super::topics::TOPICS;
use crate::sample::Field;

/// What a text field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Context,
    Summary,
    Title,
    Sentence,
    Paraphrase,
    Wrong,
    Question,
    Answer,
    Topic,
    EntityType,
    /// One of the options of a multiple-choice question, from zero.
    Option(u8),
    /// The letter of the right option.
    CorrectOption,
    Explanation,
    Instruction,
    TaskInput,
    Output,
    Prompt,
    Chosen,
    Rejected,
    Review,
    Mood,
    Request,
    Reply,
    Intent,
    Category,
    Subject,
    Code,
    CodeTask,
    CodeReason,
    Language,
    SourceText,
    TargetText,
    SourceLanguage,
    /// A slot of a person's life.
    Life(&'static str),
    FirstName,
    LastName,
    Username,
    Email,
    Phone,
    Country,
    Address,
    Url,
    Identifier,
    Tags,
    Bio,
    Description,
    /// A number, written as text.
    Number,
    /// A few words about anything.
    Short,
}

use Meaning::Life;

/// Words in a field's name or description, and what they mean.
const MEANINGS: &[(&str, Meaning)] = &[
    ("abstract", Meaning::Summary),
    ("address", Meaning::Address),
    ("anchor", Meaning::Sentence),
    ("answer", Meaning::Answer),
    ("article", Meaning::Context),
    ("author", Life("who")),
    ("bio", Meaning::Bio),
    ("biography", Meaning::Bio),
    ("body", Meaning::Request),
    ("brand", Life("company")),
    ("category", Meaning::Category),
    ("chosen", Meaning::Chosen),
    ("city", Life("city")),
    ("code", Meaning::Code),
    ("colour", Life("colour")),
    ("color", Life("colour")),
    ("comment", Meaning::Review),
    ("company", Life("company")),
    ("completion", Meaning::Output),
    ("content", Meaning::Context),
    ("context", Meaning::Context),
    ("country", Meaning::Country),
    ("customer", Life("who")),
    ("date", Life("day")),
    ("day", Life("day")),
    ("description", Meaning::Description),
    ("document", Meaning::Context),
    ("domain", Meaning::Topic),
    ("email", Meaning::Email),
    ("e mail", Meaning::Email),
    ("employer", Life("company")),
    ("entity", Meaning::Answer),
    ("entity type", Meaning::EntityType),
    ("explanation", Meaning::Explanation),
    ("feedback", Meaning::Review),
    ("first name", Meaning::FirstName),
    ("genre", Meaning::Topic),
    ("headline", Meaning::Title),
    ("hypothesis", Meaning::Paraphrase),
    ("id", Meaning::Identifier),
    ("identifier", Meaning::Identifier),
    ("input", Meaning::TaskInput),
    ("instruction", Meaning::Instruction),
    ("intent", Meaning::Intent),
    ("job", Life("job")),
    ("label", Meaning::Topic),
    ("language", Meaning::Language),
    ("last name", Meaning::LastName),
    ("location", Life("city")),
    ("message", Meaning::Request),
    ("name", Life("who")),
    ("negative", Meaning::Wrong),
    ("negatives", Meaning::Wrong),
    ("occupation", Life("job")),
    ("option a", Meaning::Option(0)),
    ("option b", Meaning::Option(1)),
    ("option c", Meaning::Option(2)),
    ("option d", Meaning::Option(3)),
    ("option 1", Meaning::Option(0)),
    ("option 2", Meaning::Option(1)),
    ("option 3", Meaning::Option(2)),
    ("option 4", Meaning::Option(3)),
    ("organisation", Life("company")),
    ("organization", Life("company")),
    ("output", Meaning::Output),
    ("paraphrase", Meaning::Paraphrase),
    ("passage", Meaning::Context),
    ("phone", Meaning::Phone),
    ("positive", Meaning::Paraphrase),
    ("premise", Meaning::Sentence),
    ("product", Life("product")),
    ("profession", Life("job")),
    ("programming language", Meaning::Language),
    ("prompt", Meaning::Prompt),
    ("query", Meaning::Question),
    ("question", Meaning::Question),
    ("rationale", Meaning::Explanation),
    ("reasoning", Meaning::Explanation),
    ("rejected", Meaning::Rejected),
    ("reply", Meaning::Reply),
    ("response", Meaning::Output),
    ("review", Meaning::Review),
    ("rewrite", Meaning::Paraphrase),
    ("sentence", Meaning::Sentence),
    ("sentiment", Meaning::Mood),
    ("snippet", Meaning::Code),
    ("solution", Meaning::Code),
    ("source", Meaning::SourceText),
    ("source language", Meaning::SourceLanguage),
    ("source text", Meaning::SourceText),
    ("statement", Meaning::Sentence),
    ("story", Meaning::Context),
    ("subject", Meaning::Subject),
    ("summary", Meaning::Summary),
    ("surname", Meaning::LastName),
    ("tags", Meaning::Tags),
    ("keywords", Meaning::Tags),
    ("target", Meaning::TargetText),
    ("target language", Meaning::Language),
    ("target text", Meaning::TargetText),
    ("task", Meaning::Instruction),
    ("telephone", Meaning::Phone),
    ("text", Meaning::Sentence),
    ("time", Life("time")),
    ("title", Meaning::Title),
    ("topic", Meaning::Topic),
    ("town", Life("city")),
    ("translation", Meaning::TargetText),
    ("url", Meaning::Url),
    ("link", Meaning::Url),
    ("website", Meaning::Url),
    ("user", Life("who")),
    ("username", Meaning::Username),
    ("utterance", Meaning::Request),
];

impl Meaning {
    /// What the text field `field` is about; `choices` are all that it takes.
    pub(super) fn of(field: &Field, choices: &[String]) -> Self {
        by_choices(choices)
            .or_else(|| by_name(&field.name))
            .or_else(|| is_numeric(&field.name).then_some(Self::Number))
            .or_else(|| by_description(&field.description))
            .unwrap_or_else(|| by_example(field))
    }

    /// The same beside the other `columns` of the format.
    pub(super) fn beside(self, columns: &[Self]) -> Self {
        let has = |meaning: Self| columns.contains(&meaning);
        match self {
            Self::Instruction | Self::Question | Self::Prompt if has(Self::Code) => Self::CodeTask,
            Self::Explanation if has(Self::Code) => Self::CodeReason,
            Self::Output | Self::Answer if has(Self::CodeTask) => Self::Code,
            Self::Question | Self::Instruction if has(Self::Chosen) => Self::Prompt,
            Self::Answer if has(Self::Option(0)) => Self::CorrectOption,
            Self::Output | Self::Answer if has(Self::Intent) || has(Self::Request) => Self::Reply,
            Self::Sentence if has(Self::Mood) || has(Self::Review) => Self::Review,
            Self::Sentence if has(Self::Intent) => Self::Request,
            Self::Sentence if has(Self::TargetText) => Self::SourceText,
            Self::Sentence if has(Self::Summary) || has(Self::Question) => Self::Context,
            Self::TaskInput if !has(Self::Instruction) => Self::Question,
            Self::Output if !has(Self::Instruction) => Self::Answer,
            other => other,
        }
    }

    /// Where the meaning is taken from a passage instead of a person.
    pub(super) fn in_passage(self) -> Self {
        match self {
            Self::Review | Self::Request | Self::Bio | Self::Description => Self::Sentence,
            Self::Reply => Self::Answer,
            Self::Subject => Self::Title,
            other => other,
        }
    }
}

fn by_choices(choices: &[String]) -> Option<Meaning> {
    let takes = |name: &str| {
        choices
            .iter()
            .any(|choice| choice.eq_ignore_ascii_case(name))
    };
    if MOODS.iter().any(|mood| takes(mood.name)) {
        return Some(Meaning::Mood);
    }
    if TOPICS.iter().any(|topic| takes(topic.name)) {
        return Some(Meaning::Topic);
    }
    if INTENTS.iter().any(|intent| takes(intent.name)) {
        return Some(Meaning::Intent);
    }
    if INTENTS.iter().any(|intent| takes(intent.category)) {
        return Some(Meaning::Category);
    }
    takes("PERSON").then_some(Meaning::EntityType)
}

/// The last of the known words in `name`; the head of an English noun is last.
fn by_name(name: &str) -> Option<Meaning> {
    let words = normalised(name);
    let known = MEANINGS.iter().filter_map(|(word, meaning)| {
        let start = words.rfind(&format!(" {word} "))?;
        Some((start + word.len(), word.len(), *meaning))
    });
    known
        .max_by_key(|(end, length, _)| (*end, *length))
        .map(|(_, _, meaning)| meaning)
}

/// The first of the known words in `description`.
fn by_description(description: &str) -> Option<Meaning> {
    let words = normalised(description);
    let known = MEANINGS
        .iter()
        .filter_map(|(word, meaning)| Some((words.find(&format!(" {word} "))?, *meaning)));
    known
        .min_by_key(|(start, _)| *start)
        .map(|(_, meaning)| meaning)
}

fn by_example(field: &Field) -> Meaning {
    let example = field.example.as_ref().and_then(|example| example.as_str());
    match example {
        Some(example) if example.split_whitespace().count() <= 4 => Meaning::Short,
        _ => Meaning::Sentence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_name_tells_its_meaning() {
        assert_eq!(by_name("customer_email"), Some(Meaning::Email));
        assert_eq!(by_name("character_name"), Some(Life("who")));
        assert_eq!(by_name("sourceLanguage"), Some(Meaning::SourceLanguage));
        assert_eq!(by_name("option_b"), Some(Meaning::Option(1)));
        assert_eq!(by_name("xyzzy"), None);
    }
}
