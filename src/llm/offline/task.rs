//! Instructions and how they are followed.

use rand::RngExt;
use rand::rngs::StdRng;

use super::material::Material;

/// Something to do with a text, and the text done.
#[derive(Debug)]
pub(super) struct Task {
    /// What to do.
    pub(super) instruction: String,
    /// With what; `None` if the instruction says it all.
    pub(super) input: Option<String>,
    /// What comes out.
    pub(super) output: String,
}

impl Task {
    /// A task about `material`.
    ///
    /// `input` is whether the input must be there; where there is no place for
    /// one (`None`), it becomes part of the instruction.
    pub(super) fn draw(material: &Material, input: Option<bool>, rng: &mut StdRng) -> Self {
        let kinds = if input == Some(true) { 5 } else { 7 };
        let task = Self::of_kind(rng.random_range(0..kinds), material);
        match (input, &task.input) {
            (None, Some(text)) => Self {
                instruction: format!("{}\n\n{text}", task.instruction),
                input: None,
                output: task.output,
            },
            _ => task,
        }
    }

    fn of_kind(kind: u8, material: &Material) -> Self {
        let Material {
            context,
            summary,
            sentence,
            paraphrase,
            question,
            answer,
            ..
        } = material;
        let with = |instruction: &str, input: &str, output: &str| Self {
            instruction: instruction.to_owned(),
            input: Some(input.to_owned()),
            output: output.to_owned(),
        };
        match kind {
            0 => with("Say the same in other words.", sentence, paraphrase),
            1 => with("Summarise the text in one sentence.", context, summary),
            2 => with("Find a heading for the text.", context, &material.title),
            3 => with(
                "Write a question that this sentence answers.",
                sentence,
                question,
            ),
            4 => with(question, context, answer),
            5 => Self {
                instruction: format!(
                    "Write a sentence about {} that mentions {answer}.",
                    material.topic
                ),
                input: None,
                output: sentence.clone(),
            },
            _ => Self {
                instruction: format!("Write a short text with the title \"{}\".", material.title),
                input: None,
                output: context.clone(),
            },
        }
    }
}
