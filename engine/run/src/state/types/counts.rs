//! The nine statuses, and how many records ended in which.

use serde::Serialize;
use std::collections::BTreeMap;

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

    /// The counts by the words under which they are stored.
    pub(in crate::state) fn words(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let by_status = self.by_status.iter().map(|(status, count)| (status.as_str(), *count));
        [("read", self.read), ("mapped", self.mapped)].into_iter().chain(by_status)
    }

    /// Takes up a stored count. Words of newer engines are passed over.
    pub(in crate::state) fn set(&mut self, word: &str, count: u64) {
        match word {
            "read" => self.read = count,
            "mapped" => self.mapped = count,
            word => {
                if let Some(status) = Status::ALL.into_iter().find(|status| status.as_str() == word) {
                    self.by_status.insert(status, count);
                }
            }
        }
    }
}
