//! What is under way, and what holds back the rest.

use std::time::Duration;

/// What is under way while the loop waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flight {
    /// Requests under way.
    pub under_way: usize,
    /// Most that may be under way at once, for now.
    pub limit: usize,
    /// Why none goes out for a while, if that is so.
    pub pause: Option<Pause>,
}

/// A time without a new request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// How long it lasts from now on.
    pub left: Duration,
    /// Whether failures are the reason, rather than a limit on requests.
    pub is_for_failures: bool,
}
