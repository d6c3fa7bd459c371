//! A small shop in a temporary folder: files as the source, a SQLite database as the target, and the engine
//! with a clock that a test moves.

use engine_contract::{Cancel, Clock, Context, NoNetwork, NoSecrets, NoVault, Registry, Rng, async_trait};
use engine_plan::{Catalogs, compile};
use engine_project::MemoryFiles;
use engine_run::{
    Engine, Observer, Options, RunError, RunReport, RunRequest, Unobserved,
    plan::Purpose,
    state::{FailedRow, NeverGone, RunFilter, Sealer, StateStore, sqlite::SqliteStore},
};
use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;

const CONNECTIONS: &str = r#"
[connection.store]
connector = "file"
root = "data"
stream.customers = { files = ["customers.json"], key = ["id"] }
stream.orders = { files = ["orders.json"], key = ["id"] }

[connection.warehouse]
connector = "sqlite"
path = "warehouse.db"
"#;

const PIPELINE: &str = r#"
[pipeline]
name = "shop"
[source]
connection = "store"
[target]
connection = "warehouse"

[entity.customer]
from = "customers"
to = "customers"
write.match = ["id"]
map.id = "$.id"
map.name = "$.name"

[entity.order]
from = "orders"
to = "orders"
write.match = ["id"]
map.id = "$.id"
map.total = "$.total"
map.customer_id = { ref = "customer", key = "$.customer_id", hold_for = "1h" }
"#;

const SCHEMA: &str = "
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE orders (id INTEGER PRIMARY KEY, total TEXT CHECK (total <> ''), customer_id INTEGER);
";

/// A clock that stands still until it is moved. Whoever sleeps moves it.
pub(crate) struct StillClock(Mutex<Timestamp>);

impl StillClock {
    pub(crate) fn forward(&self, duration: SignedDuration) {
        let mut now = self.0.lock().unwrap();
        *now += duration;
    }
}

#[async_trait]
impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        self.forward(duration.try_into().unwrap());
    }
}

/// Gives the same bytes in every test.
pub(crate) struct Seeded(Mutex<ChaCha8Rng>);

impl Seeded {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(ChaCha8Rng::seed_from_u64(1))))
    }
}

impl Rng for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        rand::Rng::fill_bytes(&mut *self.0.lock().unwrap(), bytes);
    }
}

/// The shop, ready to run.
pub(crate) struct Shop {
    pub(crate) folder: TempDir,
    pub(crate) pipeline: String,
    pub(crate) connections: String,
    pub(crate) clock: Arc<StillClock>,
    pub(crate) rng: Arc<Seeded>,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) registry: Registry,
    pub(crate) cancel: Cancel,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) batch_records: usize,
}

impl Shop {
    /// A customer and her order.
    pub(crate) fn new() -> Self {
        let shop = Self {
            folder: tempfile::tempdir().unwrap(),
            pipeline: PIPELINE.to_owned(),
            connections: CONNECTIONS.to_owned(),
            clock: Arc::new(StillClock(Mutex::new("2026-01-10T09:00:00Z".parse().unwrap()))),
            rng: Seeded::new(),
            store: Arc::new(SqliteStore::in_memory(sealer()).unwrap()),
            registry: connectors::registry(),
            cancel: Cancel::default(),
            observer: Arc::new(Unobserved),
            batch_records: 500,
        };
        std::fs::create_dir(shop.path("data")).unwrap();
        shop.write("customers.json", r#"[{"id": 1, "name": "Ada"}]"#);
        shop.write("orders.json", r#"[{"id": 7, "total": "21.00", "customer_id": 1}]"#);
        shop.make_tables();
        shop
    }

    /// Makes the tables of the target.
    pub(crate) fn make_tables(&self) {
        self.sql(SCHEMA);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of the source.
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path("data").join(name), text).unwrap();
    }

    /// Changes the target behind the engine's back.
    pub(crate) fn sql(&self, sql: &str) {
        rusqlite::Connection::open(self.path("warehouse.db")).unwrap().execute_batch(sql).unwrap();
    }

    /// The only number that a query of the target gives.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        let db = rusqlite::Connection::open(self.path("warehouse.db")).unwrap();
        db.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Replaces a text of the pipeline.
    pub(crate) fn edit(&mut self, find: &str, replace: &str) {
        assert!(self.pipeline.contains(find));
        self.pipeline = self.pipeline.replace(find, replace);
    }

    pub(crate) fn run(&self) -> Result<RunReport, RunError> {
        let files = MemoryFiles::default()
            .with("shop.toml", self.pipeline.as_str())
            .with("connections.toml", self.connections.as_str());
        let (project, found) = engine_project::load(&files, &BTreeMap::new(), None);
        assert!(!found.has_errors(), "{found:?}");
        let (blueprint, found) =
            compile(&project, "shop", &project.tenants[0], &self.registry, &Catalogs::default());
        let blueprint = Arc::new(blueprint.unwrap_or_else(|| panic!("{found:?}")));
        let request = RunRequest::new(blueprint, Purpose::Write);
        block_on(self.engine().run(&request))
    }

    fn engine(&self) -> Engine {
        let mut options = Options::default();
        options.batch_records = self.batch_records;
        Engine {
            registry: self.registry.clone(),
            store: Arc::<SqliteStore>::clone(&self.store),
            context: Context {
                clock: Arc::<StillClock>::clone(&self.clock),
                rng: Arc::<Seeded>::clone(&self.rng),
                http: Arc::new(NoNetwork),
                secrets: Arc::new(NoSecrets),
                vault: Arc::new(NoVault),
                cancel: self.cancel.clone(),
                project_dir: self.folder.path().to_owned(),
            },
            options,
            owner: "this engine".to_owned(),
            owners: Arc::new(NeverGone),
            gone: Vec::new(),
            observer: Arc::clone(&self.observer),
        }
    }

    /// The failed records, as they are listed.
    pub(crate) fn failed(&self) -> Vec<FailedRow> {
        let all = RunFilter { limit: usize::MAX, ..RunFilter::default() };
        block_on(self.store.failures(&all, None)).unwrap()
    }

    /// The code with which a run stops, before it begins or later.
    pub(crate) fn stops(&self) -> String {
        match self.run() {
            Err(error) => error.code().to_owned(),
            Ok(report) => report.error.map(|(code, _)| code).unwrap_or_default(),
        }
    }

    /// `entity code` of the records that fail in a run that goes on to its end.
    pub(crate) fn failures(&self) -> Vec<String> {
        let report = self.run().unwrap();
        assert_eq!(report.error, None);
        report.failures.iter().map(|failure| format!("{} {}", failure.entity, failure.code)).collect()
    }
}

/// Seals with a key that everyone knows.
pub(crate) fn sealer() -> Sealer {
    Sealer::new(&[7; 32], Seeded::new())
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(Box::pin(future))
}
