//! How a run went over time.

use maud::{Markup, html};

use crate::insight::{Run, Stretch};

use super::chart::{self, Layer};
use super::text::{count, dollars, seconds};

/// What ended in each stretch of time, how long answers took, and the cost, as
/// far as they are known; nothing of a run of one minute.
pub(super) fn charts(run: &Run) -> Markup {
    let (stretches, minutes) = run.pace.stretches().unwrap_or_default();
    let end = format!("{} min", count(stretches.len() as u64 * minutes));
    let scale = ["0 min", &*end];
    let unit = match minutes {
        1 => "one minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    };
    let counts = |number: fn(&Stretch) -> u64| stretches.iter().map(number).collect::<Vec<_>>();
    let charts = [
        ("Requests that ended", counts(Stretch::ended)),
        ("Samples written", counts(|stretch| stretch.samples)),
        ("Tokens, in and out", counts(Stretch::tokens)),
    ];
    html! {
        @if stretches.len() > 1 {
            h3 { "Over time" }
            p { "A column stands for " (unit) " of the run, without the time between its parts. Batches are counted when they ended." }
            @for (title, counts) in &charts {
                @if counts.iter().any(|count| *count > 0) { (chart::histogram(title, counts, scale)) }
            }
            (answers(run, &stretches, scale))
            (cost(run, &stretches, scale))
        }
    }
}

/// How long answers took. Those that were made up took no time worth telling.
fn answers(run: &Run, stretches: &[Stretch], scale: [&str; 2]) -> Markup {
    let times = |part| stretches.iter().map(move |it| it.answer_ms.quantile(part));
    let highest = times(0.9).max().unwrap_or_default();
    let layer = |part, class| Layer::of(class, times(part), highest);
    html! {
        @if highest > 0 && !run.account.offline {
            (chart::columns(
                "How long answers took: half of them no longer than the dark column, nine of ten no longer than the light one",
                &[layer(0.9, "faint"), layer(0.5, "mark")],
                &seconds(highest),
                scale,
            ))
        }
    }
}

fn cost(run: &Run, stretches: &[Stretch], scale: [&str; 2]) -> Markup {
    let prices = run.account.prices.as_ref();
    let costs = prices.map(|prices| stretches.iter().map(|it| it.cost(prices)));
    let costs: Vec<f64> = costs.into_iter().flatten().collect();
    let highest = costs.iter().copied().fold(0.0, f64::max);
    html! {
        @if highest > 0.0 {
            (chart::columns(
                "Cost in US dollars",
                &[Layer { class: "mark", heights: costs.iter().map(|cost| cost / highest).collect() }],
                &dollars(highest),
                scale,
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{Rates, Step, Traffic};
    use crate::llm::{Price, Usage};

    /// What a run of two minutes spends in each.
    fn take(run: &mut Run, seconds: u64, completion_tokens: u64, answer_ms: &[u64]) {
        let usage = Usage {
            completion_tokens,
            ..Usage::default()
        };
        run.pace.take(Step {
            traffic: Traffic {
                ended: 1,
                usage,
                ..Traffic::default()
            },
            written: 25,
            answer_ms: answer_ms.to_vec(),
            seconds: Some(seconds),
            is_resumed: false,
        });
    }

    fn prices() -> Rates {
        let price = Price {
            input: 1.0,
            cached_input: 1.0,
            output: 10.0,
            date: "2026-11-12".to_owned(),
        };
        Rates {
            samples: price.clone(),
            verify: price,
        }
    }

    #[test]
    fn what_ended_in_each_minute_is_drawn_from_two_minutes_on() {
        let mut run = Run::default();
        take(&mut run, 59, 0, &[]);
        assert_eq!(charts(&run).into_string(), "");
        take(&mut run, 60, 0, &[]);
        let page = charts(&run).into_string();
        let highest = "From 0 min to 2 min; the highest column stands for 25.";
        assert!(page.contains(highest), "{page}");
        assert!(
            page.contains("Samples written (highest column: 25)"),
            "{page}"
        );
        for unknown in ["Tokens", "answers took", "dollars"] {
            assert!(!page.contains(unknown), "{page}");
        }
    }

    #[test]
    fn times_of_answers_and_cost_are_drawn_by_minute_as_far_as_they_are_known() {
        let mut run = Run::default();
        take(&mut run, 9, 2_000, &[1_000; 5]);
        take(&mut run, 99, 1_000, &[1_000, 1_000, 2_000]);
        let page = charts(&run).into_string();
        let column = |class: &str, x: u32, height: u32| {
            let y = 100 - height;
            let place = format!("x=\"{x}.05\" y=\"{y}.00\" width=\"0.9\"");
            format!("class=\"{class}\" {place} height=\"{height}.00\"")
        };
        let answers = page.split("How long answers took").nth(1).expect("a chart");
        assert!(answers.contains("stands for 2.00 s."), "{page}");
        let expected = [
            ("faint", 0, 50),
            ("faint", 1, 100),
            ("mark", 0, 50),
            ("mark", 1, 50),
        ];
        for (class, x, height) in expected {
            assert!(answers.contains(&column(class, x, height)), "{answers}");
        }
        assert!(!page.contains("Cost"), "{page}");
        run.account.prices = Some(prices());
        let page = charts(&run).into_string();
        let cost = page.split("Cost in US dollars").nth(1).expect("a chart");
        assert!(cost.contains("stands for $0.0200."), "{cost}");
        assert!(cost.contains(&column("mark", 1, 50)), "{cost}");
        // Nothing is told of the times of a program that makes samples up.
        run.account.offline = true;
        assert!(!charts(&run).into_string().contains("answers took"));
    }
}
