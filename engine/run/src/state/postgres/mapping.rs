//! Mappings of before.

use super::{
    PostgresStore, Result,
    fault::Outcome,
    front::Mode,
    put::insert,
    row::{Columns, Values, millis, query},
};
use crate::state::{MappingShelf, copy::Cell, table::MAPPING};
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;

fn bytes(row: &mut Columns<'_>) -> Outcome<Vec<u8>> {
    row.next()
}

#[async_trait]
impl MappingShelf for PostgresStore {
    async fn keep_mappings(&self, mappings: Vec<(String, Bytes)>, now: Timestamp) -> Result<()> {
        let row =
            |(hash, body): (String, Bytes)| vec![Cell::from(hash), body.to_vec().into(), millis(now).into()];
        let rows: Vec<Vec<Cell>> = mappings.into_iter().map(row).collect();
        let keep = self.front().call(Mode::Change, rows, |db, rows| {
            Box::pin(insert(db, &MAPPING, rows.clone(), "ON CONFLICT (hash) DO NOTHING"))
        });
        keep.await
    }

    async fn mapping(&self, hash: &str) -> Result<Option<Bytes>> {
        let find = self.front().call(Mode::Look, hash.to_owned(), |db, hash| {
            let sql = "SELECT body FROM mapping WHERE hash = $1";
            Box::pin(query(db, sql, Values::new().text(hash), bytes))
        });
        Ok(find.await?.into_iter().next().map(Bytes::from))
    }
}
