//! Leases: who may write for a stream group, and the fence that every commit passes.

use super::{
    Result, StateError,
    row::{execute, millis, query, timestamp},
};
use crate::{
    key::GroupKey,
    state::{Acquired, CursorRow, Lease},
};
use jiff::Timestamp;
use rusqlite::{Connection, ToSql};
use std::collections::BTreeMap;

pub(super) const GROUP: &str =
    "tenant = ?1 AND environment = ?2 AND pipeline = ?3 AND stream_group = ?4 AND side = ?5 AND shard = ?6";

pub(super) fn values<'a>(key: &'a GroupKey, side: &'a &'static str) -> [&'a dyn ToSql; 6] {
    [&key.scope.tenant, &key.scope.environment, &key.scope.pipeline, &key.group, side, &key.shard]
}

/// The epoch is also a moment in milliseconds, so that epochs go on growing when the store was lost and
/// begun anew: targets keep revisions made from them.
pub(super) fn acquire(
    db: &Connection,
    key: &GroupKey,
    owner: &str,
    (now, until): (Timestamp, Timestamp),
    gone: Option<&str>,
) -> Result<Acquired> {
    let side = key.scope.side.as_str();
    let sql = format!("SELECT owner, epoch, until FROM lease WHERE {GROUP}");
    let read = |row: &rusqlite::Row<'_>| {
        Ok((row.get::<_, Option<String>>(0)?, row.get::<_, i64>(1)?, timestamp(row.get(2)?)?))
    };
    let held = query(db, &sql, &values(key, &side), read)?.into_iter().next();
    let mut epoch = millis(now);
    if let Some((holder, last, expires)) = held {
        epoch = epoch.max(last + 1);
        if let Some(holder) = holder
            && expires > now
            && gone != Some(holder.as_str())
        {
            return Ok(Acquired::Busy { owner: holder, until: expires });
        }
    }
    let row: [&dyn ToSql; 3] = [&owner, &epoch, &millis(until)];
    execute(
        db,
        "INSERT INTO lease (tenant, environment, pipeline, stream_group, side, shard, owner, epoch, until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT DO UPDATE SET owner = excluded.owner, epoch = excluded.epoch, until = excluded.until",
        &[values(key, &side).as_slice(), &row].concat(),
    )?;
    Ok(Acquired::Yes(Lease { key: key.clone(), owner: owner.to_owned(), epoch, until, since: now }))
}

/// Changes a lease that is still ours; `false` when it is not.
fn change(db: &Connection, lease: &Lease, set: &str, value: &dyn ToSql) -> Result<bool> {
    let side = lease.key.scope.side.as_str();
    let sql = format!("UPDATE lease SET {set} WHERE {GROUP} AND epoch = ?8 AND owner IS NOT NULL");
    let row: [&dyn ToSql; 2] = [value, &lease.epoch];
    Ok(execute(db, &sql, &[values(&lease.key, &side).as_slice(), &row].concat())? == 1)
}

pub(super) fn renew(db: &Connection, lease: &Lease, until: Timestamp) -> Result<bool> {
    change(db, lease, "until = max(until, ?7)", &millis(until))
}

pub(super) fn release(db: &Connection, lease: &Lease) -> Result<()> {
    change(db, lease, "owner = ?7, until = 0", &Option::<String>::None).map(drop)
}

/// Refuses the whole transaction when another owner has taken the lease since.
pub(super) fn fence(db: &Connection, lease: &Lease) -> Result<()> {
    let side = lease.key.scope.side.as_str();
    let sql = format!("SELECT epoch FROM lease WHERE {GROUP} AND owner IS NOT NULL");
    let epoch = query(db, &sql, &values(&lease.key, &side), |row| row.get::<_, i64>(0))?;
    if epoch == [lease.epoch] { Ok(()) } else { Err(StateError::Fenced) }
}

/// Who holds leases that are good, each with the end of the last.
pub(super) fn holders(db: &Connection, now: Timestamp) -> Result<BTreeMap<String, Timestamp>> {
    let sql = "SELECT owner, max(until) FROM lease WHERE owner IS NOT NULL AND until > ?1 GROUP BY owner";
    let rows = query(db, sql, &[&millis(now)], |row| Ok((row.get(0)?, timestamp(row.get(1)?)?)))?;
    Ok(rows.into_iter().collect())
}

pub(super) fn cursor(db: &Connection, key: &GroupKey) -> Result<CursorRow> {
    let side = key.scope.side.as_str();
    let sql = format!("SELECT value, resume, resume_since, resume_cap, read_hash FROM cursor WHERE {GROUP}");
    let read = |row: &rusqlite::Row<'_>| {
        Ok(CursorRow {
            value: super::row::cursor(row.get(0)?)?,
            resume: row.get(1)?,
            resume_since: super::row::cursor(row.get(2)?)?,
            resume_cap: super::row::cursor(row.get(3)?)?,
            read_hash: row.get(4)?,
        })
    };
    Ok(query(db, &sql, &values(key, &side), read)?.into_iter().next().unwrap_or_default())
}

/// Moves the cursor, never backwards, unless something else is read now.
pub(super) fn set_cursor(
    db: &Connection,
    lease: &Lease,
    (row, shard): (&CursorRow, Option<&str>),
    at: Timestamp,
) -> Result<()> {
    let key = lease.key.of_shard(shard);
    let side = key.scope.side.as_str();
    let before = cursor(db, &key)?;
    let value = if before.read_hash == row.read_hash { before.value.max(row.value) } else { row.value };
    let text = |cursor: Option<engine_contract::Cursor>| cursor.map(|cursor| cursor.to_string());
    let columns: [&dyn ToSql; 7] = [
        &text(value),
        &row.read_hash,
        &row.resume,
        &text(row.resume_since),
        &text(row.resume_cap),
        &lease.epoch,
        &millis(at),
    ];
    execute(
        db,
        "INSERT OR REPLACE INTO cursor (tenant, environment, pipeline, stream_group, side, shard,
           value, read_hash, resume, resume_since, resume_cap, epoch, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        &[values(&key, &side).as_slice(), &columns].concat(),
    )?;
    Ok(())
}
