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
        let lease = self.lease();
        let now = self.context.clock.now();
        let left = lease.until.duration_since(now);
        // Also after its end: as long as nobody has taken it, the store prolongs it.
        if left < signed(self.options.lease) / 2 {
            let until = later(now, self.options.lease);
            if !self.store.renew(&lease, until).await? {
                return Ok(false);
            }
            self.lease.lock().unwrap_or_else(PoisonError::into_inner).until = until;
        }
        Ok(self.context.clock.now() < self.lease().until)
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
