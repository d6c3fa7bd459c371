//! Marks on records that are not done: failed, held, dirty.

use super::{
    fault::Outcome,
    put::put,
    row::{Values, execute, millis, query},
    schema::RECORD,
};
use crate::{
    key::{RecordKey, Scope},
    state::{
        FREE_TRIES, FailedRecord, FailedState, LONGEST_WAIT, Revisit, RevisitQuery, Sealer, Settlement,
        copy::Cell,
        place,
        seal::unsealed,
        table::{DIRTY, FAILED, HOLD},
    },
};
use sqlx::postgres::PgConnection;

/// Clears the marks of everything that was looked at: what is still not done is marked again after this.
pub(super) async fn clear(db: &mut PgConnection, scope: &Scope, settlement: &Settlement) -> Outcome<()> {
    let Settlement { seen, well, whole, run, entity, .. } = settlement;
    if seen.is_empty() && well.is_empty() && !whole {
        return Ok(());
    }
    // Dirty marks go only when the source record itself was looked at: an effect that came to its end says
    // nothing about the newer version that had to wait for it.
    let sql = format!(
        "WITH f AS (DELETE FROM failed WHERE {RECORD}
             AND (source_key = ANY($6) OR key = ANY($7) OR ($8 AND run <> $9))),
           h AS (DELETE FROM hold WHERE {RECORD}
             AND (source_key = ANY($6) OR key = ANY($7) OR ($8 AND run <> $9)))
         DELETE FROM dirty WHERE {RECORD} AND (source_key = ANY($6) OR ($8 AND run <> $9))"
    );
    let values = Values::record(scope, entity)
        .texts(seen.iter().map(String::as_str))
        .texts(well.iter().map(String::as_str))
        .add(*whole)
        .text(run);
    execute(db, sql, values).await.map(drop)
}

/// The six cells that the row of a record starts with, and the source key.
fn start(scope: &Scope, record: &RecordKey, source_key: &str) -> Vec<Cell> {
    vec![
        (&scope.tenant).into(),
        (&scope.environment).into(),
        (&scope.pipeline).into(),
        (&record.entity).into(),
        scope.side.as_str().into(),
        (&record.key).into(),
        source_key.into(),
    ]
}

pub(super) async fn put_failed(
    db: &mut PgConnection,
    scope: &Scope,
    failed: &[FailedRecord],
    (settlement, sealer): (&Settlement, &Sealer),
) -> Outcome<()> {
    let row = |failed: &FailedRecord| {
        let bound_to = place::payload(scope, &failed.record, "failed");
        let payload = unsealed(sealer.seal(&bound_to, &failed.payload))?;
        let line = failed.place.as_ref().and_then(|place| i64::try_from(place.line).ok());
        let mut row = start(scope, &failed.record, &failed.source_key);
        row.extend([
            (&failed.origin).into(),
            (&failed.code).into(),
            (&failed.message).into(),
            failed.place.as_ref().map(|place| &place.file).into(),
            line.into(),
            failed.retry.into(),
            failed.broken.into(),
            failed.attempts.into(),
            (&failed.mapping_hash).into(),
            payload.into(),
            millis(failed.first_at).into(),
            millis(settlement.at).into(),
            (&settlement.run).into(),
            failed.state.map(FailedState::as_str).into(),
            failed.note.as_deref().into(),
        ]);
        Ok(row)
    };
    put(db, &FAILED, failed.iter().map(row).collect::<Outcome<_>>()?).await
}

pub(super) async fn put_holds(db: &mut PgConnection, scope: &Scope, settlement: &Settlement) -> Outcome<()> {
    let rows = settlement.holds.iter().map(|hold| {
        let mut row = start(scope, &hold.record, &hold.source_key);
        row.extend([
            (&hold.parent.entity).into(),
            hold.parent.route.as_ref().into(),
            (&hold.parent.key).into(),
            millis(hold.since).into(),
            millis(hold.until).into(),
            (&settlement.run).into(),
        ]);
        row
    });
    put(db, &HOLD, rows.collect()).await
}

pub(super) async fn put_dirty(db: &mut PgConnection, scope: &Scope, settlement: &Settlement) -> Outcome<()> {
    let rows = settlement.dirty.iter().map(|dirty| {
        let mut row = start(scope, &dirty.record, &dirty.source_key);
        row.extend([dirty.reason.as_str().into(), millis(settlement.at).into(), (&settlement.run).into()]);
        row
    });
    put(db, &DIRTY, rows.collect()).await
}

/// Dirty records, holds whose parent has landed or whose time is up, and failures that may heal.
pub(super) async fn revisits(
    db: &mut PgConnection,
    scope: &Scope,
    wanted: &RevisitQuery,
) -> Outcome<Vec<Revisit>> {
    let base =
        "m.tenant = $1 AND m.environment = $2 AND m.pipeline = $3 AND m.side = $4 AND m.entity = e.name";
    // Of a record whose time was up before, its failure says when it is looked at again.
    let not_failed =
        "NOT EXISTS (SELECT 1 FROM failed f WHERE f.tenant = m.tenant AND f.environment = m.environment
        AND f.pipeline = m.pipeline AND f.entity = m.entity AND f.side = m.side AND f.key = m.key)";
    let sql = format!(
        "WITH e AS (SELECT * FROM UNNEST($5::text[], $6::text[]) AS e (name, hash))
         SELECT DISTINCT source_key FROM (
           SELECT m.source_key FROM e JOIN dirty m ON {base} WHERE m.run <> $9 OR m.reason = 'doubt'
           UNION ALL
           SELECT m.source_key FROM e JOIN failed m ON {base}
             WHERE m.run <> $9 AND NOT m.broken AND m.state IS DISTINCT FROM 'ignored'
               AND (m.mapping_hash <> e.hash OR m.retry AND m.state IS NULL AND (m.attempts <= {FREE_TRIES}
                 OR m.last_at + LEAST($11 << (2 * LEAST(m.attempts - {FREE_TRIES} - 1, 10))::int, $12) <= $7))
           UNION ALL
           SELECT m.source_key FROM e JOIN hold m ON {base}
             WHERE m.run <> $9 AND (m.until <= $7 AND {not_failed} OR EXISTS (SELECT 1 FROM link l WHERE l.tenant = m.tenant
               AND l.environment = m.environment AND l.pipeline = m.pipeline AND l.side = m.side
               AND l.entity = m.parent_entity AND l.key = m.parent_key AND l.target_id IS NOT NULL
               AND (m.parent_route IS NULL OR l.route = m.parent_route)))
         ) due WHERE $8::text IS NULL OR source_key > $8 ORDER BY source_key LIMIT $10"
    );
    let values = Values::scope(scope)
        .texts(wanted.entities.iter().map(|(name, _)| name.as_str()))
        .texts(wanted.entities.iter().map(|(_, hash)| hash.as_str()))
        .add(millis(wanted.now))
        .maybe(wanted.after.as_deref())
        .text(&wanted.run)
        .add(i64::try_from(wanted.limit).unwrap_or(i64::MAX))
        .add(i64::try_from(wanted.wait.as_millis()).unwrap_or(i64::MAX))
        .add(i64::try_from(LONGEST_WAIT.as_millis()).unwrap_or(i64::MAX));
    query(db, sql, values, |row| Ok(Revisit { source_key: row.text()? })).await
}
