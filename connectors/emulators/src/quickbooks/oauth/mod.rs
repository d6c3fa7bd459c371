//! Logging in: codes, tokens, refreshes with rotation, revocation.
//!
//! Codes and tokens carry what they stand for, signed; only what was used up, rotated or revoked is remembered. So a
//! login page (a GET) changes nothing, and a journal of the other requests restores all there is to know.

mod authorize;
mod discovery;
mod scopes;
mod sign;
mod token;
mod userinfo;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::settings::{Lifetimes, Settings};
use scopes::Scopes;

pub(super) use authorize::authorize;
pub(super) use discovery::discovery;
pub(super) use sign::{Signer, hash, hex, hmac};
pub(super) use token::{exchange, revoke};
pub(super) use userinfo::userinfo;

/// An access token and a refresh token, as a login gives them.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
    pub realm: String,
    /// When the access token ends.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens")
            .field("realm", &self.realm)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// What became of logins.
#[derive(Debug)]
pub(super) struct OAuth {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) redirect_uris: Vec<String>,
    pub(super) realms: Vec<String>,
    lifetimes: Lifetimes,
    signer: Signer,
    used_codes: BTreeSet<String>,
    /// Logins that were refreshed or revoked. One that is not here has its first tokens.
    logins: BTreeMap<String, Login>,
}

/// The state of a login.
#[derive(Debug, Clone, Copy, Default)]
struct Login {
    /// How often the refresh token was replaced; older ones are refused.
    generation: u64,
    /// How often there was a refresh: makes access tokens differ.
    refreshes: u64,
    revoked: bool,
    /// The last refresh, from which the refresh token's life counts.
    refreshed_at: Option<Timestamp>,
}

/// What an access token is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    Valid { realm: String, login: String, scopes: Scopes },
    Expired,
    Revoked,
    Unknown,
}

impl OAuth {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone(),
            redirect_uris: settings.redirect_uris.clone(),
            realms: settings.companies.iter().map(|company| company.realm.clone()).collect(),
            lifetimes: settings.tokens,
            signer: Signer::new("quickbooks tokens", settings.seed),
            used_codes: BTreeSet::new(),
            logins: BTreeMap::new(),
        }
    }

    /// What the holder of an access token may do.
    pub(super) fn standing(&self, token: &str, now: Timestamp) -> Standing {
        let Some(access) = self.signer.open_token('a', token) else {
            return Standing::Unknown;
        };
        if self.logins.get(&access.login).is_some_and(|login| login.revoked) {
            return Standing::Revoked;
        }
        if now >= access.issued + self.lifetimes.access {
            return Standing::Expired;
        }
        Standing::Valid { realm: access.realm, login: access.login, scopes: access.scopes }
    }
}
