//! One seed: the real engine in a world, through crashes, outages and zombies, until all is quiet.

mod preview;
mod round_trip;

pub(crate) use preview::previewed;
pub(crate) use round_trip::round_trip;

use crate::{
    class::ClassStage,
    engine::{CrashAt, Graveyard, Polls, SimClock, SimRng, time_at},
    mutants::Vice,
    services::ServiceStage,
    stage::{Pace, Process, Stage},
    store::SlowStore,
    trial::{Scene, Trial, Verdict},
};
use engine_contract::{Cancel, Context, Rng};
use engine_run::{
    Engine, Options, Records, RunError, RunReport, RunRequest, Unobserved,
    plan::Purpose,
    state::{RunFilter, RunStatus, Sealer, StateStore, sqlite::SqliteStore},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::{
    collections::BTreeMap,
    fmt::Write,
    future::Future,
    ops::Range,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Most runs amid trouble.
const RUNS_MAX: usize = 12;

/// Puts a trial through its paces.
pub(crate) fn run(trial: &Trial) -> Verdict {
    told(trial, false)
}

/// The same, and says what happened.
pub(crate) fn told(trial: &Trial, tells: bool) -> Verdict {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        match trial.scene {
            Scene::Keys | Scene::Upserts | Scene::Rows | Scene::Markers => {
                through(trial, ClassStage::new(trial, tells)).await
            }
            Scene::ShopToBooks | Scene::BooksToShop | Scene::ShopToWarehouse | Scene::BothWays => {
                through(trial, ServiceStage::new(trial, tells)).await
            }
        }
    })
}

async fn through<S: Stage + 'static>(trial: &Trial, stage: S) -> Verdict {
    let play = Play::new(trial, Arc::new(stage));
    play.trouble().await;
    let last = play.calm().await;
    let wrong = play.judge(last.as_ref()).await;
    let polls = play.polls.lock().unwrap_or_else(PoisonError::into_inner).all;
    let (trace, story) = play.stage.luck(|luck| (luck.trace(), luck.story()));
    Verdict { wrong, polls, trace, story }
}

struct Play<'a, S> {
    trial: &'a Trial,
    stage: Arc<S>,
    pace: Pace,
    start: Instant,
    store: Arc<SlowStore<S>>,
    rng: Arc<SimRng>,
    graveyard: Arc<Graveyard>,
    polls: Arc<Mutex<Polls>>,
    /// How long the engine waits within a run for what only time can tell.
    patience: Duration,
}

impl<'a, S: Stage + 'static> Play<'a, S> {
    fn new(trial: &'a Trial, stage: Arc<S>) -> Self {
        let start = stage.luck(|luck| luck.start());
        let rng = Arc::new(SimRng(Mutex::new(ChaCha8Rng::seed_from_u64(trial.seed))));
        let sealer = Sealer::new(&[7; 32], Arc::<SimRng>::clone(&rng));
        let inner = SqliteStore::in_memory(sealer).unwrap();
        let fenced = !trial.has(Vice::LetsAllCommit);
        let store = Arc::new(SlowStore::new(inner, Arc::clone(&stage), fenced));
        let pace = stage.pace();
        let patience = pace.patience[usize::from(stage.luck(|luck| luck.chance(50)))];
        let polls = Polls { all: 0, left: trial.crashes.first().copied() };
        Self {
            trial,
            pace,
            stage,
            start,
            store,
            rng,
            graveyard: Arc::default(),
            polls: Arc::new(Mutex::new(polls)),
            patience: Duration::from_secs(patience),
        }
    }

    fn engine(&self, owner: &str, process: Process, stop: Option<Instant>) -> Engine {
        let mut options = Options::default();
        options.batch_records = self.trial.profile.batch;
        options.lease = Duration::from_secs(20);
        options.patience = self.patience;
        // A world comes to rest within a few polls: how long failed records wait between tries, and when they are given
        // up, are promises of their own.
        options.revisit_wait = Duration::ZERO;
        options.dead_after = u32::MAX;
        for mechanism in self.trial.mutant.iter().flat_map(|mutant| mutant.removed) {
            options.remove(*mechanism);
        }
        let cancel = Cancel::default();
        let clock = SimClock { start: self.start, cancel: cancel.clone(), stop };
        let Process { registry, http, secrets, vault } = process;
        Engine {
            registry,
            store: Arc::<SlowStore<S>>::clone(&self.store),
            context: Context {
                clock: Arc::new(clock),
                rng: Arc::<SimRng>::clone(&self.rng),
                http,
                secrets,
                vault,
                cancel,
                project_dir: std::path::PathBuf::new(),
            },
            options,
            owner: owner.to_owned(),
            owners: Arc::<Graveyard>::clone(&self.graveyard),
            gone: Vec::new(),
            observer: Arc::new(Unobserved),
        }
    }

    fn request(&self) -> RunRequest {
        RunRequest::new(self.stage.blueprint(), Purpose::Write)
    }

    fn roll(&self, range: Range<u64>) -> u64 {
        self.stage.luck(|luck| luck.rng.random_range(range))
    }

    fn percent(&self, percent: u32) -> bool {
        self.stage.luck(|luck| luck.chance(percent))
    }

    async fn rest(&self, range: Range<u64>) {
        let wait = self.stage.luck(|luck| luck.millis(range));
        tokio::time::sleep(wait).await;
    }

    /// One run that nobody stops, in a process of its own.
    async fn run(&self, owner: &str) -> Result<RunReport, RunError> {
        self.ask(owner, self.request()).await
    }

    async fn ask(&self, owner: &str, request: RunRequest) -> Result<RunReport, RunError> {
        let engine = self.engine(owner, self.stage.process(true), None);
        self.tell(|| format!("{owner} starts"));
        let ended = engine.run(&request).await;
        self.end(owner, &ended);
        ended
    }

    fn end(&self, owner: &str, ended: &Result<RunReport, RunError>) {
        self.tell(|| match ended {
            Ok(report) => format!("{owner} ends: {} {:?}", report.status.as_str(), report.error),
            Err(error) => format!("{owner} could not begin: {error}"),
        });
        self.stage.ended(Some(ended));
    }

    fn tell(&self, line: impl FnOnce() -> String) {
        self.stage.luck(|luck| luck.tell(line));
    }

    /// Runs amid changes, lost answers, crashes and people who press Ctrl-C.
    async fn trouble(&self) {
        let profile = self.trial.profile;
        let mut crashes = self.trial.crashes.iter().copied().skip(1);
        let mut count = 0;
        let mut is_new = true;
        for index in 0..RUNS_MAX {
            let owner = format!("engine-{index}");
            let stop = self.percent(profile.stopped).then(|| self.roll(100..20_000));
            let stop = stop.map(|millis| Instant::now() + Duration::from_millis(millis));
            let request = RunRequest {
                full: self.percent(profile.full),
                limit: self.percent(profile.full).then_some(3),
                ..self.request()
            };
            let engine = self.engine(&owner, self.stage.process(is_new || self.percent(50)), stop);
            self.tell(|| format!("{owner} starts"));
            let future = async move { engine.run(&request).await };
            let mut run = Box::pin(CrashAt::new(future, &self.polls));
            is_new = false;
            if let Some(ended) = run.as_mut().await {
                self.end(&owner, &ended);
            } else {
                (count, is_new) = (count + 1, true);
                self.polls.lock().unwrap_or_else(PoisonError::into_inner).left = crashes.next();
                if self.trial.zombie {
                    self.tell(|| format!("{owner} freezes"));
                    self.thaw_beside_successors(&owner, run).await;
                } else {
                    drop(run);
                    self.die(owner);
                }
            }
            let is_long = self.percent(profile.long_rests);
            let Range { start, end } =
                if is_long { self.pace.long_rest.clone() } else { self.pace.rest.clone() };
            self.rest(start * profile.rest / 100..end * profile.rest / 100).await;
            self.tend(index).await;
            if index + 1 >= profile.runs && count == self.trial.crashes.len() {
                break;
            }
        }
        self.polls.lock().unwrap_or_else(PoisonError::into_inner).left = None;
    }

    /// What people do between runs: they try failed records again, make backups, and put one back.
    async fn tend(&self, index: usize) {
        let profile = self.trial.profile;
        if self.percent(profile.retries) {
            self.retry(&format!("retry-{index}")).await;
        }
        let [made, put_back] = profile.backups;
        if self.percent(put_back) && self.store.restore(self.hands(), self.now()).await {
            self.tell(|| "a backup is put back".to_owned());
            self.stage.forgets();
        } else if self.percent(made) {
            self.store.back_up(self.hands(), self.now()).await;
            self.tell(|| "a backup is made".to_owned());
        }
    }

    /// Looks at all failed records again, as they are now.
    async fn retry(&self, owner: &str) {
        let all = RunFilter { limit: usize::MAX, ..RunFilter::default() };
        let Ok(failed) = self.store.failures(&all, None).await else { return };
        let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in failed.into_iter().filter(|row| !row.broken) {
            keys.entry(row.entity).or_default().push(row.key.source_key);
        }
        if !keys.is_empty() {
            let records = Some(Arc::new(Records::Now(keys)));
            drop(self.ask(owner, RunRequest { records, ..self.request() }).await);
        }
    }

    fn hands(&self) -> (Sealer, Arc<dyn Rng>) {
        let rng: Arc<dyn Rng> = Arc::<SimRng>::clone(&self.rng);
        (Sealer::new(&[7; 32], Arc::clone(&rng)), rng)
    }

    fn now(&self) -> jiff::Timestamp {
        time_at(self.start, Instant::now())
    }

    fn die(&self, owner: String) {
        // In half of the cases the operating system tells that it is dead.
        let is_known = self.percent(50);
        self.tell(|| format!("{owner} dies{}", if is_known { ", and that is known" } else { "" }));
        self.stage.ended(None);
        if is_known {
            self.graveyard.bury(owner);
        }
    }

    /// The frozen engine wakes up while others have gone on.
    async fn thaw_beside_successors<F>(&self, owner: &str, frozen: Pin<Box<CrashAt<F>>>)
    where
        F: Future<Output = Result<RunReport, RunError>>,
    {
        let zombie = async {
            self.rest(self.pace.frozen.clone()).await;
            self.tell(|| format!("{owner} thaws"));
            if let Some(ended) = frozen.await {
                self.end(owner, &ended);
            }
        };
        let successors = async {
            for index in 0..6 {
                self.rest(self.pace.frozen.start..self.pace.frozen.end / 6).await;
                drop(self.run(&format!("successor-{index}")).await);
            }
        };
        futures::future::join(zombie, successors).await;
    }

    /// Lets everything late land, and runs until nothing is left to do: returns what the last run said.
    async fn calm(&self) -> Option<RunReport> {
        self.tell(|| "all is calm".to_owned());
        tokio::time::sleep(self.pace.calm).await;
        self.stage.calm_down();
        let mut last = None;
        // A service may remember a refusal for each key that was used before a restore.
        let runs = if self.trial.profile.backups == [0, 0] { 5 } else { 10 };
        for index in 0..runs {
            tokio::time::sleep(self.pace.calm).await;
            if index == 3 {
                // A child that was held for a parent which the source has no more is let go when its time is up.
                tokio::time::sleep(Duration::from_hours(25)).await;
            }
            self.stage.catch_up();
            last = self.run(&format!("calm-{index}")).await.ok();
        }
        last
    }

    /// What must be true when all is quiet.
    async fn judge(&self, last: Option<&RunReport>) -> String {
        let mut wrong = self.stage.judge();
        wrong.push_str(&self.store.wrong());
        match last {
            Some(report) if report.status == RunStatus::Done && report.written() == 0 => {}
            last => write!(
                wrong,
                "the last run was not quiet: {:?}; ",
                last.map(|last| (last.status, &last.entities, &last.error))
            )
            .unwrap(),
        }
        for (pipeline, (failed, held, open)) in self.store.waiting().await.unwrap() {
            if failed + held + open > 0 {
                write!(wrong, "{pipeline}: {failed} failed, {held} held, {open} open; ").unwrap();
            }
        }
        wrong
    }
}
