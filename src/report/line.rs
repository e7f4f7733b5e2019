//! The line that tells how far a run has come. Pure: the width, the speed and
//! the time of day come from others.

use std::time::Duration;

use console::{measure_text_width, truncate_str};
use indicatif::HumanCount;

use crate::document::Loaded;

/// Columns below which the words of a pause are few.
const NARROW: usize = 60;

/// Columns of the bar.
const BAR: u64 = 16;

/// How far a run has come.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    pub(super) target: u64,
    pub(super) written: u64,
    pub(super) duplicate: u64,
    pub(super) rejected: u64,
    pub(super) tokens: u64,
    /// Dollars, if prices are known.
    pub(super) cost: Option<f64>,
    /// Requests under way, and how many may be.
    pub(super) under_way: Option<(usize, usize)>,
    pub(super) pause: Option<Until>,
}

/// A time without requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Until {
    /// The time of day when it ends.
    pub(super) time: String,
    pub(super) is_for_failures: bool,
}

/// How fast samples come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Speed {
    /// Samples a second.
    pub(super) samples: f64,
    /// Time until the target is reached.
    pub(super) left: Duration,
}

impl Speed {
    /// The average of a run that wrote so many of `target` samples in `elapsed`:
    /// answers come in batches, and some take long.
    pub(super) fn of(written: u64, target: Option<u64>, elapsed: Duration) -> Self {
        let missing = target.unwrap_or_default().saturating_sub(written);
        #[expect(clippy::cast_precision_loss, reason = "to be rounded")]
        let (written, missing) = (written as f64, missing as f64);
        let samples = written / elapsed.as_secs_f64().max(f64::MIN_POSITIVE);
        let left = Duration::try_from_secs_f64(missing / samples);
        Self {
            samples,
            left: left.unwrap_or(Duration::MAX),
        }
    }
}

/// A part of the line; those of the highest rank are left out first, those of
/// rank zero never.
struct Part {
    rank: u8,
    text: String,
}

impl Counts {
    /// The line, in `width` columns at most; without a width there is room for
    /// everything, but no bar.
    pub(super) fn line(&self, speed: Speed, width: Option<usize>) -> String {
        let (written, target) = (HumanCount(self.written), HumanCount(self.target));
        let mut parts = Vec::new();
        if width.is_some() {
            parts.push(part(8, self.bar()));
        }
        parts.push(part(0, format!("{written}/{target}")));
        let width = width.unwrap_or(usize::MAX);
        match &self.pause {
            Some(until) => parts.push(part(0, until.text(width))),
            None if self.written == 0 => parts.push(part(1, "no samples yet".to_owned())),
            None => {
                parts.push(part(2, format!("{:.1}/s", speed.samples)));
                if speed.samples > 0.0 {
                    parts.push(part(1, format!("eta {}", clock(speed.left))));
                }
            }
        }
        if self.duplicate > 0 {
            parts.push(part(4, format!("{} dup", short(self.duplicate))));
        }
        if self.rejected > 0 {
            parts.push(part(5, format!("{} rej", short(self.rejected))));
        }
        if let Some((under_way, limit)) = self.under_way {
            parts.push(part(6, format!("flight {under_way}/{limit}")));
        }
        if self.tokens > 0 {
            parts.push(part(7, format!("{} tok", short(self.tokens))));
        }
        if let Some(cost) = self.cost {
            parts.push(part(3, format!("${cost:.2}")));
        }
        fit(parts, width)
    }

    fn bar(&self) -> String {
        let share = (BAR * self.written).checked_div(self.target);
        let full = usize::try_from(share.unwrap_or(BAR).min(BAR)).unwrap_or_default();
        format!("[{:<16}]", "=".repeat(full))
    }
}

impl Until {
    fn text(&self, width: usize) -> String {
        let Self { time, .. } = self;
        match (self.is_for_failures, width < NARROW) {
            (false, false) => format!("waiting for a rate limit until {time}"),
            (false, true) => format!("rate limit until {time}"),
            (true, false) => format!("no answers, trying again at {time}"),
            (true, true) => format!("trying again at {time}"),
        }
    }
}

/// The line about documents that are read.
pub(super) fn loading(loaded: Loaded, width: Option<usize>) -> String {
    let files = HumanCount(loaded.files as u64);
    let files = match loaded.all {
        Some(all) => format!("{files}/{} files read", HumanCount(all as u64)),
        None => format!("{files} files read"),
    };
    let passages = format!("{} passages", HumanCount(loaded.passages as u64));
    let parts = vec![part(0, files), part(1, passages)];
    fit(parts, width.unwrap_or(usize::MAX))
}

fn part(rank: u8, text: String) -> Part {
    Part { rank, text }
}

/// As many of `parts` as `width` columns hold.
fn fit(mut parts: Vec<Part>, width: usize) -> String {
    loop {
        let texts: Vec<_> = parts.iter().map(|part| part.text.as_str()).collect();
        let line = texts.join("  ");
        if measure_text_width(&line) <= width {
            return line;
        }
        match parts.iter().map(|part| part.rank).max() {
            Some(least @ 1..) => parts.retain(|part| part.rank < least),
            _ => return truncate_str(&line, width, "").into_owned(),
        }
    }
}

/// `3:07`, or `1:02:03`.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// `9,999`, `12.3k` or `1.2M`.
fn short(count: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "to be rounded")]
    let number = count as f64;
    match count {
        0..10_000 => HumanCount(count).to_string(),
        10_000..1_000_000 => format!("{:.1}k", number / 1e3),
        _ => format!("{:.1}M", number / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEED: Speed = Speed {
        samples: 42.25,
        left: Duration::from_secs(207),
    };

    fn counts() -> Counts {
        Counts {
            target: 10_000,
            written: 1_240,
            duplicate: 31,
            rejected: 12,
            tokens: 1_240_000,
            cost: Some(0.031),
            under_way: Some((16, 64)),
            pause: None,
        }
    }

    #[test]
    fn speed_is_that_of_the_whole_run() {
        let Speed { samples, left } = Speed::of(60, Some(90), Duration::from_secs(20));
        assert_eq!((samples, left), (3.0, Duration::from_secs(10)));
        let unknown = Speed::of(0, Some(90), Duration::from_secs(20));
        assert_eq!((unknown.samples, unknown.left), (0.0, Duration::MAX));
    }

    #[test]
    fn a_narrow_line_lacks_what_matters_least() {
        let counts = counts();
        let plain = counts.line(SPEED, None);
        let lines = [120, 79, 59, 39, 5].map(|width| {
            let line = counts.line(SPEED, Some(width));
            assert!(measure_text_width(&line) <= width, "{line}");
            line
        });
        assert_eq!(plain, lines[1]);
        insta::assert_snapshot!(lines.join("\n"), @r"
        [=               ]  1,240/10,000  42.2/s  eta 3:27  31 dup  12 rej  flight 16/64  1.2M tok  $0.03
        1,240/10,000  42.2/s  eta 3:27  31 dup  12 rej  flight 16/64  1.2M tok  $0.03
        1,240/10,000  42.2/s  eta 3:27  31 dup  12 rej  $0.03
        1,240/10,000  42.2/s  eta 3:27  $0.03
        1,240
        ");
    }

    #[test]
    fn a_pause_takes_the_place_of_the_speed() {
        let mut counts = counts();
        let mut told = Vec::new();
        for is_for_failures in [false, true] {
            counts.pause = Some(Until {
                time: "12:03:45".to_owned(),
                is_for_failures,
            });
            told.extend([79, 59, 39].map(|width| counts.line(SPEED, Some(width))));
        }
        insta::assert_snapshot!(told.join("\n"), @r"
        1,240/10,000  waiting for a rate limit until 12:03:45  31 dup  12 rej  $0.03
        1,240/10,000  rate limit until 12:03:45  31 dup  $0.03
        1,240/10,000  rate limit until 12:03:45
        1,240/10,000  no answers, trying again at 12:03:45  31 dup  12 rej  $0.03
        1,240/10,000  trying again at 12:03:45  31 dup  $0.03
        1,240/10,000  trying again at 12:03:45
        ");
    }

    #[test]
    fn files_are_told_of_all_once_these_are_counted() {
        let mut loaded = Loaded {
            files: 1_200,
            all: None,
            passages: 34_000,
        };
        assert_eq!(loading(loaded, None), "1,200 files read  34,000 passages");
        loaded.all = Some(5_000);
        assert_eq!(loading(loaded, Some(30)), "1,200/5,000 files read");
    }
}
