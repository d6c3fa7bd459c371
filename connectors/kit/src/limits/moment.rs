//! Moments of the context's clock, in whole microseconds: cheap to keep by the thousands.

use engine_contract::Context;
use jiff::Timestamp;
use std::time::Duration;

/// Microseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(i64);

impl Moment {
    pub(crate) fn now(context: &Context) -> Self {
        Self(context.clock.now().as_microsecond())
    }

    pub(crate) fn of(timestamp: Timestamp) -> Self {
        Self(timestamp.as_microsecond())
    }

    /// The moment `by` later.
    pub(crate) fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(micros(by)))
    }

    /// The moment `by` earlier.
    pub(crate) fn minus(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(micros(by)))
    }

    /// The time from `self` to `later`; zero when it has passed.
    pub(crate) fn until(self, later: Self) -> Duration {
        Duration::from_micros(u64::try_from(later.0.saturating_sub(self.0)).unwrap_or(0))
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// A part of `whole` between nothing and `1/part`, by chance: keeps clients from acting in step.
pub(crate) fn jitter(context: &Context, whole: Duration, part: u32) -> Duration {
    let mut bytes = [0u8; 2];
    context.rng.fill(&mut bytes);
    whole.saturating_mul(u32::from(u16::from_le_bytes(bytes))) / 65_536 / part.max(1)
}
