//! What a read of everything did not meet.

use super::{
    PostgresStore, Result,
    fault::Outcome,
    front::Mode,
    put::insert,
    row::{Values, execute, millis, query},
    schema::RECORD,
};
use crate::{
    key::Scope,
    state::{Missing, MissingShelf, Settlement, table::MISSING},
};
use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

async fn all(db: &mut PgConnection, (scope, entity): &(Scope, String)) -> Outcome<Vec<(String, Missing)>> {
    let sql = format!("SELECT key, since, run FROM missing WHERE {RECORD}");
    let read = query(db, sql, Values::record(scope, entity), |row| {
        Ok((row.text()?, Missing { since: row.time()?, run: row.text()? }))
    });
    read.await
}

/// Notes what is missing, and takes away the notes of what is not any more.
pub(super) async fn note(db: &mut PgConnection, scope: &Scope, settlement: &Settlement) -> Outcome<()> {
    let Settlement { missing, found, entity, .. } = settlement;
    if !found.is_empty() {
        let sql = format!("DELETE FROM missing WHERE {RECORD} AND key = ANY($6)");
        let values = Values::record(scope, entity).texts(found.iter().map(String::as_str));
        execute(db, sql, values).await?;
    }
    let keys: BTreeSet<&String> = missing.iter().collect();
    let row = |key: &String| {
        vec![
            (&scope.tenant).into(),
            (&scope.environment).into(),
            (&scope.pipeline).into(),
            entity.into(),
            scope.side.as_str().into(),
            key.into(),
            millis(settlement.at).into(),
            (&settlement.run).into(),
        ]
    };
    insert(db, &MISSING, keys.into_iter().map(row).collect(), "ON CONFLICT DO NOTHING").await
}

#[async_trait]
impl MissingShelf for PostgresStore {
    async fn missing(&self, scope: &Scope, entity: &str) -> Result<BTreeMap<String, Missing>> {
        let asked = (scope.clone(), entity.to_owned());
        let rows = self.front().call(Mode::Look, asked, |db, asked| Box::pin(all(db, asked))).await?;
        Ok(rows.into_iter().collect())
    }
}
