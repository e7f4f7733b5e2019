//! How a run went over time.

use crate::generate::{Rates, Step, Traffic};

use super::histogram::Histogram;

/// Stretches of time that are told apart, at most.
const MOST_STRETCHES: usize = 60;

/// What ended within each stretch of time, all as many minutes long; the time
/// between the parts of a run does not count.
#[derive(Debug)]
pub struct Pace {
    stretches: Vec<Stretch>,
    /// Minutes of each.
    minutes: u64,
    /// Seconds of the earlier parts, and the last ones known.
    earlier_seconds: u64,
    seconds: u64,
    /// What has ended at a time that is not known yet.
    untimed: Stretch,
    is_timed: bool,
}

/// What ended within a stretch of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stretch {
    /// Samples written.
    pub samples: u64,
    /// Milliseconds that answers took.
    pub answer_ms: Histogram,
    traffic: Traffic,
}

impl Stretch {
    /// Requests, with an answer or an error.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.traffic.ended
    }

    /// Tokens billed, in and out.
    #[must_use]
    pub fn tokens(&self) -> u64 {
        let usages = [self.traffic.usage, self.traffic.verify.usage];
        let tokens =
            usages.map(|usage| usage.prompt_tokens.saturating_add(usage.completion_tokens));
        tokens[0].saturating_add(tokens[1])
    }

    /// What they cost at `rates`, in US dollars.
    #[must_use]
    pub fn cost(&self, rates: &Rates) -> f64 {
        rates.cost(&self.traffic)
    }

    fn add(&mut self, other: &Self) {
        self.samples += other.samples;
        self.answer_ms.merge(&other.answer_ms);
        self.traffic += other.traffic.clone();
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            stretches: Vec::new(),
            minutes: 1,
            earlier_seconds: 0,
            seconds: 0,
            untimed: Stretch::default(),
            is_timed: true,
        }
    }
}

impl Pace {
    /// Takes in the next step.
    pub fn take(&mut self, step: Step) {
        if step.is_resumed {
            self.earlier_seconds = self.seconds;
        }
        for milliseconds in step.answer_ms {
            self.untimed.answer_ms.add(milliseconds);
        }
        self.untimed.samples += step.written;
        self.untimed.traffic += step.traffic;
        // Samples are written in batches, which tell their time.
        self.is_timed &= step.written == 0 || step.seconds.is_some();
        if let Some(seconds) = step.seconds {
            self.seconds = self.earlier_seconds + seconds;
            let ended = std::mem::take(&mut self.untimed);
            self.put(&ended);
        }
    }

    fn put(&mut self, ended: &Stretch) {
        let place = |minutes: u64| usize::try_from(self.seconds / 60 / minutes);
        while place(self.minutes).map_or(true, |place| place >= MOST_STRETCHES) {
            self.minutes *= 2;
            let pairs = self.stretches.chunks(2);
            self.stretches = pairs.map(sum).collect();
        }
        let place = place(self.minutes).expect("it is below the most");
        if self.stretches.len() <= place {
            self.stretches.resize(place + 1, Stretch::default());
        }
        self.stretches[place].add(ended);
    }

    /// Milliseconds that the answers of the whole run took.
    #[must_use]
    pub fn answer_ms(&self) -> Histogram {
        let mut answer_ms = self.untimed.answer_ms.clone();
        for stretch in &self.stretches {
            answer_ms.merge(&stretch.answer_ms);
        }
        answer_ms
    }

    /// The stretches in order, and the minutes of each; `None` if it is not known
    /// when each batch ended.
    #[must_use]
    pub fn stretches(&self) -> Option<(Vec<Stretch>, u64)> {
        let mut stretches = self.stretches.clone();
        // What ended after the last batch, ended near it.
        stretches.last_mut()?.add(&self.untimed);
        self.is_timed.then_some((stretches, self.minutes))
    }
}

fn sum(stretches: &[Stretch]) -> Stretch {
    let mut sum = Stretch::default();
    for stretch in stretches {
        sum.add(stretch);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(written: u64, seconds: Option<u64>) -> Step {
        let mut traffic = Traffic {
            ended: 1,
            ..Traffic::default()
        };
        traffic.usage.prompt_tokens = 10;
        Step {
            traffic,
            written,
            answer_ms: vec![100 * written],
            seconds,
            is_resumed: false,
        }
    }

    fn pace(steps: &[(u64, Option<u64>)]) -> Pace {
        let mut pace = Pace::default();
        for (written, seconds) in steps {
            pace.take(step(*written, *seconds));
        }
        pace
    }

    #[test]
    fn parts_of_a_run_stand_end_to_end_and_what_has_no_time_goes_with_the_next_batch() {
        let mut pace = pace(&[(2, Some(5)), (0, None), (3, Some(70))]);
        pace.take(Step {
            is_resumed: true,
            ..Step::default()
        });
        pace.take(step(4, Some(55)));
        pace.take(step(0, None));
        let (stretches, minutes) = pace.stretches().expect("times");
        let told = |it: &Stretch| {
            let answers = [0.5, 1.0].map(|part| it.answer_ms.quantile(part));
            (it.ended(), it.samples, it.tokens(), answers)
        };
        let expected = [
            (1, 2, 10, [200, 200]),
            (2, 3, 20, [0, 300]),
            (2, 4, 20, [0, 400]),
        ];
        let told: Vec<_> = stretches.iter().map(told).collect();
        assert_eq!((&*told, minutes), (&expected[..], 1));
    }

    #[test]
    fn a_long_run_has_few_stretches_and_an_older_journal_none() {
        let long: Vec<_> = (0..1_000).map(|minute| (1, Some(60 * minute))).collect();
        let (stretches, minutes) = pace(&long).stretches().expect("times");
        assert_eq!((stretches.len(), minutes), (32, 32));
        let whole = sum(&stretches);
        assert_eq!((whole.samples, whole.ended()), (1_000, 1_000));
        assert_eq!(pace(&[(1, Some(9)), (1, None)]).stretches(), None);
    }
}
