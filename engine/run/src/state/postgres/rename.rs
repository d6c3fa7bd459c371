//! Carries what is kept under an old name on under a new one.
//!
//! Payloads are sealed for the key that they belong to, so they are opened and sealed again. The audit and the
//! history of runs tell what was, under the names of then.

use super::{
    StateError,
    fault::{Fault, Outcome},
    row::{self, Values, execute, query},
    schema::SCOPE,
};
use crate::{
    key::{RecordKey, Scope},
    state::{
        Link, NameKind, Rename, Renamed, Sealer, place,
        seal::unsealed,
        table::{CONFLICT, CURSOR, DIRTY, DISPATCH, FAILED, HOLD, INTENT, LEASE, LINK, MISSING, Table},
    },
};
use jiff::Timestamp;
use sqlx::postgres::PgConnection;

/// What is to be renamed, and what is known of others.
pub(super) struct Asked {
    pub(super) scope: Scope,
    pub(super) renames: Vec<Rename>,
    pub(super) now: Timestamp,
    pub(super) gone: Vec<String>,
    pub(super) sealer: Sealer,
}

fn of_pipeline(scope: &Scope, pipeline: &str) -> Scope {
    Scope { pipeline: pipeline.to_owned(), ..scope.clone() }
}

/// Whether links or open effects are kept under a name.
pub(super) async fn knows(db: &mut PgConnection, scope: &Scope, kind: NameKind, name: &str) -> Outcome<bool> {
    let (pipeline, column) = match kind {
        NameKind::Pipeline => (name, "pipeline"),
        NameKind::Entity => (scope.pipeline.as_str(), "entity"),
        NameKind::Connection => (scope.pipeline.as_str(), "target_connection"),
    };
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM link WHERE {SCOPE} AND {column} = $5)
           OR EXISTS (SELECT 1 FROM intent WHERE {SCOPE} AND {column} = $5)"
    );
    let values = Values::scope(&of_pipeline(scope, pipeline)).text(name);
    Ok(query(db, sql, values, row::flag).await? == [true])
}

/// Renames in order, all or nothing: the transaction is taken back on an error.
pub(super) async fn rename(db: &mut PgConnection, asked: &Asked) -> Outcome<Renamed> {
    let Asked { scope, renames, sealer, .. } = asked;
    let mut is_needed = false;
    for rename in renames {
        is_needed = is_needed || knows(db, scope, rename.kind, &rename.from).await?;
    }
    if !is_needed {
        return Ok(Renamed::Done);
    }
    let pipelines = renames.iter().filter(|rename| rename.kind == NameKind::Pipeline);
    for pipeline in pipelines.map(|rename| &rename.from).chain([&scope.pipeline]) {
        if let Some(busy) = held(db, asked, pipeline).await? {
            return Ok(busy);
        }
    }
    for rename in renames {
        let Rename { kind, from, to } = rename;
        if !knows(db, scope, *kind, from).await? {
            continue;
        }
        if knows(db, scope, *kind, to).await? {
            return Err(StateError::both_names(rename).into());
        }
        match kind {
            NameKind::Pipeline => rename_pipeline(db, scope, (from, to), sealer).await?,
            NameKind::Entity => rename_entity(db, scope, (from, to), sealer).await?,
            NameKind::Connection => rename_connection(db, scope, (from, to)).await?,
        }
    }
    Ok(Renamed::Done)
}

/// A lease of the pipeline that is still good, and whose owner is not known to be gone. All of its leases stay as they are
/// until the transaction has ended.
async fn held(db: &mut PgConnection, asked: &Asked, pipeline: &str) -> Outcome<Option<Renamed>> {
    let sql = format!(
        "SELECT owner, stream_group, until FROM lease WHERE {SCOPE} ORDER BY stream_group, shard FOR UPDATE"
    );
    let values = Values::scope(&of_pipeline(&asked.scope, pipeline));
    let leases = query(db, sql, values, |row| Ok((row.maybe()?, row.text()?, row.time()?))).await?;
    let is_held = |owner: &String, until: Timestamp| until > asked.now && !asked.gone.contains(owner);
    let busy = leases.into_iter().find_map(|(owner, group, until)| {
        let owner = owner.filter(|owner| is_held(owner, until))?;
        Some(Renamed::Busy { owner, group, until })
    });
    Ok(busy)
}

async fn rename_pipeline(
    db: &mut PgConnection,
    scope: &Scope,
    (from, to): (&str, &str),
    sealer: &Sealer,
) -> Outcome<()> {
    let (old, new) = (of_pipeline(scope, from), of_pipeline(scope, to));
    for sealed in SEALED {
        reseal(db, sealed, (&old, None), |record| (new.clone(), record.clone()), sealer).await?;
    }
    for table in [&LINK, &INTENT, &DISPATCH, &DIRTY, &HOLD, &FAILED, &CONFLICT, &MISSING, &CURSOR, &LEASE] {
        replace(db, table, &old, ("pipeline", from, to)).await?;
    }
    Ok(())
}

async fn rename_entity(
    db: &mut PgConnection,
    scope: &Scope,
    (from, to): (&str, &str),
    sealer: &Sealer,
) -> Outcome<()> {
    for sealed in SEALED {
        let renamed = |record: &RecordKey| RecordKey { entity: to.to_owned(), key: record.key.clone() };
        reseal(db, sealed, (scope, Some(from)), |record| (scope.clone(), renamed(record)), sealer).await?;
    }
    for table in [&LINK, &INTENT, &DISPATCH, &DIRTY, &HOLD, &FAILED, &CONFLICT, &MISSING] {
        replace(db, table, scope, ("entity", from, to)).await?;
    }
    set(db, &HOLD, scope, ("parent_entity", from, to)).await?;
    // A stream group has the name of its first entity.
    for table in [&CURSOR, &LEASE] {
        replace(db, table, scope, ("stream_group", from, to)).await?;
    }
    rewrite_notes(db, scope, |link| {
        if link.record.entity == from {
            to.clone_into(&mut link.record.entity);
        }
    })
    .await
}

async fn rename_connection(db: &mut PgConnection, scope: &Scope, (from, to): (&str, &str)) -> Outcome<()> {
    for table in [&LINK, &INTENT] {
        set(db, table, scope, ("target_connection", from, to)).await?;
    }
    rewrite_notes(db, scope, |link| {
        if link.target_connection == from {
            to.clone_into(&mut link.target_connection);
        }
    })
    .await
}

async fn set(
    db: &mut PgConnection,
    table: &Table,
    scope: &Scope,
    (column, from, to): (&str, &str, &str),
) -> Outcome<()> {
    let sql = format!("UPDATE {} SET {column} = $6 WHERE {SCOPE} AND {column} = $5", table.name);
    execute(db, sql, Values::scope(scope).text(from).text(to)).await.map(drop)
}

/// Sets a column of the key. Of marks and cursors under both names the old ones stay: those under the new name tell of
/// runs that knew nothing of the links. Links and intents are never under both.
async fn replace(
    db: &mut PgConnection,
    table: &Table,
    scope: &Scope,
    (column, from, to): (&str, &str, &str),
) -> Outcome<()> {
    let key = table.columns.get(..table.key).unwrap_or_default();
    let same: Vec<String> = key
        .iter()
        .filter(|(name, _)| *name != column)
        .map(|(name, _)| format!("o.{name} = n.{name}"))
        .collect();
    // The scope's own pipeline is the old one: rows under the new one are in the way.
    let scope_of_new = if column == "pipeline" {
        "n.tenant = $1 AND n.environment = $2 AND n.side = $4"
    } else {
        "n.tenant = $1 AND n.environment = $2 AND n.pipeline = $3 AND n.side = $4"
    };
    let sql = format!(
        "DELETE FROM {name} n USING {name} o WHERE {scope_of_new} AND n.{column} = $6 AND o.{column} = $5 AND {same}
         AND o.pipeline = $3",
        name = table.name,
        same = same.join(" AND ")
    );
    execute(db, sql, Values::scope(scope).text(from).text(to)).await?;
    set(db, table, scope, (column, from, to)).await
}

/// The tables that hold something sealed for a record, each with its column.
static SEALED: [(&Table, &str); 4] =
    [(&INTENT, "payload"), (&FAILED, "payload"), (&LINK, "base"), (&CONFLICT, "fields")];

/// Seals what a table holds for the keys that it will have.
async fn reseal(
    db: &mut PgConnection,
    (table, column): (&Table, &str),
    (old, entity): (&Scope, Option<&str>),
    renamed: impl Fn(&RecordKey) -> (Scope, RecordKey),
    sealer: &Sealer,
) -> Outcome<()> {
    let sql = format!(
        "SELECT entity, key, {column} FROM {} WHERE {SCOPE} AND ($5::text IS NULL OR entity = $5)
         AND {column} IS NOT NULL",
        table.name
    );
    let rows = query(db, sql, Values::scope(old).maybe(entity), |row| {
        Ok((RecordKey { entity: row.text()?, key: row.text()? }, row.bytes()?))
    });
    let rows = rows.await?;
    let mut payloads = Vec::new();
    for (record, payload) in &rows {
        let plain = unsealed(sealer.open(&place::payload(old, record, table.name), payload))?;
        let (scope, new) = renamed(record);
        payloads.push(unsealed(sealer.seal(&place::payload(&scope, &new, table.name), &plain))?);
    }
    let values = Values::scope(old)
        .texts(rows.iter().map(|(record, _)| record.entity.as_str()))
        .texts(rows.iter().map(|(record, _)| record.key.as_str()))
        .add(payloads);
    let sql = format!(
        "UPDATE {} t SET {column} = s.payload
         FROM UNNEST($5::text[], $6::text[], $7::bytea[]) AS s (entity, key, payload)
         WHERE {SCOPE} AND t.entity = s.entity AND t.key = s.key",
        table.name
    );
    execute(db, sql, values).await.map(drop)
}

/// Changes the links in the notes of what is being sent.
async fn rewrite_notes(db: &mut PgConnection, scope: &Scope, change: impl Fn(&mut Link)) -> Outcome<()> {
    let sql = format!("SELECT entity, links FROM dispatch WHERE {SCOPE}");
    let notes = query(db, sql, Values::scope(scope), |row| Ok((row.text()?, row.text()?))).await?;
    for (entity, links) in notes {
        let corrupt = |error: serde_json::Error| Fault::corrupt(error.to_string());
        let mut links: Vec<Link> = serde_json::from_str(&links).map_err(corrupt)?;
        links.iter_mut().for_each(&change);
        let links = serde_json::to_string(&links).map_err(corrupt)?;
        let sql = format!("UPDATE dispatch SET links = $6 WHERE {SCOPE} AND entity = $5");
        execute(db, sql, Values::scope(scope).text(&entity).text(&links)).await?;
    }
    Ok(())
}
