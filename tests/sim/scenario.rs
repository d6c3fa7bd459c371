//! One seed: the real engine against the world, through crashes, outages and zombies, until all is quiet.

use crate::{
    oracle,
    service::Service,
    store::SlowStore,
    world::{Shared, World, lock},
};
use engine_contract::{
    Cancel, Clock, Context, EffectClass, NoNetwork, NoSecrets, NoVault, Registry, async_trait,
};
use engine_plan::{Blueprint, Catalogs, compile};
use engine_project::MemoryFiles;
use engine_run::{
    Engine, Mechanism, Options, RunReport, RunRequest, Unobserved,
    state::{Owners, Sealer, sqlite::SqliteStore},
};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    task::{Context as TaskContext, Poll},
    time::Duration,
};
use tokio::time::Instant;

const PIPELINE: &str = r#"
[pipeline]
name = "sim"
[source]
connection = "shop"
[target]
connection = "books"

[entity.customer]
from = "customers"
to = "Customer"
source.cursor = "modified"
map.source_id = "$.id"
map.amount = "$.amount"

[entity.order]
from = "orders"
to = "Order"
source.cursor = "modified"
map.source_id = "$.id"
map.amount = "$.amount"
map.customer = { ref = "customer", key = "$.customer_id" }

[entity.line]
from = "orders"
to = "Line"
each = "$.lines[*]"
each_key = "@.id"
source.cursor = "modified"
write.replace_within = ["order"]
map.source_id = "@.id"
map.amount = "@.amount"
map.order = { ref = "order", key = "$.id" }
"#;

const CONNECTIONS: &str = "
[connection.shop]
connector = \"sim\"
[connection.books]
connector = \"sim\"
";

/// What to put a seed through.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    pub(crate) seed: u64,
    pub(crate) class: EffectClass,
    /// Polls of the engine after which it is dropped, one run after the other.
    pub(crate) crashes: Vec<u64>,
    /// A crashed engine is frozen instead, and thawed beside its successor.
    pub(crate) zombie: bool,
    pub(crate) removed: Option<Mechanism>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// What is wrong; empty when nothing is.
    pub(crate) wrong: String,
    /// How often the engine was polled.
    pub(crate) polls: u64,
    /// Equal for equal seeds.
    pub(crate) trace: u64,
}

struct SimClock(Instant, Cancel);

#[async_trait]
impl Clock for SimClock {
    fn now(&self) -> jiff::Timestamp {
        World::engine_now(self.0)
    }

    async fn sleep(&self, duration: Duration) {
        // Waits end early when the run should stop, within a second.
        let mut left = duration;
        while !left.is_zero() && !self.1.is_cancelled() {
            let nap = left.min(Duration::from_secs(1));
            tokio::time::sleep(nap).await;
            left -= nap;
        }
    }
}

struct SimRng(Mutex<ChaCha8Rng>);

impl engine_contract::Rng for SimRng {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

/// Knows of crashed engines that they are gone; of frozen ones it does not.
#[derive(Default)]
struct Graveyard(Mutex<BTreeSet<String>>);

impl Owners for Graveyard {
    fn is_gone(&self, owner: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(owner)
    }
}

/// Drops or freezes what it runs at a given poll.
struct CrashAt<F> {
    future: Pin<Box<F>>,
    /// Polls until the next crash, counted on through all runs.
    left: Arc<Mutex<u64>>,
    polls: Arc<Mutex<u64>>,
}

impl<F: Future> Future for CrashAt<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut TaskContext<'_>) -> Poll<Self::Output> {
        *self.polls.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        {
            let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
            if *left == 0 {
                return Poll::Ready(None);
            }
            *left -= 1;
        }
        self.future.as_mut().poll(context).map(Some)
    }
}

struct Stage {
    world: Shared,
    store: Arc<SlowStore>,
    registry: Registry,
    context: Context,
    blueprint: Arc<Blueprint>,
    graveyard: Arc<Graveyard>,
    removed: Option<Mechanism>,
    polls: Arc<Mutex<u64>>,
}

fn blueprint(registry: &Registry) -> Arc<Blueprint> {
    static COMPILED: OnceLock<Arc<Blueprint>> = OnceLock::new();
    Arc::clone(COMPILED.get_or_init(|| {
        let files = MemoryFiles::default().with("sim.toml", PIPELINE).with("connections.toml", CONNECTIONS);
        let (project, found) = engine_project::load(&files, &BTreeMap::new(), None);
        assert!(!found.has_errors(), "{found:?}");
        let (blueprint, found) =
            compile(&project, "sim", &project.tenants[0], registry, &Catalogs(BTreeMap::new()));
        Arc::new(blueprint.unwrap_or_else(|| panic!("{found:?}")))
    }))
}

impl Stage {
    fn new(trial: &Trial) -> Self {
        let world: Shared = Arc::new(Mutex::new(World::new(trial.seed, trial.class)));
        let clock: Arc<dyn Clock> = Arc::new(SimClock(lock(&world).start(), Cancel::default()));
        let rng: Arc<dyn engine_contract::Rng> =
            Arc::new(SimRng(Mutex::new(ChaCha8Rng::seed_from_u64(trial.seed))));
        let sealer = Sealer::new(&[7; 32], Arc::clone(&rng));
        let inner = SqliteStore::in_memory(sealer).unwrap();
        let store = Arc::new(SlowStore { inner, clock: Arc::clone(&clock), world: Arc::clone(&world) });
        let registry = Registry::default().with(Service(Arc::clone(&world)));
        let context = Context {
            clock,
            rng,
            http: Arc::new(NoNetwork),
            secrets: Arc::new(NoSecrets),
            vault: Arc::new(NoVault),
            cancel: Cancel::default(),
            project_dir: std::path::PathBuf::new(),
        };
        let blueprint = blueprint(&registry);
        let (graveyard, polls) = (Arc::default(), Arc::default());
        Self { world, store, registry, context, blueprint, graveyard, removed: trial.removed, polls }
    }

    fn engine(&self, owner: &str, cancel: &Cancel) -> Engine {
        let mut options = Options::default();
        options.batch_records = 5;
        options.lease = Duration::from_secs(20);
        if let Some(mechanism) = self.removed {
            options.remove(mechanism);
        }
        Engine {
            registry: self.registry.clone(),
            store: Arc::<SlowStore>::clone(&self.store),
            context: Context {
                clock: Arc::new(SimClock(lock(&self.world).start(), cancel.clone())),
                cancel: cancel.clone(),
                ..self.context.clone()
            },
            options,
            owner: owner.to_owned(),
            owners: Arc::<Graveyard>::clone(&self.graveyard),
            gone: Vec::new(),
            observer: Arc::new(Unobserved),
        }
    }

    fn request(&self) -> RunRequest {
        RunRequest {
            blueprint: Arc::clone(&self.blueprint),
            only: Vec::new(),
            full: false,
            limit: None,
            dry_run: false,
            trigger: "test".to_owned(),
        }
    }

    async fn run(&self, owner: &str) -> Option<RunReport> {
        let (engine, request) = (self.engine(owner, &Cancel::default()), self.request());
        engine.run(&request).await.ok()
    }

    fn chance(&self, range: std::ops::Range<u64>) -> u64 {
        lock(&self.world).rng.random_range(range)
    }

    async fn rest(&self, millis: u64) {
        self.context.clock.sleep(Duration::from_millis(millis)).await;
    }
}

/// Puts a trial through its paces.
pub(crate) fn run(trial: &Trial) -> Verdict {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let stage = Stage::new(trial);
        trouble(&stage, trial).await;
        let last = calm(&stage).await;
        let wrong = oracle::judge(&stage.world, &*stage.store, last.as_ref()).await;
        let polls = *stage.polls.lock().unwrap_or_else(PoisonError::into_inner);
        Verdict { wrong, polls, trace: lock(&stage.world).trace }
    })
}

/// Runs amid changes, lost answers, crashes and people who press Ctrl-C.
async fn trouble(stage: &Stage, trial: &Trial) {
    let mut crashes = trial.crashes.iter().copied();
    let left = Arc::new(Mutex::new(crashes.next().unwrap_or(u64::MAX)));
    let mut count = 0;
    for index in 0..12 {
        let owner = format!("engine-{index}");
        let cancel = Cancel::default();
        let engine = stage.engine(&owner, &cancel);
        let request = RunRequest {
            full: stage.chance(0..10) == 0,
            limit: (stage.chance(0..10) == 0).then_some(3),
            ..stage.request()
        };
        let patience = if stage.chance(0..5) == 0 { stage.chance(100..20_000) } else { u64::MAX };
        let future = Box::pin(async move {
            let impatient = async {
                tokio::time::sleep(Duration::from_millis(patience)).await;
                cancel.cancel();
                std::future::pending::<()>().await;
            };
            let run = engine.run(&request);
            futures::pin_mut!(impatient, run);
            match futures::future::select(run, impatient).await {
                futures::future::Either::Left((report, _)) => report.ok(),
                futures::future::Either::Right(_) => None,
            }
        });
        let (left, polls) = (Arc::clone(&left), Arc::clone(&stage.polls));
        let mut run = Box::pin(CrashAt { future, left: Arc::clone(&left), polls });
        if run.as_mut().await.is_none() {
            count += 1;
            *left.lock().unwrap_or_else(PoisonError::into_inner) = crashes.next().unwrap_or(u64::MAX);
            if trial.zombie {
                thaw_beside_successors(stage, run).await;
            } else {
                drop(run);
                // In half of the cases the operating system tells that it is dead.
                if stage.chance(0..2) == 0 {
                    stage.graveyard.0.lock().unwrap_or_else(PoisonError::into_inner).insert(owner);
                }
            }
        }
        stage.rest(stage.chance(100..9000)).await;
        if index >= 4 && count == trial.crashes.len() {
            break;
        }
    }
}

/// The frozen engine wakes up while others have gone on.
async fn thaw_beside_successors<F: Future>(stage: &Stage, frozen: Pin<Box<CrashAt<F>>>) {
    let sleep = stage.chance(500..60_000);
    let zombie = async {
        stage.rest(sleep).await;
        frozen.await
    };
    let successors = async {
        for index in 0..6 {
            stage.rest(5000).await;
            stage.run(&format!("successor-{index}")).await;
        }
    };
    futures::future::join(zombie, successors).await;
}

/// Lets everything late land, and runs until nothing is left to do: returns what the last run said.
async fn calm(stage: &Stage) -> Option<RunReport> {
    lock(&stage.world).faults = false;
    stage.rest(60_000).await;
    lock(&stage.world).catch_up();
    // What the service refused for its content is welcome now, and changes once more.
    lock(&stage.world).touch_refused();
    let mut last = None;
    for index in 0..5 {
        stage.rest(30_000).await;
        if index == 3 {
            // A child that was held for a parent which the source has no more is let go when its time is up.
            tokio::time::sleep(Duration::from_hours(25)).await;
        }
        lock(&stage.world).catch_up();
        last = stage.run(&format!("calm-{index}")).await;
    }
    assert!(lock(&stage.world).is_calm(), "nothing is under way any more");
    last
}
