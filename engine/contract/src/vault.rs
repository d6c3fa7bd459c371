//! Tokens that a service hands out and renews: kept for the connector, encrypted, by the engine.

use crate::{ConnectorError, ErrorKind, Result};
use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The tokens of one account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// What requests carry.
    pub access: String,
    /// The moment from which the access token is refused.
    pub access_until: Timestamp,
    /// What buys the next access token; services may replace it with every use.
    pub refresh: String,
    /// The moment from which the refresh token is refused, where the service tells it.
    pub refresh_until: Option<Timestamp>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tokens until {}", self.access_until)
    }
}

/// Tokens with the version under which the vault holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The tokens.
    pub tokens: Tokens,
    /// Grows by one with each change.
    pub version: u64,
}

/// Keeps tokens. Accounts are named `<connector>/<account>`: `quickbooks/9130350000000000`.
#[async_trait]
pub trait Vault: Send + Sync {
    /// The tokens of an account; nothing when nobody has logged in.
    ///
    /// # Errors
    /// When the vault cannot be read.
    async fn load(&self, account: &str) -> Result<Option<Held>>;

    /// Stores tokens, durably before it returns, if the account still stands at `version` (0: nothing stored).
    ///
    /// # Errors
    /// `Stale` when somebody else stored newer tokens: load them. Otherwise when the vault cannot be written.
    async fn store(&self, account: &str, version: u64, tokens: &Tokens) -> Result<Held>;
}

/// Holds nothing: for work that needs no tokens.
#[derive(Clone, Copy, Debug)]
pub struct NoVault;

#[async_trait]
impl Vault for NoVault {
    async fn load(&self, _account: &str) -> Result<Option<Held>> {
        Ok(None)
    }

    async fn store(&self, account: &str, _version: u64, _tokens: &Tokens) -> Result<Held> {
        Err(ConnectorError::new(ErrorKind::Unsupported, "there is no place for tokens")
            .with_context("account", account))
    }
}
