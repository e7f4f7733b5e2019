//! One sample of a second look: what is shown of it.

use serde_json::{Map, Value as Json};

use crate::format::{Check, FormatHandler};
use crate::sample::{Field, Sample, Value};

use super::expected::Expected;
use super::{Verdict, Verify};

/// A sample that is looked at.
#[derive(Debug)]
pub(super) struct Trial {
    shown: Map<String, Json>,
    /// The text that several samples may share.
    shared: Option<&'static str>,
    expected: Expected,
}

impl Trial {
    /// The trial of `sample`; `is_swapped` is whether the second of two texts
    /// comes first.
    pub(super) fn new(
        format: &dyn FormatHandler,
        verify: &Verify,
        sample: &Sample,
        is_swapped: bool,
    ) -> Self {
        let value = |name| value(format, sample, name);
        let shown = |names: &[&'static str]| {
            let entries = names.iter().map(|name| entry(name, value(name)));
            entries.collect::<Map<_, _>>()
        };
        let (shown, shared) = match format.check() {
            Check::Answer {
                context, question, ..
            } => (shown(&[context, question]), Some(context)),
            Check::Label { texts, .. } => (shown(texts), None),
            Check::Score { texts, .. } => (shown(&texts), None),
            Check::Nearer {
                anchor,
                positive,
                negative,
            }
            | Check::Better {
                prompt: anchor,
                chosen: positive,
                rejected: negative,
            } => {
                let [first, second] = match is_swapped {
                    false => [positive, negative],
                    true => [negative, positive],
                };
                let names = [(anchor, anchor), ("text 1", first), ("text 2", second)];
                let shown = names.map(|(key, name)| entry(key, value(name)));
                (Map::from_iter(shown), None)
            }
            Check::Quality => {
                let fields = format.fields().iter().zip(&sample.values);
                let shown = fields.map(|(field, value)| entry(&field.name, value));
                (shown.collect(), None)
            }
        };
        Self {
            shown,
            shared,
            expected: Expected::new(format, verify, sample, is_swapped),
        }
    }

    /// What is shown of the sample.
    pub(super) fn shown(&self) -> &Map<String, Json> {
        &self.shown
    }

    /// The same, without the text that it shares with `last`, the one before.
    pub(super) fn shown_after(&self, last: &Self) -> Map<String, Json> {
        let is_told = |key: &str| self.shared == Some(key) && last.shown[key] == self.shown[key];
        let shown = self.shown.iter().filter(|(key, _)| !is_told(key));
        shown
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }

    /// What `item`, the part of an answer that is about it, says of the sample in
    /// `field`.
    pub(super) fn verdict(&self, field: &Field, item: &Json) -> Verdict {
        let verdict = self.expected.verdict(field, &item[&field.name]);
        verdict.unwrap_or(Verdict::Unjudged)
    }
}

/// The value of the field `name`, which the check of `format` names.
pub(super) fn value<'a>(format: &dyn FormatHandler, sample: &'a Sample, name: &str) -> &'a Value {
    let mut fields = format.fields().iter().zip(&sample.values);
    let named = fields.find(|(field, _)| field.name == name);
    named.expect("a check names fields").1
}

fn entry(key: &str, value: &Value) -> (String, Json) {
    let value = serde_json::to_value(value).expect("a plain value");
    (key.to_owned(), value)
}
