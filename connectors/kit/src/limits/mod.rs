//! What a service allows an account: how many requests in which time, how many at once.

pub(crate) mod breaker;
pub(crate) mod budget;
pub(crate) mod moment;
pub(crate) mod pause;
pub(crate) mod windows;

use std::time::Duration;

/// At most so many requests in any span of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many requests. Zero counts as one.
    pub requests: u32,
    /// In which time.
    pub per: Duration,
}

/// What a service allows an account. Where clients of one account differ, the strictest counts for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Windows that hold all at once: `QuickBooks` allows 500 requests a minute and 10 a second.
    pub windows: Vec<Window>,
    /// How many requests may be under way at once; no limit when absent.
    pub concurrency: Option<usize>,
    /// How long the account waits after a 429 that does not say it (`Retry-After`). `QuickBooks` asks for 60 s.
    /// Doubles with each further 429 in a row, up to ten minutes.
    pub wait_after_429: Duration,
}

impl Default for Limits {
    /// For services that tell no limits: four requests at once, five seconds after a 429.
    fn default() -> Self {
        Self { windows: Vec::new(), concurrency: Some(4), wait_after_429: Duration::from_secs(5) }
    }
}
