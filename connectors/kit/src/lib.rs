//! HTTP for connectors: authentication, the limits of accounts, the way to the network.
//!
//! A connector makes one [`Client`] per connection and sends everything through it. The client signs
//! requests ([`Auth`]), keeps the account's tokens alive ([`OAuth2`]), and keeps to the account's limits
//! ([`Limits`]), which all clients of a process share through [`Accounts`]. It never repeats a request, except
//! once after a 401 that a new access token heals. Who repeats a request for another reason marks it as a
//! [`Repeat`].
//!
//! Underneath is the [`HttpTransport`](engine_contract::HttpTransport) of the context: [`Network`] in
//! production, a simulated service in tests. Time, randomness, secrets and tokens come from the context too.
//!
//! Nothing here shows a secret: [`Secret`] has no `Display`, errors and log lines name methods, hosts and
//! paths, never queries, headers or bodies.

mod account;
mod auth;
mod client;
pub mod json;
mod limits;
mod network;
mod oauth2;
mod secret;
mod signature;
pub mod table;
#[cfg(test)]
mod testing;

pub use account::Accounts;
pub use auth::Auth;
pub use client::{Asked, Client, Repeat, was_sent};
pub use limits::{Limits, Window};
pub use network::{Network, NetworkOptions};
pub use oauth2::{Code, OAuth2, account_name, authorize_url, exchange_code, random_token, revoke};
pub use secret::Secret;
pub use signature::{fingerprint, is_signed, signature};
