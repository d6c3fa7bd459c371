//! Links, and what else is known of a record.

use super::FailedState;
use crate::key::RecordKey;
use engine_contract::ContentHash;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A source record and the target object it became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The record.
    pub record: RecordKey,
    /// The stream's key of the source record.
    pub source_key: String,
    /// The connection of the target.
    pub target_connection: String,
    /// The target object.
    pub target_object: String,
    /// The target's id; `None` once it was deleted.
    pub target_id: Option<String>,
    /// The route that the record took, and keeps.
    pub route: Option<String>,
    /// The stream key of the parent record, for fan-out.
    pub parent_key: Option<String>,
    /// What orders versions of a record that several source records feed.
    pub source_revision: Option<String>,
    /// The content last sent.
    #[serde(skip, default = "unknown")]
    pub sent_hash: ContentHash,
    /// Grows with every effect; never starts over.
    pub generation: i64,
    /// The target's version token.
    pub target_token: Option<String>,
    /// The mapping that made the content.
    pub mapping_hash: String,
    /// Whether other records may share the target object.
    pub shared: bool,
}

/// A kind of object behind a connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TargetObject {
    /// The connection.
    pub connection: String,
    /// The target object: a table, an entity type.
    pub object: String,
}

impl Link {
    /// Whether a person took its object back: the record stays away until a person asks for it.
    #[must_use]
    pub fn is_taken_back(&self) -> bool {
        self.target_id.is_none() && self.sent_hash == ContentHash::TAKEN_BACK
    }
}

/// The record that a target object belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordOwner {
    /// Its pipeline.
    pub pipeline: String,
    /// The record.
    pub record: RecordKey,
}

/// Notes of what is being sent do not say what it is.
fn unknown() -> ContentHash {
    ContentHash::UNKNOWN
}

/// What the store knows of one record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Its link.
    pub link: Option<Link>,
    /// Whether an effect may be under way.
    pub has_intent: bool,
    /// Since when it is held.
    pub held_since: Option<Timestamp>,
    /// Its earlier failure.
    pub failure: Option<PriorFailure>,
}

impl Known {
    /// Whether a restored state does not know its object, or not what that holds.
    pub(crate) fn is_sought(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.sent_hash == ContentHash::SOUGHT)
    }

    /// Whether its target object is still to come, or to be known for sure. One that is tried again in vain since before
    /// `since` is not counted on.
    pub(crate) fn is_under_way(&self, since: Timestamp) -> bool {
        let in_doubt = |link: &Link| link.target_id.is_some() && link.sent_hash == ContentHash::UNKNOWN;
        self.has_intent
            || self.held_since.is_some()
            || self
                .failure
                .as_ref()
                .is_some_and(|failure| failure.is_tried_again() && failure.first_at >= since)
            || self.link.as_ref().is_some_and(in_doubt)
    }
}

impl PriorFailure {
    /// Whether the engine looks at it again by itself, though nothing changes.
    pub(crate) fn is_tried_again(&self) -> bool {
        self.retry && self.state.is_none()
    }
}

/// What must outlive a failed record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriorFailure {
    /// When it first failed.
    pub first_at: Timestamp,
    /// How often.
    pub attempts: u32,
    /// Whether the next run tries again by itself.
    pub retry: bool,
    /// The diagnostic code.
    pub code: String,
    /// Whether it is dead or ignored.
    pub state: Option<FailedState>,
    /// What a person said about it.
    pub note: Option<String>,
}
