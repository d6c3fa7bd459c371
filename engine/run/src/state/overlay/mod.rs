//! A store for dry runs: reads the real one, keeps what would be written in memory, changes nothing.

mod alias;

use super::{
    Acquired, Answer, AuditQuery, AuditRow, Base, Confirmation, CursorRow, CursorShelf, FailedRow, Intent,
    KeptConflict, KeptCursor, Known, Lease, Link, MappingShelf, Missing, MissingShelf, NameKind, PairShelf,
    PipelineKey, RecordOwner, Rename, Renamed, Result, Revisit, RevisitQuery, Run, RunFilter, RunStatus,
    Settlement, StateError, StateStore, Taken, TargetObject,
};
use crate::key::{GroupKey, RecordKey, Scope, Side};
use alias::Aliases;
use async_trait::async_trait;
use bytes::Bytes;
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
    aliases: Mutex<Aliases>,
}

impl OverlayStore {
    /// An overlay with nothing in it.
    #[must_use]
    pub fn new(base: Arc<dyn StateStore>) -> Self {
        Self { base, links: Mutex::default(), aliases: Mutex::default() }
    }

    fn aliases(&self) -> Aliases {
        self.aliases.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn with<T>(&self, look: impl FnOnce(&mut BTreeMap<RecordKey, Link>) -> T) -> T {
        look(&mut self.links.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl CursorShelf for OverlayStore {
    async fn cursors(&self) -> Result<Vec<KeptCursor>> {
        self.base.cursors().await
    }

    async fn put_cursor(&self, _lease: &Lease, _row: Option<CursorRow>, _at: Timestamp) -> Result<()> {
        Ok(())
    }
}

#[async_trait]
impl MappingShelf for OverlayStore {
    async fn keep_mappings(&self, _mappings: Vec<(String, Bytes)>, _now: Timestamp) -> Result<()> {
        Ok(())
    }

    async fn mapping(&self, hash: &str) -> Result<Option<Bytes>> {
        self.base.mapping(hash).await
    }
}

/// Both sides stay as they are in a dry run, and so does what they last agreed on: the way back finds the same differences
/// as the way forward.
#[async_trait]
impl PairShelf for OverlayStore {
    async fn bases(&self, scope: &Scope, entity: &str, keys: &[String]) -> Result<BTreeMap<String, Base>> {
        let aliases = self.aliases();
        self.base.bases(&aliases.scope(scope), aliases.entity(entity), keys).await
    }

    async fn conflicts_of(&self, scope: &Scope, entity: &str, keys: &[String]) -> Result<Vec<KeptConflict>> {
        let aliases = self.aliases();
        self.base.conflicts_of(&aliases.scope(scope), aliases.entity(entity), keys).await
    }

    async fn conflicts(&self, filter: &RunFilter) -> Result<Vec<KeptConflict>> {
        self.base.conflicts(filter).await
    }

    /// Nothing is decided in a dry run.
    async fn choose(
        &self,
        _conflict: &KeptConflict,
        _choice: BTreeMap<String, Side>,
        _other: Option<RecordKey>,
        _at: Timestamp,
    ) -> Result<bool> {
        Ok(false)
    }
}

#[async_trait]
impl MissingShelf for OverlayStore {
    /// Those of the store: a dry run misses nothing for later ones.
    async fn missing(&self, scope: &Scope, entity: &str) -> Result<BTreeMap<String, Missing>> {
        let aliases = self.aliases();
        self.base.missing(&aliases.scope(scope), aliases.entity(entity)).await
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
        self.base.cursor(&self.aliases().group(key)).await
    }

    async fn recall(&self, scope: &Scope, entity: &str, keys: &[String]) -> Result<BTreeMap<String, Known>> {
        let aliases = self.aliases();
        let mut known = self.base.recall(&aliases.scope(scope), aliases.entity(entity), keys).await?;
        for known in known.values_mut() {
            known.link = known.link.take().map(|link| aliases.link(link));
        }
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
        let aliases = self.aliases();
        let asked: Vec<Reference> = references.iter().map(|reference| aliases.reference(reference)).collect();
        let kept = self.base.targets(&aliases.scope(scope), &asked).await?;
        let named =
            |(reference, old): (&Reference, &Reference)| Some((reference.clone(), kept.get(old)?.clone()));
        let mut found: BTreeMap<_, _> = references.iter().zip(&asked).filter_map(named).collect();
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
        let aliases = self.aliases();
        let kept = self.base.owners(&aliases.scope(scope), &aliases.target(target), ids).await?;
        let mut owners: BTreeMap<_, _> =
            kept.into_iter().map(|(id, owner)| (id, aliases.owner(owner))).collect();
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
        let aliases = self.aliases();
        let mut sample = self.base.sample(&aliases.scope(scope), aliases.entity(entity), limit).await?;
        for (target, _) in &mut sample {
            target.connection = aliases.new_connection(&target.connection);
        }
        Ok(sample)
    }

    async fn children(&self, scope: &Scope, entity: &str, parents: &[String]) -> Result<Vec<Link>> {
        let mut children: BTreeMap<RecordKey, Link> = BTreeMap::new();
        let aliases = self.aliases();
        for link in self.base.children(&aliases.scope(scope), aliases.entity(entity), parents).await? {
            let link = aliases.link(link);
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

    /// Those of the store, as the dry run has left them: what it adds itself it has met.
    async fn links(
        &self,
        scope: &Scope,
        entity: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Link>> {
        let aliases = self.aliases();
        let kept = self.base.links(&aliases.scope(scope), aliases.entity(entity), after, limit).await?;
        Ok(self.with(|links| {
            let now = |link: Link| {
                let link = aliases.link(link);
                links.get(&link.record).cloned().unwrap_or(link)
            };
            kept.into_iter().map(now).collect()
        }))
    }

    /// None: a dry run cannot find out what became of them, and their records show as held.
    async fn open_intents(&self, _scope: &Scope, _entity: &str) -> Result<Vec<Intent>> {
        Ok(Vec::new())
    }

    async fn unfinished(&self, scope: &Scope) -> Result<Vec<(String, String)>> {
        let aliases = self.aliases();
        let open = self.base.unfinished(&aliases.scope(scope)).await?;
        let named = |(entity, connection): (String, String)| {
            (aliases.new_entity(&entity), aliases.new_connection(&connection))
        };
        Ok(open.into_iter().map(named).collect())
    }

    async fn knows(&self, scope: &Scope, kind: NameKind, name: &str) -> Result<bool> {
        let aliases = self.aliases();
        self.base.knows(&aliases.scope(scope), kind, aliases.old(kind, name)).await
    }

    /// Nothing is renamed: what is kept under the old names is seen under the new ones.
    async fn rename(
        &self,
        scope: &Scope,
        renames: &[Rename],
        _now: Timestamp,
        _gone: &[String],
    ) -> Result<Renamed> {
        for rename in renames {
            if !self.knows(scope, rename.kind, &rename.from).await? {
                continue;
            }
            if self.knows(scope, rename.kind, &rename.to).await? {
                return Err(StateError::both_names(rename));
            }
            self.aliases.lock().unwrap_or_else(PoisonError::into_inner).add(rename);
        }
        Ok(Renamed::Done)
    }

    async fn dispatched(&self, scope: &Scope, entity: &str) -> Result<Vec<Link>> {
        let aliases = self.aliases();
        let links = self.base.dispatched(&aliases.scope(scope), aliases.entity(entity)).await?;
        Ok(links.into_iter().map(|link| aliases.link(link)).collect())
    }

    async fn note_dispatch(&self, _lease: &Lease, _entity: &str, _links: Vec<Link>) -> Result<()> {
        Ok(())
    }

    async fn revisits(&self, scope: &Scope, query: &RevisitQuery) -> Result<Vec<Revisit>> {
        let aliases = self.aliases();
        self.base.revisits(&aliases.scope(scope), &aliases.query(query)).await
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

    /// Nobody is asked: a dry run writes nothing that could need a word.
    async fn ask(&self, asked: &Confirmation, _fingerprint: &str) -> Result<Confirmation> {
        Ok(asked.clone())
    }

    /// Nothing waits for an answer to a dry run.
    async fn answer(&self, _answer: &Answer) -> Result<Taken> {
        Ok(Taken::Unknown)
    }

    async fn confirmation(&self, name: &str) -> Result<Option<Confirmation>> {
        self.base.confirmation(name).await
    }

    async fn parked(&self, filter: &RunFilter) -> Result<Vec<Confirmation>> {
        self.base.parked(filter).await
    }

    async fn audit(&self, query: &AuditQuery) -> Result<Vec<AuditRow>> {
        self.base.audit(query).await
    }

    async fn waiting(&self) -> Result<BTreeMap<PipelineKey, (u64, u64, u64)>> {
        self.base.waiting().await
    }
}
