//! A store for dry runs: reads the real one, keeps what would be written in memory, changes nothing.

use super::{
    Acquired, CursorRow, FailedRow, Intent, Known, Lease, Link, PipelineKey, RecordOwner, Result, Revisit,
    RevisitQuery, Run, RunFilter, RunStatus, Settlement, StateStore, TargetObject,
};
use crate::key::{GroupKey, RecordKey, Scope};
use async_trait::async_trait;
use engine_plan::Reference;
use jiff::Timestamp;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Links that a dry run would have made, over a store that it only reads.
pub struct OverlayStore {
    base: Arc<dyn StateStore>,
    links: Mutex<BTreeMap<RecordKey, Link>>,
}

impl OverlayStore {
    /// An overlay with nothing in it.
    #[must_use]
    pub fn new(base: Arc<dyn StateStore>) -> Self {
        Self { base, links: Mutex::new(BTreeMap::new()) }
    }

    fn with<T>(&self, look: impl FnOnce(&mut BTreeMap<RecordKey, Link>) -> T) -> T {
        look(&mut self.links.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl StateStore for OverlayStore {
    async fn acquire(
        &self,
        key: &GroupKey,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
        _gone: Option<&str>,
    ) -> Result<Acquired> {
        let (key, owner) = (key.clone(), owner.to_owned());
        Ok(Acquired::Yes(Lease { key, owner, epoch: now.as_millisecond(), until, since: now }))
    }

    async fn renew(&self, _lease: &Lease, _until: Timestamp) -> Result<bool> {
        Ok(true)
    }

    async fn release(&self, _lease: &Lease) -> Result<()> {
        Ok(())
    }

    async fn cursor(&self, key: &GroupKey) -> Result<CursorRow> {
        self.base.cursor(key).await
    }

    async fn recall(&self, scope: &Scope, entity: &str, keys: &[String]) -> Result<BTreeMap<String, Known>> {
        let mut known = self.base.recall(scope, entity, keys).await?;
        self.with(|links| {
            for key in keys {
                let record = RecordKey { entity: entity.to_owned(), key: key.clone() };
                if let Some(link) = links.get(&record) {
                    known.entry(key.clone()).or_default().link = Some(link.clone());
                }
            }
        });
        Ok(known)
    }

    async fn targets(&self, scope: &Scope, references: &[Reference]) -> Result<BTreeMap<Reference, String>> {
        let mut found = self.base.targets(scope, references).await?;
        self.with(|links| {
            for reference in references {
                let record = RecordKey { entity: reference.entity.clone(), key: reference.key.clone() };
                let Some(link) = links.get(&record) else { continue };
                let fits = reference.route.is_none() || reference.route == link.route;
                match (&link.target_id, fits) {
                    (Some(id), true) => found.insert(reference.clone(), id.clone()),
                    _ => found.remove(reference),
                };
            }
        });
        Ok(found)
    }

    async fn owners(
        &self,
        scope: &Scope,
        target: &TargetObject,
        ids: &[String],
    ) -> Result<BTreeMap<String, RecordOwner>> {
        let mut owners = self.base.owners(scope, target, ids).await?;
        self.with(|links| {
            // A link that the overlay changed counts as it is there, and no longer as it was.
            owners.retain(|_, owner| owner.pipeline != scope.pipeline || !links.contains_key(&owner.record));
            let here = |link: &&Link| {
                link.target_connection == target.connection
                    && link.target_object == target.object
                    && !link.shared
            };
            for link in links.values().filter(here) {
                if let Some(id) = link.target_id.as_ref().filter(|id| ids.contains(id)) {
                    let owner = RecordOwner { pipeline: scope.pipeline.clone(), record: link.record.clone() };
                    owners.insert(id.clone(), owner);
                }
            }
        });
        Ok(owners)
    }

    async fn sample(&self, scope: &Scope, entity: &str, limit: usize) -> Result<Vec<(TargetObject, String)>> {
        self.base.sample(scope, entity, limit).await
    }

    async fn children(&self, scope: &Scope, entity: &str, parents: &[String]) -> Result<Vec<Link>> {
        let mut children: BTreeMap<RecordKey, Link> = BTreeMap::new();
        for link in self.base.children(scope, entity, parents).await? {
            children.insert(link.record.clone(), link);
        }
        self.with(|links| {
            for link in links.values().filter(|link| link.record.entity == entity) {
                if link.parent_key.as_ref().is_some_and(|parent| parents.contains(parent)) {
                    children.insert(link.record.clone(), link.clone());
                }
            }
        });
        Ok(children.into_values().filter(|link| link.target_id.is_some()).collect())
    }

    /// None: a dry run cannot find out what became of them, and their records show as held.
    async fn open_intents(&self, _scope: &Scope, _entity: &str) -> Result<Vec<Intent>> {
        Ok(Vec::new())
    }

    async fn unfinished(&self, scope: &Scope) -> Result<Vec<(String, String)>> {
        self.base.unfinished(scope).await
    }

    async fn dispatched(&self, scope: &Scope, entity: &str) -> Result<Vec<Link>> {
        self.base.dispatched(scope, entity).await
    }

    async fn note_dispatch(&self, _lease: &Lease, _entity: &str, _links: Vec<Link>) -> Result<()> {
        Ok(())
    }

    async fn revisits(&self, scope: &Scope, query: &RevisitQuery) -> Result<Vec<Revisit>> {
        self.base.revisits(scope, query).await
    }

    async fn commit_intents(&self, _lease: &Lease, _intents: Vec<Intent>) -> Result<()> {
        Ok(())
    }

    async fn settle(&self, _lease: &Lease, settlement: Settlement) -> Result<()> {
        self.with(|links| links.extend(settlement.links.into_iter().map(|link| (link.record.clone(), link))));
        Ok(())
    }

    async fn begin_run(&self, _run: &Run, _gone: &[String]) -> Result<()> {
        Ok(())
    }

    async fn finish_run(
        &self,
        _id: &str,
        _status: RunStatus,
        _error: Option<String>,
        _at: Timestamp,
    ) -> Result<()> {
        Ok(())
    }

    async fn runs(&self, filter: &RunFilter) -> Result<Vec<Run>> {
        self.base.runs(filter).await
    }

    async fn failures(&self, filter: &RunFilter, run: Option<&str>) -> Result<Vec<FailedRow>> {
        self.base.failures(filter, run).await
    }

    async fn waiting(&self) -> Result<BTreeMap<PipelineKey, (u64, u64, u64)>> {
        self.base.waiting().await
    }
}
