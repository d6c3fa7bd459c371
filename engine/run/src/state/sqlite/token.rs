//! Tokens of accounts: the current ones, and for a day those before them.

use super::{
    Result, StateError,
    row::{execute, millis, query},
};
use crate::state::{Sealer, place, seal::unsealed, types::KEEP_TOKENS};
use engine_contract::{Held, Tokens};
use jiff::Timestamp;
use rusqlite::{Connection, ToSql};
use zeroize::Zeroizing;

/// A row as it is kept.
struct Row {
    version: i64,
    sealed: Vec<u8>,
}

fn row(db: &Connection, account: &str, kind: &str, now: Timestamp) -> Result<Option<Row>> {
    let sql = "SELECT version, sealed FROM token WHERE account = ?1 AND kind = ?2
        AND (until IS NULL OR until > ?3)";
    let read = |row: &rusqlite::Row<'_>| Ok(Row { version: row.get(0)?, sealed: row.get(1)? });
    Ok(query(db, sql, &[&account, &kind, &millis(now)], read)?.into_iter().next())
}

fn open(row: &Row, account: &str, kind: &str, sealer: &Sealer) -> Result<Tokens> {
    let damaged = || StateError::Corrupt(format!("the tokens of `{account}` cannot be decrypted"));
    let plain = sealer.open(&place::token(account, row.version, kind), &row.sealed).map_err(|_| damaged())?;
    serde_json::from_slice(&Zeroizing::new(plain)).map_err(|_| damaged())
}

/// The current or the previous tokens of an account.
pub(super) fn load(
    db: &Connection,
    account: &str,
    kind: &str,
    (now, sealer): (Timestamp, &Sealer),
) -> Result<Option<Held>> {
    let Some(row) = row(db, account, kind, now)?.filter(|row| !row.sealed.is_empty()) else {
        return Ok(None);
    };
    let tokens = open(&row, account, kind, sealer)?;
    Ok(Some(Held { tokens, version: u64::try_from(row.version).unwrap_or_default() }))
}

fn put(
    db: &Connection,
    (account, kind): (&str, &str),
    row: &Row,
    (now, until): (Timestamp, Option<Timestamp>),
) -> Result<()> {
    let values: [&dyn ToSql; 6] =
        [&account, &kind, &row.version, &row.sealed, &millis(now), &until.map(millis)];
    execute(
        db,
        "INSERT OR REPLACE INTO token (account, kind, version, sealed, updated_at, until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &values,
    )?;
    Ok(())
}

fn seal(tokens: &Tokens, account: &str, version: i64, kind: &str, sealer: &Sealer) -> Result<Row> {
    let plain = serde_json::to_vec(tokens).map_err(|error| StateError::Corrupt(error.to_string()))?;
    let bytes = sealer.seal(&place::token(account, version, kind), &Zeroizing::new(plain));
    Ok(Row { version, sealed: unsealed(bytes)? })
}

/// Stores tokens if the account still stands at `version`; nothing when it does not. Those before them are kept for a
/// day.
pub(super) fn store(
    db: &Connection,
    (account, version): (&str, u64),
    tokens: &Tokens,
    (now, sealer): (Timestamp, &Sealer),
) -> Result<Option<Held>> {
    let current = row(db, account, "current", now)?;
    let held = current.as_ref().filter(|row| !row.sealed.is_empty());
    let stands_at = held.map_or(0, |row| row.version);
    if u64::try_from(stands_at) != Ok(version) {
        return Ok(None);
    }
    execute(db, "DELETE FROM token WHERE until <= ?1", &[&millis(now)])?;
    if let Some(row) = held {
        let before = open(row, account, "current", sealer)?;
        let before = seal(&before, account, row.version, "previous", sealer)?;
        put(db, (account, "previous"), &before, (now, now.checked_add(KEEP_TOKENS).ok()))?;
    }
    let next = current.as_ref().map_or(0, |row| row.version) + 1;
    put(db, (account, "current"), &seal(tokens, account, next, "current", sealer)?, (now, None))?;
    Ok(Some(Held { tokens: tokens.clone(), version: u64::try_from(next).unwrap_or_default() }))
}

/// Takes away the tokens of an account; `false` when there were none. Its version goes on growing: whoever still
/// holds an old one cannot take a later login for it.
pub(super) fn forget(db: &Connection, account: &str, now: Timestamp) -> Result<bool> {
    let Some(row) = row(db, account, "current", now)?.filter(|row| !row.sealed.is_empty()) else {
        return Ok(false);
    };
    execute(db, "DELETE FROM token WHERE account = ?1 AND kind = 'previous'", &[&account])?;
    let empty = Row { version: row.version, sealed: Vec::new() };
    put(db, (account, "current"), &empty, (now, None))?;
    Ok(true)
}
