//! [`SqliteStore`]: the trait, over the modules beside this one.

use super::{Result, effect, front::Front, history, lease, link, mark, rename, schema};
use crate::{
    key::{GroupKey, Scope},
    state::{
        Acquired, CursorRow, FailedRow, Intent, Known, Lease, Link, NameKind, PipelineKey, RecordOwner,
        Rename, Renamed, Revisit, RevisitQuery, Run, RunFilter, RunStatus, Sealer, Settlement, StateStore,
        TargetObject,
    },
};
use async_trait::async_trait;
use engine_plan::Reference;
use jiff::Timestamp;
use std::{collections::BTreeMap, path::Path};

/// The state store in SQLite.
pub struct SqliteStore {
    front: Front,
    sealer: Sealer,
}

impl SqliteStore {
    /// Opens a state file, or makes it; requests go through one writer thread.
    ///
    /// # Errors
    /// When the file cannot be opened, belongs to another program, or was written by a newer engine.
    pub fn open(path: &Path, sealer: Sealer) -> Result<Self> {
        Ok(Self { front: Front::writer(schema::open_file(path)?)?, sealer })
    }

    /// Opens a state file without the right to change it; an empty store when there is none.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_read_only(path: &Path, sealer: Sealer) -> Result<Self> {
        Ok(Self { front: Front::inline(schema::open_read_only(path)?), sealer })
    }

    /// A store in memory that answers inline: deterministic, for simulations and tests.
    ///
    /// # Errors
    /// When SQLite cannot make one.
    pub fn in_memory(sealer: Sealer) -> Result<Self> {
        Ok(Self { front: Front::inline(schema::open_memory()?), sealer })
    }
}

#[async_trait]
impl StateStore for SqliteStore {
    async fn acquire(
        &self,
        key: &GroupKey,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
        gone: Option<&str>,
    ) -> Result<Acquired> {
        let (key, owner, gone) = (key.clone(), owner.to_owned(), gone.map(str::to_owned));
        self.front.call(move |db| lease::acquire(db, &key, &owner, (now, until), gone.as_deref())).await
    }

    async fn renew(&self, lease: &Lease, until: Timestamp) -> Result<bool> {
        let lease = lease.clone();
        self.front.call(move |db| lease::renew(db, &lease, until)).await
    }

    async fn release(&self, lease: &Lease) -> Result<()> {
        let lease = lease.clone();
        self.front.call(move |db| lease::release(db, &lease)).await
    }

    async fn cursor(&self, key: &GroupKey) -> Result<CursorRow> {
        let key = key.clone();
        self.front.call(move |db| lease::cursor(db, &key)).await
    }

    async fn recall(&self, scope: &Scope, entity: &str, keys: &[String]) -> Result<BTreeMap<String, Known>> {
        let (scope, entity, keys) = (scope.clone(), entity.to_owned(), keys.to_vec());
        self.front.call(move |db| link::recall(db, &scope, &entity, &keys)).await
    }

    async fn targets(&self, scope: &Scope, references: &[Reference]) -> Result<BTreeMap<Reference, String>> {
        let (scope, references) = (scope.clone(), references.to_vec());
        self.front.call(move |db| link::targets(db, &scope, &references)).await
    }

    async fn owners(
        &self,
        scope: &Scope,
        target: &TargetObject,
        ids: &[String],
    ) -> Result<BTreeMap<String, RecordOwner>> {
        let (scope, target, ids) = (scope.clone(), target.clone(), ids.to_vec());
        self.front.call(move |db| link::owners(db, &scope, &target, &ids)).await
    }

    async fn sample(&self, scope: &Scope, entity: &str, limit: usize) -> Result<Vec<(TargetObject, String)>> {
        let (scope, entity) = (scope.clone(), entity.to_owned());
        self.front.call(move |db| link::sample(db, &scope, &entity, limit)).await
    }

    async fn children(&self, scope: &Scope, entity: &str, parents: &[String]) -> Result<Vec<Link>> {
        let (scope, entity, parents) = (scope.clone(), entity.to_owned(), parents.to_vec());
        self.front.call(move |db| link::children(db, &scope, &entity, &parents)).await
    }

    async fn knows(&self, scope: &Scope, kind: NameKind, name: &str) -> Result<bool> {
        let (scope, name) = (scope.clone(), name.to_owned());
        self.front.call(move |db| rename::knows(db, &scope, kind, &name)).await
    }

    async fn rename(
        &self,
        scope: &Scope,
        renames: &[Rename],
        now: Timestamp,
        gone: &[String],
    ) -> Result<Renamed> {
        let (scope, renames, gone, sealer) =
            (scope.clone(), renames.to_vec(), gone.to_vec(), self.sealer.clone());
        self.front.call(move |db| rename::rename(db, &scope, &renames, (now, &gone), &sealer)).await
    }

    async fn open_intents(&self, scope: &Scope, entity: &str) -> Result<Vec<Intent>> {
        let (scope, entity, sealer) = (scope.clone(), entity.to_owned(), self.sealer.clone());
        self.front.call(move |db| effect::open_intents(db, &scope, &entity, &sealer)).await
    }

    async fn unfinished(&self, scope: &Scope) -> Result<Vec<(String, String)>> {
        let scope = scope.clone();
        self.front.call(move |db| effect::unfinished(db, &scope)).await
    }

    async fn dispatched(&self, scope: &Scope, entity: &str) -> Result<Vec<Link>> {
        let (scope, entity) = (scope.clone(), entity.to_owned());
        self.front.call(move |db| effect::dispatched(db, &scope, &entity)).await
    }

    async fn note_dispatch(&self, lease: &Lease, entity: &str, links: Vec<Link>) -> Result<()> {
        let (lease, entity) = (lease.clone(), entity.to_owned());
        self.front.call(move |db| effect::note_dispatch(db, &lease, &entity, &links)).await
    }

    async fn revisits(&self, scope: &Scope, query: &RevisitQuery) -> Result<Vec<Revisit>> {
        let (scope, query) = (scope.clone(), query.clone());
        self.front.call(move |db| mark::revisits(db, &scope, &query)).await
    }

    async fn commit_intents(&self, lease: &Lease, intents: Vec<Intent>) -> Result<()> {
        let (lease, sealer) = (lease.clone(), self.sealer.clone());
        self.front
            .call(move |db| {
                lease::fence(db, &lease)?;
                intents.iter().try_for_each(|intent| effect::put_intent(db, &lease, intent, &sealer))
            })
            .await
    }

    async fn settle(&self, lease: &Lease, settlement: Settlement) -> Result<()> {
        let (lease, sealer) = (lease.clone(), self.sealer.clone());
        self.front.call(move |db| effect::settle(db, &lease, &settlement, &sealer)).await
    }

    async fn begin_run(&self, run: &Run, gone: &[String]) -> Result<()> {
        let (run, gone) = (run.clone(), gone.to_vec());
        self.front.call(move |db| history::begin(db, &run, &gone)).await
    }

    async fn finish_run(
        &self,
        id: &str,
        status: RunStatus,
        error: Option<String>,
        at: Timestamp,
    ) -> Result<()> {
        let id = id.to_owned();
        self.front.call(move |db| history::finish(db, &id, status, error.as_deref(), at)).await
    }

    async fn runs(&self, filter: &RunFilter) -> Result<Vec<Run>> {
        let filter = filter.clone();
        self.front.call(move |db| history::runs(db, &filter)).await
    }

    async fn failures(&self, filter: &RunFilter, run: Option<&str>) -> Result<Vec<FailedRow>> {
        let (filter, run) = (filter.clone(), run.map(str::to_owned));
        self.front.call(move |db| history::failures(db, &filter, run.as_deref())).await
    }

    async fn waiting(&self) -> Result<BTreeMap<PipelineKey, (u64, u64, u64)>> {
        self.front.call(history::waiting).await
    }
}
