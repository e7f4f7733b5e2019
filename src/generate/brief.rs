//! What one request is asked for.

use std::io;
use std::iter::{repeat_n, zip};
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt as _, SeedableRng};

use crate::document::{Chunk, Passages};

use super::Options;
use super::plan::{Deck, Draw, Plan, Topic};

/// What the samples are made from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A description of the data.
    Query(String),
    /// Passages of documents; at least one.
    Documents(Arc<Passages>),
}

/// What one request is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Brief {
    /// Samples wanted; at least one.
    pub(super) count: usize,
    /// Those of them of each class; empty if classes are not balanced.
    pub(super) by_class: Vec<u64>,
    /// The class of each sample, in order.
    pub(super) classes: Vec<usize>,
    /// What they are about, and how they differ from those of other requests.
    pub(super) draw: Draw,
    /// The passage to make them from.
    pub(super) passage: Option<Chunk>,
}

/// The briefs of all batches, each different from the last.
///
/// Cells and passages are in an order that the seed decides; none comes twice
/// before all came once.
#[derive(Debug)]
pub(super) struct Briefs {
    seed: u64,
    batch_size: usize,
    /// Nothing if requests say no more than the query or the passage does.
    deck: Option<Deck>,
    passages: Option<Turns>,
}

/// Passages in the order of their turns.
#[derive(Debug)]
struct Turns {
    passages: Arc<Passages>,
    /// Their indices.
    order: Vec<u32>,
    /// Samples that each of them is to bring, in the same order.
    shares: Vec<u32>,
}

impl Briefs {
    /// The briefs of a run from `source`, along `plan` if there is one.
    pub(super) fn new(source: &Source, options: &Options, plan: Option<Plan>) -> Self {
        let Options {
            seed,
            samples,
            batch_size,
            ..
        } = *options;
        let passages = match source {
            Source::Query(_) => None,
            Source::Documents(passages) => Some(Arc::clone(passages)),
        };
        let mut random = StdRng::seed_from_u64(seed);
        let mut briefs = Self {
            seed,
            batch_size,
            deck: None,
            passages: passages.map(|passages| Turns::new(passages, samples, &mut random)),
        };
        if let Some(plan) = plan {
            briefs.follow(plan);
        }
        briefs
    }

    /// Draws from `plan` from now on.
    pub(super) fn follow(&mut self, plan: Plan) {
        self.deck = Some(Deck::new(plan, self.seed, self.batch_size));
    }

    /// Takes `topics` into the plan, for batches from number `from` on; returns
    /// how many are new.
    pub(super) fn grow(&mut self, topics: Vec<Topic>, from: u64) -> usize {
        match &mut self.deck {
            Some(deck) => deck.grow(topics, from),
            None => 0,
        }
    }

    /// The plan, if there is one.
    pub(super) fn plan(&self) -> Option<&Plan> {
        self.deck.as_ref().map(Deck::plan)
    }

    /// Whether the topics are used up before batch `number`.
    pub(super) fn has_run_out(&self, number: u64) -> bool {
        let deck = self.deck.as_ref();
        deck.is_some_and(|deck| deck.end_of_new() <= number)
    }

    /// The brief of batch `number`, for `count` samples, or of these classes.
    ///
    /// # Errors
    ///
    /// Its passage cannot be read.
    pub(super) fn of(&self, number: u64, count: usize, by_class: Vec<u64>) -> io::Result<Brief> {
        let (round, passage) = match &self.passages {
            None => (0, None),
            Some(turns) => {
                let passage = turns.passages.get(turns.passage(number))?;
                (number / turns.order.len() as u64, Some(passage))
            }
        };
        // Another one for a passage each time that its turn comes.
        let draw = self.deck.as_ref();
        let draw = draw.map(|deck| deck.draw(number + round, count));
        Ok(Brief {
            count,
            classes: shuffled(&by_class, self.seed ^ number),
            by_class,
            draw: draw.unwrap_or_default(),
            passage,
        })
    }

    /// The cell that batch `number` is made from: the index of its passage or
    /// of what it is about.
    pub(super) fn cell(&self, number: u64) -> Option<usize> {
        match &self.passages {
            Some(turns) => Some(turns.passage(number)),
            None => self.deck.as_ref()?.cell(number),
        }
    }

    /// How many cells there are; `None` if there is nothing to choose from.
    pub(super) fn cells(&self) -> Option<usize> {
        match &self.passages {
            Some(turns) => Some(turns.passages.len()),
            None => Some(self.deck.as_ref()?.cells()).filter(|cells| *cells > 0),
        }
    }

    /// Most samples that batch `number` is to bring; `None` if it is all the same.
    pub(super) fn share(&self, number: u64) -> Option<usize> {
        let turns = self.passages.as_ref()?;
        Some(*card(&turns.shares, number) as usize)
    }

    /// The largest of these shares.
    pub(super) fn largest_share(&self) -> Option<usize> {
        let turns = self.passages.as_ref()?;
        turns.shares.iter().max().map(|share| *share as usize)
    }
}

impl Turns {
    fn new(passages: Arc<Passages>, samples: usize, random: &mut StdRng) -> Self {
        let mut end = 0;
        let ends = (0..passages.len()).map(|index| {
            end += passages.weight(index);
            end
        });
        let order = spread(&ends.collect::<Vec<_>>(), random);
        let weights = order.iter().map(|index| passages.weight(*index as usize));
        Self {
            shares: shares(weights, end, samples),
            order,
            passages,
        }
    }

    fn passage(&self, number: u64) -> usize {
        *card(&self.order, number) as usize
    }
}

/// How many of `samples` each of some passages is to bring that have these
/// weights, `all` together: one, and of the rest as many as it has of the text.
/// Passages that outnumber the samples have one share among them.
fn shares(weights: impl ExactSizeIterator<Item = u64>, all: u64, samples: usize) -> Vec<u32> {
    let Some(rest) = samples.checked_sub(weights.len()).filter(|rest| *rest > 0) else {
        return vec![1];
    };
    // What is rounded off one is left to the next, so that the sum is right.
    let (mut weight, mut given) = (0, 0);
    let shares = weights.map(|next| {
        weight += u128::from(next);
        let due = (rest as u128 * weight + u128::from(all) / 2) / u128::from(all);
        let share = due - given;
        given = due;
        u32::try_from(share + 1).unwrap_or(u32::MAX)
    });
    shares.collect()
}

/// The indices of passages that end at `ends` when they are laid end to end:
/// each once, and any number of the first ones spread evenly over the text.
///
/// Van der Corput's sequence from a random start: halves, then quarters, then
/// eighths are all visited before one is visited again.
fn spread(ends: &[u64], random: &mut StdRng) -> Vec<u32> {
    let total = ends.last().copied().unwrap_or_default();
    let start: u64 = random.random();
    let mut order = Vec::with_capacity(ends.len());
    let mut is_in = vec![false; ends.len()];
    // Twice as many points as would do if all had the same length.
    for step in 0..4 * ends.len() as u64 {
        let point = step.reverse_bits() ^ start;
        let place = (u128::from(point) * u128::from(total)) >> 64;
        let index = ends.partition_point(|end| u128::from(*end) <= place);
        if !std::mem::replace(&mut is_in[index], true) {
            order.extend(u32::try_from(index));
        }
    }
    let spread = order.len();
    order.extend(
        (0..)
            .zip(is_in)
            .filter_map(|(index, is_in)| (!is_in).then_some(index)),
    );
    order[spread..].shuffle(random);
    order
}

/// One of `cards`, which come again and again in the same order.
fn card<T>(cards: &[T], number: u64) -> &T {
    let index = number % cards.len() as u64;
    &cards[usize::try_from(index).expect("below a length")]
}

/// The classes that come so often, in random order.
fn shuffled(by_class: &[u64], seed: u64) -> Vec<usize> {
    let classes = zip(0.., by_class);
    let mut classes: Vec<usize> = classes
        .flat_map(|(class, count)| repeat_n(class, usize::try_from(*count).unwrap_or(0)))
        .collect();
    classes.shuffle(&mut StdRng::seed_from_u64(seed));
    classes
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use super::*;
    use crate::generate::tests::options;

    fn of(source: &Source, seed: u64, samples: usize) -> Briefs {
        let options = Options {
            seed,
            ..options(samples)
        };
        Briefs::new(source, &options, Some(Plan::without_words()))
    }

    fn briefs(source: &Source, numbers: std::ops::Range<u64>) -> Vec<Brief> {
        let briefs = of(source, 1, 1);
        let briefs = numbers.map(|number| briefs.of(number, 1, Vec::new()).expect("in memory"));
        briefs.collect()
    }

    fn documents(texts: &[&str]) -> Source {
        Source::Documents(Arc::new(Passages::of(texts)))
    }

    #[test]
    fn passages_go_round_and_get_another_angle_each_time() {
        // As many passages as there are angles.
        let texts: Vec<_> = (0..72).map(|number| format!("{number}")).collect();
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        let mut times = BTreeMap::new();
        let mut seen = HashSet::new();
        for brief in briefs(&documents(&texts), 0..144) {
            let text = brief.passage.expect("a passage").text;
            *times.entry(text.clone()).or_insert(0) += 1;
            assert!(seen.insert((text, brief.draw.angle)));
        }
        assert_eq!(times.len(), 72);
        assert!(times.values().all(|times| *times == 2));
    }

    #[test]
    fn the_first_passages_are_spread_over_the_text() {
        let ends: Vec<u64> = (1..=1_000).map(|number| number * 3_000).collect();
        let order = spread(&ends, &mut StdRng::seed_from_u64(1));
        let tenths: HashSet<u32> = order[..16].iter().map(|index| index / 100).collect();
        assert_eq!(tenths.len(), 10);
        let all: HashSet<_> = order.iter().collect();
        assert_eq!((order.len(), all.len()), (1_000, 1_000));
    }

    #[test]
    fn long_passages_come_before_short_ones() {
        let mut end = 0;
        let lengths = (0..1_000).map(|number| if number % 10 == 0 { 3_000 } else { 3 });
        let ends: Vec<u64> = lengths
            .map(|length| {
                end += length;
                end
            })
            .collect();
        let order = spread(&ends, &mut StdRng::seed_from_u64(1));
        let long = order[..100].iter().filter(|index| *index % 10 == 0).count();
        assert!(long >= 95, "{long}");
        assert_eq!(order.len(), 1_000);
    }

    #[test]
    fn a_passage_gets_its_share_of_the_samples() {
        let long = "a long text ".repeat(100);
        let briefs = of(&documents(&[&long, "short", &long]), 1, 41);
        let mut shares: Vec<_> = (0..3).filter_map(|number| briefs.share(number)).collect();
        shares.sort_unstable();
        assert_eq!(shares, [1, 20, 20]);
        assert_eq!(briefs.largest_share(), Some(20));
        let sparse = of(&documents(&[&long, "short", &long]), 1, 3);
        assert_eq!(sparse.largest_share(), Some(1));
    }

    #[test]
    fn shares_add_up_to_the_samples_and_leave_no_passage_out() {
        for samples in 259..600 {
            let weights = (0..258).map(|index| 50 + index * 7_919 % 3_000);
            let shares = shares(
                weights.clone().collect::<Vec<_>>().into_iter(),
                weights.sum(),
                samples,
            );
            assert!(shares.iter().all(|share| *share > 0));
            assert_eq!(shares.iter().sum::<u32>() as usize, samples);
        }
    }

    #[test]
    fn classes_are_in_random_order() {
        let source = Source::Query("q".into());
        let classes = |number| {
            let brief = of(&source, 1, 1).of(number, 6, vec![3, 0, 3]);
            brief.expect("in memory").classes
        };
        assert_ne!(classes(1), classes(2));
        let mut sorted = classes(1);
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 0, 0, 2, 2, 2]);
    }
}
