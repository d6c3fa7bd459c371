//! One thing that was looked at.

use serde::Serialize;

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Verdict {
    /// As it should be.
    #[serde(rename = "ok")]
    Fine,
    /// It works, but perhaps not as meant.
    #[serde(rename = "warn")]
    Doubt,
    /// Something will not work.
    #[serde(rename = "x")]
    Problem,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) verdict: Verdict,
    /// What was found, in a few words.
    pub(crate) found: String,
    /// What to do about it.
    pub(crate) fix: Option<String>,
}

impl Check {
    pub(super) fn fine(name: impl Into<String>, found: impl Into<String>) -> Self {
        Self { name: name.into(), verdict: Verdict::Fine, found: found.into(), fix: None }
    }

    pub(super) fn doubt(name: impl Into<String>, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { verdict: Verdict::Doubt, fix: Some(fix.into()), ..Self::fine(name, found) }
    }

    pub(super) fn problem(name: impl Into<String>, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { verdict: Verdict::Problem, fix: Some(fix.into()), ..Self::fine(name, found) }
    }
}
