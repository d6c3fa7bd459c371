//! Secrets as the vault keeps them.

use jiff::{SignedDuration, Timestamp};
use std::fmt;
use zeroize::Zeroizing;

/// How long tokens that were replaced are kept. Sources disagree on whether Intuit still honours an earlier refresh
/// token within a day of the exchange (quickbooks-ruby 389 says so, quickbooks-online-mcp-server 104 denies it): they
/// are for a person to fall back on, and nothing relies on them.
pub(in crate::state) const KEEP_TOKENS: SignedDuration = SignedDuration::from_hours(24);

/// A secret without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretEntry {
    /// Its name.
    pub name: String,
    /// The hosts that it may be sent to; any when empty.
    pub hosts: Vec<String>,
    /// When it was set.
    pub updated_at: Timestamp,
}

/// A secret with its value.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredSecret {
    /// The value.
    pub value: Zeroizing<String>,
    /// The hosts that it may be sent to; any when empty.
    pub hosts: Vec<String>,
}

impl fmt::Debug for StoredSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a secret for {:?}", self.hosts)
    }
}
