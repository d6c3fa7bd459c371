//! What became of a write: three answers, never two.
//!
//! Misuse is expensive: a target that says `NotApplied` of a request that did take effect makes the engine
//! send a second create, and a doubled record. When in doubt say `Unknown`.

use crate::ConnectorError;

/// What a write changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The object was made.
    Created,
    /// The object was changed, or was as asked already.
    Updated,
    /// The object was removed, or was gone already.
    Deleted,
    /// A newer revision had been applied before: nothing was changed.
    Superseded,
}

/// A write that took effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The target's id of the object.
    pub target_id: String,
    /// The version token after the write, where the target has one.
    pub token: Option<String>,
    /// What it changed.
    pub change: Change,
}

/// The answer to one write, found by the write's id: positions may differ from those of the request.
#[derive(Debug)]
pub enum Outcome {
    /// It took effect.
    Applied(Applied),
    /// It took no effect and never will. Only for what the service documents as a refusal, and for errors
    /// before the first byte was sent.
    NotApplied(ConnectorError),
    /// It may or may not have taken effect, now or later: timeouts, resets, 5xx, missing batch items.
    Unknown(ConnectorError),
}
