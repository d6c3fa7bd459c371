//! Data keys: they seal what the store keeps, and the master key wraps them.

use super::{
    StateError,
    fault::{Fault, Outcome},
    row::{self, Values, execute, query},
};
use crate::{
    failpoint::failpoint,
    state::{PURPOSES, Sealer, place, seal::unsealed},
};
use sqlx::postgres::PgConnection;
use zeroize::Zeroizing;

/// The data keys of a store, unwrapped.
#[derive(Clone)]
pub(super) struct Keys {
    /// Seals payloads of records. Where the master key does not fit, it opens nothing.
    pub(super) payload: Sealer,
    /// Seals tokens and secrets.
    pub(super) vault: Result<Sealer, StateError>,
}

/// Makes the data keys.
pub(super) async fn create(db: &mut PgConnection, master: &Sealer) -> Outcome<()> {
    for purpose in PURPOSES {
        wrap(db, purpose, &Zeroizing::new(master.random()), master).await?;
    }
    Ok(())
}

async fn wrap(db: &mut PgConnection, purpose: &str, key: &[u8; 32], master: &Sealer) -> Outcome<()> {
    let wrapped = unsealed(master.seal(&place::data_key(purpose, master.id()), key))?;
    let sql = "INSERT INTO data_key (purpose, master, wrapped) VALUES ($1, $2, $3)
               ON CONFLICT (purpose) DO UPDATE SET master = excluded.master, wrapped = excluded.wrapped";
    execute(db, sql, Values::new().text(purpose).text(master.id()).add(wrapped)).await.map(drop)
}

/// The data keys as they are, by what they are for. With `lock` nobody else wraps them anew before the transaction ends.
pub(super) async fn plain(
    db: &mut PgConnection,
    master: &Sealer,
    lock: bool,
) -> Outcome<Vec<(&'static str, Zeroizing<[u8; 32]>)>> {
    let lock = if lock { " ORDER BY purpose FOR UPDATE" } else { "" };
    let sql = format!("SELECT purpose, master, wrapped FROM data_key{lock}");
    let rows = query(db, sql, Values::new(), |row| Ok((row.text()?, row.text()?, row.bytes()?))).await?;
    let unwrap = |purpose: &'static str| {
        let row = rows.iter().find(|(name, _, _)| name == purpose);
        let (_, wanted, wrapped) = row.ok_or_else(|| damaged(purpose))?;
        if wanted != master.id() {
            let (wanted, given) = (wanted.clone(), master.id().to_owned());
            return Err(StateError::OtherKey { wanted, given }.into());
        }
        let key = master.open(&place::data_key(purpose, wanted), wrapped).map_err(|_| damaged(purpose))?;
        let key = Zeroizing::new(key);
        let key = key.as_slice().try_into().map_err(|_| damaged(purpose))?;
        Ok((purpose, Zeroizing::new(key)))
    };
    PURPOSES.into_iter().map(unwrap).collect()
}

fn damaged(purpose: &str) -> Fault {
    Fault::corrupt(format!("its data key for `{purpose}` is not what an engine wrote"))
}

/// The data keys, unwrapped; with another master key those of a store that can only be read in part.
///
/// # Errors
/// `OtherKey` when the master key must fit and does not.
pub(super) async fn load(db: &mut PgConnection, master: &Sealer, must_fit: bool) -> Outcome<Keys> {
    match plain(db, master, false).await {
        Ok(keys) => {
            let [payload, vault] = <[_; 2]>::try_from(keys).map_err(|_| damaged("payload"))?;
            Ok(Keys { payload: master.with_key(&payload.1), vault: Ok(master.with_key(&vault.1)) })
        }
        Err(Fault::State(error @ StateError::OtherKey { .. })) if !must_fit => {
            Ok(Keys { payload: master.clone(), vault: Err(error) })
        }
        Err(error) => Err(error),
    }
}

/// The name of the master key that wraps the data keys.
pub(super) async fn master(db: &mut PgConnection) -> Outcome<String> {
    let names = query(db, "SELECT DISTINCT master FROM data_key", Values::new(), row::text).await?;
    let [name] = <[String; 1]>::try_from(names).map_err(|_| damaged("payload"))?;
    Ok(name)
}

/// Wraps the data keys with another master key. `publish` is called while nobody else can.
///
/// # Errors
/// `OtherKey` when `old` does not wrap them, and what `publish` gives.
pub(super) async fn rewrap(
    db: &mut PgConnection,
    (old, new): (&Sealer, &Sealer),
    publish: impl FnOnce() -> Result<(), StateError>,
) -> Outcome<()> {
    let keys = plain(db, old, true).await?;
    publish()?;
    failpoint!("keys.published");
    for (purpose, key) in &keys {
        wrap(db, purpose, key, new).await?;
    }
    failpoint!("keys.wrapped");
    Ok(())
}

/// Puts other data keys in the place of all.
pub(super) async fn replace(
    db: &mut PgConnection,
    keys: &[(String, Zeroizing<[u8; 32]>)],
    master: &Sealer,
) -> Outcome<()> {
    for purpose in PURPOSES {
        let key = keys.iter().find(|(name, _)| name == purpose).ok_or_else(|| damaged(purpose))?;
        wrap(db, purpose, &key.1, master).await?;
    }
    Ok(())
}
