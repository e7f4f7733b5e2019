//! Parsers of others that panic on bad input, held so that they only refuse.
//!
//! Can't hold a stack overflow, a loop or an allocation that fails.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use super::Refusal;

thread_local! {
    /// Whether this thread expects a panic and needs no word about it.
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// What `parse` makes of a `what`; a panic is a refusal, and a silent one.
pub(super) fn caught<T>(
    what: &str,
    parse: impl FnOnce() -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    silence_expected_panics();
    EXPECTED.set(true);
    let parsed = panic::catch_unwind(AssertUnwindSafe(parse));
    EXPECTED.set(false);
    parsed.unwrap_or_else(|_| {
        let reason = format!("so damaged that the reader of {what} files gave up");
        Err(Refusal::Malformed(reason))
    })
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
    fn a_panic_is_a_refusal() {
        let refused = caught("PDF", || -> Result<(), Refusal> { panic!("bad length") });
        assert_eq!(
            refused.map_err(|refusal| refusal.to_string()),
            Err("so damaged that the reader of PDF files gave up".to_owned())
        );
    }
}
