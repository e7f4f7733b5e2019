//! `--max-cost` and `--prices`; `--max-requests` is in [`resume`](crate::resume).

use crate::fake_gemini::FakeGemini;
use crate::sandbox::Sandbox;

const WORDS: &str = "--format pair --samples 200 --batch-size 10 --no-refine --topics none --concurrency 4 \
    --output-format jsonl --json";
/// A model that the fake knows and the table of prices does not.
const MODEL: &str = "--model gemini-3.5-unheard-of";

#[test]
fn a_budget_in_money_needs_a_price() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    sandbox
        .gemini(&fake, &format!("{WORDS} {MODEL} --max-cost 1"))
        .exits(2)
        .says("gemini-3.5-unheard-of")
        .says("--prices");
    assert!(fake.server.requests().is_empty());
    assert!(sandbox.files().is_empty());
}

#[test]
fn a_budget_in_money_is_kept_to_and_resumed_with_another() {
    let (sandbox, fake) = (Sandbox::new(), FakeGemini::start());
    // The fake bills some 250 tokens for a prompt and 400 for ten samples.
    let prices = r#"{"date": "2026-11-12",
        "prices": [{"model": "gemini-3.5-unheard-of", "input": 100, "output": 1000}]}"#;
    sandbox.write("prices.json", prices);
    let words = format!("{WORDS} {MODEL} --prices prices.json");
    let result = sandbox
        .gemini(&fake, &format!("{words} --max-cost 3"))
        .exits(3)
        .says("--max-cost 3")
        .says("plus --resume")
        .json();
    assert_eq!(result["end"]["reason"], "budget");
    assert_eq!(result["prices"]["samples"]["output"], 1000.0);
    let first = result["cost"]["usd"].as_f64().unwrap();
    assert!((1.5..=3.0).contains(&first), "{result}");
    let tokens = |name: &str| result["traffic"][name].as_f64().unwrap();
    let billed = (tokens("prompt_tokens") * 100.0 + tokens("completion_tokens") * 1000.0) / 1e6;
    assert!((first - billed).abs() < 1e-9, "{result}");

    let result = sandbox
        .gemini(&fake, &format!("{words} --max-cost 30 --resume"))
        .exits(0)
        .json();
    let [whole, second] = [&result, &result["part"]].map(|it| it["cost"]["usd"].as_f64().unwrap());
    assert!((whole - first - second).abs() < 1e-9, "{result}");
    assert_eq!(result["samples"]["written"], 200);
}
