//! The credentials of emulated services: made up, and good for nothing else.

use super::{Service, StandIn};
use engine_contract::{Held, Result, SecretValue, Secrets, Tokens, Vault, async_trait};
use jiff::Timestamp;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// What emulators take for the secrets of their connections; real secrets for the others.
pub(super) struct EmulatedSecrets {
    known: BTreeMap<String, String>,
    others: Arc<dyn Secrets>,
}

impl EmulatedSecrets {
    pub(super) fn new(services: &[Arc<Service>], others: Arc<dyn Secrets>) -> Self {
        let known = services.iter().flat_map(|service| service.secrets.clone()).collect();
        Self { known, others }
    }
}

impl Secrets for EmulatedSecrets {
    fn get(&self, name: &str) -> Option<SecretValue> {
        let made_up = self.known.get(name).map(SecretValue::unbound);
        made_up.or_else(|| self.others.get(name))
    }
}

/// Tokens of emulated companies, as if somebody had just logged in; the real vault for the others.
pub(super) struct EmulatedVault {
    services: Vec<Arc<Service>>,
    held: Mutex<BTreeMap<String, Held>>,
    others: Arc<dyn Vault>,
    since: Timestamp,
}

impl EmulatedVault {
    pub(super) fn new(services: Vec<Arc<Service>>, others: Arc<dyn Vault>, since: Timestamp) -> Self {
        Self { services, held: Mutex::default(), others, since }
    }

    /// The tokens that a company gave when this process began; nothing for accounts that are not emulated.
    fn granted(&self, account: &str) -> Option<Held> {
        let (connector, realm) = account.split_once('/')?;
        let of = |stand_in: &StandIn| match stand_in {
            StandIn::Books(books, own) if connector == "quickbooks" && own == realm => {
                let granted = books.grant(realm, self.since);
                let tokens = Tokens {
                    access: granted.access_token,
                    access_until: granted.expires_at,
                    refresh: granted.refresh_token,
                    refresh_until: None,
                };
                Some(Held { tokens, version: 1 })
            }
            StandIn::Books(..) | StandIn::Store(_) | StandIn::Project(_) => None,
        };
        self.services.iter().find_map(|service| service.look(of))
    }
}

#[async_trait]
impl Vault for EmulatedVault {
    async fn load(&self, account: &str) -> Result<Option<Held>> {
        let stored = self.held.lock().unwrap_or_else(PoisonError::into_inner).get(account).cloned();
        match stored.or_else(|| self.granted(account)) {
            Some(held) => Ok(Some(held)),
            None => self.others.load(account).await,
        }
    }

    async fn store(&self, account: &str, version: u64, tokens: &Tokens) -> Result<Held> {
        if self.granted(account).is_none() {
            return self.others.store(account, version, tokens).await;
        }
        let held = Held { tokens: tokens.clone(), version: version + 1 };
        self.held.lock().unwrap_or_else(PoisonError::into_inner).insert(account.to_owned(), held.clone());
        Ok(held)
    }
}
