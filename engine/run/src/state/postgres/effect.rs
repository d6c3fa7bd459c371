//! Intents before the first byte goes out, and notes of what is being sent.

use super::{
    fault::{Fault, Outcome},
    lease,
    put::put,
    row::{self, LINK, Values, millis, query},
    schema::{RECORD, SCOPE},
};
use crate::{
    key::Scope,
    state::{
        Intent, Lease, Link, Sealer,
        copy::Cell,
        place,
        seal::unsealed,
        table::{DISPATCH, INTENT},
    },
};
use bytes::Bytes;
use sqlx::postgres::PgConnection;

pub(super) async fn open_intents(
    db: &mut PgConnection,
    scope: &Scope,
    entity: &str,
    sealer: &Sealer,
) -> Outcome<Vec<Intent>> {
    let sql = format!(
        "SELECT {LINK}, base_token, op, payload, match_on, request_key, marker, revision, attempts, created_at,
           quiet_after FROM intent WHERE {RECORD} ORDER BY revision, key"
    );
    let intents = query(db, sql, Values::record(scope, entity), |row| {
        let (link, op) = (row.link()?, row.op()?);
        let bound_to = place::payload(scope, &link.record, "intent");
        Ok(Intent {
            link,
            op,
            payload: Bytes::from(unsealed(sealer.open(&bound_to, &row.bytes()?))?),
            match_on: serde_json::from_str(&row.text()?).unwrap_or_default(),
            request_key: row.text()?,
            marker: row.text()?,
            revision: row.number()?,
            attempts: row.small()?,
            created_at: row.time()?,
            quiet_after: row.maybe_time()?,
        })
    });
    intents.await
}

pub(super) async fn put_intents(
    db: &mut PgConnection,
    held: &Lease,
    intents: &[Intent],
    sealer: &Sealer,
) -> Outcome<()> {
    let rows = intents.iter().map(|intent| row(held, intent, sealer)).collect::<Outcome<_>>()?;
    put(db, &INTENT, rows).await
}

fn row(held: &Lease, intent: &Intent, sealer: &Sealer) -> Outcome<Vec<Cell>> {
    let (scope, link) = (&held.key.scope, &intent.link);
    let bound_to = place::payload(scope, &link.record, "intent");
    let payload = unsealed(sealer.seal(&bound_to, &intent.payload))?;
    let match_on = intent.match_on.iter().map(String::as_str).collect::<serde_json::Value>();
    Ok(vec![
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
        link.generation.into(),
        link.target_token.as_ref().into(),
        (&link.mapping_hash).into(),
        link.shared.into(),
        intent.op.as_str().into(),
        payload.into(),
        match_on.to_string().into(),
        (&intent.request_key).into(),
        (&intent.marker).into(),
        intent.revision.into(),
        intent.attempts.into(),
        held.epoch.into(),
        millis(intent.created_at).into(),
        intent.quiet_after.map(millis).into(),
    ])
}

pub(super) async fn unfinished(db: &mut PgConnection, scope: &Scope) -> Outcome<Vec<(String, String)>> {
    let sql = format!("SELECT DISTINCT entity, target_connection FROM intent WHERE {SCOPE} ORDER BY 1, 2");
    query(db, sql, Values::scope(scope), |row| Ok((row.text()?, row.text()?))).await
}

/// One note per entity: a stream group sends one batch of an entity at a time.
pub(super) async fn note_dispatch(
    db: &mut PgConnection,
    held: &Lease,
    entity: &str,
    links: &[Link],
) -> Outcome<()> {
    lease::fence(db, held).await?;
    let scope = &held.key.scope;
    let links = serde_json::to_string(links).map_err(|error| Fault::corrupt(error.to_string()))?;
    let row = vec![
        Cell::from(&scope.tenant),
        (&scope.environment).into(),
        (&scope.pipeline).into(),
        entity.into(),
        scope.side.as_str().into(),
        links.into(),
        held.epoch.into(),
    ];
    put(db, &DISPATCH, vec![row]).await
}

pub(super) async fn dispatched(db: &mut PgConnection, scope: &Scope, entity: &str) -> Outcome<Vec<Link>> {
    let sql = format!("SELECT links FROM dispatch WHERE {RECORD}");
    let notes = query(db, sql, Values::record(scope, entity), row::text).await?;
    let Some(note) = notes.first() else { return Ok(Vec::new()) };
    serde_json::from_str(note).map_err(|error| Fault::corrupt(error.to_string()))
}
