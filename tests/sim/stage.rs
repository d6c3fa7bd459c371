//! What a trial needs of a world, and what every world has: chance from a seed, trouble, a story.

use engine_contract::{HttpTransport, Registry, Secrets, Vault};
use engine_plan::Blueprint;
use engine_run::{RunError, RunReport};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::{fmt::Write, ops::Range, sync::Arc, time::Duration};
use tokio::time::Instant;

/// The engine's clock at the start, in seconds since 1970.
pub(crate) const EPOCH: i64 = 1_768_471_200;

/// Chance, trouble, and what happened.
pub(crate) struct Luck {
    pub(crate) rng: ChaCha8Rng,
    /// Whether anything goes wrong or changes.
    pub(crate) troubled: bool,
    start: Instant,
    trace: u64,
    /// What happened, line by line; nothing when nobody wants to hear it.
    story: Option<String>,
}

impl Luck {
    pub(crate) fn new(seed: u64, tells: bool) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            troubled: true,
            start: Instant::now(),
            trace: 0xcbf2_9ce4_8422_2325,
            story: tells.then(String::new),
        }
    }

    pub(crate) fn start(&self) -> Instant {
        self.start
    }

    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        percent > 0 && self.rng.random_range(0..100) < percent
    }

    /// A time between two, in milliseconds.
    pub(crate) fn millis(&mut self, range: Range<u64>) -> Duration {
        Duration::from_millis(self.rng.random_range(range))
    }

    /// Mixes what happened into the trace: equal seeds must give equal traces.
    pub(crate) fn note(&mut self, what: u64) {
        self.trace = (self.trace ^ what).wrapping_mul(0x0100_0000_01b3);
    }

    pub(crate) fn trace(&self) -> u64 {
        self.trace
    }

    /// Adds a line to the story.
    pub(crate) fn tell(&mut self, line: impl FnOnce() -> String) {
        let at = self.start.elapsed().as_secs_f64();
        if let Some(story) = &mut self.story {
            writeln!(story, "{at:>10.3}s {}", line()).unwrap();
        }
    }

    pub(crate) fn story(&mut self) -> String {
        self.story.take().unwrap_or_default()
    }
}

/// What a process of the engine is started with.
pub(crate) struct Process {
    pub(crate) registry: Registry,
    pub(crate) http: Arc<dyn HttpTransport>,
    pub(crate) secrets: Arc<dyn Secrets>,
    pub(crate) vault: Arc<dyn Vault>,
}

/// How long things take in a world.
pub(crate) struct Pace {
    /// The pauses between runs, in milliseconds.
    pub(crate) rest: Range<u64>,
    /// Now and then a longer one.
    pub(crate) long_rest: Range<u64>,
    /// How long an engine stays frozen.
    pub(crate) frozen: Range<u64>,
    /// How long the engine waits within a run for what only time can tell, in seconds: less than a service
    /// takes to be quiet, or more.
    pub(crate) patience: [u64; 2],
    /// How long everything that is late takes to land.
    pub(crate) calm: Duration,
}

/// A world with its services, and what it knows of a pipeline between them.
pub(crate) trait Stage: Send + Sync {
    /// Looks at chance, trouble and story.
    fn luck<T>(&self, look: impl FnOnce(&mut Luck) -> T) -> T
    where
        Self: Sized;

    fn pace(&self) -> Pace;

    fn blueprint(&self) -> Arc<Blueprint>;

    /// What the next run is started with: a process of its own, or the one of the run before.
    fn process(&self, is_new: bool) -> Process;

    /// How a run ended; nothing when the engine died.
    fn ended(&self, ended: Option<&Result<RunReport, RunError>>);

    /// Lets happen whose time has come.
    fn catch_up(&self);

    /// A backup of the engine's state was put back: what was made of records that are gone by now, nobody knows any more.
    fn forgets(&self);

    /// Its sources change a little, and nothing goes wrong.
    fn stir(&self);

    /// How many writes its services were asked for.
    fn sent(&self) -> u64;

    /// Nothing goes wrong any more.
    fn calm_down(&self);

    /// What is wrong with the services, in words; empty when nothing is.
    fn judge(&self) -> String;
}
