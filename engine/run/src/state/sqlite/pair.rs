//! What both sides last agreed on, and conflicts.

use super::{
    Result, SqliteStore, StateError,
    row::{execute, json_list, millis, query, record, timestamp},
    schema::RECORD,
};
use crate::{
    key::{RecordKey, Scope, Side},
    state::{Base, Conflict, KeptConflict, PairShelf, RunFilter, Sealer, Settlement, place, seal::unsealed},
};
use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, ToSql};
use std::collections::BTreeMap;

#[async_trait]
impl PairShelf for SqliteStore {
    async fn bases(&self, scope: &Scope, entity: &str, keys: &[String]) -> Result<BTreeMap<String, Base>> {
        let (scope, entity, keys, sealer) =
            (scope.clone(), entity.to_owned(), keys.to_vec(), self.payload_keys());
        self.front().call(move |db| bases(db, (&scope, &entity), &keys, &sealer)).await
    }

    async fn conflicts_of(&self, scope: &Scope, entity: &str, keys: &[String]) -> Result<Vec<KeptConflict>> {
        let (scope, entity, keys, sealer) =
            (scope.clone(), entity.to_owned(), keys.to_vec(), self.payload_keys());
        let look = move |db: &Connection| {
            let (side, list) = (scope.side.as_str(), json_list(keys.iter().map(String::as_str)));
            let entity = entity.as_str();
            let values = [record(&scope, &entity, &side).as_slice(), &[&list as &dyn ToSql]].concat();
            let chosen = format!("{RECORD} AND key IN (SELECT value FROM json_each(?6))");
            conflicts(db, &chosen, &values, &sealer)
        };
        self.front().call(look).await
    }

    async fn conflicts(&self, filter: &RunFilter) -> Result<Vec<KeptConflict>> {
        let (filter, sealer) = (filter.clone(), self.payload_keys());
        let look = move |db: &Connection| {
            let values: [&dyn ToSql; 3] = [&filter.tenant, &filter.environment, &filter.pipeline];
            let chosen = "(?1 IS NULL OR tenant = ?1) AND (?2 IS NULL OR environment = ?2) AND (?3 IS NULL OR pipeline = ?3)";
            let mut found = conflicts(db, chosen, &values, &sealer)?;
            found.truncate(filter.limit);
            Ok(found)
        };
        self.front().call(look).await
    }

    async fn choose(
        &self,
        conflict: &KeptConflict,
        choice: BTreeMap<String, Side>,
        other: Option<RecordKey>,
        at: Timestamp,
    ) -> Result<bool> {
        let conflict = conflict.clone();
        self.front().call(move |db| choose(db, &conflict, (&choice, other.as_ref()), at)).await
    }
}

fn bases(
    db: &Connection,
    (scope, entity): (&Scope, &str),
    keys: &[String],
    sealer: &Sealer,
) -> Result<BTreeMap<String, Base>> {
    let (side, list) = (scope.side.as_str(), json_list(keys.iter().map(String::as_str)));
    let values = [record(scope, &entity, &side).as_slice(), &[&list as &dyn ToSql]].concat();
    let sql = format!(
        "SELECT key, base FROM link WHERE {RECORD} AND key IN (SELECT value FROM json_each(?6)) AND base IS NOT NULL"
    );
    let rows = query(db, &sql, &values, |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let open = |(key, locked): (String, Vec<u8>)| {
        let of = RecordKey { entity: entity.to_owned(), key };
        let plain = unsealed(sealer.open(&place::payload(scope, &of, "link"), &locked))?;
        Ok((of.key, parse(&plain)?))
    };
    rows.into_iter().map(open).collect()
}

fn parse<T: serde::de::DeserializeOwned>(json: &[u8]) -> Result<T> {
    serde_json::from_slice(json).map_err(|error| StateError::Corrupt(error.to_string()))
}

fn written(value: &impl serde::Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| StateError::Corrupt(error.to_string()))
}

fn conflicts(
    db: &Connection,
    chosen: &str,
    values: &[&dyn ToSql],
    sealer: &Sealer,
) -> Result<Vec<KeptConflict>> {
    let sql = format!(
        "SELECT tenant, environment, pipeline, side, entity, key, source_key, fields, choice, since, run FROM conflict
         WHERE {chosen} ORDER BY since, pipeline, entity, key"
    );
    let rows = query(db, &sql, values, |row| {
        let side =
            if row.get_ref(3)?.as_str()? == Side::Target.as_str() { Side::Target } else { Side::Source };
        let scope = Scope { tenant: row.get(0)?, environment: row.get(1)?, pipeline: row.get(2)?, side };
        let of = RecordKey { entity: row.get(4)?, key: row.get(5)? };
        let (locked, choice): (Vec<u8>, Option<String>) = (row.get(7)?, row.get(8)?);
        Ok((scope, of, row.get(6)?, locked, choice, timestamp(row.get(9)?)?, row.get(10)?))
    })?;
    let open = |(scope, of, source_key, locked, choice, since, run): (
        Scope,
        RecordKey,
        String,
        Vec<u8>,
        Option<String>,
        Timestamp,
        String,
    )| {
        let plain = unsealed(sealer.open(&place::payload(&scope, &of, "conflict"), &locked))?;
        let conflict = Conflict { record: of, source_key, fields: parse(&plain)? };
        let choice = choice.map_or(Ok(BTreeMap::new()), |choice| parse(choice.as_bytes()))?;
        Ok(KeptConflict { scope, conflict, choice, since, run })
    };
    rows.into_iter().map(open).collect()
}

fn choose(
    db: &Connection,
    kept: &KeptConflict,
    (choice, other): (&BTreeMap<String, Side>, Option<&RecordKey>),
    at: Timestamp,
) -> Result<bool> {
    let (scope, of) = (&kept.scope, &kept.conflict.record);
    let (side, entity) = (scope.side.as_str(), of.entity.as_str());
    let choice =
        String::from_utf8(written(choice)?).map_err(|error| StateError::Corrupt(error.to_string()))?;
    let values = [record(scope, &entity, &side).as_slice(), &[&of.key as &dyn ToSql, &choice]].concat();
    let sql = format!("UPDATE conflict SET choice = ?7 WHERE {RECORD} AND key = ?6");
    if execute(db, &sql, &values)? == 0 {
        return Ok(false);
    }
    let mine = (of, kept.conflict.source_key.as_str());
    for (of, source_key) in [Some(mine), other.map(|other| (other, other.key.as_str()))].into_iter().flatten()
    {
        let entity = of.entity.as_str();
        let more: [&dyn ToSql; 3] = [&of.key, &source_key, &millis(at)];
        let values = [record(scope, &entity, &side).as_slice(), &more].concat();
        let sql = "INSERT OR REPLACE INTO dirty (tenant, environment, pipeline, side, entity, key, source_key, reason, since, run)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'chosen', ?8, '')";
        execute(db, sql, &values)?;
    }
    Ok(true)
}

/// Keeps what both sides agree on now, and what they do not.
pub(super) fn settle(db: &Connection, scope: &Scope, settlement: &Settlement, sealer: &Sealer) -> Result<()> {
    let side = scope.side.as_str();
    for (of, base) in &settlement.bases {
        let entity = of.entity.as_str();
        let locked = unsealed(sealer.seal(&place::payload(scope, of, "link"), &written(base)?))?;
        let values = [record(scope, &entity, &side).as_slice(), &[&of.key as &dyn ToSql, &locked]].concat();
        execute(db, &format!("UPDATE link SET base = ?7 WHERE {RECORD} AND key = ?6"), &values)?;
    }
    for of in &settlement.agreed {
        let entity = of.entity.as_str();
        let values = [record(scope, &entity, &side).as_slice(), &[&of.key as &dyn ToSql]].concat();
        execute(db, &format!("DELETE FROM conflict WHERE {RECORD} AND key = ?6"), &values)?;
    }
    for conflict in &settlement.conflicts {
        let of = &conflict.record;
        let entity = of.entity.as_str();
        let locked =
            unsealed(sealer.seal(&place::payload(scope, of, "conflict"), &written(&conflict.fields)?))?;
        let at = millis(settlement.at);
        let more: [&dyn ToSql; 5] = [&of.key, &conflict.source_key, &locked, &at, &settlement.run];
        let values = [record(scope, &entity, &side).as_slice(), &more].concat();
        let sql = "INSERT INTO conflict (tenant, environment, pipeline, side, entity, key, source_key, fields, since, run)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                   ON CONFLICT DO UPDATE SET source_key = excluded.source_key, fields = excluded.fields, choice = NULL";
        execute(db, sql, &values)?;
    }
    Ok(())
}
