//! How a person gives the engine access to an account: OAuth 2.0 with an authorization code.

use crate::SecretName;

/// What a login needs to know of the service and of the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The name under which the tokens are kept in the [`crate::Vault`]: `quickbooks/9130350000000000`.
    pub account: String,
    /// Where the person agrees.
    pub authorize_url: String,
    /// Where codes and refresh tokens are exchanged for tokens.
    pub token_url: String,
    /// Where tokens are given back, when the service has such a place.
    pub revoke_url: Option<String>,
    /// The id of the app.
    pub client_id: SecretName,
    /// The secret of the app.
    pub client_secret: SecretName,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// A parameter with which the service comes back and the value that it must have: QuickBooks tells the
    /// company as `realmId`. Another value means that the person chose another account.
    pub expects: Option<(String, String)>,
    /// What only the account itself answers: asked with new tokens before they are stored.
    pub question: Option<Question>,
}

/// A question to an account: who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The address that is asked.
    pub url: String,
    /// Where the answer holds the name by which people know the account: a JSON pointer.
    pub name: String,
}
