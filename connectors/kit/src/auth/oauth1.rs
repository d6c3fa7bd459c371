//! OAuth 1.0a (RFC 5849) with HMAC-SHA256 and no token, in the query.
//!
//! WooCommerce checks it so (class-wc-rest-authentication.php): the key is the consumer secret and `&`; the
//! base string has the store's address without query, and the parameters sorted by name. PHP knows an array
//! parameter `status[]` as `status[0]`, `status[1]`, and the signature covers those names, so they are sent by
//! these names. Elements of an array count in the order in which they are sent: the query goes out sorted, so
//! that both sides see one order. A nonce counts once, and the time may be off by 15 minutes.

use super::set_query;
use crate::Secret;
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use engine_contract::{ConnectorError, Context, ErrorKind, Result};
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, Uri};
use jiff::SignedDuration;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt::Write;
use url::form_urlencoded;

/// Signs the request for the present moment of the service's clock, with a new nonce.
pub(crate) fn sign(
    context: &Context,
    request: &mut Request<Bytes>,
    key: &Secret,
    secret: &Secret,
    skew: SignedDuration,
) -> Result<()> {
    let seconds = context.clock.now().as_second().saturating_add(skew.as_secs());
    let stamp = Stamp {
        key: key.reveal_to(request.uri())?,
        nonce: &context.random_id(),
        timestamp: &seconds.to_string(),
    };
    let parameters = parameters(request.uri().query().unwrap_or_default(), &stamp);
    let base = base_string(request.method().as_str(), request.uri(), &parameters);
    let signature = signature(secret.reveal_to(request.uri())?, &base)?;
    let mut query = joined(&parameters);
    let separator = if query.is_empty() { "" } else { "&" };
    query.push_str(separator);
    query.push_str("oauth_signature=");
    query.push_str(&encode(&signature));
    set_query(request, &query)
}

/// What tells one signed request from another.
pub(super) struct Stamp<'a> {
    pub(super) key: &'a str,
    pub(super) nonce: &'a str,
    /// Seconds since 1970.
    pub(super) timestamp: &'a str,
}

/// The parameters of a query and those of the protocol: encoded, arrays numbered, sorted.
pub(super) fn parameters(query: &str, stamp: &Stamp<'_>) -> Vec<(String, String)> {
    let mut elements: BTreeMap<String, usize> = BTreeMap::new();
    let mut pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| {
            let name = match name.strip_suffix("[]") {
                Some(array) => {
                    let next = elements.entry(array.to_owned()).or_default();
                    *next += 1;
                    format!("{array}[{}]", *next - 1)
                }
                None => name.into_owned(),
            };
            (encode(&name), encode(&value))
        })
        .collect();
    pairs.extend(
        [
            ("oauth_consumer_key", stamp.key),
            ("oauth_nonce", stamp.nonce),
            ("oauth_signature_method", "HMAC-SHA256"),
            ("oauth_timestamp", stamp.timestamp),
        ]
        .map(|(name, value)| (name.to_owned(), encode(value))),
    );
    pairs.sort();
    pairs
}

fn joined(parameters: &[(String, String)]) -> String {
    parameters.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// The signature base string (RFC 5849, 3.4.1).
pub(super) fn base_string(method: &str, uri: &Uri, parameters: &[(String, String)]) -> String {
    format!("{}&{}&{}", method.to_uppercase(), encode(&base_uri(uri)), encode(&joined(parameters)))
}

/// The address without query; scheme and host in lower case, without the scheme's own port (3.4.1.2).
fn base_uri(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or("https").to_lowercase();
    let host = uri.host().unwrap_or_default().to_lowercase();
    let own_port = if scheme == "http" { 80 } else { 443 };
    let port = uri.port_u16().filter(|port| *port != own_port).map(|port| format!(":{port}"));
    format!("{scheme}://{host}{}{}", port.unwrap_or_default(), uri.path())
}

/// The base64 of the HMAC-SHA256 of a base string. There is no token, so nothing follows the `&` of the key.
pub(super) fn signature(secret: &str, base: &str) -> Result<String> {
    let key = zeroize::Zeroizing::new(format!("{}&", encode(secret)));
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .map_err(|_length| ConnectorError::new(ErrorKind::Config, "the consumer secret is not usable"))?;
    mac.update(base.as_bytes());
    Ok(BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

/// Percent-encodes all but letters, digits and `-._~` (3.6).
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            write!(encoded, "%{byte:02X}").unwrap_or_default();
        }
    }
    encoded
}
