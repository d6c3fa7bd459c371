//! Links: which target object a source record became.

use super::{
    fault::Outcome,
    put::{insert, put_but},
    row::{self, LINK, Values, millis, query},
    schema::RECORD,
};
use crate::{
    key::{RecordKey, Scope},
    state::{
        FailedState, Known, Link, PriorFailure, RecordOwner, Settlement, TargetObject, copy::Cell,
        table::LINK as TABLE,
    },
};
use engine_contract::ContentHash;
use engine_plan::Reference;
use sqlx::{Connection, postgres::PgConnection};
use std::collections::BTreeMap;

/// Everything that is known of some records, in one statement: their links, then what else there is.
pub(super) async fn recall(
    db: &mut PgConnection,
    scope: &Scope,
    entity: &str,
    keys: &[String],
) -> Outcome<BTreeMap<String, Known>> {
    let values = Values::record(scope, entity).texts(keys.iter().map(String::as_str));
    let chosen = format!("{RECORD} AND key = ANY($6)");
    let sql = format!(
        "WITH l AS (SELECT * FROM link WHERE {chosen}),
           i AS (SELECT key FROM intent WHERE {chosen}),
           h AS (SELECT key, since FROM hold WHERE {chosen}),
           f AS (SELECT key, first_at, attempts, retry, code, state, note FROM failed WHERE {chosen})
         SELECT k.key, i.key IS NOT NULL, h.since, f.first_at, f.attempts, COALESCE(f.retry, FALSE), f.code, f.state, f.note, l.key IS NOT NULL, l.entity, l.key,
           l.source_key, l.target_connection, l.target_object, l.target_id, l.route, l.parent_key,
           l.source_revision, l.sent_hash, l.generation, l.mapping_hash, l.shared, l.target_token
         FROM (SELECT DISTINCT UNNEST($6) COLLATE \"C\" AS key) k
           LEFT JOIN l ON l.key = k.key LEFT JOIN i ON i.key = k.key
           LEFT JOIN h ON h.key = k.key LEFT JOIN f ON f.key = k.key
         WHERE l.key IS NOT NULL OR i.key IS NOT NULL OR h.key IS NOT NULL OR f.key IS NOT NULL"
    );
    let known = query(db, sql, values, |row| {
        let (key, has_intent, held_since) = (row.text()?, row.flag()?, row.maybe_time()?);
        let (first_at, attempts) = (row.maybe_time()?, row.next::<Option<i64>>()?);
        let (retry, code) = (row.flag()?, row.maybe()?.unwrap_or_default());
        let (state, note) = (row.maybe()?.and_then(|word| FailedState::parse(&word)), row.maybe()?);
        let failure = first_at.map(|first_at| PriorFailure {
            first_at,
            attempts: attempts.and_then(|attempts| u32::try_from(attempts).ok()).unwrap_or(u32::MAX),
            retry,
            code,
            state,
            note,
        });
        let link = if row.flag()? { Some(row.link()?) } else { None };
        Ok((key, Known { link, has_intent, held_since, failure }))
    });
    Ok(known.await?.into_iter().collect())
}

pub(super) async fn targets(
    db: &mut PgConnection,
    scope: &Scope,
    references: &[Reference],
) -> Outcome<BTreeMap<Reference, String>> {
    let routes: Vec<Option<String>> = references
        .iter()
        .map(|reference| reference.route.as_deref().map(|route| row::kept(route).into_owned()))
        .collect();
    let values = Values::scope(scope)
        .texts(references.iter().map(|reference| reference.entity.as_str()))
        .add(routes)
        .texts(references.iter().map(|reference| reference.key.as_str()))
        .add(ContentHash::UNKNOWN.0.to_vec());
    let sql = "SELECT w.entity, w.route, w.key, l.target_id FROM UNNEST($5, $6, $7) AS w (entity, route, key)
               JOIN link l ON l.tenant = $1 AND l.environment = $2 AND l.pipeline = $3 AND l.side = $4
                 AND l.entity = w.entity AND l.key = w.key
               WHERE l.target_id IS NOT NULL AND l.sent_hash <> $8 AND (w.route IS NULL OR l.route = w.route)";
    let found = query(db, sql, values, |row| {
        let (entity, route, key) = (row.text()?, row.maybe()?, row.text()?);
        Ok((Reference { entity, route, key }, row.text()?))
    });
    Ok(found.await?.into_iter().collect())
}

pub(super) async fn owners(
    db: &mut PgConnection,
    scope: &Scope,
    target: &TargetObject,
    ids: &[String],
) -> Outcome<BTreeMap<String, RecordOwner>> {
    let values = Values::new()
        .text(&scope.tenant)
        .text(&scope.environment)
        .text(&target.connection)
        .text(&target.object)
        .texts(ids.iter().map(String::as_str));
    let sql = "SELECT target_id, pipeline, entity, key FROM link
               WHERE tenant = $1 AND environment = $2 AND target_connection = $3 AND target_object = $4
                 AND target_id = ANY($5) AND target_id IS NOT NULL AND NOT shared";
    let owners = query(db, sql, values, |row| {
        let (id, pipeline) = (row.text()?, row.text()?);
        Ok((id, RecordOwner { pipeline, record: RecordKey { entity: row.text()?, key: row.text()? } }))
    });
    Ok(owners.await?.into_iter().collect())
}

pub(super) async fn sample(
    db: &mut PgConnection,
    scope: &Scope,
    entity: &str,
    limit: usize,
) -> Outcome<Vec<(TargetObject, String)>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values = Values::record(scope, entity).add(limit).add(ContentHash::UNKNOWN.0.to_vec());
    let sql = format!(
        "SELECT target_connection, target_object, target_id FROM link WHERE {RECORD}
         AND target_id IS NOT NULL AND sent_hash <> $7 ORDER BY key DESC LIMIT $6"
    );
    query(db, sql, values, |row| {
        Ok((TargetObject { connection: row.text()?, object: row.text()? }, row.text()?))
    })
    .await
}

pub(super) async fn children(
    db: &mut PgConnection,
    scope: &Scope,
    entity: &str,
    parents: &[String],
) -> Outcome<Vec<Link>> {
    let values = Values::record(scope, entity).texts(parents.iter().map(String::as_str));
    let sql = format!(
        "SELECT {LINK}, target_token FROM link WHERE {RECORD} AND parent_key = ANY($6) AND target_id IS NOT NULL
         ORDER BY key"
    );
    query(db, sql, values, row::link).await
}

pub(super) async fn links(
    db: &mut PgConnection,
    scope: &Scope,
    entity: &str,
    (after, limit): (Option<&str>, usize),
) -> Outcome<Vec<Link>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values = Values::record(scope, entity).maybe(after).add(limit);
    let sql = format!(
        "SELECT {LINK}, target_token FROM link WHERE {RECORD} AND ($6::text IS NULL OR key > $6)
         AND target_id IS NOT NULL ORDER BY key LIMIT $7"
    );
    query(db, sql, values, row::link).await
}

/// Columns that no settlement writes.
const UNTOUCHED: [&str; 2] = ["echo_hash", "base"];

/// Writes links; gives back those whose target object another record has. Nearly always there are none, and one statement
/// does it; else they are written one by one, so that each is judged after those before it.
pub(super) async fn put(
    db: &mut PgConnection,
    scope: &Scope,
    links: &[Link],
    settlement: &Settlement,
) -> Outcome<Vec<Link>> {
    if put_some(db, scope, links, settlement).await? {
        return Ok(Vec::new());
    }
    let mut taken = Vec::new();
    for link in links {
        if !put_some(db, scope, std::slice::from_ref(link), settlement).await? {
            taken.push(link.clone());
        }
    }
    Ok(taken)
}

/// Writes all of some links, or none: `false` when another record has a target object.
async fn put_some(
    db: &mut PgConnection,
    scope: &Scope,
    links: &[Link],
    settlement: &Settlement,
) -> Outcome<bool> {
    if links.is_empty() {
        return Ok(true);
    }
    let rows = links.iter().map(|link| row(scope, link, settlement)).collect();
    // A statement that fails ends its transaction: inside a savepoint only that.
    let mut savepoint = db.begin().await?;
    match put_but(&mut savepoint, &TABLE, &UNTOUCHED, rows).await {
        Ok(()) => savepoint.commit().await.map(|()| true).map_err(Into::into),
        Err(fault) if fault.is_taken() => savepoint.rollback().await.map(|()| false).map_err(Into::into),
        Err(fault) => Err(fault),
    }
}

/// Remembers the generations of refused effects: in their links, or in links to nothing where there are none.
pub(super) async fn spend_generations(
    db: &mut PgConnection,
    scope: &Scope,
    links: &[Link],
    settlement: &Settlement,
) -> Outcome<()> {
    let mut newest: BTreeMap<&RecordKey, &Link> = BTreeMap::new();
    for link in links {
        let kept = newest.entry(&link.record).or_insert(link);
        if kept.generation < link.generation {
            *kept = link;
        }
    }
    let to_nothing = |link: &Link| row(scope, &Link { target_id: None, ..link.clone() }, settlement);
    let rows = newest.into_values().map(to_nothing).collect();
    let clash = format!(
        "ON CONFLICT ({}) DO UPDATE SET generation = GREATEST(link.generation, excluded.generation)",
        TABLE.key_list()
    );
    insert(db, &TABLE, rows, &clash).await
}

fn row(scope: &Scope, link: &Link, settlement: &Settlement) -> Vec<Cell> {
    vec![
        (&scope.tenant).into(),
        (&scope.environment).into(),
        (&scope.pipeline).into(),
        (&link.record.entity).into(),
        scope.side.as_str().into(),
        (&link.record.key).into(),
        (&link.source_key).into(),
        (&link.target_connection).into(),
        (&link.target_object).into(),
        link.target_id.as_ref().into(),
        link.route.as_ref().into(),
        link.parent_key.as_ref().into(),
        link.source_revision.as_ref().into(),
        link.sent_hash.0.as_slice().into(),
        Cell::Null,
        link.generation.into(),
        link.target_token.as_ref().into(),
        (&link.mapping_hash).into(),
        Cell::Null,
        link.shared.into(),
        (&settlement.run).into(),
        millis(settlement.at).into(),
    ]
}
