//! A part of a stream: what last changed within a time.

use crate::{key::GroupKey, state::CursorRow, work::Work};
use engine_contract::{Batch, Cursor, SourceRecord};

/// The cursor of a backfill, beside the one of runs.
const BACKFILL: &str = "backfill";

/// What last changed within a time. The cursor of runs stays where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// From this on.
    pub from: Option<Cursor>,
    /// Before this; nothing for everything that came since.
    pub until: Option<Cursor>,
    /// Keeps a cursor of its own: one that was stopped goes on where it was.
    pub is_backfill: bool,
}

impl Window {
    /// Whether a record changed within it. A stream without a time to read by is read whole.
    fn has(&self, record: &SourceRecord) -> bool {
        let Some(modified) = record.modified else { return true };
        self.from.is_none_or(|from| modified >= from) && self.until.is_none_or(|until| modified < until)
    }

    /// Takes out of a batch what is outside. Whether everything behind it is outside too.
    pub(crate) fn cut(&self, batch: &mut Batch) -> bool {
        batch.records.retain(|record| self.has(record));
        // Only batches in the order of change tell a cursor.
        let reached = batch.checkpoint.cursor;
        reached.zip(self.until).is_some_and(|(reached, until)| reached >= until)
    }
}

/// Which cursor of a group this run reads by, and moves; nothing when it moves none.
pub(crate) fn shard(work: &Work) -> Option<Option<String>> {
    match work.window {
        None => Some(None),
        Some(window) if window.is_backfill => Some(Some(BACKFILL.to_owned())),
        Some(_) => None,
    }
}

/// Where this run goes on reading a group.
pub(crate) async fn cursor(work: &Work, key: &GroupKey) -> crate::state::Result<CursorRow> {
    match shard(work) {
        Some(shard) => work.store.cursor(&key.of_shard(shard.as_deref())).await,
        None => Ok(CursorRow::default()),
    }
}
