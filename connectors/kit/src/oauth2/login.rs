//! A person gives access: the authorization code grant with PKCE (RFC 7636).

use super::endpoint::{self, App, Failure};
use crate::{Accounts, Secret, auth::set_header};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use engine_contract::{ConnectorError, Context, ErrorKind, Login, Result, Retry, SecretName, Tokens};
use http::{HeaderValue, Request, StatusCode, Uri, header};
use sha2::{Digest, Sha256};
use url::Url;
use zeroize::Zeroizing;

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
    let bad = "the address for logins is not valid";
    let mut url =
        Url::parse(&login.authorize_url).map_err(|_invalid| ConnectorError::new(ErrorKind::Config, bad))?;
    let place: Uri =
        login.authorize_url.parse().map_err(|_invalid| ConnectorError::new(ErrorKind::Config, bad))?;
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    url.query_pairs_mut()
        .append_pair("client_id", id.reveal_to(&place)?)
        .append_pair("response_type", "code")
        .append_pair("scope", &login.scopes.join(" "))
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("state", state)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256");
    Ok(url.into())
}

/// What a login brought back, and what it was begun with.
#[derive(Clone, Copy)]
pub struct Code<'a> {
    /// The code that the service sent back.
    pub code: &'a str,
    /// The address of the login.
    pub redirect_uri: &'a str,
    /// The verifier whose hash went along.
    pub verifier: &'a str,
}

/// Exchanges the code that the service sent back for tokens. A code is good once and for minutes.
///
/// # Errors
/// `Unauthorized` when the code is not good any more or the service does not know the app, and as
/// [`HttpTransport::send`](engine_contract::HttpTransport::send).
pub async fn exchange_code(
    accounts: &Accounts,
    context: &Context,
    login: &Login,
    code: &Code<'_>,
) -> Result<Tokens> {
    let (id, secret) = (secret(context, &login.client_id)?, secret(context, &login.client_secret)?);
    let app = App { token_url: &login.token_url, id: &id, secret: &secret };
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.code),
        ("redirect_uri", code.redirect_uri),
        ("code_verifier", code.verifier),
    ];
    let gate = endpoint::gate(accounts, &login.token_url);
    let tokens = endpoint::ask(&gate, context, &app, &form, "").await.map_err(|failure| match failure {
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

/// Asks the account itself whether new tokens are for it, before anybody relies on them: what the browser brought
/// back only says so. Gives the name by which people know the account; nothing where the service has no such
/// question.
///
/// # Errors
/// `Unauthorized` when the account does not answer these tokens, and as [`exchange_code`].
pub async fn account_name(
    accounts: &Accounts,
    context: &Context,
    login: &Login,
    tokens: &Tokens,
) -> Result<Option<String>> {
    let Some(question) = &login.question else { return Ok(None) };
    let uri: Uri = question.url.parse().map_err(|_invalid| {
        ConnectorError::new(ErrorKind::Config, "the address of the account is not valid")
    })?;
    let token = Secret::bound_like(tokens.access.clone(), &secret(context, &login.client_secret)?);
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = uri.clone();
    let bearer = Zeroizing::new(format!("Bearer {}", token.reveal_to(&uri)?));
    set_header(&mut request, header::AUTHORIZATION, &bearer)?;
    request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let answer = endpoint::send(&accounts.get(&login.account), context, request).await?;
    let body: Option<serde_json::Value> = serde_json::from_slice(answer.body()).ok();
    let name = body.as_ref().and_then(|body| body.pointer(&question.name)?.as_str());
    let status = answer.status();
    let told = |kind, message: &str| {
        ConnectorError::new(kind, message)
            .with_context("account", &login.account)
            .with_context("host", uri.host().unwrap_or_default())
            .with_context("status", status.as_str())
    };
    match name {
        Some(name) if status.is_success() => Ok(Some(shown(name))),
        _ if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            Err(told(ErrorKind::Unavailable, "the account does not answer now").with_retry(Retry::Soon))
        }
        _ if status.is_client_error() => {
            Err(told(ErrorKind::Unauthorized, "the account does not take the tokens of this login"))
        }
        _ => Err(told(ErrorKind::Protocol, "what answers is not the account of the connection")),
    }
}

/// A name from outside, fit for a terminal.
fn shown(name: &str) -> String {
    const LONGEST: usize = 100;
    name.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect()
}

/// Gives tokens back, so that they are good for nothing. Nothing happens when the service has no place for it,
/// or no longer knows them. The body is JSON, as Intuit takes it.
///
/// # Errors
/// As [`exchange_code`].
pub async fn revoke(accounts: &Accounts, context: &Context, login: &Login, tokens: &Tokens) -> Result<()> {
    let Some(url) = &login.revoke_url else { return Ok(()) };
    let (id, secret) = (secret(context, &login.client_id)?, secret(context, &login.client_secret)?);
    let body = serde_json::json!({ "token": tokens.refresh }).to_string();
    let request = endpoint::post(url, &id, &secret, "application/json", body)?;
    let status = endpoint::send(&endpoint::gate(accounts, url), context, request).await?.status();
    // Tokens that are not known are as good as revoked (RFC 7009, 2.2); Intuit answers 400 for them.
    if status.is_success() || status == StatusCode::BAD_REQUEST {
        return Ok(());
    }
    let kind = if status.is_server_error() { ErrorKind::Unavailable } else { ErrorKind::Protocol };
    Err(ConnectorError::new(kind, "the service did not take the tokens back")
        .with_context("account", &login.account)
        .with_context("status", status.as_str()))
}

fn secret(context: &Context, name: &SecretName) -> Result<Secret> {
    Secret::of(context, &name.secret).ok_or_else(|| {
        ConnectorError::new(ErrorKind::Config, "a secret of the app is missing")
            .with_context("secret", &name.secret)
    })
}
