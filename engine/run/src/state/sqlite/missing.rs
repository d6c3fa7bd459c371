//! What a read of everything did not meet.

use super::{
    Result, SqliteStore,
    row::{execute, json_list, millis, query, record, timestamp},
    schema::RECORD,
};
use crate::{
    key::Scope,
    state::{Missing, MissingShelf, Settlement},
};
use async_trait::async_trait;
use rusqlite::{Connection, ToSql};
use std::collections::BTreeMap;

fn all(db: &Connection, scope: &Scope, entity: &str) -> Result<Vec<(String, Missing)>> {
    let side = scope.side.as_str();
    let sql = format!("SELECT key, since, run FROM missing WHERE {RECORD}");
    query(db, &sql, &record(scope, &entity, &side), |row| {
        Ok((row.get(0)?, Missing { since: timestamp(row.get(1)?)?, run: row.get(2)? }))
    })
}

/// Notes what is missing, and takes away the notes of what is not any more.
pub(super) fn note(db: &Connection, scope: &Scope, settlement: &Settlement) -> Result<()> {
    let Settlement { missing, found, entity, .. } = settlement;
    let (side, entity) = (scope.side.as_str(), entity.as_str());
    if !found.is_empty() {
        let found = json_list(found.iter().map(String::as_str));
        let values = [record(scope, &entity, &side).as_slice(), &[&found as &dyn ToSql]].concat();
        let sql = format!("DELETE FROM missing WHERE {RECORD} AND key IN (SELECT value FROM json_each(?6))");
        execute(db, &sql, &values)?;
    }
    for key in missing {
        let more: [&dyn ToSql; 3] = [key, &millis(settlement.at), &settlement.run];
        let values = [record(scope, &entity, &side).as_slice(), &more].concat();
        let sql =
            "INSERT OR IGNORE INTO missing (tenant, environment, pipeline, side, entity, key, since, run)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        execute(db, sql, &values)?;
    }
    Ok(())
}

#[async_trait]
impl MissingShelf for SqliteStore {
    async fn missing(&self, scope: &Scope, entity: &str) -> Result<BTreeMap<String, Missing>> {
        let (scope, entity) = (scope.clone(), entity.to_owned());
        let rows = self.front().call(move |db: &Connection| all(db, &scope, &entity)).await?;
        Ok(rows.into_iter().collect())
    }
}
