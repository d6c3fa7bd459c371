//! Sliding windows: an exact log of the moments at which requests were sent.
//!
//! The service counts when requests *arrive*. Two requests sent a whole window apart arrive closer together
//! when the first is slower on its way than the second. So a request counts for the window and a **margin**: a
//! twelfth of the window, at most five seconds. As long as the ways of two requests differ by no more than the
//! margin, no window at the service ever holds more than the limit, however long answers take:
//! arrivals `a`, `b` of requests sent at `s` and `t >= s + window + margin` are more than `b - a >= window`
//! apart. Five seconds is the time after which a connection attempt is given up, so windows of a minute and
//! more hold even when the first request waits for its connection. The margin costs a twelfth of the rate at
//! most: 12/13 = 92 % of it can be used.

use super::{Window, moment::Moment};
use std::{collections::VecDeque, time::Duration};

const MARGIN_PART: u32 = 12;
const MARGIN_MOST: Duration = Duration::from_secs(5);

/// All windows of an account.
#[derive(Debug, Default)]
pub(crate) struct Windows(Vec<Log>);

/// The requests that one window still counts, oldest first.
#[derive(Debug)]
struct Log {
    per: Duration,
    requests: usize,
    sent: VecDeque<Moment>,
}

impl Windows {
    /// Adds a limit. Of two limits for the same time the stricter counts.
    pub(crate) fn add(&mut self, window: Window) {
        let requests = usize::try_from(window.requests.max(1)).unwrap_or(usize::MAX);
        match self.0.iter_mut().find(|log| log.per == window.per) {
            Some(log) => log.requests = log.requests.min(requests),
            None => self.0.push(Log { per: window.per, requests, sent: VecDeque::new() }),
        }
    }

    /// How long to wait until one more request fits into every window; zero when it fits now.
    pub(crate) fn wait(&mut self, now: Moment) -> Duration {
        self.0.iter_mut().map(|log| log.wait(now)).max().unwrap_or_default()
    }

    /// Notes that a request is sent.
    pub(crate) fn note(&mut self, now: Moment) {
        for log in &mut self.0 {
            log.sent.push_back(now);
        }
    }

    /// Moves all that is noted into the past: the clock was put back.
    pub(crate) fn put_back(&mut self, by: Duration) {
        for moment in self.0.iter_mut().flat_map(|log| &mut log.sent) {
            *moment = moment.minus(by);
        }
    }
}

impl Log {
    fn wait(&mut self, now: Moment) -> Duration {
        let counted = self.per.saturating_add((self.per / MARGIN_PART).min(MARGIN_MOST));
        while self.sent.front().is_some_and(|sent| sent.plus(counted) < now) {
            self.sent.pop_front();
        }
        // More than the limit can be noted when a later client made it stricter.
        let excess = (self.sent.len() + 1).saturating_sub(self.requests);
        match excess.checked_sub(1).and_then(|index| self.sent.get(index)) {
            Some(sent) => now.until(sent.plus(counted)).saturating_add(Duration::from_micros(1)),
            None => Duration::ZERO,
        }
    }
}
