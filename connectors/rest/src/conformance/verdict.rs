//! What became of a check.

use serde::Serialize;

/// One promise, and whether it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What it is about: a stream, a target object, or `errors`.
    pub about: String,
    /// The promise: `reads to its end`.
    pub promise: String,
    /// Whether it is kept.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// Whether a promise is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", content = "why", rename_all = "snake_case")]
pub enum Verdict {
    /// It is; with what was seen.
    Kept(String),
    /// It is not; why.
    Broken(Vec<String>),
    /// Nobody can tell; why.
    Untold(String),
}

impl Check {
    /// Kept when nothing speaks against it. Of many reasons the first are enough.
    pub(super) fn of(about: &str, promise: &str, seen: impl Into<String>, mut against: Vec<String>) -> Self {
        const ENOUGH: usize = 5;
        let more = against.len().saturating_sub(ENOUGH);
        against.truncate(ENOUGH);
        if more > 0 {
            against.push(format!("and {more} more"));
        }
        let verdict = if against.is_empty() { Verdict::Kept(seen.into()) } else { Verdict::Broken(against) };
        Self { about: about.to_owned(), promise: promise.to_owned(), verdict }
    }

    pub(super) fn untold(about: &str, promise: &str, why: impl Into<String>) -> Self {
        Self { about: about.to_owned(), promise: promise.to_owned(), verdict: Verdict::Untold(why.into()) }
    }

    /// Whether the promise is broken.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        matches!(self.verdict, Verdict::Broken(_))
    }
}
