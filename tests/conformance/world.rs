//! A world in which time passes only when everybody waits: emulated services at some distance, and connections to
//! them as the engine opens them.

use bytes::Bytes;
use connector_emulators::{Answer, Emulator, Faulty, Way};
use engine_contract::{
    Access, Cancel, Clock, Connection, Context, Held, HttpTransport, Registry, Result, Rng, SecretValue,
    Secrets, Tokens, Vault, async_trait,
};
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// When the world begins.
pub(crate) fn beginning() -> Timestamp {
    "2026-03-02T17:00:00Z".parse().unwrap()
}

struct Time(Instant);

#[async_trait]
impl Clock for Time {
    fn now(&self) -> Timestamp {
        beginning() + SignedDuration::try_from(self.0.elapsed()).unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        sleep(duration).await;
    }
}

/// Numbers that only look random.
#[derive(Default)]
pub(crate) struct Dice(AtomicU64);

impl Dice {
    fn roll(&self) -> u64 {
        let turn = |state: u64| {
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407)
        };
        let before = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |state| Some(turn(state)));
        before.unwrap() >> 33
    }
}

impl Rng for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.roll().to_le_bytes()[0];
        }
    }
}

pub(crate) struct Known;

impl Secrets for Known {
    fn get(&self, name: &str) -> Option<SecretValue> {
        Some(SecretValue::unbound(name))
    }
}

/// A login that was done before.
pub(crate) struct Login(pub(crate) Tokens);

#[async_trait]
impl Vault for Login {
    async fn load(&self, _: &str) -> Result<Option<Held>> {
        Ok(Some(Held { tokens: self.0.clone(), version: 1 }))
    }

    async fn store(&self, _: &str, version: u64, tokens: &Tokens) -> Result<Held> {
        Ok(Held { tokens: tokens.clone(), version: version + 1 })
    }
}

/// A service at some distance: requests and answers are under way for a while each, not all for as long.
pub(crate) struct Distant<E> {
    service: Mutex<Faulty<E>>,
    /// The shortest way, and how much longer it may be, in milliseconds.
    way: (u64, u64),
    time: Time,
    dice: Dice,
}

impl<E: Emulator> Distant<E> {
    /// Tokio's clock must be paused.
    pub(crate) fn new(service: Faulty<E>, way: (u64, u64)) -> Arc<Self> {
        Arc::new(Self {
            service: Mutex::new(service),
            way,
            time: Time(Instant::now()),
            dice: Dice::default(),
        })
    }

    /// Looks into the service.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&E) -> T) -> T {
        look(self.service.lock().unwrap().inner())
    }

    async fn travel(&self) {
        let (least, more) = self.way;
        sleep(Duration::from_millis(least + self.dice.roll() % (more + 1))).await;
    }
}

#[async_trait]
impl<E: Emulator> HttpTransport for Distant<E> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        self.travel().await;
        let Answer { response, delay, way } = self.service.lock().unwrap().handle(&request, self.time.now());
        assert_eq!(way, Way::Whole);
        sleep(delay).await;
        self.travel().await;
        Ok(response)
    }
}

/// What the engine lends to a connection, in a project's folder that does not matter.
pub(super) fn context(
    clock: Arc<dyn Clock>,
    http: Arc<dyn HttpTransport>,
    tokens: Option<Tokens>,
) -> Context {
    let nobody = Tokens {
        access: String::new(),
        access_until: Timestamp::MAX,
        refresh: String::new(),
        refresh_until: None,
    };
    Context {
        clock,
        rng: Arc::new(Dice::default()),
        http,
        secrets: Arc::new(Known),
        vault: Arc::new(Login(tokens.unwrap_or(nobody))),
        cancel: Cancel::default(),
        project_dir: PathBuf::new(),
    }
}

/// A connection to a service, as a run opens it, and the context to use it in. Connections of one registry share
/// what they know of an account.
pub(crate) async fn open<E: Emulator + 'static>(
    (registry, connector): (&Registry, &str),
    settings: &Value,
    tokens: Option<Tokens>,
    service: &Arc<Distant<E>>,
) -> (Context, Connection) {
    let http = Arc::clone(service) as Arc<dyn HttpTransport>;
    let context = context(Arc::new(Time(service.time.0)), http, tokens);
    let connection = registry.get(connector).unwrap().open(&context, settings, Access::Write).await.unwrap();
    (context, connection)
}

/// Runs a future under simulated time.
pub(crate) fn simulated<T>(future: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(future)
}
