//! A person gives access: the authorization code grant with PKCE (RFC 7636).

use super::endpoint::{self, App, Failure};
use crate::Secret;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use engine_contract::{ConnectorError, Context, ErrorKind, Login, Result, SecretName, Tokens};
use sha2::{Digest, Sha256};
use url::Url;

/// 32 random bytes as 43 letters, digits, `-` and `_`: for a state, and for a PKCE verifier.
#[must_use]
pub fn random_token(context: &Context) -> String {
    let mut bytes = [0u8; 32];
    context.rng.fill(&mut bytes);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The address at which the person agrees. `verifier` is kept and given to [`exchange_code`]; its hash goes
/// along (S256).
///
/// # Errors
/// `Config` when the app's id is not among the secrets, or the service's address is not valid.
pub fn authorize_url(
    context: &Context,
    login: &Login,
    redirect_uri: &str,
    state: &str,
    verifier: &str,
) -> Result<String> {
    let id = secret(context, &login.client_id)?;
    let mut url = Url::parse(&login.authorize_url)
        .map_err(|_invalid| ConnectorError::new(ErrorKind::Config, "the address for logins is not valid"))?;
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    url.query_pairs_mut()
        .append_pair("client_id", id.reveal())
        .append_pair("response_type", "code")
        .append_pair("scope", &login.scopes.join(" "))
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("state", state)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256");
    Ok(url.into())
}

/// Exchanges the code that the service sent back for tokens. A code is good once and for minutes.
///
/// # Errors
/// `Unauthorized` when the code is not good any more, `Config` when the service does not know the app, and as
/// [`HttpTransport::send`](engine_contract::HttpTransport::send).
pub async fn exchange_code(
    context: &Context,
    login: &Login,
    code: &str,
    redirect_uri: &str,
    verifier: &str,
) -> Result<Tokens> {
    let (id, secret) = (secret(context, &login.client_id)?, secret(context, &login.client_secret)?);
    let app = App { token_url: &login.token_url, id: &id, secret: &secret };
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
    ];
    let tokens = endpoint::ask(context, &app, &form, "").await.map_err(|failure| match failure {
        Failure::Other(error) => error,
        Failure::Grant => ConnectorError::new(
            ErrorKind::Unauthorized,
            "the service refuses the code: it is used up or too old, or the redirect address differs from the \
             one of the login; log in again",
        ),
    })?;
    if tokens.refresh.is_empty() {
        let error = "the service gave no refresh token: check that the app may keep its access";
        return Err(ConnectorError::new(ErrorKind::Protocol, error).with_context("account", &login.account));
    }
    Ok(tokens)
}

/// Gives tokens back, so that they are good for nothing. Nothing happens when the service has no place for it,
/// or no longer knows them. The body is JSON, as Intuit takes it.
///
/// # Errors
/// As [`exchange_code`].
pub async fn revoke(context: &Context, login: &Login, tokens: &Tokens) -> Result<()> {
    let Some(url) = &login.revoke_url else { return Ok(()) };
    let (id, secret) = (secret(context, &login.client_id)?, secret(context, &login.client_secret)?);
    let body = serde_json::json!({ "token": tokens.refresh }).to_string();
    let request = endpoint::post(url, &id, &secret, "application/json", body)?;
    let status = context.http.send(request).await?.status();
    // Tokens that are not known are as good as revoked (RFC 7009, 2.2); Intuit answers 400 for them.
    if status.is_success() || status == http::StatusCode::BAD_REQUEST {
        return Ok(());
    }
    let kind = if status.is_server_error() { ErrorKind::Unavailable } else { ErrorKind::Protocol };
    Err(ConnectorError::new(kind, "the service did not take the tokens back")
        .with_context("account", &login.account)
        .with_context("status", status.as_str()))
}

fn secret(context: &Context, name: &SecretName) -> Result<Secret> {
    context.secrets.get(&name.secret).map(Secret::new).ok_or_else(|| {
        ConnectorError::new(ErrorKind::Config, "a secret of the app is missing")
            .with_context("secret", &name.secret)
    })
}
