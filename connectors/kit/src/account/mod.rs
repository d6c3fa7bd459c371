//! Accounts at services: what all clients of one account share.

mod slot;
#[cfg(test)]
mod tests;

pub(crate) use slot::Slot;

use crate::{
    Limits,
    limits::{
        breaker::{Breaker, Pass},
        budget::Budget,
        moment::Moment,
        pause::Pause,
        windows::Windows,
    },
    oauth2::cell::Cell,
};
use engine_contract::{ConnectorError, Context, ErrorKind, Result, Retry};
use jiff::SignedDuration;
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// Longer waits are not waited for: the request is refused, saying when to come back.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// How often who waits for another request to end looks whether the work should stop.
const GLANCE: Duration = Duration::from_secs(60);

/// The accounts that the connections of a process use: by name, what was sent and when, whether the service
/// works, which tokens are good. Clones share everything. A process has one.
///
/// What was sent is known for as long as the process lives: after a restart the windows begin empty, and a
/// service that still counts the requests of before says so with a 429, which is obeyed.
#[derive(Clone, Default)]
pub struct Accounts(Arc<Mutex<BTreeMap<String, Arc<Account>>>>);

impl Accounts {
    /// The account of this name, made when it is new.
    pub(crate) fn get(&self, name: &str) -> Arc<Account> {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(accounts.entry(name.to_owned()).or_insert_with(|| Arc::new(Account::new(name))))
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_set().entries(accounts.keys()).finish()
    }
}

/// One account.
pub(crate) struct Account {
    name: String,
    state: Mutex<State>,
    /// Told whenever a request has ended.
    ended: Notify,
    /// The tokens; locked while they are renewed.
    pub(crate) tokens: tokio::sync::Mutex<Cell>,
}

#[derive(Default)]
struct State {
    windows: Windows,
    concurrency: Option<usize>,
    under_way: usize,
    pause: Pause,
    /// The pause after a 429 that names none.
    guess: Duration,
    breaker: Breaker,
    /// What went wrong when the service last failed.
    why: String,
    budget: Budget,
    skew: SignedDuration,
    last: Moment,
}

/// How somebody waits for a turn.
#[derive(Clone, Copy)]
pub(crate) struct Turns {
    /// The request was sent before.
    pub(crate) repeat: bool,
    /// Longer waits are refused.
    pub(crate) patience: Duration,
}

/// What became of the wish to send.
enum Turn {
    Now(Slot),
    After(Duration),
    AfterAnother,
}

impl Account {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            state: Mutex::default(),
            ended: Notify::new(),
            tokens: tokio::sync::Mutex::default(),
        }
    }

    /// Adds the limits that a client knows of.
    pub(crate) fn limit(&self, limits: Limits) {
        let mut state = self.lock();
        for window in limits.windows {
            state.windows.add(window);
        }
        let concurrency = limits.concurrency.map(|most| most.max(1));
        state.concurrency = match (state.concurrency, concurrency) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        state.guess = state.guess.max(limits.wait_after_429);
    }

    /// How far the service's clock is ahead of ours.
    pub(crate) fn skew(&self) -> SignedDuration {
        self.lock().skew
    }

    /// Sends nothing for `wait`.
    pub(crate) fn hold(&self, context: &Context, wait: Duration) {
        let (mut state, now) = self.lock_now(context);
        state.pause.hold(now, wait);
    }

    /// Takes a slot, or waits for a while and gives none: the caller looks again whether all else still holds,
    /// and comes back. Of those who wait, who comes first gets the slot. Dropping the future loses nothing.
    ///
    /// # Errors
    /// `Unavailable` when nothing may be sent for long, or the work should stop.
    pub(crate) async fn turn(self: &Arc<Self>, context: &Context, turns: Turns) -> Result<Option<Slot>> {
        if context.cancel.is_cancelled() {
            return Err(self.stopped());
        }
        let ended = self.ended.notified();
        tokio::pin!(ended);
        ended.as_mut().enable();
        match self.try_turn(context, turns)? {
            Turn::Now(slot) => return Ok(Some(slot)),
            Turn::After(wait) => {
                let before = context.clock.now();
                context.clock.sleep(wait).await;
                if context.clock.now() <= before {
                    return Err(self.stopped());
                }
            }
            Turn::AfterAnother => tokio::select! {
                biased;
                () = ended => {}
                () = context.clock.sleep(GLANCE) => {}
            },
        }
        Ok(None)
    }

    fn try_turn(self: &Arc<Self>, context: &Context, turns: Turns) -> Result<Turn> {
        let (mut state, now) = self.lock_now(context);
        let pass = state.breaker.pass(now);
        if let Pass::Shut(wait) = pass {
            let message = format!(
                "the service failed several times in a row and is left alone for a while; the last time: {}",
                state.why
            );
            return Err(self.refused(&message, wait));
        }
        let wait = state.pause.wait(now).max(state.windows.wait(now));
        if wait > turns.patience {
            return Err(self.refused("the limit of the account is used up", wait));
        }
        if !wait.is_zero() {
            return Ok(Turn::After(wait));
        }
        if state.concurrency.is_some_and(|most| state.under_way >= most) {
            return Ok(Turn::AfterAnother);
        }
        if turns.repeat {
            let wait = state.budget.wait(now);
            if !wait.is_zero() {
                return Err(self.refused("too many requests were repeated", wait));
            }
            state.budget.spend();
        } else {
            state.budget.earn();
        }
        if pass == Pass::Probe {
            state.breaker.probe();
        }
        state.windows.note(now);
        state.under_way += 1;
        Ok(Turn::Now(Slot::new(Arc::clone(self), pass == Pass::Probe)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state and the present moment. A clock that was put back takes all that is noted with it: otherwise
    /// the account would wait until the clock is there again.
    fn lock_now(&self, context: &Context) -> (MutexGuard<'_, State>, Moment) {
        let mut state = self.lock();
        let now = Moment::now(context);
        let back = now.until(state.last);
        if !back.is_zero() {
            state.windows.put_back(back);
            state.pause.put_back(back);
            state.breaker.put_back(back);
            state.budget.put_back(back);
        }
        state.last = now;
        (state, now)
    }

    /// Nothing was sent, and why.
    fn refused(&self, message: &str, wait: Duration) -> ConnectorError {
        ConnectorError::new(ErrorKind::Unavailable, message)
            .with_retry(Retry::After(wait))
            .with_context("account", &self.name)
            .with_context("for", format!("{} s", wait.as_secs().max(1)))
    }

    /// Nothing was sent, because the work should stop.
    pub(crate) fn stopped(&self) -> ConnectorError {
        ConnectorError::new(ErrorKind::Unavailable, "stopped before the request was sent")
            .with_retry(Retry::Soon)
            .with_context("account", &self.name)
    }
}
