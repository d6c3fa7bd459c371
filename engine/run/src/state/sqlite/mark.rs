//! Marks on records that are not done: failed, held, dirty.

use super::{
    Result,
    row::{execute, json_list, millis, query, record, timestamp},
    schema::RECORD,
};
use crate::{
    key::Scope,
    state::{
        Dirty, FREE_TRIES, FailedRecord, FailedState, Hold, LONGEST_WAIT, PriorFailure, Revisit,
        RevisitQuery, Sealer, Settlement, place, seal::unsealed,
    },
};
use jiff::Timestamp;
use rusqlite::{Connection, ToSql};
use std::time::Duration;

pub(super) fn holds(
    db: &Connection,
    chosen: &str,
    values: &[&dyn ToSql],
) -> Result<Vec<(String, Timestamp)>> {
    query(db, &format!("SELECT key, since FROM hold WHERE {chosen}"), values, |row| {
        Ok((row.get(0)?, timestamp(row.get(1)?)?))
    })
}

pub(super) fn failures(
    db: &Connection,
    chosen: &str,
    values: &[&dyn ToSql],
) -> Result<Vec<(String, PriorFailure)>> {
    let sql = format!("SELECT key, first_at, attempts, retry, code, state, note FROM failed WHERE {chosen}");
    query(db, &sql, values, |row| {
        let (first_at, attempts, retry) = (timestamp(row.get(1)?)?, row.get(2)?, row.get(3)?);
        let state = row.get::<_, Option<String>>(5)?.and_then(|word| FailedState::parse(&word));
        let (code, note) = (row.get(4)?, row.get(6)?);
        Ok((row.get(0)?, PriorFailure { first_at, attempts, retry, code, state, note }))
    })
}

/// Clears the marks of everything that was looked at: what is still not done is marked again after this.
pub(super) fn clear(db: &Connection, scope: &Scope, settlement: &Settlement) -> Result<()> {
    let seen = json_list(settlement.seen.iter().map(String::as_str));
    let well = json_list(settlement.well.iter().map(String::as_str));
    let (side, entity) = (scope.side.as_str(), settlement.entity.as_str());
    // Dirty marks go only when the source record itself was looked at: an effect that came to its end says
    // nothing about the newer version that had to wait for it.
    let cleared =
        [("failed", "source_key", &seen), ("hold", "source_key", &seen), ("dirty", "source_key", &seen)];
    for (table, column, list) in cleared.into_iter().chain([("failed", "key", &well), ("hold", "key", &well)])
    {
        let values = [record(scope, &entity, &side).as_slice(), &[list as &dyn ToSql]].concat();
        let sql =
            format!("DELETE FROM {table} WHERE {RECORD} AND {column} IN (SELECT value FROM json_each(?6))");
        execute(db, &sql, &values)?;
    }
    if settlement.whole {
        let values = [record(scope, &entity, &side).as_slice(), &[&settlement.run as &dyn ToSql]].concat();
        for table in ["failed", "hold", "dirty"] {
            execute(db, &format!("DELETE FROM {table} WHERE {RECORD} AND run <> ?6"), &values)?;
        }
    }
    Ok(())
}

pub(super) fn put_failed(
    db: &Connection,
    scope: &Scope,
    failed: &FailedRecord,
    (settlement, sealer): (&Settlement, &Sealer),
) -> Result<()> {
    let bound_to = place::payload(scope, &failed.record, "failed");
    let payload = unsealed(sealer.seal(&bound_to, &failed.payload))?;
    let file = failed.place.as_ref().map(|place| place.file.as_str());
    let line = failed.place.as_ref().and_then(|place| i64::try_from(place.line).ok());
    let state = failed.state.map(FailedState::as_str);
    let columns: [&dyn ToSql; 22] = [
        &scope.tenant,
        &scope.environment,
        &scope.pipeline,
        &scope.side.as_str(),
        &failed.record.entity,
        &failed.record.key,
        &failed.source_key,
        &failed.origin,
        &failed.code,
        &failed.message,
        &file,
        &line,
        &failed.retry,
        &failed.broken,
        &failed.attempts,
        &failed.mapping_hash,
        &payload,
        &millis(failed.first_at),
        &millis(settlement.at),
        &settlement.run,
        &state,
        &failed.note,
    ];
    execute(
        db,
        "INSERT OR REPLACE INTO failed (tenant, environment, pipeline, side, entity, key, source_key, origin, code,
           message, file, line, retry, broken, attempts, mapping_hash, payload, first_at, last_at, run, state, note)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
           ?21, ?22)",
        &columns,
    )?;
    Ok(())
}

pub(super) fn put_hold(db: &Connection, scope: &Scope, hold: &Hold, run: &str) -> Result<()> {
    let side = scope.side.as_str();
    let entity = hold.record.entity.as_str();
    let columns: [&dyn ToSql; 8] = [
        &hold.record.key,
        &hold.source_key,
        &hold.parent.entity,
        &hold.parent.route,
        &hold.parent.key,
        &millis(hold.since),
        &millis(hold.until),
        &run,
    ];
    execute(
        db,
        "INSERT OR REPLACE INTO hold (tenant, environment, pipeline, side, entity, key, source_key, parent_entity,
           parent_route, parent_key, since, until, run)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        &[record(scope, &entity, &side).as_slice(), &columns].concat(),
    )?;
    Ok(())
}

pub(super) fn put_dirty(
    db: &Connection,
    scope: &Scope,
    dirty: &Dirty,
    settlement: &Settlement,
) -> Result<()> {
    let side = scope.side.as_str();
    let entity = dirty.record.entity.as_str();
    let (reason, since) = (dirty.reason.as_str(), millis(settlement.at));
    let columns: [&dyn ToSql; 5] = [&dirty.record.key, &dirty.source_key, &reason, &since, &settlement.run];
    execute(
        db,
        "INSERT OR REPLACE INTO dirty (tenant, environment, pipeline, side, entity, key, source_key, reason, since,
           run) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        &[record(scope, &entity, &side).as_slice(), &columns].concat(),
    )?;
    Ok(())
}

/// Dirty records, holds whose parent has landed or whose time is up, and failures that may heal.
pub(super) fn revisits(db: &Connection, scope: &Scope, wanted: &RevisitQuery) -> Result<Vec<Revisit>> {
    let entities: serde_json::Map<String, serde_json::Value> =
        wanted.entities.iter().map(|(name, hash)| (name.clone(), hash.as_str().into())).collect();
    let entities = serde_json::Value::Object(entities).to_string();
    let limit = i64::try_from(wanted.limit).unwrap_or(i64::MAX);
    let base =
        "m.tenant = ?1 AND m.environment = ?2 AND m.pipeline = ?3 AND m.side = ?4 AND m.entity = e.key";
    // Of a record whose time was up before, its failure says when it is looked at again.
    let not_failed =
        "NOT EXISTS (SELECT 1 FROM failed f WHERE f.tenant = m.tenant AND f.environment = m.environment
        AND f.pipeline = m.pipeline AND f.entity = m.entity AND f.side = m.side AND f.key = m.key)";
    let sql = format!(
        "SELECT DISTINCT source_key FROM (
           SELECT m.source_key FROM json_each(?5) e JOIN dirty m ON {base} WHERE (m.run <> ?9 OR m.reason = 'doubt')
           UNION ALL
           SELECT m.source_key FROM json_each(?5) e JOIN failed m ON {base}
             WHERE m.run <> ?9 AND m.broken = 0 AND m.state IS NOT 'ignored'
               AND (m.mapping_hash <> e.value OR m.retry = 1 AND m.state IS NULL AND (m.attempts <= {FREE_TRIES}
                 OR m.last_at + min(?10 << 2 * min(m.attempts - {FREE_TRIES} - 1, 10), ?11) <= ?6))
           UNION ALL
           SELECT m.source_key FROM json_each(?5) e JOIN hold m ON {base}
             WHERE m.run <> ?9 AND (m.until <= ?6 AND {not_failed} OR EXISTS (SELECT 1 FROM link l WHERE l.tenant = m.tenant
               AND l.environment = m.environment AND l.pipeline = m.pipeline AND l.side = m.side
               AND l.entity = m.parent_entity AND l.key = m.parent_key AND l.target_id IS NOT NULL
               AND (m.parent_route IS NULL OR l.route = m.parent_route)))
         ) WHERE ?7 IS NULL OR source_key > ?7 ORDER BY source_key LIMIT ?8"
    );
    let side = scope.side.as_str();
    let wait = |wait: Duration| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
    let values: [&dyn ToSql; 11] = [
        &scope.tenant,
        &scope.environment,
        &scope.pipeline,
        &side,
        &entities,
        &millis(wanted.now),
        &wanted.after,
        &limit,
        &wanted.run,
        &wait(wanted.wait),
        &wait(LONGEST_WAIT),
    ];
    query(db, &sql, &values, |row| Ok(Revisit { source_key: row.get(0)? }))
}
