//! Tokens: JWT with HMAC SHA-256, judged as PostgREST judges them.

use super::error::Refusal;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::Sha256;

/// By how much clocks may differ, in seconds.
const SKEW: i64 = 30;

/// Signs claims.
pub(super) fn sign(claims: &Value, secret: &str) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({"alg": "HS256", "typ": "JWT"})), part(claims));
    let signature =
        mac(secret, &signed).map(|mac| BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
    format!("{signed}.{}", signature.unwrap_or_default())
}

fn mac(secret: &str, text: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(text.as_bytes());
    Some(mac)
}

/// The claims of a token that is good at `now`.
pub(super) fn claims(token: &str, secret: &str, now: Timestamp) -> Result<Map<String, Value>, Refusal> {
    if token.is_empty() {
        return Err(undecodable("Empty JWT is sent in Authorization header"));
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [head, body, signature] = parts.as_slice() else {
        return Err(undecodable(&format!("Expected 3 parts in JWT; got {}", parts.len())));
    };
    let decoded = |part: &str| {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).ok()?;
        serde_json::from_slice::<Map<String, Value>>(&bytes).ok()
    };
    let algorithm = decoded(head).and_then(|head| Some(head.get("alg")?.as_str()?.to_owned()));
    match algorithm.as_deref() {
        Some("HS256") => {}
        Some("none") => {
            return Err(undecodable("Wrong or unsupported encoding algorithm")
                .details("JWT is unsecured but expected 'alg' was not 'none'"));
        }
        _ => return Err(wrong_key()),
    }
    let is_signed = mac(secret, &format!("{head}.{body}"))
        .zip(BASE64_URL_SAFE_NO_PAD.decode(signature).ok())
        .is_some_and(|(mac, signature)| mac.verify_slice(&signature).is_ok());
    if !is_signed {
        return Err(wrong_key());
    }
    let claims = decoded(body).ok_or_else(|| invalid("Parsing claims failed"))?;
    check(&claims, now)?;
    Ok(claims)
}

fn check(claims: &Map<String, Value>, now: Timestamp) -> Result<(), Refusal> {
    let moment = |name: &str| match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) if value.is_number() => {
            Ok(Some(value.as_i64().unwrap_or_else(|| whole(&value.to_string()))))
        }
        Some(_) => Err(invalid(&format!("The JWT '{name}' claim must be a number"))),
    };
    let now = now.as_second();
    if moment("exp")?.is_some_and(|until| now - SKEW > until) {
        return Err(invalid("JWT expired"));
    }
    if moment("nbf")?.is_some_and(|from| now + SKEW < from) {
        return Err(invalid("JWT not yet valid"));
    }
    if moment("iat")?.is_some_and(|since| now + SKEW < since) {
        return Err(invalid("JWT issued at future"));
    }
    Ok(())
}

/// The seconds of a moment with a fraction; 0 for what is no moment.
fn whole(number: &str) -> i64 {
    number.split('.').next().and_then(|whole| whole.parse().ok()).unwrap_or_default()
}

fn wrong_key() -> Refusal {
    undecodable("No suitable key or wrong key type").details("None of the keys was able to decode the JWT")
}

fn undecodable(message: &str) -> Refusal {
    refused("PGRST301", message)
}

fn invalid(message: &str) -> Refusal {
    refused("PGRST303", message)
}

fn refused(code: &str, message: &str) -> Refusal {
    let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{message}\"");
    Refusal::new(401, code, message).challenge(challenge)
}
