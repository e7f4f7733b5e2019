//! Numbers that look random and are the same in every run of a test.

/// A generator of numbers; each seed has its own.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(scrambled(seed))
    }

    /// A number from 0 up to `limit`, without it.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = scrambled(self.0);
        usize::try_from(self.0 >> 16).unwrap() % limit
    }
}

/// The next number of splitmix64.
pub(crate) fn scrambled(state: u64) -> u64 {
    let state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed ^ (mixed >> 27)
}
