//! Time where every service is emulated: nobody is out there to wait for, so waiting moves the clock instead.
//!
//! Limits and pauses are obeyed as ever; they take no time. The clock never goes back: it starts no earlier than
//! a minute after the last request that the emulators remember, so that what was asked then no longer counts against
//! the limits.

use engine_contract::{Clock, async_trait};
use jiff::{SignedDuration, Timestamp};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// The longest window of the emulated limits.
const WINDOW: SignedDuration = SignedDuration::from_secs(61);

/// A clock that is ahead of the real one by what was waited.
pub(super) struct EmulatedClock {
    real: Arc<dyn Clock>,
    ahead: Mutex<SignedDuration>,
}

impl EmulatedClock {
    /// A clock that begins after `last`.
    pub(super) fn new(real: Arc<dyn Clock>, last: Option<Timestamp>) -> Self {
        let now = real.now();
        let ahead = last.map_or(SignedDuration::ZERO, |last| last.duration_since(now) + WINDOW);
        Self { real, ahead: Mutex::new(ahead.max(SignedDuration::ZERO)) }
    }
}

#[async_trait]
impl Clock for EmulatedClock {
    fn now(&self) -> Timestamp {
        let ahead = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        self.real.now().checked_add(ahead).unwrap_or(Timestamp::MAX)
    }

    async fn sleep(&self, duration: Duration) {
        let wake = self.now().checked_add(duration).unwrap_or(Timestamp::MAX);
        // Whoever else can go on does so first.
        tokio::task::yield_now().await;
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        *ahead = (*ahead).max(wake.duration_since(self.real.now()));
    }
}
