//! The real store, with a pause around each request (a place to crash), and commits that fail.

use crate::world::{Shared, lock};
use engine_contract::{Clock, async_trait};
use engine_plan::Reference;
use engine_run::{
    GroupKey, Scope,
    state::{
        Acquired, CursorRow, FailedRow, Intent, Known, Lease, Link, NameKind, PipelineKey, RecordOwner,
        Rename, Renamed, Result, Revisit, RevisitQuery, Run, RunFilter, RunStatus, Settlement, StateError,
        StateStore, TargetObject, sqlite::SqliteStore,
    },
};
use jiff::Timestamp;
use rand::RngExt;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

pub(crate) struct SlowStore {
    pub(crate) inner: SqliteStore,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) world: Shared,
}

impl SlowStore {
    async fn pause(&self) {
        self.clock.sleep(Duration::from_millis(1)).await;
    }

    /// A request that is not carried out, or is without anyone hearing of it.
    fn fails(&self) -> Result<()> {
        let mut world = lock(&self.world);
        if world.faults && world.rng.random_range(0..1000) < 5 {
            return Err(StateError::Unavailable("the disk is full".to_owned()));
        }
        Ok(())
    }
}

#[async_trait]
impl StateStore for SlowStore {
    async fn acquire(
        &self,
        key: &GroupKey,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
        gone: Option<&str>,
    ) -> Result<Acquired> {
        self.pause().await;
        let answer = self.inner.acquire(key, owner, now, until, gone).await;
        self.pause().await;
        answer
    }

    async fn renew(&self, lease: &Lease, until: Timestamp) -> Result<bool> {
        self.pause().await;
        let answer = self.inner.renew(lease, until).await;
        self.pause().await;
        answer
    }

    async fn release(&self, lease: &Lease) -> Result<()> {
        self.pause().await;
        self.inner.release(lease).await
    }

    async fn cursor(&self, key: &GroupKey) -> Result<CursorRow> {
        self.pause().await;
        self.inner.cursor(key).await
    }

    async fn recall(&self, scope: &Scope, entity: &str, keys: &[String]) -> Result<BTreeMap<String, Known>> {
        self.pause().await;
        self.fails()?;
        self.inner.recall(scope, entity, keys).await
    }

    async fn targets(&self, scope: &Scope, references: &[Reference]) -> Result<BTreeMap<Reference, String>> {
        self.pause().await;
        self.inner.targets(scope, references).await
    }

    async fn owners(
        &self,
        scope: &Scope,
        target: &TargetObject,
        ids: &[String],
    ) -> Result<BTreeMap<String, RecordOwner>> {
        self.fails()?;
        self.inner.owners(scope, target, ids).await
    }

    async fn sample(&self, scope: &Scope, entity: &str, limit: usize) -> Result<Vec<(TargetObject, String)>> {
        self.inner.sample(scope, entity, limit).await
    }

    async fn children(&self, scope: &Scope, entity: &str, parents: &[String]) -> Result<Vec<Link>> {
        self.inner.children(scope, entity, parents).await
    }

    async fn knows(&self, scope: &Scope, kind: NameKind, name: &str) -> Result<bool> {
        self.inner.knows(scope, kind, name).await
    }

    async fn rename(
        &self,
        scope: &Scope,
        renames: &[Rename],
        now: Timestamp,
        gone: &[String],
    ) -> Result<Renamed> {
        self.inner.rename(scope, renames, now, gone).await
    }

    async fn open_intents(&self, scope: &Scope, entity: &str) -> Result<Vec<Intent>> {
        self.pause().await;
        self.inner.open_intents(scope, entity).await
    }

    async fn unfinished(&self, scope: &Scope) -> Result<Vec<(String, String)>> {
        self.inner.unfinished(scope).await
    }

    async fn dispatched(&self, scope: &Scope, entity: &str) -> Result<Vec<Link>> {
        self.inner.dispatched(scope, entity).await
    }

    async fn note_dispatch(&self, lease: &Lease, entity: &str, links: Vec<Link>) -> Result<()> {
        self.pause().await;
        self.fails()?;
        self.inner.note_dispatch(lease, entity, links).await?;
        self.pause().await;
        self.fails()
    }

    async fn revisits(&self, scope: &Scope, query: &RevisitQuery) -> Result<Vec<Revisit>> {
        self.pause().await;
        self.inner.revisits(scope, query).await
    }

    async fn commit_intents(&self, lease: &Lease, intents: Vec<Intent>) -> Result<()> {
        self.pause().await;
        self.fails()?;
        self.inner.commit_intents(lease, intents).await?;
        self.pause().await;
        self.fails()
    }

    async fn settle(&self, lease: &Lease, settlement: Settlement) -> Result<()> {
        self.pause().await;
        self.fails()?;
        self.inner.settle(lease, settlement).await?;
        self.pause().await;
        self.fails()
    }

    async fn begin_run(&self, run: &Run, gone: &[String]) -> Result<()> {
        self.inner.begin_run(run, gone).await
    }

    async fn finish_run(
        &self,
        id: &str,
        status: RunStatus,
        error: Option<String>,
        at: Timestamp,
    ) -> Result<()> {
        self.inner.finish_run(id, status, error, at).await
    }

    async fn runs(&self, filter: &RunFilter) -> Result<Vec<Run>> {
        self.inner.runs(filter).await
    }

    async fn failures(&self, filter: &RunFilter, run: Option<&str>) -> Result<Vec<FailedRow>> {
        self.inner.failures(filter, run).await
    }

    async fn waiting(&self) -> Result<BTreeMap<PipelineKey, (u64, u64, u64)>> {
        self.inner.waiting().await
    }
}
