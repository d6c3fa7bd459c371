//! OAuth 1.0a with one leg: the store's own address is signed, with all parameters as PHP read them.

use super::REFUSED;
use crate::woocommerce::{
    error::Refusal,
    request::{Call, pairs},
    settings::{KeyPair, Settings},
    value::{hex, text},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Map, Value};
use sha1::Sha1;
use sha2::Sha256;
use std::collections::BTreeMap;

/// How far the caller's clock may be off, in seconds.
const WINDOW: i64 = 15 * 60;

/// The parameters without which there is no signature, in the order of the message about missing ones.
const NEEDED: [&str; 5] =
    ["oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method"];

/// The nonces of the last quarter of an hour, by key and moment. They are no state: a restart forgets them.
#[derive(Default)]
pub(in crate::woocommerce) struct Nonces(BTreeMap<(String, String), i64>);

impl Nonces {
    /// Notes a nonce; whether it is new.
    fn take(&mut self, key: &str, nonce: &str, stamp: i64, now: i64) -> bool {
        self.0.retain(|_, stamp| *stamp >= now - WINDOW);
        self.0.insert((key.to_owned(), nonce.to_owned()), stamp).is_none()
    }
}

fn refused(message: &str) -> Refusal {
    Refusal::new(401, REFUSED, message)
}

/// The key that a signature proves; nothing when nothing is signed.
pub(super) fn sign_in<'a>(
    call: &Call,
    settings: &'a Settings,
    nonces: &mut Nonces,
    now: Timestamp,
) -> Result<Option<&'a KeyPair>, Refusal> {
    let mut parameters = call.query.clone();
    parameters.extend(in_header(call.authorization.as_deref().unwrap_or_default()));
    let given = |name: &str| parameters.get(name).map(text).unwrap_or_default().to_owned();
    let missing: Vec<&str> = NEEDED.into_iter().filter(|name| given(name).is_empty()).collect();
    if missing.len() == NEEDED.len() {
        return Ok(None);
    }
    if !missing.is_empty() {
        let plural = if missing.len() == 1 { "parameter" } else { "parameters" };
        let message = format!("Missing OAuth {plural} {}", missing.join(", "));
        return Err(Refusal::new(401, "woocommerce_rest_authentication_missing_parameter", message));
    }
    let key = given("oauth_consumer_key");
    let pair = settings.keys.iter().find(|pair| pair.key == key);
    let pair = pair.ok_or_else(|| refused("Consumer key is invalid."))?;
    let base = base_string(call, &parameters, settings);
    let secret = format!("{}&", pair.secret);
    let expected = match given("oauth_signature_method").as_str() {
        "HMAC-SHA1" => signed::<Hmac<Sha1>>(&secret, &base),
        "HMAC-SHA256" => signed::<Hmac<Sha256>>(&secret, &base),
        _ => return Err(refused("Invalid signature - signature method is invalid.")),
    };
    if expected != given("oauth_signature").replace(' ', "+") {
        return Err(refused("Invalid signature - provided signature does not match."));
    }
    let (stamp, now) = (given("oauth_timestamp").parse().unwrap_or_default(), now.as_second());
    if !(now - WINDOW..=now + WINDOW).contains(&stamp) {
        return Err(refused("Invalid timestamp."));
    }
    if !nonces.take(&key, &given("oauth_nonce"), stamp, now) {
        return Err(refused("Invalid nonce - nonce has already been used."));
    }
    Ok(Some(pair))
}

/// The parameters of a header `OAuth oauth_nonce="...", ...`.
fn in_header(header: &str) -> Map<String, Value> {
    let parts = header.strip_prefix("OAuth ").unwrap_or_default().split(',');
    let pairs = parts.filter_map(|part| part.trim().split_once('='));
    let named = pairs.filter(|(name, _)| name.starts_with("oauth_"));
    let decoded = |text: &str| {
        let text = text.trim_matches('"').replace('+', "%2B");
        url::form_urlencoded::parse(text.as_bytes()).map(|(text, _)| text.into_owned()).collect::<String>()
    };
    named.map(|(name, value)| (name.to_owned(), decoded(value).into())).collect()
}

/// What is signed. Lists are signed as PHP numbers them: `status[]=a` is `status[0]=a` here, and so a signature over
/// the former never fits.
fn base_string(call: &Call, parameters: &Map<String, Value>, settings: &Settings) -> String {
    let mut all = Vec::new();
    for (name, value) in parameters.iter().filter(|(name, _)| *name != "oauth_signature") {
        pairs(name, value, &mut all);
    }
    let mut encoded: Vec<String> =
        all.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    encoded.sort();
    let home = settings.url.split('/').take(3).collect::<Vec<_>>().join("/");
    format!("{}&{}&{}", call.sent, encode(&format!("{home}{}", call.path)), encode(&encoded.join("&")))
}

fn signed<M: Mac + KeyInit>(secret: &str, base: &str) -> String {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(base.as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

/// `rawurlencode`: everything but letters, digits and `-_.~`.
fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&hex(&[byte]).to_uppercase());
        }
    }
    out
}
