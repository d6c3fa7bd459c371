//! Cursors as people look at them and set them.

use super::{
    PostgresStore, Result,
    fault::Outcome,
    front::Mode,
    lease,
    row::{Values, execute, query},
    schema::GROUP,
};
use crate::{
    key::{GroupKey, Scope, Side},
    state::{CursorRow, CursorShelf, KeptCursor, Lease, RESTORED},
};
use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::postgres::PgConnection;

async fn all(db: &mut PgConnection) -> Outcome<Vec<KeptCursor>> {
    let sql = format!(
        "SELECT tenant, environment, pipeline, side, stream_group, shard, value, resume, resume_since, resume_cap,
                 read_hash, updated_at
               FROM cursor WHERE shard <> '{RESTORED}' ORDER BY tenant, environment, pipeline, stream_group, side, shard"
    );
    let rows = query(db, sql, Values::new(), |row| {
        let scope = Scope {
            tenant: row.text()?,
            environment: row.text()?,
            pipeline: row.text()?,
            side: if row.text()? == Side::Target.as_str() { Side::Target } else { Side::Source },
        };
        Ok(KeptCursor {
            key: GroupKey { scope, group: row.text()?, shard: row.text()? },
            row: CursorRow {
                value: row.cursor()?,
                resume: row.maybe()?,
                resume_since: row.cursor()?,
                resume_cap: row.cursor()?,
                read_hash: row.text()?,
            },
            updated_at: row.time()?,
        })
    });
    rows.await
}

async fn put(db: &mut PgConnection, (held, row, at): &(Lease, Option<CursorRow>, Timestamp)) -> Outcome<()> {
    lease::fence(db, held).await?;
    execute(db, format!("DELETE FROM cursor WHERE {GROUP}"), Values::group(&held.key)).await?;
    match row {
        Some(row) => lease::set_cursor(db, held, (row, None), *at).await,
        None => Ok(()),
    }
}

#[async_trait]
impl CursorShelf for PostgresStore {
    async fn cursors(&self) -> Result<Vec<KeptCursor>> {
        self.front().call(Mode::Look, (), |db, ()| Box::pin(all(db))).await
    }

    async fn put_cursor(&self, lease: &Lease, row: Option<CursorRow>, at: Timestamp) -> Result<()> {
        let asked = (lease.clone(), row, at);
        self.front().call(Mode::Change, asked, |db, asked| Box::pin(put(db, asked))).await
    }
}
