//! How a second, blind look at a sample goes.

/// What is asked of a sample a second time, without telling what it says there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The answer to the question, from the context alone.
    Answer {
        /// The field with the text that holds the answer.
        context: &'static str,
        /// The field with the question.
        question: &'static str,
        /// The field that is judged.
        answer: &'static str,
    },
    /// The label of the texts.
    Label {
        /// The fields with the texts.
        texts: &'static [&'static str],
        /// The field that is judged.
        label: &'static str,
    },
    /// The score of the texts.
    Score {
        /// The fields with the texts.
        texts: [&'static str; 2],
        /// The field that is judged.
        score: &'static str,
    },
    /// Which of two texts is nearer to the anchor.
    Nearer {
        /// The field with the anchor.
        anchor: &'static str,
        /// The field with the text that should be nearer.
        positive: &'static str,
        /// The field with the other one.
        negative: &'static str,
    },
    /// Which of two responses is the better one.
    Better {
        /// The field with what is asked.
        prompt: &'static str,
        /// The field with the response that should be better.
        chosen: &'static str,
        /// The field with the other one.
        rejected: &'static str,
    },
    /// How good the whole sample is.
    Quality,
}

impl Check {
    /// The field whose value is found a second time; `None` if the whole sample
    /// is judged.
    #[must_use]
    pub fn judged(self) -> Option<&'static str> {
        match self {
            Self::Answer { answer: name, .. }
            | Self::Label { label: name, .. }
            | Self::Score { score: name, .. } => Some(name),
            Self::Nearer { .. } | Self::Better { .. } | Self::Quality => None,
        }
    }
}
