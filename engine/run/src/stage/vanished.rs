//! Finds records that the source does not have any more, where `write.delete` takes their objects away.
//!
//! Only a read of everything can tell, and only what it did not meet is asked for again by its key. A read that met
//! nothing at all, or places that could not be read, tells nothing: a source that was emptied by mistake must not empty
//! the target. What one such read misses is noted; only what a second one misses too is taken away.

use crate::{
    error::RunError,
    plan::Purpose,
    state::{Link, Missing},
    work::Work,
};
use engine_contract::{ConnectorError, ContentHash, SourceRecord};
use engine_plan::{Entity, EntityProgram};
use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Whether it matters for an entity that the source has a record no more. An object that records share is not taken
/// away because one of them is gone.
pub(crate) fn matters(entity: &Entity) -> bool {
    entity.write.removal_of_vanished().is_some() && !entity.write.shared
}

/// What earlier reads of everything did not meet, by entity and key.
#[derive(Default)]
pub(crate) struct Noted(BTreeMap<String, BTreeMap<String, Missing>>);

impl Noted {
    pub(crate) async fn load(work: &Work, entities: &[(&Entity, &EntityProgram)]) -> Result<Self, RunError> {
        let mut noted = BTreeMap::new();
        for (entity, _) in entities.iter().filter(|(entity, _)| matters(entity)) {
            noted.insert(entity.name.clone(), work.store.missing(&work.scope, &entity.name).await?);
        }
        Ok(Self(noted))
    }

    /// Whether an earlier run did not meet the record of a link either. What a backup says of that is long ago.
    pub(crate) fn has(&self, work: &Work, link: &Link) -> bool {
        if work.is_behind_of(&link.record.entity) {
            return false;
        }
        let of_entity = self.0.get(&link.record.entity);
        let missing = of_entity.and_then(|of_entity| of_entity.get(&link.record.key));
        missing.is_some_and(|missing| missing.run != work.run_id)
    }

    /// Those of an entity that are met again.
    pub(crate) fn met(&self, entity: &Entity, keys: &[String]) -> Vec<String> {
        let Some(of_entity) = self.0.get(&entity.name).filter(|of_entity| !of_entity.is_empty()) else {
            return Vec::new();
        };
        keys.iter().filter(|key| of_entity.contains_key(*key)).cloned().collect()
    }

    /// Those of an entity that are not among these.
    pub(crate) fn others(&self, entity: &Entity, than: &BTreeSet<String>) -> Vec<String> {
        let of_entity = self.0.get(&entity.name).into_iter().flat_map(BTreeMap::keys);
        of_entity.filter(|key| !than.contains(*key)).cloned().collect()
    }
}

/// What a run has met, as hashes: eight bytes for each record. Two records with one hash hide that one of them is gone.
pub(crate) struct Seen {
    is_wanted: bool,
    met: Mutex<Met>,
}

#[derive(Default)]
struct Met {
    hashes: BTreeSet<u64>,
    /// A place could not be read as a record, so that nobody knows which one it was.
    is_unclear: bool,
}

impl Seen {
    pub(crate) fn new(is_wanted: bool) -> Self {
        Self { is_wanted, met: Mutex::default() }
    }

    fn met(&self) -> MutexGuard<'_, Met> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the records of a step of an entity, and the keys of what it made of them.
    pub(crate) fn add(
        &self,
        entity: &Entity,
        keys: &[String],
        records: &[SourceRecord],
        broken: &[(String, ConnectorError)],
    ) {
        if !self.is_wanted {
            return;
        }
        let mut met = self.met();
        met.hashes.extend(keys.iter().map(|key| hash(Some(&entity.name), key)));
        met.hashes.extend(records.iter().map(|record| hash(None, &record.key)));
        met.is_unclear |= !broken.is_empty();
    }

    /// Whether what was not met may be gone.
    pub(crate) fn tells_all(&self) -> bool {
        let met = self.met();
        if self.is_wanted && met.hashes.is_empty() {
            tracing::warn!("the source has no records at all: nothing is taken away for that");
        }
        self.is_wanted && !met.is_unclear && !met.hashes.is_empty()
    }

    pub(crate) fn has(&self, link: &Link) -> bool {
        let met = self.met();
        met.hashes.contains(&hash(Some(&link.record.entity), &link.record.key))
            || met.hashes.contains(&hash(None, &link.source_key))
    }
}

/// The hash of a key of an entity, or of a source record.
fn hash(entity: Option<&str>, key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (entity, key).hash(&mut hasher);
    hasher.finish()
}

/// Some links of an entity, and what the run has not met of them.
pub(crate) struct Page {
    /// The key behind which the next page begins.
    pub(crate) last: String,
    /// The links of records that were not met and are not marked.
    pub(crate) unseen: Vec<Link>,
    /// Their source records, each once.
    pub(crate) sources: Vec<String>,
}

/// Whether a link may be taken away: a plan says which.
pub(crate) fn is_planned(work: &Work, link: &Link) -> bool {
    let Purpose::Apply(approved) = &work.purpose else { return true };
    let promise = approved.promise(&link.record.entity, &link.record.key);
    promise.is_some_and(|promise| promise.step.removes())
}

/// The next links behind a key that are wanted; nothing when there are no more. A page without any is passed over.
pub(crate) async fn page(
    work: &Work,
    entity: &Entity,
    after: Option<&str>,
    is_wanted: impl Fn(&Link) -> bool,
) -> Result<Option<Page>, RunError> {
    let mut after = after.map(str::to_owned);
    loop {
        let limit = work.options.batch_records;
        let links = work.store.links(&work.scope, &entity.name, after.as_deref(), limit).await?;
        let Some(last) = links.last().map(|link| link.record.key.clone()) else { return Ok(None) };
        let is_unseen = |link: &Link| link.sent_hash != ContentHash::SOFT_DELETED && is_wanted(link);
        let unseen: Vec<Link> = links.into_iter().filter(is_unseen).collect();
        if !unseen.is_empty() {
            let sources: BTreeSet<&String> = unseen.iter().map(|link| &link.source_key).collect();
            let sources = sources.into_iter().cloned().collect();
            return Ok(Some(Page { last, unseen, sources }));
        }
        after = Some(last);
    }
}
