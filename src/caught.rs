//! Parsers of others that panic on bad input, held so that they only fail.
//!
//! Can't hold a stack overflow, a loop or an allocation that fails.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    /// Whether this thread expects a panic and needs no word about it.
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// What `parse` makes; `None` if it panics, which it does silently.
pub(crate) fn caught<T>(parse: impl FnOnce() -> T) -> Option<T> {
    silence_expected_panics();
    EXPECTED.set(true);
    let parsed = panic::catch_unwind(AssertUnwindSafe(parse));
    EXPECTED.set(false);
    parsed.ok()
}

/// Makes the hook of the process pass over the panics that [`caught`] expects.
fn silence_expected_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !EXPECTED.get() {
                others(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::panic, reason = "the panic is the test")]
    fn a_panic_is_caught() {
        assert_eq!(caught(|| -> u8 { panic!("bad length") }), None);
        assert_eq!(caught(|| 1), Some(1));
    }
}
