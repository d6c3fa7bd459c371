//! What the engine runs on: a clock that jumps, chance from the seed, deaths that are known or not, and a poll
//! at which it is dropped.

use crate::stage::EPOCH;
use engine_contract::{Cancel, Clock, async_trait};
use engine_run::state::Owners;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::{
    collections::BTreeSet,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context as TaskContext, Poll},
    time::Duration,
};
use tokio::time::Instant;

/// Tokio's paused clock: when all wait, it jumps to the next moment that somebody waits for.
pub(crate) struct SimClock {
    pub(crate) start: Instant,
    pub(crate) cancel: Cancel,
    /// When somebody loses patience and stops the run.
    pub(crate) stop: Option<Instant>,
}

/// The engine's time at a moment.
pub(crate) fn time_at(start: Instant, moment: Instant) -> jiff::Timestamp {
    let elapsed = jiff::SignedDuration::try_from(moment.duration_since(start)).unwrap_or_default();
    jiff::Timestamp::from_second(EPOCH).unwrap_or_default() + elapsed
}

#[async_trait]
impl Clock for SimClock {
    fn now(&self) -> jiff::Timestamp {
        time_at(self.start, Instant::now())
    }

    /// Waits end early when the run should stop.
    async fn sleep(&self, duration: Duration) {
        let until = Instant::now() + duration;
        while Instant::now() < until && !self.cancel.is_cancelled() {
            let stop = self.stop.filter(|stop| *stop > Instant::now());
            tokio::time::sleep_until(stop.map_or(until, |stop| stop.min(until))).await;
            if self.stop.is_some_and(|stop| stop <= Instant::now()) {
                self.cancel.cancel();
            }
        }
    }
}

pub(crate) struct SimRng(pub(crate) Mutex<ChaCha8Rng>);

impl engine_contract::Rng for SimRng {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

/// Knows of crashed engines that they are gone; of frozen ones it does not.
#[derive(Default)]
pub(crate) struct Graveyard(Mutex<BTreeSet<String>>);

impl Graveyard {
    pub(crate) fn bury(&self, owner: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(owner);
    }
}

impl Owners for Graveyard {
    fn is_gone(&self, owner: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(owner)
    }
}

/// How often engines were polled, and when the next one crashes.
#[derive(Default)]
pub(crate) struct Polls {
    pub(crate) all: u64,
    /// Polls until the next crash, counted on through all runs.
    pub(crate) left: Option<u64>,
}

/// Drops or freezes what it runs at a given poll.
pub(crate) struct CrashAt<F> {
    future: Pin<Box<F>>,
    polls: Arc<Mutex<Polls>>,
}

impl<F: Future> CrashAt<F> {
    pub(crate) fn new(future: F, polls: &Arc<Mutex<Polls>>) -> Self {
        Self { future: Box::pin(future), polls: Arc::clone(polls) }
    }
}

impl<F: Future> Future for CrashAt<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut TaskContext<'_>) -> Poll<Self::Output> {
        {
            let mut polls = self.polls.lock().unwrap_or_else(PoisonError::into_inner);
            polls.all += 1;
            match &mut polls.left {
                Some(0) => return Poll::Ready(None),
                Some(left) => *left -= 1,
                None => {}
            }
        }
        self.future.as_mut().poll(context).map(Some)
    }
}
