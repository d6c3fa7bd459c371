//! That a backup was put back, and which stream groups have been put beside the target since. Both are kept among the
//! cursors: a moment of the whole store, and for each group the moment of the restore that it has caught up with.

use super::copy::Cell;
use crate::key::{GroupKey, Scope, Side};
use jiff::Timestamp;

/// The shard of these cursors.
pub(crate) const RESTORED: &str = "restored";

/// Under which a store keeps when it was restored.
pub(crate) fn restored_store() -> GroupKey {
    let nothing = String::new;
    let scope = Scope { tenant: nothing(), environment: nothing(), pipeline: nothing(), side: Side::Source };
    GroupKey { scope, group: nothing(), shard: RESTORED.to_owned() }
}

/// The row of the table of cursors that says so.
pub(in crate::state) fn restored_row(at: Timestamp) -> Vec<Cell> {
    let empty = || Cell::from("");
    vec![
        empty(),
        empty(),
        empty(),
        empty(),
        Cell::from(Side::Source.as_str()),
        Cell::from(RESTORED),
        Cell::from(at.to_string()),
        empty(),
        Cell::Null,
        Cell::Null,
        Cell::Null,
        Cell::Number(0),
        Cell::Number(at.as_millisecond()),
    ]
}

/// Whether a row of the table of cursors is about an earlier restore.
pub(in crate::state) fn is_about_a_restore(row: &[Cell]) -> bool {
    row.get(5) == Some(&Cell::from(RESTORED))
}
