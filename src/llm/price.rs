//! What tokens cost: a dated table per model, built in or the user's own.
//!
//! Reads no file and no clock. Knows one price for a model, not the higher ones
//! that some have for prompts of more than 200,000 tokens: a query fits an
//! argument and a passage is small, so that no prompt gets there.

use serde::{Deserialize, Serialize};

use super::Usage;

const BUILT_IN: &str = include_str!("prices.json");

/// Prices are told for this many tokens.
const TOKENS: f64 = 1e6;

/// What models cost, and since when that is known.
///
/// As JSON, built in or in a file of the user's, in USD per million tokens:
///
/// ```json
/// {
///   "date": "2026-11-12",
///   "source": "where the prices are from; may be left out",
///   "prices": [
///     {"model": "a", "until": "2026-12-31", "input": 0.75, "cached_input": 0.075, "output": 3.75},
///     {"model": "a", "input": 1.5, "output": 7.5}
///   ]
/// }
/// ```
///
/// The first entry of a model that still holds counts. `until` is the last day
/// on which it does; without `cached_input`, cached tokens cost as much as
/// others. Thoughts are billed as output.
#[derive(Debug, Clone)]
pub struct Prices {
    date: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    model: String,
    until: Option<Date>,
    price: Price,
}

/// What the tokens of one model cost, in USD per million.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Price {
    /// Tokens of the prompt.
    pub input: f64,
    /// Those of the prompt that came from a cache.
    pub cached_input: f64,
    /// Tokens of the answer, thoughts included.
    pub output: f64,
    /// Day of the table it is from, `YYYY-MM-DD`.
    pub date: String,
}

/// A price table that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct PriceError {
    /// The table, or the file it is in.
    pub place: String,
    /// What is wrong, and where.
    pub problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    date: Date,
    #[serde(rename = "source")]
    _source: Option<String>,
    prices: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    model: String,
    until: Option<Date>,
    input: Dollars,
    cached_input: Option<Dollars>,
    output: Dollars,
}

/// A day as `YYYY-MM-DD`, so that later is greater.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
struct Date(String);

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        // The time of day is there for the parser, which wants one.
        match humantime::parse_rfc3339(&format!("{text}T00:00:00Z")) {
            Ok(_) => Ok(Self(text)),
            Err(_) => Err(format!("`{text}` is no day such as 2026-12-31")),
        }
    }
}

/// An amount that can be a price.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "f64")]
struct Dollars(f64);

impl TryFrom<f64> for Dollars {
    type Error = String;

    fn try_from(amount: f64) -> Result<Self, String> {
        match amount.is_finite() && amount >= 0.0 {
            true => Ok(Self(amount)),
            false => Err(format!("{amount} is no price, expected 0 or more")),
        }
    }
}

impl Prices {
    /// Gemini's, as they were when this version was made.
    #[must_use]
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN).expect("a test reads the built-in table")
    }

    /// The table in `text`.
    ///
    /// # Errors
    ///
    /// `text` is no table, or has an entry that could never count; the error
    /// tells the line or the entry.
    pub fn parse(text: &str) -> Result<Self, PriceError> {
        let table: Table =
            serde_json::from_str(text).map_err(|error| problem(error.to_string()))?;
        let mut entries: Vec<Entry> = Vec::new();
        for (index, row) in table.prices.into_iter().enumerate() {
            let entry = row.entry(&table.date.0);
            if entry.model.is_empty() || entries.iter().any(|earlier| earlier.hides(&entry)) {
                let what = match entry.model.as_str() {
                    "" => "its model is blank".to_owned(),
                    model => format!("an earlier one of `{model}` holds as long"),
                };
                return Err(problem(format!("entry {}: {what}", index + 1)));
            }
            entries.push(entry);
        }
        Ok(Self {
            date: table.date.0,
            entries,
        })
    }

    /// Day of the table, `YYYY-MM-DD`; of two put together, of the preferred one.
    #[must_use]
    pub fn date(&self) -> &str {
        &self.date
    }

    /// Both tables, the entries of `preferred` before those of this one.
    #[must_use]
    pub fn with(self, mut preferred: Self) -> Self {
        preferred.entries.extend(self.entries);
        preferred
    }

    /// The price of `model` on the day `today`, as `YYYY-MM-DD`; `None` if it
    /// is unknown.
    ///
    /// Ids are compared whole, but for a leading `models/`: Google documents no
    /// dated ids of the models that are left.
    #[must_use]
    pub fn of(&self, model: &str, today: &str) -> Option<Price> {
        let model = id(model);
        let holds = |until: &Option<Date>| until.as_ref().is_none_or(|day| today <= &*day.0);
        let mut entries = self.entries.iter();
        entries
            .find(|entry| entry.model == model && holds(&entry.until))
            .map(|entry| entry.price.clone())
    }
}

impl Price {
    /// What `usage` costs, in USD.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub fn cost(&self, usage: &Usage) -> f64 {
        let cached = usage.cached_tokens.min(usage.prompt_tokens);
        let amount = (usage.prompt_tokens - cached) as f64 * self.input
            + cached as f64 * self.cached_input
            + usage.completion_tokens as f64 * self.output;
        amount / TOKENS
    }
}

impl Row {
    fn entry(self, date: &str) -> Entry {
        Entry {
            model: id(self.model.trim()).to_owned(),
            until: self.until,
            price: Price {
                input: self.input.0,
                cached_input: self.cached_input.unwrap_or(self.input).0,
                output: self.output.0,
                date: date.to_owned(),
            },
        }
    }
}

impl Entry {
    /// Whether `later`, which stands below this one, can never count.
    fn hides(&self, later: &Self) -> bool {
        let holds_as_long = match (&self.until, &later.until) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(until), Some(later)) => until >= later,
        };
        self.model == later.model && holds_as_long
    }
}

/// `model` without the collection that all plain models are in.
fn id(model: &str) -> &str {
    model.strip_prefix("models/").unwrap_or(model)
}

fn problem(problem: String) -> PriceError {
    let place = "price table".to_owned();
    PriceError { place, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &str) -> String {
        format!("{{\"date\": \"2026-11-12\",\n\"prices\": [\n{rows}\n]}}")
    }

    fn input_on(prices: &Prices, model: &str, today: &str) -> Option<f64> {
        prices.of(model, today).map(|price| price.input)
    }

    #[test]
    fn the_built_in_table_knows_promotions_and_successors() {
        let prices = Prices::built_in();
        assert_eq!(prices.date(), "2026-11-12");
        for (model, today, input) in [
            ("gemini-3.8-flash", "2026-12-31", Some(0.75)),
            ("models/gemini-3.8-flash", "2027-01-01", Some(1.5)),
            ("gemini-4-argon", "2026-12-01", Some(4.0)),
            ("gemini-2.5-pro", "2026-11-30", Some(1.25)),
            ("gemini-2.5-pro", "2026-12-01", None),
            ("gemma-4-31b-it", "2026-11-22", Some(0.0)),
            ("gemini-3.8-flash-001", "2026-11-22", None),
            ("gemini-2.0-flash", "2026-11-22", None),
            ("tunedModels/gemini-3.8-flash", "2026-11-22", None),
        ] {
            assert_eq!(input_on(&prices, model, today), input, "{model} {today}");
        }
        assert_eq!(
            prices.of("gemini-3.5-flash-lite", "2026-11-22"),
            Some(Price {
                input: 0.3,
                cached_input: 0.03,
                output: 2.5,
                date: "2026-11-12".into(),
            })
        );
    }

    #[test]
    fn cached_tokens_have_their_own_price() {
        let price = Price {
            input: 2.0,
            cached_input: 0.5,
            output: 10.0,
            date: String::new(),
        };
        let usage = Usage {
            prompt_tokens: 1_000_000,
            cached_tokens: 400_000,
            completion_tokens: 100_000,
            thought_tokens: 90_000,
        };
        assert!((price.cost(&usage) - (1.2 + 0.2 + 1.0)).abs() < 1e-12);
        let odd = Usage {
            prompt_tokens: 1_000_000,
            cached_tokens: 9_000_000,
            ..Usage::default()
        };
        assert!((price.cost(&odd) - 0.5).abs() < 1e-12);
        assert!(price.cost(&Usage::default()).abs() < 1e-12);
    }

    #[test]
    fn without_a_cached_price_cached_tokens_cost_as_others_do() {
        let prices = Prices::parse(&table(r#"{"model": "m", "input": 3, "output": 4}"#));
        let price = prices.expect("a table").of("m", "2026-11-22");
        assert_eq!(price.map(|price| price.cached_input), Some(3.0));
    }

    #[test]
    fn preferred_entries_come_first_and_keep_their_date() {
        let own = r#"{"date": "2027-02-01", "prices": [
            {"model": "models/gemini-3.8-flash", "until": "2027-03-01", "input": 9, "output": 9},
            {"model": "mine", "input": 1, "output": 1}]}"#;
        let prices = Prices::built_in().with(Prices::parse(own).expect("a table"));
        assert_eq!(prices.date(), "2027-02-01");
        assert_eq!(input_on(&prices, "mine", "2027-02-02"), Some(1.0));
        let date = |today| prices.of("gemini-3.8-flash", today).map(|price| price.date);
        assert_eq!(date("2027-03-01").as_deref(), Some("2027-02-01"));
        assert_eq!(date("2027-03-02").as_deref(), Some("2026-11-12"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let cases = [
            (
                r#"{"model": "m", "input": -1, "output": 1}"#,
                "-1 is no price, expected 0 or more at line 3 column 26",
            ),
            (
                r#"{"model": "m", "input": 1e999, "output": 1}"#,
                "number out of range at line 3 column 29",
            ),
            (
                r#"{"model": "m", "input": "1", "output": 1}"#,
                "invalid type: string \"1\", expected f64 at line 3 column 27",
            ),
            (
                r#"{"model": "m", "input": 1}"#,
                "missing field `output` at line 3 column 26",
            ),
            (
                r#"{"model": "m", "input": 1, "output": 1, "cached": 1}"#,
                "unknown field `cached`, expected one of `model`, `until`, `input`, \
                 `cached_input`, `output` at line 3 column 48",
            ),
            (
                r#"{"model": "m", "until": "2026-02-30", "input": 1, "output": 1}"#,
                "`2026-02-30` is no day such as 2026-12-31 at line 3 column 36",
            ),
            (
                r#"{"model": "", "input": 1, "output": 1}"#,
                "entry 1: its model is blank",
            ),
            (
                r#"{"model": "m", "input": 1, "output": 1},
                {"model": "models/m", "until": "2026-12-31", "input": 1, "output": 1}"#,
                "entry 2: an earlier one of `m` holds as long",
            ),
        ];
        for (rows, expected) in cases {
            let error = Prices::parse(&table(rows)).expect_err(rows);
            assert_eq!(error.to_string(), format!("price table: {expected}"));
        }
        for text in ["", "[]", "{", r#"{"date": "today", "prices": []}"#] {
            let error = Prices::parse(text).expect_err(text);
            assert!(error.problem.contains(" at line 1 "), "{error}");
        }
    }
}
