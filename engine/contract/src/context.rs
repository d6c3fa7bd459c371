//! The one way to time, randomness, secrets, tokens, HTTP and the working folder.

use crate::{HttpTransport, Vault};
use async_trait::async_trait;
use jiff::Timestamp;
use serde::Deserialize;
use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Tells the time and waits.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The present moment. Never enters a cursor: those use the source's clock.
    fn now(&self) -> Timestamp;

    /// Returns after `duration`, or earlier when the work should stop: whoever relies on the time looks at the
    /// clock again.
    async fn sleep(&self, duration: Duration);
}

/// Gives random bytes, from a seed in tests.
pub trait Rng: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// A secret as a provider gives it out. Connectors make a secret of the kit of it, which keeps the text to its hosts.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue {
    /// The secret itself.
    pub text: String,
    /// The hosts that it may be sent to; any when empty. `*.example.com` stands for every host below
    /// `example.com`.
    pub hosts: Vec<String>,
}

impl SecretValue {
    /// A secret that may be sent to any host.
    #[must_use]
    pub fn unbound(text: impl Into<String>) -> Self {
        Self { text: text.into(), hosts: Vec::new() }
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a secret for {:?}", self.hosts)
    }
}

/// Gives secrets by name.
pub trait Secrets: Send + Sync {
    /// The secret with its hosts, or nothing when no provider has it.
    fn get(&self, name: &str) -> Option<SecretValue>;
}

/// Has no secrets: for work that needs none.
#[derive(Clone, Copy, Debug)]
pub struct NoSecrets;

impl Secrets for NoSecrets {
    fn get(&self, _name: &str) -> Option<SecretValue> {
        None
    }
}

/// The type of secret settings: `{ secret = "name" }`, never the secret itself.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretName {
    /// The name under which a provider keeps it.
    pub secret: String,
}

impl fmt::Debug for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "secret {}", self.secret)
    }
}

/// Says that work should stop at the next safe place.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks for the stop. It cannot be taken back.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// What the engine lends to everything that has effects.
#[derive(Clone)]
pub struct Context {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub rng: Arc<dyn Rng>,
    /// HTTP.
    pub http: Arc<dyn HttpTransport>,
    /// Secrets by name.
    pub secrets: Arc<dyn Secrets>,
    /// Tokens that services renew.
    pub vault: Arc<dyn Vault>,
    /// Set when the run should stop.
    pub cancel: Cancel,
    /// The project's folder: relative paths of settings start here.
    pub project_dir: PathBuf,
}

impl Context {
    /// A random identifier of 16 letters and digits, in lower case.
    #[must_use]
    pub fn random_id(&self) -> String {
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let mut bytes = [0u8; 16];
        self.rng.fill(&mut bytes);
        bytes
            .iter()
            .filter_map(|byte| LETTERS.get(usize::from(byte & 31)))
            .map(|letter| char::from(*letter))
            .collect()
    }
}
