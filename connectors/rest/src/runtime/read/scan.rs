//! Reading a list by a whole number that only new records raise, by offset.
//!
//! Records that vanish shift the rest to the front. Each page begins with the last row of the one before: when
//! that row is not there, the walk steps back until it stands among rows that it knows.
//!
//! Pages may be asked for side by side, and are taken one after the other. When each was asked for does not matter: a
//! page that begins with a row which was taken already leaves no gap behind it, because every row that is there all the
//! time stands on the same side of that row in both answers. One that begins behind it counts for nothing, like all
//! that were asked for beyond it.

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
    /// How many pages were asked for at once. It doubles as long as all of them are full, so that lists which end soon
    /// cost few pages that are empty.
    #[serde(default)]
    at_once: usize,
}

impl Scan {
    /// How many rows to ask for.
    pub(super) fn size(wanted: usize, max: usize) -> usize {
        wanted.saturating_add(1).clamp(2, max.max(2))
    }

    /// How many pages of `size` rows to ask for at once, with room for so many rows: at least one.
    fn width(&self, room: usize, size: usize, most: usize) -> usize {
        (self.at_once * 2).clamp(1, most.max(1)).min(room / step(size)).max(1)
    }

    /// The offsets of the pages to ask for at once.
    pub(super) fn places(&self, size: usize, most: usize, bag: &Bag) -> Vec<usize> {
        let width = self.width(bag.room(), size, most);
        (0..width).map(|page| self.offset.saturating_add(page * step(size))).collect()
    }

    /// So many pages were asked for at once, and all were full.
    pub(super) fn were_full(&mut self, pages: usize) {
        self.at_once = self.at_once.max(pages);
    }

    /// Whether what still fits would take as long as what was read: pages that are asked for at once take the time of
    /// one. The next batch begins with it.
    pub(super) fn has_enough(&self, size: usize, most: usize, bag: &Bag) -> bool {
        let next = self.width(usize::MAX, size, most).saturating_mul(step(size));
        bag.rows.len() >= bag.room() && bag.room() < next
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
            self.at_once = 0;
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

/// How far the offsets of two pages are apart: the second begins with the last row of the first.
fn step(size: usize) -> usize {
    size.saturating_sub(1).max(1)
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
