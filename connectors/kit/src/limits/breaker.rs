//! A circuit breaker: a service that is down is left alone.
//!
//! Five failures in a row open it. While it is open nothing is sent. Then one request goes out as a probe: if
//! it succeeds all goes on, if it fails the breaker stays open for twice as long, five minutes at most.

use super::moment::Moment;
use std::time::Duration;

const FAILURES: u32 = 5;
const FIRST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(300);

#[derive(Debug, Default)]
pub(crate) struct Breaker {
    failures: u32,
    /// How often it opened since the last success.
    opened: u32,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Closed,
    Open {
        until: Moment,
    },
    Probing,
}

/// Whether a request may go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pass {
    /// It may.
    Free,
    /// It may if it becomes the probe ([`Breaker::probe`]).
    Probe,
    /// It may not, for so long.
    Shut(Duration),
}

impl Breaker {
    pub(crate) fn pass(&self, now: Moment) -> Pass {
        match self.state {
            State::Closed => Pass::Free,
            State::Open { until } if until <= now => Pass::Probe,
            State::Open { until } => Pass::Shut(now.until(until)),
            State::Probing => Pass::Shut(Duration::from_secs(1)),
        }
    }

    /// The next request is the probe.
    pub(crate) fn probe(&mut self) {
        self.state = State::Probing;
    }

    /// The service works.
    pub(crate) fn success(&mut self) {
        *self = Self::default();
    }

    /// The service does not work. `jitter` is added to the time for which the breaker opens.
    pub(crate) fn failure(&mut self, now: Moment, probe: bool, jitter: impl FnOnce(Duration) -> Duration) {
        self.failures = self.failures.saturating_add(1);
        let opens = match self.state {
            State::Closed => self.failures >= FAILURES,
            State::Open { .. } => false,
            State::Probing => probe,
        };
        if opens {
            let time = FIRST.saturating_mul(1 << self.opened.min(8)).min(LONGEST);
            self.opened = self.opened.saturating_add(1);
            self.state = State::Open { until: now.plus(time).plus(jitter(time)) };
        }
    }

    /// The probe ended without an outcome: the next request is the probe.
    pub(crate) fn abandon(&mut self, now: Moment) {
        if self.state == State::Probing {
            self.state = State::Open { until: now };
        }
    }

    pub(crate) fn put_back(&mut self, by: Duration) {
        if let State::Open { until } = &mut self.state {
            *until = until.minus(by);
        }
    }
}
