//! What a database that keeps the state offers beside [`StateStore`]: the vault, the data keys, and copies.

use super::{
    RecordDesk, Result, Sealer, StateStore,
    copy::{Content, Reader, Writer},
    types::{SecretEntry, StoredSecret},
};
use async_trait::async_trait;
use engine_contract::{Clock, Held, Vault};
use jiff::Timestamp;
use std::{collections::BTreeMap, sync::Arc};

/// Which master key a store needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NeededKey {
    /// There is no state yet: any.
    Any,
    /// The one with which it was made, before data keys: nothing names it.
    Unnamed,
    /// The one with this [`Sealer::id`].
    Named(String),
}

/// Puts a new master key where the next process looks for it.
pub type Publish = Box<dyn FnOnce() -> Result<()> + Send>;

/// A state store with everything that belongs to it.
#[async_trait]
pub trait StateDatabase: StateStore + RecordDesk {
    /// Whether what is sealed can be opened.
    ///
    /// # Errors
    /// `OtherKey` when the store was made with another master key.
    fn is_unlocked(&self) -> Result<()>;

    /// Who holds leases that are good at `now`, each with the end of the last.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn holders(&self, now: Timestamp) -> Result<BTreeMap<String, Timestamp>>;

    /// Tokens and secrets, in the same database.
    fn vault(&self, clock: Arc<dyn Clock>) -> Arc<dyn StateVault>;

    /// Wraps the data keys with another master key, in one transaction. `publish` is called inside that transaction,
    /// when no other process can rotate. Until the commit the old key is the one that is needed, after it the new one.
    ///
    /// # Errors
    /// `OtherKey` when the store has another master key by now; what `publish` gives. Nothing was changed then.
    async fn rotate(&self, new: Sealer, publish: Publish) -> Result<()>;

    /// Writes everything, as it is at one moment, into a copy. Others go on writing meanwhile.
    ///
    /// # Errors
    /// When the store cannot be read, its keys cannot be opened, or the copy cannot be written.
    async fn copy(&self, writer: Writer) -> Result<Content>;

    /// Puts what a copy holds in the place of everything, all or nothing. Leases come back as free, and runs that were
    /// under way as interrupted. Who has the store open must open it anew: its data keys are others.
    ///
    /// # Errors
    /// `Corrupt` when the copy is not whole; when the store cannot be written. Nothing was changed then.
    async fn fill(&self, reader: Reader) -> Result<Content>;
}

/// The vault with what people do to it.
#[async_trait]
pub trait StateVault: Vault {
    /// The tokens that the current ones replaced, for a day. Services disagree on whether they still honour them:
    /// for a person to fall back on.
    ///
    /// # Errors
    /// When the vault cannot be read.
    async fn previous(&self, account: &str) -> Result<Option<Held>>;

    /// Takes away the tokens of an account; `false` when there were none.
    ///
    /// # Errors
    /// When the vault cannot be written.
    async fn forget(&self, account: &str) -> Result<bool>;

    /// Keeps a secret, in the place of an earlier one of the same name. It may be sent to `hosts`, or to any when
    /// there are none.
    ///
    /// # Errors
    /// When the vault cannot be written.
    async fn put_secret(&self, name: &str, value: &str, hosts: &[String]) -> Result<()>;

    /// A secret.
    ///
    /// # Errors
    /// When the vault cannot be read.
    async fn secret(&self, name: &str) -> Result<Option<StoredSecret>>;

    /// All secrets without their values, by name.
    ///
    /// # Errors
    /// When the vault cannot be read.
    async fn secrets(&self) -> Result<Vec<SecretEntry>>;

    /// Takes a secret away; `false` when there is none.
    ///
    /// # Errors
    /// When the vault cannot be written.
    async fn remove_secret(&self, name: &str) -> Result<bool>;
}
