//! Parsers of documents that panic on bad input, held so that they only refuse.

use super::Refusal;

/// What `parse` makes of a `what`; a panic is a refusal, and a silent one.
pub(super) fn caught<T>(
    what: &str,
    parse: impl FnOnce() -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    crate::caught::caught(parse).unwrap_or_else(|| {
        let reason = format!("so damaged that the reader of {what} files gave up");
        Err(Refusal::Malformed(reason))
    })
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
