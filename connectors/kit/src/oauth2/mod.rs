//! OAuth 2.0 (RFC 6749): tokens that are bought with a login and renewed.

pub(crate) mod cell;
pub(crate) mod endpoint;
mod login;
#[cfg(test)]
mod tests;

pub(crate) use endpoint::gate;
pub use login::{Code, account_name, authorize_url, exchange_code, random_token, revoke};

use crate::Secret;

/// An account with access tokens that are renewed with a refresh token.
#[derive(Clone, Debug)]
pub struct OAuth2 {
    /// The name under which the vault keeps the tokens: `quickbooks/<realm>`.
    pub account: String,
    /// Where the refresh token buys new tokens.
    pub token_url: String,
    /// The id of the app.
    pub client_id: Secret,
    /// The secret of the app.
    pub client_secret: Secret,
}
