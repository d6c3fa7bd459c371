//! Secrets as the vault keeps them.

use jiff::Timestamp;
use std::fmt;
use zeroize::Zeroizing;

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
