//! The vault of a project, for commands that do not hold its state open, and the wrapper that hides what a vault
//! gives out.

use super::{hide, unlocked};
use crate::workspace::StatePlace;
use engine_contract::{Clock, ConnectorError, ErrorKind, Held, Result, Tokens, Vault, async_trait};
use engine_run::state::StateVault;
use std::sync::Arc;

/// The vault in a project's state, opened for each question: read-only to load, so that a dry run changes
/// nothing, and to write only for the tokens that a refresh has brought.
#[derive(Clone)]
pub(crate) struct ProjectVault {
    state: StatePlace,
    clock: Arc<dyn Clock>,
}

impl ProjectVault {
    pub(crate) fn new(state: &StatePlace, clock: Arc<dyn Clock>) -> Self {
        Self { state: state.clone(), clock }
    }

    /// The vault, to read: nothing where there is no state yet.
    pub(crate) fn to_read(&self) -> crate::error::Result<Option<Arc<dyn StateVault>>> {
        if !self.state.is_there()? {
            return Ok(None);
        }
        let store = unlocked(&self.state, false, |key| {
            let store = self.state.location.open_read_only(key)?;
            store.is_unlocked()?;
            Ok(store)
        })?;
        Ok(Some(store.vault(Arc::clone(&self.clock))))
    }

    /// The vault, to write.
    pub(crate) fn to_write(&self) -> crate::error::Result<Arc<dyn StateVault>> {
        Ok(self.state.open()?.vault(Arc::clone(&self.clock)))
    }
}

fn refused(error: crate::error::CommandError) -> ConnectorError {
    let message = format!("the vault cannot be used: {}", error.message);
    ConnectorError::new(ErrorKind::Config, message).with_context("code", error.code)
}

#[async_trait]
impl Vault for ProjectVault {
    async fn load(&self, account: &str) -> Result<Option<Held>> {
        match self.to_read().map_err(refused)? {
            Some(vault) => vault.load(account).await,
            None => Ok(None),
        }
    }

    async fn store(&self, account: &str, version: u64, tokens: &Tokens) -> Result<Held> {
        self.to_write().map_err(refused)?.store(account, version, tokens).await
    }
}

/// A vault whose tokens do not show in the log.
pub(crate) struct Watched(pub(crate) Arc<dyn Vault>);

fn hide_tokens(tokens: &Tokens) {
    hide(&tokens.access);
    hide(&tokens.refresh);
}

#[async_trait]
impl Vault for Watched {
    async fn load(&self, account: &str) -> Result<Option<Held>> {
        let held = self.0.load(account).await?;
        if let Some(held) = &held {
            hide_tokens(&held.tokens);
        }
        Ok(held)
    }

    async fn store(&self, account: &str, version: u64, tokens: &Tokens) -> Result<Held> {
        hide_tokens(tokens);
        self.0.store(account, version, tokens).await
    }
}
