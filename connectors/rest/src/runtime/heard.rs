//! The service's own time, from its last answer: streams that are read one after the other need not ask for it each.
//!
//! What was heard is never later than the present, so that a cursor that is kept from passing it is only kept
//! further back: by [`FRESH`] at most.

use engine_contract::{Context, Cursor};
use jiff::{SignedDuration, Timestamp};
use std::sync::{Mutex, PoisonError};

/// How long it counts as the present.
const FRESH: SignedDuration = SignedDuration::from_secs(30);

/// What a service said of its time last, and when that was by our clock.
#[derive(Default)]
pub(super) struct Heard(Mutex<Option<(Timestamp, Cursor)>>);

impl Heard {
    pub(super) fn note(&self, context: &Context, time: Cursor) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((context.clock.now(), time));
    }

    /// What was said a moment ago.
    pub(super) fn recent(&self, context: &Context) -> Option<Cursor> {
        let (at, time) = (*self.0.lock().unwrap_or_else(PoisonError::into_inner))?;
        let age = context.clock.now().duration_since(at);
        // A clock that was put back knows nothing of the age.
        (SignedDuration::ZERO..FRESH).contains(&age).then_some(time)
    }
}
