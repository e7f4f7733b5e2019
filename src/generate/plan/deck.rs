//! The cells of a plan in the order in which they are drawn.

use std::iter::zip;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt as _, SeedableRng};

use super::{Attribute, Plan, Topic};

/// Samples that one sub-topic is good for within a request.
const SAMPLES_A_SUBTOPIC: usize = 5;

/// Most draws of one topic before the order of topics begins again.
const MOST_TURNS: f64 = 100.0;

/// What one request is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct Draw {
    /// Index of its topic in the plan.
    pub(in super::super) topic: Option<usize>,
    /// The topic's name, and those of its parts that are to be covered.
    pub(in super::super) subject: Option<(String, Vec<String>)>,
    /// A value of each attribute.
    pub(in super::super) angle: String,
}

/// A plan, and the order in which its cells are drawn: a cell is a topic, some
/// of its sub-topics, and a value of each attribute.
///
/// What a request is about follows from the plan, the seed and the number of
/// the request. No cell comes twice before all of its topic came once, and no
/// topic twice (as often as its weight says) before all came.
#[derive(Debug, Clone)]
pub(in super::super) struct Deck {
    plan: Plan,
    seed: u64,
    batch_size: usize,
    /// Combinations of the attributes' values.
    combinations: u64,
    /// One for each time that the plan grew, in order; at least one.
    segments: Vec<Segment>,
}

/// The order from one number on.
#[derive(Debug, Clone)]
struct Segment {
    from: u64,
    /// Indices of topics.
    cycle: Vec<usize>,
    /// How often the topic was there before in the cycle.
    ranks: Vec<u64>,
    /// How often each topic is in the cycle.
    turns: Vec<u64>,
    /// How often each was drawn before this segment.
    drawn: Vec<u64>,
    /// Length of the first part of the cycle, which has the new topics.
    new: usize,
}

impl Deck {
    /// The cells of `plan`, for requests of up to `batch_size` samples.
    pub(in super::super) fn new(plan: Plan, seed: u64, batch_size: usize) -> Self {
        let sizes = plan.attributes.iter().map(|it| it.values.len() as u64);
        let mut deck = Self {
            combinations: sizes.product(),
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

    /// Number of the request with which all topics have been drawn.
    pub(in super::super) fn end_of_new(&self) -> u64 {
        let segment = self.segments.last().expect("there is one");
        segment.from + segment.new as u64
    }

    fn begin_segment(&mut self, known: usize, from: u64) {
        let drawn = match self.segments.last() {
            None => vec![0; self.plan.topics.len()],
            Some(last) => {
                let mut drawn = last.drawn_before(from);
                drawn.resize(self.plan.topics.len(), 0);
                drawn
            }
        };
        let mut random = StdRng::seed_from_u64(self.seed ^ from);
        let (old, new) = self.plan.topics.split_at(known);
        let mut cycle = order(new, known, &mut random);
        let n_new = cycle.len();
        cycle.extend(order(old, 0, &mut random));
        let mut turns = vec![0; self.plan.topics.len()];
        let ranks = cycle.iter().map(|topic| {
            turns[*topic] += 1;
            turns[*topic] - 1
        });
        let ranks = ranks.collect();
        self.segments.push(Segment {
            from,
            cycle,
            ranks,
            turns,
            drawn,
            new: n_new,
        });
    }

    /// The index of the topic of request `number`.
    pub(in super::super) fn topic(&self, number: u64) -> Option<usize> {
        self.visit(number).0
    }

    /// What request `number` is about, for `count` samples.
    pub(in super::super) fn draw(&self, number: u64, count: usize) -> Draw {
        let (index, visit) = self.visit(number);
        let topic = index.map(|index| &self.plan.topics[index]);
        let subtopics = topic.map_or(&[][..], |topic| &topic.subtopics);
        // A window of sub-topics moves on with each visit, and when it comes
        // round, so does the combination.
        let width = window(self.batch_size, subtopics.len());
        let windows = subtopics.len().div_ceil(width).max(1) as u64;
        let place = visit % windows;
        let subject = topic.map(|topic| {
            let first = usize::try_from(place).expect("below a length") * width;
            let parts = subtopics.iter().cycle().skip(first);
            let parts = parts.take(window(count, subtopics.len()).min(subtopics.len()));
            (topic.topic.clone(), parts.cloned().collect())
        });
        let round = visit / windows;
        // A topic that is new is angle enough, unless the plan has its own.
        let is_new = index.is_some() && round == 0 && self.plan.is_general();
        Draw {
            topic: index,
            subject,
            angle: match is_new {
                true => String::new(),
                false => self.angle(index.unwrap_or_default(), round, place),
            },
        }
    }

    /// Topic of a request, and how often it was drawn before.
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
        let topic = segment.cycle[place];
        let before = segment.drawn[topic] + step / length * segment.turns[topic];
        (Some(topic), before + segment.ranks[place])
    }

    /// The attributes of a topic in a `round` of visits, at a `place` in it.
    fn angle(&self, topic: usize, round: u64, place: u64) -> String {
        if self.plan.attributes.is_empty() {
            return String::new();
        }
        let all = self.combinations;
        let mut random = StdRng::seed_from_u64(self.seed.wrapping_add(topic as u64));
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
    /// How often each topic was drawn before request `number`.
    fn drawn_before(&self, number: u64) -> Vec<u64> {
        let steps = number - self.from;
        let rounds = steps / self.cycle.len().max(1) as u64;
        let rest = steps - rounds * self.cycle.len() as u64;
        let mut drawn = self.drawn.clone();
        for (drawn, turns) in zip(&mut drawn, &self.turns) {
            *drawn += rounds * turns;
        }
        for topic in self.cycle.iter().take(usize::try_from(rest).unwrap_or(0)) {
            drawn[*topic] += 1;
        }
        drawn
    }
}

/// Sub-topics of `all` for a request of so many samples; at least one.
fn window(samples: usize, all: usize) -> usize {
    samples.div_ceil(SAMPLES_A_SUBTOPIC).clamp(1, all.max(1))
}

fn told(attribute: &Attribute, value: &str) -> String {
    match attribute.attribute.as_str() {
        "" => value.to_owned(),
        name => format!("{name}: {value}"),
    }
}

/// The indices of `topics`, which begin at `first`, as often as their weights
/// say and evenly spread, from a random start.
fn order(topics: &[Topic], first: usize, random: &mut StdRng) -> Vec<usize> {
    #![expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "positive, and a hundred at most"
    )]
    let mut indices: Vec<usize> = (0..topics.len()).collect();
    indices.shuffle(random);
    let weights = indices.iter().map(|index| topics[*index].weight);
    let least = weights.clone().fold(f64::INFINITY, f64::min);
    let turns: Vec<u64> = weights
        .map(|weight| (weight / least).round().clamp(1.0, MOST_TURNS) as u64)
        .collect();
    // Each topic's turns are in the middle of equal parts of the cycle.
    let dues = zip(&indices, &turns).flat_map(|(index, turns)| {
        let due = move |turn| (2 * turn + 1) as f64 / (2 * turns) as f64;
        (0..*turns).map(move |turn| (due(turn), first + index))
    });
    let mut dues: Vec<(f64, usize)> = dues.collect();
    dues.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    dues.into_iter().map(|(_, topic)| topic).collect()
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
        for (subtopics, attributes) in [(4, &[3, 2][..]), (1, &[5]), (6, &[4, 3]), (0, &[2, 2])] {
            let deck = Deck::new(plan(5, subtopics, attributes), 7, 5);
            let combinations: usize = attributes.iter().product();
            let cells = 5 * subtopics.max(1) * combinations;
            let drawn: HashSet<String> = (0..cells as u64)
                .map(|number| format!("{:?}", deck.draw(number, 5)))
                .collect();
            assert_eq!(drawn.len(), cells, "{subtopics} {attributes:?}");
        }
    }

    #[test]
    fn no_topic_comes_twice_before_all_came_once() {
        let deck = Deck::new(plan(7, 2, &[2]), 1, 25);
        for round in 0..3 {
            let topics: HashSet<_> = (0..7).map(|it| deck.topic(round * 7 + it)).collect();
            assert_eq!(topics.len(), 7);
        }
    }

    #[test]
    fn a_large_request_has_several_subtopics_and_a_small_one_has_one() {
        let deck = Deck::new(plan(1, 6, &[2]), 1, 25);
        let parts = |number, count| deck.draw(number, count).subject.expect("a topic").1;
        assert_eq!(parts(0, 25), ["s0.0", "s0.1", "s0.2", "s0.3", "s0.4"]);
        assert_eq!(parts(1, 25), ["s0.5", "s0.0", "s0.1", "s0.2", "s0.3"]);
        assert_eq!(parts(1, 3), ["s0.5"]);
    }

    #[test]
    fn neighbours_differ_in_all_values() {
        let deck = Deck::new(Plan::built_in(), 3, 25);
        for number in 0..50 {
            let [one, other] = [number, number + 1].map(|it| deck.draw(it, 5).angle);
            let differing = zip(one.split("; "), other.split("; ")).filter(|(a, b)| a != b);
            assert!(differing.count() >= 2, "{one} / {other}");
        }
    }

    #[test]
    fn topics_come_as_often_as_their_weights_say() {
        let mut plan = plan(3, 0, &[2]);
        plan.topics[1].weight = 3.0;
        let deck = Deck::new(plan, 1, 5);
        let mut times = HashMap::new();
        for number in 0..50 {
            *times.entry(deck.topic(number)).or_insert(0) += 1;
        }
        assert_eq!(times[&Some(1)], 30);
        assert_eq!(times[&Some(0)], 10);
    }

    #[test]
    fn a_topic_of_great_weight_is_spread_over_the_cycle() {
        let mut plan = plan(4, 0, &[2]);
        plan.topics[2].weight = 4.0;
        let deck = Deck::new(plan, 1, 5);
        let topics: Vec<_> = (0..7).map(|number| deck.topic(number)).collect();
        let gaps = topics.windows(3).filter(|three| !three.contains(&Some(2)));
        assert!(gaps.count() <= 1, "{topics:?}");
    }

    #[test]
    fn new_topics_come_first_and_old_cells_do_not_come_again() {
        let mut deck = Deck::new(plan(3, 2, &[4]), 1, 5);
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
        assert_eq!(new, HashSet::from([Some(3), Some(4)]));
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
