//! Leases and cursors: who may write, and where reading stands.

use crate::key::GroupKey;
use engine_contract::Cursor;
use jiff::Timestamp;

/// The right to write for a stream group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What it covers.
    pub key: GroupKey,
    /// Who holds it.
    pub owner: String,
    /// Higher than that of every lease before it.
    pub epoch: i64,
    /// Until when its holder may send.
    pub until: Timestamp,
    /// When it was taken: no earlier holder sends after this.
    pub since: Timestamp,
}

/// The answer to [`super::StateStore::acquire`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acquired {
    /// The lease is ours.
    Yes(Lease),
    /// Somebody else holds it.
    Busy {
        /// Who.
        owner: String,
        /// Until when, if it is not prolonged.
        until: Timestamp,
    },
}

/// Where a stream group's reading stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CursorRow {
    /// Everything changed before this has been settled, but for what shows up late.
    pub value: Option<Cursor>,
    /// What was read: when this changes, everything is read again.
    pub read_hash: String,
    /// An unfinished read goes on here.
    pub resume: Option<String>,
    /// What the unfinished read was asked for.
    pub resume_since: Option<Cursor>,
    /// The source's clock when the unfinished read began.
    pub resume_cap: Option<Cursor>,
}
