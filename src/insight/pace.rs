//! How a run went over time.

use crate::generate::Step;

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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stretch {
    /// Requests, with an answer or an error.
    pub requests: u64,
    /// Samples written.
    pub samples: u64,
    /// Tokens billed, in and out.
    pub tokens: u64,
}

impl Stretch {
    fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.samples += other.samples;
        self.tokens += other.tokens;
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
        self.untimed.add(Stretch {
            requests: step.ended,
            samples: step.written,
            tokens: step.tokens,
        });
        // Samples are written in batches, which tell their time.
        self.is_timed &= step.written == 0 || step.seconds.is_some();
        if let Some(seconds) = step.seconds {
            self.seconds = self.earlier_seconds + seconds;
            let ended = std::mem::take(&mut self.untimed);
            self.put(ended);
        }
    }

    fn put(&mut self, ended: Stretch) {
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

    /// The stretches in order, and the minutes of each; `None` if it is not known
    /// when each batch ended.
    #[must_use]
    pub fn stretches(&self) -> Option<(Vec<Stretch>, u64)> {
        let mut stretches = self.stretches.clone();
        // What ended after the last batch, ended near it.
        stretches.last_mut()?.add(self.untimed);
        self.is_timed.then_some((stretches, self.minutes))
    }
}

fn sum(stretches: &[Stretch]) -> Stretch {
    let mut sum = Stretch::default();
    for stretch in stretches {
        sum.add(*stretch);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(steps: &[(u64, Option<u64>)]) -> Pace {
        let mut pace = Pace::default();
        for (written, seconds) in steps {
            pace.take(Step {
                ended: 1,
                written: *written,
                tokens: 10,
                seconds: *seconds,
                is_resumed: false,
            });
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
        pace.take(Step {
            written: 4,
            seconds: Some(55),
            ..Step::default()
        });
        let stretch = |requests, samples| Stretch {
            requests,
            samples,
            tokens: 10 * requests,
        };
        let expected = vec![stretch(1, 2), stretch(2, 3), stretch(0, 4)];
        assert_eq!(pace.stretches(), Some((expected, 1)));
    }

    #[test]
    fn a_long_run_has_few_stretches_and_an_older_journal_none() {
        let long: Vec<_> = (0..1_000).map(|minute| (1, Some(60 * minute))).collect();
        let (stretches, minutes) = pace(&long).stretches().expect("times");
        assert_eq!((stretches.len(), minutes), (32, 32));
        assert_eq!(sum(&stretches).samples, 1_000);
        assert_eq!(pace(&[(1, Some(9)), (1, None)]).stretches(), None);
    }
}
