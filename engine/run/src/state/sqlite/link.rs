//! Links: which target object a source record became.

use super::{
    Result, busy,
    mark::{failures, holds},
    row::{LINK, execute, json_list, link, millis, query, record},
    schema::RECORD,
};
use crate::{
    key::{RecordKey, Scope},
    state::{Known, Link, RecordOwner, Settlement, TargetObject},
};
use engine_plan::Reference;
use rusqlite::{Connection, ToSql};
use std::collections::BTreeMap;

pub(super) fn recall(
    db: &Connection,
    scope: &Scope,
    entity: &str,
    keys: &[String],
) -> Result<BTreeMap<String, Known>> {
    let list = json_list(keys.iter().map(String::as_str));
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let side = scope.side.as_str();
    let values = [record(scope, &entity, &side).as_slice(), &[&list as &dyn ToSql]].concat();
    let chosen = format!("{RECORD} AND key IN (SELECT value FROM json_each(?6))");
    let links = query(db, &format!("SELECT {LINK}, target_token FROM link WHERE {chosen}"), &values, link)?;
    for link in links {
        let key = link.record.key.clone();
        known.entry(key).or_default().link = Some(link);
    }
    for key in query(db, &format!("SELECT key FROM intent WHERE {chosen}"), &values, |row| row.get(0))? {
        known.entry(key).or_default().has_intent = true;
    }
    for (key, since) in holds(db, &chosen, &values)? {
        known.entry(key).or_default().held_since = Some(since);
    }
    for (key, failure) in failures(db, &chosen, &values)? {
        known.entry(key).or_default().failure = Some(failure);
    }
    Ok(known)
}

pub(super) fn targets(
    db: &Connection,
    scope: &Scope,
    references: &[Reference],
) -> Result<BTreeMap<Reference, String>> {
    let mut by_parent: BTreeMap<(&str, Option<&str>), Vec<&str>> = BTreeMap::new();
    for reference in references {
        by_parent.entry((&reference.entity, reference.route.as_deref())).or_default().push(&reference.key);
    }
    let mut found = BTreeMap::new();
    let side = scope.side.as_str();
    for ((entity, route), keys) in by_parent {
        let list = json_list(keys);
        let values = [record(scope, &entity, &side).as_slice(), &[&list as &dyn ToSql, &route]].concat();
        let sql = format!(
            "SELECT key, target_id FROM link WHERE {RECORD} AND key IN (SELECT value FROM json_each(?6))
             AND target_id IS NOT NULL AND sent_hash <> zeroblob(32) AND (?7 IS NULL OR route = ?7)"
        );
        for (key, id) in query(db, &sql, &values, |row| Ok((row.get(0)?, row.get(1)?)))? {
            found.insert(Reference { entity: entity.to_owned(), route: route.map(str::to_owned), key }, id);
        }
    }
    Ok(found)
}

pub(super) fn owners(
    db: &Connection,
    scope: &Scope,
    target: &TargetObject,
    ids: &[String],
) -> Result<BTreeMap<String, RecordOwner>> {
    let list = json_list(ids.iter().map(String::as_str));
    let values: [&dyn ToSql; 5] =
        [&scope.tenant, &scope.environment, &target.connection, &target.object, &list];
    let sql = "SELECT target_id, pipeline, entity, key FROM link
               WHERE tenant = ?1 AND environment = ?2 AND target_connection = ?3 AND target_object = ?4
                 AND target_id IN (SELECT value FROM json_each(?5)) AND target_id IS NOT NULL AND shared = 0";
    let owners = query(db, sql, &values, |row| {
        let record = RecordKey { entity: row.get(2)?, key: row.get(3)? };
        Ok((row.get(0)?, RecordOwner { pipeline: row.get(1)?, record }))
    })?;
    Ok(owners.into_iter().collect())
}

pub(super) fn sample(
    db: &Connection,
    scope: &Scope,
    entity: &str,
    limit: usize,
) -> Result<Vec<(TargetObject, String)>> {
    let (side, limit) = (scope.side.as_str(), i64::try_from(limit).unwrap_or(i64::MAX));
    let values = [record(scope, &entity, &side).as_slice(), &[&limit as &dyn ToSql]].concat();
    let sql = format!(
        "SELECT target_connection, target_object, target_id FROM link WHERE {RECORD}
         AND target_id IS NOT NULL AND sent_hash <> zeroblob(32) ORDER BY key DESC LIMIT ?6"
    );
    query(db, &sql, &values, |row| {
        Ok((TargetObject { connection: row.get(0)?, object: row.get(1)? }, row.get(2)?))
    })
}

pub(super) fn children(
    db: &Connection,
    scope: &Scope,
    entity: &str,
    parents: &[String],
) -> Result<Vec<Link>> {
    let list = json_list(parents.iter().map(String::as_str));
    let side = scope.side.as_str();
    let values = [record(scope, &entity, &side).as_slice(), &[&list as &dyn ToSql]].concat();
    let sql = format!(
        "SELECT {LINK}, target_token FROM link WHERE {RECORD} AND parent_key IN (SELECT value FROM json_each(?6))
         AND target_id IS NOT NULL"
    );
    query(db, &sql, &values, link)
}

pub(super) fn links(
    db: &Connection,
    scope: &Scope,
    entity: &str,
    (after, limit): (Option<&str>, usize),
) -> Result<Vec<Link>> {
    let (side, limit) = (scope.side.as_str(), i64::try_from(limit).unwrap_or(i64::MAX));
    let values = [record(scope, &entity, &side).as_slice(), &[&after as &dyn ToSql, &limit]].concat();
    let sql = format!(
        "SELECT {LINK}, target_token FROM link WHERE {RECORD} AND (?6 IS NULL OR key > ?6) AND target_id IS NOT NULL
         ORDER BY key LIMIT ?7"
    );
    query(db, &sql, &values, link)
}

/// Writes a link; `false` when another record has the target object.
pub(super) fn put(db: &Connection, scope: &Scope, link: &Link, settlement: &Settlement) -> Result<bool> {
    let columns: [&dyn ToSql; 20] = [
        &scope.tenant,
        &scope.environment,
        &scope.pipeline,
        &scope.side.as_str(),
        &link.record.entity,
        &link.record.key,
        &link.source_key,
        &link.target_connection,
        &link.target_object,
        &link.target_id,
        &link.route,
        &link.parent_key,
        &link.source_revision,
        &link.sent_hash.0.as_slice(),
        &link.generation,
        &link.target_token,
        &link.mapping_hash,
        &link.shared,
        &settlement.run,
        &millis(settlement.at),
    ];
    let written = db.prepare_cached(PUT).and_then(|mut statement| statement.execute(columns.as_slice()));
    match written {
        Ok(_) => Ok(true),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) => {
            Ok(false)
        }
        Err(error) => Err(busy(&error)),
    }
}

/// Remembers the generation of a refused effect: in the link, or in a link to nothing when there is none.
pub(super) fn spend_generation(
    db: &Connection,
    scope: &Scope,
    link: &Link,
    settlement: &Settlement,
) -> Result<()> {
    let (side, entity) = (scope.side.as_str(), link.record.entity.as_str());
    let values =
        [record(scope, &entity, &side).as_slice(), &[&link.generation as &dyn ToSql, &link.record.key]]
            .concat();
    let sql = format!("UPDATE link SET generation = max(generation, ?6) WHERE {RECORD} AND key = ?7");
    if execute(db, &sql, &values)? == 0 {
        put(db, scope, &Link { target_id: None, ..link.clone() }, settlement)?;
    }
    Ok(())
}

const PUT: &str = "
INSERT INTO link (tenant, environment, pipeline, side, entity, key, source_key, target_connection, target_object,
  target_id, route, parent_key, source_revision, sent_hash, generation, target_token, mapping_hash, shared, run,
  updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)
ON CONFLICT (tenant, environment, pipeline, entity, side, key) DO UPDATE SET
  source_key = excluded.source_key, target_connection = excluded.target_connection,
  target_object = excluded.target_object, target_id = excluded.target_id, route = excluded.route,
  parent_key = excluded.parent_key, source_revision = excluded.source_revision, sent_hash = excluded.sent_hash,
  generation = excluded.generation, target_token = excluded.target_token, mapping_hash = excluded.mapping_hash,
  shared = excluded.shared, run = excluded.run, updated_at = excluded.updated_at";
