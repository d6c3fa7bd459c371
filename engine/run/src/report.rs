//! What a run comes to: counts by entity, failures by cause.

use crate::{
    event::Event,
    make::Made,
    state::{Counts, Place, RunStatus, Status, masked},
};
use indexmap::IndexMap;
use serde::Serialize;
use std::sync::{Mutex, PoisonError};

/// Most places of one cause that a report names.
const EXAMPLES: usize = 5;

/// What a run did.
#[derive(Clone, Debug, Serialize)]
pub struct RunReport {
    /// Its id.
    pub run_id: String,
    /// The pipeline.
    pub pipeline: String,
    /// How it ended.
    pub status: RunStatus,
    /// Nothing was written.
    pub dry_run: bool,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The tables that were made, or would have been.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Made>,
    /// Entities with their counts, parents first.
    pub entities: Vec<(String, Counts)>,
    /// Failed records by cause.
    pub failures: Vec<FailureGroup>,
    /// What a read of everything did not meet for the first time, by entity: the next such read takes its objects away.
    pub missing: Vec<Missed>,
    /// Of a dry run: what would stop a run, because the target was used before and the state does not know it.
    pub used_before: Option<String>,
    /// Why it stopped before its end, with the diagnostic code.
    pub error: Option<(String, String)>,
}

impl RunReport {
    /// How many records ended so, in all.
    #[must_use]
    pub fn total(&self, status: Status) -> u64 {
        self.entities.iter().map(|(_, counts)| counts.of(status)).sum()
    }

    /// How many records changed the target.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.entities.iter().map(|(_, counts)| counts.written()).sum()
    }
}

/// Records of an entity that the source does not have any more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Missed {
    /// The entity.
    pub entity: String,
    /// How many.
    pub count: u64,
    /// The keys by which the source gave some of them, or as much of these as may be shown.
    pub examples: Vec<String>,
}

/// Failed records with one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailureGroup {
    /// The entity.
    pub entity: String,
    /// The diagnostic code.
    pub code: String,
    /// What went wrong.
    pub message: String,
    /// The mapping line.
    pub place: Option<Place>,
    /// How many.
    pub count: u64,
    /// Where the source has some of them.
    pub examples: Vec<String>,
}

/// Adds up a run while it goes on.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    inner: Mutex<Sums>,
}

/// Entity, code, message and mapping line: failures that agree in all of them are one group.
type Cause = (String, String, String, Option<Place>);

#[derive(Debug, Default)]
struct Sums {
    counts: IndexMap<String, Counts>,
    failures: IndexMap<Cause, FailureGroup>,
    missing: IndexMap<String, Missed>,
}

impl Tally {
    pub(crate) fn new(entities: impl Iterator<Item = String>) -> Self {
        let counts = entities.map(|entity| (entity, Counts::default())).collect();
        Self { inner: Mutex::new(Sums { counts, ..Sums::default() }) }
    }

    /// Adds a settled batch; returns the entity's counts so far.
    pub(crate) fn add(&self, entity: &str, counts: &Counts, events: &[Event]) -> Counts {
        let mut sums = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            if let Event::RecordFailed { entity, origin, code, message, place } = event {
                let cause = (entity.clone(), code.clone(), message.clone(), place.clone());
                let group = sums.failures.entry(cause).or_insert_with(|| FailureGroup {
                    entity: entity.clone(),
                    code: code.clone(),
                    message: message.clone(),
                    place: place.clone(),
                    count: 0,
                    examples: Vec::new(),
                });
                group.count += 1;
                if group.examples.len() < EXAMPLES && !origin.is_empty() {
                    group.examples.push(origin.clone());
                }
            }
        }
        let sum = sums.counts.entry(entity.to_owned()).or_default();
        sum.merge(counts);
        sum.clone()
    }

    /// How many records failed or were blocked, and how many ended, in all entities.
    pub(crate) fn ended(&self) -> (u64, u64) {
        let sums = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |counts: &Counts| counts.of(Status::Failed) + counts.of(Status::Blocked);
        (sums.counts.values().map(failed).sum(), sums.counts.values().map(|counts| counts.mapped).sum())
    }

    pub(crate) fn counts(&self, entity: &str) -> Counts {
        let sums = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        sums.counts.get(entity).cloned().unwrap_or_default()
    }

    /// Records of an entity are missing for the first time.
    pub(crate) fn missing<'k>(&self, entity: &str, source_keys: impl Iterator<Item = &'k str>) {
        let mut sums = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        for key in source_keys {
            let missed = sums.missing.entry(entity.to_owned()).or_default();
            missed.count += 1;
            if missed.examples.len() < EXAMPLES {
                missed.examples.push(masked(key.to_owned()));
            }
        }
    }

    /// What is missing for the first time, by entity.
    pub(crate) fn missed(&self) -> Vec<Missed> {
        let sums = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let named =
            |(entity, missed): (&String, &Missed)| Missed { entity: entity.clone(), ..missed.clone() };
        sums.missing.iter().map(named).collect()
    }

    pub(crate) fn close(&self) -> (Vec<(String, Counts)>, Vec<FailureGroup>) {
        let sums = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = sums.counts.iter().map(|(name, counts)| (name.clone(), counts.clone())).collect();
        (counts, sums.failures.values().cloned().collect())
    }
}
