//! Reading a list by a whole number that only new records raise, by offset.
//!
//! Records that vanish shift the rest to the front. Each page begins with the last row of the one before: when
//! that row is not there, the walk steps back until it stands among rows that it knows.

use super::{
    bag::{Bag, Step},
    rows::Rows,
};
use engine_contract::{ConnectorError, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// The place of such a read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Scan {
    /// The greatest key that was taken.
    last: Option<i64>,
    /// The row to begin with: the last one that was taken.
    pub(super) offset: usize,
}

impl Scan {
    /// How many rows to ask for.
    pub(super) fn size(wanted: usize, max: usize) -> usize {
        wanted.saturating_add(1).clamp(2, max.max(2))
    }

    /// Takes a page that began at the offset.
    pub(super) fn take(&mut self, page: Rows, size: usize, bag: &mut Bag) -> Result<Step> {
        let first = page.good.first().map(|row| number(&row.key)).transpose()?;
        let stands_behind = match (first, self.last) {
            (Some(first), Some(last)) => first > last,
            (None, Some(_)) => page.count == 0,
            (_, None) => false,
        };
        if stands_behind && self.offset > 0 {
            self.offset /= 2;
            return Ok(Step::More);
        }
        let begin = self.offset;
        let mut before = None;
        bag.broken.extend(page.broken);
        for (index, row) in page.good.into_iter().enumerate() {
            let key = number(&row.key)?;
            if before.is_some_and(|before| key <= before) {
                return Err(out_of_order());
            }
            before = Some(key);
            if self.last.is_some_and(|last| key <= last) {
                self.offset = begin.saturating_add(index);
                continue;
            }
            if bag.put(row).is_err() {
                return Ok(Step::Full);
            }
            self.last = Some(key);
            self.offset = begin.saturating_add(index);
        }
        if page.count < size {
            return Ok(Step::End);
        }
        if self.offset == begin {
            // Nothing but rows that could not be read: on behind them.
            self.offset = begin.saturating_add(page.count.saturating_sub(1).max(1));
        }
        Ok(Step::More)
    }
}

fn number(key: &str) -> Result<i64> {
    key.parse().map_err(|_| {
        ConnectorError::new(ErrorKind::Protocol, "the key by which the list is ordered is no whole number")
    })
}

fn out_of_order() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Protocol,
        "the service does not keep to the order that it was asked for: reading on would lose records",
    )
}
