//! The real world behind [`Context`]: clock, randomness, environment, signals, log.

use crate::{
    custody::{Clean, ProjectSecrets, ProjectVault, Watched},
    workspace::StatePlace,
};
use engine_contract::{Cancel, Clock, Context, NoNetwork, Rng, async_trait};
use jiff::Timestamp;
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

/// How often a wait looks whether the run should stop.
const GLANCE: Duration = Duration::from_millis(100);

/// The signal that asked for the stop; 0 while none did.
static SIGNAL: AtomicU8 = AtomicU8::new(0);

/// The wall clock. Its waits end early when the run should stop.
struct SystemClock(Cancel);

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, duration: Duration) {
        let mut left = duration;
        while !left.is_zero() && !self.0.is_cancelled() {
            let nap = left.min(GLANCE);
            tokio::time::sleep(nap).await;
            left -= nap;
        }
    }
}

/// The system's random numbers.
pub(crate) struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // No system that runs this engine is without random numbers; without them ids would repeat.
            std::process::abort();
        }
    }
}

/// The environment's variables that are text.
pub(crate) fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Who uses this process, as far as the system tells.
pub(crate) fn actor() -> Option<String> {
    let mut environment = environment();
    let names = ["USER", "LOGNAME", "USERNAME"].into_iter();
    names.filter_map(|name| environment.remove(name)).find(|name| !name.is_empty())
}

/// The context for work on a project, with its secrets. The network is off in it.
pub(crate) fn context(project_dir: &Path, state: &StatePlace, cancel: &Cancel) -> (Context, ProjectSecrets) {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock(cancel.clone()));
    let vault = ProjectVault::new(state, Arc::clone(&clock));
    let secrets = ProjectSecrets::new(environment(), vault.clone());
    let context = Context {
        clock,
        rng: Arc::new(SystemRng),
        http: Arc::new(NoNetwork),
        secrets: Arc::new(secrets.clone()),
        vault: Arc::new(Watched(Arc::new(vault))),
        cancel: cancel.clone(),
        project_dir: project_dir.to_owned(),
    };
    (context, secrets)
}

/// Stops the run at the next safe place on SIGINT and SIGTERM; a second signal ends the process at once.
pub(crate) fn stop_on_signals(cancel: Cancel) -> std::io::Result<()> {
    let mut signals =
        signal_hook::iterator::Signals::new([signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM])?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            let signal = u8::try_from(signal).unwrap_or(u8::MAX);
            if cancel.is_cancelled() {
                signal_hook::low_level::exit(128 + i32::from(signal));
            }
            SIGNAL.store(signal, Ordering::Release);
            cancel.cancel();
        }
    })?;
    Ok(())
}

/// The signal that asked for the stop.
pub(crate) fn signal() -> Option<u8> {
    Some(SIGNAL.load(Ordering::Acquire)).filter(|signal| *signal != 0)
}

/// Writes log lines to standard error: by `-v`, or by the filter in `ENGINE_LOG`.
pub(crate) fn start_log(verbose: u8) {
    let level = match verbose {
        0 => "off",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let filter =
        environment().remove("ENGINE_LOG").filter(|_| verbose == 0).unwrap_or_else(|| level.to_owned());
    let filter = tracing_subscriber::EnvFilter::try_new(filter).unwrap_or_default();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| Clean(std::io::stderr()))
        .with_ansi(false);
    // A second log in one process (tests) changes nothing.
    drop(log.try_init());
}

/// Whether the terminal can be expected to show more than ASCII.
pub(crate) fn has_unicode() -> bool {
    let environment = environment();
    let says = |name: &&str| environment.get(*name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(says);
    locale.is_some_and(|locale| {
        let locale = locale.to_uppercase();
        locale.contains("UTF-8") || locale.contains("UTF8")
    })
}
