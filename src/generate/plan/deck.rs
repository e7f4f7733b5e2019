//! The cells of a plan in the order in which they are drawn.

use std::iter::zip;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt as _, SeedableRng};

use super::{Attribute, Plan, Topic};

/// Samples of a topic after which new topics are better than more of it.
const SAMPLES_A_TOPIC: usize = 5;

/// Most topics that one request is about.
const MOST_TOGETHER: usize = 8;

/// Most draws of one cell before the order begins again.
const MOST_TURNS: f64 = 100.0;

/// What one request is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct Draw {
    /// The topic that it is about, unless it is about several.
    pub(in super::super) topic: Option<String>,
    /// The topics, or the parts of the topic, that are to be covered.
    pub(in super::super) parts: Vec<String>,
    /// Words, one of which is to be in each sample.
    pub(in super::super) words: Vec<&'static str>,
    /// A value of each attribute.
    pub(in super::super) angle: String,
}

/// A plan, and the order in which what it has is drawn.
///
/// A request is about a cell, and has a value of each attribute. A cell is a
/// topic, or several without sub-topics, so that no sample of a request need be
/// like another: on a small real model five samples of five topics were
/// different and valid far more often than five samples of one.
///
/// What a request is about follows from the plan, the seed and the number of
/// the request. Nothing of a cell comes twice before all of it came once, and
/// no cell twice (as often as its weight says) before all came.
#[derive(Debug, Clone)]
pub(in super::super) struct Deck {
    plan: Plan,
    seed: u64,
    batch_size: usize,
    /// Combinations of the attributes' values.
    combinations: u64,
    cells: Vec<Cell>,
    /// The words of the plan, in the order in which they are dealt out.
    words: Vec<&'static str>,
    /// One for each time that the plan grew, in order; at least one.
    segments: Vec<Segment>,
}

/// What one request is about.
#[derive(Debug, Clone)]
struct Cell {
    /// Its topic, unless it has several.
    topic: Option<String>,
    /// Its topics, or the sub-topics of the one.
    parts: Vec<String>,
    weight: f64,
}

/// The order from one number on.
#[derive(Debug, Clone)]
struct Segment {
    from: u64,
    /// Indices of cells.
    cycle: Vec<usize>,
    /// How often the cell was there before in the cycle.
    ranks: Vec<u64>,
    /// How often each cell is in the cycle.
    turns: Vec<u64>,
    /// How often each was drawn before this segment.
    drawn: Vec<u64>,
    /// The number of the request with which the new topics are used up.
    end_of_new: u64,
}

impl Deck {
    /// The cells of `plan`, for requests of up to `batch_size` samples.
    pub(in super::super) fn new(plan: Plan, seed: u64, batch_size: usize) -> Self {
        let sizes = plan.attributes.iter().map(|it| it.values.len() as u64);
        let mut words = plan.words.to_vec();
        words.shuffle(&mut StdRng::seed_from_u64(seed));
        let mut deck = Self {
            words,
            combinations: sizes.product(),
            cells: Vec::new(),
            segments: Vec::new(),
            plan,
            seed,
            batch_size,
        };
        deck.begin_segment(0, 0);
        deck
    }

    pub(in super::super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Takes in new topics, which come first from request `from` on. Returns
    /// how many are new.
    pub(in super::super) fn grow(&mut self, topics: Vec<Topic>, from: u64) -> usize {
        let known = self.plan.topics.len();
        let new = self.plan.grow(topics);
        if new > 0 {
            self.begin_segment(known, from);
        }
        new
    }

    /// Number of the request with which the newest topics are used up.
    pub(in super::super) fn end_of_new(&self) -> u64 {
        self.segments.last().expect("there is one").end_of_new
    }

    /// How many cells there are.
    pub(in super::super) fn cells(&self) -> usize {
        self.cells.len()
    }

    /// Begins a new order at request `from`, of all topics, `known` of which
    /// were there before.
    fn begin_segment(&mut self, known: usize, from: u64) {
        let mut random = StdRng::seed_from_u64(self.seed ^ from);
        let topics = &self.plan.topics[known..];
        let n_old = self.cells.len();
        self.cells
            .extend(cells(topics, self.batch_size, &mut random));
        let (old, new) = self.cells.split_at(n_old);
        let mut cycle = order(new, n_old, &mut random);
        let samples = topics.len() * SAMPLES_A_TOPIC;
        let needed = cycle.len().max(samples / self.batch_size);
        cycle.extend(order(old, 0, &mut random));
        let mut drawn = match self.segments.last() {
            None => Vec::new(),
            Some(last) => last.drawn_before(from),
        };
        drawn.resize(self.cells.len(), 0);
        let mut turns = vec![0; self.cells.len()];
        let ranks = cycle.iter().map(|cell| {
            turns[*cell] += 1;
            turns[*cell] - 1
        });
        let ranks = ranks.collect();
        self.segments.push(Segment {
            from,
            cycle,
            ranks,
            turns,
            drawn,
            end_of_new: from + needed as u64,
        });
    }

    /// The index of the cell of request `number`.
    pub(in super::super) fn cell(&self, number: u64) -> Option<usize> {
        self.visit(number).0
    }

    /// What request `number` is about, for `count` samples.
    pub(in super::super) fn draw(&self, number: u64, count: usize) -> Draw {
        let (index, visit) = self.visit(number);
        let cell = index.map(|index| &self.cells[index]);
        let parts = cell.map_or(&[][..], |cell| &cell.parts);
        // A window of parts moves on with each visit, and when it comes round,
        // so does the combination.
        let width = self.batch_size.clamp(1, parts.len().max(1));
        let windows = parts.len().div_ceil(width).max(1) as u64;
        let place = visit % windows;
        let first = usize::try_from(place).expect("below a length") * width;
        let told = parts.iter().cycle().skip(first);
        let round = visit / windows;
        let dealt = number.saturating_mul(self.batch_size as u64);
        let n_words = self.words.len() as u64;
        // What is new is angle enough, unless the plan has its own.
        let is_new = match index {
            Some(_) => round == 0,
            None => dealt < n_words,
        };
        let next = dealt.checked_rem(n_words).unwrap_or_default();
        let words = self
            .words
            .iter()
            .cycle()
            .skip(usize::try_from(next).expect("below a length"));
        Draw {
            topic: cell.and_then(|cell| cell.topic.clone()),
            parts: told.take(count.min(parts.len())).cloned().collect(),
            words: words.take(count.min(self.words.len())).copied().collect(),
            angle: match is_new && self.plan.is_general() {
                true => String::new(),
                false => self.angle(index.unwrap_or_default(), round, place),
            },
        }
    }

    /// Cell of a request, and how often it was drawn before.
    fn visit(&self, number: u64) -> (Option<usize>, u64) {
        let segments = self.segments.iter().rev();
        let segment = segments
            .into_iter()
            .find(|segment| segment.from <= number)
            .expect("the first begins at 0");
        if segment.cycle.is_empty() {
            return (None, number);
        }
        let step = number - segment.from;
        let length = segment.cycle.len() as u64;
        let place = usize::try_from(step % length).expect("below a length");
        let cell = segment.cycle[place];
        let before = segment.drawn[cell] + step / length * segment.turns[cell];
        (Some(cell), before + segment.ranks[place])
    }

    /// The attributes of a cell in a `round` of visits, at a `place` in it.
    fn angle(&self, cell: usize, round: u64, place: u64) -> String {
        if self.plan.attributes.is_empty() {
            return String::new();
        }
        let all = self.combinations;
        let mut random = StdRng::seed_from_u64(self.seed.wrapping_add(cell as u64));
        let start: u64 = random.random_range(0..all);
        let stride = stride(all);
        let index = u128::from(start) + u128::from(round) + u128::from(place) * u128::from(stride);
        // Steps of about the golden ratio: neighbours differ in all values.
        let index = index % u128::from(all) * u128::from(stride) % u128::from(all);
        let mut rest = u64::try_from(index).expect("below a u64");
        let values = self.plan.attributes.iter().map(|attribute| {
            let size = attribute.values.len() as u64;
            let value = &attribute.values[usize::try_from(rest % size).expect("below a length")];
            rest /= size;
            told(attribute, value)
        });
        values.collect::<Vec<_>>().join("; ")
    }
}

impl Segment {
    /// How often each cell was drawn before request `number`.
    fn drawn_before(&self, number: u64) -> Vec<u64> {
        let steps = number - self.from;
        let rounds = steps / self.cycle.len().max(1) as u64;
        let rest = steps - rounds * self.cycle.len() as u64;
        let mut drawn = self.drawn.clone();
        for (drawn, turns) in zip(&mut drawn, &self.turns) {
            *drawn += rounds * turns;
        }
        for cell in self.cycle.iter().take(usize::try_from(rest).unwrap_or(0)) {
            drawn[*cell] += 1;
        }
        drawn
    }
}

/// The cells of `topics`, for requests of up to `batch_size` samples: topics of
/// the same weight without sub-topics are put together, as evenly as can be.
fn cells(topics: &[Topic], batch_size: usize, random: &mut StdRng) -> Vec<Cell> {
    let (mut bare, parted): (Vec<&Topic>, Vec<_>) =
        topics.iter().partition(|it| it.subtopics.is_empty());
    let parted = parted.into_iter().map(|topic| Cell {
        topic: Some(topic.topic.clone()),
        parts: topic.subtopics.clone(),
        weight: topic.weight,
    });
    let mut cells: Vec<Cell> = parted.collect();
    bare.shuffle(random);
    bare.sort_by(|one, other| one.weight.total_cmp(&other.weight));
    let together = batch_size.clamp(1, MOST_TOGETHER);
    for alike in bare.chunk_by(|one, other| one.weight.total_cmp(&other.weight).is_eq()) {
        let size = alike.len().div_ceil(alike.len().div_ceil(together));
        cells.extend(alike.chunks(size).map(|topics| Cell::of(topics, size)));
    }
    cells
}

impl Cell {
    /// A cell of topics without sub-topics, one of those of `size` topics.
    fn of(topics: &[&Topic], size: usize) -> Self {
        let names = topics.iter().map(|topic| topic.topic.clone());
        let mut names: Vec<String> = names.collect();
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let weight = topics[0].weight * size as f64;
        match names.len() {
            1 => Self {
                topic: names.pop(),
                parts: Vec::new(),
                weight,
            },
            _ => Self {
                topic: None,
                parts: names,
                weight,
            },
        }
    }
}

fn told(attribute: &Attribute, value: &str) -> String {
    match attribute.attribute.as_str() {
        "" => value.to_owned(),
        name => format!("{name}: {value}"),
    }
}

/// The indices of `cells`, which begin at `first`, as often as their weights
/// say and evenly spread, from a random start.
fn order(cells: &[Cell], first: usize, random: &mut StdRng) -> Vec<usize> {
    #![expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "positive, and a hundred at most"
    )]
    let mut indices: Vec<usize> = (0..cells.len()).collect();
    indices.shuffle(random);
    let weights = indices.iter().map(|index| cells[*index].weight);
    let least = weights.clone().fold(f64::INFINITY, f64::min);
    let turns: Vec<u64> = weights
        .map(|weight| (weight / least).round().clamp(1.0, MOST_TURNS) as u64)
        .collect();
    // Each cell's turns are in the middle of equal parts of the cycle.
    let dues = zip(&indices, &turns).flat_map(|(index, turns)| {
        let due = move |turn| (2 * turn + 1) as f64 / (2 * turns) as f64;
        (0..*turns).map(move |turn| (due(turn), first + index))
    });
    let mut dues: Vec<(f64, usize)> = dues.collect();
    dues.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    dues.into_iter().map(|(_, cell)| cell).collect()
}

/// A number near the golden section of `all` that has no divisor in common
/// with it.
fn stride(all: u64) -> u64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number near it will do"
    )]
    let near = (all as f64 * 0.618_034) as u64;
    let mut strides = near.max(1)..;
    strides
        .find(|it| gcd(*it, all) == 1)
        .expect("a prime is among them")
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::super::values;
    use super::*;

    fn plan(topics: usize, subtopics: usize, attributes: &[usize]) -> Plan {
        let names = |kind: &str, count| (0..count).map(|it| format!("{kind}{it}")).collect();
        Plan {
            topics: topics_from(0, topics, subtopics),
            words: &[],
            attributes: attributes
                .iter()
                .map(|size| Attribute {
                    attribute: "a".to_owned(),
                    values: names("v", *size),
                })
                .collect(),
        }
    }

    fn topics_from(first: usize, count: usize, subtopics: usize) -> Vec<Topic> {
        let topic = |it| {
            let parts = (0..subtopics).map(|part| format!("s{it}.{part}"));
            Topic::new(format!("t{it}"), parts.collect())
        };
        (first..first + count).map(topic).collect()
    }

    #[test]
    fn no_cell_comes_twice_before_all_came_once() {
        for (subtopics, attributes, cells) in [
            (4, &[3, 2][..], 6 * 2),
            (1, &[5], 6),
            (6, &[4, 3], 6 * 2),
            (0, &[2, 2], 2),
        ] {
            let deck = Deck::new(plan(6, subtopics, attributes), 7, 3);
            let all = cells * attributes.iter().product::<usize>();
            let drawn: HashSet<String> = (0..all as u64)
                .map(|number| format!("{:?}", deck.draw(number, 3)))
                .collect();
            assert_eq!(drawn.len(), all, "{subtopics} {attributes:?}");
        }
    }

    #[test]
    fn no_topic_comes_twice_before_all_came_once() {
        let deck = Deck::new(plan(7, 2, &[2]), 1, 25);
        for round in 0..3 {
            let topics: HashSet<_> = (0..7).map(|it| deck.cell(round * 7 + it)).collect();
            assert_eq!(topics.len(), 7);
        }
    }

    #[test]
    fn each_sample_has_a_subtopic_of_its_own_as_far_as_they_go() {
        let deck = Deck::new(plan(1, 6, &[2]), 1, 4);
        let parts = |number, count| deck.draw(number, count).parts;
        assert_eq!(parts(0, 4), ["s0.0", "s0.1", "s0.2", "s0.3"]);
        assert_eq!(parts(1, 4), ["s0.4", "s0.5", "s0.0", "s0.1"]);
        assert_eq!(parts(1, 1), ["s0.4"]);
        let deck = Deck::new(plan(1, 6, &[2]), 1, 25);
        assert_eq!(deck.draw(3, 25).parts.len(), 6);
    }

    #[test]
    fn topics_without_subtopics_come_together_if_they_weigh_the_same() {
        let mut plan = plan(17, 0, &[2]);
        plan.topics[3].weight = 2.0;
        let deck = Deck::new(plan, 1, 5);
        let draws: Vec<_> = (0..5).map(|number| deck.draw(number, 5)).collect();
        let alone = draws.iter().filter(|draw| draw.topic.is_some());
        let alone: Vec<_> = alone.map(|draw| (&draw.topic, draw.parts.len())).collect();
        assert_eq!(alone, [(&Some("t3".to_owned()), 0)]);
        let together: Vec<_> = draws.iter().flat_map(|draw| &draw.parts).collect();
        assert_eq!(together.len(), 16);
        assert_eq!(together.into_iter().collect::<HashSet<_>>().len(), 16);
    }

    #[test]
    fn topics_are_used_up_when_each_had_five_samples_and_all_had_a_turn() {
        for (topics, subtopics, batch_size, end) in [
            (16, 0, 5, 16),
            (16, 0, 25, 3),
            (16, 0, 100, 2),
            (16, 5, 25, 16),
            (16, 5, 1, 80),
        ] {
            let deck = Deck::new(plan(topics, subtopics, &[2]), 1, batch_size);
            assert_eq!(deck.end_of_new(), end, "{topics} {subtopics} {batch_size}");
        }
    }

    #[test]
    fn words_are_dealt_out_among_samples_and_an_angle_comes_when_they_are_used_up() {
        let deck = Deck::new(Plan::built_in(), 1, 25);
        let n_words = deck.words.len();
        let draws: Vec<_> = (0..).map(|number| deck.draw(number, 25)).take(7).collect();
        assert!(draws.iter().all(|draw| draw.angle.is_empty()));
        let dealt: Vec<_> = draws.iter().flat_map(|draw| &draw.words).collect();
        let first: HashSet<_> = dealt[..n_words].iter().collect();
        assert_eq!((dealt.len(), first.len()), (175, n_words));
        let next = deck.draw(7, 2);
        assert_eq!(next.words, deck.words[175 - n_words..][..2]);
        assert!(!next.angle.is_empty());
    }

    #[test]
    fn neighbours_differ_in_all_values() {
        let deck = Deck::new(Plan::without_words(), 3, 25);
        for number in 0..50 {
            let [one, other] = [number, number + 1].map(|it| deck.draw(it, 5).angle);
            let differing = zip(one.split("; "), other.split("; ")).filter(|(a, b)| a != b);
            assert!(differing.count() >= 2, "{one} / {other}");
        }
    }

    #[test]
    fn topics_come_as_often_as_their_weights_say() {
        let mut plan = plan(3, 1, &[2]);
        plan.topics[1].weight = 3.0;
        let deck = Deck::new(plan, 1, 5);
        let mut times = HashMap::new();
        for number in 0..50 {
            *times.entry(deck.cell(number)).or_insert(0) += 1;
        }
        assert_eq!(times[&Some(1)], 30);
        assert_eq!(times[&Some(0)], 10);
    }

    #[test]
    fn a_topic_of_great_weight_is_spread_over_the_cycle() {
        let mut plan = plan(4, 1, &[2]);
        plan.topics[2].weight = 4.0;
        let deck = Deck::new(plan, 1, 5);
        let topics: Vec<_> = (0..7).map(|number| deck.cell(number)).collect();
        let gaps = topics.windows(3).filter(|three| !three.contains(&Some(2)));
        assert!(gaps.count() <= 1, "{topics:?}");
    }

    #[test]
    fn new_topics_come_first_and_old_cells_do_not_come_again() {
        let mut deck = Deck::new(plan(3, 2, &[8]), 1, 5);
        let mut drawn: HashSet<String> = HashSet::new();
        let mut draw = |deck: &Deck, number| {
            let draw = deck.draw(number, 5);
            assert!(drawn.insert(format!("{draw:?}")), "{draw:?}");
            draw.topic
        };
        for number in 0..4 {
            draw(&deck, number);
        }
        assert_eq!(deck.grow(topics_from(2, 3, 2), 4), 2);
        assert_eq!(deck.end_of_new(), 6);
        let new: HashSet<_> = (4..6).map(|number| draw(&deck, number)).collect();
        assert_eq!(
            new,
            HashSet::from(["t3", "t4"].map(|topic| Some(topic.to_owned())))
        );
        for number in 6..24 {
            draw(&deck, number);
        }
    }

    #[test]
    fn the_seed_decides_the_order() {
        let draws = |seed| {
            let deck = Deck::new(plan(9, 3, &[5, 3]), seed, 5);
            (0..9).map(|it| deck.draw(it, 5)).collect::<Vec<_>>()
        };
        assert_eq!(draws(1), draws(1));
        assert_ne!(draws(1), draws(2));
    }

    #[test]
    fn without_attributes_there_is_no_angle() {
        let deck = Deck::new(Plan::default(), 1, 5);
        assert_eq!(deck.draw(3, 5), Draw::default());
        let one = Plan {
            attributes: vec![values(&["plain"])],
            ..Plan::default()
        };
        assert_eq!(Deck::new(one, 1, 5).draw(3, 5).angle, "plain");
    }
}
