//! Data keys: they seal what the store keeps, and the master key wraps them.
//!
//! A new master key therefore changes two small rows and nothing else ([`rewrap`]), and processes that have the
//! store open go on as if nothing had happened: the data keys stay the same.

use super::{
    Result, StateError,
    row::{execute, query},
};
use crate::{
    failpoint::failpoint,
    state::{
        PURPOSES, Sealer, place,
        seal::{DataKey, unsealed},
    },
};
use rusqlite::{Connection, ToSql};
use zeroize::Zeroizing;

/// The data keys of a store, unwrapped.
#[derive(Clone)]
pub(super) struct Keys {
    /// Seals payloads of records. Where the master key does not fit, it opens nothing.
    pub(super) payload: Sealer,
    /// Seals tokens and secrets; nothing in a store of an engine that had none.
    pub(super) vault: Result<Option<Sealer>>,
}

impl Keys {
    /// The keys of a store that nobody may write, of any version: much of it can be read without them.
    pub(super) fn to_read(db: &Connection, version: i64, master: &Sealer) -> Result<Self> {
        if version < 2 {
            // Payloads were sealed with the master key itself then.
            return Ok(Self { payload: master.clone(), vault: Ok(None) });
        }
        match load(db, master) {
            Err(error @ StateError::OtherKey { .. }) => {
                Ok(Self { payload: master.clone(), vault: Err(error) })
            }
            keys => keys,
        }
    }
}

/// Makes the data keys.
pub(super) fn create(db: &Connection, master: &Sealer) -> Result<()> {
    for purpose in PURPOSES {
        wrap(db, purpose, &Zeroizing::new(master.random()), master)?;
    }
    Ok(())
}

fn wrap(db: &Connection, purpose: &str, key: &[u8; 32], master: &Sealer) -> Result<()> {
    let wrapped = unsealed(master.seal(&place::data_key(purpose, master.id()), key))?;
    let values: [&dyn ToSql; 3] = [&purpose, &master.id(), &wrapped];
    execute(db, "INSERT OR REPLACE INTO data_key (purpose, master, wrapped) VALUES (?1, ?2, ?3)", &values)?;
    Ok(())
}

fn unwrap(db: &Connection, purpose: &str, master: &Sealer) -> Result<Zeroizing<[u8; 32]>> {
    let sql = "SELECT master, wrapped FROM data_key WHERE purpose = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?));
    let row = query(db, sql, &[&purpose], read)?.into_iter().next();
    let (wanted, wrapped) = row.ok_or_else(|| damaged(purpose))?;
    if wanted != master.id() {
        return Err(StateError::OtherKey { wanted, given: master.id().to_owned() });
    }
    let key = master.open(&place::data_key(purpose, &wanted), &wrapped).map_err(|_| damaged(purpose))?;
    let key = Zeroizing::new(key);
    key.as_slice().try_into().map(Zeroizing::new).map_err(|_| damaged(purpose))
}

fn damaged(purpose: &str) -> StateError {
    StateError::Corrupt(format!("its data key for `{purpose}` is not what an engine wrote"))
}

/// The data keys as they are, by what they are for.
pub(super) fn plain(db: &Connection, master: &Sealer) -> Result<Vec<(&'static str, DataKey)>> {
    PURPOSES.into_iter().map(|purpose| Ok((purpose, unwrap(db, purpose, master)?))).collect()
}

/// Puts other data keys in the place of all.
pub(super) fn replace(
    db: &Connection,
    keys: &[(String, Zeroizing<[u8; 32]>)],
    master: &Sealer,
) -> Result<()> {
    execute(db, "DELETE FROM data_key", &[])?;
    for purpose in PURPOSES {
        let key = keys.iter().find(|(name, _)| name == purpose).ok_or_else(|| damaged(purpose))?;
        wrap(db, purpose, &key.1, master)?;
    }
    Ok(())
}

/// The data keys.
///
/// # Errors
/// `OtherKey` when `master` is not the key that wrapped them.
pub(super) fn load(db: &Connection, master: &Sealer) -> Result<Keys> {
    let sealer = |purpose| Ok::<_, StateError>(master.with_key(&*unwrap(db, purpose, master)?));
    let [payload, vault] = PURPOSES;
    Ok(Keys { payload: sealer(payload)?, vault: Ok(Some(sealer(vault)?)) })
}

/// The name of the master key that wraps the data keys.
pub(super) fn master(db: &Connection) -> Result<String> {
    let names = query(db, "SELECT DISTINCT master FROM data_key", &[], |row| row.get::<_, String>(0))?;
    match <[String; 1]>::try_from(names) {
        Ok([name]) => Ok(name),
        Err(_) => Err(StateError::Corrupt("its data keys are not what an engine wrote".to_owned())),
    }
}

/// Wraps the data keys with another master key. `publish` puts the new key where the next process finds it: it is
/// called while no other process can change the store, before anything needs the new key.
///
/// # Errors
/// `OtherKey` when `old` does not wrap them, and what `publish` gives.
pub(super) fn rewrap(
    db: &Connection,
    (old, new): (&Sealer, &Sealer),
    publish: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let keys = plain(db, old)?;
    publish()?;
    failpoint!("keys.published");
    for (purpose, key) in &keys {
        wrap(db, purpose, key, new)?;
    }
    failpoint!("keys.wrapped");
    Ok(())
}
