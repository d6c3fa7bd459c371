//! Cursors as people look at them and set them.

use super::{
    Result, SqliteStore, lease,
    row::{cursor, execute, query, timestamp},
};
use crate::{
    key::{GroupKey, Scope, Side},
    state::{CursorRow, CursorShelf, KeptCursor, Lease, RESTORED},
};
use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::Connection;

fn all(db: &Connection) -> Result<Vec<KeptCursor>> {
    let sql = format!(
        "SELECT tenant, environment, pipeline, side, stream_group, shard, value, resume, resume_since, resume_cap,
                 read_hash, updated_at
               FROM cursor WHERE shard <> '{RESTORED}' ORDER BY tenant, environment, pipeline, stream_group, side, shard"
    );
    query(db, &sql, &[], |row| {
        let scope = Scope {
            tenant: row.get(0)?,
            environment: row.get(1)?,
            pipeline: row.get(2)?,
            side: if row.get::<_, String>(3)? == Side::Target.as_str() { Side::Target } else { Side::Source },
        };
        Ok(KeptCursor {
            key: GroupKey { scope, group: row.get(4)?, shard: row.get(5)? },
            row: CursorRow {
                value: cursor(row.get(6)?)?,
                resume: row.get(7)?,
                resume_since: cursor(row.get(8)?)?,
                resume_cap: cursor(row.get(9)?)?,
                read_hash: row.get(10)?,
            },
            updated_at: timestamp(row.get(11)?)?,
        })
    })
}

#[async_trait]
impl CursorShelf for SqliteStore {
    async fn cursors(&self) -> Result<Vec<KeptCursor>> {
        self.front().call(all).await
    }

    async fn put_cursor(&self, held: &Lease, row: Option<CursorRow>, at: Timestamp) -> Result<()> {
        let held = held.clone();
        let put = move |db: &Connection| {
            lease::fence(db, &held)?;
            let side = held.key.scope.side.as_str();
            let sql = format!("DELETE FROM cursor WHERE {}", lease::GROUP);
            execute(db, &sql, &lease::values(&held.key, &side))?;
            match &row {
                Some(row) => lease::set_cursor(db, &held, (row, None), at),
                None => Ok(()),
            }
        };
        self.front().call(put).await
    }
}
