//! The real store, with a pause around each request (a place to crash), and commits that fail. It watches that
//! cursors never move back.

use crate::stage::Stage;
use bytes::Bytes;
use engine_contract::{Cursor, Rng, async_trait};
use engine_plan::Reference;
use engine_run::{
    GroupKey, RecordKey, Scope, Side,
    state::{
        Acquired, Answer, AuditQuery, AuditRow, Base, Confirmation, CursorRow, CursorShelf, FailedRow,
        Intent, KeptConflict, KeptCursor, Known, Lease, Link, MappingShelf, Missing, MissingShelf, NameKind,
        PairShelf, PipelineKey, RecordOwner, Rename, Renamed, Result, Revisit, RevisitQuery, Run, RunFilter,
        RunStatus, Sealer, Settlement, StateDatabase, StateError, StateStore, Taken, TargetObject,
        copy::{Lock, LockedCopy, Writer},
        sqlite::SqliteStore,
    },
};
use jiff::Timestamp;
use rand::RngExt;
use std::{
    collections::BTreeMap,
    fmt::Write,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

pub(crate) struct SlowStore<S> {
    /// Another one once a backup was put back.
    inner: Mutex<Arc<SqliteStore>>,
    backups: tempfile::TempDir,
    stage: Arc<S>,
    /// Whether commits of lost leases are refused.
    fenced: bool,
    seen: Mutex<Seen>,
    /// How often it was asked to change something.
    changes: AtomicU64,
}

/// What the store has seen.
#[derive(Default)]
struct Seen {
    /// The cursors of stream groups, with what they were cursors of.
    cursors: BTreeMap<String, (String, Option<Cursor>)>,
    /// The newest leases of stream groups.
    leases: BTreeMap<String, Lease>,
    wrong: String,
}

impl<S: Stage> SlowStore<S> {
    pub(crate) fn new(inner: SqliteStore, stage: Arc<S>, fenced: bool) -> Self {
        Self {
            inner: Mutex::new(Arc::new(inner)),
            backups: tempfile::tempdir().unwrap(),
            stage,
            fenced,
            seen: Mutex::default(),
            changes: AtomicU64::new(0),
        }
    }

    fn inner(&self) -> Arc<SqliteStore> {
        Arc::clone(&self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn backup(&self) -> PathBuf {
        self.backups.path().join("state.backup")
    }

    /// Makes a backup, in the place of an earlier one.
    pub(crate) async fn back_up(&self, (key, rng): (Sealer, Arc<dyn Rng>), at: Timestamp) {
        let writer = Writer::create(&self.backup(), at, &Lock::Master(key), &rng).unwrap();
        drop(self.inner().copy(writer).await.unwrap());
    }

    /// Puts the backup back, in a store of its own, as if the machine had been lost; `false` when there is none.
    pub(crate) async fn restore(&self, (key, rng): (Sealer, Arc<dyn Rng>), at: Timestamp) -> bool {
        if !self.backup().exists() {
            return false;
        }
        let copy = LockedCopy::open(&self.backup()).unwrap();
        let reader = copy.unlock(&Lock::Master(key.clone()), &rng).unwrap().unwrap();
        let fresh = SqliteStore::in_memory(key).unwrap();
        drop(fresh.fill(reader.restored_at(at)).await.unwrap());
        *self.inner.lock().unwrap_or_else(PoisonError::into_inner) =
            Arc::new(fresh.reopened().await.unwrap());
        // Time goes back for cursors and leases.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        (seen.cursors, seen.leases) = (BTreeMap::new(), BTreeMap::new());
        true
    }

    /// What was wrong with what was asked of it.
    pub(crate) fn wrong(&self) -> String {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).wrong.clone()
    }

    /// How often it was asked to change something.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    fn changing(&self) {
        self.changes.fetch_add(1, Ordering::Relaxed);
    }

    async fn pause(&self) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    /// A request that is not carried out, or is without anyone hearing of it.
    fn fails(&self) -> Result<()> {
        let fails = self.stage.luck(|luck| luck.troubled && luck.rng.random_range(0..1000) < 5);
        if fails {
            self.stage.luck(|luck| luck.tell(|| "the store fails".to_owned()));
            return Err(StateError::Unavailable("the disk is full".to_owned()));
        }
        Ok(())
    }

    /// The lease that a commit is checked against: without the fence everybody passes for the holder.
    fn held(&self, lease: &Lease) -> Lease {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = seen.leases.get(&lease.key.group).filter(|_| !self.fenced);
        newest.unwrap_or(lease).clone()
    }

    /// Tells of a settlement, and sees that the cursor has not moved back.
    async fn look_at(&self, key: &GroupKey, told: String) -> Result<()> {
        let now = self.inner().cursor(key).await?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let before = seen.cursors.insert(key.group.clone(), (now.read_hash.clone(), now.value));
        if let Some((hash, value)) = before
            && hash == now.read_hash
            && value > now.value
        {
            write!(seen.wrong, "the cursor of {} moved back; ", key.group).unwrap();
        }
        drop(seen);
        let cursor = now.value.map(|value| value.to_string()).unwrap_or_default();
        self.stage.luck(|luck| luck.tell(|| format!("{told}; cursor {cursor}")));
        Ok(())
    }
}

/// A settlement in one line.
fn told(settlement: &Settlement) -> String {
    let mut told = format!("settles {}:", settlement.entity);
    let parts: [(&str, Vec<&str>); 6] = [
        ("linked", settlement.links.iter().map(|link| link.record.key.as_str()).collect()),
        ("open", settlement.open.iter().map(|intent| intent.link.record.key.as_str()).collect()),
        ("refused", settlement.refused.iter().map(|link| link.record.key.as_str()).collect()),
        ("failed", settlement.failed.iter().map(|failed| failed.record.key.as_str()).collect()),
        ("held", settlement.holds.iter().map(|hold| hold.record.key.as_str()).collect()),
        ("dirty", settlement.dirty.iter().map(|dirty| dirty.record.key.as_str()).collect()),
    ];
    for (what, keys) in parts.iter().filter(|(_, keys)| !keys.is_empty()) {
        write!(told, " {what} {}", keys.join(",")).unwrap();
    }
    told
}

#[async_trait]
impl<S: Stage> CursorShelf for SlowStore<S> {
    async fn cursors(&self) -> Result<Vec<KeptCursor>> {
        self.inner().cursors().await
    }

    async fn put_cursor(&self, lease: &Lease, row: Option<CursorRow>, at: Timestamp) -> Result<()> {
        self.changing();
        self.inner().put_cursor(lease, row, at).await
    }
}

#[async_trait]
impl<S: Stage> MappingShelf for SlowStore<S> {
    async fn keep_mappings(&self, mappings: Vec<(String, Bytes)>, now: Timestamp) -> Result<()> {
        self.changing();
        self.pause().await;
        self.inner().keep_mappings(mappings, now).await
    }

    async fn mapping(&self, hash: &str) -> Result<Option<Bytes>> {
        self.pause().await;
        self.inner().mapping(hash).await
    }
}

#[async_trait]
impl<S: Stage> PairShelf for SlowStore<S> {
    async fn bases(&self, scope: &Scope, entity: &str, keys: &[String]) -> Result<BTreeMap<String, Base>> {
        self.pause().await;
        self.inner().bases(scope, entity, keys).await
    }

    async fn conflicts_of(&self, scope: &Scope, entity: &str, keys: &[String]) -> Result<Vec<KeptConflict>> {
        self.pause().await;
        self.inner().conflicts_of(scope, entity, keys).await
    }

    async fn conflicts(&self, filter: &RunFilter) -> Result<Vec<KeptConflict>> {
        self.inner().conflicts(filter).await
    }

    async fn choose(
        &self,
        conflict: &KeptConflict,
        choice: BTreeMap<String, Side>,
        other: Option<RecordKey>,
        at: Timestamp,
    ) -> Result<bool> {
        self.inner().choose(conflict, choice, other, at).await
    }
}

#[async_trait]
impl<S: Stage> MissingShelf for SlowStore<S> {
    async fn missing(&self, scope: &Scope, entity: &str) -> Result<BTreeMap<String, Missing>> {
        self.pause().await;
        self.inner().missing(scope, entity).await
    }
}

#[async_trait]
impl<S: Stage> StateStore for SlowStore<S> {
    async fn acquire(
        &self,
        key: &GroupKey,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
        gone: Option<&str>,
    ) -> Result<Acquired> {
        self.changing();
        self.pause().await;
        let answer = self.inner().acquire(key, owner, now, until, gone).await;
        if let Ok(Acquired::Yes(lease)) = &answer {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.leases.insert(key.group.clone(), lease.clone());
        }
        self.pause().await;
        answer
    }

    async fn renew(&self, lease: &Lease, until: Timestamp) -> Result<bool> {
        self.changing();
        self.pause().await;
        let answer = self.inner().renew(lease, until).await;
        self.pause().await;
        answer
    }

    async fn release(&self, lease: &Lease) -> Result<()> {
        self.changing();
        self.pause().await;
        self.inner().release(lease).await
    }

    async fn cursor(&self, key: &GroupKey) -> Result<CursorRow> {
        self.pause().await;
        self.inner().cursor(key).await
    }

    async fn recall(&self, scope: &Scope, entity: &str, keys: &[String]) -> Result<BTreeMap<String, Known>> {
        self.pause().await;
        self.fails()?;
        self.inner().recall(scope, entity, keys).await
    }

    async fn targets(&self, scope: &Scope, references: &[Reference]) -> Result<BTreeMap<Reference, String>> {
        self.pause().await;
        self.inner().targets(scope, references).await
    }

    async fn owners(
        &self,
        scope: &Scope,
        target: &TargetObject,
        ids: &[String],
    ) -> Result<BTreeMap<String, RecordOwner>> {
        self.fails()?;
        self.inner().owners(scope, target, ids).await
    }

    async fn sample(&self, scope: &Scope, entity: &str, limit: usize) -> Result<Vec<(TargetObject, String)>> {
        self.inner().sample(scope, entity, limit).await
    }

    async fn children(&self, scope: &Scope, entity: &str, parents: &[String]) -> Result<Vec<Link>> {
        self.inner().children(scope, entity, parents).await
    }

    async fn links(
        &self,
        scope: &Scope,
        entity: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Link>> {
        self.inner().links(scope, entity, after, limit).await
    }

    async fn knows(&self, scope: &Scope, kind: NameKind, name: &str) -> Result<bool> {
        self.inner().knows(scope, kind, name).await
    }

    async fn rename(
        &self,
        scope: &Scope,
        renames: &[Rename],
        now: Timestamp,
        gone: &[String],
    ) -> Result<Renamed> {
        self.changing();
        self.inner().rename(scope, renames, now, gone).await
    }

    async fn open_intents(&self, scope: &Scope, entity: &str) -> Result<Vec<Intent>> {
        self.pause().await;
        self.inner().open_intents(scope, entity).await
    }

    async fn unfinished(&self, scope: &Scope) -> Result<Vec<(String, String)>> {
        self.inner().unfinished(scope).await
    }

    async fn dispatched(&self, scope: &Scope, entity: &str) -> Result<Vec<Link>> {
        self.inner().dispatched(scope, entity).await
    }

    async fn note_dispatch(&self, lease: &Lease, entity: &str, links: Vec<Link>) -> Result<()> {
        self.changing();
        self.pause().await;
        self.fails()?;
        self.inner().note_dispatch(&self.held(lease), entity, links).await?;
        self.pause().await;
        self.fails()
    }

    async fn revisits(&self, scope: &Scope, query: &RevisitQuery) -> Result<Vec<Revisit>> {
        self.pause().await;
        self.inner().revisits(scope, query).await
    }

    async fn commit_intents(&self, lease: &Lease, intents: Vec<Intent>) -> Result<()> {
        self.changing();
        self.pause().await;
        self.fails()?;
        let keys: Vec<String> = intents.iter().map(|one| format!("{} {}", one.op, one.link.record)).collect();
        self.inner().commit_intents(&self.held(lease), intents).await?;
        self.stage.luck(|luck| luck.tell(|| format!("intents: {}", keys.join(", "))));
        self.pause().await;
        self.fails()
    }

    async fn settle(&self, lease: &Lease, settlement: Settlement) -> Result<()> {
        self.changing();
        self.pause().await;
        self.fails()?;
        let told = told(&settlement);
        self.inner().settle(&self.held(lease), settlement).await?;
        self.look_at(&lease.key, told).await?;
        self.pause().await;
        self.fails()
    }

    async fn begin_run(&self, run: &Run, gone: &[String]) -> Result<()> {
        self.changing();
        self.inner().begin_run(run, gone).await
    }

    async fn finish_run(
        &self,
        id: &str,
        status: RunStatus,
        error: Option<String>,
        at: Timestamp,
    ) -> Result<()> {
        self.changing();
        self.inner().finish_run(id, status, error, at).await
    }

    async fn runs(&self, filter: &RunFilter) -> Result<Vec<Run>> {
        self.inner().runs(filter).await
    }

    async fn failures(&self, filter: &RunFilter, run: Option<&str>) -> Result<Vec<FailedRow>> {
        self.inner().failures(filter, run).await
    }

    async fn ask(&self, asked: &Confirmation, fingerprint: &str) -> Result<Confirmation> {
        self.changing();
        self.inner().ask(asked, fingerprint).await
    }

    async fn answer(&self, answer: &Answer) -> Result<Taken> {
        self.changing();
        self.inner().answer(answer).await
    }

    async fn confirmation(&self, name: &str) -> Result<Option<Confirmation>> {
        self.inner().confirmation(name).await
    }

    async fn parked(&self, filter: &RunFilter) -> Result<Vec<Confirmation>> {
        self.inner().parked(filter).await
    }

    async fn audit(&self, query: &AuditQuery) -> Result<Vec<AuditRow>> {
        self.inner().audit(query).await
    }

    async fn waiting(&self) -> Result<BTreeMap<PipelineKey, (u64, u64, u64)>> {
        self.inner().waiting().await
    }
}
