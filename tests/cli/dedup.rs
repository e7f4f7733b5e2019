//! Samples that say nearly what another one says.

use serde_json::json;

use crate::fake_gemini::{FakeGemini, Reply};
use crate::formats::{FORMATS, chosen};
use crate::sandbox::Sandbox;

const WORDS: &str =
    "--query q --format pair --samples 8 --batch-size 8 --no-refine --topics none --json";

/// Gives eight pairs at each request, all of which differ in one word.
fn repetitive() -> FakeGemini {
    FakeGemini::with(|_, order| {
        let item = |number: usize| {
            let text = format!(
                "The keeper climbed the tower at dusk and trimmed the lamp, as on every other \
                 evening of that long winter, while the ships steered by it into the harbour and \
                 told each other on deck what a friend he was to them all, number {number}."
            );
            json!({"anchor": text, "positive": format!("So it was: {text}")})
        };
        Reply::Items((order * 8..order * 8 + 8).map(item).collect())
    })
}

#[test]
fn near_duplicates_are_left_out_and_counted_apart() {
    let (sandbox, fake) = (Sandbox::new(), repetitive());
    let ran = sandbox.gemini(&fake, WORDS).exits(3);
    let samples = &ran.json()["samples"];
    assert_eq!(samples["written"], 1);
    assert_eq!(samples["duplicate"], samples["near_duplicate"]);
    assert_eq!(
        samples["requested"],
        samples["duplicate"].as_u64().unwrap() + 1
    );
    let near = samples["near_duplicate"].to_string();
    ran.says(&format!(
        "of the duplicates {near} are near ones (--dedup exact keeps them)"
    ));
}

#[test]
fn near_duplicates_are_kept_if_only_exact_ones_are_meant() {
    for flags in ["--dedup exact", "--near-threshold 1.0"] {
        let (sandbox, fake) = (Sandbox::new(), repetitive());
        let ran = sandbox.gemini(&fake, &format!("{WORDS} {flags}")).exits(0);
        assert_eq!(ran.json()["samples"]["duplicate"], 0, "{flags}");
    }
}

#[test]
fn a_threshold_without_near_duplicates_is_warned_of() {
    let words = "--provider offline --query q --format pair --samples 1 --dedup exact";
    Sandbox::new()
        .run(&format!("{words} --near-threshold 0.9"), &[])
        .exits(0)
        .says("--near-threshold has no effect with --dedup exact");
}

#[test]
fn the_offline_provider_makes_samples_that_are_not_alike() {
    for (format, _) in FORMATS {
        let format = chosen(format);
        let words = format!("--provider offline --seed 7 --query q {format} --json");
        let result = Sandbox::new().run(&format!("{words} --samples 500"), &[]);
        assert_eq!(result.exits(0).json()["samples"]["written"], 500);
    }
}
