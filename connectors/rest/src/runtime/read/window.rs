//! Reading along a cursor: the first page again and again, each time from the last instant that was seen.
//!
//! A list that is ordered by change shifts while it is read: by page numbers, a record that changes between two
//! pages makes another one disappear for good (seen with WooCommerce: `paging/*`). Here the bound moves
//! instead. It is inclusive, so records at the last instant come again; they are known by their keys, and left
//! out by the service where it can do so. Only among many records of one instant is there an offset, and then
//! each page begins with a row that was seen before: if it does not, the list became shorter, and the walk
//! steps back.

use super::{
    bag::{Bag, Step},
    rows::Rows,
};
use engine_contract::{ConnectorError, Cursor, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// Most keys that a request leaves out: some 2 kB of an address.
const EXCLUDED_MAX: usize = 200;

/// The place of such a read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Window {
    /// Records at or after this are asked for.
    pub(super) at: Option<Cursor>,
    /// The keys of the records at exactly this instant that were seen.
    pub(super) seen: Vec<String>,
    /// Rows to pass over, within a window that does not move.
    pub(super) skip: usize,
}

impl Window {
    pub(super) fn new(since: Option<Cursor>) -> Self {
        Self { at: since, ..Self::default() }
    }

    /// The keys to leave out.
    pub(super) fn excluded(&self, can_exclude: bool) -> &[String] {
        let few = can_exclude && self.skip == 0 && self.seen.len() <= EXCLUDED_MAX;
        if few { &self.seen } else { &[] }
    }

    /// How many rows to ask for, so that a page can hold what is new among what was seen.
    pub(super) fn size(&self, wanted: usize, max: usize, can_exclude: bool) -> usize {
        let seen = if self.excluded(can_exclude).is_empty() { self.seen.len() } else { 0 };
        // Two at least: one that was seen, and one that tells something.
        wanted.saturating_add(seen).clamp(2, max.max(2))
    }

    /// Takes a page that was asked for with `size` rows.
    pub(super) fn take(&mut self, page: Rows, size: usize, can_exclude: bool, bag: &mut Bag) -> Result<Step> {
        let excluded = !self.excluded(can_exclude).is_empty();
        if self.skip > 0 && !page.good.first().is_some_and(|row| self.has_seen(&row.key, row.modified)) {
            self.skip /= 2;
            return Ok(Step::More);
        }
        let began_at = self.at;
        let mut is_new = false;
        bag.broken.extend(page.broken);
        for row in page.good {
            let Some(modified) = row.modified else { continue };
            if self.at.is_some_and(|at| modified < at) {
                return Err(out_of_order());
            }
            if self.has_seen(&row.key, row.modified) {
                continue;
            }
            let key = row.key.clone();
            if bag.put(row).is_err() {
                self.settle(began_at);
                return Ok(Step::Full);
            }
            is_new = true;
            if self.at != Some(modified) {
                self.at = Some(modified);
                self.seen.clear();
            }
            self.seen.push(key);
        }
        if page.count < size {
            return Ok(Step::End);
        }
        if self.at == began_at && !(is_new && excluded) {
            // All of one instant: nothing but an offset leads past them.
            self.skip = self.skip.saturating_add(page.count.saturating_sub(1).max(1));
        }
        self.settle(began_at);
        Ok(Step::More)
    }

    /// An offset belongs to the window in which it was counted.
    fn settle(&mut self, began_at: Option<Cursor>) {
        if self.at != began_at {
            self.skip = 0;
        }
    }

    fn has_seen(&self, key: &str, modified: Option<Cursor>) -> bool {
        self.at.is_some() && modified == self.at && self.seen.iter().any(|seen| seen == key)
    }
}

fn out_of_order() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Protocol,
        "the service does not keep to the bound or the order that it was asked for: reading on would lose records",
    )
}
