//! A budget for repeated requests: when everything fails, repeating everything makes it worse.
//!
//! Each request that is sent for the first time earns a tenth of a repeat, and so does each second. An account
//! starts with ten repeats and never has more than a hundred.

use super::moment::Moment;
use std::time::Duration;

/// What one repeat costs, in tenths.
const COST: u64 = 10;
const START: u64 = 10 * COST;
const MOST: u64 = 100 * COST;

#[derive(Debug)]
pub(crate) struct Budget {
    tenths: u64,
    /// Until when the seconds are counted.
    counted: Option<Moment>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { tenths: START, counted: None }
    }
}

impl Budget {
    /// A request is sent for the first time.
    pub(crate) fn earn(&mut self) {
        self.tenths = (self.tenths + 1).min(MOST);
    }

    /// How long to wait until a repeat may be sent; zero when it may now.
    pub(crate) fn wait(&mut self, now: Moment) -> Duration {
        let counted = *self.counted.get_or_insert(now);
        let seconds = counted.until(now).as_secs();
        self.counted = Some(counted.plus(Duration::from_secs(seconds)));
        self.tenths = self.tenths.saturating_add(seconds).min(MOST);
        Duration::from_secs(COST.saturating_sub(self.tenths))
    }

    /// A repeat is sent.
    pub(crate) fn spend(&mut self) {
        self.tenths = self.tenths.saturating_sub(COST);
    }

    pub(crate) fn put_back(&mut self, by: Duration) {
        self.counted = self.counted.map(|counted| counted.minus(by));
    }
}
