//! The contract's own traits over services of one effect class each: what all connectors of a class have in
//! common, and nothing else.

mod oracle;
mod service;
mod world;

use crate::{
    mutants::Vice,
    profile::Profile,
    stage::{Luck, Pace, Process, Stage},
    trial::Trial,
};
use bytes::Bytes;
use engine_contract::{HttpTransport, NoSecrets, NoVault, Registry, async_trait};
use engine_plan::{Blueprint, Catalogs, compile};
use engine_project::MemoryFiles;
use engine_run::{RunError, RunReport};
use service::Service;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};
use world::{Shared, World, lock};

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

/// A world of one class.
pub(crate) struct ClassStage {
    world: Shared,
    registry: Registry,
    blueprint: Arc<Blueprint>,
}

impl ClassStage {
    pub(crate) fn new(trial: &Trial, tells: bool) -> Self {
        let habits = Habits {
            profile: trial.profile,
            pages_by_offset: trial.has(Vice::PagesByOffset),
            asks_for_later: trial.has(Vice::AsksForLater),
            guards: trial.scene.guards(),
        };
        let world = World::new(Luck::new(trial.seed, tells), trial.scene.class(), habits);
        let world: Shared = Arc::new(Mutex::new(world));
        let registry = Registry::default().with(Service(Arc::clone(&world)));
        let blueprint = blueprint(&registry);
        Self { world, registry, blueprint }
    }
}

/// What a world does in a trial.
#[derive(Clone, Copy)]
struct Habits {
    profile: &'static Profile,
    pages_by_offset: bool,
    asks_for_later: bool,
    /// The target compares revisions.
    guards: bool,
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

/// Lets every request out: what becomes of it, the service decides.
struct Wire;

#[async_trait]
impl HttpTransport for Wire {
    async fn send(&self, _: http::Request<Bytes>) -> engine_contract::Result<http::Response<Bytes>> {
        Ok(http::Response::default())
    }
}

impl Stage for ClassStage {
    fn luck<T>(&self, look: impl FnOnce(&mut Luck) -> T) -> T {
        look(&mut lock(&self.world).luck)
    }

    fn pace(&self) -> Pace {
        Pace {
            rest: 100..9000,
            long_rest: 100..9000,
            frozen: 500..60_000,
            patience: [5, 60],
            calm: Duration::from_secs(30),
        }
    }

    fn blueprint(&self) -> Arc<Blueprint> {
        Arc::clone(&self.blueprint)
    }

    fn process(&self, _is_new: bool) -> Process {
        Process {
            registry: self.registry.clone(),
            http: Arc::new(Wire),
            secrets: Arc::new(NoSecrets),
            vault: Arc::new(NoVault),
        }
    }

    fn ended(&self, _ended: Option<&Result<RunReport, RunError>>) {}

    fn catch_up(&self) {
        lock(&self.world).catch_up();
    }

    fn forgets(&self) {
        lock(&self.world).forgotten = true;
    }

    fn stir(&self) {
        lock(&self.world).stir();
    }

    fn sent(&self) -> u64 {
        lock(&self.world).sent
    }

    fn calm_down(&self) {
        let mut world = lock(&self.world);
        // What is late lands first, in the world that it was meant for.
        world.catch_up();
        world.luck.troubled = false;
        // What the service refused for its content is welcome now, and changes once more.
        world.touch_refused();
    }

    fn judge(&self) -> String {
        let world = lock(&self.world);
        assert!(world.is_calm(), "nothing is under way any more");
        oracle::judge(&world)
    }
}
