//! Mappings of before.

use super::{
    Result, SqliteStore,
    row::{execute, millis, query},
};
use crate::state::MappingShelf;
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use rusqlite::ToSql;

#[async_trait]
impl MappingShelf for SqliteStore {
    async fn keep_mappings(&self, mappings: Vec<(String, Bytes)>, now: Timestamp) -> Result<()> {
        let keep = move |db: &rusqlite::Connection| {
            for (hash, body) in &mappings {
                let values: [&dyn ToSql; 3] = [hash, &body.as_ref(), &millis(now)];
                execute(
                    db,
                    "INSERT OR IGNORE INTO mapping (hash, body, kept_at) VALUES (?1, ?2, ?3)",
                    &values,
                )?;
            }
            Ok(())
        };
        self.front().call(keep).await
    }

    async fn mapping(&self, hash: &str) -> Result<Option<Bytes>> {
        let hash = hash.to_owned();
        let find = move |db: &rusqlite::Connection| {
            let read = |row: &rusqlite::Row<'_>| row.get::<_, Vec<u8>>(0);
            query(db, "SELECT body FROM mapping WHERE hash = ?1", &[&hash], read)
        };
        Ok(self.front().call(find).await?.into_iter().next().map(Bytes::from))
    }
}
