//! The token endpoint: one request, and what its answer means.
//!
//! It is a service of its own beside the API: it has a breaker, pauses after a 429 and a place at a time of its own,
//! which all logins of a process share. Waits are short, because whoever waits holds the tokens of an account.

use crate::{
    Accounts, Limits, Secret,
    account::{Account, Turns},
    auth::basic,
    client::{deliver, origin},
};
use bytes::Bytes;
use engine_contract::{ConnectorError, Context, ErrorKind, Result, Retry, Tokens};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use std::{sync::Arc, time::Duration};
use url::form_urlencoded;

/// Access tokens are good for so long when the answer does not say it (RFC 6749 only recommends that it does).
const DEFAULT_LIFE: i64 = 1800;
/// No token is taken to be good for longer than ten years.
const LONGEST_LIFE: i64 = 10 * 366 * 86_400;

/// Longer pauses of the endpoint are not waited for: what waits meanwhile may have a token that is still good.
const PATIENCE: Duration = Duration::from_secs(5);

/// What all that ask the token endpoint of this address share.
pub(crate) fn gate(accounts: &Accounts, url: &str) -> Arc<Account> {
    let place = url.parse().map_or_else(|_| url.to_owned(), |uri| origin(&uri));
    let gate = accounts.get(&format!("tokens of {place}"));
    gate.limit(Limits::default());
    gate
}

/// Sends one request to the endpoint, when it is its turn.
pub(super) async fn send(
    gate: &Arc<Account>,
    context: &Context,
    request: Request<Bytes>,
) -> Result<Response<Bytes>> {
    let turns = Turns { repeat: false, patience: PATIENCE };
    loop {
        if let Some(slot) = gate.turn(context, turns).await? {
            return deliver(context, slot, request).await;
        }
    }
}

/// The app that asks.
pub(super) struct App<'a> {
    pub(super) token_url: &'a str,
    pub(super) id: &'a Secret,
    pub(super) secret: &'a Secret,
}

/// Why there are no new tokens.
pub(super) enum Failure {
    /// The code or the refresh token is used up, expired or revoked (`invalid_grant`).
    Grant,
    /// Anything else.
    Other(ConnectorError),
}

impl From<ConnectorError> for Failure {
    fn from(error: ConnectorError) -> Self {
        Self::Other(error)
    }
}

/// Asks for tokens. `refresh` is kept where the answer brings no new refresh token.
pub(super) async fn ask(
    gate: &Arc<Account>,
    context: &Context,
    app: &App<'_>,
    form: &[(&str, &str)],
    refresh: &str,
) -> Result<Tokens, Failure> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = post(app.token_url, app.id, app.secret, "application/x-www-form-urlencoded", body)?;
    let host = origin(request.uri());
    let asked_at = context.clock.now();
    let answer = send(gate, context, request).await?;
    let fields = match serde_json::from_slice(answer.body()) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    if !answer.status().is_success() {
        return Err(refusal(answer.status(), &fields, &host));
    }
    tokens(&fields, asked_at, refresh).ok_or_else(|| {
        let error = "the service answered a request for tokens without tokens";
        Failure::Other(ConnectorError::new(ErrorKind::Protocol, error).with_context("host", host))
    })
}

/// A POST that carries the app's id and secret as Basic authentication.
pub(super) fn post(
    url: &str,
    id: &Secret,
    secret: &Secret,
    kind: &'static str,
    body: String,
) -> Result<Request<Bytes>> {
    let bad = "the address for tokens is not valid";
    let uri: Uri = url.parse().map_err(|_invalid| ConnectorError::new(ErrorKind::Config, bad))?;
    let mut authorization = HeaderValue::from_str(&basic(id, secret, &uri)?)
        .map_err(|_invalid| ConnectorError::new(ErrorKind::Config, "the app's id or secret is not valid"))?;
    authorization.set_sensitive(true);
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri;
    let headers = request.headers_mut();
    headers.insert(header::AUTHORIZATION, authorization);
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(request)
}

fn refusal(status: StatusCode, fields: &Map<String, Value>, host: &str) -> Failure {
    let error = match fields.get("error").and_then(Value::as_str) {
        Some("invalid_grant") => return Failure::Grant,
        Some("invalid_client" | "unauthorized_client") => ConnectorError::new(
            ErrorKind::Unauthorized,
            "the service does not know the app: check the secrets with the client id and the client secret",
        ),
        _ if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            ConnectorError::new(ErrorKind::Unavailable, "the service gives no tokens now")
                .with_retry(Retry::Soon)
        }
        _ if status == StatusCode::UNAUTHORIZED => ConnectorError::new(
            ErrorKind::Unauthorized,
            "the service refuses the app: check the secrets with the client id and the client secret",
        ),
        _ => ConnectorError::new(
            ErrorKind::Config,
            "the service refused a request for tokens: check the address for tokens and the app's settings there",
        ),
    };
    Failure::Other(error.with_context("host", host).with_context("status", status.as_str()))
}

fn tokens(fields: &Map<String, Value>, asked_at: Timestamp, refresh: &str) -> Option<Tokens> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let after = |seconds: i64| {
        let life = SignedDuration::from_secs(seconds.clamp(0, LONGEST_LIFE));
        asked_at.checked_add(life).unwrap_or(Timestamp::MAX)
    };
    Some(Tokens {
        access: text("access_token")?.to_owned(),
        access_until: after(seconds(fields, "expires_in").unwrap_or(DEFAULT_LIFE)),
        refresh: text("refresh_token").unwrap_or(refresh).to_owned(),
        // The name is Intuit's.
        refresh_until: seconds(fields, "x_refresh_token_expires_in").map(after),
    })
}

/// A number of seconds; some services write it as a text.
fn seconds(fields: &Map<String, Value>, name: &str) -> Option<i64> {
    match fields.get(name)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}
