//! How much of a proof is done.
//!
//! Proofs that could go on for ever stop early, so that `cargo test` is quick.
//! With `SDGEN_TEST_SCALE=10` in the environment they do ten times as much.

/// `count` times what `SDGEN_TEST_SCALE` says, which is 1 if it is not set.
pub(crate) fn scaled(count: usize) -> usize {
    let scale = std::env::var("SDGEN_TEST_SCALE").ok();
    let scale = scale.map_or(1, |scale| {
        scale.parse().expect("SDGEN_TEST_SCALE: a number")
    });
    count * scale
}
