//! [`SqliteStore`]: the trait, over the modules beside this one.

use super::{
    Result, SqliteVault, confirmation, copy, effect, front::Front, history, keys, keys::Keys, lease, link,
    mark, open, rename, schema,
};
use crate::{
    failpoint::failpoint,
    key::{GroupKey, Scope},
    state::{
        Acquired, Answer, AuditQuery, AuditRow, Confirmation, CursorRow, FailedRow, Intent, Known, Lease,
        Link, NameKind, PipelineKey, Publish, RecordOwner, Rename, Renamed, Revisit, RevisitQuery, Run,
        RunFilter, RunStatus, Sealer, Settlement, StateDatabase, StateStore, StateVault, Taken, TargetObject,
        copy::{Content, Reader, Writer},
    },
};
use async_trait::async_trait;
use engine_contract::Clock;
use engine_plan::Reference;
use jiff::Timestamp;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The state store in SQLite.
pub struct SqliteStore {
    front: Arc<Front>,
    /// The file; nothing for a store in memory.
    path: Option<PathBuf>,
    master: Sealer,
    keys: Keys,
}

impl SqliteStore {
    /// Opens a state file, or makes it; requests go through one writer thread. A file of an older engine is brought
    /// up to date. `master` is the master key.
    ///
    /// # Errors
    /// When the file cannot be opened, belongs to another program, or was written by a newer engine, and `OtherKey`
    /// when it was made with another master key: nothing was changed then.
    pub fn open(path: &Path, master: Sealer) -> Result<Self> {
        let connection = open::file(path, &master)?;
        let keys = keys::load(&connection, &master)?;
        let front = Arc::new(Front::writer(connection)?);
        Ok(Self { front, path: Some(path.to_owned()), master, keys })
    }

    /// Opens a state file without the right to change it; an empty store when there is none. With another master
    /// key it opens all the same, and only what is sealed cannot be read.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_read_only(path: &Path, master: Sealer) -> Result<Self> {
        let Some(connection) = open::read_only(path)? else { return Self::in_memory(master) };
        let version = open::check(&connection)?;
        let is_older = (1..schema::VERSION).contains(&version);
        let connection = if is_older { open::raised(&connection, version)? } else { connection };
        let keys = Keys::to_read(&connection, version, &master)?;
        let front = Arc::new(Front::inline(connection));
        Ok(Self { front, path: Some(path.to_owned()), master, keys })
    }

    /// A store in memory that answers inline: deterministic, for simulations and tests.
    ///
    /// # Errors
    /// When SQLite cannot make one.
    pub fn in_memory(master: Sealer) -> Result<Self> {
        let connection = open::memory(&master)?;
        let keys = keys::load(&connection, &master)?;
        let front = Arc::new(Front::inline(connection));
        Ok(Self { front, path: None, master, keys })
    }

    /// The same store, as who opens it anew finds it after a copy was put into it: with the data keys of now.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    #[cfg(feature = "mutants")]
    pub async fn reopened(&self) -> Result<Self> {
        let master = self.master.clone();
        let keys = self.front.call(move |db| keys::load(db, &master)).await?;
        let (front, path, master) = (Arc::clone(&self.front), self.path.clone(), self.master.clone());
        Ok(Self { front, path, master, keys })
    }

    /// The way to the database.
    pub(super) fn front(&self) -> &Front {
        &self.front
    }

    /// What seals contents of records.
    pub(super) fn payload_keys(&self) -> Sealer {
        self.keys.payload.clone()
    }

    #[cfg(test)]
    pub(super) fn keys_for_tests(&self) -> &Sealer {
        &self.keys.payload
    }

    /// Tokens and secrets, in the same file and through the same writer.
    #[must_use]
    pub fn vault(&self, clock: Arc<dyn Clock>) -> SqliteVault {
        SqliteVault::new(Arc::clone(&self.front), self.keys.vault.clone(), clock)
    }

    /// Wraps the data keys with another master key, in one transaction. `publish` puts the new key where the next
    /// process looks for it: it is called inside that transaction, when no other process can rotate. Until the commit
    /// the old key is the one that is needed, after it the new one.
    ///
    /// # Errors
    /// `OtherKey` when the store has another master key by now; what `publish` gives. Nothing was changed then.
    pub async fn rotate(
        &self,
        new: Sealer,
        publish: impl FnOnce() -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let old = self.master.clone();
        self.front.call(move |db| keys::rewrap(db, (&old, &new), publish)).await?;
        failpoint!("keys.committed");
        Ok(())
    }
}

#[async_trait]
impl StateDatabase for SqliteStore {
    fn is_unlocked(&self) -> Result<()> {
        self.keys.vault.clone().map(drop)
    }

    async fn holders(&self, now: Timestamp) -> Result<BTreeMap<String, Timestamp>> {
        self.front.call(move |db| lease::holders(db, now)).await
    }

    fn vault(&self, clock: Arc<dyn Clock>) -> Arc<dyn StateVault> {
        Arc::new(Self::vault(self, clock))
    }

    async fn rotate(&self, new: Sealer, publish: Publish) -> Result<()> {
        Self::rotate(self, new, publish).await
    }

    async fn copy(&self, writer: Writer) -> Result<Content> {
        // Through a connection of its own: the writer's transactions keep others from writing.
        if let Some(connection) = self.path.as_deref().map(open::read_only).transpose()?.flatten() {
            return copy::snapshot(&connection, &self.master, writer);
        }
        let master = self.master.clone();
        self.front.call(move |db| copy::copy(db, &master, writer)).await
    }

    async fn fill(&self, reader: Reader) -> Result<Content> {
        let master = self.master.clone();
        self.front.call(move |db| copy::fill(db, &master, reader)).await
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

    async fn links(
        &self,
        scope: &Scope,
        entity: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Link>> {
        let (scope, entity, after) = (scope.clone(), entity.to_owned(), after.map(str::to_owned));
        self.front.call(move |db| link::links(db, &scope, &entity, (after.as_deref(), limit))).await
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
            (scope.clone(), renames.to_vec(), gone.to_vec(), self.keys.payload.clone());
        self.front.call(move |db| rename::rename(db, &scope, &renames, (now, &gone), &sealer)).await
    }

    async fn open_intents(&self, scope: &Scope, entity: &str) -> Result<Vec<Intent>> {
        let (scope, entity, sealer) = (scope.clone(), entity.to_owned(), self.keys.payload.clone());
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
        let (lease, sealer) = (lease.clone(), self.keys.payload.clone());
        self.front
            .call(move |db| {
                lease::fence(db, &lease)?;
                intents.iter().try_for_each(|intent| effect::put_intent(db, &lease, intent, &sealer))
            })
            .await
    }

    async fn settle(&self, lease: &Lease, settlement: Settlement) -> Result<()> {
        let (lease, sealer) = (lease.clone(), self.keys.payload.clone());
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

    async fn ask(&self, asked: &Confirmation, fingerprint: &str) -> Result<Confirmation> {
        let (asked, fingerprint) = (asked.clone(), fingerprint.to_owned());
        self.front.call(move |db| confirmation::ask(db, &asked, &fingerprint)).await
    }

    async fn answer(&self, answer: &Answer) -> Result<Taken> {
        let answer = answer.clone();
        self.front.call(move |db| confirmation::answer(db, &answer)).await
    }

    async fn confirmation(&self, name: &str) -> Result<Option<Confirmation>> {
        let name = name.to_owned();
        self.front.call(move |db| confirmation::by_name(db, &name)).await
    }

    async fn parked(&self, filter: &RunFilter) -> Result<Vec<Confirmation>> {
        let filter = filter.clone();
        self.front.call(move |db| confirmation::parked(db, &filter)).await
    }

    async fn audit(&self, query: &AuditQuery) -> Result<Vec<AuditRow>> {
        let query = query.clone();
        self.front.call(move |db| confirmation::audit(db, &query)).await
    }

    async fn waiting(&self) -> Result<BTreeMap<PipelineKey, (u64, u64, u64)>> {
        self.front.call(history::waiting).await
    }
}
