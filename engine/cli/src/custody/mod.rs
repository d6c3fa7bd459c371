//! Custody of what must not be seen: the master key, tokens and secrets, and the last net that keeps them out of
//! the log.

mod find;
mod key;
mod redact;
mod rotate;
mod secrets;
mod vault;

pub(crate) use find::{Place, key_called, master, unlocked};
pub(crate) use redact::{Clean, clean, hide};
pub(crate) use rotate::rotate;
pub(crate) use secrets::{Found, ProjectSecrets, variable};
pub(crate) use vault::{ProjectVault, Watched};

/// Where the master key may be given.
pub(crate) const MASTER_KEY: &str = "ENGINE_MASTER_KEY";

/// Where `engine keys rotate` is given the next one.
pub(crate) const NEW_MASTER_KEY: &str = "ENGINE_NEW_MASTER_KEY";
