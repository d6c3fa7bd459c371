//! The source's own "now": a moment, or a number, below which nothing can appear any more.
//!
//! A row gets its cursor when it is written and is seen when its transaction commits, which may be much later. So the
//! clock must not pass what a transaction that is under way may still bring:
//!
//! - *Moments.* `now()` is when a transaction began. Nothing that is under way can bring an earlier one than the begin
//!   of the oldest transaction of the database, and nothing that begins later an earlier one than the present. The
//!   begin of others' transactions is shown to roles with `pg_read_all_stats` and to those that run them; where it is
//!   hidden, and for stamps that an application makes by its own clock, the stream's lag must do.
//! - *Numbers.* Values of a sequence are taken in order and committed in any. Who has taken one has locked the table for
//!   writing before. So: take the greatest number that is visible, then wait until none of those who are writing to
//!   the table at this moment still is. Then all up to that number is committed or never will be.
//!
//! A replica knows no transactions under way on its primary: there its replay bounds moments, and the lag must do.

use super::{
    error,
    session::Session,
    table::{Kind, Table, quote},
    types::Shape,
};
use engine_contract::{ConnectorError, Context, Cursor, ErrorKind, Result, Retry};
use sqlx::{Arguments, Row, postgres::PgArguments};
use std::{collections::BTreeSet, time::Duration};

/// How often writers are looked for, and how long is waited in between.
const LOOKS: usize = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// Microseconds of the present, or of the begin of the oldest transaction.
const MOMENT: &str = "
SELECT (extract(epoch FROM least(
  now(),
  CASE WHEN pg_is_in_recovery() THEN pg_last_xact_replay_timestamp() END,
  (SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND coalesce(backend_type, '') NOT IN ('autovacuum worker', 'walsender')),
  (SELECT min(prepared) FROM pg_prepared_xacts WHERE database = current_database())
)) * 1000000)::bigint";

/// Who writes to the table, or to one of its partitions.
const WRITERS: &str = "
WITH RECURSIVE part AS (
  SELECT $1::bigint::oid AS oid UNION SELECT i.inhrelid FROM pg_inherits i JOIN part p ON i.inhparent = p.oid
)
SELECT DISTINCT l.virtualtransaction FROM pg_locks l
WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
  AND (l.relation IN (SELECT oid FROM part) OR ($2 AND l.relation >= 16384))";

/// The clock in the terms of a cursor column.
pub(super) async fn clock(
    context: &Context,
    session: &mut Session<'_>,
    table: &Table,
    cursor: &str,
    shape: &Shape,
) -> Result<Cursor> {
    let failed = |error: sqlx::Error| {
        error::of_database(&error, "asking for the time").with_context("table", table.name.clone())
    };
    if shape.is_moment() {
        let micros: i64 = one(session, MOMENT, PgArguments::default()).await.map_err(failed)?;
        let moment = jiff::Timestamp::from_microsecond(micros).map_err(|error| {
            ConnectorError::new(ErrorKind::Protocol, "the server's time cannot be read").with_source(error)
        })?;
        return Ok(Cursor::Instant(moment));
    }
    let column = quote(cursor);
    let greatest = format!(
        "SELECT coalesce(floor(CASE WHEN m > {0} THEN {0} ELSE m END), 0)::bigint \
         FROM (SELECT max({column})::numeric AS m FROM {1}) greatest",
        i64::MAX,
        table.sql()
    );
    let number: i64 = one(session, &greatest, PgArguments::default()).await.map_err(failed)?;
    wait_for_writers(context, session, table).await?;
    Ok(Cursor::Number(number))
}

/// Waits until those who write to the table at this moment have ended.
async fn wait_for_writers(context: &Context, session: &mut Session<'_>, table: &Table) -> Result<()> {
    let mut before: Option<BTreeSet<String>> = None;
    for _ in 0..LOOKS {
        let now = writers(session, table).await?;
        let left: BTreeSet<String> = match &before {
            None => now,
            Some(before) => before.intersection(&now).cloned().collect(),
        };
        if left.is_empty() {
            return Ok(());
        }
        before = Some(left);
        context.clock.sleep(PAUSE).await;
    }
    let message =
        "a transaction that writes to the table does not end: numbers before its own cannot be passed yet";
    Err(ConnectorError::new(ErrorKind::Unavailable, message)
        .with_retry(Retry::Soon)
        .with_context("table", table.name.clone()))
}

async fn writers(session: &mut Session<'_>, table: &Table) -> Result<BTreeSet<String>> {
    let failed = |error: sqlx::Error| error::of_database(&error, "looking for writers");
    let mut arguments = PgArguments::default();
    let added = arguments.add(table.oid).and_then(|()| arguments.add(table.kind == Kind::View));
    added.map_err(|error| failed(sqlx::Error::Encode(error)))?;
    let rows = session.rows(WRITERS, arguments).await.map_err(failed)?;
    rows.iter().map(|row| row.try_get(0).map_err(failed)).collect()
}

async fn one(session: &mut Session<'_>, sql: &str, arguments: PgArguments) -> Result<i64, sqlx::Error> {
    let rows = session.rows(sql, arguments).await?;
    rows.first().ok_or(sqlx::Error::RowNotFound)?.try_get(0)
}
