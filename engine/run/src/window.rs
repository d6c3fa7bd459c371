//! A part of a stream: what last changed within a time.

use crate::{key::GroupKey, state::CursorRow, work::Work};
use engine_contract::{Batch, Cursor, SourceRecord};
use engine_plan::Entity;

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
    /// Documents that were made before `start_date` too.
    pub before_start_date: bool,
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

/// Whether this run moves a cursor.
pub(crate) fn moves(work: &Work) -> bool {
    work.narrow.is_empty() && has_cursor(work)
}

/// Whether this run goes on from a cursor.
fn has_cursor(work: &Work) -> bool {
    work.window.is_none_or(|window| window.is_backfill)
}

/// Which cursor of a group this run reads by, and moves; nothing for that of runs.
pub(crate) fn shard(work: &Work, entity: &Entity) -> Option<String> {
    let backfill = work.window.filter(|window| window.is_backfill).map(|_| BACKFILL.to_owned());
    // What carries changes back reads under the lease of the group whose changes they are.
    backfill.or_else(|| entity.back.as_ref().map(|_| entity.name.clone()))
}

/// Where this run goes on reading a group.
pub(crate) async fn cursor(work: &Work, entity: &Entity, key: &GroupKey) -> crate::state::Result<CursorRow> {
    if !has_cursor(work) {
        return Ok(CursorRow::default());
    }
    work.store.cursor(&key.of_shard(shard(work, entity).as_deref())).await
}
