//! What one request is asked for.

use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::prompt::{MANNERS, SETTINGS, VOICES};

/// What the samples are made from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A description of the data.
    Query(String),
    /// Passages of documents; at least one, none blank.
    Documents(Vec<Arc<str>>),
}

/// What one request is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Brief {
    /// Number of the request's batch, from 0.
    pub(super) batch: u64,
    /// Samples wanted; at least one.
    pub(super) count: usize,
    /// How its samples are to differ from those of other requests.
    pub(super) angle: String,
    /// The passage to make them from.
    pub(super) passage: Option<Arc<str>>,
}

/// Hands out briefs, each different from the last.
///
/// Angles and passages are drawn in an order that the seed decides; none comes
/// twice before all came once.
#[derive(Debug)]
pub(super) struct Briefs {
    batch: u64,
    angles: Deck<String>,
    passages: Option<Deck<Arc<str>>>,
}

impl Briefs {
    pub(super) fn new(source: &Source, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let (angles, passages) = match source {
            Source::Query(_) => (angles(&SETTINGS), None),
            // A passage brings its own setting.
            Source::Documents(passages) => (angles(&[]), Some(passages.clone())),
        };
        Self {
            batch: 0,
            angles: Deck::shuffled(angles, &mut random),
            passages: passages.map(|passages| Deck::shuffled(passages, &mut random)),
        }
    }

    /// The brief of the next request, for `count` samples.
    pub(super) fn next(&mut self, count: usize) -> Brief {
        let brief = Brief {
            batch: self.batch,
            count,
            angle: self.angles.draw(),
            passage: self.passages.as_mut().map(Deck::draw),
        };
        self.batch += 1;
        brief
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

/// Cards that are dealt one after the other, over and over.
#[derive(Debug)]
struct Deck<T> {
    cards: Vec<T>,
    next: usize,
}

impl<T: Clone> Deck<T> {
    fn shuffled(mut cards: Vec<T>, random: &mut StdRng) -> Self {
        cards.shuffle(random);
        Self { cards, next: 0 }
    }

    fn draw(&mut self) -> T {
        let card = self.cards[self.next % self.cards.len()].clone();
        self.next += 1;
        card
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_angle_comes_twice_before_all_came_once() {
        let mut briefs = Briefs::new(&Source::Query("q".into()), 1);
        let cells = VOICES.len() * SETTINGS.len() * MANNERS.len();
        let seen: HashSet<String> = (0..cells).map(|_| briefs.next(1).angle).collect();
        assert_eq!(seen.len(), cells);
    }

    #[test]
    fn passages_go_round() {
        let passages = ["a", "b", "c"].map(Arc::from).to_vec();
        let mut briefs = Briefs::new(&Source::Documents(passages), 1);
        let mut drawn: Vec<_> = (0..6).filter_map(|_| briefs.next(1).passage).collect();
        drawn.sort();
        assert_eq!(drawn, ["a", "a", "b", "b", "c", "c"].map(Arc::from));
    }

    #[test]
    fn the_seed_decides_the_order() {
        let source = Source::Query("q".into());
        let first = |seed| Briefs::new(&source, seed).next(25);
        assert_eq!(first(7), first(7));
        assert_ne!(first(7), first(8));
    }
}
