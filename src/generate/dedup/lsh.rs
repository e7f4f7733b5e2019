//! Signatures that are similar, without looking at all of them.
//!
//! Signatures are cut into bands, and only those that agree in a whole band are
//! compared: locality-sensitive hashing (Indyk, Motwani 1998).

use super::Threshold;
use super::minhash::Signature;

/// Most signatures that are compared for one band: a bound on the time that
/// samples made to agree can take.
const MOST_COMPARED: usize = 64;

/// How signatures are cut.
#[derive(Debug, Clone, Copy)]
struct Bands {
    count: usize,
    /// Least hashes in each.
    rows: usize,
}

impl Bands {
    /// Those that find at least 98 of 100 pairs that are more similar than the
    /// threshold by 0.1.
    fn of(threshold: Threshold) -> Self {
        let (count, rows) = match threshold.get() {
            0.8.. => (10, 8),
            0.7.. => (14, 6),
            0.6.. => (20, 5),
            _ => (32, 4),
        };
        Self { count, rows }
    }

    fn key(self, band: usize, signature: &Signature) -> u32 {
        signature.bits(band * self.rows, self.rows)
    }
}

/// Signatures, none of which is similar to another.
#[derive(Debug)]
pub(super) struct Index {
    threshold: Threshold,
    bands: Bands,
    signatures: Vec<Signature>,
    /// One for each band.
    tables: Vec<Table>,
}

impl Index {
    pub(super) fn new(threshold: Threshold, room: usize) -> Self {
        let bands = Bands::of(threshold);
        Self {
            threshold,
            bands,
            signatures: Vec::with_capacity(room),
            tables: (0..bands.count)
                .map(|_| Table::with_room_for(room))
                .collect(),
        }
    }

    /// Takes in a signature.
    ///
    /// # Errors
    ///
    /// It is similar to one that is there, and is left out; how much.
    pub(super) fn insert(&mut self, signature: Signature) -> Result<(), f64> {
        let slots = self.places(&signature)?;
        self.put(signature, &slots);
        Ok(())
    }

    /// The slots for a signature, one in each table; none in one that has too
    /// many like it.
    ///
    /// # Errors
    ///
    /// It is similar to one that is there; how much.
    pub(super) fn places(&self, signature: &Signature) -> Result<Vec<Option<usize>>, f64> {
        let mut slots = Vec::with_capacity(self.bands.count);
        for (band, table) in self.tables.iter().enumerate() {
            let key = self.bands.key(band, signature);
            let mut compared = 0;
            let mut slot = table.slot(key);
            while let Some(other) = table.at(slot) {
                let other = &self.signatures[other];
                if self.bands.key(band, other) == key {
                    let similarity = signature.similarity(other);
                    if similarity >= self.threshold.get() {
                        return Err(similarity);
                    }
                    compared += 1;
                    if compared == MOST_COMPARED {
                        break;
                    }
                }
                slot = table.after(slot);
            }
            slots.push((compared < MOST_COMPARED).then_some(slot));
        }
        Ok(slots)
    }

    /// Puts a signature into the free `slots` of the tables.
    fn put(&mut self, signature: Signature, slots: &[Option<usize>]) {
        let Ok(number) = u32::try_from(self.signatures.len() + 1) else {
            return;
        };
        self.signatures.push(signature);
        let (bands, signatures) = (self.bands, &self.signatures);
        for (band, (table, slot)) in self.tables.iter_mut().zip(slots).enumerate() {
            let Some(slot) = slot else { continue };
            table.put(*slot, number);
            if table.is_full() {
                table.grow(|index| bands.key(band, &signatures[index]));
            }
        }
    }
}

/// An open-addressed table of indices; their keys are kept elsewhere.
#[derive(Debug)]
struct Table {
    /// An index plus one, or zero.
    slots: Vec<u32>,
    taken: usize,
}

impl Table {
    fn with_room_for(indices: usize) -> Self {
        Self {
            slots: vec![0; (indices + indices / 3).max(64)],
            taken: 0,
        }
    }

    /// Where the search for `key` begins.
    fn slot(&self, key: u32) -> usize {
        // Golden ratio (Knuth, TAOCP 6.4), and the high bits scaled down.
        let hash = u64::from(key).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let slot = (hash * self.slots.len() as u64) >> 32;
        usize::try_from(slot).expect("less than the slots")
    }

    fn after(&self, slot: usize) -> usize {
        match slot + 1 == self.slots.len() {
            true => 0,
            false => slot + 1,
        }
    }

    /// The index at `slot`.
    fn at(&self, slot: usize) -> Option<usize> {
        (self.slots[slot] as usize).checked_sub(1)
    }

    fn put(&mut self, slot: usize, number: u32) {
        self.slots[slot] = number;
        self.taken += 1;
    }

    /// Whether so few slots are free that searches become long. There is some
    /// room beyond what was made at the start.
    fn is_full(&self) -> bool {
        self.taken > self.slots.len() / 8 * 7
    }

    /// Doubles the slots.
    fn grow(&mut self, key: impl Fn(usize) -> u32) {
        let larger = vec![0; self.slots.len() * 2];
        for number in std::mem::replace(&mut self.slots, larger) {
            if number > 0 {
                let mut slot = self.slot(key(number as usize - 1));
                while self.slots[slot] > 0 {
                    slot = self.after(slot);
                }
                self.slots[slot] = number;
            }
        }
    }
}
