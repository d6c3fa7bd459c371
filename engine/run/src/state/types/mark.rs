//! Marks on records that are not done: dirty, held, failed.

use super::{FailedState, Link, Settlement};
use crate::key::RecordKey;
use bytes::Bytes;
use engine_plan::Reference;
use jiff::Timestamp;
use serde::Serialize;
use std::time::Duration;

/// Why a record is to be looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirtyReason {
    /// A newer version came while an effect was open.
    Skipped,
    /// The run stopped before the record was sent.
    Unsent,
    /// An earlier run ended while it was being sent.
    Doubt,
}

impl DirtyReason {
    /// The reason as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Unsent => "unsent",
            Self::Doubt => "doubt",
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
    /// The mapping under which it failed.
    pub mapping_hash: String,
    /// The source record, as it was.
    pub payload: Bytes,
    /// Whether it is dead or ignored.
    pub state: Option<FailedState>,
    /// What a person said about it.
    pub note: Option<String>,
}

impl FailedRecord {
    /// The target object belongs to another record: said as a failed record, never passed over.
    pub(in crate::state) fn target_taken(link: &Link, settlement: &Settlement) -> Self {
        Self {
            record: link.record.clone(),
            source_key: link.source_key.clone(),
            origin: String::new(),
            code: "link/target-taken".to_owned(),
            message: format!("the `{}` it was written to belongs to another record", link.target_object),
            place: None,
            retry: false,
            broken: false,
            first_at: settlement.at,
            attempts: 1,
            mapping_hash: link.mapping_hash.clone(),
            payload: Bytes::new(),
            state: None,
            note: None,
        }
    }
}

/// A source record to be fetched and looked at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revisit {
    /// The stream's key.
    pub source_key: String,
}

/// So often a failed record that may heal is looked at again by the next run, without a wait.
pub const FREE_TRIES: u32 = 3;

/// The longest wait between two looks at a failed record that may heal.
pub const LONGEST_WAIT: Duration = Duration::from_secs(6 * 60 * 60);

/// Which records [`super::StateStore::revisits`] lists.
#[derive(Clone, Debug)]
pub struct RevisitQuery {
    /// The entities, each with the hash of its present mapping: a failed record is tried again when the
    /// mapping under which it failed has changed.
    pub entities: Vec<(String, String)>,
    /// Holds that end before this are listed even though their parent is missing.
    pub now: Timestamp,
    /// What this run has marked itself is not due again, but for what it learned of earlier runs.
    pub run: String,
    /// How long a failed record that may heal waits before it is looked at again, once it has failed more than
    /// [`FREE_TRIES`] times: four times as long after each further failure, at most [`LONGEST_WAIT`].
    pub wait: Duration,
    /// Only source keys after this one.
    pub after: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// A key that is an e-mail address is personal data: its first letter must do.
pub(crate) fn masked(key: String) -> String {
    if !key.contains('@') {
        return key;
    }
    let first = key.chars().next().map(String::from).unwrap_or_default();
    format!("{first}...@...")
}
