//! JSON as text: objects in a list as rows, anything else indented.
//!
//! No value is held in memory but the row that is being written.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::rows::Rows;
use super::text::Text;
use super::{Limits, Refusal, Section};

/// The rows of a list of objects; other JSON is indented.
pub(super) fn sections(content: &str, limits: Limits) -> Result<Vec<Section>, Refusal> {
    let mut rows = Rows::new(limits);
    let mut refusal = None;
    let list = List {
        rows: &mut rows,
        refusal: &mut refusal,
    };
    match read(content, list) {
        Ok(()) => Ok(rows.into_sections()),
        Err(_) if refusal.is_some() => Err(refusal.unwrap_or(Refusal::Blank)),
        Err(error) if error.is_data() => indented(content, limits),
        Err(error) => Err(malformed(&error, error.line(), limits)),
    }
}

/// One row for each line that is not blank.
pub(super) fn line_sections(content: &str, limits: Limits) -> Result<Vec<Section>, Refusal> {
    let mut rows = Rows::new(limits);
    for (index, line) in content.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str(line).map_err(|error| malformed(&error, index + 1, limits))? {
            Value::Object(object) => row(&mut rows, &object)?,
            other => rows.plain(&plain(&other))?,
        }
        rows.end_row();
    }
    Ok(rows.into_sections())
}

fn read<'de, S: DeserializeSeed<'de>>(
    content: &'de str,
    seed: S,
) -> Result<S::Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(content);
    let value = seed.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

fn row(rows: &mut Rows, object: &Map<String, Value>) -> Result<(), Refusal> {
    object
        .iter()
        .try_for_each(|(key, value)| rows.cell(key, &plain(value)))
}

/// Text without quotes, nothing for null, JSON for everything else.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn indented(content: &str, limits: Limits) -> Result<Vec<Section>, Refusal> {
    let mut text = Text::new(limits);
    let mut refusal = None;
    let indented = Indented {
        text: &mut text,
        refusal: &mut refusal,
        depth: 0,
    };
    match (read(content, indented), refusal) {
        (_, Some(refusal)) => Err(refusal),
        (Err(error), None) => Err(malformed(&error, error.line(), limits)),
        (Ok(()), None) => Ok(text.into_sections()),
    }
}

fn malformed(error: &serde_json::Error, line: usize, limits: Limits) -> Refusal {
    // The reader's own limit is 128; it has no kind of error for it.
    if error.to_string().starts_with("recursion limit") {
        return Refusal::TooDeep(limits.depth.min(128));
    }
    let column = error.column();
    Refusal::Malformed(format!("invalid JSON at line {line}, column {column}"))
}

/// Keeps the refusal that serde's errors have no room for.
fn kept<E: serde::de::Error>(
    result: Result<(), Refusal>,
    place: &mut Option<Refusal>,
) -> Result<(), E> {
    result.map_err(|refusal| {
        *place = Some(refusal);
        E::custom("refused")
    })
}

/// Writes a list of objects as rows; fails on anything else.
struct List<'a> {
    rows: &'a mut Rows,
    refusal: &'a mut Option<Refusal>,
}

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut is_empty = true;
        while let Some(object) = items.next_element::<Map<String, Value>>()? {
            kept(row(self.rows, &object), self.refusal)?;
            self.rows.end_row();
            is_empty = false;
        }
        match is_empty {
            true => Err(A::Error::custom("a list of nothing is no table")),
            false => Ok(()),
        }
    }
}

/// Writes a value as it is read, two spaces a level.
struct Indented<'a> {
    text: &'a mut Text,
    refusal: &'a mut Option<Refusal>,
    depth: usize,
}

impl Indented<'_> {
    fn push<E: serde::de::Error>(&mut self, piece: &str) -> Result<(), E> {
        kept(self.text.push(piece), self.refusal)
    }

    fn break_line<E: serde::de::Error>(&mut self, depth: usize) -> Result<(), E> {
        self.push("\n")?;
        (0..depth).try_for_each(|_| self.push("  "))
    }

    fn value(&mut self) -> Indented<'_> {
        Indented {
            text: self.text,
            refusal: self.refusal,
            depth: self.depth + 1,
        }
    }

    /// The end of a list or an object, which is empty if nothing was opened.
    fn close<E: serde::de::Error>(
        &mut self,
        opening: &str,
        first: &str,
        last: &str,
    ) -> Result<(), E> {
        match opening == first {
            true => self.push(first)?,
            false => self.break_line(self.depth)?,
        }
        self.push(last)
    }

    fn string<E: serde::de::Error>(&mut self, text: &str) -> Result<(), E> {
        let quoted = serde_json::to_string(text).map_err(E::custom)?;
        self.push(&quoted)
    }
}

impl<'de> DeserializeSeed<'de> for Indented<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Indented<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_bool<E: serde::de::Error>(mut self, value: bool) -> Result<(), E> {
        self.push(if value { "true" } else { "false" })
    }

    fn visit_i64<E: serde::de::Error>(mut self, value: i64) -> Result<(), E> {
        self.push(&value.to_string())
    }

    fn visit_u64<E: serde::de::Error>(mut self, value: u64) -> Result<(), E> {
        self.push(&value.to_string())
    }

    fn visit_f64<E: serde::de::Error>(mut self, value: f64) -> Result<(), E> {
        self.push(&Value::from(value).to_string())
    }

    fn visit_str<E: serde::de::Error>(mut self, value: &str) -> Result<(), E> {
        self.string(value)
    }

    fn visit_unit<E: serde::de::Error>(mut self) -> Result<(), E> {
        self.push("null")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let mut opening = "[";
        while items
            .next_element_seed(Item(self.value(), opening))?
            .is_some()
        {
            opening = ",";
        }
        self.close(opening, "[", "]")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        let mut opening = "{";
        while let Some(key) = entries.next_key::<String>()? {
            self.push(opening)?;
            self.break_line(self.depth + 1)?;
            self.string(&key)?;
            self.push(": ")?;
            entries.next_value_seed(self.value())?;
            opening = ",";
        }
        self.close(opening, "{", "}")
    }
}

/// An item of a list, after what goes before it.
struct Item<'a>(Indented<'a>, &'static str);

impl<'de> DeserializeSeed<'de> for Item<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self(mut value, opening) = self;
        value.push(opening)?;
        value.break_line(value.depth)?;
        value.deserialize(deserializer)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn json(content: &str) -> String {
        sections(content, Limits::default()).unwrap()[0]
            .text
            .clone()
    }

    fn lines(content: &str) -> String {
        line_sections(content, Limits::default()).unwrap()[0]
            .text
            .clone()
    }

    fn refusal(result: Result<Vec<Section>, Refusal>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn a_json_list_of_objects_becomes_rows() {
        let content = r#"[{"b": "text", "a": 1.5, "none": null}, {"list": [1, "x"]}]"#;
        assert_eq!(json(content), "b: text\na: 1.5\n\nlist: [1,\"x\"]");
    }

    #[test]
    fn other_json_is_indented() {
        assert_eq!(json(r#"{"b":[1]}"#), "{\n  \"b\": [\n    1\n  ]\n}");
        assert_eq!(json("[1,{}]"), "[\n  1,\n  {}\n]");
        assert_eq!(json("[]"), "[]");
    }

    #[test]
    fn indented_json_is_what_the_usual_writer_makes() {
        for content in [
            r#"{"a":[[],{},[null,true,-1.5e300,"\u00e9\n\""]],"b":{"c":18446744073709551615}}"#,
            "[{\"a\":1},2,[{}]]",
            "\"text\"",
            "-7",
        ] {
            let value: Value = serde_json::from_str(content).unwrap();
            assert_eq!(json(content), format!("{value:#}"));
        }
    }

    #[test]
    fn json_lines_become_rows() {
        let content = "{\"q\": \"a\\nb\"}\n\n\"plain\"\n{\"q\": 2}\n";
        assert_eq!(lines(content), "q: a\nb\n\nplain\n\nq: 2");
    }

    #[test]
    fn bad_json_is_refused_with_its_place() {
        let limits = Limits::default();
        assert_eq!(
            refusal(sections("{\n\"a\": }", limits)),
            "invalid JSON at line 2, column 6"
        );
        assert_eq!(
            refusal(line_sections("{}\n\n{\"a\"}\n", limits)),
            "invalid JSON at line 3, column 5"
        );
    }

    #[test]
    fn deep_json_is_refused() {
        let limits = Limits::default();
        for bracket in ["[", "[{\"a\":"] {
            let content = bracket.repeat(1_000_000);
            let expected = "nested deeper than 128 levels";
            assert_eq!(refusal(sections(&content, limits)), expected);
            assert_eq!(refusal(line_sections(&content, limits)), expected);
        }
    }

    #[test]
    fn indentation_counts_as_text() {
        let content = format!(
            "{}{}1{}",
            "[".repeat(100),
            "1,".repeat(1_000),
            "]".repeat(100)
        );
        let limits = Limits {
            text_bytes: 100_000,
            ..Limits::default()
        };
        assert!(matches!(
            sections(&content, limits),
            Err(Refusal::TooMuchText(_))
        ));
    }
}
