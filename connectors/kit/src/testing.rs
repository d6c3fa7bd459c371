//! A world for tests: a clock that jumps, chance from a seed, a vault in memory, services that are functions.

use crate::{Accounts, Auth, Client, Limits};
use async_trait::async_trait;
use bytes::Bytes;
use engine_contract::{
    Cancel, Clock, ConnectorError, Context, ErrorKind, Held, HttpTransport, Result, Rng, SecretValue,
    Secrets, Tokens, Vault,
};
use http::{Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, atomic::AtomicI64, atomic::Ordering},
    time::Duration,
};
use tokio::time::Instant;

/// Tokio's paused clock: when all wait, it jumps to the next moment somebody waits for.
pub(crate) struct TestClock {
    start: Instant,
    cancel: Cancel,
    /// Seconds by which the clock was set.
    set: AtomicI64,
}

impl TestClock {
    /// Sets the clock forth or back.
    pub(crate) fn set(&self, seconds: i64) {
        self.set.fetch_add(seconds, Ordering::Relaxed);
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.start.elapsed()).unwrap();
        let set = SignedDuration::from_secs(self.set.load(Ordering::Relaxed));
        Timestamp::from_second(1_800_000_000).unwrap() + passed + set
    }

    async fn sleep(&self, duration: Duration) {
        let until = Instant::now() + duration;
        while Instant::now() < until && !self.cancel.is_cancelled() {
            tokio::time::sleep_until(until.min(Instant::now() + Duration::from_secs(1))).await;
        }
    }
}

struct TestRng(Mutex<u64>);

impl Rng for TestRng {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for byte in bytes {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = state.to_be_bytes()[0];
        }
    }
}

pub(crate) struct TestSecrets;

impl Secrets for TestSecrets {
    /// Secrets are bound to the host that their name begins with: `api.example|key`.
    fn get(&self, name: &str) -> Option<SecretValue> {
        let hosts = name.split_once('|').map(|(host, _)| host.to_owned()).into_iter().collect();
        (name != "missing").then(|| SecretValue { text: format!("value-of-{name}"), hosts })
    }
}

/// Tokens in memory. `store` takes `slow`; `broken` makes it fail.
#[derive(Default)]
pub(crate) struct TestVault {
    pub(crate) held: Mutex<BTreeMap<String, Held>>,
    pub(crate) slow: Mutex<Duration>,
    pub(crate) broken: Mutex<bool>,
}

#[async_trait]
impl Vault for TestVault {
    async fn load(&self, account: &str) -> Result<Option<Held>> {
        Ok(self.held.lock().unwrap().get(account).cloned())
    }

    async fn store(&self, account: &str, version: u64, tokens: &Tokens) -> Result<Held> {
        let slow = *self.slow.lock().unwrap();
        if !slow.is_zero() {
            tokio::time::sleep(slow).await;
        }
        if *self.broken.lock().unwrap() {
            return Err(ConnectorError::new(ErrorKind::Unavailable, "the vault is full"));
        }
        let mut all = self.held.lock().unwrap();
        if all.get(account).map_or(0, |held| held.version) != version {
            return Err(ConnectorError::new(ErrorKind::Stale, "newer tokens are stored"));
        }
        let held = Held { tokens: tokens.clone(), version: version + 1 };
        all.insert(account.to_owned(), held.clone());
        Ok(held)
    }
}

/// A service: a function of the request, asked after `there`, answering after `back`.
pub(crate) struct Service<F> {
    pub(crate) answer: F,
}

#[async_trait]
impl<F> HttpTransport for Service<F>
where
    F: Fn(&Request<Bytes>) -> Reply + Send + Sync,
{
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let reply = (self.answer)(&request);
        tokio::time::sleep(reply.after).await;
        reply.outcome
    }
}

/// What a service answers, and after what time.
pub(crate) struct Reply {
    pub(crate) outcome: Result<Response<Bytes>>,
    pub(crate) after: Duration,
}

/// An answer with headers, `name: value`.
pub(crate) fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    Reply { outcome: Ok(answer(status, headers, body)), after: Duration::from_millis(50) }
}

pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response<Bytes> {
    let mut response = Response::builder().status(StatusCode::from_u16(status).unwrap());
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(Bytes::from(body.to_owned())).unwrap()
}

pub(crate) fn get(url: &str) -> Request<Bytes> {
    Request::get(url).body(Bytes::new()).unwrap()
}

/// The parts of a world that tests look into.
pub(crate) struct World {
    pub(crate) context: Context,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) vault: Arc<TestVault>,
}

/// A world with one service. Tokio's clock must be paused.
pub(crate) fn world<F>(answer: F) -> World
where
    F: Fn(&Request<Bytes>) -> Reply + Send + Sync + 'static,
{
    world_over(Arc::new(Service { answer }))
}

pub(crate) fn world_over(http: Arc<dyn HttpTransport>) -> World {
    let cancel = Cancel::default();
    let clock = Arc::new(TestClock { start: Instant::now(), cancel: cancel.clone(), set: AtomicI64::new(0) });
    let vault = Arc::new(TestVault::default());
    let context = Context {
        clock: clock.clone(),
        rng: Arc::new(TestRng(Mutex::new(7))),
        http,
        secrets: Arc::new(TestSecrets),
        vault: vault.clone(),
        cancel,
        project_dir: ".".into(),
    };
    World { context, clock, vault }
}

/// A client of a new account without authentication.
pub(crate) fn client(limits: Limits) -> Client {
    Client::new(&Accounts::default(), "shop", Auth::None, limits)
}

pub(crate) fn unlimited() -> Limits {
    Limits { windows: Vec::new(), concurrency: None, wait_after_429: Duration::from_secs(60) }
}
