//! The rows of the state store, as the engine uses them.

use crate::key::{GroupKey, RecordKey, Scope};
use bytes::Bytes;
use engine_contract::{ContentHash, Cursor, Op};
use engine_plan::Reference;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

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
    /// An unfinished read goes on here.
    pub resume: Option<String>,
    /// What the unfinished read was asked for.
    pub resume_since: Option<Cursor>,
    /// The source's clock when the unfinished read began.
    pub resume_cap: Option<Cursor>,
}

/// A source record and the target object it became.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// What must outlive a failed record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriorFailure {
    /// When it first failed.
    pub first_at: Timestamp,
    /// How often.
    pub attempts: u32,
    /// The generation of the refused effect.
    pub generation: i64,
}

/// Why a record is to be looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirtyReason {
    /// A newer version came while an effect was open.
    Skipped,
    /// The run stopped before the record was sent.
    Unsent,
}

impl DirtyReason {
    /// The reason as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Unsent => "unsent",
        }
    }
}

/// A record to be looked at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dirty {
    /// The record.
    pub record: RecordKey,
    /// The stream's key of the source record.
    pub source_key: String,
    /// Why.
    pub reason: DirtyReason,
}

/// A record that waits for its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The record.
    pub record: RecordKey,
    /// The stream's key of the source record.
    pub source_key: String,
    /// The link it waits for.
    pub parent: Reference,
    /// Since when.
    pub since: Timestamp,
    /// How long at most.
    pub until: Timestamp,
}

/// A place in a pipeline file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Place {
    /// The file, relative to the project.
    pub file: String,
    /// The line, from 1; 0 when unknown.
    pub line: usize,
}

impl From<engine_plan::Place> for Place {
    fn from(place: engine_plan::Place) -> Self {
        Self { file: place.file, line: place.line }
    }
}

/// A record that could not be synced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedRecord {
    /// The record.
    pub record: RecordKey,
    /// The stream's key of the source record.
    pub source_key: String,
    /// Where the source had it: `orders.ndjson:17`.
    pub origin: String,
    /// The diagnostic code.
    pub code: String,
    /// What went wrong, without values.
    pub message: String,
    /// The mapping line, when it is to blame.
    pub place: Option<Place>,
    /// Whether the next run tries again by itself.
    pub retry: bool,
    /// The source could not even be read there.
    pub broken: bool,
    /// When it first failed.
    pub first_at: Timestamp,
    /// How often.
    pub attempts: u32,
    /// The generation of the refused effect; 0 when none was sent.
    pub generation: i64,
    /// The mapping under which it failed.
    pub mapping_hash: String,
    /// The source record, as it was.
    pub payload: Bytes,
}

/// A failed record as listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedRow {
    /// The pipeline.
    pub pipeline: String,
    /// The entity.
    pub entity: String,
    /// The stream's key of the source record. The entity's own key may be personal data and is not listed.
    pub source_key: String,
    /// Where the source had it.
    pub origin: String,
    /// The diagnostic code.
    pub code: String,
    /// What went wrong.
    pub message: String,
    /// The mapping line.
    pub place: Option<Place>,
    /// Whether the next run tries again by itself.
    pub retry: bool,
    /// When it first failed.
    pub first_at: Timestamp,
    /// When it last failed.
    pub last_at: Timestamp,
    /// How often.
    pub attempts: u32,
    /// The run in which it last failed.
    pub run: String,
}

/// A source record to be fetched and looked at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revisit {
    /// The stream's key.
    pub source_key: String,
}

/// Which records [`super::StateStore::revisits`] lists.
#[derive(Clone, Debug)]
pub struct RevisitQuery {
    /// The entities, each with the hash of its present mapping: a failed record is tried again when the
    /// mapping under which it failed has changed.
    pub entities: Vec<(String, String)>,
    /// Holds that end before this are listed even though their parent is missing.
    pub now: Timestamp,
    /// Only source keys after this one.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// What was done to a target object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It was made, changed or deleted.
    Applied(Op),
    /// The target refused.
    Refused(Op),
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

/// The one status in which a record ends a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A target object was made.
    Created,
    /// A target object was changed.
    Updated,
    /// Nothing had to be done.
    Unchanged,
    /// A target object was removed.
    Deleted,
    /// The pipeline does not admit the record.
    Filtered,
    /// It waits: for its parent, or for an open effect.
    Held,
    /// Both sides changed.
    Conflict,
    /// A rule forbids the write.
    Blocked,
    /// It could not be mapped, or the target refused it.
    Failed,
}

impl Status {
    /// All nine, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::Created,
        Self::Updated,
        Self::Unchanged,
        Self::Deleted,
        Self::Filtered,
        Self::Held,
        Self::Conflict,
        Self::Blocked,
        Self::Failed,
    ];

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Deleted => "deleted",
            Self::Filtered => "filtered",
            Self::Held => "held",
            Self::Conflict => "conflict",
            Self::Blocked => "blocked",
            Self::Failed => "failed",
        }
    }
}

/// How many records of an entity ended in which status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Source records read.
    pub read: u64,
    /// Records after keys and fan-out.
    pub mapped: u64,
    /// By status.
    pub by_status: BTreeMap<Status, u64>,
}

impl Counts {
    /// Counts one record.
    pub fn add(&mut self, status: Status) {
        *self.by_status.entry(status).or_default() += 1;
    }

    /// How many ended so.
    #[must_use]
    pub fn of(&self, status: Status) -> u64 {
        self.by_status.get(&status).copied().unwrap_or_default()
    }

    /// Adds another entity's or batch's counts.
    pub fn merge(&mut self, other: &Self) {
        self.read += other.read;
        self.mapped += other.mapped;
        for (status, count) in &other.by_status {
            *self.by_status.entry(*status).or_default() += count;
        }
    }

    /// How many changed the target.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.of(Status::Created) + self.of(Status::Updated) + self.of(Status::Deleted)
    }
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
    /// Failures of the source itself that an earlier run saw and this one did not are forgotten.
    pub clear_broken: bool,
    /// Links made or changed; a link without target id remembers a deletion.
    pub links: Vec<Link>,
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
    /// What was done.
    pub audit: Vec<AuditEntry>,
    /// How records ended.
    pub counts: Counts,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It has not ended.
    Running,
    /// Everything was done.
    Done,
    /// Everything was done but for some failed records.
    Partial,
    /// It stopped with an error.
    Failed,
    /// It was asked to stop.
    Cancelled,
    /// Its process ended without a word.
    Interrupted,
}

impl RunStatus {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Running, Self::Done, Self::Partial, Self::Failed, Self::Cancelled, Self::Interrupted]
            .into_iter()
            .find(|status| status.as_str() == word)
    }
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// What it ran.
    pub scope: Scope,
    /// Who ran it.
    pub owner: String,
    /// What started it: `manual`.
    pub trigger: String,
    /// `incremental` or `full`.
    pub mode: String,
    /// The Blueprint it ran.
    pub fingerprint: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How it ended.
    pub status: RunStatus,
    /// Why, when it failed.
    pub error: Option<String>,
    /// Counts by entity, in the pipeline's order of settling.
    pub entities: Vec<(String, Counts)>,
}

/// Which runs to list.
#[derive(Clone, Debug, Default)]
pub struct RunFilter {
    /// Only of this pipeline.
    pub pipeline: Option<String>,
    /// At most so many.
    pub limit: usize,
}
