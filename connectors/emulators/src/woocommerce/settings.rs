//! What a store is told when it is set up.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The settings of an emulated store.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The home address, without a slash at its end: `https://shop.example`. Links are made of it, and so are the
    /// base strings of OAuth.
    pub url: String,
    /// The name of the store's zone: `America/New_York`. One that is unknown counts as UTC.
    pub zone: String,
    /// Whether PHP believes that connections are encrypted. Basic authentication works only then.
    pub https: bool,
    /// The keys of the API.
    pub keys: Vec<KeyPair>,
}

/// A key of the API.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyPair {
    /// `ck_...`
    pub key: String,
    /// `cs_...`
    pub secret: String,
    /// What the key may do.
    pub permission: Permission,
    /// Whose key it is.
    #[serde(default)]
    pub role: Role,
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key: _, secret: _, permission, role } = self;
        write!(f, "KeyPair({permission:?}, {role:?})")
    }
}

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Read.
    Read,
    /// Write.
    Write,
    /// Both.
    ReadWrite,
}

/// The role of a key's owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May do everything.
    #[default]
    Administrator,
    /// May do nothing with the API.
    Customer,
}

impl Settings {
    /// The store's zone.
    pub(super) fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }

    /// The address of a route: `https://shop.example/wp-json/wc/v3/orders`.
    pub(super) fn route(&self, path: &str) -> String {
        format!("{}/wp-json/wc/v3/{path}", self.url)
    }
}
