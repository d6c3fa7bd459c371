//! What the two commits carry.

use super::{Base, Conflict, Counts, CursorRow, Dirty, FailedRecord, Hold, Link};
use crate::key::RecordKey;
use bytes::Bytes;
use engine_contract::{ContentHash, Op};
use jiff::Timestamp;

/// An effect that may be under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// What the link will be once the effect is applied; `target_id` is `None` for a create.
    pub link: Link,
    /// What the effect does.
    pub op: Op,
    /// The exact bytes to send.
    pub payload: Bytes,
    /// The natural key's fields.
    pub match_on: Vec<String>,
    /// The key of the request, the same for every attempt.
    pub request_key: String,
    /// The marker of the object, the same for every attempt to make it.
    pub marker: String,
    /// Orders the writes of an object.
    pub revision: i64,
    /// How many attempts ended without an answer.
    pub attempts: u32,
    /// When the intent was made.
    pub created_at: Timestamp,
    /// Nothing sent for this intent can take effect after this moment; `None` while that is not known.
    pub quiet_after: Option<Timestamp>,
}

/// What was done to a target object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It was made, changed or deleted.
    Applied(Op),
    /// It was there before, and was linked.
    Adopted,
    /// The target refused.
    Refused(Op),
    /// A person linked the record to it, or a search that a person confirmed.
    Linked,
    /// A person took the link away; the object stays.
    Unlinked,
    /// Somebody was asked.
    Asked,
    /// Somebody said yes.
    Confirmed,
    /// Somebody said no.
    Declined,
    /// Somebody said yes, and it did not count.
    NotConfirmed,
}

impl Action {
    /// The word for it.
    pub(in crate::state) fn word(self) -> String {
        match self {
            Self::Applied(op) => op.as_str().to_owned(),
            Self::Adopted => "adopt".to_owned(),
            Self::Refused(op) => format!("{op} refused"),
            Self::Linked => "link".to_owned(),
            Self::Unlinked => "unlink".to_owned(),
            Self::Asked => "ask".to_owned(),
            Self::Confirmed => "confirm".to_owned(),
            Self::Declined => "decline".to_owned(),
            Self::NotConfirmed => "confirm refused".to_owned(),
        }
    }
}

/// A line of the audit: hashes and names, no content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// The record.
    pub record: RecordKey,
    /// What was done.
    pub action: Action,
    /// The target object.
    pub target_object: String,
    /// The target's id, when known.
    pub target_id: Option<String>,
    /// The content sent.
    pub content: ContentHash,
}

/// What one transaction makes durable.
#[derive(Clone, Debug, Default)]
pub struct Settlement {
    /// The run.
    pub run: String,
    /// The present moment.
    pub at: Timestamp,
    /// The entity all of this belongs to.
    pub entity: String,
    /// Source records that were looked at: their marks are cleared first.
    pub seen: Vec<String>,
    /// Records that are well: marks under their key are cleared too.
    pub well: Vec<String>,
    /// The whole source was read: what other runs marked and this one did not meet is not there any more.
    pub whole: bool,
    /// Records that a read of everything did not meet, by key. One that was missing before stays missing since then.
    pub missing: Vec<String>,
    /// Records that are missing no more: met again, or taken away.
    pub found: Vec<String>,
    /// Links made or changed; a link without target id remembers a deletion.
    pub links: Vec<Link>,
    /// Links of effects that the target refused for good: only their generation counts, so that the refused
    /// request key is never used again.
    pub refused: Vec<Link>,
    /// What both sides of records agree on now; kept with their links.
    pub bases: Vec<(RecordKey, Base)>,
    /// Records about whose fields a person is to decide.
    pub conflicts: Vec<Conflict>,
    /// Records whose conflicts are over.
    pub agreed: Vec<RecordKey>,
    /// Intents whose outcome is known.
    pub closed: Vec<RecordKey>,
    /// Intents that stay open, with what was learned.
    pub open: Vec<Intent>,
    /// Failed records.
    pub failed: Vec<FailedRecord>,
    /// Records that wait for a parent.
    pub holds: Vec<Hold>,
    /// Records to be looked at again.
    pub dirty: Vec<Dirty>,
    /// Where reading goes on.
    pub cursor: Option<CursorRow>,
    /// Which of the group's cursors that is; nothing for that of its runs.
    pub cursor_shard: Option<String>,
    /// What was done.
    pub audit: Vec<AuditEntry>,
    /// Who started the run, where that is known.
    pub actor: Option<String>,
    /// The fingerprint of the pipeline that was run.
    pub fingerprint: Option<String>,
    /// The confirmation on whose word it was done.
    pub confirmation: Option<String>,
    /// How records ended.
    pub counts: Counts,
}
