//! What every stand-in of a service is.

use bytes::Bytes;
use jiff::Timestamp;
use std::time::Duration;

/// A service as a state machine: the same requests at the same moments give the same answers. It has no clock,
/// no network and no randomness of its own.
///
/// State changes through requests that are not GET, HEAD or OPTIONS, and through `now`; never through the others.
/// So a journal of those requests restores it. Counters that nobody needs after a restart (the nonces of OAuth,
/// the requests within a minute) may count every request.
pub trait Emulator: Send {
    /// Answers a request that arrives at `now`. Moments never run backwards, but for one thing: a change may come
    /// with the moment at which it was begun, and is stamped with that. So change shows up late in databases too.
    fn handle(&mut self, request: &http::Request<Bytes>, now: Timestamp) -> http::Response<Bytes>;
}

/// How long the service works on a request, in the extensions of its answer; at once where there is none. Whoever
/// carries the answer back waits for so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Takes(pub Duration);
