//! Values that are words.

use std::str::FromStr;

use clap::ValueEnum;

use crate::shape::Shape;

/// Who writes the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Provider {
    /// Google's Gemini.
    Gemini,
    /// An OpenAI-compatible endpoint.
    Openai,
    /// Made-up data, without a model or network.
    Offline,
}

/// Which samples are duplicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DedupMode {
    /// Those with the same values.
    Exact,
    /// Those with similar texts, too.
    Near,
}

/// What becomes of a sample that is judged otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerifyAction {
    /// It is rejected.
    Drop,
    /// It is kept, with the label or score that was found.
    Relabel,
}

/// What reads PDF files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PdfReader {
    /// The first of the others, and the second where that fails or finds no text.
    Auto,
    /// The crate pdfboss.
    Pdfboss,
    /// The crate pdf-extract.
    PdfExtract,
}

/// The word of `--balance`.
#[derive(Debug, Clone, PartialEq)]
pub enum BalanceChoice {
    /// Classes as they come.
    None,
    /// A field, and the part of each of its classes.
    Shares(String, Vec<f64>),
}

impl FromStr for BalanceChoice {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected none, or a field and a number for each of its classes, \
                                such as label=0.5,0.3,0.2";
        if text.eq_ignore_ascii_case("none") {
            return Ok(Self::None);
        }
        let (field, shares) = text.split_once('=').ok_or(EXPECTED)?;
        let shares = shares.split(',').map(|share| share.trim().parse());
        let shares: Vec<f64> = shares.collect::<Result<_, _>>().map_err(|_| EXPECTED)?;
        if !shares.iter().all(|share| (0.0..=1e9).contains(share)) {
            return Err("each number must be from 0 to 1000000000");
        }
        match shares.iter().any(|share| *share > 0.0) {
            true => Ok(Self::Shares(field.trim().to_owned(), shares)),
            false => Err("one of the numbers must be above 0"),
        }
    }
}

/// One word of `--output-format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
#[expect(missing_docs, reason = "their names say it")]
pub enum OutputChoice {
    Jsonl,
    Csv,
    Parquet,
    /// A folder for the Hugging Face Hub, with Parquet and a card.
    Hf,
    /// The first three.
    All,
}

/// What becomes of samples in the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "their names say it")]
pub enum ShapeChoice {
    Native,
    Messages,
    Sharegpt,
    Alpaca,
    PromptCompletion,
    Preference,
    Squad,
    Beir,
}

impl ShapeChoice {
    /// The shape, if it is another than that of the samples.
    #[must_use]
    pub fn shape(self) -> Option<Shape> {
        Some(match self {
            Self::Native => return None,
            Self::Messages => Shape::Messages,
            Self::Sharegpt => Shape::ShareGpt,
            Self::Alpaca => Shape::Alpaca,
            Self::PromptCompletion => Shape::PromptCompletion,
            Self::Preference => Shape::Preference,
            Self::Squad => Shape::Squad,
            Self::Beir => Shape::Beir,
        })
    }
}

/// Least level of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
#[expect(missing_docs, reason = "their names say it")]
pub enum LogLevel {
    Debug,
    Info,
    #[value(alias = "WARN")]
    Warning,
    Error,
    Critical,
}
