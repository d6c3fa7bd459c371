//! Carries what is kept under an old name on under a new one.
//!
//! Payloads are sealed for the key that they belong to, so they are opened and sealed again. The audit and the
//! history of runs tell what was, under the names of then.

use super::{
    Result, StateError,
    row::{execute, json_list, millis, query, timestamp},
};
use crate::{
    key::{RecordKey, Scope},
    state::{Link, NameKind, Rename, Renamed, Sealer, place, seal::unsealed},
};
use jiff::Timestamp;
use rusqlite::{Connection, ToSql};

/// The columns that every row of a pipeline starts with.
const PIPELINE: &str = "tenant = ?1 AND environment = ?2 AND side = ?3 AND pipeline = ?4";

fn values<'a>(scope: &'a Scope, side: &'a &'static str, pipeline: &'a &'a str) -> [&'a dyn ToSql; 4] {
    [&scope.tenant, &scope.environment, side, pipeline]
}

/// Whether links or open effects are kept under a name.
pub(super) fn knows(db: &Connection, scope: &Scope, kind: NameKind, name: &str) -> Result<bool> {
    let side = scope.side.as_str();
    let (pipeline, column) = match kind {
        NameKind::Pipeline => (name, "pipeline"),
        NameKind::Entity => (scope.pipeline.as_str(), "entity"),
        NameKind::Connection => (scope.pipeline.as_str(), "target_connection"),
    };
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM link WHERE {PIPELINE} AND {column} = ?5)
           OR EXISTS (SELECT 1 FROM intent WHERE {PIPELINE} AND {column} = ?5)"
    );
    let found = query(
        db,
        &sql,
        &[values(scope, &side, &pipeline).as_slice(), &[&name as &dyn ToSql]].concat(),
        |row| row.get::<_, bool>(0),
    )?;
    Ok(found == [true])
}

/// Renames in order, all or nothing: the caller's transaction is taken back on an error.
pub(super) fn rename(
    db: &Connection,
    scope: &Scope,
    renames: &[Rename],
    (now, gone): (Timestamp, &[String]),
    sealer: &Sealer,
) -> Result<Renamed> {
    let pipelines = renames.iter().filter(|rename| rename.kind == NameKind::Pipeline);
    let mut is_needed = false;
    for rename in renames {
        is_needed = is_needed || knows(db, scope, rename.kind, &rename.from)?;
    }
    if !is_needed {
        return Ok(Renamed::Done);
    }
    for pipeline in pipelines.map(|rename| &rename.from).chain([&scope.pipeline]) {
        if let Some(busy) = held(db, scope, pipeline, (now, gone))? {
            return Ok(busy);
        }
    }
    for rename in renames {
        let Rename { kind, from, to } = rename;
        if !knows(db, scope, *kind, from)? {
            continue;
        }
        if knows(db, scope, *kind, to)? {
            return Err(StateError::both_names(rename));
        }
        match kind {
            NameKind::Pipeline => rename_pipeline(db, scope, (from, to), sealer)?,
            NameKind::Entity => rename_entity(db, scope, (from, to), sealer)?,
            NameKind::Connection => rename_connection(db, scope, (from, to))?,
        }
    }
    Ok(Renamed::Done)
}

/// A lease of the pipeline that is still good, and whose owner is not known to be gone.
fn held(
    db: &Connection,
    scope: &Scope,
    pipeline: &str,
    (now, gone): (Timestamp, &[String]),
) -> Result<Option<Renamed>> {
    let side = scope.side.as_str();
    let gone = json_list(gone.iter().map(String::as_str));
    let more: [&dyn ToSql; 2] = [&millis(now), &gone];
    let sql = format!(
        "SELECT owner, stream_group, until FROM lease WHERE {PIPELINE} AND owner IS NOT NULL AND until > ?5
         AND owner NOT IN (SELECT value FROM json_each(?6)) ORDER BY stream_group LIMIT 1"
    );
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Renamed::Busy { owner: row.get(0)?, group: row.get(1)?, until: timestamp(row.get(2)?)? })
    };
    Ok(query(db, &sql, &[values(scope, &side, &pipeline).as_slice(), &more].concat(), read)?
        .into_iter()
        .next())
}

fn rename_pipeline(db: &Connection, scope: &Scope, (from, to): (&str, &str), sealer: &Sealer) -> Result<()> {
    let side = scope.side.as_str();
    let old = Scope { pipeline: from.to_owned(), ..scope.clone() };
    let new = Scope { pipeline: to.to_owned(), ..scope.clone() };
    for sealed in SEALED {
        reseal(db, sealed, (&old, None), |record| (new.clone(), record.clone()), sealer)?;
    }
    for table in
        ["link", "intent", "dispatch", "dirty", "hold", "failed", "conflict", "missing", "cursor", "lease"]
    {
        let sql = format!("UPDATE {} {table} SET pipeline = ?5 WHERE {PIPELINE}", on_conflict(table));
        execute(db, &sql, &[values(scope, &side, &from).as_slice(), &[&to as &dyn ToSql]].concat())?;
    }
    Ok(())
}

fn rename_entity(db: &Connection, scope: &Scope, (from, to): (&str, &str), sealer: &Sealer) -> Result<()> {
    let (side, pipeline) = (scope.side.as_str(), scope.pipeline.as_str());
    let values = [values(scope, &side, &pipeline).as_slice(), &[&from as &dyn ToSql, &to]].concat();
    for sealed in SEALED {
        let renamed = |record: &RecordKey| RecordKey { entity: to.to_owned(), key: record.key.clone() };
        reseal(db, sealed, (scope, Some(from)), |record| (scope.clone(), renamed(record)), sealer)?;
    }
    let columns = [
        ("link", "entity"),
        ("intent", "entity"),
        ("dispatch", "entity"),
        ("dirty", "entity"),
        ("hold", "entity"),
        ("hold", "parent_entity"),
        ("failed", "entity"),
        ("conflict", "entity"),
        ("missing", "entity"),
        // A stream group has the name of its first entity.
        ("cursor", "stream_group"),
        ("lease", "stream_group"),
    ];
    for (table, column) in columns {
        let conflict = on_conflict(table);
        let sql = format!("UPDATE {conflict} {table} SET {column} = ?6 WHERE {PIPELINE} AND {column} = ?5");
        execute(db, &sql, &values)?;
    }
    rewrite_notes(db, scope, |link| {
        if link.record.entity == from {
            to.clone_into(&mut link.record.entity);
        }
    })
}

fn rename_connection(db: &Connection, scope: &Scope, (from, to): (&str, &str)) -> Result<()> {
    let (side, pipeline) = (scope.side.as_str(), scope.pipeline.as_str());
    let values = [values(scope, &side, &pipeline).as_slice(), &[&from as &dyn ToSql, &to]].concat();
    for table in ["link", "intent"] {
        let sql =
            format!("UPDATE {table} SET target_connection = ?6 WHERE {PIPELINE} AND target_connection = ?5");
        execute(db, &sql, &values)?;
    }
    rewrite_notes(db, scope, |link| {
        if link.target_connection == from {
            to.clone_into(&mut link.target_connection);
        }
    })
}

/// Of marks and cursors under both names the old ones stay: those under the new name tell of runs that knew
/// nothing of the links. Links and intents are never under both.
fn on_conflict(table: &str) -> &'static str {
    if ["link", "intent"].contains(&table) { "" } else { "OR REPLACE" }
}

/// The tables that hold something sealed for a record, each with its column.
const SEALED: [(&str, &str); 4] =
    [("intent", "payload"), ("failed", "payload"), ("link", "base"), ("conflict", "fields")];

/// Seals what a table holds for the keys that it will have.
fn reseal(
    db: &Connection,
    (table, column): (&str, &str),
    (old, entity): (&Scope, Option<&str>),
    renamed: impl Fn(&RecordKey) -> (Scope, RecordKey),
    sealer: &Sealer,
) -> Result<()> {
    let (side, pipeline) = (old.side.as_str(), old.pipeline.as_str());
    let sql = format!(
        "SELECT entity, key, {column} FROM {table} WHERE {PIPELINE} AND (?5 IS NULL OR entity = ?5) AND {column} IS NOT NULL"
    );
    let values = values(old, &side, &pipeline);
    let rows = query(db, &sql, &[values.as_slice(), &[&entity as &dyn ToSql]].concat(), |row| {
        Ok((RecordKey { entity: row.get(0)?, key: row.get(1)? }, row.get::<_, Vec<u8>>(2)?))
    })?;
    for (record, payload) in rows {
        let plain = unsealed(sealer.open(&place::payload(old, &record, table), &payload))?;
        let (scope, new) = renamed(&record);
        let payload = unsealed(sealer.seal(&place::payload(&scope, &new, table), &plain))?;
        let more: [&dyn ToSql; 3] = [&record.entity, &record.key, &payload];
        let sql = format!("UPDATE {table} SET {column} = ?7 WHERE {PIPELINE} AND entity = ?5 AND key = ?6");
        execute(db, &sql, &[values.as_slice(), &more].concat())?;
    }
    Ok(())
}

/// Changes the links in the notes of what is being sent.
fn rewrite_notes(db: &Connection, scope: &Scope, change: impl Fn(&mut Link)) -> Result<()> {
    let (side, pipeline) = (scope.side.as_str(), scope.pipeline.as_str());
    let values = values(scope, &side, &pipeline);
    let sql = format!("SELECT entity, links FROM dispatch WHERE {PIPELINE}");
    let notes = query(db, &sql, &values, |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    for (entity, links) in notes {
        let corrupt = |error: serde_json::Error| StateError::Corrupt(error.to_string());
        let mut links: Vec<Link> = serde_json::from_str(&links).map_err(corrupt)?;
        links.iter_mut().for_each(&change);
        let links = serde_json::to_string(&links).map_err(corrupt)?;
        let sql = format!("UPDATE dispatch SET links = ?6 WHERE {PIPELINE} AND entity = ?5");
        execute(db, &sql, &[values.as_slice(), &[&entity as &dyn ToSql, &links]].concat())?;
    }
    Ok(())
}
