//! The guard: which revision of each object was applied last, in a side table of the target database.
//!
//! It lives in the same transactions as the rows it guards. A deleted object keeps its guard, so that an older
//! write that arrives late cannot bring it back.

use super::table::GUARD;
use rusqlite::{Connection, OptionalExtension, params};

/// Makes the guard's table where there is none.
pub(super) fn prepare(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS {GUARD} (object TEXT NOT NULL, target_id TEXT NOT NULL, \
         revision INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (object, target_id)) \
         WITHOUT ROWID"
    ))
}

/// Whether a newer revision of the object was applied already.
pub(super) fn is_superseded(
    db: &Connection,
    object: &str,
    id: &str,
    revision: i64,
) -> rusqlite::Result<bool> {
    let sql = format!("SELECT revision FROM {GUARD} WHERE object = ?1 AND target_id = ?2");
    let applied: Option<i64> =
        db.prepare_cached(&sql)?.query_row([object, id], |row| row.get(0)).optional()?;
    Ok(applied.is_some_and(|applied| applied > revision))
}

/// Remembers that this revision is applied.
pub(super) fn record(
    db: &Connection,
    object: &str,
    id: &str,
    revision: i64,
    deleted: bool,
) -> rusqlite::Result<()> {
    let sql = format!(
        "INSERT INTO {GUARD} (object, target_id, revision, deleted) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (object, target_id) DO UPDATE SET revision = excluded.revision, deleted = excluded.deleted"
    );
    db.prepare_cached(&sql)?.execute(params![object, id, revision, deleted]).map(drop)
}
