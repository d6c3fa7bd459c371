//! Secrets by name, each with the hosts that it may be sent to.

use super::{
    fault::{Fault, Outcome},
    row::{self, Values, execute, millis, query},
};
use crate::state::{Sealer, SecretEntry, StoredSecret, place, seal::unsealed};
use jiff::Timestamp;
use sqlx::postgres::PgConnection;
use zeroize::Zeroizing;

/// Keeps a secret, in the place of an earlier one of the same name.
pub(super) async fn put(
    db: &mut PgConnection,
    (name, hosts): (&str, &[String]),
    value: &str,
    (now, sealer): (Timestamp, &Sealer),
) -> Outcome<()> {
    // A row to lock: it is there from here on, also for somebody who sets the same secret now.
    let sql = "INSERT INTO secret (name, version, hosts, sealed, updated_at) VALUES ($1, 0, '[]', '', $2)
               ON CONFLICT (name) DO UPDATE SET updated_at = excluded.updated_at RETURNING version";
    let before = query(db, sql, Values::new().text(name).add(millis(now)), row::number).await?;
    let version = before.first().copied().unwrap_or_default() + 1;
    let hosts = hosts.iter().map(String::as_str).collect::<serde_json::Value>().to_string();
    let bytes = unsealed(sealer.seal(&place::secret(name, version, &hosts), value.as_bytes()))?;
    let values = Values::new().text(name).add(version).text(&hosts).add(bytes);
    execute(db, "UPDATE secret SET version = $2, hosts = $3, sealed = $4 WHERE name = $1", values)
        .await
        .map(drop)
}

/// A secret with its hosts.
pub(super) async fn get(db: &mut PgConnection, name: &str, sealer: &Sealer) -> Outcome<Option<StoredSecret>> {
    let damaged = || Fault::corrupt(format!("the secret `{name}` cannot be decrypted"));
    let sql = "SELECT version, hosts, sealed FROM secret WHERE name = $1";
    let rows = query(db, sql, Values::new().text(name), |row| Ok((row.number()?, row.text()?, row.bytes()?)));
    let Some((version, hosts, bytes)) = rows.await?.into_iter().next() else { return Ok(None) };
    // Nobody keeps an empty secret: an empty row was made by another hand.
    if bytes.is_empty() {
        return Err(damaged());
    }
    let plain = sealer.open(&place::secret(name, version, &hosts), &bytes).map_err(|_| damaged())?;
    let value = Zeroizing::new(String::from_utf8(plain).map_err(|_| damaged())?);
    Ok(Some(StoredSecret { value, hosts: serde_json::from_str(&hosts).map_err(|_| damaged())? }))
}

/// All secrets without their values, by name.
pub(super) async fn list(db: &mut PgConnection) -> Outcome<Vec<SecretEntry>> {
    let sql = "SELECT name, hosts, updated_at FROM secret ORDER BY name";
    query(db, sql, Values::new(), |row| {
        let (name, hosts) = (row.text()?, row.text()?);
        let hosts = serde_json::from_str(&hosts).unwrap_or_default();
        Ok(SecretEntry { name, hosts, updated_at: row.time()? })
    })
    .await
}

/// Takes a secret away; `false` when there is none.
pub(super) async fn remove(db: &mut PgConnection, name: &str) -> Outcome<bool> {
    Ok(execute(db, "DELETE FROM secret WHERE name = $1", Values::new().text(name)).await? == 1)
}
