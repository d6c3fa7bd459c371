//! [`PostgresVault`]: tokens and secrets, sealed, beside the state.

use super::{
    Result,
    front::{Front, Mode},
    secret, token,
};
use crate::state::{
    Sealer, SecretEntry, StateVault, StoredSecret,
    vault::{refused, stale},
};
use async_trait::async_trait;
use engine_contract::{Clock, Held, Tokens, Vault};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The vault in the database. Changes are durable when they return, and compare-and-set holds between processes: each
/// has the row's lock before it looks.
pub struct PostgresVault {
    front: Arc<Front>,
    /// Why not, when the master key does not fit.
    sealer: Result<Sealer>,
    clock: Arc<dyn Clock>,
}

impl PostgresVault {
    pub(super) fn new(front: Arc<Front>, sealer: Result<Sealer>, clock: Arc<dyn Clock>) -> Self {
        Self { front, sealer, clock }
    }

    async fn read(&self, account: &str, kind: &'static str) -> Result<Option<Held>> {
        let arguments = (account.to_owned(), kind, self.clock.now(), self.sealer.clone()?);
        let load = self.front.call(Mode::Look, arguments, |db, (account, kind, now, sealer)| {
            Box::pin(token::load(db, (account, kind), (*now, sealer)))
        });
        load.await
    }
}

#[async_trait]
impl StateVault for PostgresVault {
    async fn previous(&self, account: &str) -> Result<Option<Held>> {
        self.read(account, "previous").await
    }

    async fn forget(&self, account: &str) -> Result<bool> {
        drop(self.sealer.clone()?);
        let arguments = (account.to_owned(), self.clock.now());
        let forget = self
            .front
            .call(Mode::Change, arguments, |db, (account, now)| Box::pin(token::forget(db, account, *now)));
        forget.await
    }

    async fn put_secret(&self, name: &str, value: &str, hosts: &[String]) -> Result<()> {
        let value = Zeroizing::new(value.to_owned());
        let arguments = (name.to_owned(), value, hosts.to_vec(), self.clock.now(), self.sealer.clone()?);
        let put = self.front.call(Mode::Change, arguments, |db, (name, value, hosts, now, sealer)| {
            Box::pin(secret::put(db, (name, hosts), value, (*now, sealer)))
        });
        put.await
    }

    async fn secret(&self, name: &str) -> Result<Option<StoredSecret>> {
        let arguments = (name.to_owned(), self.sealer.clone()?);
        let get = self
            .front
            .call(Mode::Look, arguments, |db, (name, sealer)| Box::pin(secret::get(db, name, sealer)));
        get.await
    }

    async fn secrets(&self) -> Result<Vec<SecretEntry>> {
        // Names and hosts are not sealed: they can be listed without the key.
        self.front.call(Mode::Look, (), |db, ()| Box::pin(secret::list(db))).await
    }

    async fn remove_secret(&self, name: &str) -> Result<bool> {
        drop(self.sealer.clone()?);
        let remove =
            self.front.call(Mode::Change, name.to_owned(), |db, name| Box::pin(secret::remove(db, name)));
        remove.await
    }
}

#[async_trait]
impl Vault for PostgresVault {
    async fn load(&self, account: &str) -> engine_contract::Result<Option<Held>> {
        self.read(account, "current").await.map_err(refused)
    }

    async fn store(&self, account: &str, version: u64, tokens: &Tokens) -> engine_contract::Result<Held> {
        let sealer = self.sealer.clone().map_err(refused)?;
        let arguments = (account.to_owned(), version, tokens.clone(), self.clock.now(), sealer);
        let store =
            self.front.call(Mode::Change, arguments, |db, (account, version, tokens, now, sealer)| {
                Box::pin(token::store(db, (account, *version), tokens, (*now, sealer)))
            });
        store.await.map_err(refused)?.ok_or_else(|| stale(account))
    }
}
