//! Whether a process keeps to the limits of the accounts that it asks.

use super::world::Side;
use bytes::Bytes;
use http::{Response, StatusCode, header};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};
use tokio::time::Instant;

/// What every process has sent. A process knows of no other: the one before may have used the limit up, which
/// the service says with a 429.
#[derive(Default)]
pub(super) struct Restraint(BTreeMap<(u64, Side), Sent>);

/// What one process has sent to one account.
#[derive(Default)]
struct Sent {
    recent: VecDeque<Instant>,
    under_way: usize,
    /// Until when the service wants to be left alone.
    quiet_until: Option<Instant>,
}

impl Side {
    /// What the service allows: so many requests in such a time.
    fn windows(self) -> &'static [(usize, Duration)] {
        const BOOKS: [(usize, Duration); 2] = [(10, Duration::from_secs(1)), (500, Duration::from_secs(60))];
        match self {
            Self::Shop | Self::Tables => &[],
            Self::Books => &BOOKS,
        }
    }

    fn at_once(self) -> usize {
        match self {
            Self::Shop | Self::Tables => 4,
            Self::Books => 10,
        }
    }
}

impl Restraint {
    /// A process sends a request: what is wrong with that.
    pub(super) fn sends(&mut self, who: (u64, Side), now: Instant) -> Option<String> {
        let (process, side) = who;
        let sent = self.0.entry(who).or_default();
        sent.recent.push_back(now);
        sent.under_way += 1;
        while sent.recent.front().is_some_and(|first| now.duration_since(*first) >= Duration::from_secs(60)) {
            sent.recent.pop_front();
        }
        for (most, per) in side.windows() {
            let within = sent.recent.iter().rev().take_while(|at| now.duration_since(**at) < *per).count();
            if within > *most {
                return Some(format!("process {process} sends {within} requests to {side:?} in {per:?}; "));
            }
        }
        if sent.under_way > side.at_once() {
            return Some(format!(
                "process {process} sends {} requests to {side:?} at once; ",
                sent.under_way
            ));
        }
        let quiet = sent.quiet_until.filter(|until| now < *until)?;
        let left = quiet.duration_since(now);
        Some(format!("process {process} asks {side:?}, which wants to be left alone for {left:?}; "))
    }

    /// Nobody waits for a request any more.
    pub(super) fn ended(&mut self, who: (u64, Side)) {
        if let Some(sent) = self.0.get_mut(&who) {
            sent.under_way -= 1;
        }
    }

    /// A process has an answer.
    pub(super) fn answered(&mut self, who: (u64, Side), answer: &Response<Bytes>, now: Instant) {
        let wait =
            answer.headers().get(header::RETRY_AFTER).and_then(|wait| wait.to_str().ok()?.parse().ok());
        if let Some(seconds) = wait.filter(|_| answer.status() == StatusCode::TOO_MANY_REQUESTS) {
            let sent = self.0.entry(who).or_default();
            sent.quiet_until = sent.quiet_until.max(Some(now + Duration::from_secs(seconds)));
        }
    }
}
