//! How often a company is asked: limits, and what a test of a caller's restraint reads.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::settings::Limits;

const MINUTE: SignedDuration = SignedDuration::from_secs(60);
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// The most requests that a company saw within any window of time, refused ones too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// All requests.
    pub requests: u64,
    /// Requests that were refused with status 429.
    pub refused: u64,
    /// In any 60 seconds.
    pub per_minute: usize,
    /// In any second.
    pub per_second: usize,
    /// Batch calls in any 60 seconds.
    pub batches_per_minute: usize,
    /// Under way at once.
    pub at_once: usize,
}

/// The recent requests of one company. Lives in memory: a restart forgets it.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    seen: Window,
    seen_second: Window,
    seen_batches: Window,
    taken: Window,
    taken_second: Window,
    taken_batches: Window,
    under_way: Vec<Timestamp>,
    usage: Usage,
}

impl Throttle {
    /// Notes a request. `false`: it is one too many. Requests that are refused do not count against the limits.
    pub(super) fn admit(&mut self, is_batch: bool, limits: Limits, now: Timestamp) -> bool {
        self.usage.requests += 1;
        self.usage.per_minute = self.usage.per_minute.max(self.seen.push(now, MINUTE));
        self.usage.per_second = self.usage.per_second.max(self.seen_second.push(now, SECOND));
        if is_batch {
            self.usage.batches_per_minute =
                self.usage.batches_per_minute.max(self.seen_batches.push(now, MINUTE));
        }
        self.under_way.retain(|ends| *ends > now);
        self.usage.at_once = self.usage.at_once.max(self.under_way.len() + 1);
        let fits = self.under_way.len() < limits.at_once
            && self.taken.count(now, MINUTE) < limits.per_minute
            && self.taken_second.count(now, SECOND) < limits.per_second
            && (!is_batch || self.taken_batches.count(now, MINUTE) < limits.batches_per_minute);
        if fits {
            self.under_way.extend(now.checked_add(limits.takes).ok().filter(|ends| *ends > now));
            self.taken.push(now, MINUTE);
            self.taken_second.push(now, SECOND);
            if is_batch {
                self.taken_batches.push(now, MINUTE);
            }
        } else {
            self.usage.refused += 1;
        }
        fits
    }

    pub(super) fn usage(&self) -> Usage {
        self.usage
    }
}

/// The moments of the last stretch of time.
#[derive(Debug, Default)]
struct Window(VecDeque<Timestamp>);

impl Window {
    fn count(&mut self, now: Timestamp, length: SignedDuration) -> usize {
        while self.0.front().is_some_and(|&first| now.duration_since(first) >= length) {
            self.0.pop_front();
        }
        self.0.len()
    }

    fn push(&mut self, now: Timestamp, length: SignedDuration) -> usize {
        self.0.push_back(now);
        self.count(now, length)
    }
}
