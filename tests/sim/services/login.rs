//! What processes of the engine know without asking: secrets, and the vault with the tokens of the books.

use super::world::{Shared, TABLES_KEY, lock};
use engine_contract::{
    ConnectorError, ErrorKind, Held, Result, SecretValue, Secrets, Tokens, Vault, async_trait,
};
use std::time::Duration;

/// The secrets of all connections.
pub(super) struct SimSecrets;

impl Secrets for SimSecrets {
    fn get(&self, name: &str) -> Option<SecretValue> {
        let known = [
            ("key", "ck_sim"),
            ("secret", "cs_sim"),
            ("client_id", "emulated-client"),
            ("client_secret", "emulated-secret"),
            ("tables_key", TABLES_KEY),
        ];
        known.iter().find(|(known, _)| *known == name).map(|(_, value)| SecretValue::unbound(*value))
    }
}

/// A vault that outlives processes, with a pause around each request: a place to crash.
pub(super) struct SimVault(pub(super) Shared);

impl SimVault {
    async fn pause(&self) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    fn fails(&self) -> Result<()> {
        let mut world = lock(&self.0);
        if world.luck.troubled && world.luck.chance(2) {
            return Err(ConnectorError::new(ErrorKind::Unavailable, "the vault is full"));
        }
        Ok(())
    }
}

#[async_trait]
impl Vault for SimVault {
    async fn load(&self, _account: &str) -> Result<Option<Held>> {
        self.pause().await;
        Ok(lock(&self.0).held.clone())
    }

    async fn store(&self, _account: &str, version: u64, tokens: &Tokens) -> Result<Held> {
        self.pause().await;
        self.fails()?;
        let held = Held { tokens: tokens.clone(), version: version + 1 };
        {
            let mut world = lock(&self.0);
            if world.held.as_ref().map_or(0, |held| held.version) != version {
                return Err(ConnectorError::new(ErrorKind::Stale, "newer tokens are stored"));
            }
            world.held = Some(held.clone());
            world.luck.tell(|| format!("tokens {} are stored", held.version));
        }
        self.pause().await;
        self.fails()?;
        Ok(held)
    }
}
