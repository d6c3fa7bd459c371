//! [`SqliteVault`]: tokens and secrets, sealed, beside the state.

use super::{Result, StateError, front::Front, secret, token};
use crate::state::{
    Sealer, SecretEntry, StateVault, StoredSecret,
    vault::{refused, stale},
};
use async_trait::async_trait;
use engine_contract::{Clock, Held, Tokens, Vault};
use std::sync::Arc;

/// The vault in the state file. Changes are durable when they return, and compare-and-set holds between processes:
/// each is one transaction that has the file's write lock from its start.
pub struct SqliteVault {
    front: Arc<Front>,
    /// Why not, when the master key does not fit; nothing when the store is older than vaults.
    sealer: Result<Option<Sealer>>,
    clock: Arc<dyn Clock>,
}

impl SqliteVault {
    pub(super) fn new(front: Arc<Front>, sealer: Result<Option<Sealer>>, clock: Arc<dyn Clock>) -> Self {
        Self { front, sealer, clock }
    }

    /// The key, to read with: nothing when nothing can be there.
    fn to_read(&self) -> Result<Option<Sealer>> {
        self.sealer.clone()
    }

    fn to_write(&self) -> Result<Sealer> {
        let none = || StateError::Unavailable("it may only be read, and is of an older engine".to_owned());
        self.sealer.clone()?.ok_or_else(none)
    }

    async fn read(&self, account: &str, kind: &'static str) -> Result<Option<Held>> {
        let Some(sealer) = self.to_read()? else { return Ok(None) };
        let (account, now) = (account.to_owned(), self.clock.now());
        self.front.call(move |db| token::load(db, &account, kind, (now, &sealer))).await
    }
}

#[async_trait]
impl StateVault for SqliteVault {
    async fn previous(&self, account: &str) -> Result<Option<Held>> {
        self.read(account, "previous").await
    }

    async fn forget(&self, account: &str) -> Result<bool> {
        drop(self.to_write()?);
        let (account, now) = (account.to_owned(), self.clock.now());
        self.front.call(move |db| token::forget(db, &account, now)).await
    }

    async fn put_secret(&self, name: &str, value: &str, hosts: &[String]) -> Result<()> {
        let sealer = self.to_write()?;
        let (name, hosts, now) = (name.to_owned(), hosts.to_vec(), self.clock.now());
        let value = zeroize::Zeroizing::new(value.to_owned());
        self.front.call(move |db| secret::put(db, (&name, &hosts), &value, (now, &sealer))).await
    }

    async fn secret(&self, name: &str) -> Result<Option<StoredSecret>> {
        let Some(sealer) = self.to_read()? else { return Ok(None) };
        let name = name.to_owned();
        self.front.call(move |db| secret::get(db, &name, &sealer)).await
    }

    async fn secrets(&self) -> Result<Vec<SecretEntry>> {
        // Names and hosts are not sealed: they can be listed without the key.
        if matches!(self.sealer, Ok(None)) {
            return Ok(Vec::new());
        }
        self.front.call(secret::list).await
    }

    async fn remove_secret(&self, name: &str) -> Result<bool> {
        drop(self.to_write()?);
        let name = name.to_owned();
        self.front.call(move |db| secret::remove(db, &name)).await
    }
}

#[async_trait]
impl Vault for SqliteVault {
    async fn load(&self, account: &str) -> engine_contract::Result<Option<Held>> {
        self.read(account, "current").await.map_err(refused)
    }

    async fn store(&self, account: &str, version: u64, tokens: &Tokens) -> engine_contract::Result<Held> {
        let sealer = self.to_write().map_err(refused)?;
        let (name, tokens, now) = (account.to_owned(), tokens.clone(), self.clock.now());
        let work =
            move |db: &rusqlite::Connection| token::store(db, (&name, version), &tokens, (now, &sealer));
        self.front.call(work).await.map_err(refused)?.ok_or_else(|| stale(account))
    }
}

#[cfg(test)]
mod tests;
