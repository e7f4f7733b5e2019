//! What one request is asked for.

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::document::Chunk;
use crate::prompt::{MANNERS, SETTINGS, VOICES};

/// What the samples are made from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A description of the data.
    Query(String),
    /// Passages of documents; at least one, none blank.
    Documents(Vec<Chunk>),
}

/// What one request is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Brief {
    /// Samples wanted; at least one.
    pub(super) count: usize,
    /// How its samples are to differ from those of other requests.
    pub(super) angle: String,
    /// The passage to make them from.
    pub(super) passage: Option<Chunk>,
}

/// The briefs of all batches, each different from the last.
///
/// Angles and passages are in an order that the seed decides; none comes twice
/// before all came once.
#[derive(Debug)]
pub(super) struct Briefs {
    angles: Deck<String>,
    passages: Vec<Chunk>,
    /// Indices of passages, in the order of their turns.
    turns: Deck<usize>,
}

impl Briefs {
    pub(super) fn new(source: &Source, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let (angles, passages) = match source {
            Source::Query(_) => (angles(&SETTINGS), Vec::new()),
            // A passage brings its own setting.
            Source::Documents(passages) => (angles(&[]), passages.clone()),
        };
        let angles = Deck::shuffled(angles, &mut random);
        Self {
            angles,
            turns: Deck::shuffled((0..passages.len()).collect(), &mut random),
            passages,
        }
    }

    /// The brief of batch `number`, for `count` samples.
    pub(super) fn of(&self, number: u64, count: usize) -> Brief {
        Brief {
            count,
            angle: self.angles.card(number).clone(),
            passage: self
                .passage_of(number)
                .map(|index| self.passages[index].clone()),
        }
    }

    /// The index of the passage that batch `number` is made from.
    pub(super) fn passage_of(&self, number: u64) -> Option<usize> {
        (!self.passages.is_empty()).then(|| *self.turns.card(number))
    }

    /// All passages.
    pub(super) fn passages(&self) -> &[Chunk] {
        &self.passages
    }
}

fn angles(settings: &[&str]) -> Vec<String> {
    let mut angles = Vec::new();
    for voice in VOICES {
        for manner in MANNERS {
            match settings {
                [] => angles.push(format!("{voice}; {manner}")),
                settings => {
                    angles.extend(
                        settings
                            .iter()
                            .map(|setting| format!("{voice}; {setting}; {manner}")),
                    );
                }
            }
        }
    }
    angles
}

/// Cards in an order that repeats for ever.
#[derive(Debug)]
struct Deck<T>(Vec<T>);

impl<T> Deck<T> {
    fn shuffled(mut cards: Vec<T>, random: &mut StdRng) -> Self {
        cards.shuffle(random);
        Self(cards)
    }

    fn card(&self, number: u64) -> &T {
        let index = number % self.0.len() as u64;
        &self.0[usize::try_from(index).expect("below a length")]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;

    use super::*;

    #[test]
    fn no_angle_comes_twice_before_all_came_once() {
        let briefs = Briefs::new(&Source::Query("q".into()), 1);
        let cells = VOICES.len() * SETTINGS.len() * MANNERS.len();
        let angles = (0..).map(|number| briefs.of(number, 1).angle);
        let seen: HashSet<String> = angles.take(cells).collect();
        assert_eq!(seen.len(), cells);
    }

    #[test]
    fn passages_go_round() {
        let passages = ["a", "b", "c"].map(Chunk::of).to_vec();
        let briefs = Briefs::new(&Source::Documents(passages), 1);
        let mut drawn: Vec<_> = (0..6)
            .filter_map(|number| briefs.of(number, 1).passage)
            .map(|passage| passage.text)
            .collect();
        drawn.sort();
        assert_eq!(drawn, ["a", "a", "b", "b", "c", "c"].map(Arc::from));
    }

    #[test]
    fn the_seed_decides_the_order() {
        let source = Source::Query("q".into());
        let first = |seed| Briefs::new(&source, seed).of(0, 25);
        assert_eq!(first(7), first(7));
        assert_ne!(first(7), first(8));
    }
}
