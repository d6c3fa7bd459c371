//! Secrets by name: from the environment first, then from the vault.

use super::{ProjectVault, hide};
use crate::error::Result;
use engine_contract::{SecretValue, Secrets};
use engine_run::state::{self, SecretEntry};
use std::{
    collections::BTreeMap,
    pin::pin,
    sync::Arc,
    task::{self, Poll, Wake, Waker},
    thread::Thread,
};
use zeroize::Zeroizing;

/// The variable of a secret: `ENGINE_SECRET_ACME_KEY` for `acme_key`.
pub(crate) fn variable(name: &str) -> String {
    format!("ENGINE_SECRET_{}", name.to_uppercase())
}

/// The variable that lists the hosts of a secret that comes from the environment, with commas between them:
/// `ENGINE_HOSTS_ACME_KEY`.
pub(crate) fn hosts_variable(name: &str) -> String {
    format!("ENGINE_HOSTS_{}", name.to_uppercase())
}

/// Where a secret comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A variable of the environment.
    Environment,
    /// The vault.
    Vault,
}

impl Origin {
    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Vault => "vault",
        }
    }
}

/// A secret, where it may be sent, and where it comes from.
pub(crate) struct Found {
    value: Zeroizing<String>,
    /// The hosts that it may be sent to; any when empty.
    pub(crate) hosts: Vec<String>,
    pub(crate) from: Origin,
}

/// The secrets of a project.
#[derive(Clone)]
pub(crate) struct ProjectSecrets {
    environment: Arc<BTreeMap<String, String>>,
    vault: ProjectVault,
}

impl ProjectSecrets {
    pub(crate) fn new(environment: BTreeMap<String, String>, vault: ProjectVault) -> Self {
        Self { environment: Arc::new(environment), vault }
    }

    /// A secret with its hosts, and where it comes from.
    pub(crate) fn find(&self, name: &str) -> Result<Option<Found>> {
        if let Some(value) = self.environment.get(&variable(name)) {
            let listed = self.environment.get(&hosts_variable(name)).map(String::as_str).unwrap_or_default();
            let hosts = listed.split(',').map(str::trim).filter(|host| !host.is_empty());
            let hosts = hosts.map(str::to_lowercase).collect();
            let value = Zeroizing::new(value.clone());
            return Ok(Some(Found { value, hosts, from: Origin::Environment }));
        }
        let Some(vault) = self.vault.to_read()? else { return Ok(None) };
        let secret = at_once(vault.secret(name))?;
        Ok(secret.map(|secret| Found { value: secret.value, hosts: secret.hosts, from: Origin::Vault }))
    }

    /// Whether the environment has it, which then goes before the vault.
    pub(crate) fn is_in_environment(&self, name: &str) -> bool {
        self.environment.contains_key(&variable(name))
    }

    /// What the vault keeps, without values.
    pub(crate) fn kept(&self) -> Result<Vec<SecretEntry>> {
        let Some(vault) = self.vault.to_read()? else { return Ok(Vec::new()) };
        at_once(vault.secrets())
    }
}

/// The answer of a store that is only read: it comes inline, or from a thread of the store's own. Secrets are asked for in
/// the middle of other waits, where no runtime may wait for another: so the thread itself does.
fn at_once<T>(answer: impl Future<Output = state::Result<T>>) -> Result<T> {
    let mut answer = pin!(answer);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        match answer.as_mut().poll(&mut task::Context::from_waker(&waker)) {
            Poll::Ready(answer) => return Ok(answer?),
            Poll::Pending => std::thread::park(),
        }
    }
}

/// Wakes a thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl Secrets for ProjectSecrets {
    fn get(&self, name: &str) -> Option<SecretValue> {
        match self.find(name) {
            Ok(found) => found.map(|Found { value, hosts, .. }| {
                hide(&value);
                SecretValue { text: value.as_str().to_owned(), hosts }
            }),
            Err(error) => {
                // Whoever asked says that the secret is missing; this says why.
                tracing::warn!(secret = name, code = error.code, "the vault cannot be read");
                None
            }
        }
    }
}
