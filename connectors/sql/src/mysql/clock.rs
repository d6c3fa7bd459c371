//! The server's own "now", in the terms of a cursor: what the cursor may never pass.
//!
//! A row is stamped when its statement runs and is seen when its transaction commits, and others commit in between.
//! `information_schema.innodb_trx` (privilege `PROCESS`) tells which transactions run:
//!
//! - Instants: no row that is not seen yet carries a stamp from before the oldest transaction that has changed rows
//!   or runs a statement. The clock is that transaction's start. Without the privilege it is the server's time, and
//!   the stream's `visibility_lag` is all that protects.
//! - Numbers: whoever took a number up to the greatest that is seen, and has not committed, is among the transactions
//!   that run *after* that number was read. They are waited for; when they go on for longer, no number is safe, and
//!   the cursor stays where it is. Without the privilege nothing can be known, and that is an error.

use super::{
    error,
    sequel::{Param, quote, raw, rows_once, text},
    table::{Column, Table},
    types::Kind,
};
use engine_contract::{ConnectorError, Context, Cursor, ErrorKind, Result};
use sqlx::MySqlConnection;
use std::time::Duration;

/// The server shows transactions as they were up to 100 ms ago ("`INNODB_TRX`", MySQL manual), and rounds their start
/// down to seconds.
const ROUNDING: Duration = Duration::from_secs(1);

/// How long the server's picture of its transactions may be old, with some more.
const PICTURE: Duration = Duration::from_millis(200);

/// How often running transactions are looked at before the cursor is left where it is: about five seconds.
const LOOKS: usize = 25;

/// Transactions that have changed rows, or may do so in the statement that they run.
const WRITERS: &str = "FROM information_schema.innodb_trx WHERE trx_mysql_thread_id <> CONNECTION_ID() \
    AND trx_is_read_only = 0 AND (trx_rows_modified > 0 OR trx_query IS NOT NULL)";

/// Refuses a column that cannot be a cursor.
pub(super) fn check(table: &Table, column: &Column) -> Result<()> {
    let is_instant = matches!(column.kind, Kind::Date | Kind::DateTime(_) | Kind::Timestamp(_));
    if is_instant || is_number(column) {
        return Ok(());
    }
    let (name, declared) = (&column.name, &column.declared);
    let message =
        format!("the cursor `{name}` must be a date, a date and time, or a number, and is {declared}");
    Err(ConnectorError::new(ErrorKind::Config, message).with_context("table", table.name.clone()))
}

/// Whether a cursor column holds numbers; else it holds instants.
pub(super) fn is_number(column: &Column) -> bool {
    matches!(column.kind, Kind::Integer { .. } | Kind::Year | Kind::Decimal { .. })
}

/// The position that a stream's cursor may not pass.
pub(super) async fn clock(
    db: &mut MySqlConnection,
    context: &Context,
    table: &Table,
    column: &Column,
) -> Result<Cursor> {
    if is_number(column) { number(db, context, table, column).await } else { instant(db).await }
}

async fn instant(db: &mut MySqlConnection) -> Result<Cursor> {
    let now = one(db, "SELECT CAST(UTC_TIMESTAMP(6) AS CHAR)").await.map_err(|error| failed(&error))?;
    let oldest = format!("SELECT CAST(MIN(CONVERT_TZ(trx_started, 'SYSTEM', '+00:00')) AS CHAR) {WRITERS}");
    let oldest = match one(db, &oldest).await {
        Ok(oldest) => oldest,
        Err(error) if failed(&error).kind() == ErrorKind::Forbidden => None,
        Err(error) => return Err(failed(&error)),
    };
    let parse = |text: &String| {
        Cursor::parse(text)
            .map_err(|_| ConnectorError::new(ErrorKind::Protocol, "the server's time cannot be read"))
    };
    let times: Result<Vec<Cursor>> = now.iter().chain(&oldest).map(parse).collect();
    let earliest = times?.into_iter().min();
    let earliest =
        earliest.ok_or_else(|| ConnectorError::new(ErrorKind::Protocol, "the server tells no time"))?;
    Ok(earliest.minus(ROUNDING))
}

async fn number(
    db: &mut MySqlConnection,
    context: &Context,
    table: &Table,
    column: &Column,
) -> Result<Cursor> {
    let sql = format!("SELECT CAST(MAX({}) AS CHAR) FROM {}", quote(&column.name), quote(&table.name));
    let greatest = one(db, &sql).await.map_err(|error| failed(&error))?;
    let greatest = greatest.map_or(Cursor::Number(0), |text| floor(&text));
    let mut waited_for: Option<Vec<String>> = None;
    for _ in 0..LOOKS {
        context.clock.sleep(PICTURE).await;
        let running = writers(db, column).await?;
        let waited = waited_for.get_or_insert_with(|| running.clone());
        waited.retain(|writer| running.contains(writer));
        if waited.is_empty() {
            return Ok(greatest);
        }
        if context.cancel.is_cancelled() {
            break;
        }
    }
    // Nothing is known to be safe: the engine never moves a cursor backwards.
    Ok(Cursor::Number(i64::MIN))
}

/// The transactions that may hold numbers which nobody sees yet.
async fn writers(db: &mut MySqlConnection, column: &Column) -> Result<Vec<String>> {
    let rows = rows_once(db, format!("SELECT CAST(trx_id AS CHAR) {WRITERS}"), []).await;
    let rows = rows.map_err(|error| match failed(&error) {
        denied if denied.kind() == ErrorKind::Forbidden => {
            let message = format!(
                "a cursor of numbers needs the privilege PROCESS, by which the engine sees whether a lower number is \
                 still to come: `GRANT PROCESS ON *.* TO ...`, take a date and time instead of `{}`, or none",
                column.name
            );
            ConnectorError::new(ErrorKind::Config, message)
        }
        other => other,
    })?;
    let ids: sqlx::Result<Vec<_>> =
        rows.iter().map(|row| text(row, 0).map(Option::unwrap_or_default)).collect();
    ids.map_err(|error| failed(&error))
}

/// The greatest whole number up to a number, as far as 64 bits go.
pub(super) fn floor(text: &str) -> Cursor {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_below = text.starts_with('-') && fraction.bytes().any(|digit| digit != b'0');
    let limit = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    Cursor::Number(whole.parse().unwrap_or(limit).saturating_sub(i64::from(is_below)))
}

async fn one(db: &mut MySqlConnection, sql: &str) -> sqlx::Result<Option<String>> {
    let params: [&Param; 0] = [];
    let rows = rows_once(db, sql.to_owned(), params).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let bytes = raw(row, 0)?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
}

fn failed(error: &sqlx::Error) -> ConnectorError {
    error::of_database(error, "asking the server's clock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_a_fraction_counts_as_the_whole_number_below() {
        assert_eq!(floor("12.50"), Cursor::Number(12));
        assert_eq!(floor("-12.50"), Cursor::Number(-13));
        assert_eq!(floor("-12.00"), Cursor::Number(-12));
        assert_eq!(floor("18446744073709551615"), Cursor::Number(i64::MAX));
    }
}
