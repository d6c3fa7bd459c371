//! The real connectors over the real emulators: manifests, runtime, limits, tokens and all, with a network between
//! that loses, delays and repeats.

mod books_to_shop;
mod both_ways;
mod connectors;
mod fate;
mod login;
mod net;
mod restraint;
mod shop_to_books;
mod shop_to_warehouse;
mod world;

use crate::{
    stage::{Luck, Pace, Process, Stage},
    trial::{Scene, Trial},
};
use connectors::Connectors;
use engine_contract::Registry;
use engine_plan::{Blueprint, Catalogs, compile};
use engine_project::MemoryFiles;
use engine_run::{RunError, RunReport};
use http::Method;
use login::{SimSecrets, SimVault};
use net::SimNet;
use serde_json::Value;
pub(crate) use shop_to_books::decimal;
pub(crate) use shop_to_warehouse::PIPELINE as TO_WAREHOUSE;
use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};
use world::{REALM, Shared, Side, World, lock};

const CONNECTIONS: &str = r#"
[connection.shop]
connector = "woocommerce"
url = "https://shop.example"
consumer_key = { secret = "key" }
consumer_secret = { secret = "secret" }

[connection.books]
connector = "quickbooks"
realm = "9130350000000000"
client_id = { secret = "client_id" }
client_secret = { secret = "client_secret" }

[connection.tables]
connector = "supabase"
url = "https://tables.example"
key = { secret = "tables_key" }
"#;

/// Two services, and a pipeline between them.
pub(crate) struct ServiceStage {
    world: Shared,
    connectors: Connectors,
    blueprint: Arc<Blueprint>,
    process: Mutex<(u64, Registry)>,
}

impl ServiceStage {
    pub(crate) fn new(trial: &Trial, tells: bool) -> Self {
        let world = World::new(trial, Luck::new(trial.seed, tells));
        let connectors = Connectors::new(trial);
        Self {
            world: Arc::new(Mutex::new(world)),
            blueprint: blueprint(trial.scene),
            connectors,
            process: Mutex::default(),
        }
    }
}

/// What both sides hold.
pub(crate) struct Content {
    /// The records of the shop, by resource.
    pub(crate) shop: BTreeMap<&'static str, Vec<Value>>,
    /// The objects of the target, by kind or table.
    pub(crate) target: BTreeMap<&'static str, Vec<Value>>,
}

/// For tests that bring their own records and pipeline, in a world without trouble.
impl ServiceStage {
    pub(crate) fn calm(trial: &Trial, pipeline: &str) -> Self {
        let stage = Self { blueprint: compiled(pipeline), ..Self::new(trial, false) };
        lock(&stage.world).luck.troubled = false;
        stage
    }

    /// Somebody makes a record in the shop.
    pub(crate) fn add(&self, resource: &str, record: &Value) {
        let made = lock(&self.world).person(Side::Shop, (Method::POST, resource), record);
        assert!(made.is_some(), "the shop takes {record}");
    }

    /// The ids of a resource of the shop.
    pub(crate) fn ids(&self, resource: &str) -> Vec<u64> {
        shop_to_books::ids(&lock(&self.world), resource)
    }

    pub(crate) fn content(&self) -> Content {
        let mut world = lock(&self.world);
        let shop = ["customers", "orders"].map(|resource| (resource, told(&mut world, resource)));
        let target = match world.scene {
            Scene::ShopToWarehouse => ["customers", "orders"]
                .map(|table| (table, shop_to_warehouse::rows(&mut world, table).into_values().collect())),
            _ => ["Customer", "Invoice"].map(|kind| (kind, world.books.objects(REALM, kind))),
        };
        Content { shop: shop.into(), target: target.into() }
    }
}

/// The records of a resource as the shop tells them.
fn told(world: &mut World, resource: &str) -> Vec<Value> {
    let path = format!("{resource}?per_page=100&role=all");
    let records = world.person(Side::Shop, (Method::GET, &path), &Value::Null);
    records.and_then(|records| records.as_array().cloned()).unwrap_or_default()
}

fn blueprint(scene: Scene) -> Arc<Blueprint> {
    static COMPILED: [OnceLock<Arc<Blueprint>>; 4] = [const { OnceLock::new() }; 4];
    let (cell, pipeline) = match scene {
        Scene::BooksToShop => (&COMPILED[0], books_to_shop::PIPELINE),
        Scene::ShopToWarehouse => (&COMPILED[2], shop_to_warehouse::PIPELINE),
        Scene::BothWays => (&COMPILED[3], both_ways::PIPELINE),
        _ => (&COMPILED[1], shop_to_books::PIPELINE),
    };
    Arc::clone(cell.get_or_init(|| compiled(pipeline)))
}

fn compiled(pipeline: &str) -> Arc<Blueprint> {
    let files = MemoryFiles::default().with("sim.toml", pipeline).with("connections.toml", CONNECTIONS);
    let (project, found) = engine_project::load(&files, &BTreeMap::new(), None);
    assert!(!found.has_errors(), "{found:?}");
    let catalogs = Catalogs(BTreeMap::new());
    let (blueprint, found) =
        compile(&project, "sim", &project.tenants[0], &::connectors::registry(), &catalogs);
    Arc::new(blueprint.unwrap_or_else(|| panic!("{found:?}")))
}

impl Stage for ServiceStage {
    fn luck<T>(&self, look: impl FnOnce(&mut Luck) -> T) -> T {
        look(&mut lock(&self.world).luck)
    }

    fn pace(&self) -> Pace {
        Pace {
            rest: 100..20_000,
            long_rest: 60_000..420_000,
            frozen: 500..900_000,
            patience: [60, 400],
            calm: Duration::from_secs(700),
        }
    }

    fn blueprint(&self) -> Arc<Blueprint> {
        Arc::clone(&self.blueprint)
    }

    fn process(&self, is_new: bool) -> Process {
        lock(&self.world).writes = 0;
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        if is_new || process.0 == 0 {
            let registry =
                self.connectors.anew().into_iter().fold(Registry::default(), Registry::with_erased);
            *process = (process.0 + 1, registry);
        }
        Process {
            registry: process.1.clone(),
            http: Arc::new(SimNet { world: Arc::clone(&self.world), process: process.0 }),
            secrets: Arc::new(SimSecrets),
            vault: Arc::new(SimVault(Arc::clone(&self.world))),
        }
    }

    fn ended(&self, ended: Option<&Result<RunReport, RunError>>) {
        let code = match ended {
            Some(Ok(report)) => report.error.as_ref().map(|(code, _)| code.as_str()),
            Some(Err(error)) => Some(error.code()),
            None => None,
        };
        let mut world = lock(&self.world);
        if code == Some("connector/unauthorized") {
            world.log_in();
        }
    }

    fn catch_up(&self) {
        lock(&self.world).catch_up();
    }

    fn stir(&self) {
        let mut world = lock(&self.world);
        for _ in 0..6 {
            world.change();
        }
    }

    fn sent(&self) -> u64 {
        lock(&self.world).sent
    }

    fn forgets(&self) {
        lock(&self.world).forgotten = true;
    }

    fn calm_down(&self) {
        let mut world = lock(&self.world);
        world.catch_up();
        world.luck.troubled = false;
    }

    fn judge(&self) -> String {
        let mut world = lock(&self.world);
        assert!(world.is_calm(), "nothing is under way any more");
        let mut wrong = match world.scene {
            Scene::BooksToShop => books_to_shop::judge(&world),
            Scene::ShopToWarehouse => shop_to_warehouse::judge(&mut world),
            Scene::BothWays => both_ways::judge(&world),
            _ => shop_to_books::judge(&world),
        };
        if world.writes > 0 {
            write!(wrong, "the last run sent {} requests that write; ", world.writes).unwrap();
        }
        wrong.push_str(&world.wrong);
        wrong
    }
}
