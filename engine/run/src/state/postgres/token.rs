//! Tokens of accounts: the current ones, and for a day those before them.

use super::{
    fault::{Fault, Outcome},
    put::put as put_rows,
    row::{Values, execute, millis, query},
};
use crate::state::{Sealer, copy::Cell, place, seal::unsealed, table::TOKEN, types::KEEP_TOKENS};
use engine_contract::{Held, Tokens};
use jiff::Timestamp;
use sqlx::postgres::PgConnection;
use zeroize::Zeroizing;

/// A row as it is kept.
struct Row {
    version: i64,
    sealed: Vec<u8>,
}

async fn row(
    db: &mut PgConnection,
    (account, kind): (&str, &str),
    now: Timestamp,
    lock: &str,
) -> Outcome<Option<Row>> {
    let sql = format!(
        "SELECT version, sealed FROM token WHERE account = $1 AND kind = $2
         AND (until IS NULL OR until > $3) {lock}"
    );
    let values = Values::new().text(account).text(kind).add(millis(now));
    let rows = query(db, sql, values, |row| Ok(Row { version: row.number()?, sealed: row.bytes()? }));
    Ok(rows.await?.into_iter().next())
}

fn open(row: &Row, account: &str, kind: &str, sealer: &Sealer) -> Outcome<Tokens> {
    let damaged = || Fault::corrupt(format!("the tokens of `{account}` cannot be decrypted"));
    let bound_to = place::token(account, row.version, kind);
    let plain = Zeroizing::new(sealer.open(&bound_to, &row.sealed).map_err(|_| damaged())?);
    serde_json::from_slice(&plain).map_err(|_| damaged())
}

fn seal(tokens: &Tokens, account: &str, version: i64, kind: &str, sealer: &Sealer) -> Outcome<Row> {
    let plain = serde_json::to_vec(tokens).map_err(|error| Fault::corrupt(error.to_string()))?;
    let bytes = sealer.seal(&place::token(account, version, kind), &Zeroizing::new(plain));
    Ok(Row { version, sealed: unsealed(bytes)? })
}

/// The current or the previous tokens of an account.
pub(super) async fn load(
    db: &mut PgConnection,
    (account, kind): (&str, &str),
    (now, sealer): (Timestamp, &Sealer),
) -> Outcome<Option<Held>> {
    let row = row(db, (account, kind), now, "").await?;
    let Some(row) = row.filter(|row| !row.sealed.is_empty()) else { return Ok(None) };
    let tokens = open(&row, account, kind, sealer)?;
    Ok(Some(Held { tokens, version: u64::try_from(row.version).unwrap_or_default() }))
}

fn cells(
    (account, kind): (&str, &str),
    row: &Row,
    (now, until): (Timestamp, Option<Timestamp>),
) -> Vec<Cell> {
    vec![
        account.into(),
        kind.into(),
        row.version.into(),
        row.sealed.as_slice().into(),
        millis(now).into(),
        until.map(millis).into(),
    ]
}

/// Stores tokens if the account still stands at `version`; nothing when it does not. Those before them are kept for a
/// day.
pub(super) async fn store(
    db: &mut PgConnection,
    (account, version): (&str, u64),
    tokens: &Tokens,
    (now, sealer): (Timestamp, &Sealer),
) -> Outcome<Option<Held>> {
    let current = row(db, (account, "current"), now, "FOR UPDATE").await?;
    let held = current.as_ref().filter(|row| !row.sealed.is_empty());
    let stands_at = held.map_or(0, |row| row.version);
    if u64::try_from(stands_at) != Ok(version) {
        return Ok(None);
    }
    execute(db, "DELETE FROM token WHERE until <= $1", Values::new().add(millis(now))).await?;
    if let Some(row) = held {
        let before = open(row, account, "current", sealer)?;
        let before = seal(&before, account, row.version, "previous", sealer)?;
        let until = now.checked_add(KEEP_TOKENS).ok();
        put_rows(db, &TOKEN, vec![cells((account, "previous"), &before, (now, until))]).await?;
    }
    let next = current.as_ref().map_or(0, |row| row.version) + 1;
    let fresh = seal(tokens, account, next, "current", sealer)?;
    // Without a row there was none to lock: of two that store the first tokens one finds the other's.
    let condition = if current.is_some() { "" } else { " WHERE false" };
    let sql = format!(
        "INSERT INTO token (account, kind, version, sealed, updated_at) VALUES ($1, 'current', $2, $3, $4)
         ON CONFLICT (account, kind) DO UPDATE SET version = excluded.version, sealed = excluded.sealed,
           updated_at = excluded.updated_at, until = NULL{condition}"
    );
    let values = Values::new().text(account).add(next).add(fresh.sealed).add(millis(now));
    if execute(db, sql, values).await? == 0 {
        return Ok(None);
    }
    Ok(Some(Held { tokens: tokens.clone(), version: u64::try_from(next).unwrap_or_default() }))
}

/// Takes away the tokens of an account; `false` when there were none. Its version goes on growing: whoever still
/// holds an old one cannot take a later login for it.
pub(super) async fn forget(db: &mut PgConnection, account: &str, now: Timestamp) -> Outcome<bool> {
    let row = row(db, (account, "current"), now, "FOR UPDATE").await?;
    let Some(row) = row.filter(|row| !row.sealed.is_empty()) else { return Ok(false) };
    let sql = "DELETE FROM token WHERE account = $1 AND kind = 'previous'";
    execute(db, sql, Values::new().text(account)).await?;
    let empty = Row { version: row.version, sealed: Vec::new() };
    put_rows(db, &TOKEN, vec![cells((account, "current"), &empty, (now, None))]).await?;
    Ok(true)
}
