//! How requests prove who sends them.

pub(crate) mod oauth1;
#[cfg(test)]
mod tests;

use crate::{OAuth2, Secret};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use engine_contract::{ConnectorError, Context, ErrorKind, Result};
use http::{HeaderValue, Request, Uri, header::AUTHORIZATION};
use jiff::SignedDuration;
use url::form_urlencoded;
use zeroize::Zeroizing;

/// How requests prove who sends them.
#[derive(Clone, Debug)]
pub enum Auth {
    /// Not at all.
    None,
    /// HTTP Basic (RFC 7617): `Authorization: Basic base64(user:password)`.
    Basic {
        /// The user, or the key of an app.
        user: Secret,
        /// The password, or the secret of an app.
        password: Secret,
    },
    /// Headers with fixed values: `Authorization: Bearer x`. Gateways that tell apps from users ask for two.
    Headers(Vec<(http::HeaderName, Secret)>),
    /// Parameters in the query. Only over https: addresses end up in logs on the way. Requests over plain http
    /// are refused.
    Query {
        /// Names and values.
        pairs: Vec<(String, Secret)>,
    },
    /// OAuth 1.0a without a token ("one-legged", RFC 5849), signed with HMAC-SHA256, in the query: what
    /// WooCommerce takes over plain http. It keeps all nonces of a key in one row, which requests at once would
    /// overwrite: send one at a time ([`Limits::concurrency`](crate::Limits)).
    OAuth1 {
        /// The consumer key.
        key: Secret,
        /// The consumer secret.
        secret: Secret,
    },
    /// OAuth 2.0 with access tokens that are renewed.
    OAuth2(OAuth2),
}

impl Auth {
    /// Signs a request. `skew` is how far the service's clock is ahead of ours. `access` is the access token
    /// of an OAuth 2.0 account.
    pub(crate) fn sign(
        &self,
        context: &Context,
        request: &mut Request<Bytes>,
        skew: SignedDuration,
        access: Option<&Secret>,
    ) -> Result<()> {
        match self {
            Self::None => Ok(()),
            Self::Basic { user, password } => {
                let value = basic(user, password, request.uri())?;
                set_header(request, AUTHORIZATION, &value)
            }
            Self::Headers(headers) => headers.iter().try_for_each(|(name, value)| {
                let value = Zeroizing::new(value.reveal_to(request.uri())?.to_owned());
                set_header(request, name.clone(), &value)
            }),
            Self::Query { pairs } => sign_query(request, pairs),
            Self::OAuth1 { key, secret } => oauth1::sign(context, request, key, secret, skew),
            Self::OAuth2(_) => match access {
                Some(token) => {
                    let value = Zeroizing::new(format!("Bearer {}", token.reveal_to(request.uri())?));
                    set_header(request, AUTHORIZATION, &value)
                }
                None => Ok(()),
            },
        }
    }
}

/// The value of a Basic `Authorization` header of a request to `place`.
pub(crate) fn basic(user: &Secret, password: &Secret, place: &Uri) -> Result<Zeroizing<String>> {
    let pair = Zeroizing::new(format!("{}:{}", user.reveal_to(place)?, password.reveal_to(place)?));
    Ok(Zeroizing::new(format!("Basic {}", BASE64_STANDARD.encode(pair.as_bytes()))))
}

pub(crate) fn set_header(request: &mut Request<Bytes>, name: http::HeaderName, value: &str) -> Result<()> {
    let mut value = HeaderValue::from_str(value).map_err(|_invalid| {
        ConnectorError::new(
            ErrorKind::Config,
            "a secret has characters that a header cannot carry: set it again",
        )
        .with_context("header", name.as_str())
    })?;
    value.set_sensitive(true);
    request.headers_mut().insert(name, value);
    Ok(())
}

fn sign_query(request: &mut Request<Bytes>, pairs: &[(String, Secret)]) -> Result<()> {
    if request.uri().scheme_str() != Some("https") {
        return Err(ConnectorError::new(
            ErrorKind::Config,
            "a key in the address may only be sent over https: use https or another way to authenticate",
        )
        .with_context("host", request.uri().host().unwrap_or_default()));
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        query.append_pair(name, value.reveal_to(request.uri())?);
    }
    let signed = query.finish();
    let whole = match request.uri().query() {
        Some(given) if !given.is_empty() => format!("{given}&{signed}"),
        _ => signed,
    };
    set_query(request, &whole)
}

/// Gives the request's address another query.
pub(crate) fn set_query(request: &mut Request<Bytes>, query: &str) -> Result<()> {
    let mut parts = request.uri().clone().into_parts();
    let path = request.uri().path();
    let bad = |_invalid| {
        ConnectorError::new(ErrorKind::Config, "the address is not valid or too long")
            .with_context("host", request.uri().host().unwrap_or_default())
    };
    parts.path_and_query = Some(format!("{path}?{query}").parse().map_err(bad)?);
    *request.uri_mut() = Uri::from_parts(parts).map_err(|_invalid| {
        ConnectorError::new(ErrorKind::Config, "the address needs a scheme and a host: https://shop.example")
    })?;
    Ok(())
}
