//! What promises are tried with.

use crate::{
    key::{GroupKey, RecordKey, Scope, Side},
    state::{
        Acquired, FailedRecord, Intent, Lease, Link, Run, RunStatus, Sealer, Settlement, StateDatabase,
        StateStore,
        copy::{Cell, Lock, LockedCopy, Writer},
    },
};
use bytes::Bytes;
use engine_contract::{Clock, ContentHash, Op, Rng, Tokens, async_trait};
use jiff::{SignedDuration, Timestamp};
use std::{
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread::Thread,
    time::Duration,
};

pub(in crate::state) const ACCOUNT: &str = "quickbooks/9130350000000000";

/// Counts up, so that no two keys and nonces are equal.
pub(super) struct Counter(pub(super) AtomicU64);

impl Rng for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let digest = blake3::hash(&self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes());
            chunk.copy_from_slice(&digest.as_bytes()[..chunk.len()]);
        }
    }
}

/// A clock that is set.
#[derive(Default)]
pub(in crate::state) struct Hands(Mutex<SignedDuration>);

impl Hands {
    pub(super) fn turn(&self, hours: i64) {
        *self.0.lock().unwrap() += SignedDuration::from_hours(hours);
    }
}

#[async_trait]
impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + *self.0.lock().unwrap()
    }

    async fn sleep(&self, _duration: Duration) {}
}

/// The master key of this number.
pub(crate) fn master(number: u8) -> Sealer {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    // Another start for each sealer: no two draw the same keys.
    let start = NEXT.fetch_add(1, Ordering::Relaxed) << 32;
    Sealer::new(&[number; 32], Arc::new(Counter(AtomicU64::new(start))))
}

/// Waits for an answer that comes from another thread.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
}

pub(super) fn scope(pipeline: &str) -> Scope {
    Scope { tenant: "t".into(), environment: "e".into(), pipeline: pipeline.into(), side: Side::Source }
}

pub(super) fn group(pipeline: &str, group: &str) -> GroupKey {
    GroupKey { scope: scope(pipeline), group: group.into(), shard: String::new() }
}

pub(super) fn record(entity: &str, key: &str) -> RecordKey {
    RecordKey { entity: entity.into(), key: key.into() }
}

/// Takes a lease from second 0 to second 30.
pub(crate) fn lease(store: &dyn StateStore, pipeline: &str, name: &str) -> Lease {
    match wait(store.acquire(&group(pipeline, name), "me", at(0), at(30), None)).unwrap() {
        Acquired::Yes(lease) => lease,
        Acquired::Busy { .. } => panic!("the lease is free"),
    }
}

pub(super) fn link(entity: &str, key: &str) -> Link {
    Link {
        record: record(entity, key),
        source_key: key.into(),
        target_connection: "books".into(),
        target_object: "Item".into(),
        target_id: Some(format!("{entity}-{key}")),
        route: None,
        parent_key: None,
        source_revision: None,
        sent_hash: ContentHash([1; 32]),
        generation: 1,
        target_token: None,
        mapping_hash: "h".into(),
        shared: false,
    }
}

pub(super) fn intent(entity: &str, key: &str, revision: i64) -> Intent {
    Intent {
        link: Link { target_id: None, ..link(entity, key) },
        op: Op::Create,
        payload: Bytes::from_static(b"payload"),
        match_on: vec!["sku".into()],
        request_key: format!("rk-{key}"),
        marker: format!("mk-{key}"),
        revision,
        attempts: 1,
        created_at: at(1),
        quiet_after: Some(at(9)),
    }
}

pub(super) fn failed(entity: &str, key: &str) -> FailedRecord {
    FailedRecord {
        record: record(entity, key),
        source_key: key.into(),
        origin: "orders.ndjson:17".into(),
        code: "mapping/required".into(),
        message: "m".into(),
        place: None,
        retry: true,
        broken: false,
        first_at: at(2),
        attempts: 2,
        mapping_hash: "h".into(),
        payload: Bytes::from_static(b"source"),
        state: None,
        note: None,
    }
}

/// A settlement of `entity` in run `r1`, with nothing in it.
pub(super) fn settlement(entity: &str) -> Settlement {
    Settlement { run: "r1".into(), at: at(5), entity: entity.into(), ..Settlement::default() }
}

pub(super) fn run(id: &str, pipeline: &str, seconds: i64) -> Run {
    Run {
        id: id.into(),
        scope: scope(pipeline),
        owner: format!("owner of {id}"),
        trigger: "manual".into(),
        mode: "incremental".into(),
        fingerprint: "f".into(),
        started_at: at(seconds),
        finished_at: None,
        status: RunStatus::Running,
        error: None,
        actor: Some("someone".to_owned()),
        entities: Vec::new(),
    }
}

pub(in crate::state) fn tokens(access: &str) -> Tokens {
    Tokens {
        access: access.to_owned(),
        access_until: Timestamp::UNIX_EPOCH,
        refresh: format!("{access} refresh"),
        refresh_until: None,
    }
}

pub(super) fn rng() -> Arc<dyn Rng> {
    Arc::new(Counter(AtomicU64::new(1 << 60)))
}

/// The rows of a table, as a copy has them.
pub(super) fn rows(store: &dyn StateDatabase, table: &str) -> Vec<Vec<Cell>> {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("copy");
    let lock = Lock::Master(master(1));
    wait(store.copy(Writer::create(&path, at(0), &lock, &rng()).unwrap())).unwrap();
    let mut reader = LockedCopy::open(&path).unwrap().unlock(&lock, &rng()).unwrap().unwrap();
    let mut rows = Vec::new();
    while let Some((of, row)) = reader.next().unwrap() {
        if of.name == table {
            rows.push(row);
        }
    }
    rows
}
