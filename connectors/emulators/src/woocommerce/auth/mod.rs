//! Who is calling.
//!
//! Over an encrypted connection the key and its secret are looked at, in the header or in the query. Else, and when
//! that names nobody, OAuth 1.0a is. A wrong key is answered as no key is; a wrong secret is not.

mod oauth;

use super::{
    error::Refusal,
    request::Call,
    settings::{KeyPair, Permission, Role, Settings},
    value::text,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::Method;
use jiff::Timestamp;

pub(super) use oauth::Nonces;

#[cfg(test)]
mod tests;

/// The code of nearly all refusals here.
const REFUSED: &str = "woocommerce_rest_authentication_error";

/// Who is calling: nobody, or the owner of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    Nobody,
    Someone(Role),
}

impl Caller {
    /// Whether the caller may use the API.
    pub(super) fn may(self) -> bool {
        self == Self::Someone(Role::Administrator)
    }

    /// The status of refusals: 401 for nobody, 403 for somebody.
    pub(super) fn status(self) -> u16 {
        if self == Self::Nobody { 401 } else { 403 }
    }
}

/// Finds out who is calling.
///
/// # Errors
/// When credentials are wrong, or the key is not for this method.
pub(super) fn caller(
    call: &Call,
    settings: &Settings,
    nonces: &mut Nonces,
    now: Timestamp,
) -> Result<Caller, Refusal> {
    // The code of WooCommerce looks for this in the address, so `/?rest_route=` is never signed in.
    if !call.path.contains("/wp-json/wc/") {
        return Ok(Caller::Nobody);
    }
    let basic = if settings.https { basic(call, settings)? } else { None };
    let pair = match basic {
        Some(pair) => Some(pair),
        None => oauth::sign_in(call, settings, nonces, now)?,
    };
    let Some(pair) = pair else { return Ok(Caller::Nobody) };
    let (allowed, word) = match call.method {
        Method::GET | Method::HEAD => (pair.permission != Permission::Write, "read"),
        Method::OPTIONS => (true, ""),
        _ => (pair.permission != Permission::Read, "write"),
    };
    if !allowed {
        let message = format!("The API key provided does not have {word} permissions.");
        return Err(Refusal::new(401, REFUSED, message));
    }
    Ok(Caller::Someone(pair.role))
}

/// The key that the header or the query names.
fn basic<'a>(call: &Call, settings: &'a Settings) -> Result<Option<&'a KeyPair>, Refusal> {
    let parameter = |name: &str| call.query.get(name).map(text).unwrap_or_default().to_owned();
    let (mut key, mut secret) = (parameter("consumer_key"), parameter("consumer_secret"));
    if key.is_empty() || secret.is_empty() {
        let encoded = call.authorization.as_deref().and_then(|header| header.strip_prefix("Basic "));
        let decoded = encoded.and_then(|encoded| BASE64_STANDARD.decode(encoded.trim()).ok());
        let Some(decoded) = decoded.and_then(|bytes| String::from_utf8(bytes).ok()) else { return Ok(None) };
        let (user, password) = decoded.split_once(':').unwrap_or((&decoded, ""));
        (key, secret) = (user.to_owned(), password.to_owned());
    }
    let Some(pair) = settings.keys.iter().find(|pair| pair.key == key) else { return Ok(None) };
    if pair.secret != secret {
        return Err(Refusal::new(401, REFUSED, "Consumer secret is invalid."));
    }
    Ok(Some(pair))
}
