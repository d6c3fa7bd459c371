//! Holding a lease: the check before each send, and the revisions that order writes.

use crate::{
    options::{Mechanism, Options},
    state::{Lease, StateError, StateStore},
};
use engine_contract::Context;
use jiff::{SignedDuration, Timestamp};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// How many sends one epoch can number. Epochs are milliseconds, of 41 bits for the next decades: both fit
/// 63 bits.
const SENDS: i64 = 1 << 21;

/// How often a lease is prolonged before one send. A store may take longer to answer than the lease lasts: then
/// it is asked again, because the lease is still ours. A store that does so every time holds up the run.
const RENEWALS: usize = 8;

/// A lease in use. Clones are the same lease.
#[derive(Clone)]
pub(crate) struct Guard {
    store: Arc<dyn StateStore>,
    context: Context,
    options: Options,
    lease: Arc<Mutex<Lease>>,
    sends: Arc<AtomicI64>,
}

impl Guard {
    pub(crate) fn new(store: Arc<dyn StateStore>, context: Context, options: Options, lease: Lease) -> Self {
        Self { store, context, options, lease: Arc::new(Mutex::new(lease)), sends: Arc::default() }
    }

    pub(crate) fn keeps(&self, mechanism: Mechanism) -> bool {
        self.options.keeps(mechanism)
    }

    pub(crate) fn lease(&self) -> Lease {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether this engine may still send. Prolongs the lease when half of it is over; then only the local
    /// deadline decides, because whoever takes over waits for it.
    pub(crate) async fn may_send(&self) -> Result<bool, StateError> {
        if !self.options.keeps(Mechanism::LeaseCheck) {
            return Ok(true);
        }
        for _ in 0..RENEWALS {
            let lease = self.lease();
            let now = self.context.clock.now();
            let left = lease.until.duration_since(now);
            if left >= signed(self.options.lease) / 2 {
                return Ok(true);
            }
            // Also after its end: as long as nobody has taken it, the store prolongs it.
            let until = later(now, self.options.lease);
            if !self.store.renew(&lease, until).await? {
                return Ok(false);
            }
            let mut held = self.lease.lock().unwrap_or_else(PoisonError::into_inner);
            held.until = held.until.max(until);
            if self.context.clock.now() < held.until {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A number above all that were given before, for any object, by any engine.
    pub(crate) fn next_revision(&self) -> Result<i64, StateError> {
        let send = self.sends.fetch_add(1, Ordering::Relaxed);
        if send >= SENDS {
            return Err(StateError::Unavailable(
                "this run has made two million sends: start another".to_owned(),
            ));
        }
        Ok(self.lease().epoch.saturating_mul(SENDS).saturating_add(send))
    }

    /// Nothing that an earlier holder of the lease sent can take effect after this moment.
    pub(crate) fn quiet_after(&self, settle: Duration) -> Timestamp {
        later(self.lease().since, settle)
    }

    pub(crate) async fn release(&self) -> Result<(), StateError> {
        self.store.release(&self.lease()).await
    }
}

/// A moment after another; the last there is when it lies beyond.
pub(crate) fn later(moment: Timestamp, duration: Duration) -> Timestamp {
    moment.checked_add(signed(duration)).unwrap_or(Timestamp::MAX)
}

/// A moment before another; the first there is when it lies before that.
pub(crate) fn earlier(moment: Timestamp, duration: Duration) -> Timestamp {
    moment.checked_sub(signed(duration)).unwrap_or(Timestamp::MIN)
}

/// A duration in the clock's arithmetic.
fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::Guard;
    use crate::{
        options::Options,
        state::{
            StateStore,
            sqlite::SqliteStore,
            suite::sample::{at, lease, master, wait},
        },
    };
    use engine_contract::{Cancel, Clock, Context, NoNetwork, NoSecrets, NoVault, Rng, async_trait};
    use jiff::Timestamp;
    use std::{
        path::PathBuf,
        sync::{Arc, Mutex, atomic::AtomicI64},
        time::Duration,
    };

    /// A clock that says what stands on its list, then the last of it for ever.
    struct Readings(Mutex<Vec<i64>>);

    #[async_trait]
    impl Clock for Readings {
        fn now(&self) -> Timestamp {
            let mut readings = self.0.lock().unwrap();
            at(if readings.len() > 1 { readings.remove(0) } else { readings[0] })
        }

        async fn sleep(&self, _duration: Duration) {}
    }

    struct Zeros;

    impl Rng for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn guard(store: &Arc<dyn StateStore>, readings: Vec<i64>) -> Guard {
        let context = Context {
            clock: Arc::new(Readings(Mutex::new(readings))),
            rng: Arc::new(Zeros),
            http: Arc::new(NoNetwork),
            secrets: Arc::new(NoSecrets),
            vault: Arc::new(NoVault),
            cancel: Cancel::default(),
            project_dir: PathBuf::new(),
        };
        let options = Options { lease: Duration::from_secs(30), ..Options::default() };
        Guard {
            store: Arc::clone(store),
            context,
            options,
            lease: Arc::new(Mutex::new(lease(&**store, "p", "orders"))),
            sends: Arc::new(AtomicI64::new(0)),
        }
    }

    /// The store answers at 60, when what it was asked for at 20 has ended at 50.
    #[test]
    fn a_store_that_is_slow_once_does_not_end_the_run() {
        let folder = tempfile::TempDir::new().unwrap();
        let store: Arc<dyn StateStore> =
            Arc::new(SqliteStore::open(&folder.path().join("state.db"), master(1)).unwrap());
        let guard = guard(&store, vec![20, 60, 61, 62]);
        assert!(wait(guard.may_send()).unwrap());
        assert_eq!(guard.lease().until, at(91));
    }
}
