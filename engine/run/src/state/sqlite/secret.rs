//! Secrets by name, each with the hosts that it may be sent to.

use super::{
    Result, StateError,
    row::{execute, json_list, millis, query, timestamp},
};
use crate::state::{Sealer, SecretEntry, StoredSecret, place, seal::unsealed};
use jiff::Timestamp;
use rusqlite::{Connection, ToSql};
use zeroize::Zeroizing;

/// Keeps a secret, in the place of an earlier one of the same name.
pub(super) fn put(
    db: &Connection,
    (name, hosts): (&str, &[String]),
    value: &str,
    (now, sealer): (Timestamp, &Sealer),
) -> Result<()> {
    let before =
        query(db, "SELECT version FROM secret WHERE name = ?1", &[&name], |row| row.get::<_, i64>(0))?;
    let version = before.first().copied().unwrap_or_default() + 1;
    let hosts = json_list(hosts.iter().map(String::as_str));
    let bytes = unsealed(sealer.seal(&place::secret(name, version, &hosts), value.as_bytes()))?;
    let values: [&dyn ToSql; 5] = [&name, &version, &hosts, &bytes, &millis(now)];
    execute(
        db,
        "INSERT OR REPLACE INTO secret (name, version, hosts, sealed, updated_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        &values,
    )?;
    Ok(())
}

/// A secret with its hosts.
pub(super) fn get(db: &Connection, name: &str, sealer: &Sealer) -> Result<Option<StoredSecret>> {
    let damaged = || StateError::Corrupt(format!("the secret `{name}` cannot be decrypted"));
    let sql = "SELECT version, hosts, sealed FROM secret WHERE name = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?))
    };
    let Some((version, hosts, bytes)) = query(db, sql, &[&name], read)?.into_iter().next() else {
        return Ok(None);
    };
    // Nobody keeps an empty secret: an empty row was made by another hand.
    if bytes.is_empty() {
        return Err(damaged());
    }
    let plain = sealer.open(&place::secret(name, version, &hosts), &bytes).map_err(|_| damaged())?;
    let value = Zeroizing::new(String::from_utf8(plain).map_err(|_| damaged())?);
    Ok(Some(StoredSecret { value, hosts: serde_json::from_str(&hosts).map_err(|_| damaged())? }))
}

/// All secrets without their values, by name.
pub(super) fn list(db: &Connection) -> Result<Vec<SecretEntry>> {
    query(db, "SELECT name, hosts, updated_at FROM secret ORDER BY name", &[], |row| {
        Ok(SecretEntry {
            name: row.get(0)?,
            hosts: serde_json::from_str(row.get_ref(1)?.as_str()?).unwrap_or_default(),
            updated_at: timestamp(row.get(2)?)?,
        })
    })
}

/// Takes a secret away; `false` when there is none.
pub(super) fn remove(db: &Connection, name: &str) -> Result<bool> {
    Ok(execute(db, "DELETE FROM secret WHERE name = ?1", &[&name])? == 1)
}
