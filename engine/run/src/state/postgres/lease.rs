//! Leases: who may write for a stream group, and the fence that every commit passes.

use super::{
    StateError,
    fault::Outcome,
    put::put,
    row::{self, Values, execute, millis, query},
    schema::GROUP,
};
use crate::{
    key::GroupKey,
    state::{Acquired, CursorRow, Lease, copy::Cell, table::CURSOR},
};
use engine_contract::Cursor;
use jiff::Timestamp;
use sqlx::postgres::PgConnection;
use std::collections::BTreeMap;

/// Who asks for a lease, and when.
pub(super) struct Asks {
    pub(super) key: GroupKey,
    pub(super) owner: String,
    pub(super) now: Timestamp,
    pub(super) until: Timestamp,
    /// An owner known to be dead.
    pub(super) gone: Option<String>,
}

/// One statement takes the lease or does not. The epoch is also a moment in milliseconds, so that epochs go on growing
/// when the store was lost and begun anew: targets keep revisions made from them.
const TAKE: &str = "
INSERT INTO lease (tenant, environment, pipeline, side, stream_group, shard, owner, epoch, until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tenant, environment, pipeline, stream_group, side, shard) DO UPDATE
  SET owner = excluded.owner, epoch = GREATEST(excluded.epoch, lease.epoch + 1), until = excluded.until
  WHERE lease.owner IS NULL OR lease.until <= $8 OR lease.owner = $10
RETURNING epoch";

pub(super) async fn acquire(db: &mut PgConnection, asks: &Asks) -> Outcome<Acquired> {
    let Asks { key, owner, now, until, gone } = asks;
    let values = Values::group(key).text(owner).add(millis(*now)).add(millis(*until)).maybe(gone.as_deref());
    if let Some(epoch) = query(db, TAKE, values, row::number).await?.first() {
        let (key, owner) = (key.clone(), owner.clone());
        return Ok(Acquired::Yes(Lease { key, owner, epoch: *epoch, until: *until, since: *now }));
    }
    let sql = format!("SELECT owner, until FROM lease WHERE {GROUP}");
    let held = query(db, sql, Values::group(key), |row| Ok((row.maybe()?, row.time()?))).await?;
    // Given back in this moment: whoever asks again will get it.
    let (owner, until) = held.into_iter().next().unwrap_or((None, *now));
    Ok(Acquired::Busy { owner: owner.unwrap_or_default(), until })
}

/// Prolongs a lease that is still ours; `false` when it is not.
pub(super) async fn renew(db: &mut PgConnection, lease: &Lease, until: Timestamp) -> Outcome<bool> {
    let sql = format!(
        "UPDATE lease SET until = greatest(until, $7) WHERE {GROUP} AND epoch = $8 AND owner IS NOT NULL"
    );
    let values = Values::group(&lease.key).add(millis(until)).add(lease.epoch);
    Ok(execute(db, sql, values).await? == 1)
}

pub(super) async fn release(db: &mut PgConnection, lease: &Lease) -> Outcome<()> {
    let sql = format!(
        "UPDATE lease SET owner = NULL, until = 0 WHERE {GROUP} AND epoch = $7 AND owner IS NOT NULL"
    );
    execute(db, sql, Values::group(&lease.key).add(lease.epoch)).await.map(drop)
}

/// Refuses the whole transaction when another owner has taken the lease since, and keeps it from being taken before the
/// transaction has ended.
pub(super) async fn fence(db: &mut PgConnection, lease: &Lease) -> Outcome<()> {
    let sql = format!("SELECT epoch FROM lease WHERE {GROUP} AND owner IS NOT NULL FOR SHARE");
    let epoch = query(db, sql, Values::group(&lease.key), row::number).await?;
    if epoch == [lease.epoch] { Ok(()) } else { Err(StateError::Fenced.into()) }
}

/// Who holds leases that are good, each with the end of the last.
pub(super) async fn holders(db: &mut PgConnection, now: Timestamp) -> Outcome<BTreeMap<String, Timestamp>> {
    let sql = "SELECT owner, max(until) FROM lease WHERE owner IS NOT NULL AND until > $1 GROUP BY owner";
    let holders = query(db, sql, Values::new().add(millis(now)), |row| Ok((row.text()?, row.time()?)));
    Ok(holders.await?.into_iter().collect())
}

pub(super) async fn cursor(db: &mut PgConnection, key: &GroupKey) -> Outcome<CursorRow> {
    let sql = format!("SELECT value, resume, resume_since, resume_cap, read_hash FROM cursor WHERE {GROUP}");
    let rows = query(db, sql, Values::group(key), |row| {
        Ok(CursorRow {
            value: row.cursor()?,
            resume: row.maybe()?,
            resume_since: row.cursor()?,
            resume_cap: row.cursor()?,
            read_hash: row.text()?,
        })
    });
    Ok(rows.await?.into_iter().next().unwrap_or_default())
}

/// Moves the cursor, never backwards, unless something else is read now. The fence keeps others away meanwhile.
pub(super) async fn set_cursor(
    db: &mut PgConnection,
    lease: &Lease,
    (row, shard): (&CursorRow, Option<&str>),
    at: Timestamp,
) -> Outcome<()> {
    let key = lease.key.of_shard(shard);
    let before = cursor(db, &key).await?;
    let value = if before.read_hash == row.read_hash { before.value.max(row.value) } else { row.value };
    let text = |cursor: &Option<Cursor>| Cell::from(cursor.as_ref().map(ToString::to_string));
    let GroupKey { scope, group, shard } = &key;
    let cells = vec![
        Cell::from(&scope.tenant),
        (&scope.environment).into(),
        (&scope.pipeline).into(),
        group.into(),
        scope.side.as_str().into(),
        shard.into(),
        text(&value),
        (&row.read_hash).into(),
        row.resume.as_ref().into(),
        text(&row.resume_since),
        text(&row.resume_cap),
        lease.epoch.into(),
        millis(at).into(),
    ];
    put(db, &CURSOR, vec![cells]).await
}
