//! [`PostgresStore`]: the trait, over the modules beside this one.

use super::{
    Address, PostgresVault, Result, confirmation, copy, effect,
    front::{Front, Mode},
    history,
    history::End,
    keys,
    keys::Keys,
    lease,
    lease::Asks,
    link, mark, open, rename,
    rename::Asked,
    settle,
};
use crate::{
    failpoint::failpoint,
    key::{GroupKey, Scope},
    state::{
        Acquired, Answer, AuditQuery, AuditRow, Confirmation, CursorRow, FailedRow, Intent, Known, Lease,
        Link, NameKind, NeededKey, PipelineKey, Publish, RecordOwner, Rename, Renamed, Revisit, RevisitQuery,
        Run, RunFilter, RunStatus, Sealer, Settlement, StateDatabase, StateError, StateStore, StateVault,
        Taken, TargetObject,
        copy::{Content, Reader, Writer},
        sqlite::SCHEMA_VERSION,
    },
};
use async_trait::async_trait;
use engine_contract::Clock;
use engine_plan::Reference;
use jiff::Timestamp;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The state store in PostgreSQL.
pub struct PostgresStore {
    front: Arc<Front>,
    master: Sealer,
    keys: Keys,
}

impl PostgresStore {
    /// Connects to a store, and makes its schema and tables where they are not there yet. `master` is the master key.
    ///
    /// # Errors
    /// `Unavailable` when the server does not answer or does not admit the user, `Newer` and `Corrupt` when the tables are
    /// those of a newer engine or of another program, `OtherKey` when the store was made with another master key: nothing
    /// was changed then.
    pub fn open(address: &Address, master: Sealer) -> Result<Self> {
        let front = Front::start(address, false)?;
        let arguments = (address.schema.clone(), master.clone());
        front.wait(Mode::Change, arguments, |db, (schema, master)| {
            Box::pin(open::prepare(db, schema, master))
        })?;
        Self::with_keys(front, master, true)
    }

    /// Connects to a store without the right to change it; nothing where there is none. With another master key it
    /// opens all the same, and only what is sealed cannot be read.
    ///
    /// # Errors
    /// As [`PostgresStore::open`].
    pub fn open_read_only(address: &Address, master: Sealer) -> Result<Option<Self>> {
        let front = Front::start(address, true)?;
        let version = front
            .wait(Mode::Look, address.schema.clone(), |db, schema| Box::pin(open::version(db, schema)))?;
        match version {
            0 => Ok(None),
            older if older < SCHEMA_VERSION => Err(StateError::Unavailable(
                "an engine before this one made its tables: `engine state migrate` brings them up to date"
                    .to_owned(),
            )),
            _ => Self::with_keys(front, master, false).map(Some),
        }
    }

    fn with_keys(front: Front, master: Sealer, must_fit: bool) -> Result<Self> {
        let arguments = (master.clone(), must_fit);
        let keys = front.wait(Mode::Look, arguments, |db, (master, must_fit)| {
            Box::pin(keys::load(db, master, *must_fit))
        })?;
        Ok(Self { front: Arc::new(front), master, keys })
    }

    /// The version of the tables; 0 where there are none.
    ///
    /// # Errors
    /// As [`PostgresStore::open`].
    pub fn version(address: &Address) -> Result<i64> {
        let front = Front::start(address, true)?;
        front.wait(Mode::Look, address.schema.clone(), |db, schema| Box::pin(open::version(db, schema)))
    }

    /// Which master key the store needs.
    ///
    /// # Errors
    /// As [`PostgresStore::open`].
    pub fn needed_key(address: &Address) -> Result<NeededKey> {
        let front = Front::start(address, true)?;
        front.wait(Mode::Look, address.schema.clone(), |db, schema| Box::pin(open::needed_key(db, schema)))
    }

    /// What seals contents of records.
    pub(super) fn payload(&self) -> Sealer {
        self.keys.payload.clone()
    }

    /// The way to the database.
    pub(super) fn front(&self) -> &Front {
        &self.front
    }
}

#[async_trait]
impl StateDatabase for PostgresStore {
    fn is_unlocked(&self) -> Result<()> {
        self.keys.vault.clone().map(drop)
    }

    async fn holders(&self, now: Timestamp) -> Result<BTreeMap<String, Timestamp>> {
        self.front.call(Mode::Look, now, |db, now| Box::pin(lease::holders(db, *now))).await
    }

    fn vault(&self, clock: Arc<dyn Clock>) -> Arc<dyn StateVault> {
        Arc::new(PostgresVault::new(Arc::clone(&self.front), self.keys.vault.clone(), clock))
    }

    async fn rotate(&self, new: Sealer, publish: Publish) -> Result<()> {
        let arguments = (self.master.clone(), new, Mutex::new(Some(publish)));
        let rotate = self.front.call(Mode::Once, arguments, |db, (old, new, publish)| {
            let publish = publish.lock().unwrap_or_else(PoisonError::into_inner).take();
            Box::pin(keys::rewrap(db, (old, new), || publish.map_or(Ok(()), |publish| publish())))
        });
        rotate.await?;
        failpoint!("keys.committed");
        Ok(())
    }

    async fn copy(&self, writer: Writer) -> Result<Content> {
        let arguments = (self.master.clone(), Mutex::new(Some(writer)));
        let copy = self.front.call(Mode::Snapshot, arguments, |db, (master, writer)| {
            let writer = writer.lock().unwrap_or_else(PoisonError::into_inner).take();
            Box::pin(async move { copy::copy(db, master, writer.ok_or_else(used)?).await })
        });
        copy.await
    }

    async fn fill(&self, reader: Reader) -> Result<Content> {
        let arguments = (self.master.clone(), Mutex::new(Some(reader)));
        let fill = self.front.call(Mode::Once, arguments, |db, (master, reader)| {
            let reader = reader.lock().unwrap_or_else(PoisonError::into_inner).take();
            Box::pin(async move { copy::fill(db, master, reader.ok_or_else(used)?).await })
        });
        fill.await
    }
}

/// Work that is done once was begun twice.
fn used() -> StateError {
    StateError::Unavailable("its copy was used before".to_owned())
}

#[async_trait]
impl StateStore for PostgresStore {
    async fn acquire(
        &self,
        key: &GroupKey,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
        gone: Option<&str>,
    ) -> Result<Acquired> {
        let (key, owner, gone) = (key.clone(), owner.to_owned(), gone.map(str::to_owned));
        let asks = Asks { key, owner, now, until, gone };
        self.front.call(Mode::Change, asks, |db, asks| Box::pin(lease::acquire(db, asks))).await
    }

    async fn renew(&self, lease: &Lease, until: Timestamp) -> Result<bool> {
        let renew = self.front.call(Mode::Change, (lease.clone(), until), |db, (lease, until)| {
            Box::pin(lease::renew(db, lease, *until))
        });
        renew.await
    }

    async fn release(&self, lease: &Lease) -> Result<()> {
        let release =
            self.front.call(Mode::Change, lease.clone(), |db, lease| Box::pin(lease::release(db, lease)));
        release.await
    }

    async fn cursor(&self, key: &GroupKey) -> Result<CursorRow> {
        self.front.call(Mode::Look, key.clone(), |db, key| Box::pin(lease::cursor(db, key))).await
    }

    async fn recall(&self, scope: &Scope, entity: &str, keys: &[String]) -> Result<BTreeMap<String, Known>> {
        let arguments = (scope.clone(), entity.to_owned(), keys.to_vec());
        let recall = self.front.call(Mode::Look, arguments, |db, (scope, entity, keys)| {
            Box::pin(link::recall(db, scope, entity, keys))
        });
        recall.await
    }

    async fn targets(&self, scope: &Scope, references: &[Reference]) -> Result<BTreeMap<Reference, String>> {
        let arguments = (scope.clone(), references.to_vec());
        let targets = self.front.call(Mode::Look, arguments, |db, (scope, references)| {
            Box::pin(link::targets(db, scope, references))
        });
        targets.await
    }

    async fn owners(
        &self,
        scope: &Scope,
        target: &TargetObject,
        ids: &[String],
    ) -> Result<BTreeMap<String, RecordOwner>> {
        let arguments = (scope.clone(), target.clone(), ids.to_vec());
        let owners = self.front.call(Mode::Look, arguments, |db, (scope, target, ids)| {
            Box::pin(link::owners(db, scope, target, ids))
        });
        owners.await
    }

    async fn sample(&self, scope: &Scope, entity: &str, limit: usize) -> Result<Vec<(TargetObject, String)>> {
        let arguments = (scope.clone(), entity.to_owned(), limit);
        let sample = self.front.call(Mode::Look, arguments, |db, (scope, entity, limit)| {
            Box::pin(link::sample(db, scope, entity, *limit))
        });
        sample.await
    }

    async fn children(&self, scope: &Scope, entity: &str, parents: &[String]) -> Result<Vec<Link>> {
        let arguments = (scope.clone(), entity.to_owned(), parents.to_vec());
        let children = self.front.call(Mode::Look, arguments, |db, (scope, entity, parents)| {
            Box::pin(link::children(db, scope, entity, parents))
        });
        children.await
    }

    async fn links(
        &self,
        scope: &Scope,
        entity: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Link>> {
        let arguments = (scope.clone(), entity.to_owned(), after.map(str::to_owned), limit);
        let links = self.front.call(Mode::Look, arguments, |db, (scope, entity, after, limit)| {
            Box::pin(link::links(db, scope, entity, (after.as_deref(), *limit)))
        });
        links.await
    }

    async fn knows(&self, scope: &Scope, kind: NameKind, name: &str) -> Result<bool> {
        let arguments = (scope.clone(), kind, name.to_owned());
        let knows = self.front.call(Mode::Look, arguments, |db, (scope, kind, name)| {
            Box::pin(rename::knows(db, scope, *kind, name))
        });
        knows.await
    }

    async fn rename(
        &self,
        scope: &Scope,
        renames: &[Rename],
        now: Timestamp,
        gone: &[String],
    ) -> Result<Renamed> {
        let (scope, renames, gone) = (scope.clone(), renames.to_vec(), gone.to_vec());
        let asked = Asked { scope, renames, now, gone, sealer: self.payload() };
        self.front.call(Mode::Change, asked, |db, asked| Box::pin(rename::rename(db, asked))).await
    }

    async fn open_intents(&self, scope: &Scope, entity: &str) -> Result<Vec<Intent>> {
        let arguments = (scope.clone(), entity.to_owned(), self.payload());
        let intents = self.front.call(Mode::Look, arguments, |db, (scope, entity, sealer)| {
            Box::pin(effect::open_intents(db, scope, entity, sealer))
        });
        intents.await
    }

    async fn unfinished(&self, scope: &Scope) -> Result<Vec<(String, String)>> {
        self.front.call(Mode::Look, scope.clone(), |db, scope| Box::pin(effect::unfinished(db, scope))).await
    }

    async fn dispatched(&self, scope: &Scope, entity: &str) -> Result<Vec<Link>> {
        let arguments = (scope.clone(), entity.to_owned());
        let dispatched = self.front.call(Mode::Look, arguments, |db, (scope, entity)| {
            Box::pin(effect::dispatched(db, scope, entity))
        });
        dispatched.await
    }

    async fn note_dispatch(&self, lease: &Lease, entity: &str, links: Vec<Link>) -> Result<()> {
        let arguments = (lease.clone(), entity.to_owned(), links);
        let note = self.front.call(Mode::Change, arguments, |db, (lease, entity, links)| {
            Box::pin(effect::note_dispatch(db, lease, entity, links))
        });
        note.await
    }

    async fn revisits(&self, scope: &Scope, query: &RevisitQuery) -> Result<Vec<Revisit>> {
        let arguments = (scope.clone(), query.clone());
        let revisits = self
            .front
            .call(Mode::Look, arguments, |db, (scope, query)| Box::pin(mark::revisits(db, scope, query)));
        revisits.await
    }

    async fn commit_intents(&self, lease: &Lease, intents: Vec<Intent>) -> Result<()> {
        let arguments = (lease.clone(), intents, self.payload());
        let commit = self.front.call(Mode::Change, arguments, |db, (lease, intents, sealer)| {
            Box::pin(async move {
                lease::fence(db, lease).await?;
                effect::put_intents(db, lease, intents, sealer).await
            })
        });
        commit.await
    }

    async fn settle(&self, lease: &Lease, settlement: Settlement) -> Result<()> {
        let arguments = (lease.clone(), settlement, self.payload());
        let settle = self.front.call(Mode::Change, arguments, |db, (lease, settlement, sealer)| {
            Box::pin(settle::settle(db, lease, settlement, sealer))
        });
        settle.await
    }

    async fn begin_run(&self, run: &Run, gone: &[String]) -> Result<()> {
        let begin = self.front.call(Mode::Change, (run.clone(), gone.to_vec()), |db, (run, gone)| {
            Box::pin(history::begin(db, run, gone))
        });
        begin.await
    }

    async fn finish_run(
        &self,
        id: &str,
        status: RunStatus,
        error: Option<String>,
        at: Timestamp,
    ) -> Result<()> {
        let end = End { id: id.to_owned(), status, error, at };
        self.front.call(Mode::Change, end, |db, end| Box::pin(history::finish(db, end))).await
    }

    async fn runs(&self, filter: &RunFilter) -> Result<Vec<Run>> {
        self.front
            .call(Mode::Snapshot, filter.clone(), |db, filter| Box::pin(history::runs(db, filter)))
            .await
    }

    async fn failures(&self, filter: &RunFilter, run: Option<&str>) -> Result<Vec<FailedRow>> {
        let arguments = (filter.clone(), run.map(str::to_owned));
        let failures = self.front.call(Mode::Look, arguments, |db, (filter, run)| {
            Box::pin(history::failures(db, filter, run.as_deref()))
        });
        failures.await
    }

    async fn ask(&self, asked: &Confirmation, fingerprint: &str) -> Result<Confirmation> {
        let arguments = (asked.clone(), fingerprint.to_owned());
        let ask = self.front.call(Mode::Change, arguments, |db, (asked, fingerprint)| {
            Box::pin(confirmation::ask(db, asked, fingerprint))
        });
        ask.await
    }

    async fn answer(&self, answer: &Answer) -> Result<Taken> {
        let taken = self
            .front
            .call(Mode::Change, answer.clone(), |db, answer| Box::pin(confirmation::answer(db, answer)));
        taken.await
    }

    async fn confirmation(&self, name: &str) -> Result<Option<Confirmation>> {
        let named = self
            .front
            .call(Mode::Look, name.to_owned(), |db, name| Box::pin(confirmation::by_name(db, name)));
        named.await
    }

    async fn parked(&self, filter: &RunFilter) -> Result<Vec<Confirmation>> {
        let parked = self
            .front
            .call(Mode::Look, filter.clone(), |db, filter| Box::pin(confirmation::parked(db, filter)));
        parked.await
    }

    async fn audit(&self, query: &AuditQuery) -> Result<Vec<AuditRow>> {
        let rows =
            self.front.call(Mode::Look, query.clone(), |db, query| Box::pin(confirmation::audit(db, query)));
        rows.await
    }

    async fn waiting(&self) -> Result<BTreeMap<PipelineKey, (u64, u64, u64)>> {
        self.front.call(Mode::Look, (), |db, ()| Box::pin(history::waiting(db))).await
    }
}
