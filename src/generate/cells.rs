//! What each cell of a run brought: which give nothing more, and how what they
//! gave begins. A cell is a topic of the plan, or a passage.

use std::collections::{HashMap, VecDeque};

use crate::sample::{Role, Sample, Value};

/// Answers in a row without a new sample after which a cell is left alone.
const DRY_AFTER: u32 = 2;

/// Beginnings that are kept of each cell, and told.
const MOST_MADE: usize = 6;

/// Cells whose beginnings are kept, those that were last at work.
const MOST_CELLS: usize = 4_096;

/// Words and characters of a beginning.
const WORDS: usize = 6;
const CHARACTERS: usize = 60;

/// What the cells of a run brought.
#[derive(Debug)]
pub(super) struct Cells {
    /// The field whose beginnings are kept, if any are.
    key: Option<usize>,
    /// Answers in a row without a new sample, of cells that have any.
    fruitless: HashMap<usize, u32>,
    /// How many cells give nothing more.
    dry: usize,
    made: HashMap<usize, VecDeque<String>>,
    /// The cells in `made`, those that were there first in front.
    order: VecDeque<usize>,
}

impl Cells {
    /// No cell yet; beginnings are kept of the field at index `key`.
    pub(super) fn new(key: Option<usize>) -> Self {
        Self {
            key,
            fruitless: HashMap::new(),
            dry: 0,
            made: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    /// An answer brought `new` samples of `cell`.
    pub(super) fn answered(&mut self, cell: usize, new: &[Sample]) {
        let was_dry = self.is_dry(cell);
        match new.is_empty() {
            true => *self.fruitless.entry(cell).or_default() += 1,
            false => drop(self.fruitless.remove(&cell)),
        }
        match (was_dry, self.is_dry(cell)) {
            (false, true) => self.dry += 1,
            (true, false) => self.dry -= 1,
            _ => {}
        }
        let Some(key) = self.key else {
            return;
        };
        let texts = new.iter().filter_map(|sample| match &sample.values[key] {
            Value::String(text) => Some(beginning(text)),
            Value::Messages(messages) => {
                let mut messages = messages.iter();
                let asked = messages.find(|message| message.role == Role::User);
                asked.map(|message| beginning(&message.content))
            }
            _ => None,
        });
        let texts: Vec<String> = texts.collect();
        if !texts.is_empty() {
            self.keep(cell, texts);
        }
    }

    fn keep(&mut self, cell: usize, texts: Vec<String>) {
        if !self.made.contains_key(&cell) {
            if self.order.len() == MOST_CELLS
                && let Some(oldest) = self.order.pop_front()
            {
                self.made.remove(&oldest);
            }
            self.order.push_back(cell);
        }
        let made = self.made.entry(cell).or_default();
        made.extend(texts);
        let surplus = made.len().saturating_sub(MOST_MADE);
        made.drain(..surplus);
    }

    /// Whether a cell gives nothing more.
    pub(super) fn is_dry(&self, cell: usize) -> bool {
        let fruitless = self.fruitless.get(&cell);
        fruitless.is_some_and(|answers| *answers >= DRY_AFTER)
    }

    /// How many do not.
    pub(super) fn dry(&self) -> usize {
        self.dry
    }

    /// How the last samples of `cell` begin.
    pub(super) fn made(&self, cell: usize) -> Vec<&str> {
        let made = self.made.get(&cell);
        made.into_iter().flatten().map(String::as_str).collect()
    }
}

/// The first words of `text`.
fn beginning(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().take(WORDS).collect();
    words.join(" ").chars().take(CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(text: &str) -> Sample {
        Sample {
            values: vec![Value::Integer(1), Value::String(text.to_owned())],
        }
    }

    #[test]
    fn a_cell_runs_dry_and_a_new_sample_ends_that() {
        let mut cells = Cells::new(None);
        for is_dry in [false, true, true] {
            cells.answered(3, &[]);
            assert_eq!(cells.is_dry(3), is_dry);
        }
        assert_eq!(cells.dry(), 1);
        cells.answered(3, &[sample("new")]);
        assert!(!cells.is_dry(3));
        assert_eq!(cells.dry(), 0);
        assert!(cells.made(3).is_empty());
    }

    #[test]
    fn the_last_beginnings_of_each_cell_are_kept() {
        let mut cells = Cells::new(Some(1));
        for number in 0..30 {
            let text = format!("{number} two three\nfour five six seven eight nine");
            cells.answered(number % 2, &[sample(&text)]);
        }
        let made = cells.made(1);
        assert_eq!(made.len(), MOST_MADE);
        assert_eq!(made[5], "29 two three four five six");
        assert!(cells.made(7).is_empty());
    }

    #[test]
    fn cells_that_were_first_are_forgotten_first() {
        let mut cells = Cells::new(Some(1));
        for cell in 0..=MOST_CELLS {
            cells.answered(cell, &[sample("text")]);
        }
        assert!(cells.made(0).is_empty());
        assert_eq!(cells.made(1), ["text"]);
        assert_eq!(cells.made.len(), MOST_CELLS);
    }
}
