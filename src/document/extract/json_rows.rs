//! JSON that is read into rows without ever being held as a value.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::Refusal;
use super::rows::Rows;
use super::text::Append;

/// Writes a list of objects as rows; fails on anything else.
pub(super) struct List<'a, T> {
    pub(super) rows: &'a mut Rows<T>,
    pub(super) refusal: &'a mut Option<Refusal>,
}

impl<'de, T: Append> DeserializeSeed<'de> for List<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Append> Visitor<'de> for List<'_, T> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self { rows, refusal } = self;
        let mut is_empty = true;
        while let Some(()) = items.next_element_seed(Row { rows, refusal })? {
            rows.end_row();
            is_empty = false;
        }
        match is_empty {
            true => Err(A::Error::custom("a list of nothing is no table")),
            false => Ok(()),
        }
    }
}

/// Writes the entries of an object as cells.
pub(super) struct Row<'a, T> {
    pub(super) rows: &'a mut Rows<T>,
    pub(super) refusal: &'a mut Option<Refusal>,
}

impl<'de, T: Append> DeserializeSeed<'de> for Row<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Append> Visitor<'de> for Row<'_, T> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some((key, value)) = entries.next_entry_seed(Shown, Shown)? {
            kept(self.rows.cell(&key, &value), self.refusal)?;
        }
        Ok(())
    }
}

/// A value as a cell shows it: text without quotes, nothing for null, compact
/// JSON for everything else.
pub(super) struct Shown;

impl<'de> DeserializeSeed<'de> for Shown {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Shown {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_owned()))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_string()))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_string()))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_string()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(serde_json::Value::from(value).to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        compact(SeqAccessDeserializer::new(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        compact(MapAccessDeserializer::new(entries))
    }
}

fn compact<'de, D: Deserializer<'de>>(value: D) -> Result<Cow<'de, str>, D::Error> {
    let mut json = Vec::new();
    serde_transcode::transcode(value, &mut serde_json::Serializer::new(&mut json))
        .map_err(D::Error::custom)?;
    String::from_utf8(json)
        .map(Cow::Owned)
        .map_err(D::Error::custom)
}

/// Keeps the refusal that serde's errors have no room for.
pub(super) fn kept<E: serde::de::Error>(
    result: Result<(), Refusal>,
    place: &mut Option<Refusal>,
) -> Result<(), E> {
    result.map_err(|refusal| {
        *place = Some(refusal);
        E::custom("refused")
    })
}
