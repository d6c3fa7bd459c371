//! The records of one batch, up to the limits of the request.

use super::rows::Row;
use engine_contract::{ConnectorError, ReadRequest};

/// What a batch takes in.
#[derive(Debug, Default)]
pub(in crate::runtime) struct Bag {
    pub(in crate::runtime) rows: Vec<Row>,
    pub(in crate::runtime) broken: Vec<(String, ConnectorError)>,
    bytes: usize,
    max_records: usize,
    max_bytes: usize,
}

impl Bag {
    pub(in crate::runtime) fn new(request: &ReadRequest) -> Self {
        let (max_records, max_bytes) = (request.max_records.max(1), request.max_bytes);
        Self { max_records, max_bytes, ..Self::default() }
    }

    /// A bag for so many rows, whatever their size.
    pub(in crate::runtime) fn of(max_records: usize) -> Self {
        Self { max_records, max_bytes: usize::MAX, ..Self::default() }
    }

    /// A bag without limits, for searches.
    pub(in crate::runtime) fn endless() -> Self {
        Self { max_records: usize::MAX, max_bytes: usize::MAX, ..Self::default() }
    }

    /// How many more records fit.
    pub(in crate::runtime) fn left(&self) -> usize {
        self.max_records.saturating_sub(self.rows.len())
    }

    /// How many more records fit, when they are as large as those that are there.
    pub(in crate::runtime) fn room(&self) -> usize {
        let each = self.bytes.checked_div(self.rows.len()).unwrap_or_default();
        let by_bytes = self.max_bytes.saturating_sub(self.bytes).checked_div(each).unwrap_or(usize::MAX);
        self.left().min(by_bytes)
    }

    /// Takes a row in, or gives it back when the batch is full. One large record still comes alone.
    pub(in crate::runtime) fn put(&mut self, row: Row) -> Result<(), Row> {
        let size = row.record.size();
        let is_full = self.left() == 0 || self.bytes.saturating_add(size) > self.max_bytes;
        if is_full && !self.rows.is_empty() {
            return Err(row);
        }
        self.bytes = self.bytes.saturating_add(size);
        self.rows.push(row);
        Ok(())
    }
}

/// What a walk says after a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::runtime) enum Step {
    /// There may be more.
    More,
    /// The batch is full; the walk stands right behind its last record.
    Full,
    /// The list has been read to its end.
    End,
}
